/**
 * A plain network over run-time shapes: textbook nested loops, one thread, no
 * compiler. With `Float32Array` storage it is the baseline that the generated
 * kernels are timed against; with `Float64Array` storage it is the independent
 * model that the tests compare them to. It therefore imports nothing from the
 * rest of the project. Sums are kept in doubles and rounded to the storage when
 * they are written.
 *
 * @module
 */

/** Storage of all values: f32 for the timed baseline, f64 for the model. */
export type Numbers = Float32Array | Float64Array;

/** One extent for both axes, or `[height, width]`. */
export type NaiveExtent = number | readonly number[];

/** One layer of a {@linkcode NaiveSpec}. */
export type NaiveLayerSpec =
  | {
    type: "conv2d";
    inChannels?: number;
    outChannels: number;
    kernel: NaiveExtent;
    stride?: NaiveExtent;
    padding?: NaiveExtent;
  }
  | {
    type: "maxPool2d" | "avgPool2d";
    kernel: NaiveExtent;
    stride?: NaiveExtent;
  }
  | { type: "linear"; inFeatures?: number; outFeatures: number }
  | { type: "dropout"; rate: number }
  | { type: "relu" | "sigmoid" | "tanh" | "flatten" };

/** The update rule of a {@linkcode NaiveSpec}; the rate comes with each step. */
export type NaiveOptimizerSpec =
  | { type: "sgd"; learningRate?: number; l2?: number }
  | { type: "momentum"; learningRate?: number; momentum?: number; l2?: number }
  | {
    type: "adam";
    learningRate?: number;
    beta1?: number;
    beta2?: number;
    epsilon?: number;
    l2?: number;
  };

/** The part of a network's specification that this module reads. */
export interface NaiveSpec {
  /** Name of the network; not read. */
  name?: string;
  /** Shape of one sample: `[channels, height, width]` or `[features]`. */
  input: readonly number[];
  /** Most samples in one call; buffers are allocated for this many. */
  batchSize: number;
  /** The layers in order. */
  layers: readonly NaiveLayerSpec[];
  /** The loss, a mean over the samples (mse: over samples and outputs). */
  loss: { type: "softmaxCrossEntropy" | "mse" };
  /** Settings of the training; only the optimizer is read here. */
  training: {
    epochs?: number;
    optimizer: NaiveOptimizerSpec;
    scheduler?: unknown;
    sgdLearningRate?: number;
  };
}

/** A weight or bias with its gradient; all values start at zero. */
export interface NaiveParameter {
  /** Shape of the values, row-major. */
  shape: number[];
  /** The values; the caller writes initial ones. */
  values: Numbers;
  /** Gradient of the loss, averaged over the samples, without the L2 term. */
  gradient: Numbers;
  /** Inputs that feed one output (conv2d: times the kernel's area). */
  fanIn: number;
  /** Outputs that one input feeds (conv2d: times the kernel's area). */
  fanOut: number;
}

/** Loss and right answers over the samples of one call. */
export interface NaiveResult {
  /** The mean loss, without an L2 term. */
  loss: number;
  /** Samples whose first largest output is at the label. */
  correct: number;
}

type Storage = Float32ArrayConstructor | Float64ArrayConstructor;
type Image = { channels: number; height: number; width: number };
type Window = { kernel: number[]; stride: number[]; padding: number[] };

/** What a layer computes; buffers are batch x shape, `count` samples of them used. */
interface Layer {
  forward(input: Numbers, output: Numbers, count: number): void;
  /** Gradients of the parameters, and of the input where a buffer is given. */
  backward(
    input: Numbers,
    output: Numbers,
    outputGradient: Numbers,
    inputGradient: Numbers | undefined,
    count: number,
  ): void;
}

class Conv2d implements Layer {
  constructor(
    readonly from: Image,
    readonly to: Image,
    readonly window: Window,
    readonly weight: NaiveParameter,
    readonly bias: NaiveParameter,
  ) {}

  forward(input: Numbers, output: Numbers, count: number): void {
    const { channels, height, width } = this.from;
    const { channels: outputs, height: rows, width: columns } = this.to;
    const [kernelHeight, kernelWidth] = this.window.kernel;
    const [strideY, strideX] = this.window.stride;
    const [paddingY, paddingX] = this.window.padding;
    const weight = this.weight.values;
    const bias = this.bias.values;
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            let sum = bias[o];
            for (let c = 0; c < channels; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s - paddingX;
                  if (column < 0 || column >= width) continue;
                  sum += input[
                    ((n * channels + c) * height + row) * width +
                    column
                  ] *
                    weight[
                      ((o * channels + c) * kernelHeight + r) *
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
    const [paddingY, paddingX] = this.window.padding;
    const weightGradient = this.weight.gradient;
    const biasGradient = this.bias.gradient;
    weightGradient.fill(0);
    biasGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const gradient = outputGradient[((n * outputs + o) * rows + y) * columns + x];
            biasGradient[o] += gradient;
            for (let c = 0; c < channels; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s - paddingX;
                  if (column < 0 || column >= width) continue;
                  weightGradient[
                    ((o * channels + c) * kernelHeight + r) * kernelWidth + s
                  ] += gradient *
                    input[
                      ((n * channels + c) * height + row) * width +
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
    const [paddingY, paddingX] = this.window.padding;
    const weight = this.weight.values;
    inputGradient.fill(0);
    for (let n = 0; n < count; n++) {
      for (let o = 0; o < outputs; o++) {
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const gradient = outputGradient[((n * outputs + o) * rows + y) * columns + x];
            for (let c = 0; c < channels; c++) {
              for (let r = 0; r < kernelHeight; r++) {
                const row = y * strideY + r - paddingY;
                if (row < 0 || row >= height) continue;
                for (let s = 0; s < kernelWidth; s++) {
                  const column = x * strideX + s - paddingX;
                  if (column < 0 || column >= width) continue;
                  inputGradient[
                    ((n * channels + c) * height + row) * width + column
                  ] += gradient *
                    weight[
                      ((o * channels + c) * kernelHeight + r) *
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

class Linear implements Layer {
  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly weight: NaiveParameter,
    readonly bias: NaiveParameter,
  ) {}

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

class MaxPool2d implements Layer {
  /** For each output, the index of the input that it was taken from. */
  readonly winner: Int32Array;

  constructor(
    readonly from: Image,
    readonly to: Image,
    readonly window: Window,
    batchSize: number,
  ) {
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

class AvgPool2d implements Layer {
  constructor(
    readonly from: Image,
    readonly to: Image,
    readonly window: Window,
  ) {}

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

class Relu implements Layer {
  constructor(readonly size: number) {}

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

class Sigmoid implements Layer {
  constructor(readonly size: number) {}

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

class Tanh implements Layer {
  constructor(readonly size: number) {}

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

class Dropout implements Layer {
  /** The network writes the caller's mask here, or ones to evaluate. */
  readonly mask: Numbers;

  constructor(readonly size: number, batchSize: number, storage: Storage) {
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

/** A layer and the buffers between which it works. */
interface Stage {
  layer: Layer;
  input: Numbers;
  output: Numbers;
  /** Absent where no earlier layer has parameters: nothing would read it. */
  inputGradient: Numbers | undefined;
  outputGradient: Numbers;
}

/** A parameter and what the optimizer keeps for it. */
interface Slot {
  parameter: NaiveParameter;
  /** L2 applies to weights, not to biases. */
  l2: number;
  /** Momentum's velocity or Adam's mean; empty for plain SGD. */
  first: Numbers;
  /** Adam's mean of squares; empty otherwise. */
  second: Numbers;
}

/** A network that is run and trained by straight nested loops. */
export class NaiveNetwork {
  /**
   * By name: `conv1.weight` [o, c, kh, kw], `conv1.bias` [o], `linear1.weight`
   * [o, i], `linear1.bias` [o], ...; counted per kind from 1 in layer order.
   */
  readonly parameters: Map<string, NaiveParameter>;

  readonly #storage: Storage;
  readonly #batchSize: number;
  readonly #inputSize: number;
  readonly #outputSize: number;
  readonly #input: Numbers;
  readonly #output: Numbers;
  readonly #outputGradient: Numbers;
  readonly #stages: Stage[] = [];
  readonly #dropouts: Dropout[] = [];
  readonly #slots: Slot[] = [];
  readonly #loss: NaiveSpec["loss"]["type"];
  readonly #optimizer: NaiveOptimizerSpec;
  #steps = 0;

  /** Allocates everything for the spec's batch size; parameters are zero. */
  constructor(spec: NaiveSpec, storage: Storage) {
    this.parameters = new Map();
    this.#storage = storage;
    this.#batchSize = spec.batchSize;
    this.#loss = spec.loss.type;
    this.#optimizer = spec.training.optimizer;
    if (this.#loss !== "softmaxCrossEntropy" && this.#loss !== "mse") {
      throw new Error(`unknown loss ${this.#loss}`);
    }
    if (!["sgd", "momentum", "adam"].includes(this.#optimizer.type)) {
      throw new Error(`unknown optimizer ${this.#optimizer.type}`);
    }
    if (!(Number.isInteger(spec.batchSize) && spec.batchSize > 0)) {
      throw new RangeError("batchSize must be a positive integer");
    }

    let shape = [...spec.input];
    this.#inputSize = product(shape);
    this.#input = new storage(spec.batchSize * this.#inputSize);

    let output = this.#input;
    let gradient: Numbers | undefined;
    for (const layerSpec of spec.layers) {
      const made = this.#makeLayer(layerSpec, shape);
      shape = made.shape;
      if (!made.layer) continue; // flatten: the same values
      const stage: Stage = {
        layer: made.layer,
        input: output,
        output: new storage(spec.batchSize * product(shape)),
        inputGradient: gradient,
        outputGradient: new storage(spec.batchSize * product(shape)),
      };
      this.#stages.push(stage);
      output = stage.output;
      if (this.parameters.size > 0) gradient = stage.outputGradient;
    }
    if (!gradient) throw new Error("the network has no parameters");
    this.#output = output;
    this.#outputGradient = gradient;
    this.#outputSize = product(shape);
  }

  /**
   * Outputs (count x o, a copy) of `count` samples, at most `batchSize`, in
   * evaluation mode.
   */
  forward(inputs: Numbers, count: number): Numbers {
    for (const dropout of this.#dropouts) dropout.mask.fill(1);
    this.#runForward(inputs, count);
    return this.#output.slice(0, count * this.#outputSize);
  }

  /** Loss and right answers in evaluation mode. */
  evaluate(
    inputs: Numbers,
    labels: ArrayLike<number>,
    count: number,
  ): NaiveResult {
    for (const dropout of this.#dropouts) dropout.mask.fill(1);
    this.#runForward(inputs, count);
    return this.#computeLoss(labels, count);
  }

  /** Forward, loss, backward, update. `masks`: one for each dropout layer. */
  trainStep(
    inputs: Numbers,
    labels: ArrayLike<number>,
    count: number,
    learningRate: number,
    masks: readonly Numbers[] = [],
  ): NaiveResult {
    const result = this.computeGradients(inputs, labels, count, masks);
    this.update(learningRate);
    return result;
  }

  /**
   * Forward in training mode, loss, backward: writes every parameter's
   * `gradient` (without L2) and changes no value.
   */
  computeGradients(
    inputs: Numbers,
    labels: ArrayLike<number>,
    count: number,
    masks: readonly Numbers[] = [],
  ): NaiveResult {
    if (masks.length !== this.#dropouts.length) {
      throw new RangeError(
        `${masks.length} masks for ${this.#dropouts.length} dropout layers`,
      );
    }
    this.#dropouts.forEach((dropout, i) => {
      const length = count * dropout.size;
      if (masks[i].length < length) throw new RangeError("mask too short");
      dropout.mask.set(masks[i].subarray(0, length));
    });
    this.#runForward(inputs, count);
    const result = this.#computeLoss(labels, count);
    for (const stage of this.#stages.toReversed()) {
      const { layer, input, output, outputGradient, inputGradient } = stage;
      layer.backward(input, output, outputGradient, inputGradient, count);
    }
    return result;
  }

  /** One step of the optimizer with the gradients that were computed last. */
  update(learningRate: number): void {
    this.#steps++;
    const optimizer = this.#optimizer;
    for (const slot of this.#slots) {
      switch (optimizer.type) {
        case "sgd":
          sgd(slot, learningRate);
          break;
        case "momentum":
          momentum(slot, learningRate, optimizer.momentum ?? 0.9);
          break;
        case "adam":
          adam(
            slot,
            learningRate,
            optimizer.beta1 ?? 0.9,
            optimizer.beta2 ?? 0.999,
            optimizer.epsilon ?? 1e-8,
            this.#steps,
          );
          break;
      }
    }
  }

  #runForward(inputs: Numbers, count: number): void {
    if (!(Number.isInteger(count) && count > 0 && count <= this.#batchSize)) {
      throw new RangeError(`count ${count} is not in 1..${this.#batchSize}`);
    }
    const length = count * this.#inputSize;
    if (inputs.length < length) throw new RangeError("inputs too short");
    this.#input.set(inputs.subarray(0, length));
    for (const { layer, input, output } of this.#stages) {
      layer.forward(input, output, count);
    }
  }

  /** The loss, and its gradient with respect to the outputs. */
  #computeLoss(labels: ArrayLike<number>, count: number): NaiveResult {
    const outputs = this.#outputSize;
    const output = this.#output;
    const gradient = this.#outputGradient;
    let total = 0;
    let correct = 0;
    for (let n = 0; n < count; n++) {
      const label = labels[n];
      if (!(Number.isInteger(label) && label >= 0 && label < outputs)) {
        throw new RangeError(`label ${label} is not in 0..${outputs - 1}`);
      }
      const first = n * outputs;
      let best = 0;
      for (let o = 1; o < outputs; o++) {
        if (output[first + o] > output[first + best]) best = o;
      }
      if (best === label) correct++;

      if (this.#loss === "mse") {
        for (let o = 0; o < outputs; o++) {
          const error = output[first + o] - (o === label ? 1 : 0);
          total += error * error / outputs;
          gradient[first + o] = 2 * error / (count * outputs);
        }
      } else {
        const largest = output[first + best];
        let sum = 0;
        for (let o = 0; o < outputs; o++) {
          sum += Math.exp(output[first + o] - largest);
        }
        total += Math.log(sum) - (output[first + label] - largest);
        for (let o = 0; o < outputs; o++) {
          const probability = Math.exp(output[first + o] - largest) / sum;
          gradient[first + o] = (probability - (o === label ? 1 : 0)) / count;
        }
      }
    }
    return { loss: total / count, correct };
  }

  /** The layer (none for flatten) and the shape of its output. */
  #makeLayer(
    spec: NaiveLayerSpec,
    shape: number[],
  ): { layer?: Layer; shape: number[] } {
    const size = product(shape);
    switch (spec.type) {
      case "conv2d": {
        const from = asImage(shape, spec.type);
        expectEqual("inChannels", spec.inChannels ?? from.channels, shape[0]);
        const kernel = pair(spec.kernel, 1);
        const window: Window = {
          kernel,
          stride: pair(spec.stride ?? 1, 1),
          padding: pair(spec.padding ?? 0, 0),
        };
        const to = slide(from, window, spec.outChannels);
        const area = kernel[0] * kernel[1];
        const [weight, bias] = this.#addParameters(
          "conv",
          [to.channels, from.channels, ...kernel],
          from.channels * area,
          to.channels * area,
        );
        return {
          layer: new Conv2d(from, to, window, weight, bias),
          shape: [to.channels, to.height, to.width],
        };
      }
      case "maxPool2d":
      case "avgPool2d": {
        const from = asImage(shape, spec.type);
        const window: Window = {
          kernel: pair(spec.kernel, 1),
          stride: pair(spec.stride ?? spec.kernel, 1),
          padding: [0, 0],
        };
        const to = slide(from, window, from.channels);
        return {
          layer: spec.type === "maxPool2d"
            ? new MaxPool2d(from, to, window, this.#batchSize)
            : new AvgPool2d(from, to, window),
          shape: [to.channels, to.height, to.width],
        };
      }
      case "linear": {
        if (shape.length !== 1) throw new Error("linear needs a flat input");
        expectEqual("inFeatures", spec.inFeatures ?? size, size);
        const [weight, bias] = this.#addParameters(
          "linear",
          [spec.outFeatures, size],
          size,
          spec.outFeatures,
        );
        return {
          layer: new Linear(size, spec.outFeatures, weight, bias),
          shape: [spec.outFeatures],
        };
      }
      case "dropout": {
        const layer = new Dropout(size, this.#batchSize, this.#storage);
        this.#dropouts.push(layer);
        return { layer, shape };
      }
      case "relu":
        return { layer: new Relu(size), shape };
      case "sigmoid":
        return { layer: new Sigmoid(size), shape };
      case "tanh":
        return { layer: new Tanh(size), shape };
      case "flatten":
        return { shape: [size] };
      default:
        throw new Error(`unknown layer ${JSON.stringify(spec)}`);
    }
  }

  /** Weight and bias of the next layer of this kind. */
  #addParameters(
    kind: "conv" | "linear",
    shape: number[],
    fanIn: number,
    fanOut: number,
  ): [NaiveParameter, NaiveParameter] {
    let index = 1;
    while (this.parameters.has(`${kind}${index}.weight`)) index++;
    const add = (name: string, shape: number[], l2: number): NaiveParameter => {
      const make = (length: number): Numbers => new this.#storage(length);
      const length = product(shape);
      const parameter = {
        shape,
        values: make(length),
        gradient: make(length),
        fanIn,
        fanOut,
      };
      const optimizer = this.#optimizer.type;
      this.parameters.set(`${kind}${index}.${name}`, parameter);
      this.#slots.push({
        parameter,
        l2,
        first: make(optimizer === "sgd" ? 0 : length),
        second: make(optimizer === "adam" ? length : 0),
      });
      return parameter;
    };
    return [
      add("weight", shape, this.#optimizer.l2 ?? 0),
      add("bias", [shape[0]], 0),
    ];
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

function product(shape: readonly number[]): number {
  for (const extent of shape) {
    if (!(Number.isInteger(extent) && extent > 0)) {
      throw new RangeError(`bad extent ${extent} in shape [${shape}]`);
    }
  }
  return shape.reduce((a, b) => a * b, 1);
}

function pair(value: NaiveExtent, least: number): number[] {
  const both = typeof value === "number" ? [value, value] : [...value];
  if (both.length !== 2 || !both.every((v) => Number.isInteger(v))) {
    throw new Error(`expected an integer or [h, w], not ${value}`);
  }
  if (Math.min(...both) < least) throw new RangeError(`${value} < ${least}`);
  return both;
}

function asImage(shape: readonly number[], layer: string): Image {
  if (shape.length !== 3) throw new Error(`${layer} needs [c, h, w]`);
  return { channels: shape[0], height: shape[1], width: shape[2] };
}

function expectEqual(what: string, given: number, actual: number): void {
  if (given !== actual) throw new Error(`${what} ${given} but got ${actual}`);
}

/** What a window that slides over an image leaves. */
function slide(from: Image, window: Window, channels: number): Image {
  const { kernel, stride, padding } = window;
  const positions = (extent: number, axis: number): number =>
    Math.floor((extent + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
  const height = positions(from.height, 0);
  const width = positions(from.width, 1);
  if (height < 1 || width < 1) throw new Error("the kernel does not fit");
  return { channels, height, width };
}
