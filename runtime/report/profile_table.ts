/**
 * A run's profile as a table of text.
 *
 * @module
 */
import type { ProfiledKernel } from "../measure/profile.ts";
import type { TrainingReport } from "../run/training_report.ts";
import { trainedStepSeconds } from "./trained_step.ts";

/** A run's profile as lines of text: a table, and what it adds up to; none without a profile. */
export function profileTable(report: TrainingReport): string[] {
  const { profile } = report;
  if (!profile) return [];
  const { clock, steps, stepSeconds, kernels } = profile;
  const width = Math.max(...kernels.map(({ kernel }) => kernel.length));
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join("")}`;
  const total = (key: "seconds" | "flops" | "bytes") => kernels.reduce((sum, kernel) => sum + kernel[key], 0);
  const us = (seconds: number) => (1e6 * seconds).toFixed(1),
    percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rate = (amount: number, seconds: number) => seconds > 0 ? (amount / seconds / 1e9).toFixed(1) : "-";
  const line = ({ kernel, seconds, share, flops, bytes }: Omit<ProfiledKernel, "merged">) =>
    row(kernel, [us(seconds), percent(share), rate(flops, seconds), rate(bytes, seconds)]);
  const trained = trainedStepSeconds(report);
  const sum = total("seconds");
  return [
    row("kernel", ["us", "share", "GFLOP/s", "GB/s"]),
    ...kernels.map(line),
    line({ kernel: "all", seconds: sum, share: 1, flops: total("flops"), bytes: total("bytes") }),
    ...kernels.filter(({ merged }) => merged.length > 1)
      .map(({ kernel, merged }) => `${kernel}: ${merged.join(", ")}`),
    `medians of ${steps} steps after the test, by ${clock}`,
    `together ${stepSeconds > 0 ? percent(sum / stepSeconds) : "-"} of such a step (${us(stepSeconds)} us), ${
      percent(sum / trained)
    } of one of the ` +
    `last epoch (${us(trained)} us)${sum < stepSeconds ? "; the rest is between kernels, waiting included" : ""}`,
  ];
}
