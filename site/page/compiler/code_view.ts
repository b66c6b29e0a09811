/// <reference lib="dom" />
/**
 * A kernel at every stage, and its code for three targets: side by side where there is room, or one at a time.
 *
 * @module
 */
import type { TargetCode } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { bytes, count, intensity, operations, rate, time } from "./amounts.ts";
import { type Language, piecesOf } from "./colors.ts";

/** A language, and the targets that print it; the first where no other is shown. */
export interface Column {
  readonly targets: readonly string[];
  readonly title: string;
  readonly language: Language;
}

/** What stands side by side. */
export const COLUMNS: readonly Column[] = [
  { targets: ["typescript"], title: "TypeScript", language: "typescript" },
  { targets: ["wasm_relaxed", "wasm"], title: "WebAssembly", language: "wat" },
  { targets: ["webgpu"], title: "WebGPU", language: "wgsl" },
];
/** Characters that have colours, of longer code the first ones: the page does not wait for the others. */
const COLORED = 16_000;

/** What of a target is shown. */
export interface CodeView {
  readonly element: HTMLElement;
  /** Shows what the chosen kernel is, or nothing. `milliseconds`: measured. */
  stages(code: TargetCode | undefined, milliseconds?: number): void;
  /** Shows a column. */
  code(column: Column, code: TargetCode): void;
  /** Says that a column is being made, or why there is none. */
  wait(column: Column, line: string): void;
}

/** An empty view. */
export function codeView(): CodeView {
  const formula = element("pre", { tabindex: 0, role: "region", "aria-label": "Formula of the kernel" }),
    schedule = element("pre", { class: "schedule" });
  const nest = element("pre", { tabindex: 0, role: "region", "aria-label": "Loop nest of the kernel" });
  const name = element("h3", { class: "kernel-name", hidden: true }), facts = element("p", { class: "note" });
  const panels = COLUMNS.map(({ language, title }) => {
    const about = element("p", { class: "note" });
    const code = element("pre", { tabindex: 0, role: "region", "aria-label": `${title} of the kernel` });
    return {
      language,
      about,
      code,
      panel: element(
        "div",
        { class: "code-panel", id: `code-${language}`, role: "tabpanel", "aria-label": title },
        element("h3", {}, title),
        about,
        code,
      ),
    };
  });
  const tabs = tabsOf(panels.map(({ panel }) => panel));
  const of = ({ language }: Column) => panels.find((panel) => panel.language === language)!;
  return {
    element: element(
      "div",
      {},
      name,
      facts,
      element(
        "div",
        { class: "pair stages" },
        element("figure", {}, element("figcaption", {}, "What it computes"), formula),
        element("figure", {}, element("figcaption", {}, "Its schedule"), schedule),
      ),
      element("details", {}, element("summary", {}, "Loop nest: what the schedule makes of the formula"), nest),
      element("div", { class: "wide" }, tabs, element("div", { class: "columns" }, panels.map(({ panel }) => panel))),
    ),
    stages(code, milliseconds) {
      const kernel = code?.kernels[0];
      name.textContent = kernel?.name ?? "";
      name.hidden = !kernel;
      facts.textContent = kernel ? factsOf(kernel, milliseconds) : "";
      formula.textContent = kernel?.kernel ?? "";
      schedule.textContent = kernel?.schedule ?? "";
      nest.textContent = kernel?.nest ?? "";
    },
    code(column, { target, kernels }) {
      const { about, code } = of(column);
      about.textContent =
        `${target}: ${
          kernels.length === 0 ? "nothing of its own: merged into others" : kernels.map(({ name }) => name).join(", ")
        }` +
        (kernels.length > 1 ? `; ${count(kernels.length, "kernel")} here` : "");
      paint(code, kernels.map(({ source }) => source).join("\n"), column.language);
    },
    wait(column, line) {
      const { about, code } = of(column);
      about.textContent = line;
      code.textContent = "";
    },
  };
}

function factsOf({ flops, read, written }: TargetCode["kernels"][number], milliseconds?: number): string {
  const costs = `${operations(flops)}, ${bytes(read)} read, ${bytes(written)} written, ${
    intensity(flops, read + written)
  }`;
  if (milliseconds === undefined) return costs;
  return `${costs}; measured: ${time(milliseconds)}${rate(flops, milliseconds)}`;
}

/** Puts code into an element, in its colours. */
function paint(into: HTMLElement, text: string, language: Language): void {
  const end = text.length > COLORED ? text.lastIndexOf("\n", COLORED) + 1 : text.length;
  const pieces = piecesOf(text.slice(0, end), language).map(({ text, kind }) =>
    kind ? element("span", { class: kind }, text) : document.createTextNode(text)
  );
  into.replaceChildren(...pieces, text.slice(end));
}

/** Tabs, which are seen where panels do not fit beside each other. */
function tabsOf(panels: readonly HTMLElement[]): HTMLElement {
  const tabs = COLUMNS.map(({ title, language }) =>
    element("button", { type: "button", role: "tab", "aria-controls": `code-${language}` }, title)
  );
  const choose = (i: number, focus: boolean) => {
    for (const [k, tab] of tabs.entries()) {
      tab.setAttribute("aria-selected", `${k === i}`);
      tab.tabIndex = k === i ? 0 : -1;
      panels[k].classList.toggle("shown", k === i);
    }
    if (focus) tabs[i].focus();
  };
  for (const [i, tab] of tabs.entries()) {
    tab.onclick = () => choose(i, false);
    tab.onkeydown = ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (by !== undefined) choose((i + by + tabs.length) % tabs.length, true);
    };
  }
  choose(1, false);
  return element("div", { role: "tablist", class: "tabs", "aria-label": "Code for a target" }, tabs);
}
