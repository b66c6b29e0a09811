/**
 * Clipping by the norm over all gradients, as clip_grad_norm_ of PyTorch does it: they are multiplied by
 * min(1, clipNorm / (norm + 1e-6)). The sums have an order of their own, whatever the threads.
 *
 * @module
 */
import type { Axis, Expr } from "../../ir/ir.ts";
import { add, axis, div, lt, mul, named, part, select, sqrt, sum, type Tensor } from "../../language/notation.ts";
import type { DraftTensor } from "../plan.ts";
import { draftKernel, joined, notationOf, type Section } from "./kernel.ts";
import type { Symbols } from "./tensors.ts";

const SOURCE = "codegen/plan/draft/clip.ts";
/** What PyTorch adds to the norm. */
const TINY = 1e-6;
/** Tensors that a kernel adds up, at most: devices let a kernel bind few. */
const MOST = 6;

/** What gradients are multiplied by: one number. */
export const SCALE: DraftTensor = { name: "gradients.scale", role: "gradient", dtype: "f32", shape: [1], kept: true };

/** The kernels that make {@linkcode SCALE} of gradients. */
export function draftClip(gradients: readonly DraftTensor[], clipNorm: number): Section {
  const squares = gradients.map((gradient) => draftSquares(gradient));
  const sums = squares.map(({ total }) => total), totals: Section[] = [];
  for (let number = 1; sums.length > 1 || totals.length === 0; number++) {
    const some = sums.splice(0, MOST), last = sums.length === 0;
    const total = last ? SCALE : { ...SCALE, name: `gradients.squares${number}` };
    totals.push(draftTotal(some, total, last ? clipNorm : undefined));
    if (last) break;
    sums.unshift(total);
  }
  return joined([...squares.map(({ section }) => section), ...totals]);
}

/** The sum of a gradient's squares along most of its axes: what is left is added up with those of others. */
function draftSquares(gradient: DraftTensor): { readonly section: Section; readonly total: DraftTensor } {
  const { name, shape } = gradient, kept = shape.length === 2 ? 1 : 0;
  const total: DraftTensor = {
    ...{ name: `${name}.squares`, role: "gradient", dtype: "f32", kept: true },
    shape: [shape.length === 1 ? 1 : shape[kept]],
  };
  const symbols = { dw: gradient, squares: total }, { dw, squares } = notationOf(symbols);
  const axes = shape.map((extent, d) => axis(`d${d}`, extent)), own = shape.length === 1 ? axis("k", 1) : axes[kept];
  const square = mul(dw.at(...axes), dw.at(...axes));
  const parts = [part([own], squares.set([own], sum(axes.filter((other) => other !== own), square)))];
  const stem = name.slice(0, name.lastIndexOf(".gradient")).replaceAll(".", "_");
  const heading = { title: { stem, pass: "clip", wrt: "squares" }, source: SOURCE };
  return { section: { tensors: [total], kernels: [draftKernel(heading, symbols, parts)] }, total };
}

/** The sum of some sums; with `clipNorm`, what gradients are multiplied by. */
function draftTotal(sums: readonly DraftTensor[], total: DraftTensor, clipNorm?: number): Section {
  const symbols: Symbols = { ...Object.fromEntries(sums.map((own, i) => [`s${i}`, own])), total };
  const all = notationOf(symbols), k = axis("k", 1);
  const terms = sums.map(({ shape: [extent] }, i) => added(all[`s${i}`], extent));
  const squares = add(terms[0], ...terms.slice(1));
  const value = clipNorm === undefined ? squares : clipped(squares, clipNorm);
  const title = { stem: "gradients", pass: "clip", wrt: total === SCALE ? "scale" : total.name.split(".")[1] };
  return {
    tensors: [total],
    kernels: [draftKernel({ title, source: SOURCE }, symbols, [part([k], all.total.set([k], value))])],
  };
}

function added(sums: Tensor, extent: number): Expr {
  const i: Axis = axis(`${sums.symbol}i`, extent);
  return extent === 1 ? sums.at(0) : sum([i], sums.at(i));
}

/** NaN stays NaN, so that a run that diverged shows it. */
function clipped(squares: Expr, clipNorm: number): Expr {
  const scale = named("scale", div(clipNorm, add(named("norm", sqrt(squares)), TINY)));
  return select(lt(1, scale), 1, scale);
}
