/**
 * TensorFlow.js trains a net of convolutions, pools, linear layers, relu and tanh on its backend `cpu`, `wasm`, `webgl` or
 * `webgpu`: the form. As one would write it: images [n, h, w, c], and its own Adam; the L2 term is added to the weights'
 * gradients, so that the loss stays free of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { adapterOf, type NetSpec, type Pair, pair, type Peer, type PeerNet } from "./peer.ts";

const BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/** Registers the backends beside `cpu` and `webgl`, which are part of the package. */
const PACKAGES: Record<string, () => Promise<unknown>> = {
  async wasm() {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    // a page has its modules beside it
    if ("document" in globalThis) setWasmPaths(new URL("./", import.meta.url).href);
  },
  webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
};

/** A layer: what is made of [n, ...its input]. */
type Apply = (x: tf.Tensor) => tf.Tensor;

/** A net: its layers in order, and its weights without the biases. */
interface Net {
  readonly layers: readonly Apply[];
  readonly weights: readonly tf.Variable[];
  readonly classes: number;
}

/** How it calls the padding of a convolution. */
function paddingOf(kernel: Pair, stride: Pair, padding: Pair): "valid" | "same" {
  if (padding.every((size) => size === 0)) return "valid";
  if (stride.every((step) => step === 1) && padding.every((size, i) => 2 * size === kernel[i] - 1)) return "same";
  throw new Error(`padding ${padding} of a convolution of ${kernel} is not written for TensorFlow.js here`);
}

/** Ours are [out, in, h, w] and [out, in], and an image is [c, h, w]; TensorFlow's end with `out` and with `c`. */
function netOf({ input, layers }: NetSpec, parameter: PeerNet["parameter"]): Net {
  const weights: tf.Variable[] = [], numbers: Record<string, number> = {};
  let [channels, height, width] = input, features = 0;
  const parameters = (type: string, make: (values: Float32Array) => tf.Tensor) => {
    const name = `${type}${numbers[type] = (numbers[type] ?? 0) + 1}`;
    const weight = tf.variable(make(parameter(`${name}.weight`)));
    weights.push(weight);
    return [weight, tf.variable(tf.tensor1d(parameter(`${name}.bias`)))] as const;
  };
  const applied = layers.map((layer): Apply => {
    if (layer.type === "conv2d") {
      const kernel = pair(layer.kernel), stride = pair(layer.stride ?? 1), padding = pair(layer.padding ?? 0);
      const shape: [number, number, number, number] = [layer.outChannels, channels, ...kernel];
      const [weight, bias] = parameters("conv", (values) => tf.tensor4d(values, shape).transpose([2, 3, 1, 0]));
      const how = paddingOf(kernel, stride, padding);
      channels = layer.outChannels;
      [height, width] = [height, width].map((n, i) => Math.floor((n + 2 * padding[i] - kernel[i]) / stride[i]) + 1);
      return (x) => (x as tf.Tensor4D).conv2d<tf.Tensor4D>(weight as tf.Tensor as tf.Tensor4D, stride, how).add(bias);
    }
    if (layer.type === "linear") {
      // behind flatten, the inputs lie as [h, w, c]
      const from = features > 0 ? [features] : [channels, height, width], out = layer.outFeatures;
      const [weight, bias] = parameters("linear", (values) => {
        const ours = tf.tensor(values, [out, ...from]);
        return (features > 0 ? ours.transpose() : ours.transpose([2, 3, 1, 0])).reshape([values.length / out, out]);
      });
      features = out;
      return (x) => x.matMul(weight).add(bias);
    }
    if (layer.type === "maxPool2d" || layer.type === "avgPool2d") {
      const kernel = pair(layer.kernel), stride = pair(layer.stride ?? layer.kernel);
      [height, width] = [height, width].map((n, i) => Math.floor((n - kernel[i]) / stride[i]) + 1);
      const pool = layer.type === "maxPool2d" ? tf.maxPool : tf.avgPool;
      return (x) => pool(x as tf.Tensor4D, kernel, stride, "valid");
    }
    if (layer.type === "flatten") return (x) => x.reshape([x.shape[0], -1]);
    if (layer.type === "relu") return (x) => x.relu();
    if (layer.type === "tanh") return (x) => x.tanh();
    throw new Error(`layer ${(layer as { type: string }).type} is not written for TensorFlow.js here`);
  });
  return { layers: applied, weights, classes: features };
}

/** Opens a network of TensorFlow.js. */
export async function open({ form: backend, spec, parameter }: PeerNet): Promise<Peer> {
  const { batchSize, input: [channels, height, width], training: { optimizer } } = spec;
  if (optimizer.type !== "adam") throw new Error(`optimizer ${optimizer.type} is not written for TensorFlow.js here`);
  await PACKAGES[backend]?.();
  // a backend that does not start is replaced by another without an error
  if (!await tf.setBackend(backend) || tf.getBackend() !== backend) {
    throw new Error(`backend ${backend} of TensorFlow.js does not start`);
  }
  const { layers, weights, classes } = netOf(spec, parameter);
  const meanLoss = (x: tf.Tensor, labels: tf.Tensor1D): tf.Scalar => {
    const outputs = layers.reduce((x, layer) => layer(x), x);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, classes), outputs) as tf.Scalar;
  };
  const adam = tf.train.adam(optimizer.learningRate, BETA1, BETA2, EPSILON);
  let sum = tf.scalar(0);
  return {
    step(images, labels) {
      const before = sum;
      sum = tf.tidy(() => {
        const x = tf.tensor4d(images, [batchSize, channels, height, width]).transpose([0, 2, 3, 1]);
        const y = tf.tensor1d(labels, "int32");
        const { value, grads } = tf.variableGrads(() => meanLoss(x, y));
        if (optimizer.l2) { for (const w of weights) grads[w.name] = grads[w.name].add(w.mul(optimizer.l2)); }
        adam.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        return before.add<tf.Scalar>(value);
      });
      before.dispose();
    },
    async losses() {
      const [total] = await sum.data();
      sum.dispose();
      sum = tf.scalar(0);
      return total;
    },
    adapter: backend === "webgpu" ? adapterOf((tf.backend() as WebGPUBackend).device) : undefined,
    note: backend === "cpu" ? "TensorFlow.js cpu computes on one thread" : undefined,
  };
}

if (import.meta.main) await (await import("./work.ts")).trainPeer(open);
