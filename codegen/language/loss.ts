/**
 * What a loss and a metric must say of themselves.
 *
 * @module
 */
import { z } from "../zod.ts";
import { type Axis, type DType, type Expr, type Part, STEP } from "../ir/ir.ts";
import { elementsIn, type InnerSpec, type Pass, type Shape, type Tensors } from "./layer.ts";
import { flag } from "./schema.ts";
import { axis, div, type ExprLike, featureAxes, isSample, mul, param, part, select, sum } from "./notation.ts";

/** What outputs are compared with, or weighted by: a tensor that has the samples first. */
export interface TargetSpec {
  /** In formulas, and the tensor's name; that of the data set's has an s behind it: `label`, `labels`. */
  readonly symbol: string;
  /** Without the batch: [] for one number for each sample. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** For integers: all values are below this. */
  readonly below?: number;
  /** For floats: the least and the most that a value may be. Default: any. */
  readonly range?: readonly [least: number, most: number];
  /** It is the net's own input, and no data set gives it. */
  readonly isInput?: true;
}

/** The class of each sample, for outputs that are one number for each class. */
export function classLabels([classes]: Shape): TargetSpec {
  return { symbol: "label", shape: [], dtype: "i32", below: classes };
}

/** A number for each output. */
function numbersLike(output: Shape): TargetSpec {
  return { symbol: "target", shape: output, dtype: "f32" };
}

/** Weights of samples, by the shape [], or of outputs: none is negative. */
export function weightsOf(shape: Shape): TargetSpec {
  return { symbol: "weight", shape, dtype: "f32" };
}

/**
 * A kind of loss. Tensors: `x` the network's output, n and its shape, what it takes beside by its symbol, `dx` as `x`, and
 * for each step of an epoch a row of `loss` [step, n]. Rows of the batch from the param `count` on are no samples: their
 * loss and gradient are 0.
 */
// deno-lint-ignore no-explicit-any -- as for layers
export interface LossKind<Options = any> {
  readonly type: string;
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  readonly summary: string;
  /** It compares classes: it takes a vector, one number for each class. */
  readonly classes?: true;
  /** What outputs of a shape are compared with, and behind it weights, where the options ask for them. */
  given(output: Shape, options: Options): readonly TargetSpec[];
  /** Metrics that a net is told where its spec names none. */
  metrics(output: Shape, options: Options): readonly string[];
  /** What `prepare` leaves for the others. */
  inner?(output: Shape, options: Options): readonly InnerSpec[];
  /** Kernels before the other two, in training and in a test. */
  prepare?(n: Axis, tensors: Tensors, options: Options): Pass;
  /** Writes `loss`. */
  forward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Writes `dx`, the gradient of the mean loss over the `count` samples. */
  backward(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Probability of each class, or of each output, from the outputs for one sample, where the loss takes these for logits. */
  probabilities?(outputs: Float32Array): Float64Array;
}

/** What every loss on numbers may say. */
const ON_NUMBERS = {
  weighted: flag.optional()
    .describe("Whether each output of each sample has a weight, such as 0 where it does not count. Default: false."),
  target: z.literal("input").meta({ title: '"input"' }).optional()
    .describe(`"input": the net's own input is the target, as of an autoencoder. Default: targets of the data set.`),
};

/** Options of a loss on numbers. */
interface OnNumbers {
  readonly weighted?: boolean;
  readonly target?: "input";
}

/** A loss on numbers by its formulas. */
interface NumbersLoss<Options> extends Pick<LossKind<Options>, "source" | "summary" | "metrics" | "probabilities"> {
  /** What targets may be. Default: any number. */
  readonly range?: TargetSpec["range"];
  /** Of an output and its target. */
  readonly loss: (x: Expr, target: Expr, options: Options) => Expr;
  /** Its slope with respect to the output, times a factor. */
  readonly slope: (x: Expr, target: Expr, factor: number, options: Options) => Expr;
}

/**
 * A loss on outputs of any shape that compares each with a number: the mean of a formula over samples and outputs. Weights
 * are factors: the mean is over all outputs, whatever they weigh.
 *
 * @param own schemas of its own options.
 */
export function lossOnNumbers<Type extends string, Own extends z.ZodRawShape>(
  type: Type,
  own: Own,
  { loss, slope, range, ...rest }: NumbersLoss<z.infer<z.ZodObject<Own>>>,
): LossKind<OnNumbers & z.infer<z.ZodObject<Own>>> {
  type Options = OnNumbers & z.infer<z.ZodObject<Own>>;
  const weighted = (value: Expr, weight: ExprLike | undefined) => weight === undefined ? value : mul(weight, value);
  return {
    ...rest,
    type,
    schema: z.strictObject({ type: z.literal(type), ...own, ...ON_NUMBERS }) as unknown as z.ZodType<Options>,
    given: (output, { weighted, target }) => [
      { ...numbersLike(output), ...range && { range }, ...target === "input" && { isInput: true } },
      ...weighted ? [weightsOf(output)] : [],
    ],
    forward(n, { x, target, weight, loss: told }, options) {
      const axes = outputAxes(x.shape, "j"), at = [n, ...axes], outputs = outputsOf(x.shape);
      const total = sum(axes, weighted(loss(x.at(...at), target.at(...at), options), weight?.at(...at)));
      return [part([n], told.set([STEP, n], select(isSample(n), div(total, outputs), 0)))];
    },
    backward(n, { x, target, weight, dx }, options) {
      const at = [n, ...outputAxes(x.shape, "o")];
      const value = weighted(slope(x.at(...at), target.at(...at), 1 / outputsOf(x.shape), options), weight?.at(...at));
      return [part(at, dx.set(at, select(isSample(n), div(value, param("count")), 0)))];
    },
  };
}

/** Axes over the outputs of a sample, those of a vector by a name of its own. */
export function outputAxes([, ...output]: readonly number[], name: string): Axis[] {
  return output.length === 1 ? [axis(name, output[0])] : featureAxes(output);
}

/** Outputs of a sample, from the shape of a batch of them. */
export function outputsOf([, ...output]: readonly number[]): number {
  return elementsIn(output);
}

/**
 * A kind of metric: a number for each sample that tells how good its output is; nothing is learned from it. Tensors: `x`
 * and all that the loss takes, and for each step of an epoch a row of its own, 0 where there is no sample.
 */
export interface MetricKind {
  readonly type: string;
  readonly source: string;
  /** One line: what its mean over the samples is. */
  readonly summary: string;
  /** In formulas, and the name of the tensor that it writes. */
  readonly symbol: string;
  /** Whether it says something of such outputs and targets. */
  fits(output: Shape, target: TargetSpec): boolean;
  /** Writes its own tensor. */
  forward(n: Axis, tensors: Tensors): Part[];
}
