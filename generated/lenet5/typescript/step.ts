// net       lenet5, batch 64
// step      train: 26 kernels, 16 barriers · evaluate: 10 kernels
// memory    5343488 bytes, see plan.txt
// regenerate: deno task generate specs/lenet5.json
import { batch_gather } from "./batch_gather.ts";
import { batch_gather_label } from "./batch_gather_label.ts";
import { conv1_tanh1_forward } from "./conv1_tanh1_forward.ts";
import { pool1_forward } from "./pool1_forward.ts";
import { conv2_tanh2_forward } from "./conv2_tanh2_forward.ts";
import { pool2_forward } from "./pool2_forward.ts";
import { linear1_tanh3_forward } from "./linear1_tanh3_forward.ts";
import { linear2_tanh4_forward } from "./linear2_tanh4_forward.ts";
import { linear3_forward } from "./linear3_forward.ts";
import { loss_forward_backward } from "./loss_forward_backward.ts";
import { linear3_tanh4_backward_input } from "./linear3_tanh4_backward_input.ts";
import { linear3_backward_update_weight } from "./linear3_backward_update_weight.ts";
import { linear3_backward_update_bias } from "./linear3_backward_update_bias.ts";
import { linear2_tanh3_backward_input } from "./linear2_tanh3_backward_input.ts";
import { linear2_backward_update_weight } from "./linear2_backward_update_weight.ts";
import { linear2_backward_update_bias } from "./linear2_backward_update_bias.ts";
import { linear1_backward_input } from "./linear1_backward_input.ts";
import { linear1_backward_update_weight } from "./linear1_backward_update_weight.ts";
import { linear1_backward_update_bias } from "./linear1_backward_update_bias.ts";
import { pool2_tanh2_backward_input } from "./pool2_tanh2_backward_input.ts";
import { conv2_backward_input } from "./conv2_backward_input.ts";
import { conv2_backward_update_weight } from "./conv2_backward_update_weight.ts";
import { conv2_backward_update_bias } from "./conv2_backward_update_bias.ts";
import { pool1_tanh1_backward_input } from "./pool1_tanh1_backward_input.ts";
import { conv1_backward_update_weight } from "./conv1_backward_update_weight.ts";
import { conv1_backward_update_bias } from "./conv1_backward_update_bias.ts";
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
  const conv1_weight = new Float32Array(memory, 0, 150);
  const conv1_bias = new Float32Array(memory, 640, 6);
  const conv2_weight = new Float32Array(memory, 704, 2400);
  const conv2_bias = new Float32Array(memory, 10304, 16);
  const linear1_weight = new Float32Array(memory, 10368, 48000);
  const linear1_bias = new Float32Array(memory, 202368, 120);
  const linear2_weight = new Float32Array(memory, 202880, 10080);
  const linear2_bias = new Float32Array(memory, 243200, 84);
  const linear3_weight = new Float32Array(memory, 243584, 840);
  const linear3_bias = new Float32Array(memory, 246976, 10);
  const linear3_weight_m = new Float32Array(memory, 247040, 840);
  const linear3_weight_v = new Float32Array(memory, 250432, 840);
  const linear3_bias_m = new Float32Array(memory, 253824, 10);
  const linear3_bias_v = new Float32Array(memory, 253888, 10);
  const linear2_weight_m = new Float32Array(memory, 253952, 10080);
  const linear2_weight_v = new Float32Array(memory, 294272, 10080);
  const linear2_bias_m = new Float32Array(memory, 334592, 84);
  const linear2_bias_v = new Float32Array(memory, 334976, 84);
  const linear1_weight_m = new Float32Array(memory, 335360, 48000);
  const linear1_weight_v = new Float32Array(memory, 527360, 48000);
  const linear1_bias_m = new Float32Array(memory, 719360, 120);
  const linear1_bias_v = new Float32Array(memory, 719872, 120);
  const conv2_weight_m = new Float32Array(memory, 720384, 2400);
  const conv2_weight_v = new Float32Array(memory, 729984, 2400);
  const conv2_bias_m = new Float32Array(memory, 739584, 16);
  const conv2_bias_v = new Float32Array(memory, 739648, 16);
  const conv1_weight_m = new Float32Array(memory, 739712, 150);
  const conv1_weight_v = new Float32Array(memory, 740352, 150);
  const conv1_bias_m = new Float32Array(memory, 740992, 6);
  const conv1_bias_v = new Float32Array(memory, 741056, 6);
  const input = new Float32Array(memory, 743680, 65536);
  const label = new Int32Array(memory, 2746112, 64);
  const tanh1_output = new Float32Array(memory, 1005824, 301056);
  const pool1_output = new Float32Array(memory, 3414272, 75264);
  const tanh2_output = new Float32Array(memory, 2210048, 102400);
  const pool2_output = new Float32Array(memory, 2619648, 25600);
  const tanh3_output = new Float32Array(memory, 2824448, 7680);
  const tanh4_output = new Float32Array(memory, 2722048, 5376);
  const linear3_output = new Float32Array(memory, 741120, 640);
  const linear3_output_gradient = new Float32Array(memory, 2743552, 640);
  const linear2_output_gradient = new Float32Array(memory, 2885888, 5376);
  const linear1_output_gradient = new Float32Array(memory, 2855168, 7680);
  const flatten1_output_gradient = new Float32Array(memory, 2722048, 25600);
  const conv2_output_gradient = new Float32Array(memory, 4016384, 331776);
  const pool1_output_gradient = new Float32Array(memory, 3715328, 75264);
  const conv1_output_gradient = new Float32Array(memory, 2210048, 301056);
  const order = new Int32Array(memory, ...rows.order);
  const data = new Uint8Array(memory, ...rows.data);
  const labels = new Int32Array(memory, ...rows.labels);
  const loss = new Float32Array(memory, ...rows.loss);
  const hit = new Float32Array(memory, ...rows.hit);
  const params = new Float32Array(memory, ...rows.params);
  const flatten1_output = new Float32Array(memory, 2619648, 25600);
  const pool2_output_gradient = new Float32Array(memory, 2722048, 25600);

  // this thread's part of a parallel loop
  const share = (iterations: number, step: number) =>
    [thread, thread + 1].map((i) => Math.floor(iterations * i / threads) * step);
  const [batch_gather_from, batch_gather_to] = share(64, 1);
  const [batch_gather_label_from, batch_gather_label_to] = share(64, 1);
  const [conv1_tanh1_forward_from, conv1_tanh1_forward_to] = share(64, 1);
  const [pool1_forward_from, pool1_forward_to] = share(64, 1);
  const [conv2_tanh2_forward_from, conv2_tanh2_forward_to] = share(64, 1);
  const [pool2_forward_from, pool2_forward_to] = share(64, 1);
  const [linear1_tanh3_forward_from, linear1_tanh3_forward_to] = share(32, 2);
  const [linear2_tanh4_forward_from, linear2_tanh4_forward_to] = share(32, 2);
  const [linear3_forward_from, linear3_forward_to] = share(32, 2);
  const [loss_forward_backward_from, loss_forward_backward_to] = share(64, 1);
  const [linear3_tanh4_backward_input_from, linear3_tanh4_backward_input_to] = share(32, 2);
  const [linear3_backward_update_weight_from, linear3_backward_update_weight_to] = share(42, 2);
  const [linear3_backward_update_bias_from, linear3_backward_update_bias_to] = share(10, 1);
  const [linear2_tanh3_backward_input_from, linear2_tanh3_backward_input_to] = share(32, 2);
  const [linear2_backward_update_weight_from, linear2_backward_update_weight_to] = share(42, 2);
  const [linear2_backward_update_bias_from, linear2_backward_update_bias_to] = share(84, 1);
  const [linear1_backward_input_from, linear1_backward_input_to] = share(32, 2);
  const [linear1_backward_update_weight_from, linear1_backward_update_weight_to] = share(60, 2);
  const [linear1_backward_update_bias_from, linear1_backward_update_bias_to] = share(120, 1);
  const [pool2_tanh2_backward_input_from, pool2_tanh2_backward_input_to] = share(64, 1);
  const [conv2_backward_input_from, conv2_backward_input_to] = share(64, 1);
  const [conv2_backward_update_weight_from, conv2_backward_update_weight_to] = share(16, 1);
  const [conv2_backward_update_bias_from, conv2_backward_update_bias_to] = share(16, 1);
  const [pool1_tanh1_backward_input_from, pool1_tanh1_backward_input_to] = share(64, 1);
  const [conv1_backward_update_weight_from, conv1_backward_update_weight_to] = share(6, 1);
  const [conv1_backward_update_bias_from, conv1_backward_update_bias_to] = share(6, 1);
  const [loss_forward_from, loss_forward_to] = share(64, 1);

  return {
    train(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);

      wait();
      conv1_tanh1_forward(conv1_bias, input, conv1_weight, tanh1_output, conv1_tanh1_forward_from, conv1_tanh1_forward_to);

      wait();
      pool1_forward(tanh1_output, pool1_output, pool1_forward_from, pool1_forward_to);

      wait();
      conv2_tanh2_forward(conv2_bias, pool1_output, conv2_weight, tanh2_output, conv2_tanh2_forward_from, conv2_tanh2_forward_to);

      wait();
      pool2_forward(tanh2_output, pool2_output, pool2_forward_from, pool2_forward_to);

      wait();
      linear1_tanh3_forward(linear1_bias, flatten1_output, linear1_weight, tanh3_output, linear1_tanh3_forward_from, linear1_tanh3_forward_to);

      wait();
      linear2_tanh4_forward(linear2_bias, tanh3_output, linear2_weight, tanh4_output, linear2_tanh4_forward_from, linear2_tanh4_forward_to);

      wait();
      linear3_forward(linear3_bias, tanh4_output, linear3_weight, linear3_output, linear3_forward_from, linear3_forward_to);

      wait();
      loss_forward_backward(linear3_output, label, loss, hit, linear3_output_gradient, params, step, loss_forward_backward_from, loss_forward_backward_to);

      wait();
      linear3_tanh4_backward_input(linear3_output_gradient, linear3_weight, tanh4_output, linear2_output_gradient, linear3_tanh4_backward_input_from, linear3_tanh4_backward_input_to);

      wait();
      linear3_backward_update_weight(linear3_weight_m, tanh4_output, linear3_output_gradient, linear3_weight, linear3_weight_v, params, step, linear3_backward_update_weight_from, linear3_backward_update_weight_to);
      linear3_backward_update_bias(linear3_bias_m, linear3_output_gradient, linear3_bias_v, linear3_bias, params, step, linear3_backward_update_bias_from, linear3_backward_update_bias_to);
      linear2_tanh3_backward_input(linear2_output_gradient, linear2_weight, tanh3_output, linear1_output_gradient, linear2_tanh3_backward_input_from, linear2_tanh3_backward_input_to);

      wait();
      linear2_backward_update_weight(linear2_weight_m, tanh3_output, linear2_output_gradient, linear2_weight, linear2_weight_v, params, step, linear2_backward_update_weight_from, linear2_backward_update_weight_to);
      linear2_backward_update_bias(linear2_bias_m, linear2_output_gradient, linear2_bias_v, linear2_bias, params, step, linear2_backward_update_bias_from, linear2_backward_update_bias_to);
      linear1_backward_input(linear1_output_gradient, linear1_weight, flatten1_output_gradient, linear1_backward_input_from, linear1_backward_input_to);

      wait();
      linear1_backward_update_weight(linear1_weight_m, flatten1_output, linear1_output_gradient, linear1_weight, linear1_weight_v, params, step, linear1_backward_update_weight_from, linear1_backward_update_weight_to);
      linear1_backward_update_bias(linear1_bias_m, linear1_output_gradient, linear1_bias_v, linear1_bias, params, step, linear1_backward_update_bias_from, linear1_backward_update_bias_to);
      pool2_tanh2_backward_input(pool2_output_gradient, tanh2_output, conv2_output_gradient, pool2_tanh2_backward_input_from, pool2_tanh2_backward_input_to);

      wait();
      conv2_backward_input(conv2_output_gradient, conv2_weight, pool1_output_gradient, conv2_backward_input_from, conv2_backward_input_to);

      wait();
      conv2_backward_update_weight(conv2_weight_m, conv2_output_gradient, pool1_output, conv2_weight, conv2_weight_v, params, step, conv2_backward_update_weight_from, conv2_backward_update_weight_to);
      conv2_backward_update_bias(conv2_bias_m, conv2_output_gradient, conv2_bias_v, conv2_bias, params, step, conv2_backward_update_bias_from, conv2_backward_update_bias_to);
      pool1_tanh1_backward_input(pool1_output_gradient, tanh1_output, conv1_output_gradient, pool1_tanh1_backward_input_from, pool1_tanh1_backward_input_to);

      wait();
      conv1_backward_update_weight(conv1_weight_m, conv1_output_gradient, input, conv1_weight, conv1_weight_v, params, step, conv1_backward_update_weight_from, conv1_backward_update_weight_to);
      conv1_backward_update_bias(conv1_bias_m, conv1_output_gradient, conv1_bias_v, conv1_bias, params, step, conv1_backward_update_bias_from, conv1_backward_update_bias_to);

      wait();
    },
    evaluate(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);

      wait();
      conv1_tanh1_forward(conv1_bias, input, conv1_weight, tanh1_output, conv1_tanh1_forward_from, conv1_tanh1_forward_to);

      wait();
      pool1_forward(tanh1_output, pool1_output, pool1_forward_from, pool1_forward_to);

      wait();
      conv2_tanh2_forward(conv2_bias, pool1_output, conv2_weight, tanh2_output, conv2_tanh2_forward_from, conv2_tanh2_forward_to);

      wait();
      pool2_forward(tanh2_output, pool2_output, pool2_forward_from, pool2_forward_to);

      wait();
      linear1_tanh3_forward(linear1_bias, flatten1_output, linear1_weight, tanh3_output, linear1_tanh3_forward_from, linear1_tanh3_forward_to);

      wait();
      linear2_tanh4_forward(linear2_bias, tanh3_output, linear2_weight, tanh4_output, linear2_tanh4_forward_from, linear2_tanh4_forward_to);

      wait();
      linear3_forward(linear3_bias, tanh4_output, linear3_weight, linear3_output, linear3_forward_from, linear3_forward_to);

      wait();
      loss_forward(linear3_output, label, loss, hit, params, step, loss_forward_from, loss_forward_to);

      wait();
    },
  };
}
