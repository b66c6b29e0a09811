/**
 * Times predictions: how long one call takes that asks a trained net about some samples, in one thread, when all is warm.
 *
 *     deno task bench:predict [--json FILE]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asStarted, findTarget, limitSamples, loadMnist, loadPredictor, loadSpec, runsHere, train } from "../mod.ts";
import { jsonFile } from "./json_file.ts";

/** Samples that a call asks about. */
const BATCHES = [1, 16];
/** Calls that are not counted, and how long calls are timed for at least, in milliseconds. */
const WARM_UP = 300, LEAST = 1000;
/** Targets that need no program beside Deno. */
const TARGETS = ["wasm_relaxed", "wasm"];

const USAGE = "usage: deno task bench:predict [--json FILE]\n" +
  "times calls that predict, in one thread; FILE is one in runs/. It takes about half a minute";

function commandLine() {
  try {
    const options = { json: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    const { values } = parseArgs({ options });
    if (!values.help) return values;
    console.log(asStarted(USAGE));
    Deno.exit(0);
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message.split("\n")[0]}\n${USAGE}`));
    Deno.exit(2);
  }
}

const { json } = commandLine();
const file = await jsonFile(json);
const { train: samples, test } = await loadMnist();
const pixels = test.inputs as Uint8Array, size = pixels.length / test.samples;

/** Microseconds of a call, of many: each asks about other images than the one before. */
function timed(call: (inputs: Float32Array) => unknown, batchSize: number) {
  // floats, as a program has them that makes its images itself
  const inputs = Array.from(
    { length: 100 },
    (_, i) =>
      Float32Array.from(pixels.subarray(i * batchSize * size, (i + 1) * batchSize * size), (byte) => byte / 255),
  );
  for (let i = 0; i < WARM_UP; i++) call(inputs[i % inputs.length]);
  const times: number[] = [];
  for (let total = 0; total < LEAST;) {
    const begin = performance.now();
    call(inputs[times.length % inputs.length]);
    times.push(performance.now() - begin);
    total += times[times.length - 1];
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => 1000 * times[Math.floor(share * (times.length - 1))];
  return { calls: times.length, median: at(0.5), least: at(0), most95: at(0.95) };
}

const rows = [];
const cell = (value: number | string) => String(typeof value === "number" ? value.toFixed(1) : value).padStart(9);
console.log(`net         target        batch   median  fastest     95 %   microseconds a call; ready after, in ms`);
for (const net of ["mnist_cnn", "lenet5", "mnist_mlp"]) {
  const spec = await loadSpec(fileURLToPath(new URL(`../specs/${net}.json`, import.meta.url)));
  const some = limitSamples(samples, 1280);
  const { parameters } = await train(spec, { train: some, test: some }, { epochs: 1, threads: 1 });
  const weights = { spec, parameters };
  for (const target of TARGETS.filter((name) => runsHere(findTarget(name)))) {
    for (const batchSize of BATCHES) {
      const begin = performance.now();
      const predictor = await loadPredictor(weights, { target, batchSize }), ready = performance.now() - begin;
      const times = timed((inputs) => predictor.predict(inputs), batchSize);
      rows.push({ net, target, batchSize, ready, ...times });
      console.log(
        `${net.padEnd(12)}${target.padEnd(12)}${String(batchSize).padStart(7)}` +
          `${cell(times.median)}${cell(times.least)}${cell(times.most95)}   ${ready.toFixed(0)}`,
      );
    }
  }
}
await file?.write({ deno: Deno.version.deno, microseconds: rows });
