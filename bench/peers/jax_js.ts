/**
 * jax-js trains `mnist_cnn` on its backend `wasm` or `webgpu`. A form is a backend and one of two ways to write the first
 * three layers:
 *
 * - `lax`, as one would write it: its convolution and its pooling;
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
import { adapterOf, type Peer, trainPeer, type Work } from "./work.ts";

const SHAPES = {
  "conv1.weight": [32, 1, 5, 5],
  "conv1.bias": [32],
  "linear1.weight": [128, 6272],
  "linear1.bias": [128],
  "linear2.weight": [10, 128],
  "linear2.bias": [10],
};
type Name = keyof typeof SHAPES;
type Tensors = Record<Name, np.Array>;
const NAMES = Object.keys(SHAPES) as Name[];

/** A tensor for each parameter. */
const tensors = (make: (name: Name) => np.Array) =>
  Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Tensors;

// jax-js counts references by hand: a function owns its arguments, and `ref` is what is kept of one that is used again.

/** Not `nn.relu`: its gradient where x is 0, as it is over the images' empty borders at first, is 1; ours is 0. */
const relu = (x: np.Array) => np.maximum(0, x);

/** x [n, 1, 28, 28] to conv, relu, pool [n, 32, 14, 14]. */
type Features = (x: np.Array, weight: np.Array, bias: np.Array) => np.Array;

const laxFeatures: Features = (x, weight, bias) => {
  const y = lax.conv(x, weight, [1, 1], [[2, 2], [2, 2]]).add(bias.reshape([32, 1, 1]));
  return lax.reduceWindow(relu(y), np.max, [2, 2], [2, 2]);
};

const im2colFeatures: Features = (x, weight, bias) => {
  const [n] = x.shape;
  const padded = np.pad(x.reshape([n, 28, 28]), [[0, 0], [2, 2], [2, 2]]);
  const taps: np.Array[] = [];
  for (let r = 0; r < 5; r++) {
    for (let s = 0; s < 5; s++) taps.push(padded.ref.slice([], [r, r + 28], [s, s + 28]));
  }
  padded.dispose();
  const columns = np.stack(taps).reshape([25, n * 28 * 28]);
  const y = np.dot(weight.reshape([32, 25]), columns).add(bias.reshape([32, 1]));
  return relu(y).reshape([32, n, 14, 2, 14, 2]).max([3, 5]).transpose([1, 0, 2, 3]);
};

const linear = (x: np.Array, weight: np.Array, bias: np.Array) => np.dot(x, weight.transpose()).add(bias);

function meanLoss(features: Features, w: Tensors, x: np.Array, labels: np.Array): np.Array {
  const [n] = x.shape;
  const pooled = features(x, w["conv1.weight"], w["conv1.bias"]).reshape([n, 6272]);
  const hidden = relu(linear(pooled, w["linear1.weight"], w["linear1.bias"]));
  const outputs = linear(hidden, w["linear2.weight"], w["linear2.bias"]);
  return nn.logSoftmax(outputs).mul(nn.oneHot(labels, 10)).sum().div(-n);
}

const RATE = 0.001, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8, L2 = 0.0001;

/** What a step changes: the weights, and Adam's moments. */
type State = { w: Tensors; m: Tensors; v: Tensors };

/** `size` and `scale`: Adam's rate / (1 - beta1^t) and 1 / sqrt(1 - beta2^t). */
function makeStep(features: Features) {
  return jit((state: State, x: np.Array, labels: np.Array, size: np.Array, scale: np.Array) => {
    const lossAndGradient = valueAndGrad((w: Tensors, x: np.Array, labels: np.Array) =>
      meanLoss(features, w, x, labels)
    );
    const [loss, gradient] = lossAndGradient(tensors((name) => state.w[name].ref), x, labels);
    const next = { w: {}, m: {}, v: {} } as State;
    for (const name of NAMES) {
      const w = state.w[name];
      const g = name.endsWith("weight") ? gradient[name].add(w.ref.mul(L2)) : gradient[name];
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

const FEATURES: Record<string, Features> = { lax: laxFeatures, im2col: im2colFeatures };

async function open({ form, batchSize, parameter }: Work): Promise<Peer> {
  const [backend, convolution] = form.split(" "), gpu = backend === "webgpu";
  await init(backend as Device);
  defaultDevice(backend as Device);
  const train = makeStep(FEATURES[convolution]);
  const zeros = () => tensors((name) => np.zeros(SHAPES[name]));
  let state: State = {
    w: tensors((name) => np.array(parameter(name), { shape: SHAPES[name] })),
    m: zeros(),
    v: zeros(),
  };
  let t = 0, sum = np.array(0);
  return {
    async step(images, labels) {
      t++;
      let loss: np.Array;
      [state, loss] = train(
        state,
        np.array(images, { shape: [batchSize, 1, 28, 28] }),
        np.array(labels),
        np.array(RATE / (1 - BETA1 ** t)),
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

await trainPeer(open);
