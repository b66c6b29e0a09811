/**
 * What a run begins with, and in which order it goes on: all that follows from spec and seed.
 *
 * @module
 */
import { plan } from "../../codegen/compile.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import type { Epoch } from "../backends/session.ts";
import { sizeOf } from "../data/arrays.ts";
import { initialize } from "./initial.ts";
import { shuffleEpoch } from "./random.ts";
import { trainingRules } from "./rules.ts";

/** What a run of a net begins with and in which order it goes on, for whoever does the same in another way. */
export interface RunStart {
  /** Initial values of the parameters and buffers by name, in the usual order. */
  readonly parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** The optimizer's learning rate in an epoch, from 0; that of a step of it, from 0, where it has so many steps. */
  learningRate(epoch: number, step?: number, steps?: number): number;
  /** The numbers of the samples, from 0, in the order in which an epoch takes them; epochs from 0. */
  order(epoch: number, samples: number): Int32Array;
}

/** What an epoch of a run is given, and the learning rate of its first step. */
export type TrainingEpoch = Epoch & { readonly learningRate: number };

/** What an epoch over so many samples is given, by its number from 0. */
export function epochsOf(
  spec: Spec,
  registry: Registry,
  plan: Plan,
  samples: number,
  seed: number,
): (epoch: number) => TrainingEpoch {
  const steps = stepsInEpoch(plan, samples), rules = trainingRules(spec, registry);
  return (epoch) => {
    const first = epoch * steps, params = (step: number) => rules.params(epoch, first + step, steps);
    return { seed, epoch, learningRate: rules.rate(epoch, first, steps), params };
  };
}

/** What a run begins with. */
export function startOf(spec: Spec, registry: Registry, seed: number): RunStart {
  const parameters = new Map<string, Float32Array<ArrayBuffer>>(), rules = trainingRules(spec, registry);
  for (const tensor of Object.values(plan(spec, registry).plan.tensors)) {
    if (!WEIGHT_ROLES.includes(tensor.role)) continue;
    const values = new Float32Array(sizeOf(tensor.shape));
    initialize(values, tensor, seed);
    parameters.set(tensor.name, values);
  }
  return {
    parameters,
    learningRate: (epoch, step = 0, steps = 1) => rules.rate(epoch, epoch * steps + step, steps),
    order(epoch, samples) {
      const order = new Int32Array(samples);
      shuffleEpoch(order, samples, seed, epoch);
      return order;
    },
  };
}
