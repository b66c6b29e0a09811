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
import { Relu, Sigmoid, Tanh } from "./naive/activations.ts";
import { BatchNorm } from "./naive/batch_norm.ts";
import { Conv2d } from "./naive/conv2d.ts";
import { Dropout } from "./naive/dropout.ts";
import type { Layer, NaiveParameter, Numbers, Storage } from "./naive/layer.ts";
import { Linear } from "./naive/linear.ts";
import { computeLoss, type NaiveResult, type Outputs } from "./naive/loss.ts";
import { type Slot, update } from "./naive/optimizers.ts";
import { AvgPool2d, MaxPool2d } from "./naive/pool2d.ts";
import { asImage, expectEqual, type Image, pair, product, slide, type Window, windowOf } from "./naive/shapes.ts";
import type { NaiveConvolutionSpec, NaiveLayerSpec, NaiveOptimizerSpec, NaiveSpec } from "./naive/spec.ts";

export type { NaiveParameter, Numbers } from "./naive/layer.ts";
export type { NaiveResult } from "./naive/loss.ts";
export type { NaiveExtent, NaiveLayerSpec, NaiveOptimizerSpec, NaiveSpec } from "./naive/spec.ts";

/** What a spec says of a layer of some kind. */
type SpecOf<Type extends NaiveLayerSpec["type"]> = Extract<NaiveLayerSpec, { type: Type }>;

/** A layer and the buffers between which it works. */
interface Stage {
  layer: Layer;
  input: Numbers;
  output: Numbers;
  /** Absent where no earlier layer has parameters: nothing would read it. */
  inputGradient: Numbers | undefined;
  outputGradient: Numbers;
}

/** A network that is run and trained by straight nested loops. */
export class NaiveNetwork {
  /**
   * By name: `conv1.weight` [o, c, kh, kw], `conv1.bias` [o], `linear1.weight`
   * [o, i], `linear1.bias` [o], ...; counted per kind from 1 in layer order.
   */
  readonly parameters: Map<string, NaiveParameter>;
  /** What layers keep beside: `norm1.running_mean` [c], ... */
  readonly buffers: Map<string, Numbers> = new Map();

  readonly #storage: Storage;
  readonly #batchSize: number;
  readonly #inputSize: number;
  readonly #input: Numbers;
  readonly #outputs: Outputs;
  readonly #stages: Stage[] = [];
  readonly #dropouts: Dropout[] = [];
  readonly #norms: BatchNorm[] = [];
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
    this.#outputs = { output, gradient, size: product(shape) };
  }

  /**
   * Outputs (count x o, a copy) of `count` samples, at most `batchSize`, in
   * evaluation mode.
   */
  forward(inputs: Numbers, count: number): Numbers {
    this.#runForward(inputs, count, false);
    const { output, size } = this.#outputs;
    return output.slice(0, count * size);
  }

  /** Loss and right answers in evaluation mode. */
  evaluate(
    inputs: Numbers,
    labels: ArrayLike<number>,
    count: number,
  ): NaiveResult {
    this.#runForward(inputs, count, false);
    return computeLoss(this.#loss, this.#outputs, labels, count);
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
    this.#runForward(inputs, count, true);
    const result = computeLoss(this.#loss, this.#outputs, labels, count);
    for (const stage of this.#stages.toReversed()) {
      const { layer, input, output, outputGradient, inputGradient } = stage;
      layer.backward(input, output, outputGradient, inputGradient, count);
    }
    return result;
  }

  /** One step of the optimizer with the gradients that were computed last. */
  update(learningRate: number): void {
    this.#steps++;
    for (const slot of this.#slots) {
      update(slot, this.#optimizer, learningRate, this.#steps);
    }
  }

  #runForward(inputs: Numbers, count: number, training: boolean): void {
    for (const norm of this.#norms) norm.training = training;
    if (!training) this.#dropouts.forEach(({ mask }) => mask.fill(1));
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

  /** The layer (none for flatten) and the shape of its output. */
  #makeLayer(
    spec: NaiveLayerSpec,
    shape: number[],
  ): { layer?: Layer; shape: number[] } {
    const size = product(shape);
    switch (spec.type) {
      case "conv2d":
        return this.#makeConv2d(spec, shape);
      case "conv1d":
        return this.#makeConv1d(spec, shape);
      case "maxPool2d":
      case "avgPool2d":
        return this.#makePool2d(spec, shape);
      case "linear":
        return this.#makeLinear(spec, shape);
      case "batchNorm1d":
      case "batchNorm2d":
        return this.#makeBatchNorm(spec, shape);
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

  #makeConv2d(spec: NaiveConvolutionSpec, shape: number[]) {
    const from = asImage(shape, spec.type);
    const window = windowOf(spec, [from.height, from.width]);
    const { layer, to } = this.#makeConvolution(spec, from, window, 2);
    return { layer, shape: [to.channels, to.height, to.width] };
  }

  /** A series is an image of one row. */
  #makeConv1d(spec: NaiveConvolutionSpec, shape: number[]) {
    if (shape.length !== 2) throw new Error(`${spec.type} needs [c, l]`);
    const from = { channels: shape[0], height: 1, width: shape[1] };
    const { kernel, stride, padding, dilation } = windowOf(spec, [from.width]);
    const { layer, to } = this.#makeConvolution(spec, from, {
      kernel: [1, ...kernel],
      stride: [1, ...stride],
      padding: [[0, 0], ...padding],
      dilation: [1, ...dilation],
    }, 1);
    return { layer, shape: [to.channels, to.width] };
  }

  #makeConvolution(
    spec: NaiveConvolutionSpec,
    from: Image,
    window: Window,
    dimensions: number,
  ) {
    expectEqual("inChannels", spec.inChannels ?? from.channels, from.channels);
    const { groups = 1 } = spec;
    for (const channels of [from.channels, spec.outChannels]) {
      if (channels % groups !== 0) throw new Error(`${groups} groups`);
    }
    const to = slide(from, window, spec.outChannels);
    const { kernel } = window;
    const area = kernel[0] * kernel[1];
    const [weight, bias] = this.#addParameters(
      "conv",
      [to.channels, from.channels / groups, ...kernel.slice(-dimensions)],
      from.channels / groups * area,
      to.channels * area,
      spec.bias,
    );
    return {
      layer: new Conv2d(from, to, window, groups, weight, bias),
      to,
    };
  }

  #makePool2d(spec: SpecOf<"maxPool2d" | "avgPool2d">, shape: number[]) {
    const from = asImage(shape, spec.type);
    const window: Window = {
      kernel: pair(spec.kernel, 1),
      stride: pair(spec.stride ?? spec.kernel, 1),
      padding: [[0, 0], [0, 0]],
      dilation: [1, 1],
    };
    const to = slide(from, window, from.channels);
    return {
      layer: spec.type === "maxPool2d"
        ? new MaxPool2d(from, to, window, this.#batchSize)
        : new AvgPool2d(from, to, window),
      shape: [to.channels, to.height, to.width],
    };
  }

  #makeBatchNorm(
    spec: SpecOf<"batchNorm1d" | "batchNorm2d">,
    shape: number[],
  ) {
    expectEqual("numFeatures", spec.numFeatures ?? shape[0], shape[0]);
    const [weight, bias] = this.#addParameters("norm", [shape[0]], 1, 1);
    const sizes = [shape[0], product(shape) / shape[0]] as const;
    const layer = new BatchNorm(sizes, spec, weight, bias!, this.#storage);
    const name = `norm${this.#norms.push(layer)}`;
    this.buffers.set(`${name}.running_mean`, layer.runningMean);
    this.buffers.set(`${name}.running_var`, layer.runningVariance);
    return { layer, shape };
  }

  #makeLinear(spec: SpecOf<"linear">, shape: number[]) {
    const size = product(shape);
    if (shape.length !== 1) throw new Error("linear needs a flat input");
    expectEqual("inFeatures", spec.inFeatures ?? size, size);
    const [weight, bias] = this.#addParameters(
      "linear",
      [spec.outFeatures, size],
      size,
      spec.outFeatures,
    );
    return {
      layer: new Linear(size, spec.outFeatures, weight, bias!),
      shape: [spec.outFeatures],
    };
  }

  /** Weight and bias, if it has one, of the next layer of this kind. */
  #addParameters(
    kind: "conv" | "linear" | "norm",
    shape: number[],
    fanIn: number,
    fanOut: number,
    bias = true,
  ): [weight: NaiveParameter, bias: NaiveParameter | undefined] {
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
      add("weight", shape, kind === "norm" ? 0 : this.#optimizer.l2 ?? 0),
      bias ? add("bias", [shape[0]], 0) : undefined,
    ];
  }
}
