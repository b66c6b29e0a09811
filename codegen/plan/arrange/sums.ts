/**
 * Sums that are taken in two kernels: first one for each of several shares of the terms, then the sum of these.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { expressions, rewriter } from "../../ir/expr.ts";
import type { Affine, Axis, Load, Reduce } from "../../ir/ir.ts";
import { axis, part, plus, sum, Tensor, times } from "../../language/notation.ts";
import { kernelName, prune } from "../kernel.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";

/** Which sums are taken apart for each sample. */
export interface SampleSums {
  /** Elements of a result. */
  readonly least: number;
  readonly most: number;
  /** It is worth it when so many terms go into each of these sums. */
  readonly terms: number;
  /** Whether for each sample of the batch, where these are enough terms, and not of a block. */
  readonly ofBatch: boolean;
}

/** A sum of so many terms is taken in chunks. */
const LONG_SUM = 1024;
/** Most terms of a chunk: with 16 samples and 16 weights for each, three quarters of a 32 kB cache. */
const CHUNK = 196;
/** Most elements of the sums of all chunks. */
const LARGEST_CHUNKS = 2 ** 22;

/** A sum over samples as one for each sample, of a block or of the batch, and the sum of these, if that suits the kernel. */
export function sampleSums(
  planned: PlannedKernel,
  block: number,
  { least, most, terms, ofBatch }: SampleSums,
  tensors: Record<string, DraftTensor>,
): readonly PlannedKernel[] | undefined {
  const reduce = soleSum(planned);
  if (!reduce) return undefined;
  const elements = product(planned.kernel.parts[0].axes);
  const loads = expressions(reduce.body).filter((e) => e.kind === "load");
  if (loads.length === 0) return undefined;
  const lanes = reduce.axes.at(-1)!, blocks = plainAxis(loads[0].index[0]);
  if (
    lanes.extent !== block || elements < least || elements > most ||
    !loads.every((load) => plainAxis(load.index.at(-1)!) === lanes)
  ) return undefined;
  // for each block too, or for all blocks together
  const wishes = ofBatch ? [reduce.axes.filter((axis) => axis === blocks), []] : [[]];
  const first = wishes.find((first) => {
    const others = reduce.axes.filter((axis) => axis !== lanes && !first.includes(axis));
    return product(others) >= terms && elements * product([...first, lanes]) <= LARGEST_CHUNKS;
  });
  if (!first) return undefined;
  const left = reduce.axes.filter((axis) => axis !== lanes && !first.includes(axis));
  return inTwo(planned, { name: "lanes", first, last: [lanes] }, [{ first, terms: left, body: reduce.body }], tensors);
}

/** A long sum as one for each chunk, and the sum of these, if that suits the kernel. */
export function chunkSums(
  planned: PlannedKernel,
  tensors: Record<string, DraftTensor>,
): readonly PlannedKernel[] | undefined {
  const reduce = soleSum(planned);
  if (!reduce || product(reduce.axes) < LONG_SUM) return undefined;
  const long = reduce.axes.reduce((a, b) => a.extent >= b.extent ? a : b);
  const rest = product(reduce.axes) / long.extent;
  let size = Math.min(long.extent, Math.floor(CHUNK / rest));
  while (size > 1 && long.extent % size !== 0) size--;
  const chunks = long.extent / size;
  const points = product(planned.kernel.parts[0].axes);
  if (size * rest < CHUNK / 4 || chunks < 2 || chunks * points > LARGEST_CHUNKS) return undefined;
  return chunked(planned, reduce, long, size, tensors);
}

/**
 * A sum in two kernels: over chunks of so many iterations of one of its axes, and over the chunks. The last chunk has
 * what is left.
 */
function chunked(
  planned: PlannedKernel,
  reduce: Reduce,
  long: Axis,
  size: number,
  tensors: Record<string, DraftTensor>,
  alone = false,
): readonly PlannedKernel[] {
  const full = Math.floor(long.extent / size), left = long.extent - full * size;
  const share = (chunk: Axis | number, extent: number): Share => {
    const inner = alone ? 0 : axis(long.name, extent);
    const move = (index: Affine) =>
      plus(
        index.constant,
        ...index.terms.map((t) => times(t.axis === long ? plus(times(chunk, size), inner) : t.axis, t.coefficient)),
      );
    const terms = reduce.axes.flatMap((axis) => axis !== long ? axis : inner === 0 ? [] : inner);
    return { first: [chunk], terms, body: rewriter(() => undefined, move)(reduce.body) };
  };
  const name = `${long.name}c`, chunks = axis(name, left === 0 ? full : full + 1);
  const shares = [share(axis(name, full), size), ...left === 0 ? [] : [share(full, left)]];
  return inTwo(planned, { name: "chunks", first: [chunks], last: [] }, shares, tensors);
}

/** Terms of a chunk whose samples are whole: what is multiplied stays in the second cache. */
const CHANNEL_CHUNK = 1024;

/** Where channels are innermost: a long sum over samples as one for some samples each, and the sum of these. */
export function channelSums(
  planned: PlannedKernel,
  batch: Axis,
  tensors: Record<string, DraftTensor>,
): readonly PlannedKernel[] | undefined {
  const reduce = soleSum(planned);
  if (!reduce) return undefined;
  const [samples, ...positions] = reduce.axes, points = product(planned.kernel.parts[0].axes);
  const alone = RESULTS * points <= operandsOf(reduce, samples);
  const most = alone ? 1 : Math.max(1, Math.floor(CHANNEL_CHUNK / product(positions)));
  if (product(reduce.axes) < 2 * CHANNEL_CHUNK || samples !== batch || most >= samples.extent) return undefined;
  // chunks of about one size, whatever the batch
  const chunks = Math.ceil(samples.extent / most);
  if (chunks * points > LARGEST_CHUNKS) return undefined;
  return chunked(planned, reduce, samples, Math.ceil(samples.extent / chunks), tensors, alone);
}

/** Results that a sample's own sums have, and so many times as many operands. */
const RESULTS = 4;

/** Elements that a sum of products takes for each iteration of an axis; 0 where that axis does not stand alone, or others do not. */
function operandsOf(reduce: Reduce, along: Axis): number {
  const loads = expressions(reduce.body).filter((e): e is Load => e.kind === "load");
  const axes = loads.map(({ index }) => index.map(plainAxis));
  if (loads.length < 2 || axes.some((own) => own[0] !== along || own.includes(undefined))) return 0;
  return axes.reduce((sum, [, ...others]) => sum + product(others as Axis[]), 0);
}

/** The only sum of a kernel that makes one tensor and reduces nothing else. */
function soleSum({ kernel: { parts } }: PlannedKernel): Reduce | undefined {
  if (parts.length !== 1 || parts[0].assignments.length !== 1) return undefined;
  const all = expressions(parts[0].assignments[0].value).filter((e): e is Reduce => e.kind === "reduce");
  return all.length === 1 && all[0].reduction === "sum" ? all[0] : undefined;
}

function product(axes: readonly Axis[]): number {
  return axes.reduce((points, { extent }) => points * extent, 1);
}

/** Sums of some of the terms: in the first dimensions of what keeps sums apart, over which axes, and of what. */
interface Share {
  readonly first: readonly (Axis | number)[];
  readonly terms: readonly Axis[];
  readonly body: Reduce["body"];
}

/** A kernel that keeps sums apart along the axes `first` and `last`, a part for each share, and one that adds them up. */
function inTwo(
  planned: PlannedKernel,
  { name: what, first, last }: { name: string; first: readonly Axis[]; last: readonly Axis[] },
  shares: readonly Share[],
  tensors: Record<string, DraftTensor>,
): readonly PlannedKernel[] {
  const { kernel, bindings, title } = planned;
  const [{ axes, assignments: [{ tensor, index, value }] }] = kernel.parts;
  const name = `${bindings[tensor]}.${what}`;
  const at = [...first, ...axes, ...last];
  const shape = at.map(({ extent }) => extent);
  tensors[name] = { name, role: "gradient", dtype: "f32", shape, kept: true };
  const partial = new Tensor(`${tensor}_${what}`, shape);
  const early = { ...title, wrt: title.wrt === undefined ? what : `${title.wrt}_${what}` };
  const parts = shares.map(({ first, terms, body }) => {
    const own = [...first.filter((at) => typeof at !== "number"), ...axes, ...last];
    return part(own, partial.set([...first, ...axes, ...last], sum([...terms], body)));
  });
  const total = rewriter(
    (node) => node.kind === "reduce" ? sum([...first, ...last], partial.at(...at)) : undefined,
    (index) => index,
  );
  return [
    {
      ...planned,
      title: early,
      bindings: { ...bindings, [partial.symbol]: name },
      kernel: { ...kernel, name: kernelName(early), parts },
    },
    {
      ...planned,
      // the first one does the work
      ...planned.saves !== undefined && { saves: 0 },
      bindings: { ...bindings, [partial.symbol]: name },
      kernel: { ...kernel, parts: [part(axes, { tensor, index, value: total(value) })] },
    },
  ].map(prune);
}
