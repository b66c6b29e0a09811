/**
 * All layers, losses and optimizers a spec can name, and the metrics that nets are told. To add one: its file, and its line here.
 *
 * @module
 */
import type { Registry } from "../codegen/language/registry.ts";
import { accuracy } from "./metrics/accuracy.ts";
import { adam } from "./optimizers/adam.ts";
import { adamw } from "./optimizers/adamw.ts";
import { avgPool2d } from "./layers/avg_pool2d.ts";
import * as batch from "./step/batch.ts";
import { conv2d } from "./layers/conv2d.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { linear } from "./layers/linear.ts";
import { maxPool2d } from "./layers/max_pool2d.ts";
import { momentum } from "./optimizers/momentum.ts";
import { mse } from "./losses/mse.ts";
import { relu } from "./layers/relu.ts";
import { rmsprop } from "./optimizers/rmsprop.ts";
import { sgd } from "./optimizers/sgd.ts";
import { sigmoid } from "./layers/sigmoid.ts";
import { softmaxCrossEntropy } from "./losses/softmax_cross_entropy.ts";
import { tanh } from "./layers/tanh.ts";

/** What ships with the program. */
export const kernels: Omit<Registry, "schedulers"> = {
  layers: [conv2d, relu, sigmoid, tanh, maxPool2d, avgPool2d, flatten, linear, dropout],
  losses: [softmaxCrossEntropy, mse],
  metrics: [accuracy],
  optimizers: [sgd, momentum, adam, adamw, rmsprop],
  batch,
};
