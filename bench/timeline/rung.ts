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
import { NaiveNetwork, type NaiveSpec } from "../naive.ts";

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

/** What one epoch brought. */
export interface Pass {
  /** Mean over its images, each as it was seen before its update. */
  readonly loss: number;
  readonly seconds: number;
}

/** What it brings. */
export interface Outcome {
  readonly epochs: readonly Pass[];
  readonly threads: number;
}

/** All runs have the same initial weights, and see the same images in the same order. */
const SEED = 0;

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

/** The same training by plain loops. */
function trainNaive(spec: Spec, { inputs, labels, samples }: DataSplit["train"], epochs: number): Pass[] {
  if (spec.layers.some(({ type }) => type === "dropout")) {
    throw new Error("the naive loops would have to be told what dropout drops");
  }
  const { parameters, learningRate, order } = runStart(spec, SEED), { batchSize } = spec;
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, Float32Array);
  for (const [name, { values }] of network.parameters) values.set(parameters.get(name)!);
  const size = inputs.length / samples, scale = inputs instanceof Uint8Array ? 255 : 1;
  const batch = new Float32Array(batchSize * size), batchLabels = new Int32Array(batchSize);
  return Array.from({ length: epochs }, (_, epoch) => {
    const start = performance.now(), places = order(epoch, samples), rate = learningRate(epoch);
    let sum = 0;
    for (let first = 0; first < samples; first += batchSize) {
      const count = Math.min(batchSize, samples - first);
      for (let n = 0; n < count; n++) {
        const from = places[first + n] * size;
        for (let i = 0; i < size; i++) batch[n * size + i] = inputs[from + i] / scale;
        batchLabels[n] = labels![places[first + n]];
      }
      sum += count * network.trainStep(batch, batchLabels, count, rate).loss;
    }
    return { loss: sum / samples, seconds: (performance.now() - start) / 1000 };
  });
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
