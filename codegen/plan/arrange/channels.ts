/**
 * Channels innermost: how images and the weights of convolutions lie where channels are many.
 *
 * An image [n, c, h, w] is stored as [n, c / 16, h, w, c % 16], a weight [o, c, r, s] as
 * [o / 16, c / 16, r, s, c % 16, o % 16]: vectors lie along the output channels, an element of the input is put in every
 * lane, and the terms of a row of the window follow each other. Nothing of it depends on the batch. A series [n, c, l] is
 * an image with one dimension less. A depthwise weight [o, 1, r, s], whose outputs see one channel each, is stored as
 * [o / 16, r, s, o % 16]: vectors lie along the channels on both sides.
 *
 * Blocks are those of oneDNN: https://oneapi-src.github.io/oneDNN/dev_guide_understanding_memory_formats.html
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions, exprKey } from "../../ir/expr.ts";
import type { Axis, Index, Load } from "../../ir/ir.ts";
import { axis } from "../../language/notation.ts";
import { multiplyAdds } from "../../ir/cost.ts";
import type { Draft, DraftTensor, Layout, PlannedKernel, Role } from "../plan.ts";
import { accessesIn } from "../kernel.ts";
import { blockOf } from "./blocks.ts";
import { BLOCKS, inBlocks, inOne, inOrder, isImage, unitOf } from "./channel_blocks.ts";
import type { Copy } from "./copy.ts";
import { roomOf } from "./overhang.ts";
import { isInRuns } from "./runs.ts";
import { type familiesOf, GRADIENT } from "./panels.ts";

type Stored = Layout["dimensions"][number];

/** Dimensions as they are. */
const whole = (shape: readonly number[], ...dimensions: number[]): Stored[] =>
  dimensions.map((of) => ({ of, every: 1, extent: shape[of] }));

/** The dimensions behind the channels, as they are. */
const behind = (shape: readonly number[]) => whole(shape, ...shape.keys().drop(2));

/** [n, c / 16, h, w, c % 16]. */
function imageLayout(shape: readonly number[]): Layout {
  const { blocks, places } = inBlocks(shape, 1);
  return { shape, dimensions: [...whole(shape, 0), ...blocks, ...behind(shape), places] };
}

/** [o / 16, c / 16, r, s, c % 16, o % 16], or with o and c exchanged; [o / 16, c, r, s, o % 16] where c is in no blocks. */
function weightLayout(shape: readonly number[], outer: 0 | 1, inTerms = true): Layout {
  const inner = 1 - outer, { blocks, places } = inBlocks(shape, outer);
  if (!inTerms) return { shape, dimensions: [...blocks, ...whole(shape, inner), ...behind(shape), places] };
  const terms = inBlocks(shape, inner);
  return { shape, dimensions: [...blocks, ...terms.blocks, ...behind(shape), terms.places, places] };
}

/** Tiles [n, plane, i, j, c] as [n, plane, c / 16, i, j, c % 16]. */
function tilesLayout(shape: readonly number[]): Layout {
  const last = shape.length - 1, { blocks, places } = inBlocks(shape, last);
  return {
    shape,
    dimensions: [...whole(shape, 0), ...blocks, ...whole(shape, 1, 2, 3), places],
  };
}

/** Planes of a filter [plane, o, c] as [plane, o / 16, c, o % 16], where vectors lie along o: one of dimensions 1 and 2. */
function planesLayout(shape: readonly number[], vectors: number): Layout {
  const { blocks, places } = inBlocks(shape, vectors);
  return { shape, dimensions: [...whole(shape, 0), ...blocks, inOne(shape, 3 - vectors), places] };
}

/** A row of numbers, one for each channel, and zeros up to whole blocks. */
function rowLayout(shape: readonly number[]): Layout {
  return { shape, dimensions: [inOne(shape, 0)] };
}

/** A convolution has many channels from so many on, on both sides. */
const MANY = 12;
/** Of the samples as they are given: they make no blocks, and with few more a window's terms are many. */
const MANY_GIVEN = 3;
/** Share of the work that must be convolutions of many channels: then samples innermost is the slower layout. */
const SHARE = 0.25;

/**
 * How many times as long convolutions take with their samples innermost in blocks of 8, of 4, and in none, beside blocks of
 * 16: as measured on nets of few channels.
 */
const SLOWER: ReadonlyMap<number | undefined, number> = new Map([[8, 2], [4, 3.5], [undefined, 6]]);

/** Whether channels are better innermost than samples: they are many, or samples make no blocks of 16 and zeros cost less. */
export function suitsChannels(draft: Draft): boolean {
  return hasManyChannels(draft) || zerosIn(draft) <= (SLOWER.get(blockOf(draft.batch.extent)) ?? 0);
}

/** Whether most of what sums multiply has many channels on both sides. */
export function hasManyChannels(draft: Draft): boolean {
  const all = [...draft.train, ...draft.evaluate].reduce((sum, { kernel }) => sum + multiplyAdds(kernel), 0);
  const many = convolutionsIn(draft).filter(({ channels: [o, c], ofGiven }) =>
    o >= MANY && c >= (ofGiven ? MANY_GIVEN : MANY)
  );
  return workOf(many) > SHARE * all;
}

/** What sums of convolutions multiply in whole blocks of channels, beside what they have to; without any, infinitely more. */
function zerosIn(draft: Draft): number {
  const all = convolutionsIn(draft), filled = (extent: number) => Math.ceil(extent / BLOCKS.at(-1)!) * BLOCKS.at(-1)!;
  const whole = all.map(({ work, channels: [o, c], ofGiven }) => ({
    work: work * (filled(o) / o) * (ofGiven ? 1 : filled(c) / c),
  }));
  return all.length === 0 ? Infinity : workOf(whole) / workOf(all);
}

/** A kernel of a convolution, or of its gradients: what it multiplies, and the channels of its weight. */
interface Multiplied {
  readonly work: number;
  readonly channels: readonly number[];
  /** Whether it reads the samples as they are given. */
  readonly ofGiven: boolean;
}

const workOf = (all: readonly Pick<Multiplied, "work">[]) => all.reduce((sum, { work }) => sum + work, 0);

function convolutionsIn({ train, evaluate, tensors }: Draft): Multiplied[] {
  return [...train, ...evaluate].flatMap(({ kernel, bindings }) => {
    const names = Object.values(bindings), work = multiplyAdds(kernel);
    // a weight, or its gradient
    const weight = names.map((name) => tensors[weightOf(name)] ?? tensors[name])
      .find((tensor) => isImage(tensor.shape) && isWeight(tensor));
    if (!weight || work === 0) return [];
    const own = accessesIn(kernel.parts).filter(({ tensor }) => weightOf(bindings[tensor]) === weight.name);
    const [o, c] = weight.shape, channels = isDepthwise(weight.shape, own.map(({ index }) => index)) ? [o, o] : [o, c];
    return [{ work, channels, ofGiven: names.includes(GIVEN) }];
  });
}

/** Whether each output of weights sees one channel, of which accesses have no axis. */
function isDepthwise([, channels]: readonly number[], indices: readonly (readonly Index[])[]): boolean {
  return channels === 1 && indices.some(([, at]) => at?.kind === "affine" && at.terms.length === 0);
}

/** What a gradient is of, or what it is itself. */
const weightOf = (name: string) => name.endsWith(GRADIENT) ? name.slice(0, -GRADIENT.length) : name;

const isWeight = ({ role }: DraftTensor) => role === "parameter";

/** The name of the samples as they are given. */
const GIVEN = "input";

/**
 * Of so many channels on, the given samples are stored as other images are, so that tiles can be made of them, if blocks
 * have so little more room: what goes through them goes through zeros, too.
 */
const BLOCKED_GIVEN = 16, MOST_ROOM = 1.15;

/** Whether a tensor is samples that are stored as they are given: each element is put in every lane, so any order will do. */
export function isAsGiven(name: string, tensors: Draft["tensors"]): boolean {
  const { shape } = tensors[name];
  if (name !== GIVEN || !isImage(shape)) return false;
  return shape[1] < BLOCKED_GIVEN || inOne(shape, 1).extent > MOST_ROOM * shape[1];
}

/** Accesses to each tensor, and what else kernels tell. */
export interface Accesses {
  readonly kernels: readonly PlannedKernel[];
  readonly indices: ReadonlyMap<string, readonly (readonly Index[])[]>;
  readonly families: ReturnType<typeof familiesOf>;
  readonly isOfSamples: (name: string) => boolean;
}

/** Layouts of all images, of the weights of convolutions, and of rows of numbers for each channel. */
export function channelLayouts(
  draft: Draft,
  { kernels, indices, families, isOfSamples }: Accesses,
): Map<string, Layout> {
  const layouts = new Map<string, Layout>(), { tensors } = draft;
  const plain = (name: string, ...dimensions: number[]) =>
    indices.get(name)?.every((index) => dimensions.every((d) => inOrder(index[d], tensors[name].shape[d]))) ?? true;
  for (const [name, { shape }] of Object.entries(tensors)) {
    if (!isImage(shape) || isAsGiven(name, tensors) || !isOfSamples(name)) continue;
    if (plain(name, 1) || isInRuns(name, kernels, draft)) {
      layouts.set(name, imageLayout(shape));
    }
  }
  for (const [name, { role, shape }] of Object.entries(tensors)) {
    if (shape.length === 5 && isOfSamples(name) && plain(name, 4)) layouts.set(name, tilesLayout(shape));
    if (shape.length !== 3 || (role !== "value" && role !== "gradient") || !plain(name, 1, 2)) continue;
    if (isOfSamples(name) || tensors[weightOf(name)]?.role === "parameter") continue;
    const vectors = vectorsOfPlanes(name, kernels);
    if (vectors !== undefined) layouts.set(name, planesLayout(shape, vectors));
  }
  const given = channelsOfGiven(kernels, draft);
  for (const [name, { role, shape }] of Object.entries(tensors)) {
    // numbers of the whole batch that layers keep for later, such as means, go with the channels as weights do
    const ofBatch = role === "value" && shape.length === 1 && !isOfSamples(name);
    if (layouts.has(name) || !(ROLES.has(role) || ofBatch) || (!isImage(shape) && shape.length !== 1)) continue;
    const same = (families.get(name) ?? []).filter((other) => tensors[other].shape.join() === shape.join());
    const depthwise = isDepthwise(shape, same.flatMap((other) => indices.get(other) ?? []));
    const channels = isImage(shape) && !depthwise ? [0, 1] : [0];
    if (!same.every((other) => plain(other, ...channels))) continue;
    const inTerms = !depthwise && !same.some((one) => given.has(one));
    const layout = shape.length === 1 ? rowLayout(shape) : weightLayout(shape, 0, inTerms);
    if (shape.length === 1 && !same.some((other) => isOfChannels(other, kernels, layouts))) continue;
    for (const other of same) layouts.set(other, layout);
  }
  return layouts;
}

/** Whether images stay that have no layout, of groups of few channels for example: kernels that touch them and others crawl. */
export function leavesImages(
  { tensors }: Draft,
  { isOfSamples }: Accesses,
  layouts: ReadonlyMap<string, Layout>,
): boolean {
  return Object.entries(tensors).some(([name, { shape }]) =>
    isImage(shape) && isOfSamples(name) && !isAsGiven(name, tensors) && !layouts.has(name)
  );
}

/**
 * Whether a kernel goes with the channels of an image through what is kept from step to step and has no room behind the
 * last one, where the image has: zeros cannot stand around that.
 */
export function lacksRoom({ tensors }: Draft, { kernels }: Accesses, layouts: ReadonlyMap<string, Layout>): boolean {
  return kernels.some(({ kernel: { parts }, bindings }) => {
    const all = accessesIn(parts), over = new Set<Axis>();
    for (const { tensor, index } of all) {
      const layout = layouts.get(bindings[tensor]);
      for (const [of, at] of layout ? index.entries() : []) {
        const axis = plainAxis(at);
        if (axis && roomOf(layout!, of).extent > layout!.shape[of]) over.add(axis);
      }
    }
    return all.some(({ tensor, index }) =>
      KEPT.has(tensors[bindings[tensor]].role) && !layouts.has(bindings[tensor]) &&
      index.some((i) => i.kind === "affine" && i.terms.some(({ axis }) => over.has(axis)))
    );
  });
}

/** Roles of what is kept from step to step. */
const KEPT: ReadonlySet<Role> = new Set(["parameter", "buffer", "state"]);

/** The dimension of planes [plane, o, c] along which the kernel of their products has its vectors. */
function vectorsOfPlanes(name: string, kernels: readonly PlannedKernel[]): number | undefined {
  for (const { kernel: { parts }, bindings } of kernels) {
    for (const { tensor, index, value } of parts.flatMap(({ assignments }) => assignments)) {
      if (value.kind !== "reduce" || value.body.kind !== "op" || value.body.op !== "mul") continue;
      if (bindings[tensor] === name) return 1;
      const own = value.body.operands.find((e): e is Load => e.kind === "load" && bindings[e.tensor] === name);
      if (!own) continue;
      const written = index.map(plainAxis), at = own.index.map(plainAxis);
      return [1, 2].find((d) => written.includes(at[d]));
    }
  }
  return undefined;
}

/** What a family of weights begins with: the weights themselves, or what a layer keeps. */
const ROLES: ReadonlySet<Role> = new Set(["parameter", "buffer"]);

/** Weights whose second dimension goes through the channels of the given samples. */
function channelsOfGiven(kernels: readonly PlannedKernel[], { tensors }: Draft): ReadonlySet<string> {
  if (!isAsGiven(GIVEN, tensors)) return new Set();
  return new Set(kernels.flatMap(({ kernel: { parts }, bindings }) => {
    if (!Object.values(bindings).includes(GIVEN)) return [];
    const all = accessesIn(parts);
    const channels = all.filter(({ tensor }) => bindings[tensor] === GIVEN).map(({ index }) => plainAxis(index[1]));
    return all.filter(({ tensor, index }) =>
      isImage(tensors[bindings[tensor]].shape) && bindings[tensor] !== GIVEN && index[1] &&
      channels.includes(plainAxis(index[1]))
    ).map(({ tensor }) => bindings[tensor]);
  }));
}

/** Whether a row of numbers goes with the channels of an image. */
function isOfChannels(
  name: string,
  kernels: readonly PlannedKernel[],
  layouts: ReadonlyMap<string, Layout>,
): boolean {
  return kernels.some(({ kernel: { parts }, bindings }) => {
    if (!Object.values(bindings).includes(name)) return false;
    const all = accessesIn(parts), own = all.filter(({ tensor }) => bindings[tensor] === name);
    return own.some(({ index: [at] }) =>
      all.some(({ tensor, index }) =>
        layouts.has(bindings[tensor]) && isImage(index) && plainAxis(index[1]) === plainAxis(at)
      )
    );
  });
}

/** The weight of which an input's gradient wants a copy: its sum goes over the first channels and it writes the second. */
export function exchanged(
  { kernel: { parts }, bindings }: PlannedKernel,
  { tensors }: Draft,
  layouts: ReadonlyMap<string, Layout>,
): Copy | undefined {
  for (const { tensor, index, value } of parts.flatMap(({ assignments }) => assignments)) {
    const layout = layouts.get(bindings[tensor]);
    if (!layout) continue;
    const written = unitOf(index[layout.dimensions.at(-1)!.of]);
    const weight = expressions(value).find((e): e is Load =>
      e.kind === "load" && tensors[bindings[e.tensor]].role === "parameter" && layouts.has(bindings[e.tensor]) &&
      isImage(e.index) && unitOf(e.index[1]) === written && unitOf(e.index[0]) !== written
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
      axes: shape.map((extent, d) => axis("ocrs"[d], extent)),
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
    const terms = part.assignments.map(({ value }) => expressions(value).find((e) => e.kind === "reduce"))
      .map((reduce) => reduce && exprKey(reduce.body));
    return terms.every((own, i) => own !== undefined && terms.indexOf(own) === i)
      ? part.assignments.map((assignment) => ({ ...part, assignments: [assignment] }))
      : [part];
  });
  return { ...planned, kernel: { ...planned.kernel, parts } };
}
