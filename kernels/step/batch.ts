/**
 * The beginning of every step: making the batch out of the data set.
 *
 * @module
 */
import type { Axis, Part } from "../../codegen/ir/ir.ts";
import { STEP } from "../../codegen/ir/ir.ts";
import type { Tensors } from "../../codegen/language/layer.ts";
import { axis, div, featureAxes, float, part, type Tensor } from "../../codegen/language/notation.ts";

/** Where this is written. */
export const source = "kernels/step/batch.ts";

/** x[n] = data[order[step, n]], bytes divided by 255. */
export function gatherInputs(n: Axis, { x, data, order }: Tensors, bytes: boolean): Part[] {
  const axes = featureAxes(x.shape.slice(1));
  const sample = order.at(STEP, n), value = data.at(sample, ...axes);
  return [part([n, ...axes], x.set([n, ...axes], bytes ? div(float(value), 255) : value))];
}

/** label[n] = labels[order[step, n]]; a target of several numbers for each of them. */
export function gatherTargets(n: Axis, batch: Tensor, all: Tensor, order: Tensor): Part[] {
  const shape = batch.shape.slice(1), axes = shape.length === 1 ? [axis("o", shape[0])] : featureAxes(shape);
  return [part([n, ...axes], batch.set([n, ...axes], all.at(order.at(STEP, n), ...axes)))];
}
