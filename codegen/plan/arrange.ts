/**
 * Stage 4: a draft to a draft whose tensors lie so that vectors can be loaded.
 *
 * Two layouts, both found from the accesses:
 *
 * - Samples innermost, in blocks. A tensor [n, c, h, w] is stored as [n / 16, c, h, w, n % 16], so that the same element
 *   of 16 samples is one contiguous piece, and no window, stride or channel count stands in a vector's way.
 * - Weights in panels. The gradient of a weight [o, i] sums over the samples, so its vectors must lie along o or i: it is
 *   stored as [o / 16, i, o % 16] (or the other way round), and the one operand that has o gets a copy by rows.
 *
 * Two kinds of sums are taken in two kernels. One over samples and positions whose result is small, such as a
 * convolution's weight gradient: first one for each of the 16 samples of a block. And a long one: first one for each
 * chunk of its terms, so that what is multiplied stays in the nearest cache.
 *
 * What comes out is index notation over more axes, so no later stage knows of layouts.
 *
 * @module
 */
import { plainAxis } from "../ir/affine.ts";
import { expressions, rewriter } from "../ir/expr.ts";
import type { Affine, Axis, Index, Load, Reduce } from "../ir/ir.ts";
import { axis, part, plus, sum, Tensor, times } from "../language/notation.ts";
import { type Draft, kernelName, type Layout, type PlannedKernel, prune } from "./plan.ts";

/** Samples in a block, most wanted first: two vectors of 256 bits, one, or one of 128. */
const BLOCKS = [16, 8, 4];
/** A result of up to so many elements may be summed apart for each sample of a block. */
const SMALL_RESULT = 16_384;
/** It is worth it when so many terms go into each of these sums. */
const MANY_TERMS = 128;
/** A sum of so many terms is taken in chunks. */
const LONG_SUM = 1024;
/** Most terms of a chunk: with 16 samples and 16 weights for each, three quarters of a 32 kB cache. */
const CHUNK = 196;
/** Most elements of the sums of all chunks. */
const LARGEST_CHUNKS = 2 ** 22;

/** An axis as blocks and the place in a block. */
interface Split {
  readonly outer: Axis;
  readonly inner: Axis;
  readonly by: number;
}

/**
 * How tensors lie: row-major; or as told above; or in those blocks and panels, but no copy by rows and no sum in two
 * kernels, for targets whose invocations can share a sum.
 */
export type LayoutName = "rows" | "lanes" | "blocks";

/** Gives tensors their layouts and rewrites all kernels; a batch that makes no whole blocks is left as it is. */
export function arrange(draft: Draft, name: "lanes" | "blocks" = "lanes"): Draft {
  const block = blockOf(draft.batchSize);
  if (block === undefined) return draft;
  const kernels = [...new Set([...draft.train, ...draft.evaluate])];
  const layouts = new Map<string, Layout>(), indices = indicesOf(kernels);
  for (const name of Object.keys(draft.tensors)) {
    if (isOfSamples(name, draft, indices.get(name))) layouts.set(name, blocked(draft.tensors[name].shape, 0, block));
  }
  const copies = new Map<string, RowCopy>(), families = familiesOf(draft.tensors);
  for (const planned of kernels) {
    const choice = panels(planned, draft, layouts, families);
    if (!choice?.tensors.every((name) => indices.get(name)?.every((index) => index.every(plainAxis)) ?? true)) continue;
    for (const name of choice.tensors) layouts.set(name, choice.layout);
    if (name === "blocks") continue;
    layouts.set(choice.copy.name, choice.copy.layout);
    copies.set(planned.kernel.name, choice.copy);
  }
  const tensors = { ...draft.tensors };
  for (const { name, of } of copies.values()) tensors[name] = { ...tensors[of], name, kept: true };
  for (const [name, layout] of layouts) {
    const { dtype } = tensors[name];
    tensors[name] = {
      ...tensors[name],
      shape: layout.dimensions.map(({ extent }) => extent),
      // vectors have four lanes of 32 bits
      dtype: dtype === "u8" ? "i32" : dtype,
      layout,
    };
  }
  const rewritten = new Map<PlannedKernel, readonly PlannedKernel[]>();
  for (const planned of kernels) {
    const copy = copies.get(planned.kernel.name);
    const before = copy ? [copyKernel(copy, draft)] : [];
    const source = copy ? redirect(planned, copy) : planned;
    const kernel = split(source, draft, layouts, block);
    rewritten.set(planned, [
      ...before.map((each) => split(each, draft, layouts, block)),
      ...name === "lanes" && (sampleSums(kernel, block, tensors) ?? chunkSums(kernel, tensors)) || [kernel],
    ]);
  }
  const apply = (list: readonly PlannedKernel[]) => list.flatMap((planned) => rewritten.get(planned)!);
  return { ...draft, tensors, train: apply(draft.train), evaluate: apply(draft.evaluate) };
}

/** Samples in a block of a batch, if it makes whole blocks. */
export function blockOf(batchSize: number): number | undefined {
  return BLOCKS.find((size) => batchSize % size === 0);
}

/** The smallest batch that is laid out as one of this size: several blocks where it has more than one. */
export function smallestAlike(batchSize: number): number {
  const block = blockOf(batchSize);
  // twice a smaller block would be one of the next size
  return block === undefined ? Math.min(batchSize, 2) : Math.min(batchSize, (block === BLOCKS[0] ? 2 : 3) * block);
}

/** The elements of a tensor from the usual order to that of its storage. */
export function toStored<T extends Float32Array | Float64Array>(values: T, layout: Layout | undefined): T {
  return layout ? permuted(values, layout, (from, to) => [from, to]) : values.slice() as T;
}

/** The elements of a tensor from its storage in the usual order. */
export function fromStored<T extends Float32Array | Float64Array>(stored: T, layout: Layout | undefined): T {
  return layout ? permuted(stored, layout, (from, to) => [to, from]) : stored.slice() as T;
}

function permuted<T extends Float32Array | Float64Array>(
  source: T,
  { shape, dimensions }: Layout,
  way: (usual: number, stored: number) => readonly [from: number, to: number],
): T {
  const result = new (source.constructor as new (length: number) => T)(source.length);
  // how far each index of each usual dimension is into the storage
  const places = shape.map((extent) => new Int32Array(extent));
  let stride = 1;
  for (const { of, every, extent } of dimensions.toReversed()) {
    for (let i = 0; i < shape[of]; i++) places[of][i] += Math.floor(i / every) % extent * stride;
    stride *= extent;
  }
  let usual = 0;
  const visit = (d: number, stored: number) => {
    for (const place of places[d]) {
      if (d < shape.length - 1) visit(d + 1, stored + place);
      else {
        const [from, to] = way(usual++, stored + place);
        result[to] = source[from];
      }
    }
  };
  visit(0, 0);
  return result;
}

/** One dimension in blocks: the blocks outermost, the place in the block innermost. */
function blocked(shape: readonly number[], dimension: number, by: number): Layout {
  const whole = shape.map((extent, of) => ({ of, every: 1, extent })).filter(({ of }) => of !== dimension);
  const blocks = shape[dimension] / by;
  return {
    shape,
    dimensions: [
      ...blocks > 1 ? [{ of: dimension, every: by, extent: blocks }] : [],
      ...whole,
      { of: dimension, every: 1, extent: by },
    ],
  };
}

/** All accesses to each tensor. */
function indicesOf(kernels: readonly PlannedKernel[]): ReadonlyMap<string, readonly (readonly Index[])[]> {
  const found = new Map<string, (readonly Index[])[]>();
  const add = (name: string, index: readonly Index[]) => {
    const known = found.get(name);
    if (known) known.push(index);
    else found.set(name, [index]);
  };
  for (const { kernel, bindings } of kernels) {
    for (const { tensor, index, value } of kernel.parts.flatMap(({ assignments }) => assignments)) {
      add(bindings[tensor], index);
      for (const e of expressions(value)) if (e.kind === "load") add(bindings[e.tensor], e.index);
    }
  }
  return found;
}

function isOfSamples(
  name: string,
  { tensors, batch }: Draft,
  indices: readonly (readonly Index[])[] | undefined,
): boolean {
  const { role } = tensors[name];
  if (role !== "value" && role !== "gradient") return false;
  return indices?.every(([first]) => first !== undefined && plainAxis(first) === batch) ?? false;
}

/** A copy of a tensor [n, ...] with the samples outermost, as rows. */
interface RowCopy {
  readonly of: string;
  readonly symbol: string;
  readonly name: string;
  readonly layout: Layout;
}

/** Tensors by what their names begin with: `linear1.weight` is of the families `linear1` and `linear1.weight`. */
function familiesOf(tensors: Draft["tensors"]): ReadonlyMap<string, readonly string[]> {
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
function panels(
  { kernel, bindings }: PlannedKernel,
  { batch, tensors }: Draft,
  layouts: ReadonlyMap<string, Layout>,
  families: ReturnType<typeof familiesOf>,
): { tensors: string[]; layout: Layout; copy: RowCopy } | undefined {
  if (kernel.parts.length !== 1 || kernel.parts[0].assignments.length !== 1) return undefined;
  const [{ assignments: [{ tensor, index, value }] }] = kernel.parts;
  if (index.length !== 2 || value.kind !== "reduce" || value.reduction !== "sum") return undefined;
  if (value.axes.length !== 1 || value.axes[0] !== batch) return undefined;
  if (value.body.kind !== "op" || value.body.op !== "mul") return undefined;
  const factors = value.body.operands;
  // the operand that has each axis of the weight, and nothing but it and the samples
  const owners = index.map((at) => {
    const own = plainAxis(at);
    return own &&
      factors.find((f): f is Load =>
        f.kind === "load" && f.index.length === 2 && plainAxis(f.index[1]) === own && layouts.has(bindings[f.tensor])
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
  const gradient = bindings[tensor], weight = gradient.slice(0, -".gradient".length);
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
    },
  };
}

function copyKernel({ of, name }: RowCopy, { batch, tensors }: Draft): PlannedKernel {
  const { shape } = tensors[of];
  const i = axis("i", shape[1]), x = new Tensor("x", shape), y = new Tensor("y", shape);
  const title = { stem: of.replaceAll(".", "_"), pass: "rows" };
  return {
    title,
    bindings: { x: of, y: name },
    kernel: {
      name: kernelName(title),
      source: "codegen/plan/arrange.ts",
      parts: [part([batch, i], y.set([batch, i], x.at(batch, i)))],
      tensors: {},
    },
  };
}

/** The kernel with a tensor read from its copy. */
function redirect(planned: PlannedKernel, { symbol, name }: RowCopy): PlannedKernel {
  return { ...planned, bindings: { ...planned.bindings, [symbol]: name } };
}

/** The kernel over split axes, every access where the layouts put it. */
function split(
  planned: PlannedKernel,
  { batch }: Draft,
  layouts: ReadonlyMap<string, Layout>,
  block: number,
): PlannedKernel {
  const { kernel: { parts }, bindings } = planned;
  const splits = new Map<Axis, Split>();
  const divide = (whole: Axis, by: number) => {
    if (splits.has(whole) || whole.extent === by) return;
    splits.set(whole, { outer: axis(`${whole.name}b`, whole.extent / by), inner: axis(whole.name, by), by });
  };
  divide(batch, block);
  const visit = (tensor: string, index: readonly Index[]) => {
    const layout = layouts.get(bindings[tensor]);
    for (const { of, every } of layout?.dimensions ?? []) {
      const own = plainAxis(index[of]);
      if (every > 1) divide(own!, every);
    }
  };
  for (const { assignments } of parts) {
    for (const { tensor, index, value } of assignments) {
      visit(tensor, index);
      for (const e of expressions(value)) if (e.kind === "load") visit(e.tensor, e.index);
    }
  }
  const affine = (index: Affine): Affine =>
    plus(
      index.constant,
      ...index.terms.map(({ axis, coefficient }) => {
        const own = splits.get(axis);
        return times(own ? plus(times(own.outer, own.by), own.inner) : axis, coefficient);
      }),
    );
  const place = (tensor: string, index: readonly Index[]): Index[] => {
    const rewritten = index.map((i) => i.kind === "affine" ? affine(i) : rewrite(i) as Load);
    const layout = layouts.get(bindings[tensor]);
    if (!layout) return rewritten;
    return layout.dimensions.map(({ of, extent }, d) => {
      if (extent === layout.shape[of]) return rewritten[of];
      const own = splits.get(plainAxis(index[of])!)!;
      return plus(d === layout.dimensions.length - 1 ? own.inner : own.outer);
    });
  };
  const order = (axes: readonly Axis[]) => [
    ...axes.flatMap((axis) => {
      const own = splits.get(axis);
      // an axis that is one block is that block's inner one
      return own ? [own.outer] : axis === batch ? [] : [axis];
    }),
    ...axes.flatMap((axis) => splits.get(axis)?.inner ?? (axis === batch ? [axis] : [])),
  ];
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...node, index: place(node.tensor, node.index) } : undefined,
    affine,
    order,
  );
  return {
    ...planned,
    kernel: {
      ...planned.kernel,
      parts: parts.map(({ axes, assignments }) => {
        const placed = assignments.map(({ tensor, index, value }) => ({
          tensor,
          index: place(tensor, index) as Affine[],
          value: rewrite(value),
        }));
        // loops run through what is written in the order of its storage
        const stored = placed[0].index.flatMap(({ terms }) => terms.map(({ axis }) => axis));
        return { axes: order(axes).sort((a, b) => stored.indexOf(a) - stored.indexOf(b)), assignments: placed };
      }),
    },
  };
}

/** A sum over samples as one for each sample of a block, and the sum of these, if that suits the kernel. */
function sampleSums(
  planned: PlannedKernel,
  block: number,
  tensors: Record<string, Draft["tensors"][string]>,
): readonly PlannedKernel[] | undefined {
  const reduce = soleSum(planned);
  if (!reduce) return undefined;
  const lanes = reduce.axes.at(-1)!, others = reduce.axes.slice(0, -1);
  const [{ assignments: [{ tensor }] }] = planned.kernel.parts;
  if (
    lanes.extent !== block || product(others) < MANY_TERMS ||
    tensors[planned.bindings[tensor]].shape.reduce((a, b) => a * b, 1) > SMALL_RESULT ||
    !expressions(reduce.body).every((e) => e.kind !== "load" || plainAxis(e.index.at(-1)!) === lanes)
  ) return undefined;
  return inTwo(planned, reduce, { name: "lanes", first: [], last: [lanes] }, reduce.body, tensors);
}

/** A long sum as one for each chunk, and the sum of these, if that suits the kernel. */
function chunkSums(
  planned: PlannedKernel,
  tensors: Record<string, Draft["tensors"][string]>,
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
  const chunk = axis(`${long.name}c`, chunks), inner = axis(long.name, size);
  const move = (index: Affine) =>
    plus(
      index.constant,
      ...index.terms.map((t) => times(t.axis === long ? plus(times(chunk, size), inner) : t.axis, t.coefficient)),
    );
  const body = rewriter(() => undefined, move)(reduce.body);
  const axes = reduce.axes.map((own) => own === long ? inner : own);
  return inTwo(planned, { ...reduce, axes }, { name: "chunks", first: [chunk], last: [] }, body, tensors);
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

/** A kernel that keeps sums apart along the axes `first` and `last`, and the kernel that adds them up. */
function inTwo(
  planned: PlannedKernel,
  { axes: summed }: Reduce,
  { name: what, first, last }: { name: string; first: readonly Axis[]; last: readonly Axis[] },
  body: Reduce["body"],
  tensors: Record<string, Draft["tensors"][string]>,
): readonly PlannedKernel[] {
  const { kernel, bindings, title } = planned;
  const [{ axes, assignments: [{ tensor, index, value }] }] = kernel.parts;
  const name = `${bindings[tensor]}.${what}`;
  const at = [...first, ...axes, ...last];
  const shape = at.map(({ extent }) => extent);
  tensors[name] = { name, role: "gradient", dtype: "f32", shape, kept: true };
  const apart = new Tensor(`${tensor}_${what}`, shape);
  const early = { ...title, wrt: title.wrt === undefined ? what : `${title.wrt}_${what}` };
  const sums = sum(summed.filter((own) => !last.includes(own)), body);
  const total = rewriter(
    (node) => node.kind === "reduce" ? sum([...first, ...last], apart.at(...at)) : undefined,
    (index) => index,
  );
  return [
    {
      ...planned,
      title: early,
      bindings: { ...bindings, [apart.symbol]: name },
      kernel: { ...kernel, name: kernelName(early), parts: [part(at, apart.set(at, sums))] },
    },
    {
      ...planned,
      bindings: { ...bindings, [apart.symbol]: name },
      kernel: { ...kernel, parts: [part(axes, { tensor, index, value: total(value) })] },
    },
  ].map(prune);
}
