/**
 * Steps of training and a test by the interpreter, of a plan without any optimization, beside the same by a target's code.
 * How far apart they may be is measured on the interpreter itself: by what f32 storage changes, and by what a disturbance
 * of a few roundings does, which shows where a maximum or a relu is about to change its mind.
 *
 * @module
 */
import { type CompiledNet, compileTarget, MERGING, plan } from "../codegen/compile.ts";
import type { Graph } from "../codegen/graph/shapes.ts";
import { initialLearningRate, type Spec } from "../codegen/graph/spec.ts";
import { interpretKernel, type Storage, storageLength } from "../codegen/ir/interpret.ts";
import type { Registry } from "../codegen/language/registry.ts";
import { type Plan, type PlannedTensor, WEIGHT_ROLES } from "../codegen/plan/plan.ts";
import type { Target } from "../codegen/targets/target.ts";
import { fillEvaluation, fillTraining, type StepTables } from "../runtime/backends/epoch.ts";
import { longestReduction } from "../runtime/check/differences.ts";
import type { Dataset } from "../runtime/data/data.ts";
import { initialize } from "../runtime/run/initial.ts";
import { streamKey, uniform } from "../runtime/run/random.ts";
import { openSession } from "./open_session.ts";
import { differences } from "./plain_model.ts";

/** Steps of training; the last batch is short where it can be. */
export const STEPS = 2;

/** A net, and what it is trained with. */
export interface GraphCourse {
  readonly spec: Spec;
  readonly registry: Registry;
  readonly data: Dataset;
  readonly seed: number;
}

/** What came of it. */
export interface Steps {
  /** Parameters and buffers by name, in the usual order. */
  readonly kept: ReadonlyMap<string, ArrayLike<number>>;
  /** Sum over the samples, before each update. */
  readonly loss: number;
  /** What the net gives in a test of the same samples, afterwards. */
  readonly outputs: ArrayLike<number>;
}

/** How samples are stored. */
export const bytesOf = ({ inputs }: Dataset): "u8" | "f32" => inputs instanceof Uint8Array ? "u8" : "f32";

/** Random samples for a net, and what its loss compares with. */
export function courseOf(spec: Spec, registry: Registry, seed: number): GraphCourse {
  const samples = STEPS * spec.batchSize - Math.min(3, spec.batchSize - 1), bytes = seed % 2 === 0;
  const length = samples * sizeOf(spec.input), key = streamKey(seed, "samples");
  const { plan: { tensors, metrics, graph: { shapes, output } } } = plan(spec, registry);
  const [least, most] = tensors.data.range ?? [-1, 1];
  const inputs = bytes
    ? Uint8Array.from({ length }, (_, i) => 256 * uniform(key, i))
    : Float32Array.from({ length }, (_, i) => (most - least) * uniform(key, i) + least);
  const { below = shapes[output][0] } = tensors.labels ?? {};
  const labels = Int32Array.from({ length: samples }, (_, i) => (i * 7 + seed) % Number(below));
  const numbers = (name: "targets" | "weights", value: (drawn: number) => number) => {
    const shape = tensors[name]!.shape.slice(1), key = streamKey(seed, name);
    return [
      Float32Array.from({ length: samples * sizeOf(shape) }, (_, i) => value(uniform(key, i))),
      shape,
    ] as const;
  };
  // of labels of a vector that tells classes, the runtime makes targets itself: 1 at the label
  const tellsClasses = metrics.some(({ type }) => type === "accuracy");
  const [targets, targetShape] = tensors.targets && (!tellsClasses || seed % 3 > 0)
    ? numbers("targets", (drawn) => drawn)
    : [];
  const [weights, weightShape] = tensors.weights ? numbers("weights", (drawn) => Math.floor(4 * drawn) / 2) : [];
  return {
    ...{ spec, registry, seed },
    data: {
      ...{ source: "random samples", samples, shape: spec.input, inputs, labels },
      ...targets && { targets, targetShape },
      ...weights && { weights, weightShape },
    },
  };
}

/** Trains by a target's code, and tests. */
export async function stepsOnTarget(course: GraphCourse, net: CompiledNet, threads: number): Promise<Steps> {
  const { spec, registry, data, seed } = course, { plan: { tensors } } = net;
  const session = await openSession(net, [data], { threads });
  try {
    session.initialize(seed);
    const params = paramsOf(spec, registry), names = keptOf(tensors).map(({ name }) => name);
    for (const tensor of keptOf(tensors)) session.write(tensor.name, beginningOf(tensor, seed));
    const { sums: { loss } } = await session.train(0, { seed, epoch: 0, params });
    const values = await session.readAll(names), { outputs } = await session.predictions(0);
    return { kept: new Map(names.map((name, i) => [name, values[i]])), loss: loss!, outputs };
  } finally {
    session.close();
  }
}

/** The net as `train` would have it compiled. */
export function compiledOf({ spec, registry, data }: GraphCourse, target: Target): CompiledNet {
  return compileTarget(plan(spec, registry, { data: bytesOf(data), layout: target.layout }), target);
}

/** Tensors of what is trained and kept. */
const keptOf = (tensors: Plan["tensors"]) => Object.values(tensors).filter(({ role }) => WEIGHT_ROLES.includes(role));

/** What a parameter or a buffer begins with, in the usual order: no parameter is 0, where a relu behind it has a kink. */
function beginningOf(tensor: PlannedTensor, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(tensor.layout?.shape ?? tensor.shape)), key = streamKey(seed, tensor.name);
  initialize(values, tensor, seed);
  return tensor.role === "buffer"
    ? values
    : values.map((value, i) => value === 0 ? 0.2 * uniform(key, i) - 0.1 : value);
}

/** The optimizer's numbers by step, from 0. */
function paramsOf(spec: Spec, { optimizers }: Registry) {
  const { optimizer } = spec.training, kind = optimizers.find(({ type }) => type === optimizer.type)!;
  return (step: number) => kind.params(optimizer, initialLearningRate(spec), step + 1);
}

/** What is stored: exact numbers, or f32; parameters and inputs changed at random by so much relative to what they are. */
interface Way {
  readonly storage: Float32ArrayConstructor | Float64ArrayConstructor;
  readonly disturbance?: number;
  /** What the disturbance follows from. */
  readonly stream?: string;
}

/** A few roundings of f32. */
const DISTURBANCE = 4 * 2 ** -23;

/** What the interpreter makes of a course, and the same in ways that differ by roundings. */
export interface Interpreted {
  readonly exact: Steps;
  readonly twins: readonly Steps[];
  /** Terms of the longest sum. */
  readonly longest: number;
}

/** The interpreter's part of it. */
export function interpretCourse(course: GraphCourse): Interpreted {
  const { plan: plainest } = plan(course.spec, course.registry, { data: bytesOf(course.data), without: MERGING });
  const ways: Way[] = [
    { storage: Float32Array },
    ...["one", "two"].map((stream) => ({ storage: Float64Array, disturbance: DISTURBANCE, stream })),
  ];
  return {
    exact: interpret(plainest, course, { storage: Float64Array }),
    twins: ways.map((way) => interpret(plainest, course, way)),
    longest: Math.max(course.spec.batchSize, ...plainest.train.kernels.map(({ kernel }) => longestReduction(kernel))),
  };
}

/** What the interpreter makes of a course in exact numbers, in full: for other programs that do the same. */
export interface Trace {
  readonly graph: Graph;
  /** Parameters and buffers before each step, and after the last. */
  readonly kept: readonly ReadonlyMap<string, Float64Array>[];
  /** What each step is given, and what it finds: gradients of the mean loss, by parameter. */
  readonly steps: readonly {
    /** Numbers of its samples. */
    readonly order: readonly number[];
    /** Mean over its samples. */
    readonly loss: number;
    readonly gradients: ReadonlyMap<string, Float64Array>;
  }[];
  /** Outputs in a test of the samples of the first step, before it. */
  readonly outputs: Float64Array;
}

/** Trains, and tells of each step. */
export function traceOf(course: GraphCourse): Trace {
  const { plan: whole } = plan(course.spec, course.registry, { data: bytesOf(course.data), without: MERGING });
  const { tensors, batchSize, graph } = whole,
    { all, tables, told, run } = begun(whole, course, { storage: Float64Array });
  const copied = (names: readonly string[], of = (name: string) => name) =>
    new Map(names.map((name) => [name, all[of(name)].slice() as Float64Array]));
  const kept = keptOf(tensors).map(({ name }) => name), states = [copied(kept)], steps: Trace["steps"][number][] = [];
  const parameters = Object.values(tensors).filter(({ role }) => role === "parameter").map(({ name }) => name);
  told();
  run(whole.evaluate, 0);
  const outputs = all[`${graph.output}.output`].slice() as Float64Array;
  for (let step = 0; step < STEPS; step++) {
    const count = Math.min(batchSize, course.data.samples - step * batchSize);
    run(whole.train, step);
    const own = all.loss.subarray(step * batchSize, (step + 1) * batchSize);
    steps.push({
      order: Array.from(tables.order.subarray(step * batchSize, step * batchSize + count)),
      loss: Array.from(own).reduce((sum, value) => sum + value, 0) / count,
      gradients: copied(parameters, (name) => `${name}.gradient`),
    });
    states.push(copied(kept));
  }
  return { graph, kept: states, steps, outputs };
}

/** Storages and tables of an epoch that begins, and what runs a step of it. */
function begun(plan: Plan, { spec, registry, data, seed }: GraphCourse, way: Way) {
  const { batchSize } = plan, all = storagesOf(plan, data, seed, way);
  const tables: StepTables = {
    ...{ samples: data.samples, steps: STEPS, order: new Int32Array(STEPS * batchSize) },
    params: new Float32Array(STEPS * plan.params.length),
    ...plan.keys.length > 0 && { keys: new Uint32Array(STEPS * plan.keys.length) },
  };
  const told = () => {
    for (const name of ["order", "params", "keys"] as const) if (all[name]) all[name].set(tables[name]!);
  };
  const run = ({ kernels }: Plan["train"], step: number) => {
    for (const { kernel, bindings } of kernels) {
      const own = Object.keys(kernel.tensors).map((symbol) => [symbol, all[bindings[symbol]]]);
      interpretKernel(kernel, Object.fromEntries(own), step);
    }
  };
  fillTraining(plan, tables, { seed, epoch: 0, params: paramsOf(spec, registry) });
  return { all, tables, told, run };
}

/** Trains by the interpreter in a plan of which each tensor lies row by row, and tests. */
function interpret(plan: Plan, course: GraphCourse, way: Way): Steps {
  const { batchSize, graph: { output } } = plan, { samples } = course.data;
  const { all, tables, told, run } = begun(plan, course, way);
  told();
  for (let step = 0; step < STEPS; step++) run(plan.train, step);
  const kept = new Map(keptOf(plan.tensors).map(({ name }) => [name, all[name].slice() as ArrayLike<number>]));
  const loss = Array.from(all.loss).reduce((sum, value) => sum + value, 0);
  fillEvaluation(plan, tables);
  told();
  const outputs: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    run(plan.evaluate, step);
    outputs.push(...all[`${output}.output`]);
  }
  return { kept, loss, outputs: outputs.slice(0, samples * outputs.length / (STEPS * batchSize)) };
}

/** Storages by tensor, with what training begins with. */
function storagesOf({ tensors }: Plan, data: Dataset, seed: number, way: Way): Record<string, Storage> {
  const all: Record<string, Storage> = {};
  for (const tensor of Object.values(tensors).filter(({ alias }) => alias === undefined)) {
    const storage = emptyStorage(tensor, data.samples, way);
    if (WEIGHT_ROLES.includes(tensor.role)) storage.set(beginningOf(tensor, seed));
    const given = tensor.role === "run" && suppliedOf(tensor, data);
    if (given) storage.set(given);
    const { disturbance = 0, stream = "" } = way, key = streamKey(seed, `${stream} ${tensor.name}`);
    if (disturbance > 0 && tensor.dtype === "f32" && (tensor.role === "parameter" || tensor.name === "data")) {
      storage.forEach((value, i) => storage[i] = value * (1 + disturbance * (2 * uniform(key, i) - 1)));
    }
    all[tensor.name] = storage;
  }
  for (const { name, alias } of Object.values(tensors)) if (alias) all[name] = all[alias];
  return all;
}

function emptyStorage(tensor: PlannedTensor, samples: number, { storage }: Way): Storage {
  const arrays = { f32: storage, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };
  return new arrays[tensor.dtype](storageLength(tensor, tensor.rows === "samples" ? samples : STEPS));
}

/** What a run supplies for each sample. */
function suppliedOf({ name, shape }: PlannedTensor, data: Dataset): ArrayLike<number> | undefined {
  const { inputs, labels, targets, weights } = data;
  if (name === "data") return inputs;
  if (name === "labels") return labels;
  if (name === "weights") return weights;
  return name === "targets" ? targets ?? oneHot(labels!, shape[1]) : undefined;
}

/** Rows of zeros with a 1 at the label. */
function oneHot(labels: ArrayLike<number>, outputs: number): Float32Array {
  const rows = new Float32Array(labels.length * outputs);
  for (let i = 0; i < labels.length; i++) rows[i * outputs + labels[i]] = 1;
  return rows;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** Of f32. */
const ROUNDING = 2 ** -23;

/** What a target made that the interpreter does not, in words. */
export function strays({ epsilon }: Target, ours: Steps, { exact, twins, longest }: Interpreted): string[] {
  const factor = 4 * (1 + Math.sqrt(longest) * epsilon.sum / ROUNDING), found: string[] = [];
  const check = (what: string, of: (steps: Steps) => ArrayLike<number>) => {
    const right = of(exact), rms = (own: Steps) => differences(of(own), right).rms;
    // a mean of what is less its mean is 0 in the interpreter, which adds in f64
    const size = Math.max(1, ...Array.from(right, Math.abs)),
      allowed = factor * (Math.max(...twins.map(rms)) + ROUNDING * size / 4);
    if (!(rms(ours) <= allowed)) found.push(`${what}: rms ${rms(ours)}, and not up to ${allowed}`);
  };
  if ([...exact.kept.keys()].join() !== [...ours.kept.keys()].join()) found.push(`it has ${[...ours.kept.keys()]}`);
  for (const name of exact.kept.keys()) check(name, ({ kept }) => kept.get(name)!);
  check("outputs", ({ outputs }) => outputs);
  check("loss", ({ loss }) => [loss]);
  return found;
}
