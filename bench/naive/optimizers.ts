/**
 * The rules by which parameters are updated.
 *
 * @module
 */
import type { NaiveParameter, Numbers } from "./layer.ts";
import type { NaiveOptimizerSpec } from "./spec.ts";

/** A parameter and what the optimizer keeps for it. */
export interface Slot {
  parameter: NaiveParameter;
  /** L2 applies to weights, not to biases. */
  l2: number;
  /** Momentum's velocity or Adam's mean; empty for plain SGD. */
  first: Numbers;
  /** Adam's mean of squares; empty otherwise. */
  second: Numbers;
}

/** Updates a parameter by its gradient. `step`: how many there were, this one too. */
export function update(slot: Slot, optimizer: NaiveOptimizerSpec, learningRate: number, step: number): void {
  switch (optimizer.type) {
    case "sgd":
      return sgd(slot, learningRate);
    case "momentum":
      return momentum(slot, learningRate, optimizer.momentum ?? 0.9);
    case "adam":
      return adam(
        slot,
        learningRate,
        optimizer.beta1 ?? 0.9,
        optimizer.beta2 ?? 0.999,
        optimizer.epsilon ?? 1e-8,
        step,
      );
  }
}

function sgd(slot: Slot, learningRate: number): void {
  const { values, gradient } = slot.parameter;
  const l2 = slot.l2;
  for (let i = 0; i < values.length; i++) {
    values[i] -= learningRate * (gradient[i] + l2 * values[i]);
  }
}

function momentum(slot: Slot, learningRate: number, momentum: number): void {
  const { values, gradient } = slot.parameter;
  const { l2, first: velocity } = slot;
  for (let i = 0; i < values.length; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i] + l2 * values[i];
    values[i] -= learningRate * velocity[i];
  }
}

function adam(
  slot: Slot,
  learningRate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  step: number,
): void {
  const { values, gradient } = slot.parameter;
  const { l2, first, second } = slot;
  const correction1 = 1 - Math.pow(beta1, step);
  const correction2 = 1 - Math.pow(beta2, step);
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i] + l2 * values[i];
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    const mean = first[i] / correction1;
    const square = second[i] / correction2;
    values[i] -= learningRate * mean / (Math.sqrt(square) + epsilon);
  }
}
