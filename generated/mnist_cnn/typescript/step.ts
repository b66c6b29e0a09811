// net       mnist_cnn, batch 64
// step      train: 14 kernels, 8 barriers · evaluate: 6 kernels
// memory    13606336 bytes, see plan.txt
// regenerate: deno task generate specs/mnist_cnn.json
import { batch_gather } from "./batch_gather.ts";
import { batch_gather_label } from "./batch_gather_label.ts";
import { conv1_pool1_relu1_forward } from "./conv1_pool1_relu1_forward.ts";
import { linear1_relu2_forward } from "./linear1_relu2_forward.ts";
import { linear2_forward } from "./linear2_forward.ts";
import { loss_forward_backward } from "./loss_forward_backward.ts";
import { linear2_relu2_backward_input } from "./linear2_relu2_backward_input.ts";
import { linear2_backward_update_weight } from "./linear2_backward_update_weight.ts";
import { linear2_backward_update_bias } from "./linear2_backward_update_bias.ts";
import { linear1_relu1_backward_input } from "./linear1_relu1_backward_input.ts";
import { linear1_backward_update_weight } from "./linear1_backward_update_weight.ts";
import { linear1_backward_update_bias } from "./linear1_backward_update_bias.ts";
import { pool1_conv1_backward_update_weight } from "./pool1_conv1_backward_update_weight.ts";
import { pool1_conv1_backward_update_bias } from "./pool1_conv1_backward_update_bias.ts";
import { loss_forward } from "./loss_forward.ts";

/** Tensors behind the arena, whose rows the run supplies: byte offset and elements. */
export interface Rows {
  readonly order: readonly [number, number];
  readonly data: readonly [number, number];
  readonly labels: readonly [number, number];
  readonly loss: readonly [number, number];
  readonly hit: readonly [number, number];
  readonly params: readonly [number, number];
}

/** One of the threads that run a step together; `wait` returns when all have called it. */
export interface Member {
  readonly thread: number;
  readonly threads: number;
  wait(): void;
}

/** Steps by row number: `train` updates the parameters, `evaluate` only writes each sample's loss and hit. */
export interface Steps {
  train(step: number): void;
  evaluate(step: number): void;
}

/** Binds the kernels to an arena, for one thread. */
export function bind(memory: SharedArrayBuffer, rows: Rows, { thread, threads, wait }: Member): Steps {
  const conv1_weight = new Float32Array(memory, 0, 800);
  const conv1_bias = new Float32Array(memory, 3200, 32);
  const linear1_weight = new Float32Array(memory, 3328, 802816);
  const linear1_bias = new Float32Array(memory, 3214592, 128);
  const linear2_weight = new Float32Array(memory, 3215104, 1280);
  const linear2_bias = new Float32Array(memory, 3220224, 10);
  const linear2_weight_m = new Float32Array(memory, 3220288, 1280);
  const linear2_weight_v = new Float32Array(memory, 3225408, 1280);
  const linear2_bias_m = new Float32Array(memory, 3230528, 10);
  const linear2_bias_v = new Float32Array(memory, 3230592, 10);
  const linear1_weight_m = new Float32Array(memory, 3230656, 802816);
  const linear1_weight_v = new Float32Array(memory, 6441920, 802816);
  const linear1_bias_m = new Float32Array(memory, 9653184, 128);
  const linear1_bias_v = new Float32Array(memory, 9653696, 128);
  const conv1_weight_m = new Float32Array(memory, 9654208, 800);
  const conv1_weight_v = new Float32Array(memory, 9657408, 800);
  const conv1_bias_m = new Float32Array(memory, 9660608, 32);
  const conv1_bias_v = new Float32Array(memory, 9660736, 32);
  const input = new Float32Array(memory, 9663424, 65536);
  const label = new Int32Array(memory, 11531200, 64);
  const pool1_code = new Uint8Array(memory, 13136832, 401408);
  const flatten1_output = new Float32Array(memory, 9925568, 401408);
  const relu2_output = new Float32Array(memory, 13538240, 8192);
  const linear2_output = new Float32Array(memory, 9660864, 640);
  const linear2_output_gradient = new Float32Array(memory, 13603776, 640);
  const linear1_output_gradient = new Float32Array(memory, 13571008, 8192);
  const flatten1_output_gradient = new Float32Array(memory, 11531200, 401408);
  const order = new Int32Array(memory, ...rows.order);
  const data = new Uint8Array(memory, ...rows.data);
  const labels = new Int32Array(memory, ...rows.labels);
  const loss = new Float32Array(memory, ...rows.loss);
  const hit = new Float32Array(memory, ...rows.hit);
  const params = new Float32Array(memory, ...rows.params);
  const relu1_output = new Float32Array(memory, 9925568, 401408);
  const pool1_output_gradient = new Float32Array(memory, 11531200, 401408);

  // this thread's part of a parallel loop
  const share = (iterations: number, step: number) =>
    [thread, thread + 1].map((i) => Math.floor(iterations * i / threads) * step);
  const [batch_gather_from, batch_gather_to] = share(64, 1);
  const [batch_gather_label_from, batch_gather_label_to] = share(64, 1);
  const [conv1_pool1_relu1_forward_from, conv1_pool1_relu1_forward_to] = share(64, 1);
  const [linear1_relu2_forward_from, linear1_relu2_forward_to] = share(32, 2);
  const [linear2_forward_from, linear2_forward_to] = share(32, 2);
  const [loss_forward_backward_from, loss_forward_backward_to] = share(64, 1);
  const [linear2_relu2_backward_input_from, linear2_relu2_backward_input_to] = share(32, 2);
  const [linear2_backward_update_weight_from, linear2_backward_update_weight_to] = share(64, 2);
  const [linear2_backward_update_bias_from, linear2_backward_update_bias_to] = share(10, 1);
  const [linear1_relu1_backward_input_from, linear1_relu1_backward_input_to] = share(32, 2);
  const [linear1_backward_update_weight_from, linear1_backward_update_weight_to] = share(64, 2);
  const [linear1_backward_update_bias_from, linear1_backward_update_bias_to] = share(128, 1);
  const [pool1_conv1_backward_update_weight_from, pool1_conv1_backward_update_weight_to] = share(32, 1);
  const [pool1_conv1_backward_update_bias_from, pool1_conv1_backward_update_bias_to] = share(32, 1);
  const [loss_forward_from, loss_forward_to] = share(64, 1);

  return {
    train(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);

      wait();
      conv1_pool1_relu1_forward(conv1_bias, input, conv1_weight, flatten1_output, pool1_code, conv1_pool1_relu1_forward_from, conv1_pool1_relu1_forward_to);

      wait();
      linear1_relu2_forward(linear1_bias, relu1_output, linear1_weight, relu2_output, linear1_relu2_forward_from, linear1_relu2_forward_to);

      wait();
      linear2_forward(linear2_bias, relu2_output, linear2_weight, linear2_output, linear2_forward_from, linear2_forward_to);

      wait();
      loss_forward_backward(linear2_output, label, loss, hit, linear2_output_gradient, params, step, loss_forward_backward_from, loss_forward_backward_to);

      wait();
      linear2_relu2_backward_input(relu2_output, linear2_output_gradient, linear2_weight, linear1_output_gradient, linear2_relu2_backward_input_from, linear2_relu2_backward_input_to);

      wait();
      linear2_backward_update_weight(linear2_weight_m, relu2_output, linear2_output_gradient, linear2_weight, linear2_weight_v, params, step, linear2_backward_update_weight_from, linear2_backward_update_weight_to);
      linear2_backward_update_bias(linear2_bias_m, linear2_output_gradient, linear2_bias_v, linear2_bias, params, step, linear2_backward_update_bias_from, linear2_backward_update_bias_to);
      linear1_relu1_backward_input(relu1_output, linear1_output_gradient, linear1_weight, flatten1_output_gradient, linear1_relu1_backward_input_from, linear1_relu1_backward_input_to);

      wait();
      linear1_backward_update_weight(linear1_weight_m, relu1_output, linear1_output_gradient, linear1_weight, linear1_weight_v, params, step, linear1_backward_update_weight_from, linear1_backward_update_weight_to);
      linear1_backward_update_bias(linear1_bias_m, linear1_output_gradient, linear1_bias_v, linear1_bias, params, step, linear1_backward_update_bias_from, linear1_backward_update_bias_to);
      pool1_conv1_backward_update_weight(conv1_weight_m, pool1_code, pool1_output_gradient, input, conv1_weight, conv1_weight_v, params, step, pool1_conv1_backward_update_weight_from, pool1_conv1_backward_update_weight_to);
      pool1_conv1_backward_update_bias(conv1_bias_m, pool1_code, pool1_output_gradient, conv1_bias_v, conv1_bias, params, step, pool1_conv1_backward_update_bias_from, pool1_conv1_backward_update_bias_to);

      wait();
    },
    evaluate(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);

      wait();
      conv1_pool1_relu1_forward(conv1_bias, input, conv1_weight, flatten1_output, pool1_code, conv1_pool1_relu1_forward_from, conv1_pool1_relu1_forward_to);

      wait();
      linear1_relu2_forward(linear1_bias, relu1_output, linear1_weight, relu2_output, linear1_relu2_forward_from, linear1_relu2_forward_to);

      wait();
      linear2_forward(linear2_bias, relu2_output, linear2_weight, linear2_output, linear2_forward_from, linear2_forward_to);

      wait();
      loss_forward(linear2_output, label, loss, hit, params, step, loss_forward_from, loss_forward_to);

      wait();
    },
  };
}
