import { InputError } from "../../codegen/error.ts";
import { z } from "../../codegen/zod.ts";
import { type Axis, type Expr, STEP } from "../../codegen/ir/ir.ts";
import { classLabels, type LossKind, weightsOf } from "../../codegen/language/loss.ts";
import type { Tensors } from "../../codegen/language/layer.ts";
import {
  add,
  axis,
  div,
  eq,
  exp,
  float,
  isSample,
  log,
  lt,
  max,
  mul,
  named,
  param,
  part,
  position,
  select,
  sub,
  sum,
} from "../../codegen/language/notation.ts";
import { entryAt } from "../../codegen/language/functions.ts";
import { flag, notNegative, share } from "../../codegen/language/schema.ts";

const schema = z.strictObject({
  type: z.literal("softmaxCrossEntropy"),
  labelSmoothing: share.optional()
    .describe("Share of the target that is spread over all classes in equal parts. Default: 0."),
  classWeights: z.array(notNegative).min(1).max(1000).meta({
    title: "a list of up to 1000 numbers from 0, one for each class",
  })
    .optional()
    .describe(
      "A weight for each class; the mean over a batch is that weighted by its labels. Default: all weigh the same.",
    ),
  weighted: flag.optional()
    .describe("Whether each sample has a weight, by which its loss is multiplied. Default: false."),
});
type Options = z.infer<typeof schema>;

/** Largest output of row `n`, and the sum of e^(x - largest): the stable form of the softmax. */
function softmax(n: Axis, { x }: Tensors) {
  const j = axis("j", x.shape[1]);
  const largest = named("largest", max([j], x.at(n, j)));
  return { j, largest, total: named("total", sum([j], exp(sub(x.at(n, j), largest)))) };
}

/** The product of a formula and factors, those that there are. */
function scaled(value: Expr, ...factors: (Expr | number | undefined)[]): Expr {
  return mul(value, ...factors.filter((factor) => factor !== undefined));
}

/** Factors of a row's loss: of its label, of all that is spread over the classes, and of the whole. */
function factorsOf(n: Axis, { x, weight, labelWeight, scale }: Tensors, { labelSmoothing = 0 }: Options) {
  const own = labelSmoothing > 0 ? 1 - labelSmoothing : undefined;
  return {
    ofLabel: [labelWeight?.at(n), own],
    spread: labelSmoothing > 0 ? labelSmoothing / x.shape[1] : undefined,
    ofRow: [scale?.at(0), weight?.at(n)],
  };
}

/**
 * -log of the softmax at the label. Smoothed and weighted as PyTorch's CrossEntropyLoss: of a share of the target, all
 * classes have equal parts; a class's weight multiplies its part, and the mean is divided by the weights of the labels.
 */
export const softmaxCrossEntropy: LossKind<Options> = {
  type: "softmaxCrossEntropy",
  source: "kernels/losses/softmax_cross_entropy.ts",
  schema,
  summary: "mean of -log softmax(x)[label]",
  classes: true,

  given([classes], { classWeights, weighted }) {
    if (classWeights && classWeights.length !== classes) {
      throw new InputError(`classWeights has ${classWeights.length} numbers for ${classes} classes; give one for each`);
    }
    if (classWeights && !Number.isFinite(Math.fround(classWeights.reduce((sum, weight) => sum + weight)))) {
      throw new InputError("f32 does not hold the sum of classWeights; make them smaller");
    }
    return [classLabels([classes]), ...weighted ? [weightsOf([])] : []];
  },
  metrics: () => ["accuracy"],

  inner: (_output, { classWeights }) =>
    classWeights
      ? [{ symbol: "labelWeight", shape: [], dtype: "f32" }, { symbol: "scale", shape: [1], dtype: "f32", once: true }]
      : [],

  prepare(n, { label, labelWeight, scale }, { classWeights }) {
    if (!classWeights) return [];
    const m = axis("m", n.extent), one = axis("one", 1), ofLabel = entryAt(classWeights, float(label.at(n)));
    const total = named("total", sum([m], labelWeight.at(m)));
    return [
      { name: "weight", parts: [part([n], labelWeight.set([n], select(isSample(n), ofLabel, 0)))] },
      // samples without any weight bring nothing
      { name: "scale", parts: [part([one], scale.set([one], select(lt(0, total), div(param("count"), total), 0)))] },
    ];
  },

  forward(n, tensors, options) {
    const { x, label, loss } = tensors, { ofLabel, spread, ofRow } = factorsOf(n, tensors, options);
    const { j, largest, total } = softmax(n, tensors);
    const chosen = named("chosen", sum([j], select(eq(position(j), label.at(n)), x.at(n, j), 0)));
    const own = scaled(sub(log(total), sub(chosen, largest)), ...ofLabel);
    const rest = () => sum([j], scaled(sub(log(total), sub(x.at(n, j), largest)), weightOf(j, options)));
    const whole = spread === undefined ? own : add(own, mul(spread, rest()));
    return [part([n], loss.set([STEP, n], select(isSample(n), scaled(whole, ...ofRow), 0)))];
  },

  backward(n, tensors, options) {
    const { x, label, dx } = tensors, { ofLabel, spread, ofRow } = factorsOf(n, tensors, options);
    const { largest, total } = softmax(n, tensors);
    const o = axis("o", x.shape[1]), { classWeights = Array<number>(o.extent).fill(1) } = options;
    const probability = div(exp(sub(x.at(n, o), largest)), total);
    const expected = select(eq(position(o), label.at(n)), 1, 0);
    const own = scaled(sub(probability, expected), ...ofLabel),
      all = classWeights.reduce((sum, weight) => sum + weight);
    const rest = () => sub(mul(all, probability), weightOf(o, options) ?? 1);
    const whole = spread === undefined ? own : add(own, mul(spread, rest()));
    return [part([n, o], dx.set([n, o], select(isSample(n), div(scaled(whole, ...ofRow), param("count")), 0)))];
  },

  probabilities(outputs) {
    const largest = outputs.reduce((a, b) => Math.max(a, b));
    const powers = Float64Array.from(outputs, (x) => Math.exp(x - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  },
};

/** The weight of a class. */
function weightOf(j: Axis, { classWeights }: Options): Expr | number | undefined {
  return classWeights && entryAt(classWeights, float(position(j)));
}
