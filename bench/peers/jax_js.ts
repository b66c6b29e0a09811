/**
 * jax-js trains a net of convolutions, pools, linear layers, relu and tanh on its backend `wasm` or `webgpu`. A form is a backend
 * and one of two ways to write a convolution:
 *
 * - `lax`, as one would write it;
 * - `im2col`: the image's patches as the columns of a matrix, so that the convolution is a matrix product, which jax-js
 *   has faster loops for.
 *
 * Either way the whole step is one function for `jit`: forward, backward, Adam with coupled L2.
 *
 * @module
 */
import {
  blockUntilReady,
  defaultDevice,
  type Device,
  getWebGPUDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { adapterOf, type NetSpec, type Pair, pair, type Peer, type PeerNet } from "./peer.ts";

type Tensors = Record<string, np.Array>;

/** A layer: what is made of [n, ...its input] and the weights. */
type Apply = (x: np.Array, weight: (name: string) => np.Array) => np.Array;

/** A net: its parameters by the names that ours have, and its layers in order. */
interface Net {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly layers: readonly Apply[];
  readonly classes: number;
}

/** A convolution, [n, c, h, w] to [n, o, p, q]. */
type Convolve = (
  x: np.Array,
  weight: np.Array,
  bias: np.Array,
  window: { shape: number[]; stride: Pair; padding: Pair; to: Pair },
) => np.Array;

// jax-js counts references by hand: a function owns its arguments, and `ref` is what is kept of one that is used again.

/** Not `nn.relu`: its gradient where x is 0, as it is over the images' empty borders at first, is 1; ours is 0. */
const relu = (x: np.Array) => np.maximum(0, x);

const lax2d: Convolve = (x, weight, bias, { shape: [out], stride, padding: [y, z] }) =>
  lax.conv(x, weight, stride, [[y, y], [z, z]]).add(bias.reshape([out, 1, 1]));

const im2col: Convolve = (
  x,
  weight,
  bias,
  { shape: [out, c, kh, kw], stride: [sy, sx], padding: [y, z], to: [p, q] },
) => {
  const [n, , h, w] = x.shape;
  // so far that each tap has whole strides
  const rest = (size: number, pad: number, taps: number, stride: number, to: number) =>
    Math.max(0, taps - 1 + to * stride - size - pad);
  const padded = np.pad(x.transpose([1, 0, 2, 3]), [[0, 0], [0, 0], [y, rest(h, y, kh, sy, p)], [
    z,
    rest(w, z, kw, sx, q),
  ]]);
  const taps: np.Array[] = [];
  for (let r = 0; r < kh; r++) {
    for (let s = 0; s < kw; s++) {
      const part = padded.ref.slice([], [], [r, r + p * sy], [s, s + q * sx]);
      taps.push(sy * sx === 1 ? part : part.reshape([c, n, p, sy, q, sx]).slice([], [], [], 0, [], 0));
    }
  }
  padded.dispose();
  // [r s, c, n, p, q]
  const columns = np.stack(taps).reshape([kh * kw * c, n * p * q]);
  const kernel = weight.transpose([0, 2, 3, 1]).reshape([out, kh * kw * c]);
  return np.dot(kernel, columns).add(bias.reshape([out, 1])).reshape([out, n, p, q]).transpose([1, 0, 2, 3]);
};

const linear = (x: np.Array, weight: np.Array, bias: np.Array) => np.dot(x, weight.transpose()).add(bias);

/** @throws {Error} naming a layer that has no place here. */
function netOf({ input, layers }: NetSpec, convolve: Convolve): Net {
  const shapes: Record<string, number[]> = {}, numbers: Record<string, number> = {};
  let shape = input;
  const parameters = (type: string, weight: number[]) => {
    const name = `${type}${numbers[type] = (numbers[type] ?? 0) + 1}`;
    shapes[`${name}.weight`] = weight;
    shapes[`${name}.bias`] = [weight[0]];
    return [`${name}.weight`, `${name}.bias`] as const;
  };
  const applied = layers.map((layer): Apply => {
    if (layer.type === "conv2d") {
      const { outChannels, kernel, stride, padding } = layer, [c, h, w] = shape;
      const k = pair(kernel), by = pair(stride ?? 1), around = pair(padding ?? 0);
      const to = [h, w].map((size, i) => Math.floor((size + 2 * around[i] - k[i]) / by[i]) + 1) as [number, number];
      const window = { shape: [outChannels, c, ...k], stride: by, padding: around, to };
      const [weight, bias] = parameters("conv", window.shape);
      shape = [outChannels, ...to];
      return (x, of) => convolve(x, of(weight), of(bias), window);
    }
    if (layer.type === "linear") {
      const [weight, bias] = parameters("linear", [layer.outFeatures, ...shape]);
      shape = [layer.outFeatures];
      return (x, of) => linear(x, of(weight), of(bias));
    }
    if (layer.type === "maxPool2d" || layer.type === "avgPool2d") {
      const k = pair(layer.kernel), by = pair(layer.stride ?? layer.kernel), [c, h, w] = shape;
      const reduce = layer.type === "maxPool2d" ? np.max : np.mean;
      shape = [c, ...[h, w].map((size, i) => Math.floor((size - k[i]) / by[i]) + 1)];
      return (x) => lax.reduceWindow(x, reduce, k, by);
    }
    if (layer.type === "flatten") {
      const size = shape.reduce((a, b) => a * b, 1);
      shape = [size];
      return (x) => x.reshape([x.shape[0], size]);
    }
    if (layer.type === "relu") return relu;
    if (layer.type === "tanh") return (x) => np.tanh(x);
    throw new Error(`layer ${(layer as { type: string }).type} is not written for jax-js here`);
  });
  return { shapes, layers: applied, classes: shape[0] };
}

function meanLoss({ layers, classes }: Net, w: Tensors, x: np.Array, labels: np.Array): np.Array {
  const [n] = x.shape;
  const outputs = layers.reduce((x, layer) => layer(x, (name) => w[name]), x);
  return nn.logSoftmax(outputs).mul(nn.oneHot(labels, classes)).sum().div(-n);
}

const BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/** What a step changes: the weights, and Adam's moments. */
type State = { w: Tensors; m: Tensors; v: Tensors };

/** `size` and `scale`: Adam's rate / (1 - beta1^t) and 1 / sqrt(1 - beta2^t). */
function makeStep(net: Net, l2: number) {
  return jit((state: State, x: np.Array, labels: np.Array, size: np.Array, scale: np.Array) => {
    const lossAndGradient = valueAndGrad((w: Tensors, x: np.Array, labels: np.Array) => meanLoss(net, w, x, labels));
    const names = Object.keys(net.shapes), kept = names.map((name) => [name, state.w[name].ref]);
    const [loss, gradient] = lossAndGradient(Object.fromEntries(kept), x, labels);
    const next = { w: {}, m: {}, v: {} } as State;
    for (const name of names) {
      const w = state.w[name];
      const g = name.endsWith("weight") ? gradient[name].add(w.ref.mul(l2)) : gradient[name];
      const m = state.m[name].mul(BETA1).add(g.ref.mul(1 - BETA1));
      const v = state.v[name].mul(BETA2).add(np.square(g).mul(1 - BETA2));
      next.w[name] = w.sub(m.ref.mul(size.ref).div(np.sqrt(v.ref).mul(scale.ref).add(EPSILON)));
      next.m[name] = m;
      next.v[name] = v;
    }
    size.dispose();
    scale.dispose();
    return [next, loss] as [State, np.Array];
  });
}

/** On a GPU, steps that are handed over before one is waited for: each wait takes 10 ms, each step in line memory. */
const QUEUED_STEPS = 4;

const CONVOLUTIONS: Record<string, Convolve> = { lax: lax2d, im2col };

/** Opens a network of jax-js. */
export async function open({ form, spec, parameter }: PeerNet): Promise<Peer> {
  const { batchSize, input, training: { optimizer } } = spec;
  const [backend, convolution] = form.split(" "), gpu = backend === "webgpu";
  if (optimizer.type !== "adam") throw new Error(`optimizer ${optimizer.type} is not written for jax-js here`);
  await init(backend as Device);
  defaultDevice(backend as Device);
  const net = netOf(spec, CONVOLUTIONS[convolution]), train = makeStep(net, optimizer.l2 ?? 0);
  const tensors = (make: (name: string, shape: number[]) => np.Array): Tensors =>
    Object.fromEntries(Object.entries(net.shapes).map(([name, shape]) => [name, make(name, shape)]));
  const zeros = () => tensors((_, shape) => np.zeros(shape));
  let state: State = { w: tensors((name, shape) => np.array(parameter(name), { shape })), m: zeros(), v: zeros() };
  let t = 0, sum = np.array(0);
  return {
    async step(images, labels) {
      t++;
      let loss: np.Array;
      [state, loss] = train(
        state,
        np.array(images, { shape: [batchSize, ...input] }),
        np.array(labels),
        np.array(optimizer.learningRate / (1 - BETA1 ** t)),
        np.array(1 / Math.sqrt(1 - BETA2 ** t)),
      );
      sum = sum.add(loss);
      // on the processor, what is awaited is computed on all workers; what is read at once, on this thread alone
      if (!gpu) await blockUntilReady(state);
      else if (t % QUEUED_STEPS === 0) await blockUntilReady(sum);
    },
    async losses() {
      await blockUntilReady(state);
      const total = await sum.jsAsync() as number;
      sum = np.array(0);
      return total;
    },
    adapter: gpu ? adapterOf(getWebGPUDevice()) : undefined,
    note: gpu ? undefined : `jax-js starts a worker per core: ${navigator.hardwareConcurrency}`,
  };
}

if (import.meta.main) await (await import("./work.ts")).trainPeer(open);
