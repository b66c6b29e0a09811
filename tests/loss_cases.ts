/**
 * Losses with each of their options, as specs and as plain loops in f64: values, gradients and metrics, one output after the
 * other, by textbook formulas in another form than the kernels have.
 *
 * @module
 */
import { parseSpec, type Spec } from "../mod.ts";

/** The options of a loss, as a spec has them. */
export interface LossOptions {
  readonly type: string;
  readonly weighted?: boolean;
  readonly target?: "input";
  readonly delta?: number;
  readonly labelSmoothing?: number;
  readonly classWeights?: readonly number[];
}

/** What a batch is compared with: samples one behind the other. */
export interface Given {
  readonly labels?: ArrayLike<number>;
  readonly targets?: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
}

/** What a loss makes of a batch. */
export interface Judged {
  /** Of each sample: their mean is the loss. */
  readonly losses: Float64Array;
  /** With respect to the outputs. */
  readonly gradient: Float64Array;
  /** Means over the samples, by metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

const CLASS_WEIGHTS = [0.5, 2, 2, 0, 1.25, 3, 0.1];

/** Losses with their options, on vectors. */
export const LOSSES: readonly LossOptions[] = [
  ...["mse", "mae", "huber", "binaryCrossEntropy"].flatMap((type) => [{ type }, { type, weighted: true }]),
  { type: "huber", delta: 0.25 },
  { type: "mse", target: "input" },
  { type: "huber", delta: 0.25, target: "input", weighted: true },
  { type: "softmaxCrossEntropy" },
  { type: "softmaxCrossEntropy", weighted: true },
  { type: "softmaxCrossEntropy", labelSmoothing: 0.2 },
  { type: "softmaxCrossEntropy", classWeights: CLASS_WEIGHTS },
  { type: "softmaxCrossEntropy", labelSmoothing: 0.2, classWeights: CLASS_WEIGHTS },
  { type: "softmaxCrossEntropy", labelSmoothing: 0.2, classWeights: CLASS_WEIGHTS, weighted: true },
];

/** Outputs of the nets here. */
export const OUTPUTS = 7;

/** Which outputs a net has: a vector, or an image that a convolution gives. */
export type OutputKind = "vector" | "image";

/** Shape of a sample, and of what is given for it. */
export const INPUT: Readonly<Record<OutputKind, readonly number[]>> = { vector: [OUTPUTS], image: [2, 5, 3] };

/** Whether a loss takes outputs of a kind. */
export const takes = ({ type }: LossOptions, kind: OutputKind) => kind === "vector" || type !== "softmaxCrossEntropy";

/** Layers of a small net. `linear`: one alone, on vectors or at each place of an image. */
function layersOf(kind: OutputKind, linear: boolean): readonly object[] {
  const [channels] = INPUT.image, wide = linear ? { kernel: 1 } : { kernel: 3, padding: 1 };
  const last = kind === "vector"
    ? { type: "linear", outFeatures: OUTPUTS }
    : { type: "conv2d", outChannels: channels, ...wide };
  const first = kind === "vector" ? { type: "linear", outFeatures: 6 } : { type: "conv2d", outChannels: 3, ...wide };
  return linear ? [last] : [first, { type: "tanh" }, last];
}

/** A small net with a loss. `metrics`: those that it is told; default: the usual ones. */
export function lossSpec(
  loss: LossOptions,
  kind: OutputKind,
  batchSize: number,
  { metrics, linear = false }: { metrics?: readonly string[]; linear?: boolean } = {},
): Spec {
  return parseSpec({
    name: `${loss.type.toLowerCase()}_${kind}`,
    input: INPUT[kind],
    batchSize,
    layers: layersOf(kind, linear),
    loss,
    ...metrics && { metrics },
    training: { epochs: 2, optimizer: { type: "sgd", learningRate: 0.5 } },
  });
}

/** A loss and its usual metric, of samples of so many outputs. */
export function judge(loss: LossOptions, x: ArrayLike<number>, given: Given, outputs: number): Judged {
  return loss.type === "softmaxCrossEntropy"
    ? judgeClasses(loss, x, given, outputs)
    : judgeNumbers(loss, x, given, outputs);
}

function judgeNumbers(loss: LossOptions, x: ArrayLike<number>, { targets, weights }: Given, outputs: number): Judged {
  const count = x.length / outputs, losses = new Float64Array(count), gradient = new Float64Array(x.length);
  let error = 0, right = 0;
  for (let i = 0; i < x.length; i++) {
    const target = targets![i], weight = weights?.[i] ?? 1, [value, slope] = onNumber(loss, x[i], target);
    losses[Math.floor(i / outputs)] += weight * value / outputs;
    gradient[i] = weight * slope / x.length;
    error += Math.abs(x[i] - target) / x.length;
    right += (x[i] > 0) === (target > 0.5) ? 1 / x.length : 0;
  }
  const metrics = { meanAbsoluteError: error, binaryAccuracy: right };
  return { losses, gradient, metrics };
}

/** The loss of one output, and its slope. */
function onNumber({ type, delta = 1 }: LossOptions, x: number, target: number): [value: number, slope: number] {
  const e = x - target, clipped = Math.min(Math.max(e, -delta), delta), share = 1 / (1 + Math.exp(-x));
  if (type === "mse") return [e ** 2, 2 * e];
  if (type === "mae") return [Math.abs(e), Math.sign(e)];
  if (type === "huber") return [Math.abs(e) <= delta ? e ** 2 / 2 : delta * (Math.abs(e) - delta / 2), clipped];
  return [-target * Math.log(share) - (1 - target) * Math.log(1 - share), share - target];
}

function judgeClasses(loss: LossOptions, x: ArrayLike<number>, { labels, weights }: Given, classes: number): Judged {
  const { labelSmoothing = 0, classWeights = Array<number>(classes).fill(1) } = loss, count = x.length / classes;
  const losses = new Float64Array(count), gradient = new Float64Array(x.length);
  const divisor = loss.classWeights
    ? Array.from(labels!, (label) => classWeights[label]).reduce((a, b) => a + b)
    : count;
  let hits = 0, among = 0;
  for (let n = 0; n < count; n++) {
    const row = Array.from({ length: classes }, (_, j) => x[n * classes + j]), label = labels![n];
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0), logs = row.map((v) => v - Math.log(total));
    // what each class is to have
    const part = (j: number) => classWeights[j] * ((j === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes);
    const whole = row.reduce((sum, _, j) => sum + part(j), 0),
      weight = divisor === 0 ? 0 : (weights?.[n] ?? 1) / divisor;
    losses[n] = -count * weight * row.reduce((sum, _, j) => sum + part(j) * logs[j], 0);
    row.forEach((_, j) => gradient[n * classes + j] = weight * (whole * Math.exp(logs[j]) - part(j)));
    const before = row.filter((value, j) => value > row[label] || (value === row[label] && j < label)).length;
    hits += before === 0 ? 1 / count : 0;
    among += before < 5 ? 1 / count : 0;
  }
  return { losses, gradient, metrics: { accuracy: hits, topFiveAccuracy: among } };
}
