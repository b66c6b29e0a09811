/**
 * Training on a GPU beside training on threads, step for step. It runs in Deno and, bundled, in a page.
 *
 * @module
 */
import { compileTarget, plan } from "../codegen/compile.ts";
import type { Target } from "../codegen/targets/target.ts";
import { initialLearningRate } from "../codegen/graph/spec.ts";
import { type Dataset, findTarget, fromArrays, parseSpec, registry, type Spec } from "../mod.ts";
import { uniform } from "../runtime/run/random.ts";
import type { Result } from "../runtime/backends/session.ts";
import { openSession } from "./open_session.ts";

/** Steps of a trajectory: two epochs of half as many each. */
export const STEPS = 20;
const SEED = 5, THREADS = 2;

/** What a trajectory has come to. */
export interface Trajectory {
  /** All parameters, one behind the other, before the first step and after the last. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Of each epoch, and of a test behind them. */
  readonly results: readonly { readonly loss: number; readonly correct: number }[];
}

/** Blobs of ink whose place depends on the label. */
function digits(samples: number, [channels, height, width]: readonly number[]): Dataset {
  const size = channels * height * width, inputs = new Uint8Array(samples * size);
  const labels = Int32Array.from({ length: samples }, (_, n) => Math.floor(uniform(3, n) * 10));
  for (let i = 0; i < inputs.length; i++) {
    const noise = uniform(4, i), label = labels[Math.floor(i / size)];
    const ink = Math.abs((i % width) / width * 12 - label - 1) < 2 && noise < 0.7;
    inputs[i] = ink ? 128 + 127 * noise : noise < 0.1 ? 255 * noise : 0;
  }
  return fromArrays(inputs, labels, [channels, height, width]);
}

/** Samples of any shape, of as many classes as a net has outputs, the last batch a short one. */
function dataFor({ input, layers, batchSize }: Spec): Dataset {
  const samples = STEPS / 2 * batchSize - Math.ceil(batchSize / 3), { outFeatures } = layers.at(-1)!;
  if (input.length === 3 && outFeatures === 10) return digits(samples, input);
  const inputs = Uint8Array.from(
    { length: samples * input.reduce((a, b) => a * b) },
    (_, i) => Math.floor(256 * uniform(2, i)),
  );
  return fromArrays(inputs, Array.from({ length: samples }, (_, i) => i % Number(outFeatures)), input);
}

/** Two epochs of training and a test. */
async function trajectory(spec: Spec, data: Dataset, target: Target): Promise<Trajectory> {
  const planned = plan(spec, registry, { layout: target.layout }), net = compileTarget(planned, target);
  const session = await openSession(net, [data], { threads: THREADS });
  try {
    session.initialize(SEED);
    const names = Object.values(planned.plan.tensors).filter(({ role }) => role === "parameter").map((t) => t.name);
    const parameters = async () => {
      const values: number[] = [];
      for (const name of names) for (const value of await session.read(name)) values.push(value);
      return values;
    };
    const before = await parameters(), results: Result[] = [];
    const rate = initialLearningRate(spec), steps = STEPS / 2;
    for (const epoch of [0, 1]) {
      const params = (step: number) =>
        planned.plan.graph.optimizer.params(spec.training.optimizer, rate, epoch * steps + step + 1);
      results.push(await session.train(0, { seed: SEED, epoch, params }, steps));
    }
    results.push(await session.evaluate(0));
    if (session.progress !== Math.ceil(data.samples / spec.batchSize)) {
      throw new Error(`${session.progress} steps done`);
    }
    return {
      before,
      after: await parameters(),
      results: results.map(({ loss, sums }) => ({ loss, correct: sums.hit })),
    };
  } finally {
    session.close();
  }
}

/** How two trajectories of a net differ, as JSON can have it. */
export interface Comparison {
  readonly net: string;
  /** Whether both began with the same bits. */
  readonly sameBeginning: boolean;
  /** Root mean squares: of how far parameters moved, and of how far they end from each other. */
  readonly moved: number;
  readonly away: number;
  /** Losses and hits of the GPU, and of what it is compared with. */
  readonly own: Trajectory["results"];
  readonly expected: Trajectory["results"];
}

/** Trains a net on the GPU and on threads. */
export async function compared(given: unknown, against: string): Promise<Comparison> {
  const spec = parseSpec(given), data = dataFor(spec);
  const own = await trajectory(spec, data, findTarget("webgpu"));
  const expected = await trajectory(spec, data, findTarget(against));
  const rms = (a: readonly number[], b: readonly number[]) =>
    Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
  return {
    net: spec.name,
    sameBeginning: own.before.every((value, i) => value === expected.before[i]),
    moved: rms(expected.before, expected.after),
    away: rms(own.after, expected.after),
    own: own.results,
    expected: expected.results,
  };
}

/** What two trajectories of a net differ by, beyond rounding; nothing where they do not. */
export function differences({ net, sameBeginning, moved, away, own, expected }: Comparison): string[] {
  const found: string[] = [];
  if (!sameBeginning) found.push(`${net}: other parameters to begin with`);
  if (!(moved > 0 && away < 1e-3 * moved)) found.push(`${net}: parameters moved by ${moved} and differ by ${away}`);
  for (const [i, { loss, correct }] of own.entries()) {
    const other = expected[i];
    if (!(Math.abs(loss - other.loss) < 1e-4 * other.loss)) found.push(`${net}: loss ${loss}, not ${other.loss}`);
    if (!(Math.abs(correct - other.correct) <= 1)) found.push(`${net}: ${correct} right, not ${other.correct}`);
  }
  return found;
}

/** What was asked of adapters, and what nets came to. */
export interface Compared {
  readonly nets: readonly Comparison[];
  readonly adapter: string;
  /** Storage buffers that the adapter lets a kernel have. */
  readonly mostBuffers: number;
  /** How often a device was asked for, and which limits were more than its adapter has. */
  readonly devices: number;
  readonly exceeded: readonly string[];
}

/** Trains some nets on the GPU and on threads, and watches what devices are asked for. */
export async function comparedNets(specs: readonly unknown[], against: string): Promise<Compared> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("there is no WebGPU adapter here");
  const { prototype } = GPUAdapter, { requestDevice } = prototype, exceeded: string[] = [], nets: Comparison[] = [];
  let devices = 0;
  prototype.requestDevice = function (descriptor: GPUDeviceDescriptor = {}) {
    devices++;
    for (const [name, wanted] of Object.entries(descriptor.requiredLimits ?? {})) {
      const most = this.limits[name as "maxBufferSize"];
      if (!(wanted! <= most)) exceeded.push(`${name}: ${wanted} of ${most}`);
    }
    return requestDevice.call(this, descriptor);
  };
  try {
    for (const spec of specs) nets.push(await compared(spec, against));
  } finally {
    prototype.requestDevice = requestDevice;
  }
  const { info: { vendor, architecture, device, description }, limits } = adapter;
  const words = [vendor, architecture, device, description].filter((word) => word).join(" ");
  return { nets, adapter: words, mostBuffers: limits.maxStorageBuffersPerShaderStage, devices, exceeded };
}
