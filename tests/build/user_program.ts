/** A program of a user of the package, as text: it trains with two threads, and saves, reads and asks what it has trained. */

/** What the program finds of a target. */
export interface Outcome {
  readonly threads: number;
  readonly losses: readonly number[];
  /** SHA-256 of all parameters, as they are read back where there are files. */
  readonly parameters: string;
  readonly labels: readonly number[];
  /** Losses of the same, trained as a net in memory; not of target typescript. */
  readonly inMemory?: readonly number[];
}

/** A module that uses the package. `from`: what it imports it as. It exports `outcomes(targets, file?)`. */
export const userModule = (from: string): string => `
import { fromArrays, loadCheckpoint, loadPredictor, open, parseSpec, saveCheckpoint, train } from ${
  JSON.stringify(from)
};

const spec = parseSpec({
  name: "sum",
  input: [4],
  batchSize: 8,
  layers: [{ type: "linear", outFeatures: 16 }, { type: "relu" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 20, optimizer: { type: "adam", learningRate: 0.01 } },
});
const inputs = Float32Array.from({ length: 160 }, (_, i) => ((i * 37) % 101) / 101);
const classes = Array.from({ length: 40 }, (_, sample) => {
  const sum = inputs.subarray(4 * sample, 4 * sample + 4).reduce((a, b) => a + b);
  return sum < 1.7 ? 0 : sum < 2.2 ? 1 : 2;
});
const data = fromArrays(inputs, classes, [4]);

async function readBack(file, checkpoint) {
  await saveCheckpoint(file, checkpoint);
  return await loadCheckpoint(file);
}

/** Losses of a net in memory. */
async function inMemory(target) {
  const net = await open(spec, { target, threads: 2, seed: 7 });
  const { epochs } = await net.train({ x: inputs, y: classes });
  net.close();
  return epochs.map(({ loss }) => loss);
}

export async function outcomes(targets, file) {
  const found = {};
  for (const target of targets) {
    const { report, checkpoint } = await train(spec, { train: data, test: data }, { target, threads: 2, seed: 7 });
    const trained = file === undefined ? checkpoint : await readBack(file, checkpoint);
    const bytes = [...trained.parameters.values()].flatMap(({ values }) => [...new Uint8Array(values.slice().buffer)]);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
    const predictor = await loadPredictor(trained, { target });
    found[target] = {
      threads: report.threads,
      losses: report.epochs.map(({ loss }) => loss),
      parameters: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      labels: predictor.predict(inputs).map(({ label }) => label),
      // it is WebAssembly
      ...target !== "typescript" && { inMemory: await inMemory(target) },
    };
  }
  return found;
}
`;

/** A program that prints what a module beside it, `module.js`, finds of targets. */
export const userProgram = (targets: readonly string[]): string => `
import { outcomes } from "./module.js";

console.log(JSON.stringify(await outcomes(${JSON.stringify(targets)}, "net.safetensors")));
`;
