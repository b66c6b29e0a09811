/**
 * How long a step took while a net was trained.
 *
 * @module
 */
import { stepsInEpoch } from "../backends/rows.ts";
import type { TrainingReport } from "../run/training_report.ts";

/** Seconds of a step of the last epoch, which is the warmest. */
export function trainedStepSeconds(report: Pick<TrainingReport, "epochs" | "training" | "batchSize">): number {
  const { epochs, training: { images } } = report;
  return epochs.at(-1)!.seconds / stepsInEpoch(report, images / epochs.length);
}
