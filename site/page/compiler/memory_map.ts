/// <reference lib="dom" />
/**
 * The memory of a training step: tensors by where they lie, from top to bottom, and when they are in use, from left to
 * right.
 *
 * @module
 */
import type { PlacedTensor, StepKernel, TrainingStep } from "../../../mod.ts";
import { element } from "../elements.ts";
import { bytes, count } from "./amounts.ts";

/** A map in the page. */
export interface MemoryMap {
  readonly element: HTMLElement;
  show(step: TrainingStep): void;
  /** Shows which tensors a kernel reads and writes. */
  point(kernel: string): void;
}

/** From this share of the map's height, and of its width, a tensor has room for its name. */
const HIGH = 0.045, LONG = 0.09;
const COLORS = ["parameter", "state", "buffer", "value", "gradient"];
const WORDS: Readonly<Record<string, string>> = {
  parameter: "weights",
  state: "the optimizer's",
  buffer: "buffers",
  value: "values",
  gradient: "gradients",
};

/** An empty map. */
export function memoryMap(): MemoryMap {
  const field = element("div", { class: "memory-field" }), now = element("div", { class: "now", hidden: true });
  const map = element("div", { class: "memory", role: "img", hidden: true }, field);
  const ends = element("div", { class: "along", "aria-hidden": "true" });
  const told = element("p", { class: "note memory-told" }), summary = element("p", {});
  const legend = element("ul", { class: "memory-legend" }), table = element("tbody");
  const heads = ["tensor", "for", "stored as", "at byte", "bytes", "in use"];
  const all = element(
    "details",
    {},
    element("summary", {}, "All tensors"),
    element(
      "div",
      { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "All tensors" },
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            heads.map((head, i) => element("th", { class: i < 3 ? "text" : undefined, scope: "col" }, head)),
          ),
        ),
        table,
      ),
    ),
  );
  // it is long, and seldom looked at
  const fill = () => table.replaceChildren(...all.open ? step!.tensors.map(rowOf) : []);
  all.ontoggle = fill;
  let step: TrainingStep | undefined, boxes = new Map<string, HTMLElement>();
  const tell = (tensor?: PlacedTensor) => {
    told.textContent = tensor
      ? `${tensor.name}: ${tensor.type}, ${bytes(tensor.bytes)} at ${tensor.offset.toLocaleString("en")}, ${
        useOf(tensor)
      }`
      : "Point at a tensor to see what it is. A place that is free again is another tensor's.";
  };
  tell();
  field.onpointerover = ({ target }) =>
    tell(step?.tensors.find(({ name }) => name === (target as HTMLElement).dataset.name));
  field.onpointerleave = () => tell();
  return {
    element: element("div", {}, summary, map, ends, legend, told, all),
    show(given) {
      step = given;
      const { tensors, kernels, arenaBytes, scratchBytes } = step,
        sum = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
      summary.textContent = `All tensors lie in one memory of ${bytes(arenaBytes)}, at constant places` +
        (sum > arenaBytes * 1.01 ? `; each in a place of its own, they would take ${bytes(sum)}.` : ".") +
        (scratchBytes > 0 ? ` Each thread has ${bytes(scratchBytes)} of its own beside it.` : "");
      map.hidden = false;
      map.setAttribute(
        "aria-label",
        `Map of ${count(tensors.length, "tensor")} in ${bytes(arenaBytes)}; the table behind it has them all`,
      );
      boxes = new Map(tensors.map((tensor) => [tensor.name, boxOf(tensor, step!)]));
      field.replaceChildren(now, ...boxes.values());
      ends.replaceChildren(element("span", {}, "kernel 1"), element("span", {}, `kernel ${kernels.length}`));
      const roles = COLORS.filter((role) => tensors.some((tensor) => tensor.role === role));
      legend.replaceChildren(
        ...roles.map((role) => element("li", {}, element("span", { class: `key ${role}` }), WORDS[role])),
      );
      fill();
    },
    point(name) {
      if (!step) return;
      const at = step.kernels.findIndex((kernel) => kernel.name === name),
        kernel: StepKernel | undefined = step.kernels[at];
      now.hidden = !kernel;
      now.style.setProperty("left", `${100 * at / step.kernels.length}%`);
      now.style.setProperty("width", `${100 / step.kernels.length}%`);
      for (const { name, aliases } of step.tensors) {
        const all = [name, ...aliases], classes = boxes.get(name)!.classList;
        classes.toggle("reads", kernel?.reads.some((read) => all.includes(read)) ?? false);
        classes.toggle("writes", kernel?.writes.some((write) => all.includes(write)) ?? false);
      }
    },
  };
}

function boxOf(
  { name, role, kept, used, offset, bytes }: PlacedTensor,
  { kernels, arenaBytes }: TrainingStep,
): HTMLElement {
  const [first, last] = kept || !used ? [0, kernels.length - 1] : used,
    share = (part: number, all: number) => `${100 * part / all}%`;
  const named = bytes / arenaBytes >= HIGH && (last - first + 1) / kernels.length >= LONG;
  const box = element("div", { class: `tensor ${role}`, "data-name": name }, named ? name : undefined);
  box.style.setProperty("left", share(first, kernels.length));
  box.style.setProperty("width", share(last - first + 1, kernels.length));
  box.style.setProperty("top", share(offset, arenaBytes));
  box.style.setProperty("height", share(bytes, arenaBytes));
  return box;
}

const useOf = ({ kept, used }: PlacedTensor) =>
  kept ? "kept from step to step" : used ? `in use from kernel ${used[0] + 1} to ${used[1] + 1}` : "in use in a test";

function rowOf(tensor: PlacedTensor): HTMLElement {
  const { name, role, type, offset, bytes, kept, used } = tensor;
  const use = kept ? "always" : used ? `${used[0] + 1} to ${used[1] + 1}` : "test";
  return element(
    "tr",
    {},
    element("th", { scope: "row", class: "text" }, name),
    element("td", { class: "text" }, WORDS[role] ?? role),
    element("td", { class: "text" }, type),
    ...[offset.toLocaleString("en"), bytes.toLocaleString("en"), use].map((cell) => element("td", {}, cell)),
  );
}
