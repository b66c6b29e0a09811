/**
 * The nets of the suite: those that ship, and such as people write that nobody had tuned for.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { projectFile, specFile } from "../measure/programs.ts";

/** Names of the nets that ship. */
const SHIPPED = ["mnist_cnn", "lenet5", "mnist_mlp"];

/** All nets, in the order in which they are measured: those that ship, the same by other batches, and others. */
export const SUITE: readonly string[] = [
  ...SHIPPED,
  ...["cnn_batch1", "cnn_batch30", "cnn_batch100", "cnn_batch256"],
  ...["tiny", "wide_mlp", "cifar_vgg", "vgg_deep", "nin", "allconv"],
];

/** The file of a net, by its name in `bench/nets/` or `specs/`, or by a path. */
export function netFile(word: string): string {
  const own = projectFile(`bench/nets/${word}.json`);
  return !/[/\\]/.test(word) && existsSync(own) ? own : specFile(word);
}
