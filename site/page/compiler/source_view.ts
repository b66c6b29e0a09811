/// <reference lib="dom" />
/**
 * The spec: an editor, its mistakes in words, nets to begin with, and a link to it.
 *
 * @module
 */
import type { Mistake } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { dataJson } from "../files.ts";
import type { Editor, Placed } from "./editor.ts";
import { FIRST, keepText, keptText, loadNet, NETS } from "./nets.ts";
import { LinkError, packed, unpacked } from "./share.ts";
import type { Help, Rules } from "./spec_help.ts";

/** What the view tells the screen. */
export interface SourceOptions {
  /** There is another text. `written`: somebody is writing it. */
  readonly changed: (text: string, written: boolean) => void;
  readonly tell: (text: string) => void;
}

/** The spec in the page. */
export interface SourceView {
  readonly element: HTMLElement;
  /** What can be done with it. */
  readonly tools: HTMLElement;
  text(): string;
  /** Marks mistakes, and lists them. */
  show(mistakes: readonly Mistake[]): void;
  /** Takes what a link holds; where it is none, says so. */
  open(link: string): Promise<void>;
}

/** How the address of this screen begins. */
const ADDRESS = "#compiler";
const KEYS =
  "Control and Space offer what can stand at the cursor, F8 goes to the next mistake, Tab leaves the editor.";
/** What is said when a text that somebody has written gives way. */
const REPLACED = "Control and Z, in the editor, bring back what you had edited.";

/** Loads the editor. @throws {Error} in one line, when something cannot be loaded. */
export async function sourceView({ changed, tell }: SourceOptions): Promise<SourceView> {
  const kept = keptText();
  const [{ openEditor }, schema, first] = await Promise.all([
    import("./editor.ts"),
    dataJson<Rules>("specs/spec.schema.json"),
    kept ?? loadNet(FIRST),
  ]);
  const host = element("div", { class: "editor" }), meaning = element("p", { class: "note meaning" }, KEYS);
  const mistakes = element("ul", { class: "mistakes" }),
    replaced = element("p", { class: "note replaced", hidden: true }, REPLACED),
    wrong = element("p", { class: "warning", role: "alert", hidden: true });
  const menu = netMenu();
  menu.value = kept === undefined ? FIRST : "";
  // whether somebody has written what stands there
  let edited = kept !== undefined;
  const say = (line: string) => void ([wrong.textContent, wrong.hidden] = [line, line === ""]);
  const pointed = (help: Help | undefined) => {
    meaning.replaceChildren(...help ? [element("b", {}, help.title), ` ${help.lines.join(" ")}`] : [KEYS]);
  };
  const editor: Editor = openEditor(host, {
    ...{ text: first, schema, pointed },
    changed(text) {
      menu.value = "";
      say("");
      [edited, replaced.hidden] = [true, true];
      keepText(text);
      // the link that was opened says something else by now
      if (location.hash.length > ADDRESS.length) history.replaceState(null, "", ADDRESS);
      changed(text, true);
    },
  });
  const replace = (text: string, name: string) => {
    editor.replace(text);
    menu.value = name;
    say("");
    replaced.hidden = !edited;
    if (edited) tell(REPLACED);
    edited = false;
    changed(text, false);
  };
  menu.onchange = async () => {
    const name = menu.value;
    if (name === "") return;
    try {
      const text = await loadNet(name);
      // another one was chosen meanwhile, or somebody has written
      if (menu.value !== name) return;
      replace(text, name);
      keepText(undefined);
      if (location.hash.length > ADDRESS.length) history.replaceState(null, "", ADDRESS);
    } catch (error) {
      if (menu.value !== name) return;
      // so that it can be chosen again
      menu.value = "";
      say((error as Error).message);
    }
  };
  const copy = linkButton(editor, say, tell);
  return {
    tools: element("div", { class: "row" }, element("label", {}, "Begin with ", menu), copy),
    element: element("div", {}, wrong, replaced, host, mistakes, meaning),
    text: editor.text,
    show(given) {
      const placed = editor.mark(given);
      mistakes.replaceChildren(...placed.map((each) => entryOf(each, placed.length > 1, editor)));
    },
    async open(link) {
      try {
        const text = await unpacked(link);
        // what was kept stays so until somebody writes: the address has this one
        if (text !== editor.text()) replace(text, "");
        else say("");
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        say(`${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`);
      }
    },
  };
}

/** Nets to begin with. */
function netMenu(): HTMLSelectElement {
  const nets = Object.entries(NETS).map(([name, what]) => element("option", { value: name }, `${name}: ${what}`));
  return element("select", {}, element("option", { value: "" }, "as edited"), nets);
}

/** Puts a link to the text into the address, and copies it. */
function linkButton(
  editor: Pick<Editor, "text">,
  say: (line: string) => void,
  tell: SourceOptions["tell"],
): HTMLButtonElement {
  const title = "Copy a link to this net", copy = element("button", { type: "button" }, title);
  copy.onclick = async () => {
    try {
      history.replaceState(null, "", `${ADDRESS}/${await packed(editor.text())}`);
      // a page that is not safe has none
      const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject();
      const done = await copied.then(() => "Copied", () => "It is in the address bar");
      tell(`${done}.`);
      copy.textContent = done;
      setTimeout(() => copy.textContent = title, 2000);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      say(`${error.message}.`);
    }
  };
  return copy;
}

/** A mistake in the list, and the way to its place. */
function entryOf(placed: Placed, several: boolean, editor: Pick<Editor, "go">): HTMLElement {
  const { line, whole, message } = placed;
  const go = element("button", { type: "button", class: "plain" }, several ? `Line ${line}` : `Go to line ${line}`);
  go.onclick = () => editor.go(placed);
  // what is wrong with the whole stands nowhere
  return element("li", {}, whole ? [] : [go, " "], message);
}
