/**
 * How far the training of a net has come, and how a checkpoint keeps that; `stored_state.ts` reads it.
 *
 * @module
 */
import { notFinite } from "../backends/tensors.ts";
import { checkpointTensors, HASH, hashedPieces } from "../files/checkpoint_format.ts";
import { encodeSafetensors } from "../files/safetensors.ts";
import { checkDiverged } from "../run/errors.ts";
import type { EpochReport, PartialEpoch } from "../run/training_report.ts";
import type { Core } from "./core.ts";
import type { Read } from "./samples.ts";
import { digest, joined, sha256 } from "./hash.ts";

/** The metadata's key of a net's own counts, which a run of whole epochs over one data set does not need. */
export const COUNTS = "kernelwright.counts";
/** The hash of no data set: a run cannot be gone on with by its number of epochs. */
export const UNKNOWN = "0".repeat(64);

/** How far training has come: what an update depends on beside the weights, the optimizer's state and the data. */
export interface State {
  seed: number;
  /** Epochs that are done: learning rate and order of samples follow from it. */
  epochs: number;
  /** Updates that are done, of `train` and `step`: what the optimizer counts, and what dropout drops, follow from it. */
  steps: number;
  /** Figures of epochs that are done. */
  history: EpochReport[];
  /** The epoch that was stopped inside. */
  partial?: PartialEpoch;
  /** What was trained on last. */
  data?: { readonly samples: number; readonly hash: Promise<string> };
  /** Whether all updates are those of whole epochs, from the first on, over that data. */
  whole: boolean;
}

/** Nothing is done yet. */
export const begun = (seed: number): State => ({ seed, epochs: 0, steps: 0, history: [], whole: true });

/** What tells data sets apart, as checkpoints of a run have it. */
export async function hashOfSet({ inputs, labels, targets, own }: Read): Promise<string> {
  const parts = [inputs, labels ?? targets, own].flatMap((values) =>
    values ? [digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))] : []
  );
  return await sha256(await Promise.all(parts));
}

/** Takes note of what is trained on; an epoch that was stopped inside is gone on with only on the same data. */
export async function beginOn(state: State, read: Read): Promise<void> {
  const data = { samples: read.samples, hash: hashOfSet(read) }, before = state.data;
  // it is waited for when it is needed
  data.hash.catch(() => {});
  const same = before && before.samples === data.samples && await before.hash === await data.hash;
  // all at once: a checkpoint may be asked for meanwhile
  state.data = data;
  if (!before) state.whole &&= state.steps === 0;
  if (!before || same) return;
  state.whole = false;
  state.partial = undefined;
}

/** All that a checkpoint has of a net: of now, or of the last whole epoch where the memory was lost since. */
export function snapshot(core: Core, state: State) {
  const read = core.alone(async () => {
    const [parameters, optimizer] = await Promise.all([core.readAll(), core.readAll(["state"])]);
    return { ...state, history: [...state.history], parameters, optimizer };
  });
  return core.host.orLast?.(state, read) ?? read;
}

/**
 * The bytes of a checkpoint: of now, or of the last epoch where the memory was lost since.
 *
 * @throws {DivergedError} when a tensor is infinite or NaN.
 */
export async function save(core: Core, state: State): Promise<Uint8Array<ArrayBuffer>> {
  const { program: { spec, target, without = [] } } = core;
  const { seed, epochs, steps, partial, history, data, whole, parameters, optimizer } = await snapshot(core, state);
  const values = [...parameters, ...optimizer].map(([name, { values }]) => [name, values] as const);
  checkDiverged(notFinite(values), epochs + 1, steps);
  const run = whole && data
    ? { data: { samples: data.samples, hash: await data.hash }, history, partial }
    : { data: { samples: 1, hash: UNKNOWN }, history: [] };
  const all = Math.max(spec.training.epochs, epochs + 1);
  const file = checkpointTensors({
    spec,
    parameters,
    training: { seed, epochs: all, target, without, optimizer, ...run },
  });
  file.metadata.set(COUNTS, JSON.stringify({ epochs, steps }));
  file.metadata.set(HASH, await sha256(hashedPieces(file)));
  return joined(encodeSafetensors(file));
}
