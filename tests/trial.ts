/**
 * What a program does with the package, wherever it runs: compiles a net for every target, trains one from arrays, asks it.
 *
 * @module
 */
import { sha256 } from "../codegen/sha256.ts";
import { compile, fromArrays, loadPredictor, parseSpec, train } from "../mod.ts";

/** What it found, as JSON can have it. */
export interface Outcome {
  /** SHA-256 of each file of a net, by target and name. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The loss of each epoch, and the class that the trained net takes each sample for. */
  readonly losses: readonly number[];
  readonly labels: readonly number[];
  /** Threads that trained. */
  readonly threads: number;
}

const SAMPLES = 40;
const SPEC = {
  name: "sum",
  input: [4],
  batchSize: 8,
  layers: [{ type: "linear", outFeatures: 16 }, { type: "relu" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 20, optimizer: { type: "adam", learningRate: 0.01 } },
};

/**
 * @param spec of the net that is compiled.
 * @param target of the net that is trained.
 */
export async function trial(spec: unknown, target: string, threads: number): Promise<Outcome> {
  const net = parseSpec(spec), files: Record<string, Record<string, string>> = {};
  for (const target of ["wasm_relaxed", "wasm", "typescript", "webgpu"]) {
    const texts = Object.entries(compile(net, { target }).files);
    files[target] = Object.fromEntries(texts.map(([name, text]) => [name, sha256(text)]));
  }
  const inputs = Float32Array.from({ length: 4 * SAMPLES }, (_, i) => ((i * 37) % 101) / 101);
  const classes = Array.from({ length: SAMPLES }, (_, sample) => {
    const sum = inputs.subarray(4 * sample, 4 * sample + 4).reduce((a, b) => a + b);
    return sum < 1.7 ? 0 : sum < 2.2 ? 1 : 2;
  });
  const data = fromArrays(inputs, classes, [4]);
  const { report, checkpoint } = await train(parseSpec(SPEC), { train: data, test: data }, { target, threads });
  const predictor = await loadPredictor(checkpoint, { target });
  return {
    files,
    losses: report.epochs.map(({ loss }) => loss),
    labels: predictor.predict(inputs).map(({ label }) => label!),
    threads: report.threads,
  };
}
