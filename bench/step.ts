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
  asStarted,
  backendOf,
  findTarget,
  type KernelTime,
  limitSamples,
  loadMnist,
  loadSpec,
  loadTuning,
  measureMachine,
  processorTargets,
  timeKernels,
  train,
} from "../mod.ts";
import { jsonFile } from "./json_file.ts";
import { NaiveNetwork, type NaiveSpec } from "./naive.ts";
import { median } from "./results.ts";

const USAGE = "usage: deno task bench:step [SPEC] [--target T] [--json FILE]\n" +
  "SPEC is a JSON file or the name of a net in specs/ (default: mnist_cnn), T one target (default: each but webgpu);\n" +
  "it takes about two minutes";

function commandLine() {
  try {
    const options = {
      target: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`"${positionals[1]}" is too much`);
    if (!values.help) {
      const chosen = values.target === undefined ? processorTargets.toReversed() : [findTarget(values.target)];
      return { json: values.json, word: positionals[0] ?? "mnist_cnn", chosen };
    }
    console.log(asStarted(USAGE));
    Deno.exit(0);
  } catch (error) {
    console.error(asStarted(`error: ${(error as Error).message}\n${USAGE}`));
    Deno.exit(2);
  }
}

const { json, word, chosen } = commandLine();
const file = await jsonFile(json);
const path = /[/\\]|\.json$/.test(word) ? word : `${import.meta.dirname}/../specs/${word}.json`;
const fail = ({ message }: Error): never => {
  console.error(`error: ${message}`);
  Deno.exit(1);
};
const spec = await loadSpec(path, word).catch(fail);
const net = spec.name;

const tuning = await loadTuning(`${import.meta.dirname}/../generated/tuning.json`);

/** Each configuration is measured so often, in turn with the others. */
const ROUNDS = 3;
/** Steps of the naive network per round; it needs as long as hundreds of the generated ones. */
const NAIVE_STEPS = 4;
/** Bytes that the second cache of most processors holds. */
const SECOND_CACHE = 2 ** 20;
/** Seconds of a division or root: in a vector of 256 bits, for each of its numbers, and alone; about those of x64's. */
const SLOW_IN_VECTOR = 0.25e-9, SLOW_ALONE = 0.9e-9;
/** A kernel that takes so few seconds is bound by nothing that is worth a name. */
const SHORT = 2e-5;
/** Images per round for generated code. */
const IMAGES = 9_600;

const data = await loadMnist();
const sample = data.train.inputs.length / data.train.samples;

const naive = new NaiveNetwork(spec as unknown as NaiveSpec, Float32Array);
for (const { values, fanIn, fanOut } of naive.parameters.values()) {
  const scale = values.length > fanOut ? Math.sqrt(2 / (fanIn + fanOut)) : 0;
  values.forEach((_, i) => values[i] = (2 * Math.random() - 1) * scale);
}
const batch = Float32Array.from(data.train.inputs.subarray(0, spec.batchSize * sample), (byte) => byte / 255);
const labels = data.train.labels.subarray(0, spec.batchSize);

function naiveRate(): number {
  const start = performance.now();
  for (let i = 0; i < NAIVE_STEPS; i++) naive.trainStep(batch, labels, spec.batchSize, 0.001);
  return NAIVE_STEPS * spec.batchSize / ((performance.now() - start) / 1000);
}

async function generatedRate(target: string, threads: number): Promise<number> {
  const images = { train: limitSamples(data.train, IMAGES), test: limitSamples(data.test, 64) };
  const { report } = await train(spec, images, { target, threads, epochs: 2, tuning }).catch(fail);
  // the first epoch warms V8 up
  return IMAGES / report.epochs[1].seconds;
}

const configurations: Record<string, () => number | Promise<number>> = { "naive, 1 thread": naiveRate };
for (const target of chosen) {
  const { name } = target, { takesThreads } = backendOf(target);
  for (const threads of takesThreads ? [1, 2] : [1]) {
    const configuration = !takesThreads ? name : `${name}, ${threads} thread${threads > 1 ? "s" : ""}`;
    configurations[configuration] = () => generatedRate(name, threads);
  }
}
const rates: Record<string, number[]> = Object.fromEntries(Object.keys(configurations).map((name) => [name, []]));
naiveRate();
for (let round = 0; round < ROUNDS; round++) {
  console.error(`round ${round + 1} of ${ROUNDS}`);
  for (const [name, measure] of Object.entries(configurations)) rates[name].push(await measure());
}
const base = median(rates["naive, 1 thread"]);

console.log(`${net}, batch ${spec.batchSize}: training images/s, ${ROUNDS} rounds in turn\n`);
console.log(`${"".padEnd(24)}  median    best  against naive`);
for (const [name, values] of Object.entries(rates)) {
  const ratio = median(values) / base;
  console.log(
    `${name.padEnd(24)} ${median(values).toFixed(0).padStart(7)} ${Math.max(...values).toFixed(0).padStart(7)} ${
      ratio.toFixed(1).padStart(14)
    }`,
  );
}

/** GFLOP/s and GB/s that one core can do, as this process was started. */
const machine = await measureMachine({ probes: ["mode", "arithmetic", "bandwidth"] });
const peak = machine.arithmetic!.one, { read, secondCache } = machine.bandwidth!;
console.log(
  `\npeak of one core: ${peak.toFixed(0)} GFLOP/s (packing: ${machine.mode!.packing}); memory ${
    read.one.toFixed(0)
  } GB/s, ` +
    `second cache ${secondCache.toFixed(0)} GB/s`,
);

const kernels: Record<string, readonly KernelTime[]> = {};
for (const each of chosen) {
  const { name: target } = each, { takesThreads } = backendOf(each);
  const times = kernels[target] = await timeKernels(spec, { target, tuning }).catch(fail);
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const where = takesThreads ? "one thread" : "each alone on the device";
  console.log(`\n${target}: kernels of a step, ${where}, each checked first: best of its runs\n`);
  // the peak is that of a core
  const ofPeak = (flops: number, seconds: number) =>
    !takesThreads ? "" : ` ${(100 * flops / seconds / 1e9 / peak).toFixed(0).padStart(7)}%`;
  console.log(
    `${"".padEnd(42)}      ms  share  GFLOP/s${takesThreads ? "  of peak" : ""}    GB/s${
      takesThreads ? "  what bounds it" : ""
    }`,
  );
  for (const time of times) {
    const { kernel, seconds, flops, bytes } = time;
    console.log(
      `${kernel.padEnd(42)} ${(1000 * seconds).toFixed(3).padStart(7)} ${
        (100 * seconds / total).toFixed(1).padStart(5)
      }% ` +
        `${(flops / seconds / 1e9).toFixed(1).padStart(8)}${ofPeak(flops, seconds)} ${
          (bytes / seconds / 1e9).toFixed(1).padStart(7)
        }${takesThreads ? `  ${bound(time, target)}` : ""}`,
    );
  }
  const flops = times.reduce((sum, k) => sum + k.flops, 0);
  console.log(
    `${"all".padEnd(42)} ${(1000 * total).toFixed(3).padStart(7)}  100.0% ${
      (flops / total / 1e9).toFixed(1).padStart(7)
    }${ofPeak(flops, total)}`,
  );
}

/** Which of what a kernel needs takes most of its time, in a sentence. */
function bound({ seconds, flops, bytes, slow, gathers, vectors }: KernelTime, target: string): string {
  const near = bytes <= SECOND_CACHE ? secondCache : read.one;
  const needs = [
    { share: flops / (1e9 * peak) / seconds, what: "multiplications and additions, at the core's peak" },
    {
      share: bytes / (1e9 * near) / seconds,
      what: `moving ${(bytes / 1e6).toFixed(1)} MB, at the rate of ${
        bytes <= SECOND_CACHE ? "the second cache" : "memory"
      }`,
    },
    { share: slow * (vectors ? SLOW_IN_VECTOR : SLOW_ALONE) / seconds, what: "divisions, roots and exponentials" },
  ].sort((a, b) => b.share - a.share);
  const [{ share, what }] = needs;
  const said = `${(100 * share).toFixed(0)} % of the time is ${what}`;
  if (share > 1.1) return `moving ${(bytes / 1e6).toFixed(1)} MB, faster than memory gives them: they are in a cache`;
  if (share >= 0.5) return said;
  if (seconds < SHORT) return "short: mostly the start and end of its loops";
  if (gathers) return "elements are fetched one by one, by the samples' numbers";
  if (!vectors) {
    return target === "typescript"
      ? "scalar code: one element at a time"
      : "no vectors: its operands are no neighbours in memory";
  }
  return `${said}; the rest is waiting: for loads, and for sums that follow each other`;
}

await file?.write({ net, date: new Date().toISOString().slice(0, 10), machine, rates, kernels });
