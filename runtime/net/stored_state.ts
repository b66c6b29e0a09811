/**
 * How far training has come, as a checkpoint has kept it.
 *
 * @module
 */
import {
  EPOCH,
  HISTORY,
  OPTIMIZER,
  specDifference,
  SUM,
  type TensorValues,
  TRAINING,
  type TrainingState,
} from "../files/checkpoint_format.ts";
import { figuresOf } from "../backends/epoch.ts";
import type { EpochReport } from "../run/training_report.ts";
import type { Core } from "./core.ts";
import { MOST_EPOCHS } from "./options.ts";
import { intact, type ReadCheckpoint, readCheckpoint } from "./restore.ts";
import { COUNTS, type State, UNKNOWN } from "./state.ts";

export { readCheckpoint };

/** The state of a run as the metadata have it. */
type StoredState = Pick<TrainingState, "seed" | "data"> & {
  /** Epochs that are done; of the next one steps, and the seconds that they took. */
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
};

/** What a checkpoint has of a net that trains. */
export interface StoredTraining {
  readonly weights: ReadonlyMap<string, TensorValues>;
  /** Nothing where the net is trained otherwise. */
  readonly found?: { readonly state: State; readonly optimizer: ReadonlyMap<string, TensorValues> };
}

/**
 * Reads a checkpoint of a net.
 *
 * @throws {InputError} when it is damaged, no checkpoint, or of a net of other layers.
 */
export async function readTraining(core: Core, bytes: Uint8Array): Promise<StoredTraining> {
  const read = await readCheckpoint(core, bytes);
  return { weights: read.floats(core.shapes()), found: intact(() => stateOf(core, read), fits) };
}

/** Whether a state can be one; a file that was written by hand may say anything. */
function fits(found: StoredTraining["found"]): boolean {
  if (!found) return true;
  const { seed, epochs, steps, history, partial = { steps: 0 } } = found.state;
  const counts = [seed, epochs, steps, partial.steps];
  return history.length <= MOST_EPOCHS && counts.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/**
 * How far the training of a checkpoint has come, and the optimizer's state; nothing where the net is trained otherwise.
 *
 * @throws {InputError} when it cannot be read.
 */
function stateOf(
  core: Core,
  read: ReadCheckpoint,
): { readonly state: State; readonly optimizer: ReadonlyMap<string, TensorValues> } | undefined {
  const { program: { spec }, plan: { batchSize } } = core;
  if (!read.metadata.has(TRAINING) || specDifference(read.spec, spec)) return undefined;
  const { seed, epoch, step, seconds, data: { samples, hash } } = read.json(TRAINING) as StoredState;
  const counts = read.metadata.has(COUNTS) ? read.json(COUNTS) as Partial<State> : {}, whole = hash !== UNKNOWN;
  const { epochs = epoch, steps = epoch * Math.ceil(samples / batchSize) + step } = counts;
  const figures = read.names(HISTORY).map((name) =>
    [name.slice(HISTORY.length), read.numbers(name, "F64", epoch)] as const
  );
  const history = Array.from({ length: Math.min(epoch, MOST_EPOCHS + 1) }, (_, i) => ({
    ...Object.fromEntries(figures.map(([name, values]) => [name, values[i]])),
    epoch: i + 1,
  } as EpochReport));
  const sums = () =>
    Object.fromEntries(
      figuresOf(core.plan).map(({ symbol }) => [symbol, read.numbers(EPOCH + symbol + SUM, "F64", 1)[0]]),
    );
  return {
    optimizer: read.floats(core.shapes(["state"]), OPTIMIZER),
    state: {
      ...{ seed, epochs, steps, whole, history },
      ...step > 0 && { partial: { steps: step, seconds, sums: sums() } },
      ...whole && { data: { samples, hash: Promise.resolve(hash) } },
    },
  };
}
