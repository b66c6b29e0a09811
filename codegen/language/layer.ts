/**
 * What a layer, a loss and an optimizer must say of themselves. `kernels/` fills these in; the compiler knows no more of
 * them than this.
 *
 * @module
 */
import { z } from "zod";
import { InputError } from "../error.ts";
import type { Axis, DType, Expr, Load, Part } from "../ir/ir.ts";
import { featureAxes, part, type Tensor } from "./notation.ts";
import { pair, windowCount } from "./window.ts";

/** Most passes over the training samples: a run keeps the figures of each. */
export const MOST_EPOCHS = 1_000_000;

/** Extents, without the batch. */
export type Shape = readonly number[];

/** How initial values are drawn. */
export type Init = "xavierUniform" | "heUniform" | "zeros";

/** A trained tensor. */
export interface ParameterSpec {
  /** As in PyTorch: `weight`, `bias`. */
  readonly name: string;
  /** In formulas; its gradient is `d` and the symbol. */
  readonly symbol: string;
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly init: Init;
  /** Whether L2 applies: to weights, not to biases. */
  readonly decay: boolean;
}

/** What forward keeps for backward beside its output; shape with the batch left out. */
export interface SavedSpec {
  readonly symbol: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** For integers: all values are below this. */
  readonly below?: number;
}

/**
 * The tensors of one layer by symbol: `x` input, `y` output, `dx`, `dy` their gradients, parameters and what was saved.
 * All but parameters have the batch first.
 */
export type Tensors = Readonly<Record<string, Tensor>>;

/** An operation of ONNX, of opset 17 and newer; it gives the layer's output. */
export interface OnnxOperation {
  readonly op: string;
  /** Symbols of the layer's tensors, in the operation's order. */
  readonly inputs: readonly string[];
  /** Whole numbers, and lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A kind of layer. `Options`: what its schema makes of a layer of the spec. */
// deno-lint-ignore no-explicit-any -- a list of kinds holds kinds of different options
export interface LayerKind<Options = any> {
  /** Its name in specs, as in PyTorch: `conv2d`. */
  readonly type: string;
  /** What its layers are called, with a number: `conv` gives `conv1`. */
  readonly stem: string;
  /** The file it is written in. */
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  /** One line for the docs: what it computes. */
  readonly summary: string;
  /** The shape it makes of an input; throws an `InputError` that goes on after "layers[i] type: ". */
  shape(options: Options, input: Shape): Shape;
  /** What it learns. */
  parameters?(options: Options, input: Shape): readonly ParameterSpec[];
  /** What forward writes for backward. */
  saved?(options: Options, input: Shape, output: Shape): readonly SavedSpec[];
  /** It only renames elements: without halos no kernel is needed. */
  readonly reshapes?: true;
  /** A larger element never gives a smaller one, so that it may as well be done after a maximum. */
  readonly monotone?: true;
  /** Its output elements are the largest of some input elements each. */
  readonly maximum?: true;
  /** The operation of ONNX that does in a test what the layer does. */
  onnx?(options: Options): OnnxOperation;
  /** A key of the random generator is made for every step: the param `<layer>_key`. */
  readonly random?: true;
  /** Writes `y` and what is saved. `name`: the layer's own name. */
  forward(n: Axis, tensors: Tensors, options: Options, name: string): Part[];
  /** In place of forward when testing. */
  evaluate?(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Gradients by what they are with respect to: `input` (writes `dx`) and each parameter's name. */
  backward(n: Axis, tensors: Tensors, options: Options): Readonly<Record<string, Part[]>>;
}

/**
 * A kind of loss. Tensors: `x` [n, o] the network's output, `label` [n] or `target` [n, o], `dx` [n, o], and for each
 * step of an epoch a row of `loss` [step, n] and `hit` [step, n]. Rows of the batch from the param `count` on are no
 * samples: their loss, hit and gradient are 0.
 */
// deno-lint-ignore no-explicit-any -- as for layers
export interface LossKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** Class indices, or one value per output. */
  readonly target: "label" | "target";
  /** Writes `loss` and `hit` (1 where the largest output is the right one). */
  forward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Writes `dx`, the gradient of the mean loss over the `count` samples. */
  backward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Probability of each class, from the outputs for one sample, where the loss takes these for logits. */
  probabilities?(outputs: Float32Array): Float64Array;
}

/**
 * Gradients below this are noise, and their squares still are normal numbers. It stops weights that only L2 moves at
 * `NEGLIGIBLE / l2`, instead of shrinking them for ever.
 */
export const NEGLIGIBLE = 2 ** -50;
/** The smallest normal f32: below it processors are slow, and GPUs may put 0. */
export const SMALLEST_NORMAL = 2 ** -126;

/** A kind of optimizer. Tensors: `w` the parameter, `dw` its gradient, and its state. */
// deno-lint-ignore no-explicit-any -- as for layers
export interface OptimizerKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** Symbols of the tensors it keeps per parameter, each of the parameter's shape, from 0. */
  readonly state: readonly string[];
  /** Writes `w` and the state. `decay`: with L2. */
  update(axes: readonly Axis[], tensors: Tensors, decay: boolean): Part[];
  /** The params its kernels read, for step `step` (from 1) at a learning rate. */
  params(options: Options, learningRate: number, step: number): Readonly<Record<string, number>>;
}

/** The kernels that begin every step, whatever the layers. */
export interface BatchKind {
  readonly source: string;
  /** Writes `x` from `data` at the samples that `order` names. `bytes`: scaled from 0..255 to 0..1. */
  gatherInputs(n: Axis, tensors: Tensors, bytes: boolean): Part[];
  /** Writes `label` from `labels`. */
  gatherLabels(n: Axis, tensors: Tensors): Part[];
  /** Writes `target` from `targets`. */
  gatherTargets(n: Axis, tensors: Tensors): Part[];
}

/** How the learning rate changes from epoch to epoch. */
// deno-lint-ignore no-explicit-any -- as for layers
export interface SchedulerKind<Options = any> {
  readonly type: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** The rate after `epochs` finished epochs, from the rate of the first. */
  rate(options: Options, initial: number, epochs: number): number;
}

/** All that a spec can name. */
export interface Registry {
  readonly schedulers: readonly SchedulerKind[];
  readonly layers: readonly LayerKind[];
  readonly losses: readonly LossKind[];
  readonly optimizers: readonly OptimizerKind[];
  readonly batch: BatchKind;
}

/** Schema of a size: at least 1, and small enough for products to stay exact. */
export const extent: z.ZodType<number> = z.int().min(1).max(1_048_576);
const side = z.int().min(1).max(4096);
/** Schema of a size in height and width: a number for both, or [height, width]. */
export const extents: z.ZodType<number | [number, number]> = z.union([side, z.tuple([side, side])]);
const margin = z.int().min(0).max(4096);
/** Schema of a padding: as {@linkcode extents}, 0 allowed. */
export const paddings: z.ZodType<number | [number, number]> = z.union([margin, z.tuple([margin, margin])]);
/** Schema of `init`. */
export const init: z.ZodDefault<z.ZodEnum<{ [K in Init]: K }>> = z.enum(["xavierUniform", "heUniform", "zeros"])
  .default("xavierUniform")
  .describe("How the weights are drawn: uniform in +-sqrt(2 / (fan in + fan out)), in +-sqrt(6 / fan in), or 0.");
/** The largest f32, the largest below 1, and a rate that stays an f32 when it is divided by 1 less that. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127, LARGEST_SHARE = 1 - 2 ** -24, LARGEST_RATE = 1e30;
const normal = (most: number) => z.number().min(SMALLEST_NORMAL).max(most);
const orZero = (most: number) => z.union([z.literal(0), normal(most)]);
/** A number that kernels get as f32, or 0. */
type F32OrZero = z.ZodUnion<readonly [z.ZodLiteral<0>, z.ZodNumber]>;
/** Schema of a number > 0 that kernels get as f32. What is made 0 or infinite there is refused; so it is by the next ones. */
export const positive: z.ZodNumber = normal(LARGEST)
  .meta({ title: "a number > 0 that f32 holds, from 1.18e-38 to 3.4e38" });
/** Schema of a number >= 0 that kernels get as f32. */
export const notNegative: F32OrZero = orZero(LARGEST)
  .meta({ title: "0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38" });
/** Schema of a share of a whole, which is 0 or more, and less than 1 in f32 too. */
export const share: F32OrZero = orZero(LARGEST_SHARE)
  .meta({ title: "0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994" });
/** Schema of a learning rate. */
export const learningRate: z.ZodNumber = normal(LARGEST_RATE)
  .meta({ title: "a number > 0 that f32 holds, from 1.18e-38 to 1e30", description: "Rate of the first epoch." });
/** Schema of a learning rate that may be 0. */
export const rateOrZero: F32OrZero = orZero(LARGEST_RATE)
  .meta({ title: "0, or a number > 0 that f32 holds, from 1.18e-38 to 1e30" });
/** Schema of the L2 factor. */
export const l2: z.ZodDefault<F32OrZero> = notNegative.default(0)
  .describe("l2 * w is added to the averaged gradient of weights (not of biases).");

/** A layer that maps each element by itself and whose gradient follows from its output. */
export function elementwise<Type extends string>(
  { type, source, summary, monotone, onnx, forward, backward }: {
    type: Type;
    source: string;
    summary: string;
    monotone?: true;
    /** The operation of ONNX, if there is one. */
    onnx?: string;
    forward: (x: Load) => Expr;
    backward: (y: Load, dy: Load) => Expr;
  },
): LayerKind<{ type: Type }> {
  return {
    type,
    stem: type,
    source,
    schema: z.strictObject({ type: z.literal(type) }) as unknown as z.ZodType<{ type: Type }>,
    summary,
    ...(monotone && { monotone }),
    ...(onnx !== undefined && { onnx: () => ({ op: onnx, inputs: ["x"] }) }),
    shape: (_options, input) => input,
    forward(n, { x, y }) {
      const at = [n, ...featureAxes(x.shape.slice(1))];
      return [part(at, y.set(at, forward(x.at(...at))))];
    },
    backward(n, { y, dx, dy }) {
      const at = [n, ...featureAxes(dx.shape.slice(1))];
      return { input: [part(at, dx.set(at, backward(y.at(...at), dy.at(...at))))] };
    },
  };
}

/** The shape that pooling makes; windows that would go over the edge are left out. */
export function pooledShape(
  kernel: number | readonly number[],
  stride: number | readonly number[],
  input: Shape,
): Shape {
  requireImage(input);
  const [kh, kw] = pair(kernel), [sh, sw] = pair(stride);
  return [input[0], windowCount(input[1], kh, sh, 0, "rows"), windowCount(input[2], kw, sw, 0, "columns")];
}

/** @throws {InputError} when `input` is not [channels, height, width]. */
export function requireImage(input: Shape): void {
  if (input.length !== 3) {
    throw new InputError(`it takes [channels, height, width], but its input is [${input.join(", ")}]`);
  }
}
