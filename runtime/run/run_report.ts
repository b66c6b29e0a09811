/**
 * The report of a run, from what it was told and what it came to.
 *
 * @module
 */
import { layerSummaries } from "../../codegen/graph/lanes.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import type { NetSession } from "../backends/session.ts";
import { parametersOf } from "../backends/tensors.ts";
import type { Dataset, DataSplit } from "../data/data.ts";
import type { Checkpoint, TrainingState } from "../files/checkpoint.ts";
import type { Machine } from "../measure/machine/facts.ts";
import { platform } from "../platform/here.ts";
import { LARGEST_AMOUNT } from "./figures.ts";
import type { TestReport } from "./outcome.ts";
import type { Runnable, RunOptions } from "./run_options.ts";
import type { DataReport, TrainingReport } from "./training_report.ts";
import { VERSION } from "./version.ts";

/** What a run came to. */
interface Outcome {
  /** When it began. */
  readonly date: string;
  readonly checkpoint: Checkpoint & { readonly training: TrainingState };
  readonly test: TestReport;
  readonly machine: Machine;
}

/** All of it but the profile. */
export function reportOf(
  { spec, registry, net: { plan, target }, without }: Runnable,
  { threads, gpu }: NetSession,
  { train, test }: DataSplit,
  { epochs, seed, resume }: RunOptions,
  outcome: Outcome,
): TrainingReport {
  const { classes } = spec;
  const { parameters, training: { history } } = outcome.checkpoint, before = resume?.training;
  const images = epochs * train.samples, seconds = history.reduce((sum, { seconds }) => sum + seconds, 0);
  const speed = images / seconds;
  return {
    date: outcome.date,
    net: plan.name,
    target: target.name,
    threads,
    batchSize: plan.batchSize,
    seed,
    without,
    parameters: parametersOf(plan).reduce((sum, name) => sum + parameters.get(name)!.values.length, 0),
    layers: layerSummaries(inferShapes(spec, registry)),
    ...classes && { classes },
    data: dataReport(train, test),
    epochs: history,
    training: { images, seconds, imagesPerSecond: speed <= LARGEST_AMOUNT ? speed : 0 },
    ...before && { resumed: { epochs: before.history.length, steps: before.partial?.steps ?? 0 } },
    test: outcome.test,
    ...gpu && { gpu },
    machine: outcome.machine,
    versions: { kernelwright: VERSION, ...platform.versions },
  };
}

function dataReport({ name, source, shape, samples }: Dataset, test: Dataset): DataReport {
  return { ...name !== undefined && { name }, source, shape: [...shape], train: samples, test: test.samples };
}
