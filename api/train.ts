/**
 * Nets are trained.
 *
 * @module
 */
import { type Optimization, OPTIMIZATIONS } from "../codegen/compile.ts";
import { InputError } from "../codegen/error.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import type { Spec } from "../codegen/graph/spec.ts";
import { MOST_EPOCHS } from "../codegen/language/schema.ts";
import type { Tuning } from "../codegen/schedule/tuning.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { DeviceError } from "../runtime/backends/device_error.ts";
import { said } from "../runtime/data/arrays.ts";
import type { DataSplit } from "../runtime/data/data.ts";
import { type Checkpoint, specDifference } from "../runtime/files/checkpoint.ts";
import { type Probe, PROBES } from "../runtime/measure/machine/facts.ts";
import {
  check,
  checkChoices,
  FLAG,
  FUNCTION,
  isObject,
  type Kind,
  listOf,
  objectOf,
  readOptions,
  SEED,
  SIGNAL,
  TEXT,
  THREADS,
  whole,
} from "../runtime/run/options.ts";
import { checkResume, copyCheckpoint } from "../runtime/run/resume.ts";
import type { RunOptions, Trained } from "../runtime/run/run_options.ts";
import { type RunStart, startOf } from "../runtime/run/start.ts";
import { run } from "../runtime/run/train.ts";
import { fastestTarget } from "./choose_target.ts";
import { compileNet, TUNING } from "./compile.ts";
import { kindOf, readSplit } from "./data.ts";
import { measureMachine } from "./measure.ts";
import { registry } from "./registry.ts";
import { checkedSpec } from "./spec.ts";
import { allCores, findTarget, TARGET, targetHere } from "./targets.ts";

/** What the options of {@linkcode train} may be. */
const TRAIN: Readonly<Record<keyof Required<TrainOptions>, Kind>> = {
  target: TARGET,
  module: { ...TEXT, expected: "the URL of a module, as a text" },
  tuning: TUNING,
  without: listOf(OPTIMIZATIONS),
  probes: listOf(PROBES),
  threads: THREADS,
  epochs: whole(1, MOST_EPOCHS),
  seed: SEED,
  profile: FLAG,
  resume: objectOf("a checkpoint, as loadCheckpoint reads it"),
  checkpointEvery: whole(1),
  signal: SIGNAL,
  ...{ onStart: FUNCTION, onCheckpoint: FUNCTION, onProgress: FUNCTION, onEpoch: FUNCTION },
};

/** How a net is trained. With `resume`, what is left out is as it was. */
export interface TrainOptions extends Partial<RunOptions> {
  /** Default "auto", see {@linkcode chooseTarget}. */
  readonly target?: string;
  /**
   * For target typescript, and samples that are bytes: URL of the generated `step.ts` of just this net. Compiled in memory
   * when left out.
   */
  readonly module?: string;
  /** Schedules found by {@linkcode tune}. Default: first guesses. */
  readonly tuning?: Tuning;
  /** Optimizations that are left out; without tiles or vectors `tuning` does not count. Default: none. */
  readonly without?: readonly Optimization[];
  /** What is measured of the machine, after training, for the report. Default: nothing. */
  readonly probes?: readonly Probe[];
  /** Called before anything is begun, when all that can be refused has been checked; it is waited for. */
  readonly onStart?: () => void | Promise<void>;
}

/**
 * Trains a net on a data set and tests it. Threads default to all cores, epochs to the spec's, the seed to 0.
 *
 * With `resume` it goes on from a checkpoint: on the same target, with the same schedules, the bits are those of a run
 * that was never stopped. `epochs` counts those that are done, too.
 *
 * @throws {InputError} when the data does not fit the net, the target cannot run here or be profiled, or the checkpoint
 * is another net's, another seed's or other data's.
 * @throws {StoppedError} when `signal` stops it; it has what was reached.
 * @throws {DeviceError} when a GPU is lost, or refuses something; all checkpoints were made before that.
 * @throws {DivergedError} when the loss or a weight is infinite or NaN; all checkpoints were made before that.
 * @throws {ProfileError} when a profile is wanted and fails after the training; it has what was trained.
 */
export async function train(given: Spec, sets: DataSplit, settings: TrainOptions = {}): Promise<Trained> {
  // all that is given is read once: what was checked is what is used
  const options = readOptions(settings, TRAIN), spec = parsedSpec(given), data = readSplit(sets);
  const { profile, module, probes = [], tuning, threads = allCores() } = options,
    resume = options.resume && readResume(options.resume, spec);
  const before = resume?.training;
  const without = [...new Set(options.without ?? (before?.without ?? []) as readonly Optimization[])];
  checkChoices("probes", probes, PROBES);
  checkChoices("without", without, OPTIMIZATIONS);
  const wish = options.target ?? before?.target ?? "auto";
  const chosen = wish === "auto" ? await fastestTarget(spec, data, { tuning, without, profile }) : undefined;
  const target = chosen?.target ?? targetHere(wish);
  if (module !== undefined && !target.script) {
    throw new InputError(`module is of use only with target typescript, and target is ${target.name}`);
  }
  if (module !== undefined && kindOf(data.train) !== "u8") {
    throw new InputError("module is the code of a net that takes bytes, and the samples are floats; leave module out");
  }
  const net = compileNet(spec, target, { data: kindOf(data.train), tuning, without });
  const epochs = options.epochs ?? before?.epochs ?? spec.training.epochs;
  const seed = options.seed ?? before?.seed ?? 0, { checkpointEvery = 1 } = options;
  // those of a checkpoint, too
  check("epochs", epochs, TRAIN.epochs);
  check("seed", seed, TRAIN.seed);
  const { onCheckpoint, signal, onProgress, onEpoch } = options;
  const own = chosen?.fitted ??
    await backendOf(target).fit(net, [data.train, data.test], { threads, profile, module });
  let opened = false;
  const fitted = {
    async open() {
      const session = await own.open();
      opened = true;
      return session;
    },
  };
  if (before) await checkResume(before, net.plan, data.train, { epochs, seed });
  await options.onStart?.();
  // threads that train are those that measure
  const machine = (threads: number) => measureMachine({ probes, ...threads > 0 && { threads } });
  try {
    return await run({ spec, net, without, registry, fitted, machine }, data, {
      ...{ threads, epochs, seed, profile, resume, onCheckpoint, checkpointEvery, signal, onProgress, onEpoch },
    });
  } catch (error) {
    // a GPU that nobody asked for, and that fails before the first step, is of no use: threads are
    if (!chosen || opened || !(error instanceof DeviceError)) throw error;
    return await train(spec, data, { ...options, target: findTarget("auto").name, onStart: undefined });
  }
}

/** @throws {InputError} when a value is no spec, or lacks the defaults that {@linkcode parseSpec} puts in. */
function parsedSpec(given: Spec): Spec {
  const spec = checkedSpec(given), differing = specDifference(spec, given);
  if (differing === undefined) return spec;
  throw new InputError(
    `spec is not what parseSpec returns${differing === "" ? "" : `: ${differing} differs`}; give parseSpec(spec)`,
  );
}

/** @throws {InputError} when a checkpoint is not one of a spec. */
function readResume(given: Checkpoint, spec: Spec): Checkpoint {
  if (!isObject(given.spec)) {
    throw new InputError(`resume.spec is ${said(given.spec)}; expected a checkpoint, as loadCheckpoint reads it`);
  }
  const differing = specDifference(given.spec, spec);
  if (differing !== undefined) {
    throw new InputError(
      `the checkpoint is of another net, or was trained in another way: ${differing} differs; take its own spec`,
    );
  }
  return { spec, ...copyCheckpoint(given, inferShapes(spec, registry)) };
}

/**
 * What a run of a net begins with, and in which order it takes its samples.
 *
 * @throws {InputError} when the seed is none that a run may have.
 */
export function runStart(spec: Spec, seed = 0): RunStart {
  check("seed", seed, SEED);
  return startOf(checkedSpec(spec), registry, seed);
}
