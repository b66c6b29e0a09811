/**
 * The two ends of every step: making the batch out of the data set, and adding up what the epoch reports.
 *
 * @module
 */
import type { Axis, Part } from "../codegen/ir.ts";
import { STEP } from "../codegen/ir.ts";
import type { Tensors } from "../codegen/layer.ts";
import { add, axis, div, featureAxes, float, named, part, sum } from "../codegen/notation.ts";

/** Where this is written. */
export const source = "kernels/batch.ts";

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

/** Adds the batch's losses and hits to the epoch's. */
export function addUp(n: Axis, { loss, hit, loss_sum, hit_sum }: Tensors): Part[] {
  const losses = named("losses", sum([n], loss.at(n))), hits = named("hits", sum([n], hit.at(n)));
  return [part([], loss_sum.set([0], add(loss_sum.at(0), losses)), hit_sum.set([0], add(hit_sum.at(0), hits)))];
}
