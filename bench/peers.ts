/**
 * Training of a net by this compiler and by other libraries, in turn in one run, each in a process of its own: the same
 * images, the same initial weights, the same steps.
 *
 *     deno task bench:peers [SPEC] [--only ROW] [--images N] [--full] [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measurePeers } from "./comparison/measure.ts";
import { ALL, chosen, OURS } from "./comparison/rows.ts";
import { peersText } from "./comparison/text.ts";
import { commandLine } from "./measure/command_line.ts";
import { jsonFile } from "./measure/environment.ts";
import { specFile } from "./measure/programs.ts";

const USAGE = "Usage: deno task bench:peers [SPEC] [--only ROW] [--images N] [--full] [--json FILE]";
const HELP = `${USAGE}

trains a net by this compiler and by other libraries; mnist_cnn takes about 6 minutes on two cores

SPEC is a JSON file or the name of a net in specs/ (default: mnist_cnn). jax-js and TensorFlow.js train nets of conv2d,
linear, pools, flatten, relu and tanh. Images are MNIST's, or noise where the net takes others.

  --only ROW    the row of this name, or all whose names have it in them; may be given again (default: all)
  --images N    the most images of a pass: a multiple of the batch up to 60000 (default: 30 batches)
  --full        trains all 10 epochs too, by target wasm_relaxed at full speed
  --json FILE   writes all that was measured, replacing the file if there is one`;

const parse = () =>
  parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      images: { type: "string" },
      full: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

/** Samples of a step. The spec is checked by the processes that train: this one has to stay small. */
function batchOf(word: string): number {
  try {
    return JSON.parse(Deno.readTextFileSync(specFile(word))).batchSize;
  } catch (error) {
    throw new Error(`SPEC is "${word}", which cannot be read: ${(error as Error).message}`);
  }
}

function check({ values, positionals: [word = "mnist_cnn", ...more] }: ReturnType<typeof parse>) {
  if (more.length > 0) throw new Error(`"${more[0]}" is too much`);
  if (values.full && word !== "mnist_cnn") throw new Error("--full is for mnist_cnn only");
  const batchSize = batchOf(word);
  const images = values.images === undefined ? 30 * batchSize : Number(values.images);
  if (!Number.isInteger(images) || images < batchSize || images > 60_000 || images % batchSize !== 0) {
    throw new Error(`--images is ${values.images}; expected a multiple of ${batchSize} up to 60000`);
  }
  for (const word of values.only) {
    if (chosen(word).length > 0) continue;
    throw new Error(`--only is "${word}", which no row has in its name: ${ALL.map(({ name }) => name).join("; ")}`);
  }
  return { ...values, word, batchSize, images };
}

/** Says what is wrong; the program ends with exit code 1 then. */
function complain(message: string): void {
  console.error(`error: ${message}`);
  Deno.exitCode = 1;
}

const { word, batchSize, only, images, full, json } = commandLine({ usage: USAGE, help: HELP }, parse, check);
const picked = new Set(only.flatMap(chosen));
const file = await jsonFile(json);
try {
  const trainers = ALL.filter((trainer) => only.length === 0 || picked.has(trainer));
  const results = await measurePeers(trainers, { word, batchSize, images, full }, complain);
  console.log(peersText(results, OURS.map(({ name }) => name)));
  await file?.write(results);
} catch (error) {
  complain((error as Error).message);
}
