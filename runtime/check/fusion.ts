/**
 * The optimized step against the plain one.
 *
 * @module
 */
import { type CompileOptions, MERGING, plan } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { roundingOf } from "../../codegen/plan/algorithm/algorithm.ts";
import { cost } from "../../codegen/ir/cost.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { fromStored } from "../../codegen/plan/arrange/layouts.ts";
import { WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import { streamKey } from "../run/random.ts";
import { largestDifference, largestOf, longestReduction } from "./differences.ts";
import { runExactly } from "./exact.ts";
import { exactStorages, stepNumbers } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** Operations of a step from which on one step is run in place of two. */
const LARGE = 1e9;

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
  const states = [optimized, plainest].map(({ plan: one, chosen = [] }) => {
    const all = exactStorages(one, spec, seed, large);
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
    const kept = Object.values(one.tensors).filter(({ role }) => WEIGHT_ROLES.includes(role) || role === "state");
    const longest = Math.max(...one.train.kernels.map(({ kernel }) => longestReduction(kernel)));
    return {
      values: Object.fromEntries(kept.map(({ name, layout }) => [name, fromStored(all[name] as Float64Array, layout)])),
      longest,
      rounding: roundingOf(chosen),
    };
  });
  const [fused, plain] = states;
  let error = 0, cases = 0, largest = 0;
  for (const [name, values] of Object.entries(plain.values)) {
    error = Math.max(error, largestDifference(values, fused.values[name]));
    largest = Math.max(largest, largestOf(values));
    cases += values.length;
  }
  // the same sums, in another order where layouts or chunks have it so; Adam divides by a root, which a step repeats
  const tolerance = 16 * Number.EPSILON * largest * plain.longest * fused.rounding;
  return { check: "fused step", cases, error, tolerance, ok: error <= tolerance };
}
