/**
 * Tensors of a plan as sessions hold them: which are trained, what they begin with, and how their elements are stored.
 *
 * @module
 */
import { elementsOf, toStored } from "../../codegen/plan/arrange/layouts.ts";
import { type RunPlan, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import { firstNotFinite, sizeOf } from "../data/numbers.ts";
import { initialize } from "../run/initial.ts";
import type { NotFinite } from "./session.ts";

/** Names of the tensors that are trained. */
export function parametersOf({ tensors }: RunPlan): string[] {
  return Object.values(tensors).filter(({ role }) => role === "parameter").map(({ name }) => name);
}

/** Names of the tensors that make a trained net: those that are trained, and the buffers of layers. */
export function weightsOf({ tensors }: RunPlan): string[] {
  return Object.values(tensors).filter(({ role }) => WEIGHT_ROLES.includes(role)).map(({ name }) => name);
}

/** The tensor that the loss is taken of, and how many outputs it has for a sample. */
export function outputOf({ graph: { shapes, output } }: RunPlan): { name: string; classes: number } {
  return { name: `${output}.output`, classes: sizeOf(shapes[output]) };
}

/**
 * What parameters, buffers and the optimizer's state begin with, tensor by tensor, in the order of their storage; nothing
 * where that is zeros.
 */
export function* initialTensors(
  { tensors }: RunPlan,
  seed: number,
): Generator<[name: string, values: Float32Array | undefined]> {
  for (const tensor of Object.values(tensors)) {
    const isWeight = WEIGHT_ROLES.includes(tensor.role);
    if (!isWeight && tensor.role !== "state") continue;
    if (!isWeight || tensor.initial === 0) {
      yield [tensor.name, undefined];
      continue;
    }
    const values = new Float32Array(elementsOf(tensor));
    initialize(values, tensor, seed);
    yield [tensor.name, toStored(values, tensor.layout)];
  }
}

/** A tensor's elements from the usual order to that of its storage. */
export function storedValues({ tensors }: RunPlan, name: string, values: Float32Array): Float32Array {
  const tensor = tensors[name];
  if (tensor.dtype !== "f32" || values.length !== elementsOf(tensor)) {
    throw new TypeError(`${values.length} for ${name}`);
  }
  return toStored(values, tensor.layout);
}

/** The first element of some tensors that is infinite or NaN. */
export function notFinite(tensors: Iterable<readonly [name: string, values: Float32Array]>): NotFinite | undefined {
  for (const [name, values] of tensors) {
    const index = firstNotFinite(values);
    if (index >= 0) return { name, index, value: values[index] };
  }
}
