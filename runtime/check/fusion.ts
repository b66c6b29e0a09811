/**
 * The optimized step against the plain one.
 *
 * @module
 */
import { type CompileOptions, MERGING, plan, type Planned } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { roundingOf } from "../../codegen/plan/algorithm/algorithm.ts";
import { cost } from "../../codegen/ir/cost.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { fromStored } from "../../codegen/plan/arrange/layouts.ts";
import { type Layout, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import { streamKey } from "../run/random.ts";
import { largestDifference, largestOf, longestReduction } from "./differences.ts";
import { runExactly } from "./exact.ts";
import { draws, exactStorages, stepNumbers } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** Operations of a step from which on one step is run in place of two. */
const LARGE = 1e9;

/** Ways in which the plain plan's start is disturbed, where what comes of it is asked for. */
const DISTURBED = [1, 2];

/**
 * Steps of the optimized plan (layouts, another order of layers, merged kernels) against the plain one, in f64: parameters
 * and the optimizer's state. Two steps, from a state of zeros; of a large net one, from a state that was drawn.
 */
export function checkFusion(
  spec: Spec,
  registry: Registry,
  seed: number,
  { data, layout, without }: Pick<CompileOptions, "data" | "layout" | "without"> = {},
): VerifyRow {
  const [optimized, plainest] = [{ layout, without }, { without: MERGING }].map((options) =>
    plan(spec, registry, { data, ...options })
  );
  const large = plainest.plan.train.kernels.reduce((sum, { kernel }) => sum + cost(kernel).flops, 0) > LARGE;
  const runs = { spec, seed, large }, fused = stepsOf(optimized, runs), plain = stepsOf(plainest, runs);
  const longest = Math.max(...plainest.plan.train.kernels.map(({ kernel }) => longestReduction(kernel)));
  let cases = 0, largest = 0;
  for (const values of Object.values(plain)) {
    largest = Math.max(largest, largestOf(values));
    cases += values.length;
  }
  const error = difference(plain, fused);
  // the same sums, in another order where layouts or chunks have it so
  const rounding = 16 * Number.EPSILON * longest * roundingOf(optimized.chosen ?? []);
  let tolerance = largest * rounding;
  // an optimizer that divides by the root of a square magnifies what a gradient that is nearly 0 is rounded by: how
  // much, the plain plan tells, from a start that is as far away as roundings may be
  if (error > tolerance) {
    const away = DISTURBED.map((stream) => difference(plain, stepsOf(plainest, { ...runs, rounding, stream })));
    tolerance += 4 * Math.max(...away);
  }
  return { check: "fused step", cases, error, tolerance, ok: error <= tolerance };
}

/** How steps are run. */
interface Runs {
  readonly spec: Spec;
  readonly seed: number;
  /** One, and not two, from a state that was drawn. */
  readonly large: boolean;
  /** Parameters are changed at random by so much relative to what they are: default, not at all. */
  readonly rounding?: number;
  /** What these changes follow from. */
  readonly stream?: number;
}

/** What steps of a plan leave, by tensor and in the usual order. */
function stepsOf({ plan: one }: Planned, { spec, seed, large, rounding = 0, stream = 0 }: Runs) {
  const all = exactStorages(one, spec, seed, large), kept: [string, Layout | undefined][] = [];
  for (const { name, role, layout } of Object.values(one.tensors)) {
    const values = all[name];
    if (WEIGHT_ROLES.includes(role) || role === "state") kept.push([name, layout]);
    if (role !== "parameter" || rounding === 0) continue;
    const draw = draws(seed, `${name} disturbed ${stream}`);
    for (const [i, value] of values.entries()) values[i] = value * (1 + rounding * (2 * draw() - 1));
  }
  // columns may be in another order: the same numbers by name
  for (const table of ["params", "keys"]) {
    const { columns } = one.tensors[table] ?? {};
    for (let row = 0; columns && row < 2; row++) {
      for (const [column, name] of columns.entries()) {
        const values = stepNumbers(one, spec, row + 1);
        all[table][row * columns.length + column] = values[name] ?? streamKey(seed, name, row);
      }
    }
  }
  for (const step of large ? [1] : [0, 1]) for (const planned of one.train.kernels) runExactly(planned, all, step);
  return Object.fromEntries(kept.map(([name, layout]) => [name, fromStored(all[name] as Float64Array, layout)]));
}

/** The largest difference of tensors. */
function difference(
  expected: Readonly<Record<string, Float64Array>>,
  found: Readonly<Record<string, Float64Array>>,
): number {
  return Object.entries(expected).reduce(
    (largest, [name, values]) => Math.max(largest, largestDifference(values, found[name])),
    0,
  );
}
