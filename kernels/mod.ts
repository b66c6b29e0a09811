/**
 * All layers, losses and optimizers a spec can name. To add one: its file, and its line here.
 *
 * @module
 */
import type { Registry } from "../codegen/layer.ts";
import { adam } from "./adam.ts";
import { avgPool2d } from "./avg_pool2d.ts";
import * as batch from "./batch.ts";
import { conv2d } from "./conv2d.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { linear } from "./linear.ts";
import { maxPool2d } from "./max_pool2d.ts";
import { momentum } from "./momentum.ts";
import { mse } from "./mse.ts";
import { relu } from "./relu.ts";
import { sgd } from "./sgd.ts";
import { sigmoid } from "./sigmoid.ts";
import { softmaxCrossEntropy } from "./softmax_cross_entropy.ts";
import { tanh } from "./tanh.ts";

/** What ships with the program. */
export const kernels: Omit<Registry, "schedulers"> = {
  layers: [conv2d, relu, sigmoid, tanh, maxPool2d, avgPool2d, flatten, linear, dropout],
  losses: [softmaxCrossEntropy, mse],
  optimizers: [sgd, momentum, adam],
  batch,
};
