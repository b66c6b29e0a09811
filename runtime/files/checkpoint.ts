/**
 * What a run has reached, as a file: weights in the usual order, and all that it takes to go on as if it had never
 * stopped.
 *
 * Names of tensors: `conv1.weight` for parameters and buffers; `optimizer.conv1.weight.m` for the optimizer's state;
 * `history.loss` for the epochs' figures, one number each; `epoch.loss_sum` and, by the symbols of metrics, `epoch.hit_sum`
 * for sums over the part of an epoch, one number each, or in older files one for each row of the batch. The metadata have the spec, the state of the run, and a hash of all the rest.
 *
 * @module
 */
import { z } from "../../codegen/zod.ts";
import { OPTIMIZATIONS } from "../../codegen/compile.ts";
import { InputError, printable } from "../../codegen/error.ts";
import { parseJson } from "../../codegen/json.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { type Graph, inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import { firstNotFinite } from "../data/arrays.ts";
import { FIGURES, wrongFigure, wrongPartial } from "../run/figures.ts";
import { platform } from "../platform/here.ts";
import type { EpochReport } from "../run/training_report.ts";
import {
  type Checkpoint,
  checkpointTensors,
  CURRENT,
  EPOCH,
  HASH,
  hashedPieces,
  HISTORY,
  OPTIMIZER,
  SPEC,
  SUM,
  type TensorValues,
  TRAINING,
  type TrainingState,
  VERSION,
} from "./checkpoint_format.ts";
import { type StoredTensor, type StoredType, type TensorFile, toFloat32, toFloat64 } from "./safetensors.ts";

export {
  type Checkpoint,
  SPEC,
  specDifference,
  type TensorValues,
  TRAINING,
  type TrainingState,
  VERSION,
} from "./checkpoint_format.ts";

/** Longest state of a run that is read, in characters. */
const LONGEST = 10_000;

const count = (least: number) => z.int().min(least).max(Number.MAX_SAFE_INTEGER);
const trainingSchema = z.strictObject({
  seed: count(0),
  epochs: count(1),
  target: z.string().max(64),
  without: z.array(z.enum(OPTIMIZATIONS)).max(OPTIMIZATIONS.length),
  data: z.strictObject({ samples: count(1), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  epoch: count(0),
  step: count(0),
  seconds: z.number().min(0),
});

/** A checkpoint as tensors and metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): TensorFile {
  const file = checkpointTensors(checkpoint);
  file.metadata.set(HASH, hashOf(file));
  return file;
}

/** Whether a file says that it is a checkpoint. */
export function isCheckpoint({ metadata }: TensorFile): boolean {
  return metadata.has(VERSION);
}

/**
 * A checkpoint of tensors and metadata.
 *
 * @param origin how messages call it.
 * @throws {InputError} when they are no checkpoint, or not what was written.
 */
export function decodeCheckpoint(file: TensorFile, registry: Registry, origin: string): Checkpoint {
  const { metadata, tensors } = file, version = metadata.get(VERSION);
  if (version === undefined) {
    throw new InputError(
      `${origin}: it is no checkpoint of Kernelwright: its metadata have no "${VERSION}"; ` +
        "if it has another program's weights, make a checkpoint of them with deno task import",
    );
  }
  if (version !== CURRENT) {
    throw new InputError(
      `${origin}: its version is ${version.slice(0, 40)}, this program reads ${CURRENT}; use a newer one`,
    );
  }
  if (metadata.get(HASH) !== hashOf(file)) {
    throw new InputError(`${origin}: it is not what was written: its contents have another hash; use another copy`);
  }
  const spec = parseSpec(metadata.get(SPEC) ?? "", registry, `${origin}, its spec`);
  const graph = inferShapes(spec, registry, `${origin}, its spec`), contents = new Contents(tensors, origin);
  const parameters = new Map(
    [...weightShapes(graph)].map(([name, shape]) => [name, contents.floats(name, shape)] as const),
  );
  checkLeast(graph, parameters, origin);
  const state = metadata.get(TRAINING);
  const training = state === undefined ? undefined : decodeTraining(parseState(state, origin), graph, contents, origin);
  contents.finish(spec.name);
  return { spec, parameters, ...training && { training } };
}

function decodeTraining(
  { epoch, step, seconds, ...state }: z.infer<typeof trainingSchema>,
  graph: Graph,
  contents: Contents,
  origin: string,
): TrainingState {
  const steps = stepsInEpoch(graph, state.data.samples), { epochs } = state;
  if (epoch > epochs || step >= steps || (step > 0 && epoch === epochs)) {
    throw new InputError(`${origin}: it says that ${epoch} of ${epochs} epochs and ${step} of ${steps} steps are done`);
  }
  const optimizer = new Map<string, TensorValues>();
  for (const [name, shape] of stateShapes(graph)) optimizer.set(name, contents.floats(`${OPTIMIZER}${name}`, shape));
  const extra = contents.names(HISTORY).map((name) => name.slice(HISTORY.length));
  const figures = [...new Set(epoch > 0 ? [...FIGURES, ...extra] : extra)].map((key) =>
    [key, contents.doubles(`${HISTORY}${key}`, epoch)] as const
  );
  const history = Array.from({ length: epoch }, (_, i) => {
    const entries = Object.fromEntries(figures.map(([key, values]) => [key, values[i]]));
    const epoch = { ...entries, epoch: i + 1 } as EpochReport, wrong = wrongFigure(epoch);
    if (wrong !== undefined) throw new InputError(`${origin}: epoch ${i + 1}: ${wrong}`);
    return epoch;
  });
  const sum = (name: string) => contents.sum(EPOCH + name + SUM, graph.batchSize);
  const symbols = ["loss", ...graph.metrics.map(({ symbol }) => symbol)];
  const sums = () => Object.fromEntries(symbols.map((symbol) => [symbol, sum(symbol)]));
  const partial = step > 0 && { steps: step, seconds, sums: sums() };
  const wrong = partial && wrongPartial(partial, steps, graph);
  if (wrong) throw new InputError(`${origin}: epoch ${epoch + 1}, of which ${step} steps are done: ${wrong}`);
  return { ...state, history, optimizer, ...partial && { partial } };
}

/** The tensors of a checkpoint, each to be asked for. */
class Contents {
  readonly #tensors: TensorFile["tensors"];
  readonly #origin: string;
  readonly #left: Set<string>;

  constructor(tensors: TensorFile["tensors"], origin: string) {
    this.#tensors = tensors;
    this.#origin = origin;
    this.#left = new Set(tensors.keys());
  }

  names(prefix: string): string[] {
    return [...this.#tensors.keys()].filter((name) => name.startsWith(prefix));
  }

  floats(name: string, shape: readonly number[]): TensorValues {
    return { shape, values: this.#finite(name, toFloat32(this.#take(name, "F32", shape))!) };
  }

  doubles(name: string, length: number): Float64Array {
    return this.#finite(name, toFloat64(this.#take(name, "F64", [length]))!);
  }

  /** A number, or in older files the sum of `rows` numbers. */
  sum(name: string, rows: number): number {
    const older = this.#tensors.get(name)?.dtype === "F32";
    const values: Iterable<number> = older ? this.floats(name, [rows]).values : this.doubles(name, 1);
    return [...values].reduce((sum, value) => sum + value, 0);
  }

  /** Throws when there are others. */
  finish(net: string): void {
    for (const name of this.#left) {
      throw new InputError(`${this.#origin}: net ${net} has no ${JSON.stringify(name).slice(0, 60)}`);
    }
  }

  /** What has diverged is never written. */
  #finite<Values extends Float32Array | Float64Array>(name: string, values: Values): Values {
    const wrong = firstNotFinite(values);
    if (wrong < 0) return values;
    const what = JSON.stringify(name).slice(0, 60);
    throw new InputError(`${this.#origin}: element ${wrong} of ${what} is ${values[wrong]}; it must be finite`);
  }

  #take(name: string, dtype: StoredType, shape: readonly number[]): StoredTensor {
    const stored = this.#tensors.get(name);
    if (stored?.dtype !== dtype || stored.shape.join() !== shape.join()) {
      const found = stored ? `is ${stored.dtype} [${stored.shape.slice(0, 8).join(", ")}]` : "is missing";
      throw new InputError(`${this.#origin}: expected ${name} as ${dtype} [${shape.join(", ")}], but it ${found}`);
    }
    this.#left.delete(name);
    return stored;
  }
}

/** The shapes of a net's parameters and buffers by name, in the order of its layers. */
export function weightShapes({ nodes }: Graph): Map<string, readonly number[]> {
  return new Map(
    nodes.flatMap(({ name, parameters, buffers }) =>
      [...parameters, ...buffers].map(({ name: what, shape }) => [`${name}.${what}`, shape] as const)
    ),
  );
}

/**
 * @param parameters all of a net, buffers among them.
 * @param origin how messages call them.
 * @throws {InputError} naming the first element of a buffer that is below the least that it can be.
 */
export function checkLeast({ nodes }: Graph, parameters: ReadonlyMap<string, TensorValues>, origin: string): void {
  for (const { name: layer, buffers } of nodes) {
    for (const { name, least = -Infinity } of buffers) {
      const { values } = parameters.get(`${layer}.${name}`)!, wrong = values.findIndex((value) => value < least);
      if (wrong < 0) continue;
      throw new InputError(
        `${origin}: element ${wrong} of ${layer}.${name} is ${values[wrong]}; it must be at least ${least}`,
      );
    }
  }
}

/** The shapes of what the optimizer keeps by name, in the order of the layers: nothing of those that are frozen. */
export function stateShapes({ nodes, optimizer, optimizerOptions }: Graph): Map<string, readonly number[]> {
  const symbols = optimizer.state(optimizerOptions);
  return new Map(
    nodes.filter(({ frozen }) => !frozen).flatMap(({ name, parameters }) =>
      parameters.flatMap(({ name: what, shape }) =>
        symbols.map((symbol) => [`${name}.${what}.${symbol}`, shape] as const)
      )
    ),
  );
}

function parseState(text: string, origin: string): z.infer<typeof trainingSchema> {
  const unreadable = (why: string) => new InputError(`${origin}: the state of the run is not readable: ${why}`);
  let value: unknown;
  try {
    value = text.length > LONGEST ? undefined : parseJson(text);
  } catch (error) {
    throw unreadable(printable((error as Error).message));
  }
  const { success, data, error } = trainingSchema.safeParse(value);
  if (success) return data;
  const [{ path, message }] = error.issues;
  throw unreadable(`${path.join(".")}: ${message}`);
}

/** SHA-256 of all but itself, however the header spells it. */
function hashOf(file: TensorFile): string {
  return platform.sha256(hashedPieces(file));
}
