/**
 * Reports become pages.
 *
 * @module
 */
import { parseReport } from "../runtime/report/report.ts";
import type { TrainingReport } from "../runtime/run/training_report.ts";

/**
 * A run's report as one page of HTML that needs nothing else: curves, times, kernels, confusion, what was missed.
 *
 * @throws {InputError} when it is no report.
 */
export async function reportHtml(report: TrainingReport): Promise<string> {
  let text: string | undefined;
  try {
    text = JSON.stringify(report);
  } catch {
    // what is no JSON is no report
  }
  const checked = parseReport(text ?? "null");
  // the charts' library takes its time to load
  const { reportHtml } = await import("../runtime/report/html.ts");
  return reportHtml(checked);
}
