/**
 * Training by generated code beside the plain-loop model in f64, which is written without the compiler, from the same
 * start: how far apart they may be is measured on the model itself.
 *
 * @module
 */
import { NaiveNetwork, type NaiveSpec } from "../bench/naive.ts";
import { type CompiledNet, compileTarget, plan } from "../codegen/compile.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import { initialLearningRate } from "../codegen/graph/spec.ts";
import { WEIGHT_ROLES } from "../codegen/plan/plan.ts";
import { shuffle, streamKey, uniform } from "../runtime/run/random.ts";
import type { Target } from "../codegen/targets/target.ts";
import { type Dataset, registry, type Spec } from "../mod.ts";
import { openSession } from "./open_session.ts";

/** What a few steps of training made; `parameters`: with what layers keep beside. */
export interface Trained {
  readonly parameters: ReadonlyMap<string, Float32Array | Float64Array>;
  /** Mean over the samples, before each update. */
  readonly loss: number;
  readonly correct: number;
}

/** What training starts from, and how long it goes on. */
export interface Course {
  readonly spec: Spec;
  readonly data: Dataset;
  readonly steps: number;
  readonly seed: number;
}

/** A net for a target, as `train` would have it compiled. */
export function compiledFor({ spec, data }: Course, target: Target): CompiledNet {
  const inputs = data.inputs instanceof Uint8Array ? "u8" : "f32";
  return compileTarget(plan(spec, registry, { data: inputs, layout: target.layout }), target);
}

/** Trains by generated code. `initial`: the parameters at the start. */
export async function trainGenerated(
  net: CompiledNet,
  { spec, data, steps, seed }: Course,
  threads: number,
): Promise<Trained & { initial: ReadonlyMap<string, Float32Array> }> {
  const { tensors, graph: { optimizer } } = net.plan, rate = initialLearningRate(spec);
  const session = await openSession(net, [data], { threads });
  try {
    session.initialize(seed);
    const names = Object.values(tensors).filter(({ role }) => WEIGHT_ROLES.includes(role)).map(({ name }) => name);
    const read = async () => {
      const values = new Map<string, Float32Array>();
      for (const name of names) values.set(name, await session.read(name));
      return values;
    };
    const initial = await read();
    const params = (step: number) => optimizer.params(spec.training.optimizer, rate, step + 1);
    const { loss, sums } = await session.train(0, { seed, epoch: 0, params }, steps);
    return { initial, parameters: await read(), loss, correct: sums.hit };
  } finally {
    session.close();
  }
}

/** Changes at random, of so much relative to what is changed. */
export interface Disturbance {
  readonly relative: number;
  readonly seed: number;
}

/** Trains by plain loops; sums are f64. `disturbance`: of weights and inputs, before. */
export function trainPlainly(
  { spec, data, steps, seed }: Course,
  initial: ReadonlyMap<string, Float32Array>,
  storage: Float32ArrayConstructor | Float64ArrayConstructor,
  disturbance: Disturbance = { relative: 0, seed: 0 },
): Trained {
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, storage);
  const key = streamKey(disturbance.seed, "disturbance");
  let drawn = 0;
  const disturb = (x: number) => x * (1 + disturbance.relative * (2 * uniform(key, drawn++) - 1));
  for (const [name, { values }] of network.parameters) values.set(Array.from(initial.get(name)!, disturb));
  const order = new Int32Array(data.samples), size = data.inputs.length / data.samples;
  const scale = data.inputs instanceof Uint8Array ? 255 : 1;
  shuffle(order, data.samples, streamKey(seed, "shuffle", 0));
  let loss = 0, correct = 0, seen = 0;
  for (let step = 0; step < steps; step++) {
    const batch = order.subarray(step * spec.batchSize, (step + 1) * spec.batchSize);
    const inputs = new storage(batch.length * size);
    for (const [i, sample] of batch.entries()) {
      for (let j = 0; j < size; j++) inputs[i * size + j] = disturb(data.inputs[sample * size + j] / scale);
    }
    const labels = Array.from(batch, (sample) => data.labels![sample]);
    const masks = masksOf({ spec, seed }, step, batch.length);
    const result = network.trainStep(inputs, labels, batch.length, initialLearningRate(spec), masks);
    loss += result.loss * batch.length;
    correct += result.correct;
    seen += batch.length;
  }
  const parameters = new Map([...network.parameters].map(([name, { values }]) => [name, values]));
  for (const [name, values] of network.buffers) parameters.set(name, values);
  return { parameters, loss: loss / seen, correct };
}

/** What dropout keeps in a step of so many samples, and how much larger, for each of its layers. */
function masksOf({ spec, seed }: Pick<Course, "spec" | "seed">, step: number, count: number): Float64Array[] {
  const { nodes, shapes } = inferShapes(spec, registry);
  return nodes.filter(({ kind }) => kind.type === "dropout").map(({ name, options }) => {
    const key = streamKey(seed, `${name}_key`, step), rate = Number(options.rate);
    const size = shapes[name].reduce((a, b) => a * b, 1);
    return Float64Array.from({ length: count * size }, (_, i) => uniform(key, i) < rate ? 0 : 1 / (1 - rate));
  });
}

/** Largest difference, and root of the mean square of all. */
export function differences(a: ArrayLike<number>, b: ArrayLike<number>): { largest: number; rms: number } {
  let largest = 0, squares = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, d);
    squares += d * d;
  }
  return { largest, rms: Math.sqrt(squares / a.length) };
}

/** Of f32. */
const ROUNDING = 2 ** -23;

/** What plain loops make, and how far apart they are when something small is changed. */
export interface References {
  readonly initial: ReadonlyMap<string, Float32Array>;
  readonly model: Trained;
  /** The same with f32 storage, and from a start that is disturbed by a few roundings. */
  readonly twins: readonly Trained[];
}

/** What plain loops make of a course from such parameters. */
export function referencesOf(course: Course, initial: References["initial"]): References {
  const disturbed = [1, 2].map((seed) => trainPlainly(course, initial, Float64Array, { relative: 4 * ROUNDING, seed }));
  return {
    initial,
    model: trainPlainly(course, initial, Float64Array),
    twins: [trainPlainly(course, initial, Float32Array), ...disturbed],
  };
}

/** What a target made that plain loops do not, in words. */
export function strays({ batchSize }: Spec, target: Target, ours: Trained, { model, twins }: References): string[] {
  const longest = Math.max(...[...model.parameters.values()].map(({ length }) => length), batchSize);
  const factor = 4 * (1 + Math.sqrt(longest) * target.epsilon.sum / ROUNDING);
  const found: string[] = [];
  for (const [name, values] of model.parameters) {
    const rms = (own: Trained) => differences(own.parameters.get(name)!, values).rms;
    const allowed = factor * Math.max(...twins.map(rms)) + ROUNDING;
    if (!(rms(ours) <= allowed)) found.push(`${name}: rms ${rms(ours)}, and not up to ${allowed}`);
  }
  // where a gradient cancels to a rounding, Adam makes a whole step of it, and a relu may open
  const away = ({ loss }: Trained) => Math.abs(loss - model.loss);
  if (!(away(ours) <= 1e-5 * Math.max(1, model.loss) + 4 * Math.max(...twins.map(away)))) {
    found.push(`loss ${ours.loss}, not ${model.loss}`);
  }
  return found;
}
