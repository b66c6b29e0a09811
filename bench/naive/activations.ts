/**
 * Activations.
 *
 * @module
 */
import type { Layer, Numbers } from "./layer.ts";

/** What is not positive becomes 0. */
export class Relu implements Layer {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    for (let i = 0; i < count * this.size; i++) {
      output[i] = input[i] > 0 ? input[i] : 0;
    }
  }

  backward(
    _input: Numbers,
    output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    for (let i = 0; i < count * this.size; i++) {
      inputGradient[i] = output[i] > 0 ? outputGradient[i] : 0;
    }
  }
}

/** The logistic function. */
export class Sigmoid implements Layer {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    for (let i = 0; i < count * this.size; i++) {
      output[i] = 1 / (1 + Math.exp(-input[i]));
    }
  }

  backward(
    _input: Numbers,
    output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    for (let i = 0; i < count * this.size; i++) {
      inputGradient[i] = outputGradient[i] * output[i] * (1 - output[i]);
    }
  }
}

/** The hyperbolic tangent. */
export class Tanh implements Layer {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    for (let i = 0; i < count * this.size; i++) {
      output[i] = Math.tanh(input[i]);
    }
  }

  backward(
    _input: Numbers,
    output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    for (let i = 0; i < count * this.size; i++) {
      inputGradient[i] = outputGradient[i] * (1 - output[i] * output[i]);
    }
  }
}
