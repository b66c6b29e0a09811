/**
 * Channels that lie in a tensor behind others, as in one that is put together of several: what goes through them goes from
 * block to block on both sides, whose blocks begin at different channels.
 *
 * @module
 */
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Expr, Index, Part } from "../../ir/ir.ts";
import { axis, part, plus, times } from "../../language/notation.ts";
import { accessesIn } from "../kernel.ts";
import type { Draft, Layout, PlannedKernel } from "../plan.ts";
import { isImage } from "./channel_blocks.ts";
import { roomOf } from "./overhang.ts";

/** The dimension of channels of an image. */
const CHANNELS = 1;
const NOTHING: Expr = { kind: "constant", value: 0, type: "f32" };

/** The axis that goes through neighbours along a dimension, from a place on. */
function shifted(index: Index): { axis: Axis; from: number } | undefined {
  if (index.kind === "load" || index.terms.length !== 1 || index.terms[0].coefficient !== 1) return undefined;
  return { axis: index.terms[0].axis, from: index.constant };
}

/** Whether all kernels go through the channels of an image whole, or element by element from some place on. */
export function isInRuns(name: string, kernels: readonly PlannedKernel[], { tensors }: Draft): boolean {
  return kernels.every(({ kernel: { parts }, bindings }) =>
    parts.every((own) =>
      accessesIn([own]).every(({ tensor, index }) => {
        if (bindings[tensor] !== name) return true;
        const at = shifted(index[CHANNELS]);
        if (!at) return false;
        const isWhole = at.from === 0 && at.axis.extent === tensors[name].shape[CHANNELS];
        return isWhole || own.axes.includes(at.axis) && isElementwise(own);
      })
    )
  );
}

const isElementwise = ({ assignments }: Part) =>
  expressions(...assignments.map(({ value }) => value)).every(({ kind }) => kind !== "reduce" && kind !== "position");

/** A kernel in runs that lie in one block each, and zeros behind the last channel; undefined where all it does is whole. */
export function inRuns(
  planned: PlannedKernel,
  layouts: ReadonlyMap<string, Layout>,
  tensors: Draft["tensors"],
): PlannedKernel | undefined {
  const { kernel, bindings } = planned;
  const channelsOf = (symbol: string) => {
    const layout = layouts.get(bindings[symbol]), shape = layout?.shape ?? tensors[bindings[symbol]].shape;
    return isImage(shape) ? { layout, count: shape[CHANNELS] } : undefined;
  };
  const piecesIn = (own: Part) =>
    accessesIn([own]).flatMap(({ tensor, index }) => {
      const channels = channelsOf(tensor), at = channels && shifted(index[CHANNELS]);
      return channels?.layout && at && (at.from > 0 || at.axis.extent < channels.count) ? [at.axis] : [];
    });
  const pieces = kernel.parts.map(piecesIn);
  if (pieces.every(({ length }) => length === 0)) return undefined;
  const blocksOf = (own: Part, along: Axis) =>
    accessesIn([own]).flatMap(({ tensor, index }) => {
      const layout = channelsOf(tensor)?.layout, at = layout && shifted(index[CHANNELS]);
      const by = layout ? roomOf(layout, CHANNELS).by : Infinity;
      return at?.axis === along && by < Infinity ? [{ by, from: at.from }] : [];
    });
  const parts = kernel.parts.flatMap((own, i) => {
    const [along] = pieces[i];
    return along ? runs(own, along, blocksOf(own, along)) : [own];
  });
  const written = new Map(kernel.parts.flatMap((own) => own.assignments.map((made) => [made.tensor, { own, made }])));
  const behind = [...written].flatMap(([symbol, { own, made }]) => {
    const channels = channelsOf(symbol), room = channels?.layout ? roomOf(channels.layout, CHANNELS).extent : 0;
    if (!channels || room <= channels.count) return [];
    const { axis: along } = shifted(made.index[CHANNELS])!, rest = axis(along.name, room - channels.count);
    const index = made.index.map((at, d) => d === CHANNELS ? plus(rest, channels.count) : at);
    return [part(own.axes.map((a) => a === along ? rest : a), { tensor: symbol, index, value: NOTHING })];
  });
  return { ...planned, kernel: { ...kernel, parts: [...parts, ...behind] } };
}

/** A part along an axis in runs, none of which leaves a block; `blocks`: how large they are, and where in one the axis begins. */
function runs(own: Part, along: Axis, blocks: readonly { readonly by: number; readonly from: number }[]): Part[] {
  const period = Math.max(1, ...blocks.map(({ by }) => by));
  if (blocks.length === 0) return [own];
  const starts = Array.from({ length: period }, (_, i) => i)
    .filter((i) => i === 0 || blocks.some(({ by, from }) => (from + i) % by === 0));
  const whole = Math.floor(along.extent / period), left = along.extent - whole * period;
  const outer = axis(`${along.name}b`, whole);
  const cut = (first: number, extent: number, repeated: boolean) =>
    starts.filter((start) => start < extent).map((start, i, all) => {
      const run = axis(along.name, (all[i + 1] ?? extent) - start), at = plus(run, first + start);
      return moved(own, along, repeated ? [outer, run] : [run], repeated ? plus(times(outer, period), at) : at);
    });
  return [
    ...whole > 0 ? cut(0, period, whole > 1) : [],
    ...left > 0 ? cut(whole * period, left, false) : [],
  ];
}

/** A part with axes in place of one, and an index over them in place of its own. */
function moved({ axes, assignments }: Part, along: Axis, by: readonly Axis[], at: Affine): Part {
  const index = ({ constant, terms }: Affine) =>
    plus(constant, ...terms.map((t) => times(t.axis === along ? at : t.axis, t.coefficient)));
  const rewrite = rewriter(() => undefined, index);
  return {
    axes: axes.flatMap((axis) => axis === along ? by : [axis]),
    assignments: assignments.map((own) => ({ ...own, index: own.index.map(index), value: rewrite(own.value) })),
  };
}
