import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import type { Axis, Expr } from "../../codegen/ir/ir.ts";
import { elementsIn, type LayerKind, type Shape } from "../../codegen/language/layer.ts";
import { extent, positive, share } from "../../codegen/language/schema.ts";
import {
  add,
  axis,
  div,
  type ExprLike,
  featureAxes,
  isSample,
  larger,
  lt,
  mul,
  named,
  param,
  part,
  select,
  sqrt,
  sub,
  sum,
  type Tensor,
} from "../../codegen/language/notation.ts";

const schemaOf = <Type extends string>(type: Type) =>
  z.strictObject({
    type: z.literal(type),
    numFeatures: extent.optional().describe("Channels of the input; checked against the layer before."),
    epsilon: positive.default(1e-5).describe("Added to the variance."),
    momentum: share.default(0.1).describe(
      "Share of the running mean and variance that a step replaces, as in PyTorch; Keras calls 1 less it so: its 0.99 is 0.01.",
    ),
  });

/** The options that the formulas read. */
interface Options {
  readonly numFeatures?: number;
  readonly epsilon: number;
  readonly momentum: number;
}

/** Axes behind the batch: channels first, then positions. */
const axesOf = ({ shape }: Tensor) => featureAxes(shape.slice(1));
const positionsIn = ([, ...positions]: Shape) => elementsIn(positions);
const square = (x: Expr) => mul(x, x);
/** The sum over the samples of a step. */
const overSamples = (n: Axis, value: ExprLike) => sum([n], select(isSample(n), value, 0));
/** So many elements of a sample's channel, at most, tell about where all of them are. */
const FIRST = 32;

/** The mean of the first elements of a sample's channel. */
function nearIn(n: Axis, [c, ...positions]: readonly Axis[], x: Tensor): Expr {
  const row = axis("u", Math.min(FIRST, positions.at(-1)!.extent));
  const index = positions.map((_, d) => d === positions.length - 1 ? row : 0);
  return mul(sum([row], x.at(n, c, ...index)), 1 / row.extent);
}

/** The index of a number for each sample and channel. */
const ofChannel = (n: Axis, [c, ...positions]: readonly Axis[]) => [n, c, ...positions.map(() => 0)];

/**
 * Each channel less its mean, divided by its standard deviation, times a weight plus a bias (Ioffe and Szegedy,
 * https://arxiv.org/abs/1502.03167). Mean and variance are those over the samples of a step and all positions; in a test,
 * running ones, of which the variance is the unbiased one, as in PyTorch.
 *
 * Statistics are taken in two steps: of each sample, less the mean of its first elements, and of those of all samples
 * (Chan, Golub and LeVeque 1983). So x is read about once, and no difference of large numbers stands for a small variance,
 * unless one of these first elements is hundreds of deviations away. A last batch of one value gives its bias, and
 * nothing is learned of it: there is no unbiased variance, and the running one stays.
 */
function batchNorm<Type extends string>(
  type: Type,
  summary: string,
  check: (input: Shape) => void,
): LayerKind<z.infer<ReturnType<typeof schemaOf<Type>>>> {
  return {
    type,
    stem: "norm",
    source: "kernels/layers/batch_norm.ts",
    schema: schemaOf(type),
    summary,

    shape({ numFeatures }: Options, { x }) {
      check(x);
      if (numFeatures !== undefined && numFeatures !== x[0]) {
        throw new InputError(
          `numFeatures is ${numFeatures}, but its input is [${x.join(", ")}]; write ${x[0]} or leave it out`,
        );
      }
      return x;
    },

    parameters(_options, { x: [c] }) {
      const own = { shape: [c], fanIn: 1, fanOut: 1, decay: false };
      return [{ name: "weight", symbol: "w", ...own, init: 1 }, { name: "bias", symbol: "b", ...own, init: "zeros" }];
    },

    buffers: (_options, { x: [c] }) => [
      { name: "running_mean", symbol: "rm", shape: [c], initial: 0 },
      { name: "running_var", symbol: "rv", shape: [c], initial: 1, least: 0 },
    ],

    inner(_options, { x }) {
      const ofAll = (symbol: string) => ({ symbol, shape: [x[0]], dtype: "f32" as const, once: true as const });
      // one number for each sample, in the order of x
      const ofEach = (symbol: string) => ({
        symbol,
        shape: x.map((extent, d) => d === 0 ? extent : 1),
        dtype: "f32" as const,
      });
      return [
        ...positionsIn(x) > 1 ? [ofEach("p"), { ...ofEach("q"), least: 0 }, ofEach("e"), ofEach("f")] : [],
        ...["s", "r", "g", "k", "l"].map(ofAll),
      ];
    },

    // one value is its own mean: what comes out is the bias, whatever goes in
    leastBatch: (_options, { x }) => positionsIn(x) === 1 ? 2 : 1,

    onnx: ({ epsilon }: Options) => ({
      op: "BatchNormalization",
      inputs: ["x", "w", "b", "rm", "rv"],
      attributes: { epsilon: { float: epsilon } },
    }),

    forward(n, { x, y, w, b, rm, rv, p, q, s, r, g }, { epsilon, momentum }: Options) {
      const axes = axesOf(x), [c, ...positions] = axes, at = [n, ...axes], each = ofChannel(n, axes);
      const count = elementsIn(positions.map(({ extent }) => extent)),
        values = named("values", mul(param("count"), count));
      const near = count === 1 ? x.at(...each) : named("near", nearIn(n, axes, x)), away = sub(x.at(...at), near);
      const total = named("total", sum(positions, away));
      const spread = sub(sum(positions, square(away)), mul(total, total, 1 / count));
      const ofEach = count === 1 ? [] : [{
        name: "sums",
        parts: [
          part([n, c], p.set(each, add(near, mul(total, 1 / count))), q.set(each, larger(spread, 0))),
        ],
      }];
      const one = count === 1 ? x.at(...each) : p.at(...each);
      const mean = named("mean", div(overSamples(n, one), param("count")));
      const between = overSamples(n, square(sub(one, mean)));
      const squares = count === 1 ? between : add(mul(between, count), overSamples(n, q.at(...each)));
      const variance = named("variance", div(squares, values));
      const rate = named("rate", div(1, sqrt(add(variance, epsilon))));
      const unbiased = mul(variance, div(values, larger(sub(values, 1), 1)));
      const moved = (old: Expr, value: Expr) => add(mul(old, 1 - momentum), mul(value, momentum));
      const runs = rv.at(c);
      return [
        ...ofEach,
        {
          name: "statistics",
          parts: [part(
            [c],
            s.set([c], mean),
            r.set([c], rate),
            rm.set([c], moved(rm.at(c), mean)),
            rv.set([c], select(lt(1, values), moved(runs, unbiased), runs)),
          )],
        },
        // apart: a kernel of a GPU may have no more than eight tensors
        { name: "scale", parts: [part([c], g.set([c], mul(r.at(c), w.at(c))))] },
        {
          parts: [
            part(at, y.set(at, add(b.at(c), mul(sub(x.at(...at), s.at(c)), g.at(c))))),
          ],
        },
      ];
    },

    evaluate(n, { x, y, w, b, rm, rv, g }, { epsilon }: Options) {
      const axes = axesOf(x), [c] = axes, at = [n, ...axes];
      const rate = div(1, sqrt(add(rv.at(c), epsilon)));
      return [
        { name: "scale", parts: [part([c], g.set([c], mul(rate, w.at(c))))] },
        { parts: [part(at, y.set(at, add(b.at(c), mul(sub(x.at(...at), rm.at(c)), g.at(c)))))] },
      ];
    },

    backward(n, { x, dx, dy, dw, db, e, f, s, r, g, k, l }) {
      const axes = axesOf(x), [c, ...positions] = axes, at = [n, ...axes], each = ofChannel(n, axes);
      const count = elementsIn(positions.map(({ extent }) => extent)), values = mul(param("count"), count);
      const away = sub(x.at(...at), s.at(c)), slope = dy.at(...at);
      const ofEach = count === 1 ? [] : [{
        name: "sums",
        parts: [part([n, c], e.set(each, sum(positions, slope)), f.set(each, sum(positions, mul(slope, away))))],
      }];
      // the gradient of a row without a sample is 0
      const one = count === 1 ? { e: dy.at(...each), f: mul(dy.at(...each), sub(x.at(...each), s.at(c))) } : {
        e: e.at(...each),
        f: f.at(...each),
      };
      const total = named("total", sum([n], one.e)), along = named("along", mul(sum([n], one.f), r.at(c)));
      const sums = {
        name: "statistics",
        parts: [part(
          [c],
          db.set([c], total),
          dw.set([c], along),
          k.set([c], div(total, values)),
          l.set([c], div(mul(along, r.at(c)), values)),
        )],
      };
      const rest = sub(sub(slope, k.at(c)), mul(away, l.at(c)));
      const input = select(isSample(n), mul(rest, g.at(c)), 0);
      return [...ofEach, sums, { name: "input", parts: [part(at, dx.set(at, input))] }];
    },
  };
}

/** Over the samples, and all positions of [channels, length]. */
export const batchNorm1d: ReturnType<typeof batchNorm<"batchNorm1d">> = batchNorm(
  "batchNorm1d",
  "each channel less its mean over the samples, divided by its deviation; running ones in a test",
  (input) => {
    if (input.length === 1 || input.length === 2) return;
    throw new InputError(`it takes [features] or [channels, length], but its input is [${input.join(", ")}]`);
  },
);

/** Over the samples, and all positions of [channels, height, width]. */
export const batchNorm2d: ReturnType<typeof batchNorm<"batchNorm2d">> = batchNorm(
  "batchNorm2d",
  "each channel less its mean over samples and positions, divided by its deviation; running ones in a test",
  (input) => {
    if (input.length === 3) return;
    throw new InputError(`it takes [channels, height, width], but its input is [${input.join(", ")}]`);
  },
);
