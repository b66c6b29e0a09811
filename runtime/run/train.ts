/**
 * A whole run: a net is trained, tested, and timed if that is asked for.
 *
 * @module
 */
import type { NetSession } from "../backends/session.ts";
import type { DataSplit } from "../data/data.ts";
import { PROFILED_STEPS, profileOf, WARM_UP_STEPS } from "../measure/profile.ts";
import { trainEpochs } from "./epochs.ts";
import { ProfileError, StoppedError } from "./errors.ts";
import { testReport } from "./outcome.ts";
import { reportOf } from "./run_report.ts";
import type { Runnable, RunOptions, Trained } from "./run_options.ts";
import { epochsOf } from "./start.ts";

/**
 * Trains a net on a data set and tests it. What it goes on from has been checked.
 *
 * @throws {StoppedError} when its signal stops it.
 * @throws {DivergedError} when the loss or a weight is infinite or NaN.
 * @throws {ProfileError} when a profile is wanted and fails after the training.
 */
export async function run(runnable: Runnable, data: DataSplit, options: RunOptions): Promise<Trained> {
  const { signal } = options, session = await runnable.fitted.open();
  const stop = () => session.stop();
  signal?.addEventListener("abort", stop);
  try {
    const trained = await trainAndTest(session, runnable, data, options);
    return options.profile ? await profiled(session, runnable, data, options, trained) : trained;
  } finally {
    signal?.removeEventListener("abort", stop);
    session.close();
  }
}

async function trainAndTest(
  session: NetSession,
  runnable: Runnable,
  data: DataSplit,
  options: RunOptions,
): Promise<Trained> {
  const date = new Date().toISOString();
  const checkpoint = await trainEpochs(session, runnable, data.train, options);
  const predictions = await session.predictions(1);
  if (options.signal?.aborted) throw new StoppedError(checkpoint);
  const test = testReport(runnable.net.plan.graph, data.test, predictions);
  const machine = await runnable.machine(session.threads);
  const report = reportOf(runnable, session, data, options, { date, checkpoint, test, machine });
  return { report, parameters: checkpoint.parameters, checkpoint };
}

/** Times the steps of the epoch that would come next. */
async function profiled(
  session: NetSession,
  { spec, registry, net: { plan, target } }: Runnable,
  { train: { samples } }: DataSplit,
  { epochs, seed }: RunOptions,
  trained: Trained,
): Promise<Trained> {
  try {
    const epoch = epochsOf(spec, registry, plan, samples, seed)(epochs);
    const timing = await session.profile(0, epoch, PROFILED_STEPS, WARM_UP_STEPS);
    const { trace, profile } = profileOf(timing, plan, target.name);
    return { ...trained, report: { ...trained.report, profile }, trace };
  } catch (error) {
    throw new ProfileError(error, trained);
  }
}
