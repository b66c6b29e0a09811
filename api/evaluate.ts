/**
 * Trained nets are tested.
 *
 * @module
 */
import { InputError } from "../codegen/error.ts";
import type { Tuning } from "../codegen/schedule/tuning.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import { type Dataset, readDataset } from "../runtime/data/data.ts";
import { readOptions, THREADS } from "../runtime/run/options.ts";
import { type ClassReport, classReports, type TestReport, testReport } from "../runtime/run/outcome.ts";
import { compileNet, TUNING } from "./compile.ts";
import { kindOf } from "./data.ts";
import { allCores, TARGET, targetHere } from "./targets.ts";
import { readWeights, type Weights } from "./weights.ts";

/** How a trained net is tested. */
export interface EvaluateOptions {
  /** Default "auto": the fastest that threads run. */
  readonly target?: string;
  /** Threads. Default: all cores. */
  readonly threads?: number;
  /** Schedules found by {@linkcode tune}. Default: first guesses. */
  readonly tuning?: Tuning;
}

/** The result of a test, class by class. */
export interface Evaluation extends TestReport {
  /** Name of the target. */
  readonly target: string;
  /** Figures of each class. */
  readonly classes: readonly ClassReport[];
}

/**
 * Tests a trained net on labelled samples; the numbers are those of the test after training.
 *
 * @throws {InputError} when the data does not fit the net, the weights are not those of the net, the loss becomes
 * infinite or NaN, or the target cannot run here.
 */
export async function evaluate(
  weights: Weights,
  data: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { target: name = "auto", threads = allCores(), tuning } = readOptions(options, {
    ...{ target: TARGET, threads: THREADS, tuning: TUNING },
  });
  const target = targetHere(name);
  const { spec, parameters } = readWeights(weights), test = readDataset(data);
  const net = compileNet(spec, target, { data: kindOf(test), tuning });
  const session = await (await backendOf(target).fit(net, [test], { threads })).open();
  try {
    for (const [name, { values }] of parameters) session.write(name, values);
    const predictions = await session.predictions(0),
      { graph } = net.plan,
      report = testReport(graph, test, predictions);
    if (!Number.isFinite(report.loss)) {
      throw new InputError(
        `the loss on ${test.source} has become ${report.loss}: the samples' inputs or the net's weights are too large`,
      );
    }
    return {
      target: target.name,
      ...report,
      classes: classReports(graph, test, predictions, spec.classes),
    };
  } finally {
    session.close();
  }
}
