/**
 * TensorFlow.js trains `mnist_cnn` on its backend `cpu`, `wasm` or `webgpu`: the form. As one would write it: images
 * [n, h, w, c], and its own Adam; the L2 term is added to the weights' gradients, so that the loss stays free of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { adapterOf, onlyItsNet, type Peer, trainPeer, type Work } from "./work.ts";

const RATE = 0.001, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8, L2 = 0.0001;

/** Registers the backends beside `cpu`, which is part of the package. */
const PACKAGES: Record<string, () => Promise<unknown>> = {
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
};

async function open({ form: backend, spec, parameter }: Work): Promise<Peer> {
  onlyItsNet(spec);
  const { batchSize } = spec;
  await PACKAGES[backend]?.();
  // a backend that does not start is replaced by another without an error
  if (!await tf.setBackend(backend) || tf.getBackend() !== backend) {
    throw new Error(`backend ${backend} of TensorFlow.js does not start`);
  }
  const weights: tf.Variable[] = [];
  function weight<Of extends tf.Tensor>(value: Of): Of {
    const variable = tf.variable(value);
    weights.push(variable);
    return variable as tf.Tensor as Of;
  }
  // ours are [out, in, h, w] and [out, in], and a pooled image is [c, h, w]; TensorFlow's end with `out` and with `c`
  const w1 = weight(tf.tensor4d(parameter("conv1.weight"), [32, 1, 5, 5]).transpose<tf.Tensor4D>([2, 3, 1, 0]));
  const b1 = tf.variable(tf.tensor1d(parameter("conv1.bias")));
  const w2 = weight(
    tf.tensor4d(parameter("linear1.weight"), [128, 32, 14, 14]).transpose([2, 3, 1, 0]).reshape<tf.Tensor2D>([
      6272,
      128,
    ]),
  );
  const b2 = tf.variable(tf.tensor1d(parameter("linear1.bias")));
  const w3 = weight(tf.tensor2d(parameter("linear2.weight"), [10, 128]).transpose<tf.Tensor2D>());
  const b3 = tf.variable(tf.tensor1d(parameter("linear2.bias")));

  function meanLoss(x: tf.Tensor4D, labels: tf.Tensor1D): tf.Scalar {
    const pooled = x.conv2d<tf.Tensor4D>(w1, 1, "same").add<tf.Tensor4D>(b1).relu().maxPool<tf.Tensor4D>(2, 2, "valid");
    const hidden = pooled.reshape([batchSize, 6272]).matMul(w2).add(b2).relu();
    const outputs = hidden.matMul(w3).add(b3);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), outputs) as tf.Scalar;
  }

  const adam = tf.train.adam(RATE, BETA1, BETA2, EPSILON);
  let sum = tf.scalar(0);
  return {
    step(images, labels) {
      const before = sum;
      sum = tf.tidy(() => {
        const x = tf.tensor4d(images, [batchSize, 28, 28, 1]), y = tf.tensor1d(labels, "int32");
        const { value, grads } = tf.variableGrads(() => meanLoss(x, y));
        for (const w of weights) grads[w.name] = grads[w.name].add(w.mul(L2));
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

await trainPeer(open);
