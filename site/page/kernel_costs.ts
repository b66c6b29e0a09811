/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the kernels of a step take, as a table with bars. `kernel_costs.css` is its look.
 *
 * @module
 */
import { element } from "./elements.ts";

/** What a kernel is a part of: data is brought, copied or scaled in none of the passes. */
export type Pass = "data" | "forward" | "loss" | "backward" | "update";

/** A kernel, or what a GPU runs in one dispatch. */
export interface KernelCost {
  readonly name: string;
  /** One of them, or several where kernels were merged. */
  readonly passes: readonly Pass[];
  /** One run. */
  readonly seconds: number;
  /** Floating-point operations of one run. Left out where nobody counts them. */
  readonly flops?: number;
}

/** How the table begins, and what may be done with it. */
export interface KernelCostOptions {
  /** What it shows, in a sentence: the net, the target, on what it ran. */
  readonly caption: string;
  /** In which order its rows stand at first. Default: as they run. */
  readonly sorted?: Order;
  /** Called where the name of a kernel is chosen: names are buttons then. */
  readonly onChoose?: (name: string) => void;
}

/** As they run, or those that take longest first. */
export type Order = "order" | "time";

/** The passes that a plan's kernel belongs to, by how the plan calls it. */
export function passesOf({ stem, pass }: { readonly stem: string; readonly pass: string }): readonly Pass[] {
  if (stem === "loss") return ["loss"];
  const words = pass.split("_"), found: Pass[] = [];
  if (words.some((word) => word === "forward" || word === "evaluate")) found.push("forward");
  if (words.some((word) => word === "backward" || word === "clip")) found.push("backward");
  if (words.includes("update")) found.push("update");
  return found.length > 0 ? found : ["data"];
}

/** The kernels of a step with what each takes, and all of them together. */
export function kernelCosts(
  rows: readonly KernelCost[],
  { caption, sorted = "order", onChoose }: KernelCostOptions,
): HTMLElement {
  const all = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  const most = Math.max(...rows.map(({ seconds }) => seconds), Number.MIN_VALUE);
  const made = rows.map((row) => ({ row, shown: kernelRow(row, all, most, onChoose) }));
  const body = element("tbody"), heads = orderHeads();
  const sort = (order: Order) => {
    const by = order === "order" ? made : made.toSorted((a, b) => b.row.seconds - a.row.seconds);
    body.replaceChildren(...by.map(({ shown }) => shown));
    for (const [name, { head }] of Object.entries(heads)) {
      if (name === order) head.setAttribute("aria-sort", name === "time" ? "descending" : "other");
      else head.removeAttribute("aria-sort");
    }
  };
  for (const [order, { button }] of Object.entries(heads)) {
    button.addEventListener("click", () => sort(order as Order));
  }
  sort(sorted);
  const head = element(
    "tr",
    {},
    heads.order.head,
    heads.time.head,
    element("th", { scope: "col" }, "share"),
    element("th", { scope: "col" }, "GFLOP/s"),
  );
  return element(
    "table",
    { class: "kernel-costs" },
    element("caption", {}, caption),
    element("thead", {}, head),
    body,
    element("tfoot", {}, totalRow(rows, all)),
  );
}

/** The heads by which rows are sorted, each with its button. */
function orderHeads(): Record<Order, { head: HTMLElement; button: HTMLButtonElement }> {
  const sorting = (name: string, title: string) => {
    const button = element("button", { type: "button", title }, name);
    return { head: element("th", { scope: "col" }, button), button };
  };
  return { order: sorting("kernel", "Sort as they run"), time: sorting("ms", "Sort by time, the longest first") };
}

function kernelRow(
  { name, passes, seconds, flops }: KernelCost,
  all: number,
  most: number,
  onChoose?: (name: string) => void,
): HTMLElement {
  const parts = passes.map((pass) => element("span", { class: pass }));
  const bar = element("span", { class: "kernel-bar", "aria-hidden": "true" }, parts);
  bar.style.setProperty("inline-size", `${100 * seconds / most}%`);
  const shown = breakable(name), button = onChoose && element("button", { type: "button" }, shown);
  button?.addEventListener("click", () => onChoose!(name));
  return element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      element("code", {}, button ?? shown),
      " ",
      element("span", { class: "kernel-passes" }, passes.flatMap((pass, i) => [i > 0 ? ", " : "", passName(pass)])),
      bar,
    ),
    element("td", {}, milliseconds(seconds)),
    element("td", {}, percent(all > 0 ? seconds / all : 0)),
    element("td", {}, rate(flops, seconds)),
  );
}

const passName = (pass: Pass) => element("span", { class: pass }, pass);

function totalRow(rows: readonly KernelCost[], all: number): HTMLElement {
  const counted = rows.every(({ flops }) => flops !== undefined);
  const flops = counted ? rows.reduce((sum, { flops }) => sum + flops!, 0) : undefined;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, rows.length === 1 ? "1 kernel" : `all ${rows.length} kernels`),
    element("td", {}, milliseconds(all)),
    element("td", {}, percent(1)),
    element("td", {}, rate(flops, all)),
  );
}

/** A name that a narrow column may break between its words. */
const breakable = (name: string) => name.split(/(?<=_)/).flatMap((word, i) => i === 0 ? word : [element("wbr"), word]);

const milliseconds = (seconds: number) => (1000 * seconds).toFixed(3);
const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** GFLOP/s; a dash where there is nothing to be told. */
function rate(flops: number | undefined, seconds: number): string {
  if (!flops || seconds <= 0) return "–";
  const giga = flops / seconds / 1e9;
  return giga.toFixed(giga < 99.95 ? 1 : 0);
}
