/** A program of a user of the package, as text: it trains with two threads, and saves, reads and asks what it has trained. */

/** What the program prints, of a target. */
export interface Outcome {
  readonly threads: number;
  readonly losses: readonly number[];
  /** SHA-256 of all parameters, as the checkpoint's file has them. */
  readonly parameters: string;
  readonly labels: readonly number[];
}

/**
 * @param from what the package is imported as.
 * @param targets what is trained on.
 * @returns a module in JavaScript that writes `net.safetensors` into the current folder, and prints outcomes by targets.
 */
export const userProgram = (from: string, targets: readonly string[]): string => `
import { fromArrays, loadCheckpoint, loadPredictor, parseSpec, saveCheckpoint, train } from ${JSON.stringify(from)};

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
const outcomes = {};
for (const target of ${JSON.stringify(targets)}) {
  const { report, checkpoint } = await train(spec, { train: data, test: data }, { target, threads: 2, seed: 7 });
  await saveCheckpoint("net.safetensors", checkpoint);
  const read = await loadCheckpoint("net.safetensors");
  const predictor = await loadPredictor(read, { target });
  const bytes = [...read.parameters.values()].flatMap(({ values }) => [...new Uint8Array(values.slice().buffer)]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  outcomes[target] = {
    threads: report.threads,
    losses: report.epochs.map(({ loss }) => loss),
    parameters: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    labels: predictor.predict(inputs).map(({ label }) => label),
  };
}
console.log(JSON.stringify(outcomes));
`;
