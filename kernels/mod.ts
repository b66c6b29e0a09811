/**
 * All layers, losses and optimizers a spec can name, and the metrics that nets are told. To add one: its file, and its line here.
 *
 * @module
 */
import type { Registry } from "../codegen/language/registry.ts";
import { accuracy } from "./metrics/accuracy.ts";
import { adam } from "./optimizers/adam.ts";
import { adamw } from "./optimizers/adamw.ts";
import { add } from "./layers/add.ts";
import { avgPool1d } from "./layers/avg_pool1d.ts";
import { avgPool2d } from "./layers/avg_pool2d.ts";
import * as batch from "./step/batch.ts";
import { batchNorm1d, batchNorm2d } from "./layers/batch_norm.ts";
import { binaryAccuracy } from "./metrics/binary_accuracy.ts";
import { binaryCrossEntropy } from "./losses/binary_cross_entropy.ts";
import { concat } from "./layers/concat.ts";
import { conv1d } from "./layers/conv1d.ts";
import { conv2d } from "./layers/conv2d.ts";
import { dropout } from "./layers/dropout.ts";
import { elu } from "./layers/elu.ts";
import { flatten } from "./layers/flatten.ts";
import { gelu } from "./layers/gelu.ts";
import { globalAvgPool } from "./layers/global_avg_pool.ts";
import { globalMaxPool } from "./layers/global_max_pool.ts";
import { hardSwish } from "./layers/hard_swish.ts";
import { huber } from "./losses/huber.ts";
import { leakyRelu } from "./layers/leaky_relu.ts";
import { linear } from "./layers/linear.ts";
import { mae } from "./losses/mae.ts";
import { maxPool1d } from "./layers/max_pool1d.ts";
import { maxPool2d } from "./layers/max_pool2d.ts";
import { meanAbsoluteError } from "./metrics/mean_absolute_error.ts";
import { momentum } from "./optimizers/momentum.ts";
import { mse } from "./losses/mse.ts";
import { multiply } from "./layers/multiply.ts";
import { normalize } from "./layers/normalize.ts";
import { padChannels } from "./layers/pad_channels.ts";
import { relu } from "./layers/relu.ts";
import { relu6 } from "./layers/relu6.ts";
import { reshape } from "./layers/reshape.ts";
import { rmsprop } from "./optimizers/rmsprop.ts";
import { sgd } from "./optimizers/sgd.ts";
import { sigmoid } from "./layers/sigmoid.ts";
import { silu } from "./layers/silu.ts";
import { softmaxCrossEntropy } from "./losses/softmax_cross_entropy.ts";
import { softplus } from "./layers/softplus.ts";
import { tanh } from "./layers/tanh.ts";
import { topFiveAccuracy } from "./metrics/top_five_accuracy.ts";

/** What ships with the program. */
export const kernels: Omit<Registry, "schedulers"> = {
  layers: [
    ...[conv2d, linear, conv1d],
    ...[batchNorm1d, batchNorm2d],
    ...[relu, sigmoid, tanh, leakyRelu, elu, gelu, silu, hardSwish, relu6, softplus],
    ...[maxPool2d, avgPool2d, maxPool1d, avgPool1d, globalMaxPool, globalAvgPool],
    ...[flatten, reshape, dropout],
    ...[add, multiply, concat, normalize, padChannels],
  ],
  losses: [softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber],
  metrics: [accuracy, topFiveAccuracy, binaryAccuracy, meanAbsoluteError],
  optimizers: [sgd, momentum, adam, adamw, rmsprop],
  batch,
};
