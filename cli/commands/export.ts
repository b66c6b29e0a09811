/**
 * Writes a trained net for other programs.
 *
 * @module
 */
import { resolve } from "node:path";
import { exportOnnx, prepareCheckpoint, prepareFile, sameFile, saveCheckpoint, writeDurably } from "../../mod.ts";
import { type Command, type Line, OK, UsageError } from "../command.ts";
import { inTask, requiredFlag } from "../flags.ts";
import { makeRuns } from "../folders.ts";
import { loadNetWithWeights } from "../nets.ts";
import { print } from "../output.ts";
import { shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "write a trained net for other programs: ONNX, or safetensors",
  words: "WEIGHTS [NET]",
  least: 1,
  most: 2,
  notes: [
    "WEIGHTS is a checkpoint, or weights of another program, of the net NET.",
    "A file named .onnx becomes a model of opset 17 from input [batch, ...] to output, what the last layer gives; one",
    "named .safetensors the weights alone, named and laid out as PyTorch has them.",
    ...inTask("In a task, paths count from the project's folder, and it may write to runs/ only."),
  ],
  flags: { out: { value: "FILE", text: "what is written, .onnx or .safetensors; it replaces its own kind only" } },
  example: "deno task export runs/mnist_cnn.safetensors --out runs/mnist_cnn.onnx",
  writes: true,
  run: exportNet,
};

async function exportNet({ words: [file, net], flags }: Line): Promise<number> {
  const out = resolve(requiredFlag(flags, "out", "the file that is to be written, .onnx or .safetensors"));
  if (!/\.(onnx|safetensors)$/.test(out)) {
    throw new UsageError(`--out is "${flags.out}"; its ending must be .onnx or .safetensors`);
  }
  if (await sameFile(out, resolve(file))) throw new UsageError("--out names the file that is exported");
  await makeRuns([out]);
  const { spec, parameters } = await loadNetWithWeights(file, net, "export WEIGHTS NET");
  if (out.endsWith(".onnx")) {
    await prepareFile(out, "model");
    await writeDurably(out, [await exportOnnx({ spec, parameters })]);
  } else {
    await prepareCheckpoint(out, { weightsOnly: true });
    await saveCheckpoint(out, { spec, parameters });
  }
  print(`wrote ${shortPath(out)}\n`);
  return OK;
}
