/**
 * The training loop.
 *
 * @module
 */
import type { Plan, Role } from "../../codegen/plan/plan.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Checkpoint, TensorValues, TrainingState } from "../files/checkpoint.ts";
import { type Dataset, type DataSplit, hashDataset } from "../data/data.ts";
import { LARGEST_AMOUNT } from "./figures.ts";
import { type GpuCode, openGpu } from "../backends/webgpu/gpu.ts";
import { gpuNeeds, GpuSession } from "../backends/webgpu/session.ts";
import type { Code, TimedCode } from "../backends/threads/load.ts";
import type { Machine } from "../measure/machine.ts";
import { testReport } from "./outcome.ts";
import { PROFILED_STEPS, profileOf, type Trace, WARM_UP_STEPS } from "../measure/profile.ts";
import {
  type Epoch,
  memoryFor,
  type NetSession,
  type NotFinite,
  notFinite,
  Session,
  type TrainingResult,
} from "../backends/threads/session.ts";
import { checkResumable } from "./resume.ts";
import type { DataReport, EpochReport, Progress, TrainingReport } from "./training_report.ts";
import { learningRates } from "./start.ts";
import { Watch } from "./watch.ts";

/** How a run is made. */
export interface RunOptions {
  /** Workers. */
  readonly threads: number;
  /** Passes over the training samples. */
  readonly epochs: number;
  /** What all random numbers follow from. */
  readonly seed: number;
  /** Whether the kernels of some more steps are timed after the test; nothing else in the result depends on it. */
  readonly profile?: boolean;
  /** What is gone on from. */
  readonly resume?: Checkpoint;
  /** Called after some epochs, at the end of training and when it is stopped, with what was reached; it is waited for. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Epochs between two calls of `onCheckpoint`. Default 1. */
  readonly checkpointEvery?: number;
  /** Stops training or the test after a step: the run then ends with a {@linkcode StoppedError}. */
  readonly signal?: AbortSignal;
  /** Called about ten times a second while an epoch runs, but not before it is done with the last call. */
  readonly onProgress?: (progress: Progress) => unknown;
  /** Called after each epoch; a promise is waited for. */
  readonly onEpoch?: (epoch: EpochReport) => unknown;
}

/** A trained network. */
export interface Trained {
  /** What happened. */
  readonly report: TrainingReport;
  /** Parameters by name, in the usual order: conv weights [out, in, h, w], linear weights [out, in]. */
  readonly parameters: ReadonlyMap<string, TensorValues>;
  /** What {@linkcode saveCheckpoint} keeps, to go on from or to use the net. */
  readonly checkpoint: Checkpoint;
  /** With a profile: every run of every kernel that was timed. */
  readonly trace?: Trace;
}

/** The kernels could not be timed, after the net had been trained and tested. */
export class ProfileError extends Error {
  /** What the run gave before. */
  readonly trained: Trained;

  /** Of something that was thrown. */
  constructor(thrown: unknown, trained: Trained) {
    super(`no profile: ${thrown instanceof Error ? thrown.message : thrown}`, { cause: thrown });
    this.name = "ProfileError";
    this.trained = trained;
  }
}

/** The run was stopped by its signal. */
export class StoppedError extends Error {
  /** What was reached; `onCheckpoint` has been called with it. */
  readonly checkpoint: Checkpoint;

  /** At a checkpoint. */
  constructor(checkpoint: Checkpoint) {
    super("training was stopped");
    this.name = "StoppedError";
    this.checkpoint = checkpoint;
  }
}

/** The loss or a weight is infinite or no number: what follows would be of no use, and no checkpoint is made of it. */
export class DivergedError extends Error {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The last step that was done in it, from 1. */
  readonly step: number;

  /** Found after a step. `what`: the loss, or a tensor, and its value. */
  constructor(epoch: number, step: number, what: string) {
    super(`${what} by step ${step} of epoch ${epoch}: training has diverged; lower the learning rate`);
    this.name = "DivergedError";
    this.epoch = epoch;
    this.step = step;
  }
}

/** A compiled net, and what it came from. */
export interface Runnable {
  readonly spec: Spec;
  readonly plan: Plan;
  /** Name of the target. */
  readonly target: string;
  /** Optimizations that were left out. */
  readonly without: readonly string[];
  readonly code: Code | GpuCode;
  /** For a profile of what workers run. */
  readonly timed?: TimedCode;
  readonly registry: Registry;
  /** Tells what it ran on; called after training and test: it may measure. */
  readonly machine: () => Promise<Machine>;
}

/**
 * Checks, before a run, all that it can be refused for; nothing is begun.
 *
 * @param code of a target on a GPU.
 * @throws {InputError} when net and data do not fit each other or the memory, the GPU does not do, or the run that is gone
 * on from was another one.
 */
export async function checkRun(
  plan: Plan,
  code: GpuCode | undefined,
  { train, test }: DataSplit,
  { epochs, seed, profile, resume }: Pick<RunOptions, "epochs" | "seed" | "profile" | "resume">,
): Promise<void> {
  if (code) await openGpu({ ...gpuNeeds(plan, code, [train, test]), timestamps: profile });
  else memoryFor(plan, [train, test]);
  if (!resume?.training) return;
  const { samples } = train, { batchSize } = plan, steps = Math.ceil(samples / batchSize);
  checkResumable(resume.training, { epochs, seed, steps, samples, batchSize, hash: await hashDataset(train) });
}

/** Trains a compiled net on a data set and tests it. What is gone on from has been checked by {@linkcode checkRun}. */
export async function run(net: Runnable, { train, test }: DataSplit, options: RunOptions): Promise<Trained> {
  const { plan, target, without, code, timed } = net,
    { threads, epochs, seed, profile = false, signal, resume } = options;
  const onGpu = typeof code === "object" && "dispatches" in code
    ? await GpuSession.open(plan, code, [train, test], profile)
    : undefined;
  const session: NetSession = onGpu ?? await Session.open(plan, code as Code, [train, test], threads, timed);
  const stop = () => session.stop();
  signal?.addEventListener("abort", stop);
  try {
    const date = new Date().toISOString(), epochOf = epochsOf(net, train, seed);
    const checkpoint = await trainEpochs(session, net, train, epochOf, options);
    const predictions = await session.predictions(1);
    if (signal?.aborted) throw new StoppedError(checkpoint);
    const tested = testReport(plan.graph, test, predictions);
    const { parameters, training: { history } } = checkpoint;
    const images = epochs * train.samples, seconds = history.reduce((sum, { seconds }) => sum + seconds, 0);
    const speed = images / seconds;
    const before = resume?.training;
    const trained: Trained = {
      report: {
        date,
        net: plan.name,
        target,
        threads: onGpu ? 0 : threads,
        batchSize: plan.batchSize,
        seed,
        without,
        parameters: [...parameters.values()].reduce((sum, { values }) => sum + values.length, 0),
        data: dataReport(train, test),
        epochs: history,
        training: { images, seconds, imagesPerSecond: speed <= LARGEST_AMOUNT ? speed : 0 },
        ...before && { resumed: { epochs: before.history.length, steps: before.partial?.steps ?? 0 } },
        test: tested,
        ...onGpu && { gpu: onGpu.report },
        machine: await net.machine(),
        versions: {
          kernelwright: VERSION,
          deno: Deno.version.deno,
          v8: Deno.version.v8,
          typescript: Deno.version.typescript,
        },
      },
      parameters,
      checkpoint,
    };
    if (!profile) return trained;
    try {
      // the epoch that would come next
      const timing = await session.profile(0, epochOf(epochs), PROFILED_STEPS, WARM_UP_STEPS);
      const { trace, profile } = profileOf(timing, plan, target);
      return { ...trained, report: { ...trained.report, profile }, trace };
    } catch (error) {
      throw new ProfileError(error, trained);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    session.close();
  }
}

/** What is given to an epoch, by its number from 0, and the learning rate that it has. */
function epochsOf(
  { spec, plan, registry }: Runnable,
  { samples }: Dataset,
  seed: number,
): (epoch: number) => Epoch & { readonly learningRate: number } {
  const steps = Math.ceil(samples / plan.batchSize), rate = learningRates(spec, registry);
  const { optimizer } = spec.training;
  return (epoch) => {
    const learningRate = rate(epoch);
    const params = (step: number) => plan.graph.optimizer.params(optimizer, learningRate, epoch * steps + step + 1);
    return { seed, epoch, learningRate, params };
  };
}

/** Trains all epochs that are not done, and hands out checkpoints on the way. Returns the last one. */
async function trainEpochs(
  session: NetSession,
  { spec, plan, target, without }: Runnable,
  train: Dataset,
  epochOf: ReturnType<typeof epochsOf>,
  { epochs, seed, resume, onCheckpoint, checkpointEvery = 1, signal, onProgress, onEpoch }: RunOptions,
): Promise<Checkpoint & { readonly training: TrainingState }> {
  const { samples } = train, steps = Math.ceil(samples / plan.batchSize);
  const before = resume?.training, hashing = before ? Promise.resolve(before.data.hash) : hashDataset(train);
  // it is awaited when it is needed
  hashing.catch(() => {});
  session.initialize(seed);
  if (resume) restore(session, resume);

  const history = [...before?.history ?? []];
  let partial = before?.partial;
  const capture = async () => {
    const read = async (role: Role) => {
      const tensors = await readTensors(session, plan, role),
        [epoch, step] = partial ? [history.length + 1, partial.steps] : [history.length, steps];
      checkDiverged(notFinite([...tensors].map(([name, { values }]) => [name, values])), epoch, step);
      return tensors;
    };
    const [parameters, optimizer] = [await read("parameter"), await read("state")];
    const data = { samples, hash: await hashing };
    const own = { without: [...without], history: history.map((epoch) => ({ ...epoch })) };
    const training = { seed, epochs, target, data, optimizer, ...own };
    return { spec, parameters, training: { ...training, ...partial && { partial } } };
  };
  while (history.length < epochs && !signal?.aborted) {
    const epoch = epochOf(history.length), { learningRate } = epoch;
    const start = performance.now();
    const watch = onProgress && new Watch(() => {
      const seen = Math.min(session.progress * plan.batchSize, samples);
      return onProgress({ epoch: epoch.epoch + 1, epochs, samples: seen, total: samples });
    });
    let result: TrainingResult;
    try {
      const before = partial && { steps: partial.steps, loss: partial.lossSum, hits: partial.hitSum };
      result = await session.train(0, epoch, steps, before);
    } finally {
      watch?.stop();
    }
    await watch?.end();
    const { loss, correct, steps: done, lossSum } = result;
    const seconds = (partial?.seconds ?? 0) + (performance.now() - start) / 1000;
    if (!Number.isFinite(loss)) throw new DivergedError(epoch.epoch + 1, done, `the loss has become ${loss}`);
    checkDiverged(result.notFinite, epoch.epoch + 1, done);
    if (done < steps) {
      partial = { steps: done, seconds, lossSum, hitSum: correct };
      break;
    }
    partial = undefined;
    history.push({ epoch: epoch.epoch + 1, loss, accuracy: correct / samples, learningRate, seconds });
    await onEpoch?.({ ...history[epoch.epoch] });
    const more = history.length < epochs && !signal?.aborted;
    if (onCheckpoint && more && history.length % checkpointEvery === 0) await onCheckpoint(await capture());
  }
  const checkpoint = await capture();
  // a listener may do what it likes with its own: this one is the run's result
  if (onCheckpoint) await onCheckpoint(structuredClone(checkpoint));
  if (signal?.aborted) throw new StoppedError(checkpoint);
  return checkpoint;
}

/** @throws {DivergedError} when an element was found that is infinite or NaN. */
function checkDiverged(found: NotFinite | undefined, epoch: number, step: number): void {
  if (found) throw new DivergedError(epoch, step, `${found.name} has become ${found.value}`);
}

/** The tensors of a role, read back. */
async function readTensors(session: NetSession, { tensors }: Plan, role: Role): Promise<Map<string, TensorValues>> {
  const chosen = Object.values(tensors).filter((tensor) => tensor.role === role);
  const values = await session.readAll(chosen.map(({ name }) => name));
  return new Map(
    chosen.map(({ name, shape, layout }, i) => [name, { shape: layout?.shape ?? shape, values: values[i] }]),
  );
}

/** Puts weights and the optimizer's state where a session has them. */
function restore(session: NetSession, { parameters, training }: Checkpoint): void {
  for (const [name, { values }] of [...parameters, ...training?.optimizer ?? []]) session.write(name, values);
}

function dataReport({ name, source, shape, samples }: Dataset, test: Dataset): DataReport {
  return { ...name !== undefined && { name }, source, shape: [...shape], train: samples, test: test.samples };
}

/** Version of the program. */
export const VERSION = "0.1.0";
