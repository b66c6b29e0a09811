/**
 * Training of `mnist_cnn` by this compiler and by other libraries, in turn in one run, each in a process of its own: the
 * same images, the same initial weights, the same steps.
 *
 *     deno task bench:peers [--only ROW] [--images N] [--full] [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measurePeers } from "./comparison/measure.ts";
import { ALL, chosen, OURS } from "./comparison/rows.ts";
import { peersText } from "./comparison/text.ts";
import { commandLine } from "./measure/command_line.ts";
import { jsonFile } from "./measure/environment.ts";
import { projectFile } from "./measure/programs.ts";

const USAGE = "usage: deno task bench:peers [--only ROW] [--images N] [--full] [--json FILE]";
const HELP = `${USAGE}

trains mnist_cnn by this compiler and by other libraries; about 6 minutes on two cores

  --only ROW    the row of this name, or all whose names have it in them; may be given again
  --images N    the most images of a pass: a multiple of 64 up to 60000 (default: 1920)
  --full        trains all 10 epochs too, by target wasm_relaxed at full speed
  --json FILE   writes all that was measured, replacing the file if there is one`;

const { batchSize } = JSON.parse(Deno.readTextFileSync(projectFile("specs/mnist_cnn.json")));

const parse = () =>
  parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      images: { type: "string", default: "1920" },
      full: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });

function check({ values }: ReturnType<typeof parse>) {
  const images = Number(values.images);
  if (!Number.isInteger(images) || images < batchSize || images > 60_000 || images % batchSize !== 0) {
    throw new Error(`--images is ${values.images}; expected a multiple of ${batchSize} up to 60000`);
  }
  for (const word of values.only) {
    if (chosen(word).length > 0) continue;
    throw new Error(`--only is "${word}", which no row has in its name: ${ALL.map(({ name }) => name).join("; ")}`);
  }
  return { ...values, images };
}

/** Says what is wrong; the program ends with exit code 1 then. */
function complain(message: string): void {
  console.error(`error: ${message}`);
  Deno.exitCode = 1;
}

const { only, images, full, json } = commandLine({ usage: USAGE, help: HELP }, parse, check);
const picked = new Set(only.flatMap(chosen));
const file = await jsonFile(json);
try {
  const trainers = ALL.filter((trainer) => only.length === 0 || picked.has(trainer));
  const results = await measurePeers(trainers, { batchSize, images, full }, complain);
  console.log(peersText(results, OURS.map(({ name }) => name)));
  await file?.write(results);
} catch (error) {
  complain((error as Error).message);
}
