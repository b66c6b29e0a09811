/**
 * Times predictions: how long one call takes that asks a trained net about some samples, in one thread, when all is warm.
 *
 *     deno task bench:predict [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  findTarget,
  limitSamples,
  loadMnist,
  loadPredictor,
  loadSpec,
  measureMachine,
  type Predictor,
  runsHere,
  train,
  type Weights,
} from "../mod.ts";
import { type CallTimes, timeCalls } from "./measure/calls.ts";
import { commandLine } from "./measure/command_line.ts";
import { environmentOf, fail, jsonFile } from "./measure/environment.ts";
import { openGate } from "./measure/gate.ts";
import { projectFile } from "./measure/programs.ts";
import { median, noiseNotes } from "./measure/summary.ts";
import { textTable } from "./measure/table.ts";
import { type Contender, measureInTurn } from "./measure/turns.ts";

const NETS = ["mnist_cnn", "lenet5", "mnist_mlp"];
/** Targets that need no program beside Deno. */
const TARGETS = ["wasm_relaxed", "wasm"];
/** Samples that a call asks about. */
const BATCHES = [1, 16];
/** Each is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Calls that are not counted, and how long calls are timed for at least in a round, in milliseconds. */
const WARM_UP = 300, LEAST = 350;
/** Batches of images that are asked about, one after the other. */
const DIFFERENT = 100;

const USAGE = "Usage: deno task bench:predict [--json FILE]\n" +
  "times calls that predict, in one thread; FILE is one in runs/. It takes about half a minute";

const parse = () => parseArgs({ options: { json: { type: "string" }, help: { type: "boolean", short: "h" } } });

/** A net, a target and a batch size, as it is measured. */
interface Asked extends Contender<CallTimes> {
  readonly net: string;
  readonly target: string;
  readonly batchSize: number;
  /** Milliseconds until it could be asked. */
  ready: number;
}

function asked(weights: Weights, target: string, batchSize: number, pixels: Uint8Array, size: number): Asked {
  let predictor: Predictor, inputs: Float32Array[];
  return {
    name: `${weights.spec.name}, ${target}, batch ${batchSize}`,
    net: weights.spec.name,
    ...{ target, batchSize, ready: 0 },
    async prepare() {
      const begin = performance.now();
      predictor = await loadPredictor(weights, { target, batchSize });
      this.ready = performance.now() - begin;
      // floats, as a program has them that makes its images itself
      inputs = Array.from({ length: DIFFERENT }, (_, i) => {
        const batch = pixels.subarray(i * batchSize * size, (i + 1) * batchSize * size);
        return Float32Array.from(batch, (byte) => byte / 255);
      });
    },
    // each asks about other images than the one before
    measure: () => timeCalls((number) => predictor.predict(inputs[number % DIFFERENT]), WARM_UP, LEAST),
  };
}

const { json } = commandLine({ usage: USAGE }, parse, ({ values }) => values);
const file = await jsonFile(json);
try {
  const load = Deno.loadavg()[0];
  const { train: samples, test } = await loadMnist(), some = limitSamples(samples, 1280);
  const pixels = test.inputs as Uint8Array, size = pixels.length / test.samples;
  const contenders: Asked[] = [];
  for (const net of NETS) {
    const spec = await loadSpec(projectFile(`specs/${net}.json`));
    const { parameters } = await train(spec, { train: some, test: some }, { epochs: 1, threads: 1 });
    for (const target of TARGETS.filter((name) => runsHere(findTarget(name)))) {
      for (const batchSize of BATCHES) contenders.push(asked({ spec, parameters }, target, batchSize, pixels, size));
    }
  }
  const gate = await openGate(), say = (what: string) => console.error(what);
  const measured = await measureInTurn(contenders, { rounds: ROUNDS, gate, say });
  const rows = contenders.map(({ name, net, target, batchSize, ready }) => {
    const times = measured[name].values, of = (key: keyof CallTimes) => times.map((each) => each[key]);
    return {
      ...{ net, target, batchSize, ready },
      calls: of("calls").reduce((sum, calls) => sum + calls, 0),
      median: median(of("median")),
      least: Math.min(...of("least")),
      most95: median(of("most95")),
      rounds: of("median"),
    };
  });
  console.log(`microseconds a call, medians of ${ROUNDS} rounds in turn; ready after, in ms\n`);
  for (
    const line of textTable([
      ["net", "target", "batch", "median", "fastest", "95 %", "ready"],
      ...rows.map(({ net, target, batchSize, median, least, most95, ready }) => [
        net,
        target,
        `${batchSize}`,
        ...[median, least, most95].map((time) => time.toFixed(1)),
        ready.toFixed(0),
      ]),
    ])
  ) console.log(line);
  const rounds = contenders.map(({ name }, i) => [name, { values: rows[i].rounds, slow: measured[name].slow }]);
  for (const note of noiseNotes(Object.fromEntries(rounds))) console.log(`\n${note}`);
  const environment = environmentOf(await measureMachine({ probes: ["arithmetic"] }), load);
  await file?.write({ ...environment, microseconds: rows });
} catch (error) {
  fail(error);
}
