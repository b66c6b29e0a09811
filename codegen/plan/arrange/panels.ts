/**
 * Weights in panels: which weights, and which operand of their gradients is copied by rows.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import type { Load } from "../../ir/ir.ts";
import { axis } from "../../language/notation.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";
import type { Copy } from "./copy.ts";
import { blocked } from "./layouts.ts";

/** How names of gradients end. */
export const GRADIENT = ".gradient";

/** Tensors by what their names begin with: `linear1.weight` is of the families `linear1` and `linear1.weight`. */
export function familiesOf(tensors: Draft["tensors"]): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  for (const name of Object.keys(tensors)) {
    const words = name.split(".");
    for (let count = 1; count <= words.length; count++) {
      const family = words.slice(0, count).join("."), known = families.get(family);
      if (known) known.push(name);
      else families.set(family, [name]);
    }
  }
  return families;
}

/**
 * For the kernel of a gradient `dw[a,b] = sum over n of y[n,a] * x[n,b]`: the layout of the weight and all that has its
 * shape, and which operand is copied by rows.
 */
export function panels(
  { kernel, bindings }: PlannedKernel,
  { batch, tensors }: Draft,
  layouts: ReadonlyMap<string, Layout>,
  families: ReturnType<typeof familiesOf>,
): { tensors: string[]; layout: Layout; copy: Copy } | undefined {
  if (kernel.parts.length !== 1 || kernel.parts[0].assignments.length !== 1) return undefined;
  const [{ assignments: [{ tensor, index, value }] }] = kernel.parts;
  const gradient = bindings[tensor], weight = gradient.slice(0, -GRADIENT.length);
  if (!gradient.endsWith(GRADIENT) || tensors[weight]?.role !== "parameter") return undefined;
  if (index.length !== 2 || value.kind !== "reduce" || value.reduction !== "sum") return undefined;
  if (value.axes.length !== 1 || value.axes[0] !== batch) return undefined;
  if (value.body.kind !== "op" || value.body.op !== "mul") return undefined;
  const factors = value.body.operands;
  // the operand that has each axis of the weight, and nothing but it and the samples
  const owners = index.map((at) => {
    const side = plainAxis(at);
    return side &&
      factors.find((f): f is Load =>
        f.kind === "load" && f.index.length === 2 && plainAxis(f.index[1]) === side && layouts.has(bindings[f.tensor])
      );
  });
  const [first, second] = owners;
  if (!first || !second || first === second) return undefined;
  const shape = index.map((at) => plainAxis(at)!.extent);
  const width = (extent: number) => [16, 8, 4, 1].find((size) => extent % size === 0)!;
  const lanes = width(shape[0]) > width(shape[1]) || (width(shape[0]) === width(shape[1]) && shape[0] <= shape[1])
    ? 0
    : 1;
  // narrower panels would be no better than rows
  const panel = width(shape[lanes]) >= 8 ? width(shape[lanes]) : shape[lanes];
  const same = (families.get(weight) ?? []).filter((name) => tensors[name].shape.join() === shape.join());
  const { tensor: symbol } = owners[lanes]!;
  return {
    tensors: same,
    layout: blocked(shape, lanes, panel),
    copy: {
      of: bindings[symbol],
      symbol,
      name: `${bindings[symbol]}.rows`,
      layout: blocked(tensors[bindings[symbol]].shape, 1, panel),
      pass: "rows",
      axes: [batch, axis("i", tensors[bindings[symbol]].shape[1])],
    },
  };
}
