/**
 * A long run, and many short ones in one process: what a run holds is given back.
 *
 *     deno task soak [EPOCHS] [RUNS] [leak]
 *
 * Trains a small net for 50 epochs on every target, saved after each, and then 100 times over. Memory is what is left
 * after collecting garbage, as the system counts it (resident). Open files and threads are counted on Linux, buffers
 * where there is an adapter. Compared are the most in the beginning
 * and at the end, for files, workers and other threads the least at the end.
 * The exit code is 1 when something grows. `leak`, for the test of this: something does.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fromArrays, parseSpec, saveCheckpoint, train } from "../mod.ts";
import { ignore } from "./adapter.ts";
import { countFiles, countThreads } from "./process_threads.ts";

/** What `--help` says. */
const USAGE = `Usage: deno task soak [EPOCHS] [RUNS] [leak]

Trains a small net for so many epochs (50) on every target, saved after each, and then so many times over (100):
memory, files, threads and GPU buffers stay flat, or the exit code is 1. With "leak", something grows.`;

if (Deno.args.some((word) => word === "-h" || word === "--help")) {
  console.log(USAGE);
  Deno.exit(0);
}
if (!Deno.args.every((word, i) => i < 2 ? /^[1-9]\d{0,5}$/.test(word) : i === 2 && word === "leak")) {
  console.error(`error: ${Deno.args.join(" ")}: expected two whole numbers\n\n${USAGE}`);
  Deno.exit(2);
}
const [epochs, runs, leak] = [Number(Deno.args[0] ?? 50), Number(Deno.args[1] ?? 100), Deno.args[2] === "leak"];
/** How much larger memory may be at the end than after the beginning. */
const GROWTH = 1.05;
/** Threads that pools, such as the runtime's and the graphics driver's, may have begun since: of workers, none. */
const POOL = 8;
/** Epochs, and tenths of the runs, that are the beginning: code is compiled, and pools of memory filled. */
const BEGINNING = 5, BEGINNING_OF_RUNS = 3;

const spec = parseSpec({
  name: "soak",
  input: [1, 8, 8],
  batchSize: 16,
  layers: [
    { type: "conv2d", outChannels: 4, kernel: 3 },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 4 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
});
const images = Uint8Array.from({ length: 64 * 200 }, (_, i) => (i * 7919) % 256);
const data = fromArrays(images, Array.from({ length: 200 }, (_, i) => i % 4), [1, 8, 8]);
const targets = ["typescript", "wasm", "wasm_relaxed", ...ignore ? [] : ["webgpu"]];

/** Buffers of devices that were made and not given back. */
let buffers = 0;
if (!ignore) {
  const { createBuffer } = GPUDevice.prototype, { destroy } = GPUBuffer.prototype, gone = new WeakSet<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (...args) {
    buffers++;
    return createBuffer.apply(this, args);
  };
  GPUBuffer.prototype.destroy = function () {
    if (!gone.has(this)) buffers--;
    gone.add(this);
    return destroy.apply(this);
  };
}

/** What this process holds. */
interface Held {
  readonly memory: number;
  readonly workers: number;
  /** Those that are not workers'. */
  readonly threads: number;
  readonly files: number;
}

async function held(): Promise<Held> {
  // twice: what the first one has found to be of no use may have held more
  for (let i = 0; i < 2; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const memory = Deno.memoryUsage().rss;
  if (Deno.build.os !== "linux") return { memory, workers: 0, threads: 0, files: 0 };
  const counts: Omit<Held, "memory">[] = [];
  for (let i = 0; i < 3; i++) counts.push(await count());
  // the pipes to a program that has just begun are sometimes counted in
  const least = (key: keyof typeof counts[number]) => Math.min(...counts.map((each) => each[key]));
  return { memory, workers: least("workers"), threads: least("threads"), files: least("files") };
}

/** What Linux counts of this process. */
async function count(): Promise<Omit<Held, "memory">> {
  return { ...await countThreads(), files: await countFiles() };
}

let wrong = 0;
/** Says how much is held after the beginning and at the end, and what has grown. */
function compare(what: string, all: readonly Held[], beginning: number): void {
  const most = (part: readonly Held[], key: keyof Held) => Math.max(...part.map((each) => each[key]));
  const least = (part: readonly Held[], key: keyof Held) => Math.min(...part.map((each) => each[key]));
  const first = all.slice(0, beginning), last = all.slice(-beginning);
  const [memory, before] = [most(last, "memory"), most(first, "memory")];
  const grown = [
    memory > before * GROWTH && "memory",
    // what comes and goes, as a program's pipes do, is not there each time; a pool keeps its threads for ten seconds
    least(last, "workers") > most(first, "workers") && "workers",
    least(last, "threads") > most(first, "threads") + POOL && "threads",
    least(last, "files") > most(first, "files") && "open files",
    buffers > 0 && `${buffers} buffers`,
  ].filter((each) => each !== false);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${what}: memory ${megabytes(before)} to ${megabytes(memory)} (${(100 * (memory / before - 1)).toFixed(1)} %), ` +
      `workers ${most(first, "workers")} to ${least(last, "workers")}, ` +
      `other threads ${most(first, "threads")} to ${least(last, "threads")}, ` +
      `open files ${most(first, "files")} to ${least(last, "files")}` +
      (grown.length > 0 ? `: ${grown.join(", ")} grew` : ""),
  );
  wrong += grown.length;
}

/** What is held for ever, in the test of this test. */
const leaked: unknown[] = [];
const file = join(dirname(import.meta.dirname!), "runs", `soak_${Deno.pid}`, "kept.safetensors");
await Deno.mkdir(dirname(file), { recursive: true });
try {
  for (const target of targets) {
    const all: Held[] = [];
    await train(spec, { train: data, test: data }, {
      ...{ target, threads: 2, epochs },
      onCheckpoint: async (checkpoint) => {
        await saveCheckpoint(file, checkpoint);
        if (leak) leaked.push(new Uint8Array(8e6).fill(1), await Deno.open(file));
        all.push(await held());
      },
    });
    compare(`${target}, ${epochs} epochs, each saved`, all, BEGINNING);
  }
  const all: Held[] = [];
  for (let i = 0; i < runs; i++) {
    await train(spec, { train: data, test: data }, { target: targets[i % targets.length], threads: 2, seed: i });
    if (leak) leaked.push(new Uint8Array(8e6).fill(1), new Worker("data:text/javascript,", { type: "module" }));
    all.push(await held());
  }
  compare(`${runs} runs in one process`, all, Math.ceil(BEGINNING_OF_RUNS * runs / 10));
  const left = [...Deno.readDirSync(dirname(file))].map(({ name }) => name);
  if (left.join() !== "kept.safetensors") {
    console.log(`files were left behind: ${left.join(", ")}`);
    wrong++;
  }
} finally {
  await Deno.remove(dirname(file), { recursive: true });
}
Deno.exit(wrong === 0 ? 0 : 1);
