/**
 * Channels innermost: how images and the weights of convolutions lie where channels are many.
 *
 * An image [n, c, h, w] is stored as [n, c / 16, h, w, c % 16], a weight [o, c, r, s] as
 * [o / 16, c / 16, r, s, c % 16, o % 16]: vectors lie along the output channels, an element of the input is put in every
 * lane, and the terms of a row of the window follow each other. Nothing of it depends on the batch.
 *
 * Blocks are those of oneDNN: https://oneapi-src.github.io/oneDNN/dev_guide_understanding_memory_formats.html
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions } from "../../ir/expr.ts";
import type { Index, Load } from "../../ir/ir.ts";
import { axis } from "../../language/notation.ts";
import { multiplyAdds } from "../../ir/cost.ts";
import type { Draft, DraftTensor, Layout, PlannedKernel } from "../plan.ts";
import type { Copy } from "./copy.ts";
import type { familiesOf } from "./panels.ts";

/** Channels in a block, most wanted first; of other counts, all are in one. */
const BLOCKS = [16, 8];

function blockOf(channels: number): number {
  return BLOCKS.find((size) => channels % size === 0) ?? channels;
}

/** The blocks of one dimension, if it has several, then other dimensions, then the places in a block. */
type Stored = Layout["dimensions"][number];

function blocks(shape: readonly number[], of: number): Stored[] {
  const by = blockOf(shape[of]);
  return shape[of] > by ? [{ of, every: by, extent: shape[of] / by }] : [];
}

function places(shape: readonly number[], of: number): Stored {
  return { of, every: 1, extent: blockOf(shape[of]) };
}

const whole = (shape: readonly number[], ...dimensions: number[]): Stored[] =>
  dimensions.map((of) => ({ of, every: 1, extent: shape[of] }));

/** [n, c / 16, h, w, c % 16]. */
function imageLayout(shape: readonly number[]): Layout {
  return { shape, dimensions: [...whole(shape, 0), ...blocks(shape, 1), ...whole(shape, 2, 3), places(shape, 1)] };
}

/** [o / 16, c / 16, r, s, c % 16, o % 16], or with o and c exchanged. */
function weightLayout(shape: readonly number[], outer: 0 | 1): Layout {
  const inner = 1 - outer;
  return {
    shape,
    dimensions: [
      ...blocks(shape, outer),
      ...blocks(shape, inner),
      ...whole(shape, 2, 3),
      places(shape, inner),
      places(shape, outer),
    ],
  };
}

/** A convolution has many channels from so many on, on both sides. */
const MANY = 12;
/** Share of the work that must be convolutions of many channels: then samples innermost is the slower layout. */
const SHARE = 0.25;

/** Whether channels are better innermost than samples: most of what sums multiply has many of them on both sides. */
export function hasManyChannels({ train, evaluate, tensors }: Draft): boolean {
  let many = 0, all = 0;
  for (const { kernel, bindings } of [...train, ...evaluate]) {
    const work = multiplyAdds(kernel);
    all += work;
    const weight = Object.values(bindings).find((name) => tensors[name].shape.length === 4 && isWeight(tensors[name]));
    if (weight && Math.min(...tensors[weight].shape.slice(0, 2)) >= MANY) many += work;
  }
  return many > SHARE * all;
}

const isWeight = ({ role }: DraftTensor) => role === "parameter";

/** Layouts of all images and weights of convolutions, by the accesses to each tensor. */
export function channelLayouts(
  { tensors }: Draft,
  isOfSamples: (name: string) => boolean,
  indices: ReadonlyMap<string, readonly (readonly Index[])[]>,
  families: ReturnType<typeof familiesOf>,
): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  const plain = (name: string, ...dimensions: number[]) =>
    indices.get(name)?.every((index) => dimensions.every((d) => plainAxis(index[d]))) ?? true;
  for (const [name, { role, shape }] of Object.entries(tensors)) {
    if (shape.length !== 4) continue;
    if (name !== "input" && isOfSamples(name) && plain(name, 1)) layouts.set(name, imageLayout(shape));
    if (role !== "parameter") continue;
    const same = (families.get(name) ?? []).filter((other) => tensors[other].shape.join() === shape.join());
    if (same.every((other) => plain(other, 0, 1))) {
      for (const other of same) layouts.set(other, weightLayout(shape, 0));
    }
  }
  return layouts;
}

/** The weight of which an input's gradient wants a copy: its sum goes over the first channels and it writes the second. */
export function exchanged(
  { kernel: { parts }, bindings }: PlannedKernel,
  { tensors, batch }: Draft,
  layouts: ReadonlyMap<string, Layout>,
): Copy | undefined {
  for (const { tensor, index, value } of parts.flatMap(({ assignments }) => assignments)) {
    if (!layouts.has(bindings[tensor]) || plainAxis(index[0]) !== batch) continue;
    const written = plainAxis(index[1]);
    const weight = expressions(value).find((e): e is Load =>
      e.kind === "load" && tensors[bindings[e.tensor]].role === "parameter" && layouts.has(bindings[e.tensor]) &&
      e.index.length === 4 && plainAxis(e.index[1]) === written && plainAxis(e.index[0]) !== written
    );
    if (!weight || !written) continue;
    const of = bindings[weight.tensor];
    const { shape } = tensors[of];
    return {
      of,
      symbol: weight.tensor,
      name: `${of}.exchanged`,
      layout: weightLayout(shape, 1),
      pass: "exchange",
      axes: ["o", "c", "r", "s"].map((name, d) => axis(name, shape[d])),
    };
  }
  return undefined;
}

/**
 * A kernel whose elements that are sums over different terms, such as the residues of a stride, have a part each: a
 * register tile of one of them is as large as registers allow.
 */
export function apart(planned: PlannedKernel): PlannedKernel {
  const parts = planned.kernel.parts.flatMap((part) => {
    const sums = part.assignments.map(({ value }) => expressions(value).find((e) => e.kind === "reduce"));
    return sums.every((sum, i) => sum && sums.indexOf(sum) === i)
      ? part.assignments.map((assignment) => ({ ...part, assignments: [assignment] }))
      : [part];
  });
  return { ...planned, kernel: { ...planned.kernel, parts } };
}
