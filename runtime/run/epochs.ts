/**
 * The training loop: epoch by epoch, with checkpoints on the way, until all are done or the run is stopped.
 *
 * @module
 */
import type { NetSession, TrainingResult } from "../backends/session.ts";
import { meansOf } from "../backends/epoch.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import type { Dataset } from "../data/data.ts";
import { hashDataset } from "../data/hash.ts";
import type { Checkpoint, TrainingState } from "../files/checkpoint.ts";
import { nounOf } from "./progress.ts";
import { checkDiverged, DivergedError, StoppedError } from "./errors.ts";
import type { Runnable, RunOptions } from "./run_options.ts";
import { type Reached, restore, takeSnapshot } from "./snapshot.ts";
import { epochsOf, type TrainingEpoch } from "./start.ts";
import type { EpochReport, PartialEpoch } from "./training_report.ts";
import { Watch } from "./watch.ts";

/**
 * Trains all epochs that are not done, and hands out checkpoints on the way. Returns the last one.
 *
 * @throws {StoppedError} when its signal stops it.
 * @throws {DivergedError} when the loss or a weight is infinite or NaN.
 */
export async function trainEpochs(
  session: NetSession,
  runnable: Runnable,
  train: Dataset,
  options: RunOptions,
): Promise<Checkpoint & { readonly training: TrainingState }> {
  const { epochs, seed, resume, onCheckpoint, checkpointEvery = 1, signal, onEpoch } = options;
  const { spec, registry, net: { plan } } = runnable, before = resume?.training;
  const epochOf = epochsOf(spec, registry, plan, train.samples, seed);
  const hash = before ? Promise.resolve(before.data.hash) : hashDataset(train);
  // it is awaited when it is needed
  hash.catch(() => {});
  session.initialize(seed);
  if (resume) restore(session, resume);
  await session.ready;

  const reached: Reached = { history: [...before?.history ?? []], partial: before?.partial }, { history } = reached;
  const snapshot = () => takeSnapshot(session, runnable, { ...options, samples: train.samples, hash }, reached);
  while (history.length < epochs && !signal?.aborted) {
    const ended = await trainEpoch(session, epochOf(history.length), runnable, train, options, reached.partial);
    if ("steps" in ended) {
      reached.partial = ended;
      break;
    }
    reached.partial = undefined;
    history.push(ended);
    await onEpoch?.({ ...ended });
    const more = history.length < epochs && !signal?.aborted;
    if (onCheckpoint && more && history.length % checkpointEvery === 0) await onCheckpoint(await snapshot());
  }
  const checkpoint = await snapshot();
  // a listener may do what it likes with its own: this one is the run's result
  if (onCheckpoint) await onCheckpoint(structuredClone(checkpoint));
  if (signal?.aborted) throw new StoppedError(checkpoint);
  return checkpoint;
}

/** Trains what is left of an epoch, to its end or until it is stopped; what was done of it before counts. */
async function trainEpoch(
  session: NetSession,
  epoch: TrainingEpoch,
  { net: { plan } }: Runnable,
  { samples, shape }: Dataset,
  { epochs, onProgress }: RunOptions,
  before: PartialEpoch | undefined,
): Promise<EpochReport | PartialEpoch> {
  const number = epoch.epoch + 1, steps = stepsInEpoch(plan, samples), start = performance.now();
  const watch = onProgress && new Watch(() => {
    const seen = Math.min(session.progress * plan.batchSize, samples);
    return onProgress({ epoch: number, epochs, samples: seen, total: samples, noun: nounOf(shape) });
  });
  let result: TrainingResult;
  try {
    result = await session.train(0, epoch, steps, before);
  } finally {
    watch?.stop();
  }
  await watch?.end();
  const { loss, steps: done, sums } = result;
  const seconds = (before?.seconds ?? 0) + (performance.now() - start) / 1000;
  if (!Number.isFinite(loss)) throw new DivergedError(number, done, `the loss has become ${loss}`);
  checkDiverged(result.notFinite, number, done);
  if (done < steps) return { steps: done, seconds, sums };
  return { epoch: number, ...meansOf(plan, sums, samples), learningRate: epoch.learningRate, seconds };
}
