/// <reference lib="dom" />
/**
 * What the kernels of a training step take on this machine.
 *
 * @module
 */
import { type Dataset, fromArrays, netLayers, type Spec, timeKernels, train } from "../../mod.ts";
import type { CompileChoice, KernelMilliseconds, KernelTimes } from "./compiler_methods.ts";
import { setsFor } from "./compiler_training.ts";
import { type DigitSet, PIXELS, takesDigits } from "./digits.ts";
import { runnable, takesThreads } from "./here.ts";

/** Batches that are trained on before steps are timed. */
const BATCHES = 2;

/**
 * Times kernels: where threads share memory or a GPU runs them, in a real step with a wait behind each; elsewhere one by
 * one on this thread.
 */
export async function timeNet(spec: Spec, choice: CompileChoice, tell: (doing: string) => void): Promise<KernelTimes> {
  const target = runnable(choice.target);
  if (takesThreads(target) && !globalThis.crossOriginIsolated) return await alone(spec, target, tell);
  tell("steps with a wait behind each kernel");
  const set = setFor(spec, choice);
  const { report: { profile, threads } } = await train(spec, { train: set, test: set }, {
    ...{ target, epochs: 1, profile: true, without: choice.without ?? [] },
  });
  const { kernels, steps, clock } = profile!;
  const rows = kernels.map(({ kernel, merged, seconds, flops, share }): KernelMilliseconds => (
    { kernel, merged, milliseconds: 1000 * seconds, gflops: flops / seconds / 1e9, share }
  ));
  const by = threads > 0 ? `${threads} thread${threads === 1 ? "" : "s"}` : "the GPU";
  return { target, threads, how: `${by}, median of ${steps} steps, by ${clock}`, rows };
}

/** What the steps take: bytes for a net that takes digits, since it is trained on these, and floats for another. */
export function setFor(spec: Spec, choice: CompileChoice): Dataset {
  const most = BATCHES * spec.batchSize, made = netLayers(spec).at(-1)!.shape;
  const digits = takesDigits(spec, made) ? { train: digitsLike(most), test: digitsLike(1) } : undefined;
  const { train: { x, y }, samples } = setsFor(spec, choice, digits, most);
  const answers = y === undefined
    ? {}
    : y instanceof Float32Array
    ? { targets: y, targetShape: [y.length / samples] }
    : { labels: y as Uint8Array | Int32Array };
  return fromArrays(x as Uint8Array | Float32Array, answers, spec.input);
}

/** Images that show nothing, whose steps take the time of others. */
const digitsLike = (count: number): DigitSet => ({
  images: Uint8Array.from({ length: count * PIXELS }, (_, i) => i * 0x9e3779b1 >>> 13),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
});

/** One by one, on one thread; each is checked against the interpreter before. */
async function alone(spec: Spec, target: string, tell: (doing: string) => void): Promise<KernelTimes> {
  tell("kernel by kernel, each checked against the interpreter before");
  const times = await timeKernels(spec, { target }), sum = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = times.map(({ kernel, seconds, flops }) => (
    { kernel, merged: [kernel], milliseconds: 1000 * seconds, gflops: flops / seconds / 1e9, share: seconds / sum }
  ));
  return {
    target,
    threads: 1,
    how: "1 thread, kernel by kernel, the least of several runs, by a clock of 0.1 ms",
    rows,
  };
}
