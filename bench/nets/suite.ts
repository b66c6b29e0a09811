/**
 * The nets of the suite: those that ship, and such as people write that nobody had tuned for.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { projectFile, specFile } from "../measure/programs.ts";

/** Nets of MNIST. */
const MNIST = ["mnist_cnn", "lenet5", "mnist_mlp"];
/** mnist_cnn by other batches. */
const BATCHES = ["cnn_batch1", "cnn_batch30", "cnn_batch100", "cnn_batch256"];
/** Nets of many channels, as people write them. */
const CHANNELS = ["cifar_vgg", "vgg_deep", "nin", "allconv"];
/** Nets that others have published. */
const PUBLISHED = ["resnet8", "resnet20", "mobilenet_v1", "ds_cnn", "autoencoder", "har_cnn"];

/** All nets, in the order in which they are measured. */
export const SUITE: readonly string[] = [...MNIST, ...BATCHES, "tiny", "wide_mlp", ...CHANNELS, ...PUBLISHED];

/** Those with a row in README's table. */
export const SHOWN: readonly string[] = [...MNIST, ...CHANNELS, ...PUBLISHED];

/** The file of a net, by its name in `bench/nets/` or `specs/`, or by a path. */
export function netFile(word: string): string {
  const own = projectFile(`bench/nets/${word}.json`);
  return !/[/\\]/.test(word) && existsSync(own) ? own : specFile(word);
}
