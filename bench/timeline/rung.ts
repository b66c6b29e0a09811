/**
 * Trains one configuration of the timeline (`../timeline.ts`), a process of its own, since V8's flags are a process's. The
 * last line it prints is an {@linkcode Outcome}.
 *
 *     deno run bench/timeline/rung.ts WORK
 *
 * @module
 */
import {
  type DataSplit,
  fromArrays,
  limitSamples,
  loadMnist,
  loadSpec,
  loadTuning,
  runStart,
  type Spec,
  train,
} from "../../mod.ts";
import type { Configuration } from "./ladder.ts";
import { type Pass, SEED, trainNaive } from "./plain.ts";

/** What such a process is to do. */
export interface Work {
  readonly configuration: Configuration;
  /** Path of the spec's file, and how messages call it. */
  readonly spec: string;
  readonly origin: string;
  /** Path of the file of tuned schedules. */
  readonly tuning: string;
  readonly images: number;
  readonly epochs: number;
}

/** What it brings. */
export interface Outcome {
  readonly epochs: readonly Pass[];
  readonly threads: number;
}

/** Images as those of MNIST. */
const MNIST = "1,28,28";

/** The images that a net is trained with: MNIST's, or such as fit it, at random but the same each time. */
async function imagesFor(spec: Spec, count: number): Promise<DataSplit> {
  if (spec.input.join() === MNIST) {
    const data = await loadMnist();
    return { train: limitSamples(data.train, count), test: data.test };
  }
  // a linear congruential generator: Numerical Recipes, 1992, section 7.1
  let state = 1;
  const random = () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const size = spec.input.reduce((product, extent) => product * extent, 1);
  const classes = [...runStart(spec).parameters.values()].at(-1)!.length;
  const train = fromArrays(
    Float32Array.from({ length: count * size }, random),
    Int32Array.from({ length: count }, () => Math.floor(classes * random())),
    spec.input,
  );
  return { train, test: train };
}

/** Trains as a configuration says. */
export async function trainRung(
  { target, without, threads }: Omit<Configuration, "name" | "engine">,
  spec: Spec,
  { train: samples, test }: DataSplit,
  epochs: number,
  tuning?: Awaited<ReturnType<typeof loadTuning>>,
): Promise<Outcome> {
  if (target === "naive") return { epochs: trainNaive(spec, samples, epochs), threads: 1 };
  const { report } = await train(spec, { train: samples, test: limitSamples(test, 1) }, {
    target,
    without,
    tuning,
    epochs,
    seed: SEED,
    ...threads === "one" && { threads: 1 },
  });
  return { epochs: report.epochs.map(({ loss, seconds }) => ({ loss, seconds })), threads: report.threads };
}

if (import.meta.main) {
  const { configuration, spec, origin, tuning, images, epochs } = JSON.parse(Deno.args[0]) as Work;
  try {
    const [net, tuned] = await Promise.all([loadSpec(spec, origin), loadTuning(tuning)]);
    console.log(JSON.stringify(await trainRung(configuration, net, await imagesFor(net, images), epochs, tuned)));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
