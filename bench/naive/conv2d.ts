/**
 * The convolution.
 *
 * @module
 */
import type { Layer, NaiveParameter, Numbers } from "./layer.ts";
import type { Image, Window } from "./shapes.ts";

/** A convolution with zeros around the image; a series is an image of one row. */
export class Conv2d implements Layer {
  readonly from: Image;
  readonly to: Image;
  readonly window: Window;
  /** Channels are in so many groups, which see nothing of each other. */
  readonly groups: number;
  readonly weight: NaiveParameter;
  readonly bias: NaiveParameter | undefined;

  constructor(
    from: Image,
    to: Image,
    window: Window,
    groups: number,
    weight: NaiveParameter,
    bias?: NaiveParameter,
  ) {
    this.from = from;
    this.to = to;
    this.window = window;
    this.groups = groups;
    this.weight = weight;
    this.bias = bias;
  }

  forward(input: Numbers, output: Numbers, count: number): void {
    const { channels, height, width } = this.from;
    const { channels: outputs, height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const [[paddingY], [paddingX]] = this.window.padding;
    const [dilationY, dilationX] = this.window.dilation;
    const ins = channels / this.groups;
    const outs = outputs / this.groups;
    const weight = this.weight.values;
    const bias = this.bias?.values;
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const first = Math.floor(o / outs) * ins;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            let sum = bias ? bias[o] : 0;
            for (let c = 0; c < ins; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r * dilationY - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s * dilationX - paddingX;
                  if (column < 0 || column >= width) continue;
                  sum += input[
                    ((n * channels + first + c) * height + row) * width +
                    column
                  ] *
                    weight[
                      ((o * ins + c) * kernelHeight + r) *
                        kernelWidth + s
                    ];
                }
              }
            }
            output[((n * outputs + o) * rows + y) * columns + x] = sum;
          }
        }
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
    this.#parameterGradients(input, outputGradient, count);
    if (inputGradient) {
      this.#inputGradient(outputGradient, inputGradient, count);
    }
  }

  #parameterGradients(
    input: Numbers,
    outputGradient: Numbers,
    count: number,
  ): void {
    const { channels, height, width } = this.from;
    const { channels: outputs, height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const [[paddingY], [paddingX]] = this.window.padding;
    const [dilationY, dilationX] = this.window.dilation;
    const ins = channels / this.groups;
    const outs = outputs / this.groups;
    const weightGradient = this.weight.gradient;
    const biasGradient = this.bias?.gradient;
    weightGradient.fill(0);
    biasGradient?.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const first = Math.floor(o / outs) * ins;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const gradient = outputGradient[((n * outputs + o) * rows + y) * columns + x];
            if (biasGradient) biasGradient[o] += gradient;
            for (let c = 0; c < ins; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r * dilationY - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s * dilationX - paddingX;
                  if (column < 0 || column >= width) continue;
                  weightGradient[
                    ((o * ins + c) * kernelHeight + r) * kernelWidth + s
                  ] += gradient *
                    input[
                      ((n * channels + first + c) * height + row) * width +
                      column
                    ];
                }
              }
            }
          }
        }
      }
    }
  }

  #inputGradient(
    outputGradient: Numbers,
    inputGradient: Numbers,
    count: number,
  ): void {
    const { channels, height, width } = this.from;
    const { channels: outputs, height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const [[paddingY], [paddingX]] = this.window.padding;
    const [dilationY, dilationX] = this.window.dilation;
    const ins = channels / this.groups;
    const outs = outputs / this.groups;
    const weight = this.weight.values;
    inputGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        const first = Math.floor(o / outs) * ins;
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const gradient = outputGradient[((n * outputs + o) * rows + y) * columns + x];
            for (let c = 0; c < ins; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r * dilationY - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s * dilationX - paddingX;
                  if (column < 0 || column >= width) continue;
                  inputGradient[
                    ((n * channels + first + c) * height + row) * width + column
                  ] += gradient *
                    weight[
                      ((o * ins + c) * kernelHeight + r) *
                        kernelWidth + s
                    ];
                }
              }
            }
          }
        }
      }
    }
  }
}
