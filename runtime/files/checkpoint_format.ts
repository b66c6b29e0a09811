/**
 * What a checkpoint is, and how it becomes tensors and metadata. `checkpoint.ts` checks those that are read; it is
 * apart, so that a net that was built does not load what checks any spec.
 *
 * @module
 */
import type { Spec } from "../../codegen/graph/spec.ts";
import type { EpochReport, PartialEpoch } from "../run/training_report.ts";
import { type StoredTensor, storedTensor, type TensorFile } from "./safetensors.ts";

/** A tensor's numbers. */
export interface TensorValues {
  /** In the usual order: conv weights [out, in, h, w], linear weights [out, in]. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** A net with its weights, and where its training stands. */
export interface Checkpoint {
  /** The net, and how it is trained. */
  readonly spec: Spec;
  /** Weights and biases by name: `conv1.weight`; and the buffers of layers that have some. */
  readonly parameters: ReadonlyMap<string, TensorValues>;
  /** Absent where only weights are known: training then begins with them. */
  readonly training?: TrainingState;
}

/**
 * Where training stands. The order of samples, what dropout drops and the learning rate follow from the seed and the
 * numbers of epoch and step: there is no other state.
 */
export interface TrainingState {
  /** What all random numbers follow from. */
  readonly seed: number;
  /** Epochs that the run is to have, those that are done among them. */
  readonly epochs: number;
  /** The target it was trained on last; on another one the bits are others. */
  readonly target: string;
  /** Optimizations that were left out. */
  readonly without: readonly string[];
  /** What it is trained on: samples, and a hash of inputs and labels. */
  readonly data: { readonly samples: number; readonly hash: string };
  /** The epochs that are done. */
  readonly history: readonly EpochReport[];
  /** The epoch that was stopped inside. */
  readonly partial?: PartialEpoch;
  /** The optimizer's state by name, each of its parameter's shape: `conv1.weight.m`. */
  readonly optimizer: ReadonlyMap<string, TensorValues>;
}

/** The metadata's keys: those that tell which file is a checkpoint, and of what. */
export const VERSION = "kernelwright.checkpoint", SPEC = "kernelwright.spec", TRAINING = "kernelwright.training";
/** That of the hash of all the rest. */
export const HASH = "kernelwright.sha256";
/** How names of tensors begin that are no parameters. */
export const OPTIMIZER = "optimizer.", HISTORY = "history.", EPOCH = "epoch.";
/** How those of sums over a part of an epoch end. */
export const SUM = "_sum";
/** Version of what is written. */
export const CURRENT = "1";
/** A file to which metadata can be added. */
export type WritableFile = TensorFile & { readonly metadata: Map<string, string> };

/** A checkpoint as tensors and metadata, its hash not yet among them. */
export function checkpointTensors({ spec, parameters, training }: Checkpoint): WritableFile {
  const tensors = new Map<string, StoredTensor>();
  const add = (name: string, { shape, values }: TensorValues) => tensors.set(name, storedTensor(shape, values));
  for (const [name, values] of parameters) add(name, values);
  // the schema's place is of use beside the spec's own file only
  const { $schema: _, ...stored } = spec as Spec & { $schema?: string };
  const metadata = new Map([["format", "pt"], [VERSION, CURRENT], [SPEC, JSON.stringify(stored)]]);
  if (training) {
    const { optimizer, history, partial, ...state } = training;
    for (const [name, values] of optimizer) add(`${OPTIMIZER}${name}`, values);
    if (history.length > 0) {
      for (const [key, value] of Object.entries(history[0])) {
        if (typeof value !== "number" || key === "epoch") continue;
        const figures = Float64Array.from(history, (epoch) => epoch[key as keyof EpochReport]!);
        tensors.set(`${HISTORY}${key}`, storedTensor([history.length], figures));
      }
    }
    if (partial) {
      for (const [symbol, sum] of Object.entries(partial.sums)) {
        tensors.set(EPOCH + symbol + SUM, storedTensor([1], Float64Array.of(sum)));
      }
    }
    const { steps: step = 0, seconds = 0 } = partial ?? {};
    metadata.set(TRAINING, JSON.stringify({ ...state, epoch: history.length, step, seconds }));
  }
  return { metadata, tensors };
}

/** What the metadata's hash is that of, in pieces: all but itself, however the header spells it. */
export function hashedPieces({ metadata, tensors }: TensorFile): Uint8Array<ArrayBuffer>[] {
  const byName = <T>(entries: ReadonlyMap<string, T>) => [...entries].sort(([a], [b]) => a < b ? -1 : 1);
  const sorted = byName(tensors);
  const head = JSON.stringify([
    byName(metadata).filter(([key]) => key !== HASH),
    sorted.map(([name, { dtype, shape }]) => [name, dtype, shape]),
  ]);
  return [new TextEncoder().encode(head), ...sorted.map(([, { bytes }]) => bytes)];
}

/**
 * Where two specs differ, in words; undefined where they are the same net, trained in the same way. For how long may
 * differ, and how classes are called: nothing is computed with names.
 */
export function specDifference(a: Spec, b: Spec): string | undefined {
  const visit = (a: unknown, b: unknown, path: string): string | undefined => {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
      return a === b ? undefined : path;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const at = path === "" ? key : `${path}.${key}`;
      if (["$schema", "classes", "training.epochs"].includes(at)) continue;
      const found = visit((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], at);
      if (found !== undefined) return found;
    }
  };
  return visit(a, b, "");
}
