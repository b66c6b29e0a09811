/**
 * Batch normalization.
 *
 * @module
 */
import type { Layer, NaiveParameter, Numbers, Storage } from "./layer.ts";

/** Each channel less its mean, divided by its standard deviation. */
export class BatchNorm implements Layer {
  readonly weight: NaiveParameter;
  readonly bias: NaiveParameter;
  readonly runningMean: Numbers;
  readonly runningVariance: Numbers;
  /** Whether means are those of the batch; the network says. */
  training = false;
  readonly #channels: number;
  /** Positions of a channel in one sample. */
  readonly #area: number;
  readonly #momentum: number;
  readonly #epsilon: number;
  readonly #mean: Float64Array;
  readonly #rate: Float64Array;

  constructor(
    [channels, area]: readonly [number, number],
    { momentum = 0.1, epsilon = 1e-5 }: { momentum?: number; epsilon?: number },
    weight: NaiveParameter,
    bias: NaiveParameter,
    storage: Storage,
  ) {
    this.#channels = channels;
    this.#area = area;
    this.#momentum = momentum;
    this.#epsilon = epsilon;
    this.weight = weight;
    this.bias = bias;
    this.runningMean = new storage(channels);
    this.runningVariance = new storage(channels).fill(1);
    this.#mean = new Float64Array(channels);
    this.#rate = new Float64Array(channels);
  }

  /** Calls `visit` with the place of each element of a channel. */
  #each(channel: number, count: number, visit: (at: number) => void): void {
    const area = this.#area;
    for (let n = 0; n < count; n++) {
      const first = (n * this.#channels + channel) * area;
      for (let i = 0; i < area; i++) visit(first + i);
    }
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const values = count * this.#area;
    for (let c = 0; c < this.#channels; c++) {
      let mean = this.runningMean[c];
      let variance = this.runningVariance[c];
      if (this.training) {
        let sum = 0;
        let squares = 0;
        this.#each(c, count, (at) => sum += input[at]);
        mean = sum / values;
        this.#each(c, count, (at) => squares += (input[at] - mean) ** 2);
        variance = squares / values;
        this.runningMean[c] += this.#momentum * (mean - this.runningMean[c]);
        if (values > 1) {
          this.runningVariance[c] += this.#momentum *
            (squares / (values - 1) - this.runningVariance[c]);
        }
      }
      const rate = 1 / Math.sqrt(variance + this.#epsilon);
      const weight = this.weight.values[c];
      const bias = this.bias.values[c];
      this.#each(c, count, (at) => {
        output[at] = (input[at] - mean) * rate * weight + bias;
      });
      this.#mean[c] = mean;
      this.#rate[c] = rate;
    }
  }

  backward(
    input: Numbers,
    _output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    const values = count * this.#area;
    for (let c = 0; c < this.#channels; c++) {
      const mean = this.#mean[c];
      const rate = this.#rate[c];
      let slope = 0;
      let along = 0;
      this.#each(c, count, (at) => {
        slope += outputGradient[at];
        along += outputGradient[at] * (input[at] - mean) * rate;
      });
      this.bias.gradient[c] = slope;
      this.weight.gradient[c] = along;
      if (!inputGradient) continue;
      const factor = this.weight.values[c] * rate / values;
      this.#each(c, count, (at) => {
        const x = (input[at] - mean) * rate;
        inputGradient[at] = factor *
          (values * outputGradient[at] - slope - x * along);
      });
    }
  }
}
