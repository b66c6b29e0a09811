/**
 * The beginning of every step: making the batch out of the data set.
 *
 * @module
 */
import type { Axis, Part } from "../../codegen/ir/ir.ts";
import { STEP } from "../../codegen/ir/ir.ts";
import type { Tensors } from "../../codegen/language/layer.ts";
import { axis, div, featureAxes, float, part } from "../../codegen/language/notation.ts";

/** Where this is written. */
export const source = "kernels/step/batch.ts";

/** x[n] = data[order[step, n]], bytes divided by 255. */
export function gatherInputs(n: Axis, { x, data, order }: Tensors, bytes: boolean): Part[] {
  const axes = featureAxes(x.shape.slice(1));
  const sample = order.at(STEP, n), value = data.at(sample, ...axes);
  return [part([n, ...axes], x.set([n, ...axes], bytes ? div(float(value), 255) : value))];
}

/** label[n] = labels[order[step, n]]. */
export function gatherLabels(n: Axis, { label, labels, order }: Tensors): Part[] {
  return [part([n], label.set([n], labels.at(order.at(STEP, n))))];
}

/** target[n, o] = targets[order[step, n], o]. */
export function gatherTargets(n: Axis, { target, targets, order }: Tensors): Part[] {
  const o = axis("o", target.shape[1]);
  return [part([n, o], target.set([n, o], targets.at(order.at(STEP, n), o)))];
}
