/**
 * The training loop.
 *
 * @module
 */
import type { Plan } from "../codegen/plan.ts";
import type { Registry } from "../codegen/layer.ts";
import { initialLearningRate, type Spec } from "../codegen/spec.ts";
import type { Dataset, DataSplit } from "./data.ts";
import type { GpuCode } from "./gpu.ts";
import { type GpuReport, GpuSession } from "./gpu_session.ts";
import type { Code, TimedCode } from "./load.ts";
import type { Machine } from "./machine.ts";
import { type TestReport, testReport } from "./outcome.ts";
import { type Profile, PROFILED_STEPS, profileOf, type Trace, WARM_UP_STEPS } from "./profile.ts";
import { type Epoch, type NetSession, Session } from "./session.ts";

/** What one epoch brought. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the training samples, each as it was seen before its update. */
  readonly loss: number;
  /** Share of the training samples classified right as they were seen. */
  readonly accuracy: number;
  /** The optimizer's, as the scheduler set it. */
  readonly learningRate: number;
  /** Time the epoch took. */
  readonly seconds: number;
}

/** What a run was trained and tested on. */
export interface DataReport {
  /** Name of the data set, where its files were found to be those published under it. */
  readonly name?: string;
  /** Where the training samples came from. */
  readonly source: string;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** Training samples. */
  readonly train: number;
  /** Test samples. */
  readonly test: number;
}

/** A whole run; what `train --report` writes. */
export interface TrainingReport {
  /** When training began: ISO 8601, in UTC. */
  readonly date: string;
  /** The arguments of the command that trained, where it was one. */
  readonly command?: readonly string[];
  /** Name of the net. */
  readonly net: string;
  /** Name of the target. */
  readonly target: string;
  /** Workers; 0 where a GPU trains. */
  readonly threads: number;
  /** Samples per step. */
  readonly batchSize: number;
  /** What all random numbers followed from. */
  readonly seed: number;
  /** Optimizations of the plan that were left out. */
  readonly without: readonly string[];
  /** Trained numbers. */
  readonly parameters: number;
  /** What it was trained and tested on. */
  readonly data: DataReport;
  /** One after the other. */
  readonly epochs: readonly EpochReport[];
  /** `seconds`: a monotonic clock around the training loop only. */
  readonly training: { readonly images: number; readonly seconds: number; readonly imagesPerSecond: number };
  /** The test samples, after training. */
  readonly test: TestReport;
  /** For a target on a GPU: which, and what a step and an epoch ask of it. */
  readonly gpu?: GpuReport;
  /** Where the time of a step goes, if that was asked for; the steps that were timed are not among those above. */
  readonly profile?: Profile;
  /** What it ran on; measured only where that was asked for. */
  readonly machine: Machine;
  /** Of this program, and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How far an epoch is. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** Samples of the epoch seen so far. */
  readonly samples: number;
  /** Training samples. */
  readonly total: number;
}

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
  /** Called about ten times a second while an epoch runs. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (epoch: EpochReport) => void;
}

/** A trained network. */
export interface Trained {
  /** What happened. */
  readonly report: TrainingReport;
  /** Parameters by name, in the usual order: conv weights [out, in, h, w], linear weights [out, in]. */
  readonly parameters: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
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

/**
 * Trains a compiled net on a data set and tests it.
 *
 * @param machine called after that: it may measure.
 */
export async function run(
  { spec, plan, target, without, code, timed, registry, machine }: {
    spec: Spec;
    plan: Plan;
    target: string;
    without: readonly string[];
    code: Code | GpuCode;
    /** For a profile of what workers run. */
    timed?: TimedCode;
    registry: Registry;
    machine: () => Promise<Machine>;
  },
  { train, test }: DataSplit,
  { threads, epochs, seed, profile = false, onProgress, onEpoch }: RunOptions,
): Promise<Trained> {
  const onGpu = typeof code === "object" && "dispatches" in code
    ? await GpuSession.open(plan, code, [train, test], profile)
    : undefined;
  const session: NetSession = onGpu ?? await Session.open(plan, code as Code, [train, test], threads, timed);
  try {
    session.initialize(seed);
    const { optimizer, scheduler } = spec.training;
    const initial = initialLearningRate(spec);
    const steps = Math.ceil(train.samples / plan.batchSize);
    const rate = registry.schedulers.find(({ type }) => type === scheduler.type)!;
    const epochOf = (epoch: number, learningRate: number): Epoch => ({
      seed,
      epoch,
      params: (step) => plan.graph.optimizer.params(optimizer, learningRate, epoch * steps + step + 1),
    });
    const reports: EpochReport[] = [];
    const date = new Date().toISOString();
    const begin = performance.now();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const learningRate = rate.rate(scheduler, initial, epoch);
      const start = performance.now();
      // what a listener throws ends the run as an error, not the process from its timer
      let thrown: { error: unknown } | undefined;
      const watch = onProgress && setInterval(() => {
        const samples = Math.min(session.progress * plan.batchSize, train.samples);
        try {
          if (!thrown) onProgress({ epoch: epoch + 1, epochs, samples, total: train.samples });
        } catch (error) {
          thrown = { error };
        }
      }, 100);
      try {
        const { loss, correct } = await session.train(0, epochOf(epoch, learningRate));
        const seconds = (performance.now() - start) / 1000;
        reports.push({ epoch: epoch + 1, loss, accuracy: correct / train.samples, learningRate, seconds });
      } finally {
        clearInterval(watch);
      }
      if (thrown) throw thrown.error;
      onEpoch?.(reports[epoch]);
    }
    const seconds = (performance.now() - begin) / 1000;
    const tested = testReport(plan.graph, test, await session.predictions(1));
    const learned = Object.values(plan.tensors).filter(({ role }) => role === "parameter");
    const parameters = new Map<string, { shape: readonly number[]; values: Float32Array }>();
    for (const { name, shape, layout } of learned) {
      parameters.set(name, { shape: layout?.shape ?? shape, values: await session.read(name) });
    }
    const images = epochs * train.samples;
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
        epochs: reports,
        training: { images, seconds, imagesPerSecond: images / seconds },
        test: tested,
        ...onGpu && { gpu: onGpu.report },
        machine: await machine(),
        versions: {
          kernelwright: VERSION,
          deno: Deno.version.deno,
          v8: Deno.version.v8,
          typescript: Deno.version.typescript,
        },
      },
      parameters,
    };
    if (!profile) return trained;
    try {
      // the epoch that would come next
      const epoch = epochOf(epochs, rate.rate(scheduler, initial, epochs));
      const timing = await session.profile(0, epoch, PROFILED_STEPS, WARM_UP_STEPS);
      const { trace, profile } = profileOf(timing, plan, target);
      return { ...trained, report: { ...trained.report, profile }, trace };
    } catch (error) {
      throw new ProfileError(error, trained);
    }
  } finally {
    session.close();
  }
}

function dataReport({ name, source, shape, samples }: Dataset, test: Dataset): DataReport {
  return { ...name !== undefined && { name }, source, shape, train: samples, test: test.samples };
}

/** Version of the program. */
export const VERSION = "0.1.0";
