/**
 * The nets that come with a package: it has no folder that all of its homes can read.
 *
 * @module
 */
import lenet5 from "../specs/lenet5.json" with { type: "json" };
import mnistCnn from "../specs/mnist_cnn.json" with { type: "json" };
import mnistMlp from "../specs/mnist_mlp.json" with { type: "json" };
import mnistOneEpoch from "../specs/mnist_one_epoch.json" with { type: "json" };

/** Specs as JSON, by their names: all in specs/. */
export const SHIPPED: Readonly<Record<string, unknown>> = {
  lenet5,
  mnist_cnn: mnistCnn,
  mnist_mlp: mnistMlp,
  mnist_one_epoch: mnistOneEpoch,
};
