/**
 * A kernel of a draft, from formulas that name its tensors by symbols.
 *
 * @module
 */
import type { Part } from "../../ir/ir.ts";
import { Tensor } from "../../language/notation.ts";
import { kernelName } from "../kernel.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";
import type { Symbols } from "./tensors.ts";

/** Some kernels of a step, in order, and the tensors that come with them. */
export interface Section {
  readonly tensors: readonly DraftTensor[];
  readonly kernels: readonly PlannedKernel[];
}

/** What a kernel is called, where its formulas are written, and whether it only renames elements. */
export interface Heading {
  readonly title: PlannedKernel["title"];
  readonly source: string;
  readonly reshapes?: true;
}

/** A kernel of some tensors, all of which its formulas may name. */
export function draftKernel({ title, source, reshapes }: Heading, symbols: Symbols, parts: Part[]): PlannedKernel {
  return {
    title,
    bindings: Object.fromEntries(Object.entries(symbols).map(([symbol, { name }]) => [symbol, name])),
    kernel: { name: kernelName(title), source, parts, tensors: {} },
    ...(reshapes && { reshapes }),
  };
}

/** Tensors as formulas use them. */
export function notationOf(symbols: Symbols): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(symbols).map(([symbol, { shape }]) => [symbol, new Tensor(symbol, shape)]),
  );
}
