/// <reference lib="dom" />
/**
 * The editor of a spec. It stands in a shadow root: there its styles are no text of the page's, which its policy forbids.
 *
 * @module
 */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type Completion,
  completionKeymap,
  type CompletionResult,
  insertCompletionText,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  ensureSyntaxTree,
  HighlightStyle,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { linter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, lineNumbers, type Tooltip } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Mistake } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { lineOf, placeOf, type Range } from "./places.ts";
import { type Help, helpAt, offersAt, type Rules } from "./spec_help.ts";

/** A mistake and its place. */
export interface Placed extends Range {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** It is the whole spec that is wrong. */
  readonly whole: boolean;
}

/** What an editor asks for, and tells. */
export interface EditorOptions {
  readonly text: string;
  readonly schema: Rules;
  /** Somebody has changed the text. */
  readonly changed: (text: string) => void;
  /** What is meant by what stands at the cursor; nothing where nothing is known. */
  readonly pointed: (help: Help | undefined) => void;
}

/** An editor in the page. */
export interface Editor {
  text(): string;
  /** Puts another text in the place of all, which can be undone; nobody is told of that. */
  replace(text: string): void;
  /** Marks mistakes, and tells where they are. */
  mark(mistakes: readonly Mistake[]): Placed[];
  /** Goes to a place. */
  go(place: Range): void;
}

/** Milliseconds in which a text is read for the place of a mistake, at most. */
const PATIENCE = 200;

/** Put in by the page, not written. */
const given = Annotation.define<boolean>();

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.string, color: "var(--test)" },
  { tag: tags.number, color: "var(--run)" },
  { tag: [tags.bool, tags.null], color: "var(--published)" },
  { tag: tags.punctuation, color: "var(--muted)" },
]);

const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.8125rem", maxHeight: "32rem" },
  "&.cm-focused": { outline: "2px solid var(--run)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: MONO, lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--muted)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.75rem" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--tint)",
    outline: "1px solid var(--line)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--paper)",
    color: "var(--ink)",
    border: "1px solid var(--edge)",
    borderRadius: "0.25rem",
    boxShadow: "0 2px 12px rgb(0 0 0 / 0.15)",
    zIndex: "20",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: MONO, maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.125rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--run)",
    color: "var(--paper)",
  },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal", fontSize: "0.75rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": {
    padding: "0.375rem 0.625rem",
    maxWidth: "22rem",
    font: "0.8125rem/1.45 system-ui, sans-serif",
  },
  ".help": { padding: "0.375rem 0.625rem", maxWidth: "24rem", font: "0.8125rem/1.45 system-ui, sans-serif" },
  ".help strong": { display: "block" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", maxWidth: "24rem", font: "0.8125rem/1.45 system-ui, sans-serif" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--published)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--published) 1px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--published)" },
});

/** Puts an editor into an element. */
export function openEditor(into: HTMLElement, options: EditorOptions): Editor {
  const { schema, changed, pointed } = options, root = into.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        ...[lineNumbers(), history(), bracketMatching(), closeBrackets(), json(), syntaxHighlighting(colors), look],
        autocompletion({ override: [({ state, pos, explicit }) => completions(state, pos, explicit, schema)] }),
        hoverTooltip((view, at) => tooltip(view, at, schema)),
        // marks are put by whoever checks
        linter(null),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": "Spec of the net, in JSON" }),
        EditorView.updateListener.of(({ state, docChanged, selectionSet, transactions }) => {
          const text = state.doc.toString();
          if (docChanged && !transactions.some((each) => each.annotation(given))) changed(text);
          if (docChanged || selectionSet) pointed(helpAt(text, state.selection.main.head, schema));
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace(text) {
      const changes = { from: 0, to: view.state.doc.length, insert: text };
      // one step back leads to just what was there
      const annotations = [given.of(true), isolateHistory.of("full")];
      view.dispatch({ changes, selection: { anchor: 0 }, annotations, scrollIntoView: true });
    },
    mark(mistakes) {
      const text = view.state.doc.toString();
      const tree = ensureSyntaxTree(view.state, text.length, PATIENCE) ?? syntaxTree(view.state);
      const placed = mistakes.map((mistake): Placed => {
        const range = placeOf(tree, text, mistake);
        const whole = mistake.path.length === 0 && !mistake.unreadable;
        return { ...range, ...lineOf(text, range.from), message: mistake.message, whole };
      });
      view.dispatch(setDiagnostics(view.state, placed.map((each) => ({ ...each, severity: "error" }))));
      return placed;
    },
    go({ from, to }) {
      const { length } = view.state.doc;
      const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
      view.focus();
    },
  };
}

function completions(state: EditorState, at: number, explicit: boolean, schema: Rules): CompletionResult | null {
  const found = offersAt(state.doc.toString(), at, schema);
  if (!found || !explicit && found.from === found.to) return null;
  const { from, offers } = found;
  return {
    from,
    // quotes are no part of what is looked for
    options: offers.map(({ label, text, detail, info }, i): Completion => ({
      ...{ label: `"${label}"`, displayLabel: label, apply: putting(text, schema), sortText: `${i}`.padStart(4, "0") },
      ...detail && { detail },
      ...info && { info },
    })),
    validFor: /^"?\w*"?$/,
  };
}

/** Puts a text in the place of the whole word, of which a part may stand behind the cursor. */
function putting(text: string, schema: Rules) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const word = offersAt(view.state.doc.toString(), to, schema);
    view.dispatch(insertCompletionText(view.state, text, from, Math.max(to, word?.from === from ? word.to : to)));
  };
}

function tooltip(view: EditorView, at: number, schema: Rules): Tooltip | null {
  const help = helpAt(view.state.doc.toString(), at, schema);
  if (!help) return null;
  const dom = element("div", { class: "help" }, element("strong", {}, help.title), help.lines.join(" "));
  return { pos: help.from, end: help.to, above: true, create: () => ({ dom }) };
}
