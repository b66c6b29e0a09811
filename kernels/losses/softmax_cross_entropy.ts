import { z } from "../../codegen/zod.ts";
import { type Axis, STEP } from "../../codegen/ir/ir.ts";
import { classLabels, type LossKind } from "../../codegen/language/loss.ts";
import type { Tensors } from "../../codegen/language/layer.ts";
import {
  axis,
  div,
  eq,
  exp,
  isSample,
  log,
  max,
  named,
  param,
  part,
  position,
  select,
  sub,
  sum,
} from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("softmaxCrossEntropy") });

/** Largest output of row `n`, and the sum of e^(x - largest): the stable form of the softmax. */
function softmax(n: Axis, { x }: Tensors) {
  const j = axis("j", x.shape[1]);
  const largest = named("largest", max([j], x.at(n, j)));
  return { j, largest, total: named("total", sum([j], exp(sub(x.at(n, j), largest)))) };
}

/** -log of the softmax at the label. */
export const softmaxCrossEntropy: LossKind<z.infer<typeof schema>> = {
  type: "softmaxCrossEntropy",
  source: "kernels/losses/softmax_cross_entropy.ts",
  schema,
  summary: "mean of -log softmax(x)[label]",
  target: classLabels,

  forward(n, tensors) {
    const { x, label, loss } = tensors;
    const { j, largest, total } = softmax(n, tensors);
    const chosen = named("chosen", sum([j], select(eq(position(j), label.at(n)), x.at(n, j), 0)));
    return [part([n], loss.set([STEP, n], select(isSample(n), sub(log(total), sub(chosen, largest)), 0)))];
  },

  backward(n, tensors) {
    const { x, label, dx } = tensors;
    const { largest, total } = softmax(n, tensors);
    const o = axis("o", x.shape[1]);
    const probability = div(exp(sub(x.at(n, o), largest)), total);
    const expected = select(eq(position(o), label.at(n)), 1, 0);
    return [part([n, o], dx.set([n, o], select(isSample(n), div(sub(probability, expected), param("count")), 0)))];
  },

  probabilities(outputs) {
    const largest = outputs.reduce((a, b) => Math.max(a, b));
    const powers = Float64Array.from(outputs, (x) => Math.exp(x - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  },
};
