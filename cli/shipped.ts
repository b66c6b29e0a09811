/**
 * The nets that come with a package: it has no folder that all of its homes can read.
 *
 * @module
 */
import autoencoder from "../specs/autoencoder.json" with { type: "json" };
import dsCnn from "../specs/ds_cnn.json" with { type: "json" };
import harCnn from "../specs/har_cnn.json" with { type: "json" };
import lenet5 from "../specs/lenet5.json" with { type: "json" };
import mnistCnn from "../specs/mnist_cnn.json" with { type: "json" };
import mnistMlp from "../specs/mnist_mlp.json" with { type: "json" };
import mnistOneEpoch from "../specs/mnist_one_epoch.json" with { type: "json" };
import mobilenetV1 from "../specs/mobilenet_v1.json" with { type: "json" };
import resnet20 from "../specs/resnet20.json" with { type: "json" };
import resnet8 from "../specs/resnet8.json" with { type: "json" };

/** Specs as JSON, by their names: all in specs/. */
export const SHIPPED: Readonly<Record<string, unknown>> = {
  autoencoder,
  ds_cnn: dsCnn,
  har_cnn: harCnn,
  lenet5,
  mnist_cnn: mnistCnn,
  mnist_mlp: mnistMlp,
  mnist_one_epoch: mnistOneEpoch,
  mobilenet_v1: mobilenetV1,
  resnet20,
  resnet8,
};

/** Those whose code is committed, to be read: what is done to nets is done to these where none is named. */
export const COMMITTED: readonly string[] = ["har_cnn", "lenet5", "mnist_cnn", "mnist_mlp"];
