/**
 * Makes a checkpoint of another program's weights.
 *
 * @module
 */
import { resolve } from "node:path";
import { prepareCheckpoint, printable, sameFile, saveCheckpoint } from "../../mod.ts";
import { type Command, type Line, OK, UsageError } from "../command.ts";
import { inTask, requiredFlag } from "../flags.ts";
import { makeRuns } from "../folders.ts";
import { loadNetWithWeights } from "../nets.ts";
import { print } from "../output.ts";
import { shortPath, table } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "make a checkpoint of another program's weights, such as PyTorch's",
  words: "FILE NET",
  least: 2,
  most: 2,
  notes: [
    "FILE is in the format safetensors; NET is the net that the weights are of, a JSON file or its name in specs/.",
    "Layers are found by the shapes of their weights, and by the numbers in their names where several are alike.",
    ...inTask("In a task, paths count from the project's folder, and it may write to runs/ only."),
  ],
  flags: {
    names: {
      value: "MAP",
      text: 'JSON file that tells which is which: {"conv1": "features.0", "linear1.bias": "b"}',
    },
    out: { value: "FILE", text: "the checkpoint; it replaces weights of a checkpoint only" },
  },
  example: "deno task import model.safetensors mnist_cnn --out runs/imported.safetensors",
  writes: true,
  run: importWeights,
};

async function importWeights({ words: [file, net], flags }: Line): Promise<number> {
  const out = resolve(requiredFlag(flags, "out", "the checkpoint that is to be written"));
  if (await sameFile(out, resolve(file))) throw new UsageError("--out names the file that is imported");
  const { named, spec, parameters, names } = await loadNetWithWeights(file, net, undefined, flags.names);
  await makeRuns([out]);
  await prepareCheckpoint(out, { weightsOnly: true });
  await saveCheckpoint(out, { spec: named ?? spec, parameters });
  for (const line of table([...names ?? []].map(([name, theirs]) => [name, `from ${printable(theirs)}`]))) {
    print(`${line}\n`);
  }
  print(`wrote ${shortPath(out)}\n`);
  return OK;
}
