/**
 * The fully connected layer.
 *
 * @module
 */
import type { Layer, NaiveParameter, Numbers } from "./layer.ts";

/** Every output is a weighted sum of all inputs. */
export class Linear implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: NaiveParameter;
  readonly bias: NaiveParameter;

  constructor(
    inputs: number,
    outputs: number,
    weight: NaiveParameter,
    bias: NaiveParameter,
  ) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = weight;
    this.bias = bias;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const { inputs, outputs } = this;
    const weight = this.weight.values;
    const bias = this.bias.values;
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        let sum = bias[o];
        for (let i = 0; i < inputs; i++) {
          sum += input[n * inputs + i] * weight[o * inputs + i];
        }
        output[n * outputs + o] = sum;
      }
    }
  }

  backward(
    input: Numbers,
    _output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    const { inputs, outputs } = this;
    const weight = this.weight.values;
    const weightGradient = this.weight.gradient;
    const biasGradient = this.bias.gradient;
    weightGradient.fill(0);
    biasGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const gradient = outputGradient[n * outputs + o];
        biasGradient[o] += gradient;
        for (let i = 0; i < inputs; i++) {
          weightGradient[o * inputs + i] += gradient * input[n * inputs + i];
        }
      }
    }
    if (!inputGradient) return;
    inputGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const gradient = outputGradient[n * outputs + o];
        for (let i = 0; i < inputs; i++) {
          inputGradient[n * inputs + i] += gradient * weight[o * inputs + i];
        }
      }
    }
  }
}
