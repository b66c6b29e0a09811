/// <reference lib="dom" />
/**
 * The kernels of a training step, in order; one of them is chosen.
 *
 * @module
 */
import type { StepKernel } from "../../../mod.ts";
import type { KernelTimes } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { bytes, operations, time } from "./amounts.ts";

/** A list in the page. */
export interface KernelList {
  readonly element: HTMLElement;
  /** Shows other kernels, and which of them is chosen. */
  show(kernels: readonly StepKernel[], chosen: string): void;
  /** Which one is chosen. */
  choose(name: string): void;
  /** What each takes, measured; nothing takes it away. */
  time(times: KernelTimes | undefined): void;
}

/** What a kernel is weighed by: operations, or where they are few what it moves. */
const weightOf = ({ flops, read, written }: StepKernel) => Math.max(flops, read + written);

/** An empty list. `chosen`: called when somebody chooses. */
export function kernelList(chosen: (name: string) => void): KernelList {
  const list = element("div", {
    class: "kernels",
    role: "listbox",
    tabindex: 0,
    "aria-label": "Kernels of a training step, in order",
  });
  // a list of options may hold nothing else
  const heads = ["", "kernel", "work", "time"].map((head) => element("span", { class: head || undefined }, head));
  const head = element("div", { class: "kernels-head", "aria-hidden": "true" }, heads);
  let kernels: readonly StepKernel[] = [], current = "", rows = new Map<string, HTMLElement>();
  const choose = (name: string, tells: boolean) => {
    rows.get(current)?.setAttribute("aria-selected", "false");
    current = name;
    const row = rows.get(name);
    row?.setAttribute("aria-selected", "true");
    if (row) list.setAttribute("aria-activedescendant", row.id);
    else list.removeAttribute("aria-activedescendant");
    // within the list: the page stays where it is
    if (
      row && (row.offsetTop < list.scrollTop || row.offsetTop + row.offsetHeight > list.scrollTop + list.clientHeight)
    ) {
      list.scrollTop = row.offsetTop - (list.clientHeight - row.offsetHeight) / 2;
    }
    if (tells) chosen(name);
  };
  list.onkeydown = (event) => {
    const at = kernels.findIndex(({ name }) => name === current), last = kernels.length - 1;
    const to =
      { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    choose(kernels[Math.max(0, Math.min(last, to))].name, true);
  };
  return {
    element: element("div", {}, head, list),
    show(given, name) {
      kernels = given;
      const most = Math.max(1, ...kernels.map(weightOf));
      rows = new Map(kernels.map((kernel, i) => [kernel.name, rowOf(kernel, i, most)]));
      for (const [name, row] of rows) row.onclick = () => choose(name, true);
      list.replaceChildren(...rows.values());
      choose(name, false);
    },
    choose: (name) => choose(name, false),
    time(times) {
      for (const [name, row] of rows) {
        const found = times?.rows.find(({ merged }) => merged[0] === name);
        const part = times?.rows.find(({ merged }) => merged.slice(1).includes(name));
        row.querySelector(".ms")!.textContent = found ? time(found.milliseconds) : part ? `in ${part.merged[0]}` : "";
      }
    },
  };
}

function rowOf(kernel: StepKernel, i: number, most: number): HTMLElement {
  const { name, flops, read, written, barrier } = kernel, bar = element("span", { class: "bar" });
  bar.style.setProperty("width", `${100 * weightOf(kernel) / most}%`);
  const amounts = flops > 0 ? operations(flops) : bytes(read + written);
  return element(
    "div",
    { role: "option", id: `kernel-${i}`, class: barrier ? "waits" : undefined, "aria-selected": "false" },
    element("span", { class: "number" }, i + 1),
    element("span", { class: "kernel" }, name.replaceAll("_", "_\u200b")),
    element("span", { class: "track", "aria-hidden": "true" }, bar),
    element("span", { class: "work" }, amounts),
    element("span", { class: "ms" }),
  );
}
