/**
 * Kernels of a plan that is run in f64, the large ones sooner than the interpreter runs them.
 *
 * A large kernel is lowered to tiles of scalars. What goes wrong there shows as a difference: whole plans that are run so
 * are compared with other plans, and with differences of the loss.
 *
 * @module
 */
import { compileKernel } from "../../codegen/compile.ts";
import { cost } from "../../codegen/ir/cost.ts";
import { expressions, freeAxes } from "../../codegen/ir/expr.ts";
import { interpretKernel, type Storages } from "../../codegen/ir/interpret.ts";
import type { Axis, Kernel } from "../../codegen/ir/ir.ts";
import { nestFunction } from "../../codegen/ir/run_nest.ts";
import type { PlannedKernel } from "../../codegen/plan/plan.ts";
import { mainPart, points, reductions } from "../../codegen/schedule/candidates.ts";
import type { Schedule } from "../../codegen/schedule/schedule.ts";
import { storagesOf } from "./random_data.ts";

/** Operations from which on it pays to lower a kernel. */
const LARGE = 2e6;
/** Points of a tile along each of its two axes. */
const TILE = [2, 4];

const made = new WeakMap<Kernel, ReturnType<typeof nestFunction>>();

/** Runs a kernel of a plan on exact storages. `step`: the row of the tables of run-time numbers. */
export function runExactly(planned: PlannedKernel, all: Storages, step: number): void {
  const { kernel } = planned, storages = storagesOf(planned, all);
  if (cost(kernel).flops < LARGE) return interpretKernel(kernel, storages, step);
  const run = made.get(kernel) ?? nestFunction(compileKernel(kernel, tiled(kernel)).nest);
  made.set(kernel, run);
  run(storages, step);
}

/** Tiles whose points share what they load: along two axes, each of which some load of the largest sum does without. */
export function tiled(kernel: Kernel): Schedule {
  const part = mainPart(kernel);
  const core = reductions(part).toSorted((a, b) => points(b.axes) - points(a.axes)).at(0);
  const loads = core ? expressions(core.body).filter(({ kind }) => kind === "load") : [];
  const without = (axis: Axis) => loads.find((load) => !freeAxes(load).has(axis));
  const axes = part.axes.filter((axis) => axis.extent >= TILE[0] && without(axis));
  const last = axes.at(-1), other = last && axes.findLast((axis) => without(axis) !== without(last));
  const tile = [other, last].flatMap((axis, i) => axis ? [[axis.name, Math.min(TILE[i], axis.extent)]] : []);
  return { tile: Object.fromEntries(tile) };
}
