/**
 * The section on the kernels of a training step: how long each takes, and how that compares with what the machine can do.
 *
 * @module
 */
import { printable } from "../../../codegen/error.ts";
import type { Profile } from "../../measure/profile.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { type KernelBar, kernelChart, type Roof, rooflineChart } from "../charts.ts";
import { chart, details, pair, section, table } from "../elements.ts";
import { type Markup, markup } from "../markup.ts";
import { percent, plural, rate, time } from "../numbers.ts";
import { trainedStepSeconds } from "../trained_step.ts";

/** Most kernels that are shown one by one. */
const MOST_KERNELS = 40;

/** A bar of the charts, and what else the table says of it. */
interface Row extends KernelBar {
  /** Its part of the sum of all kernels. */
  readonly share: number;
  /** The kernels it consists of. */
  readonly merged: readonly string[];
}

/** Where the time of a step goes; how to find out where the run was not profiled. */
export function kernels(report: TrainingReport): Markup {
  const { profile, net } = report;
  if (!profile) {
    const command = markup`<code>deno task train ${net} --profile runs/trace.json</code>`;
    return section(
      "Kernels",
      markup`<p class="note">This run was not profiled. ${command} times each kernel of a step.</p>`,
    );
  }
  const rows = rowsOf(profile), shown = rows.slice(0, MOST_KERNELS);
  return section(
    "Kernels",
    lead(profile, rows, trainedStepSeconds(report)),
    pair([timesOf(shown, rows.length), roofline(shown, report)]),
    details(figures(rows)),
  );
}

/** The longest first. */
function rowsOf({ kernels }: Profile): readonly Row[] {
  return kernels.toSorted((a, b) => b.seconds - a.seconds).map((kernel, i): Row => ({
    ...kernel,
    number: i + 1,
    name: printable(kernel.kernel),
    text: `${time(kernel.seconds)}   ${percent(kernel.share, 1)}`,
  }));
}

/** @param trained seconds of a step in the last epoch. */
function lead(profile: Profile, rows: readonly Row[], trained: number): Markup {
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  return markup`<p>A step took ${time(profile.stepSeconds)}, of which the kernels are ${
    profile.stepSeconds > 0 ? percent(total / profile.stepSeconds, 0) : "a part"
  }; the rest is between them, waiting included. These are medians of ${
    plural(profile.steps, "step")
  } after the test, by
${profile.clock}. In the last epoch a step took ${time(trained)}.</p>`;
}

function timesOf(shown: readonly KernelBar[], all: number): Markup {
  const longest = shown.slice(0, 3).map(({ name, text }) => `${name} ${text}`).join(", ");
  return chart(
    "Time in a step",
    (width) => kernelChart(shown, `time of the kernels of a training step; the longest: ${longest}`, width),
    shown.length < all && `The longest ${shown.length} of ${all}.`,
  );
}

/** What the threads that trained can do, where that was measured. */
function roofOf({ machine: { arithmetic, bandwidth }, threads }: TrainingReport): Roof | undefined {
  return threads > 0 && arithmetic && bandwidth ? { peak: arithmetic.all, bandwidth: bandwidth.read.all } : undefined;
}

function roofline(shown: readonly KernelBar[], report: TrainingReport): Markup {
  const roof = roofOf(report), { machine, threads } = report;
  if (!roof) {
    return markup`<p class="note">There is no roofline: what the ${
      threads > 0 ? "machine" : "GPU"
    } can do was not measured.</p>`;
  }
  const rates = `${rate(roof.peak)} GFLOP/s and ${rate(roof.bandwidth)} GB/s from memory`;
  return chart(
    "Roofline",
    (width) => rooflineChart(shown, roof, `operations a second of each kernel, under ${rates}`, width),
    [
      "Operations a second, by operations for each byte that must be moved. The line is what this machine gives " +
      `${plural(machine.threads, "thread")}, measured after the run: ${rates}. Kernels above its slope find their ` +
      "data in a cache; those without arithmetic are left out.",
      shown.some(({ flops, seconds }) => flops / seconds / 1e9 > 1.1 * roof.peak) &&
      " Some are faster than the machine was when it was measured: it had other work to do then, or they take fewer " +
        "operations than the mathematics, which are those that are counted.",
    ],
  );
}

function figures(rows: readonly Row[]): Markup {
  return table(
    ["", "kernel", "µs", "share", "MFLOP", "MB", "GFLOP/s", "GB/s"],
    rows.map(({ number, name, seconds, share, merged, flops, bytes }) => [
      number,
      markup`<code>${name}</code>${merged.length > 1 && markup`<br><small>${merged.join(", ")}</small>`}`,
      (1e6 * seconds).toFixed(1),
      percent(share, 1),
      rate(flops / 1e6),
      rate(bytes / 1e6),
      seconds > 0 && rate(flops / seconds / 1e9),
      seconds > 0 && rate(bytes / seconds / 1e9),
    ]),
  );
}
