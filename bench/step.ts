/**
 * What the compiler brings: training images/s of a net, generated kernels against generic loops over run-time shapes
 * (`naive.ts`), measured in turn in one run; and each kernel's GFLOP/s.
 *
 *     deno task bench:step [SPEC] [--target T] [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  backendOf,
  type DataSplit,
  findTarget,
  type KernelTime,
  limitSamples,
  loadMnist,
  loadSpec,
  loadTuning,
  measureMachine,
  processorTargets,
  type Spec,
  timeKernels,
  train,
  type Tuning,
} from "../mod.ts";
import { commandLine } from "./measure/command_line.ts";
import { environmentOf, fail, jsonFile } from "./measure/environment.ts";
import { openGate } from "./measure/gate.ts";
import { projectFile, specFile } from "./measure/programs.ts";
import { noiseNotes, summary } from "./measure/summary.ts";
import { textTable } from "./measure/table.ts";
import { type Contender, type Measured, measureInTurn } from "./measure/turns.ts";
import { NaiveNetwork, type NaiveSpec } from "./naive.ts";
import { kernelTable } from "./step/kernels.ts";

const USAGE = "Usage: deno task bench:step [SPEC] [--target T] [--json FILE]\n" +
  "SPEC is a JSON file or the name of a net in specs/ (default: mnist_cnn), T one target (default: each but webgpu);\n" +
  "it takes about two minutes";

/** Each configuration is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Steps of the naive network per round; it needs as long as hundreds of the generated ones. */
const NAIVE_STEPS = 4;
/** Images per round for generated code. */
const IMAGES = 9_600;
/** The row that the others are compared with. */
const BASE = "naive, 1 thread";

const parse = () =>
  parseArgs({
    options: {
      target: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });

function check({ values: { target, json }, positionals }: ReturnType<typeof parse>) {
  if (positionals.length > 1) throw new Error(`"${positionals[1]}" is too much`);
  const chosen = target === undefined ? processorTargets.toReversed() : [findTarget(target)];
  return { json, word: positionals[0] ?? "mnist_cnn", chosen };
}

/** The naive loops: images/s. */
function naive(spec: Spec, { train: { inputs, labels, samples } }: DataSplit): Contender<number> {
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, Float32Array), { batchSize } = spec;
  for (const { values, fanIn, fanOut } of network.parameters.values()) {
    const scale = values.length > fanOut ? Math.sqrt(2 / (fanIn + fanOut)) : 0;
    values.forEach((_, i) => values[i] = (2 * Math.random() - 1) * scale);
  }
  const size = inputs.length / samples;
  const batch = Float32Array.from(inputs.subarray(0, batchSize * size), (byte) => byte / 255);
  const measure = () => {
    const start = performance.now();
    for (let i = 0; i < NAIVE_STEPS; i++) network.trainStep(batch, labels!.subarray(0, batchSize), batchSize, 0.001);
    return NAIVE_STEPS * batchSize / ((performance.now() - start) / 1000);
  };
  return { name: BASE, prepare: () => void measure(), measure };
}

/** Generated code: images/s. */
function generated(spec: Spec, data: DataSplit, target: string, threads: number, name: string, tuning: Tuning) {
  const images = { train: limitSamples(data.train, IMAGES), test: limitSamples(data.test, 64) };
  return {
    name,
    async measure() {
      const { report } = await train(spec, images, { target, threads, epochs: 2, tuning });
      // the first epoch warms V8 up
      return IMAGES / report.epochs[1].seconds;
    },
  };
}

/** Images/s of each configuration. */
function printRates(spec: Spec, measured: Readonly<Record<string, Measured<number>>>): void {
  const base = summary(measured[BASE].values).median;
  console.log(`${spec.name}, batch ${spec.batchSize}: training images/s, ${ROUNDS} rounds in turn\n`);
  const rows = Object.entries(measured).map(([name, { values }]) => {
    const { median, most, spread } = summary(values);
    return [name, median.toFixed(0), most.toFixed(0), `${(100 * spread).toFixed(1)} %`, (median / base).toFixed(1)];
  });
  for (const line of textTable([["", "median", "best", "spread", "against naive"], ...rows])) console.log(line);
  for (const note of noiseNotes(measured)) console.log(`\n${note}`);
}

const { json, word, chosen } = commandLine({ usage: USAGE }, parse, check);
const file = await jsonFile(json);
try {
  const load = Deno.loadavg()[0];
  const spec = await loadSpec(specFile(word), word);
  const tuning = await loadTuning(projectFile("generated/tuning.json")), data = await loadMnist();
  const contenders = [
    naive(spec, data),
    ...chosen.flatMap((target) => {
      const { name } = target, { takesThreads } = backendOf(target);
      return (takesThreads ? [1, 2] : [1]).map((threads) => {
        const called = takesThreads ? `${name}, ${threads} thread${threads > 1 ? "s" : ""}` : name;
        return generated(spec, data, name, threads, called, tuning);
      });
    }),
  ];
  const say = (what: string) => console.error(what);
  const measured = await measureInTurn(contenders, { rounds: ROUNDS, gate: await openGate(), say });
  printRates(spec, measured);

  // what one core can do, as this process was started
  const machine = await measureMachine({ probes: ["mode", "arithmetic", "bandwidth"] });
  const limits = {
    peak: machine.arithmetic!.one,
    memory: machine.bandwidth!.read.one,
    secondCache: machine.bandwidth!.secondCache,
  };
  console.log(
    `\npeak of one core: ${limits.peak.toFixed(0)} GFLOP/s (packing: ${machine.mode!.packing}); ` +
      `memory ${limits.memory.toFixed(0)} GB/s, second cache ${limits.secondCache.toFixed(0)} GB/s`,
  );
  const kernels: Record<string, readonly KernelTime[]> = {};
  for (const each of chosen) {
    const { name: target } = each, { takesThreads } = backendOf(each);
    kernels[target] = await timeKernels(spec, { target, tuning });
    const where = takesThreads ? "one thread" : "each alone on the device";
    console.log(`\n${target}: kernels of a step, ${where}, each checked first: best of its runs\n`);
    for (const line of kernelTable(kernels[target], target, takesThreads ? limits : undefined)) console.log(line);
  }
  const environment = environmentOf(machine, load);
  const rates = Object.fromEntries(Object.entries(measured).map(([name, { values }]) => [name, values]));
  await file?.write({
    net: spec.name,
    ...environment,
    machine: { ...machine, ...environment.machine },
    rates,
    kernels,
  });
} catch (error) {
  fail(error);
}
