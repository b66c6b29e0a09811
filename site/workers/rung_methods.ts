/**
 * Trains one rung of the timeline: first what all rungs train, by which it is seen whether it is right; then for as long as
 * it takes to tell its speed.
 *
 * @module
 */
import { type Pass, SEED, trainNaive } from "../../bench/timeline/plain.ts";
import {
  backendOf,
  findTarget,
  fromArrays,
  type LabelledDataset,
  limitSamples,
  open,
  type Optimization,
  parseSpec,
  runsHere,
  type Spec,
  train,
} from "../../mod.ts";
import { agree, type Rung, type Story } from "../page/costs/story.ts";

/** Images of MNIST one behind the other, and what each shows: bytes, packed by gzip. There may be more labels. */
export interface PackedImages {
  readonly images: ArrayBuffer;
  readonly labels: ArrayBuffer;
}

/** What is to be trained. */
export type RungWork =
  & Pick<Rung, "target" | "without" | "threads" | "module">
  & Pick<Story, "spec" | "check" | "tolerance">
  & PackedImages;

/** What came of it. */
export interface RungOutcome {
  /** Mean loss of each epoch of the check. */
  readonly losses: readonly number[];
  /** Images/s; where the losses are wrong, nothing is timed. */
  readonly rate?: number;
  /** Threads that trained; 0 on a GPU. */
  readonly threads: number;
  /** What a GPU, or what stands in for one, calls itself. */
  readonly device?: string;
  /** Whether that is no GPU. */
  readonly software?: boolean;
}

/** Why this browser cannot run it, in a sentence. */
export interface Refused {
  readonly refused: string;
}

/** What it is doing. */
export type Phase = "checking" | "timing";

/** A rung that can be trained, epochs over the first so many images at a time. */
interface Trainer {
  readonly threads: number;
  train(images: number, epochs: number): Promise<readonly Pass[]> | readonly Pass[];
  close(): void;
}

/** Seconds of an epoch that is timed, and of all of them; one before them makes the code fast. */
const EPOCH_SECONDS = 0.5, SECONDS = 1.2;
/** Epochs that are timed. */
const LEAST = 2, MOST = 60;

/** What the page asks for. */
export const methods = {
  /** Trains a rung, if this browser can run it. */
  async measure(work: RungWork, onPhase: (phase: Phase) => void): Promise<RungOutcome | Refused> {
    const { check, target } = work, spec = parseSpec(work.spec), device = await deviceOf(target);
    if ("refused" in device) return device;
    const data = await unpacked(work, spec);
    const trainer = await trainerOf(work, spec, data);
    try {
      onPhase("checking");
      const checked = await trainer.train(check.images, check.epochs), losses = checked.map(({ loss }) => loss);
      if (!agree(losses, work)) return { losses, threads: trainer.threads, ...device };
      onPhase("timing");
      const rate = await timed(trainer, data.samples, spec.batchSize, check.images / checked.at(-1)!.seconds);
      return { losses, rate, threads: trainer.threads, ...device };
    } finally {
      trainer.close();
    }
  },
};

async function unpacked({ images, labels }: PackedImages, { input }: Spec): Promise<LabelledDataset> {
  const [x, y] = await Promise.all([images, labels].map(async (packed) => {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }));
  return fromArrays(x, y.slice(0, x.length / input.reduce((a, b) => a * b)), input);
}

/** Images/s, by whole batches. `guess`: what they are, about. */
async function timed(trainer: Trainer, samples: number, batchSize: number, guess: number): Promise<number> {
  for (let rate = guess;;) {
    const batches = Math.min(
      Math.floor(samples / batchSize),
      Math.max(1, Math.round(rate * EPOCH_SECONDS / batchSize)),
    );
    const images = batches * batchSize, epochs = Math.min(MOST, Math.max(LEAST, Math.round(SECONDS * rate / images)));
    const [, ...warm] = await trainer.train(images, 1 + epochs);
    const seconds = warm.reduce((sum, { seconds }) => sum + seconds, 0);
    rate = images * warm.length / seconds;
    // where the guess was far too low, that was too short
    if (seconds > SECONDS / 2 || epochs === MOST) return rate;
  }
}

/** What a GPU is called, or why there is nothing to run a target. */
async function deviceOf(name: string): Promise<Pick<RungOutcome, "device" | "software"> | Refused> {
  if (name === "naive") return {};
  const target = findTarget(name), backend = backendOf(target);
  if (!runsHere(target)) return { refused: "This browser does not have the instructions for it: relaxed SIMD." };
  if (backend.takesThreads) return {};
  const { device, preferred } = await backend.available();
  return device === undefined
    ? { refused: "This browser gives no GPU to pages here." }
    : { device, software: !preferred };
}

async function trainerOf(work: RungWork, spec: Spec, data: LabelledDataset): Promise<Trainer> {
  const { target, threads, module } = work, without = work.without as readonly Optimization[] | undefined;
  if (target === "naive") {
    return { threads: 1, train: (images, epochs) => trainNaive(spec, limitSamples(data, images), epochs), close() {} };
  }
  if (module !== undefined) {
    const options = { target, without, seed: SEED, threads: 1, module: new URL(module, import.meta.url).href };
    return {
      threads: 1,
      async train(images, epochs) {
        const set = limitSamples(data, images), test = limitSamples(data, 1);
        return (await train(spec, { train: set, test }, { ...options, epochs })).report.epochs;
      },
      close() {},
    };
  }
  const net = await open(spec, { target, without, seed: SEED, data: "u8", ...threads === "one" && { threads: 1 } });
  const size = data.inputs.length / data.samples;
  return {
    threads: net.threads,
    async train(images, epochs) {
      const x = data.inputs.subarray(0, images * size) as Uint8Array, y = data.labels.subarray(0, images);
      return (await net.train({ x, y }, { epochs })).epochs;
    },
    close: () => net.close(),
  };
}

/** What the page may call. */
export type RungMethods = typeof methods;
