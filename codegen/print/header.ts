/**
 * The head of every generated kernel: what it computes, on which shapes, how it is scheduled, what it costs, and where
 * it comes from. At most eight lines, and the same for the same kernel on every machine.
 *
 * @module
 */
import { cost } from "../ir/cost.ts";
import { expressions } from "../ir/expr.ts";
import type { Axis, Kernel } from "../ir/ir.ts";
import { formulas, kernelText } from "../ir/text.ts";
import { megabytes } from "../amounts.ts";
import { scheduleText } from "../schedule/schedule.ts";
import { sha256 } from "../sha256.ts";
import type { CompiledKernel } from "../targets/target.ts";

/** Longest line of a formula. */
const WIDTH = 150;

/** The lines of a kernel's head, without comment marks. */
export function headerLines({ kernel, schedule, nest }: CompiledKernel, numbers: string, net: string): string[] {
  const formulas = formulaLines(kernel);
  const { flops, read, written } = cost(kernel);
  const accumulators = new Set<string>();
  const count = (body: typeof nest.body): void =>
    body.forEach((s) => {
      if (s.kind === "variable") accumulators.add(s.name);
      if (s.kind === "loop" || s.kind === "grid") count(s.body);
    });
  count(
    nest.body.length > 0 && nest.body.every((s) => s.kind === "block")
      ? nest.body.flatMap((s) => s.kind === "block" ? s.body : [])
      : nest.body,
  );
  const intensity = flops / (read + written);
  return [
    `kernel    ${kernel.name}   ${formulas[0]}`,
    ...formulas.slice(1).map((formula) => `          ${formula}`),
    `shape     ${shapeLine(kernel)}   (${numbers})`,
    `schedule  ${scheduleText(schedule)}`,
    `cost      ${operations(flops)} · ${megabytes(read)} read · ${megabytes(written)} written · ` +
    `${intensity >= 10 ? intensity.toFixed(0) : intensity.toFixed(1)} FLOP/B · ${accumulators.size} accumulator${
      accumulators.size === 1 ? "" : "s"
    }`,
    `source    ${kernel.source} sha256:${
      kernelHash(kernel, schedule)
    }   regenerate: deno task generate specs/${net}.json`,
  ];
}

/** Operations for people. */
export function operations(flops: number): string {
  return flops < 1e3
    ? `${flops} FLOP`
    : flops < 1e6
    ? `${(flops / 1e3).toFixed(1)} kFLOP`
    : `${(flops / 1e6).toFixed(1)} MFLOP`;
}

/** At most four lines: the rest of the formulas is counted. */
export function formulaLines(kernel: Kernel): string[] {
  const all = formulas(kernel);
  const cut = (text: string) => text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
  return all.length <= 4 ? all.map(cut) : [...all.slice(0, 3).map(cut), `and ${all.length - 3} more`];
}

/** The extents of all axes of a kernel. */
export function shapeLine({ parts }: Kernel): string {
  const axes = new Map<string, Axis>();
  for (const { axes: partAxes, assignments } of parts) {
    for (const axis of partAxes) axes.set(`${axis.name}${axis.extent}`, axis);
    for (const expr of assignments.flatMap(({ value }) => expressions(value))) {
      if (expr.kind === "reduce") { for (const axis of expr.axes) axes.set(`${axis.name}${axis.extent}`, axis); }
    }
  }
  return [...axes.values()].map(({ name, extent }) => `${name} = ${extent}`).join(", ") || "one point";
}

/** Eight hexadecimal digits that change when the kernel's formulas, shapes or schedule do. */
function kernelHash(kernel: Kernel, schedule: CompiledKernel["schedule"]): string {
  return sha256(kernelText(kernel) + scheduleText(schedule)).slice(0, 8);
}
