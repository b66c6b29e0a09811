/**
 * The run that README's table names: all epochs of `mnist_cnn` on all of MNIST, then the test, as `deno task train` makes
 * it. Prints what `../peers.ts` keeps of it, as JSON.
 *
 *     deno run bench/comparison/whole_run.ts TARGET
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { loadMnist, loadSpec, train } from "../../mod.ts";
import type { WholeRun } from "./results.ts";

const [target] = Deno.args;
const [spec, data] = await Promise.all([
  loadSpec(fileURLToPath(new URL("../../specs/mnist_cnn.json", import.meta.url))),
  loadMnist(),
]);
const { report: { epochs, training, test, threads, seed } } = await train(spec, data, { target });
const run: WholeRun = {
  target,
  threads,
  seed,
  epochs: epochs.length,
  images: training.images,
  seconds: training.seconds,
  loss: epochs.at(-1)!.loss,
  correct: test.correct!,
  tested: test.total,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(run));
