/**
 * Which parts of tensors a workgroup copies to its memory: the boxes that hold all that its invocations load for some
 * terms of a sum, where several of them load the same.
 *
 * @module
 */
import { constantOffset, offsetKey, sumOffsets } from "../../../ir/affine.ts";
import {
  type Affine,
  BYTES,
  LANES,
  type Load,
  LOADED,
  type Offset,
  type Stage,
  stagedElements,
  strides,
  type TensorType,
  WORKGROUP,
} from "../../../ir/ir.ts";
import type { Lowering } from "../../../lower/lowering.ts";
import { indexAt, type Point } from "../../../lower/points.ts";
import { laneStep } from "../../../lower/values.ts";

/** An index of an access: what a workgroup has in common, and what each of its invocations and terms adds. */
export interface SplitIndex {
  readonly joint: Offset;
  readonly rest: Offset;
}

/** What invocations load, each for itself: one element or four neighbours for each term. */
export interface Use {
  readonly tensor: string;
  /** By dimension of the tensor. */
  readonly indices: readonly SplitIndex[];
  /** By dimension, how far the last of four neighbours lies behind the first: 0 where it is one element. */
  readonly beside: readonly number[];
}

/** The values of a variable: 0 to `largest` by `step`. `term`: each invocation goes through them. */
export interface Range {
  readonly largest: number;
  readonly step: number;
  readonly term: boolean;
}

/** The workgroup of a grid with workgroup tiles. */
export interface Workgroup {
  /** The variables that its invocations have in common. */
  readonly joint: ReadonlySet<string>;
  /** Those that they have not. */
  readonly ranges: ReadonlyMap<string, Range>;
}

/** A box, and how an access finds its element in it. */
export interface Box {
  readonly key: string;
  readonly stage: Omit<Stage, "name">;
  /** By dimension of the tensor: the least index, and how far apart neighbours lie in the box. */
  readonly sides: readonly { readonly low: number; readonly stride: number }[];
}

const isWide = ({ beside }: Use) => beside.some((distance) => distance > 0);

/** The indices of a load, split; nothing where one of them is loaded itself. */
export function splitIndices({ index }: Load, point: Point, joint: ReadonlySet<string>): SplitIndex[] | undefined {
  const indices: SplitIndex[] = [];
  for (const i of index) {
    if (i.kind === "load") return undefined;
    const { constant, terms } = indexAt(i, point);
    const [common, rest] = [true, false].map((is) => terms.filter(({ variable }) => joint.has(variable) === is));
    indices.push({ joint: { constant: 0, terms: common }, rest: { constant, terms: rest } });
  }
  return indices;
}

/** A load as one that may be staged; nothing where it cannot be. */
export function useOf(load: Load, point: Point, joint: ReadonlySet<string>, lowering: Lowering): Use | undefined {
  const { tensor, index } = load, { dtype, rows } = lowering.kernel.tensors[tensor];
  const indices = splitIndices(load, point, joint);
  if (!indices || BYTES[dtype] !== 4 || rows !== undefined) return undefined;
  const wide = laneStep(tensor, index, point, lowering) === 1;
  const beside = index.map((i) =>
    (i as Affine).terms.reduce(
      (sum, { axis, coefficient }) => sum + (wide && point.get(axis)!.lanes ? (LANES - 1) * coefficient : 0),
      0,
    )
  );
  return { tensor, indices, beside };
}

/** What accesses of one box have in common: the tensor, and where the box lies. */
export function boxKey(tensor: string, indices: readonly SplitIndex[]): string {
  return [tensor, ...indices.map(({ joint }) => offsetKey(joint))].join(" ");
}

/** Where an access finds its element in its box. */
export function placeInBox({ sides }: Pick<Box, "sides">, indices: readonly SplitIndex[]): Offset {
  return sumOffsets(
    ...indices.map(({ rest }, d) =>
      [sumOffsets([rest, 1], [constantOffset(-sides[d].low), 1]), sides[d].stride] as const
    ),
  );
}

/**
 * The boxes that are worth it: of whose elements each is loaded by two invocations or more.
 *
 * @param team invocations that share the terms.
 */
export function boxesOf(
  uses: readonly Use[],
  ranges: ReadonlyMap<string, Range>,
  tensors: Readonly<Record<string, TensorType>>,
  team: number,
): Box[] {
  return [...Map.groupBy(uses, ({ tensor, indices }) => boxKey(tensor, indices))].flatMap(([key, all]) => {
    const [{ tensor, indices }] = all, type = tensors[tensor], tensorStrides = strides(type);
    const reached = indices.map((_, d) => {
      const each = all.map((use) => reach(use.indices[d].rest, ranges));
      return {
        low: Math.min(...each.map(([low]) => low)),
        high: Math.max(...each.map(([, high], i) => high + all[i].beside[d])),
      };
    });
    const extents = reached.map(({ low, high }) => high - low + 1);
    const sides = reached.map(({ low }, d) => ({ low, stride: extents.slice(d + 1).reduce((a, b) => a * b, 1) }));
    const box: { extent: number; stride: number }[] = [];
    for (const [d, extent] of extents.entries()) {
      const outer = box.at(-1);
      if (extent === 1) continue;
      // rows that follow each other are one
      if (outer?.stride === extent * tensorStrides[d]) {
        box[box.length - 1] = { extent: outer.extent * extent, stride: tensorStrides[d] };
      } else box.push({ extent, stride: tensorStrides[d] });
    }
    const offset = sumOffsets(
      ...indices.map(({ joint }, d) =>
        [sumOffsets([joint, 1], [constantOffset(sides[d].low + type.halo[d][0]), 1]), tensorStrides[d]] as const
      ),
    );
    const scalar = LOADED[type.dtype], last = box.at(-1);
    const wide = last?.stride === 1 && last.extent % LANES === 0 &&
      all.every((use) => isWide(use) && isAligned(placeInBox({ sides }, use.indices), ranges));
    const stage: Box["stage"] = { kind: "stage", tensor, offset, box, type: wide ? `${scalar}x4` : scalar };
    const distinct = new Map(all.map((use) => [use.indices.map(({ rest }) => offsetKey(rest)).join(), use]));
    const loaded = [...distinct.values()].reduce((sum, use) => sum + elementsOf(use, ranges), 0);
    return loaded * WORKGROUP / team < 2 * stagedElements(stage) ? [] : [{ key, stage, sides }];
  });
}

/** Smallest and largest value. */
function reach({ constant, terms }: Offset, ranges: ReadonlyMap<string, Range>): [number, number] {
  let low = constant, high = constant;
  for (const { variable, coefficient } of terms) {
    const far = coefficient * ranges.get(variable)!.largest;
    low += Math.min(far, 0);
    high += Math.max(far, 0);
  }
  return [low, high];
}

const isAligned = ({ constant, terms }: Offset, ranges: ReadonlyMap<string, Range>) =>
  [constant, ...terms.map(({ variable, coefficient }) => coefficient * ranges.get(variable)!.step)]
    .every((n) => n % LANES === 0);

/** Elements that an invocation would load. */
function elementsOf(use: Use, ranges: ReadonlyMap<string, Range>): number {
  const variables = new Set(use.indices.flatMap(({ rest }) => rest.terms.map(({ variable }) => variable)));
  let elements = isWide(use) ? LANES : 1;
  for (const variable of variables) {
    const { largest, step, term } = ranges.get(variable)!;
    if (term) elements *= largest / step + 1;
  }
  return elements;
}
