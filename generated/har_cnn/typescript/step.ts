// net       har_cnn, batch 32
// step      train: 33 kernels, 27 barriers · evaluate: 10 kernels
// memory    11780736 bytes, see plan.txt
// regenerate: deno task generate specs/har_cnn.json
import { batch_gather } from "./batch_gather.ts";
import { batch_gather_label } from "./batch_gather_label.ts";
import { conv1_forward } from "./conv1_forward.ts";
import { norm1_forward_sums } from "./norm1_forward_sums.ts";
import { norm1_forward_statistics } from "./norm1_forward_statistics.ts";
import { norm1_forward_scale } from "./norm1_forward_scale.ts";
import { norm1_relu1_forward } from "./norm1_relu1_forward.ts";
import { conv2_forward } from "./conv2_forward.ts";
import { norm2_forward_sums } from "./norm2_forward_sums.ts";
import { norm2_forward_statistics } from "./norm2_forward_statistics.ts";
import { norm2_forward_scale } from "./norm2_forward_scale.ts";
import { norm2_pool1_relu2_forward } from "./norm2_pool1_relu2_forward.ts";
import { dropout1_forward } from "./dropout1_forward.ts";
import { linear1_relu3_forward } from "./linear1_relu3_forward.ts";
import { linear2_forward } from "./linear2_forward.ts";
import { loss_forward_backward } from "./loss_forward_backward.ts";
import { linear2_relu3_backward_input } from "./linear2_relu3_backward_input.ts";
import { linear2_backward_update_weight } from "./linear2_backward_update_weight.ts";
import { linear2_backward_update_bias } from "./linear2_backward_update_bias.ts";
import { linear1_backward_input } from "./linear1_backward_input.ts";
import { linear1_backward_update_weight } from "./linear1_backward_update_weight.ts";
import { linear1_backward_update_bias } from "./linear1_backward_update_bias.ts";
import { dropout1_relu2_backward_input } from "./dropout1_relu2_backward_input.ts";
import { pool1_backward_input } from "./pool1_backward_input.ts";
import { norm2_backward_sums } from "./norm2_backward_sums.ts";
import { norm2_backward_update_bias } from "./norm2_backward_update_bias.ts";
import { norm2_backward_input } from "./norm2_backward_input.ts";
import { conv2_relu1_backward_input } from "./conv2_relu1_backward_input.ts";
import { conv2_backward_update_weight } from "./conv2_backward_update_weight.ts";
import { norm1_backward_sums } from "./norm1_backward_sums.ts";
import { norm1_backward_update_bias } from "./norm1_backward_update_bias.ts";
import { norm1_backward_input } from "./norm1_backward_input.ts";
import { conv1_backward_update_weight } from "./conv1_backward_update_weight.ts";
import { norm1_evaluate_scale } from "./norm1_evaluate_scale.ts";
import { conv1_norm1_relu1_forward_evaluate_forward } from "./conv1_norm1_relu1_forward_evaluate_forward.ts";
import { norm2_evaluate_scale } from "./norm2_evaluate_scale.ts";
import { conv2_norm2_pool1_relu2_forward_evaluate_forward } from "./conv2_norm2_pool1_relu2_forward_evaluate_forward.ts";
import { dropout1_evaluate } from "./dropout1_evaluate.ts";
import { loss_forward } from "./loss_forward.ts";

/** Tensors behind the arena, whose rows the run supplies: byte offset and elements. */
export interface Rows {
  readonly order: readonly [number, number];
  readonly data: readonly [number, number];
  readonly labels: readonly [number, number];
  readonly loss: readonly [number, number];
  readonly hit: readonly [number, number];
  readonly params: readonly [number, number];
  readonly keys: readonly [number, number];
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
  const conv1_weight = new Float32Array(memory, 0, 1728);
  const norm1_weight = new Float32Array(memory, 6912, 64);
  const norm1_bias = new Float32Array(memory, 7168, 64);
  const conv2_weight = new Float32Array(memory, 7424, 12288);
  const norm2_weight = new Float32Array(memory, 56576, 64);
  const norm2_bias = new Float32Array(memory, 56832, 64);
  const linear1_weight = new Float32Array(memory, 57088, 390400);
  const linear1_bias = new Float32Array(memory, 1618688, 100);
  const linear2_weight = new Float32Array(memory, 1619136, 600);
  const linear2_bias = new Float32Array(memory, 1621568, 6);
  const norm1_running_mean = new Float32Array(memory, 1621632, 64);
  const norm1_running_var = new Float32Array(memory, 1621888, 64);
  const norm2_running_mean = new Float32Array(memory, 1622144, 64);
  const norm2_running_var = new Float32Array(memory, 1622400, 64);
  const linear2_weight_m = new Float32Array(memory, 1622656, 600);
  const linear2_weight_v = new Float32Array(memory, 1625088, 600);
  const linear2_bias_m = new Float32Array(memory, 1627520, 6);
  const linear2_bias_v = new Float32Array(memory, 1627584, 6);
  const linear1_weight_m = new Float32Array(memory, 1627648, 390400);
  const linear1_weight_v = new Float32Array(memory, 3189248, 390400);
  const linear1_bias_m = new Float32Array(memory, 4750848, 100);
  const linear1_bias_v = new Float32Array(memory, 4751296, 100);
  const norm2_weight_m = new Float32Array(memory, 4751744, 64);
  const norm2_weight_v = new Float32Array(memory, 4752000, 64);
  const norm2_bias_m = new Float32Array(memory, 4752256, 64);
  const norm2_bias_v = new Float32Array(memory, 4752512, 64);
  const conv2_weight_m = new Float32Array(memory, 4752768, 12288);
  const conv2_weight_v = new Float32Array(memory, 4801920, 12288);
  const norm1_weight_m = new Float32Array(memory, 4851072, 64);
  const norm1_weight_v = new Float32Array(memory, 4851328, 64);
  const norm1_bias_m = new Float32Array(memory, 4851584, 64);
  const norm1_bias_v = new Float32Array(memory, 4851840, 64);
  const conv1_weight_m = new Float32Array(memory, 4852096, 1728);
  const conv1_weight_v = new Float32Array(memory, 4859008, 1728);
  const input = new Float32Array(memory, 10429056, 36864);
  const label = new Int32Array(memory, 9429632, 32);
  const conv1_output = new Float32Array(memory, 4866688, 258048);
  const norm1_p = new Float32Array(memory, 5898880, 2048);
  const norm1_q = new Float32Array(memory, 5907072, 2048);
  const norm1_e = new Float32Array(memory, 7963264, 2048);
  const norm1_f = new Float32Array(memory, 7971456, 2048);
  const norm1_s = new Float32Array(memory, 10714240, 64);
  const norm1_r = new Float32Array(memory, 10714496, 64);
  const norm1_g = new Float32Array(memory, 10714752, 64);
  const norm1_k = new Float32Array(memory, 7979648, 64);
  const norm1_l = new Float32Array(memory, 7979904, 64);
  const relu1_output = new Float32Array(memory, 5898880, 258048);
  const conv2_output = new Float32Array(memory, 6931072, 249856);
  const norm2_p = new Float32Array(memory, 7930496, 2048);
  const norm2_q = new Float32Array(memory, 7938688, 2048);
  const norm2_e = new Float32Array(memory, 8929920, 2048);
  const norm2_f = new Float32Array(memory, 8938112, 2048);
  const norm2_s = new Float32Array(memory, 10715008, 64);
  const norm2_r = new Float32Array(memory, 10715264, 64);
  const norm2_g = new Float32Array(memory, 10715520, 64);
  const norm2_k = new Float32Array(memory, 8946304, 64);
  const norm2_l = new Float32Array(memory, 8946560, 64);
  const pool1_code = new Uint8Array(memory, 10576512, 124928);
  const relu2_output = new Float32Array(memory, 7930496, 124928);
  const dropout1_output = new Float32Array(memory, 8430208, 124928);
  const dropout1_mask = new Float32Array(memory, 8929920, 124928);
  const relu3_output = new Float32Array(memory, 9929344, 3200);
  const linear2_output = new Float32Array(memory, 4865920, 192);
  const linear2_output_gradient = new Float32Array(memory, 9942144, 192);
  const linear1_output_gradient = new Float32Array(memory, 10701440, 3200);
  const flatten1_output_gradient = new Float32Array(memory, 9429632, 124928);
  const pool1_output_gradient = new Float32Array(memory, 9929344, 124928);
  const norm2_output_gradient = new Float32Array(memory, 7930496, 249856);
  const conv2_output_gradient = new Float32Array(memory, 10715776, 266240);
  const norm1_output_gradient = new Float32Array(memory, 6931072, 258048);
  const conv1_output_gradient = new Float32Array(memory, 5898880, 258048);
  const order = new Int32Array(memory, ...rows.order);
  const data = new Uint8Array(memory, ...rows.data);
  const labels = new Int32Array(memory, ...rows.labels);
  const loss = new Float32Array(memory, ...rows.loss);
  const hit = new Float32Array(memory, ...rows.hit);
  const params = new Float32Array(memory, ...rows.params);
  const keys = new Uint32Array(memory, ...rows.keys);
  const flatten1_output = new Float32Array(memory, 8430208, 124928);
  const dropout1_output_gradient = new Float32Array(memory, 9429632, 124928);

  // this thread's part of a parallel loop
  const share = (iterations: number, step: number) =>
    [thread, thread + 1].map((i) => Math.floor(iterations * i / threads) * step);
  const [batch_gather_from, batch_gather_to] = share(32, 1);
  const [batch_gather_label_from, batch_gather_label_to] = share(32, 1);
  const [conv1_forward_from, conv1_forward_to] = share(32, 1);
  const [norm1_forward_sums_from, norm1_forward_sums_to] = share(32, 1);
  const [norm1_forward_statistics_from, norm1_forward_statistics_to] = share(64, 1);
  const [norm1_forward_scale_from, norm1_forward_scale_to] = share(64, 1);
  const [norm1_relu1_forward_from, norm1_relu1_forward_to] = share(32, 1);
  const [conv2_forward_from, conv2_forward_to] = share(32, 1);
  const [norm2_forward_sums_from, norm2_forward_sums_to] = share(32, 1);
  const [norm2_forward_statistics_from, norm2_forward_statistics_to] = share(64, 1);
  const [norm2_forward_scale_from, norm2_forward_scale_to] = share(64, 1);
  const [norm2_pool1_relu2_forward_from, norm2_pool1_relu2_forward_to] = share(32, 1);
  const [dropout1_forward_from, dropout1_forward_to] = share(32, 1);
  const [linear1_relu3_forward_from, linear1_relu3_forward_to] = share(16, 2);
  const [linear2_forward_from, linear2_forward_to] = share(16, 2);
  const [loss_forward_backward_from, loss_forward_backward_to] = share(32, 1);
  const [linear2_relu3_backward_input_from, linear2_relu3_backward_input_to] = share(32, 1);
  const [linear2_backward_update_weight_from, linear2_backward_update_weight_to] = share(50, 2);
  const [linear2_backward_update_bias_from, linear2_backward_update_bias_to] = share(6, 1);
  const [linear1_backward_input_from, linear1_backward_input_to] = share(16, 2);
  const [linear1_backward_update_weight_from, linear1_backward_update_weight_to] = share(50, 2);
  const [linear1_backward_update_bias_from, linear1_backward_update_bias_to] = share(100, 1);
  const [dropout1_relu2_backward_input_from, dropout1_relu2_backward_input_to] = share(32, 1);
  const [pool1_backward_input_from, pool1_backward_input_to] = share(32, 1);
  const [norm2_backward_sums_from, norm2_backward_sums_to] = share(32, 1);
  const [norm2_backward_update_bias_from, norm2_backward_update_bias_to] = share(64, 1);
  const [norm2_backward_input_from, norm2_backward_input_to] = share(32, 1);
  const [conv2_relu1_backward_input_from, conv2_relu1_backward_input_to] = share(32, 1);
  const [conv2_backward_update_weight_from, conv2_backward_update_weight_to] = share(32, 2);
  const [norm1_backward_sums_from, norm1_backward_sums_to] = share(32, 1);
  const [norm1_backward_update_bias_from, norm1_backward_update_bias_to] = share(64, 1);
  const [norm1_backward_input_from, norm1_backward_input_to] = share(32, 1);
  const [conv1_backward_update_weight_from, conv1_backward_update_weight_to] = share(32, 2);
  const [norm1_evaluate_scale_from, norm1_evaluate_scale_to] = share(64, 1);
  const [conv1_norm1_relu1_forward_evaluate_forward_from, conv1_norm1_relu1_forward_evaluate_forward_to] = share(32, 1);
  const [norm2_evaluate_scale_from, norm2_evaluate_scale_to] = share(64, 1);
  const [conv2_norm2_pool1_relu2_forward_evaluate_forward_from, conv2_norm2_pool1_relu2_forward_evaluate_forward_to] = share(32, 1);
  const [dropout1_evaluate_from, dropout1_evaluate_to] = share(32, 1);
  const [loss_forward_from, loss_forward_to] = share(32, 1);

  return {
    train(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);

      wait();
      conv1_forward(input, conv1_weight, conv1_output, conv1_forward_from, conv1_forward_to);

      wait();
      norm1_forward_sums(conv1_output, norm1_p, norm1_q, norm1_forward_sums_from, norm1_forward_sums_to);

      wait();
      norm1_forward_statistics(norm1_p, norm1_q, norm1_running_mean, norm1_running_var, norm1_s, norm1_r, params, step, norm1_forward_statistics_from, norm1_forward_statistics_to);

      wait();
      norm1_forward_scale(norm1_r, norm1_weight, norm1_g, norm1_forward_scale_from, norm1_forward_scale_to);

      wait();
      norm1_relu1_forward(norm1_bias, conv1_output, norm1_s, norm1_g, relu1_output, norm1_relu1_forward_from, norm1_relu1_forward_to);

      wait();
      conv2_forward(relu1_output, conv2_weight, conv2_output, conv2_forward_from, conv2_forward_to);

      wait();
      norm2_forward_sums(conv2_output, norm2_p, norm2_q, norm2_forward_sums_from, norm2_forward_sums_to);

      wait();
      norm2_forward_statistics(norm2_p, norm2_q, norm2_running_mean, norm2_running_var, norm2_s, norm2_r, params, step, norm2_forward_statistics_from, norm2_forward_statistics_to);

      wait();
      norm2_forward_scale(norm2_r, norm2_weight, norm2_g, norm2_forward_scale_from, norm2_forward_scale_to);

      wait();
      norm2_pool1_relu2_forward(norm2_bias, conv2_output, norm2_s, norm2_g, relu2_output, pool1_code, norm2_pool1_relu2_forward_from, norm2_pool1_relu2_forward_to);

      wait();
      dropout1_forward(relu2_output, dropout1_mask, dropout1_output, keys, step, dropout1_forward_from, dropout1_forward_to);

      wait();
      linear1_relu3_forward(linear1_bias, flatten1_output, linear1_weight, relu3_output, linear1_relu3_forward_from, linear1_relu3_forward_to);

      wait();
      linear2_forward(linear2_bias, relu3_output, linear2_weight, linear2_output, linear2_forward_from, linear2_forward_to);

      wait();
      loss_forward_backward(linear2_output, label, loss, hit, linear2_output_gradient, params, step, loss_forward_backward_from, loss_forward_backward_to);

      wait();
      linear2_relu3_backward_input(relu3_output, linear2_output_gradient, linear2_weight, linear1_output_gradient, linear2_relu3_backward_input_from, linear2_relu3_backward_input_to);

      wait();
      linear2_backward_update_weight(linear2_weight_m, relu3_output, linear2_output_gradient, linear2_weight, linear2_weight_v, params, step, linear2_backward_update_weight_from, linear2_backward_update_weight_to);
      linear2_backward_update_bias(linear2_bias_m, linear2_output_gradient, linear2_bias_v, linear2_bias, params, step, linear2_backward_update_bias_from, linear2_backward_update_bias_to);
      linear1_backward_input(linear1_output_gradient, linear1_weight, flatten1_output_gradient, linear1_backward_input_from, linear1_backward_input_to);

      wait();
      linear1_backward_update_weight(linear1_weight_m, flatten1_output, linear1_output_gradient, linear1_weight, linear1_weight_v, params, step, linear1_backward_update_weight_from, linear1_backward_update_weight_to);
      linear1_backward_update_bias(linear1_bias_m, linear1_output_gradient, linear1_bias_v, linear1_bias, params, step, linear1_backward_update_bias_from, linear1_backward_update_bias_to);
      dropout1_relu2_backward_input(relu2_output, dropout1_output_gradient, dropout1_mask, pool1_output_gradient, dropout1_relu2_backward_input_from, dropout1_relu2_backward_input_to);

      wait();
      pool1_backward_input(pool1_code, pool1_output_gradient, norm2_output_gradient, pool1_backward_input_from, pool1_backward_input_to);

      wait();
      norm2_backward_sums(norm2_output_gradient, conv2_output, norm2_s, norm2_e, norm2_f, norm2_backward_sums_from, norm2_backward_sums_to);

      wait();
      norm2_backward_update_bias(norm2_bias_m, norm2_e, norm2_bias_v, norm2_bias, norm2_weight_m, norm2_f, norm2_r, norm2_weight_v, norm2_weight, norm2_k, norm2_l, params, step, norm2_backward_update_bias_from, norm2_backward_update_bias_to);

      wait();
      norm2_backward_input(norm2_output_gradient, norm2_k, conv2_output, norm2_s, norm2_l, norm2_g, conv2_output_gradient, params, step, norm2_backward_input_from, norm2_backward_input_to);

      wait();
      conv2_relu1_backward_input(relu1_output, conv2_output_gradient, conv2_weight, norm1_output_gradient, conv2_relu1_backward_input_from, conv2_relu1_backward_input_to);

      wait();
      conv2_backward_update_weight(conv2_weight_m, conv2_output_gradient, relu1_output, conv2_weight, conv2_weight_v, params, step, conv2_backward_update_weight_from, conv2_backward_update_weight_to);
      norm1_backward_sums(norm1_output_gradient, conv1_output, norm1_s, norm1_e, norm1_f, norm1_backward_sums_from, norm1_backward_sums_to);

      wait();
      norm1_backward_update_bias(norm1_bias_m, norm1_e, norm1_bias_v, norm1_bias, norm1_weight_m, norm1_f, norm1_r, norm1_weight_v, norm1_weight, norm1_k, norm1_l, params, step, norm1_backward_update_bias_from, norm1_backward_update_bias_to);

      wait();
      norm1_backward_input(norm1_output_gradient, norm1_k, conv1_output, norm1_s, norm1_l, norm1_g, conv1_output_gradient, params, step, norm1_backward_input_from, norm1_backward_input_to);

      wait();
      conv1_backward_update_weight(conv1_weight_m, conv1_output_gradient, input, conv1_weight, conv1_weight_v, params, step, conv1_backward_update_weight_from, conv1_backward_update_weight_to);

      wait();
    },
    evaluate(step) {
      batch_gather(order, data, input, step, batch_gather_from, batch_gather_to);
      batch_gather_label(order, labels, label, step, batch_gather_label_from, batch_gather_label_to);
      norm1_evaluate_scale(norm1_running_var, norm1_weight, norm1_g, norm1_evaluate_scale_from, norm1_evaluate_scale_to);

      wait();
      conv1_norm1_relu1_forward_evaluate_forward(norm1_bias, input, conv1_weight, norm1_running_mean, norm1_g, relu1_output, conv1_norm1_relu1_forward_evaluate_forward_from, conv1_norm1_relu1_forward_evaluate_forward_to);
      norm2_evaluate_scale(norm2_running_var, norm2_weight, norm2_g, norm2_evaluate_scale_from, norm2_evaluate_scale_to);

      wait();
      conv2_norm2_pool1_relu2_forward_evaluate_forward(norm2_bias, relu1_output, conv2_weight, norm2_running_mean, norm2_g, relu2_output, pool1_code, conv2_norm2_pool1_relu2_forward_evaluate_forward_from, conv2_norm2_pool1_relu2_forward_evaluate_forward_to);

      wait();
      dropout1_evaluate(relu2_output, dropout1_output, dropout1_evaluate_from, dropout1_evaluate_to);

      wait();
      linear1_relu3_forward(linear1_bias, flatten1_output, linear1_weight, relu3_output, linear1_relu3_forward_from, linear1_relu3_forward_to);

      wait();
      linear2_forward(linear2_bias, relu3_output, linear2_weight, linear2_output, linear2_forward_from, linear2_forward_to);

      wait();
      loss_forward(linear2_output, label, loss, hit, params, step, loss_forward_from, loss_forward_to);

      wait();
    },
  };
}
