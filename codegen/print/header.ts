/**
 * The head of every generated kernel: what it computes, on which shapes, how it is scheduled, what it costs, and where
 * it comes from. At most eight lines, and the same for the same kernel on every machine.
 *
 * @module
 */
import { cost } from "../ir/cost.ts";
import { expressions } from "../ir/expr.ts";
import type { Axis, Kernel, Statement } from "../ir/ir.ts";
import { formulas, kernelText } from "../ir/text.ts";
import { megabytes } from "../amounts.ts";
import { scheduleText } from "../schedule/schedule.ts";
import { sha256 } from "../sha256.ts";
import type { CompiledKernel } from "../targets/target.ts";
import { packed } from "./writer.ts";

/** Longest line of formulas, and most of them. */
const WIDTH = 150, MOST_LINES = 4;

/** The lines of a kernel's head, without comment marks. */
export function headerLines({ kernel, schedule, nest }: CompiledKernel, numbers: string, net: string): string[] {
  const [formula, ...formulas] = formulaLines(kernel);
  const { flops, read, written } = cost(kernel);
  const accumulators = accumulatorsOf(nest.body), intensity = flops / (read + written);
  return [
    `kernel    ${kernel.name}   ${formula}`,
    ...formulas.map((formula) => `          ${formula}`),
    `shape     ${shapeLine(kernel)}   (${numbers})`,
    `schedule  ${scheduleText(schedule)}`,
    `cost      ${operations(flops)} · ${megabytes(read)} read · ${megabytes(written)} written · ` +
    `${intensity >= 10 ? intensity.toFixed(0) : intensity.toFixed(1)} FLOP/B` +
    (accumulators === 0 ? "" : ` · ${accumulators} accumulator${accumulators === 1 ? "" : "s"}`),
    `source    ${kernel.source} sha256:${
      kernelHash(kernel, schedule)
    }   regenerate: deno task generate specs/${net}.json`,
  ];
}

/** The most accumulators that wait at once: those of a body and of the loops in it; blocks follow each other. */
function accumulatorsOf(body: readonly Statement[]): number {
  const own = new Set<string>();
  let most = 0;
  for (const s of body) {
    if (s.kind === "variable") own.add(s.name);
    if ("body" in s) most = Math.max(most, accumulatorsOf(s.body));
  }
  return own.size + most;
}

/** Operations for people. */
export function operations(flops: number): string {
  return flops < 1e3
    ? `${flops} FLOP`
    : flops < 1e6
    ? `${(flops / 1e3).toFixed(1)} kFLOP`
    : `${(flops / 1e6).toFixed(1)} MFLOP`;
}

/** At most four lines: a formula on each, or, of more, as many as have room. */
export function formulaLines(kernel: Kernel): string[] {
  const all = formulas(kernel);
  if (all.length <= MOST_LINES) return all.map(cut);
  const lines = packed(all, "; ", WIDTH), left = lines.length - MOST_LINES;
  return left <= 0 ? lines.map(cut) : [...lines.slice(0, MOST_LINES - 1).map(cut), `and ${left + 1} more lines`];
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** The extents of all axes of a kernel. */
export function shapeLine({ parts }: Kernel): string {
  const axes = new Map<string, Axis>();
  for (const { axes: partAxes, assignments } of parts) {
    for (const axis of partAxes) axes.set(`${axis.name}${axis.extent}`, axis);
    for (const expr of expressions(...assignments.map(({ value }) => value))) {
      if (expr.kind === "reduce") { for (const axis of expr.axes) axes.set(`${axis.name}${axis.extent}`, axis); }
    }
  }
  return [...axes.values()].map(({ name, extent }) => `${name} = ${extent}`).join(", ") || "one point";
}

/** Eight hexadecimal digits that change when the kernel's formulas, shapes or schedule do. */
function kernelHash(kernel: Kernel, schedule: CompiledKernel["schedule"]): string {
  return sha256(kernelText(kernel) + scheduleText(schedule)).slice(0, 8);
}
