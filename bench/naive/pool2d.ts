/**
 * Pooling.
 *
 * @module
 */
import type { Layer, Numbers } from "./layer.ts";
import type { Image, Window } from "./shapes.ts";

/** The largest of each window. */
export class MaxPool2d implements Layer {
  /** For each output, the index of the input that it was taken from. */
  readonly winner: Int32Array;
  readonly from: Image;
  readonly to: Image;
  readonly window: Window;

  constructor(
    from: Image,
    to: Image,
    window: Window,
    batchSize: number,
  ) {
    this.from = from;
    this.to = to;
    this.window = window;
    this.winner = new Int32Array(
      batchSize * to.channels * to.height * to.width,
    );
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const { channels, height, width } = this.from;
    const { height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const winner = this.winner;
    for (let n = 0; n < count; n++) {
      for (let c = 0; c < channels; c++) {
        const image = (n * channels + c) * height * width;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            let best = image + y * strideY * width + x * strideX;
            for (let r = 0; r < kernelHeight; r++) {
              for (let s = 0; s < kernelWidth; s++) {
                const at = image + (y * strideY + r) * width + x * strideX + s;
                if (input[at] > input[best]) best = at;
              }
            }
            const to = ((n * channels + c) * rows + y) * columns + x;
            output[to] = input[best];
            winner[to] = best;
          }
        }
      }
    }
  }

  backward(
    _input: Numbers,
    _output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    const winner = this.winner;
    const length = count * this.to.channels * this.to.height * this.to.width;
    inputGradient.fill(0);
    for (let i = 0; i < length; i++) {
      inputGradient[winner[i]] += outputGradient[i];
    }
  }
}

/** The mean of each window. */
export class AvgPool2d implements Layer {
  readonly from: Image;
  readonly to: Image;
  readonly window: Window;

  constructor(
    from: Image,
    to: Image,
    window: Window,
  ) {
    this.from = from;
    this.to = to;
    this.window = window;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const { channels, height, width } = this.from;
    const { height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const area = kernelHeight * kernelWidth;
    for (let n = 0; n < count; n++) {
      for (let c = 0; c < channels; c++) {
        const image = (n * channels + c) * height * width;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            let sum = 0;
            for (let r = 0; r < kernelHeight; r++) {
              for (let s = 0; s < kernelWidth; s++) {
                sum += input[image + (y * strideY + r) * width + x * strideX + s];
              }
            }
            output[((n * channels + c) * rows + y) * columns + x] = sum / area;
          }
        }
      }
    }
  }

  backward(
    _input: Numbers,
    _output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void {
    if (!inputGradient) return;
    const { channels, height, width } = this.from;
    const { height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const area = kernelHeight * kernelWidth;
    inputGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let c = 0; c < channels; c++) {
        const image = (n * channels + c) * height * width;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const gradient = outputGradient[((n * channels + c) * rows + y) * columns + x] /
              area;
            for (let r = 0; r < kernelHeight; r++) {
              for (let s = 0; s < kernelWidth; s++) {
                inputGradient[
                  image + (y * strideY + r) * width + x * strideX + s
                ] += gradient;
              }
            }
          }
        }
      }
    }
  }
}
