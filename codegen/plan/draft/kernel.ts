/**
 * Kernels of a draft, from formulas that name their tensors by symbols.
 *
 * @module
 */
import type { Part } from "../../ir/ir.ts";
import type { Pass } from "../../language/layer.ts";
import { Tensor } from "../../language/notation.ts";
import { kernelName } from "../kernel.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";
import { mapped, type Symbols } from "./tensors.ts";

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
export function draftKernel(
  { title, source, reshapes }: Heading,
  symbols: Symbols,
  parts: readonly Part[],
): PlannedKernel {
  return {
    title,
    bindings: mapped(symbols, ({ name }) => name),
    kernel: { name: kernelName(title), source, parts, tensors: {} },
    ...(reshapes && { reshapes }),
  };
}

/** The kernels of a pass. */
export function draftPass(stem: string, name: string, source: string, symbols: Symbols, pass: Pass): PlannedKernel[] {
  return pass.map(({ name: wrt, parts, reshapes }) =>
    draftKernel({ title: { stem, pass: name, ...wrt !== undefined && { wrt } }, source, reshapes }, symbols, parts)
  );
}

/** Tensors as formulas use them. */
export function notationOf(symbols: Symbols): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(symbols).map(([symbol, { shape }]) => [symbol, new Tensor(symbol, shape)]),
  );
}

/** Sections one behind the other. */
export function joined(sections: readonly Section[]): Section {
  return {
    tensors: sections.flatMap(({ tensors }) => tensors),
    kernels: sections.flatMap(({ kernels }) => kernels),
  };
}
