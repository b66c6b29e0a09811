/**
 * Dropout.
 *
 * @module
 */
import type { Layer, Numbers, Storage } from "./layer.ts";

/** Values are multiplied by a mask, which the caller gives. */
export class Dropout implements Layer {
  /** The network writes the caller's mask here, or ones to evaluate. */
  readonly mask: Numbers;
  readonly size: number;

  constructor(size: number, batchSize: number, storage: Storage) {
    this.size = size;
    this.mask = new storage(batchSize * size);
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const mask = this.mask;
    for (let i = 0; i < count * this.size; i++) output[i] = input[i] * mask[i];
  }

  backward(
    _input: Numbers,
    _output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    const mask = this.mask;
    for (let i = 0; i < count * this.size; i++) {
      inputGradient[i] = outputGradient[i] * mask[i];
    }
  }
}
