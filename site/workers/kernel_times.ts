/// <reference lib="dom" />
/**
 * What the kernels of a training step take on this machine.
 *
 * @module
 */
import { fromArrays, type Spec, timeKernels, train } from "../../mod.ts";
import type { CompileChoice, KernelMilliseconds, KernelTimes } from "./compiler_methods.ts";
import { setsFor } from "./compiler_training.ts";
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
  const { train: { x, y } } = setsFor(spec, choice), size = spec.input.reduce((a, b) => a * b, 1);
  const samples = Math.min(BATCHES * spec.batchSize, (x as Float32Array).length / size);
  const inputs = (x as Float32Array).slice(0, samples * size);
  const each = y === undefined ? 0 : (y as Float32Array).length / ((x as Float32Array).length / size);
  const answers = y === undefined
    ? {}
    : y instanceof Int32Array
    ? { labels: y.slice(0, samples) }
    : { targets: (y as Float32Array).slice(0, samples * each), targetShape: [each] };
  const set = fromArrays(inputs, answers, spec.input);
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
