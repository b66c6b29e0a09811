/**
 * The kernels of one convolution, direct or by tiles, run one after the other on given contents; and how far rounding may
 * bring what comes out.
 *
 * @module
 */
import type { Planned } from "../codegen/compile.ts";
import { rewriter } from "../codegen/ir/expr.ts";
import { interpretKernel, type Storage, storageLength } from "../codegen/ir/interpret.ts";
import type { Expr, Kernel } from "../codegen/ir/ir.ts";
import { strides } from "../codegen/ir/ir.ts";
import type { Size } from "../codegen/plan/algorithm/algorithm.ts";
import type { Plan, PlannedKernel, PlannedTensor } from "../codegen/plan/plan.ts";
import { parseSpec, type Spec } from "../mod.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";

/** A convolution behind one of 1 by 1, so that its input has a gradient. */
export interface Shape {
  readonly batchSize: number;
  readonly kernel: readonly [number, number];
  /** Channels before and behind. */
  readonly channels: readonly [number, number];
  /** Rows and columns of its input. */
  readonly size: readonly [number, number];
  readonly padding: readonly [number, number];
}

export function specFor({ batchSize, kernel, channels: [c, o], size, padding }: Shape): Spec {
  return parseSpec({
    name: "tiles",
    input: [2, ...size],
    batchSize,
    layers: [
      { type: "conv2d", outChannels: c, kernel: 1 },
      { type: "conv2d", outChannels: o, kernel, padding },
      { type: "flatten" },
      { type: "linear", outFeatures: 2 },
    ],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
}

/**
 * Random convolutions: channels 16 to 40, windows that tiles of so many products suit, images up to 19, padding less than
 * the window, batches that make blocks and that do not.
 */
export function randomShape(seed: number, products: Size): Shape {
  let counter = 0;
  const int = (low: number, high: number) => low + Math.floor(uniform(seed * 7919 + 3, counter++) * (high - low + 1));
  // most are square, and of five one is along one dimension alone
  const window = () => int(2, products === 4 ? 3 : 5);
  const first = window(),
    second = int(0, 2) === 0 ? window() : first,
    kernels = [[first, second], [first, 1], [1, first]];
  const [r, s] = kernels[Math.max(0, int(-7, 2))], padding = [int(0, r - 1), int(0, s - 1)] as const;
  // so many outputs, too
  const side = (window: number, padding: number) => {
    const tile = products + 1 - window, least = window === 1 ? 2 : tile * (tile === 2 ? 2 : 3);
    return int(least + Math.max(0, window - 1 - 2 * padding), 19);
  };
  return {
    batchSize: [1, 2, 3, 4, 8, 16, 20][int(0, 6)],
    kernel: [r, s],
    channels: [int(16, 40), int(16, 40)],
    size: [side(r, padding[0]), side(s, padding[1])],
    padding,
  };
}

/** Rules that merge kernels, left out so that those of the convolution are by themselves, and rows without a sample. */
export const UNMERGED = ["pad", "loss", "elementwise", "window", "cases"] as const;

/** What goes into the convolution's kernels, and what comes out. */
export const GIVEN = ["conv1.output", "conv2.weight", "conv2.bias", "conv2.output.gradient"] as const;
export const MADE = ["conv2.output", "conv1.output.gradient", "conv2.weight.gradient"] as const;

/** The kernels by which the convolution makes what it makes, in order; copies of weights in another order belong to it. */
export function kernelsOfConvolution({ train }: Plan): PlannedKernel[] {
  return train.kernels.filter(({ title: { stem, pass, wrt = "" } }) =>
    (stem === "conv2" || pass === "exchange") && pass !== "update" && !wrt.startsWith("bias")
  );
}

/** Where the elements of a tensor lie in its storage, in the usual order. */
export function placesOf(tensor: PlannedTensor): Int32Array {
  const stride = strides(tensor), shape = tensor.layout?.shape ?? tensor.shape;
  const dimensions = tensor.layout?.dimensions ?? tensor.shape.map((extent, of) => ({ of, every: 1, extent }));
  const places = new Int32Array(shape.reduce((product, extent) => product * extent, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < places.length; i++) {
    for (let d = shape.length - 1, rest = i; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    places[i] = dimensions.reduce(
      (place, { of, every, extent }, d) =>
        place + (Math.floor(index[of] / every) % extent + tensor.halo[d][0]) * stride[d],
      0,
    );
  }
  return places;
}

/** Storages by tensor while kernels run: what is given has random contents from -1 to 1, the same in every plan. */
export class Contents {
  readonly #plan: Plan;
  readonly #storages = new Map<string, Float32Array | Float64Array>();

  /** @param sizes whether contents are taken without their signs. */
  constructor(plan: Plan, exact: boolean, seed: number, sizes = false) {
    this.#plan = plan;
    for (const tensor of Object.values(plan.tensors)) {
      if (tensor.role === "run" || tensor.alias !== undefined) continue;
      this.#storages.set(tensor.name, new (exact ? Float64Array : Float32Array)(storageLength(tensor)));
    }
    for (const name of GIVEN) {
      const storage = this.storage(name), key = streamKey(seed, name);
      for (const [i, place] of placesOf(plan.tensors[name]).entries()) {
        const value = Math.fround(2 * uniform(key, i) - 1);
        storage[place] = sizes ? Math.abs(value) : value;
      }
    }
  }

  storage(name: string): Float32Array | Float64Array {
    return this.#storages.get(this.#plan.tensors[name].alias ?? name)!;
  }

  /** The storages of a kernel, by symbol. */
  of({ kernel, bindings }: PlannedKernel): Record<string, Storage> {
    return Object.fromEntries(Object.keys(kernel.tensors).map((symbol) => [symbol, this.storage(bindings[symbol])]));
  }

  /** The elements of a tensor in the usual order. */
  values(name: string): Float64Array {
    const storage = this.storage(name);
    return Float64Array.from(placesOf(this.#plan.tensors[name]), (place) => storage[place]);
  }
}

/** What the convolution makes of contents, interpreted in f64, with other kernels in place of its own. */
export function interpreted(
  { plan }: Planned,
  seed: number,
  sizes = false,
  change: (planned: PlannedKernel) => Kernel = ({ kernel }) => kernel,
): Map<string, Float64Array> {
  const contents = new Contents(plan, true, seed, sizes);
  for (const planned of kernelsOfConvolution(plan)) interpretKernel(change(planned), contents.of(planned));
  return new Map(MADE.map((name) => [name, contents.values(name)]));
}

/** A kernel that adds up sizes where the other one adds and subtracts numbers. */
function ofSizes({ kernel }: PlannedKernel): Kernel {
  const absolute: (expr: Expr) => Expr = rewriter((node) => {
    if (node.kind === "constant") return { ...node, value: Math.abs(node.value) };
    if (node.kind !== "op") return undefined;
    const operands = node.operands.map((operand) => absolute(operand));
    if (node.op === "neg") return operands[0];
    return { ...node, op: node.op === "sub" ? "add" : node.op, operands };
  }, (index) => index);
  const parts = kernel.parts.map(({ axes, assignments }) => ({
    axes,
    assignments: assignments.map((a) => ({ ...a, value: absolute(a.value) })),
  }));
  return { ...kernel, parts };
}

/** Roundings on the longest way from what is given to each tensor that the convolution makes. */
function roundings(plan: Plan): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { kernel, bindings } of kernelsOfConvolution(plan)) {
    const memory = new Map<Expr, number>();
    const depth = (expr: Expr): number => {
      const before = memory.get(expr);
      if (before !== undefined) return before;
      const found = expr.kind === "load"
        ? known.get(bindings[expr.tensor]) ?? 0
        : expr.kind === "op"
        ? 1 + Math.max(...expr.operands.map(depth))
        : expr.kind === "reduce"
        ? expr.axes.reduce((terms, { extent }) => terms * extent, 1) + depth(expr.body)
        : 0;
      memory.set(expr, found);
      return found;
    };
    for (const { tensor, value } of kernel.parts.flatMap(({ assignments }) => assignments)) {
      known.set(bindings[tensor], Math.max(known.get(bindings[tensor]) ?? 0, depth(value)));
    }
  }
  return known;
}

/**
 * How far rounding in f32 may bring each element: with n roundings on the way to it, at most n u / (1 - n u) times what
 * comes of sizes, where u is 2^-24 (Higham, Accuracy and Stability of Numerical Algorithms, 2002, lemma 3.1). By tiles
 * that is the bound of Barabasz and others, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
 * Neural Networks, ACM TOMS 46 (2020), theorem 2, before its norms are taken. Many roundings add up like a random walk:
 * 8 times the root of their number is as good as never exceeded (Higham and Mary, SIAM J. Sci. Comput. 41, A2815).
 */
export function rounding(planned: Planned, seed: number): Map<string, Float64Array> {
  const counts = roundings(planned.plan), unit = 2 ** -24;
  return new Map([...interpreted(planned, seed, true, ofSizes)].map(([name, sizes]) => {
    const count = counts.get(name)!, n = Math.min(count, 8 * Math.sqrt(count)) * unit;
    return [name, sizes.map((size) => n / (1 - n) * size)];
  }));
}

/** The largest error by what is allowed. */
export function worst(found: Float64Array, expected: Float64Array, allowed: Float64Array): number {
  return found.reduce((worst, value, i) => {
    const share = value === expected[i] ? 0 : Math.abs(value - expected[i]) / allowed[i];
    return Math.max(worst, Number.isNaN(share) ? Infinity : share);
  }, 0);
}
