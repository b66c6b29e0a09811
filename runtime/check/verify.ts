/**
 * Whether generated kernels compute what their formulas say, and whether the formulas are each other's gradients.
 *
 * @module
 */
import { batchRowsOf, compileTarget, kernelsOf, type Optimization, plan } from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { smallestAlike } from "../../codegen/plan/arrange/blocks.ts";
import { plannedKernel } from "../../codegen/plan/kernel.ts";
import type { Tuned } from "../../codegen/schedule/tuning.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { loadKernels } from "../backends/backends.ts";
import { checkFusion } from "./fusion.ts";
import { checkGradients } from "./gradients.ts";
import { verifyKernelCode } from "./kernel.ts";
import { rowsFor } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** What is checked, and how it is told. */
export interface VerifyOptions {
  /** What the random data follow from. Default 0. */
  readonly seed?: number;
  /** Samples are bytes or floats. Default "u8". */
  readonly data?: "u8" | "f32";
  /**
   * Schedules that are used in place of first guesses.
   *
   * @ignore the compiler's own types
   */
  readonly tuned?: Tuned;
  /** Optimizations that are left out. Default: none. */
  readonly without?: readonly Optimization[];
  /** Called with each row as it comes. */
  readonly onRow?: (row: VerifyRow) => void;
}

/** Checks every kernel of a net against the interpreter, the gradients, and the fused step against the unfused one. */
export async function verifyNet(
  spec: Spec,
  registry: Registry,
  target: Target,
  options: VerifyOptions = {},
): Promise<VerifyRow[]> {
  const { seed = 0, data, tuned, without, onRow } = options;
  const rows: VerifyRow[] = [];
  const add = (row: VerifyRow) => {
    rows.push(row);
    onRow?.(row);
  };
  const planned = plan(spec, registry, { data, without, layout: target.layout });
  const net = compileTarget(planned, target, tuned, without);
  const load = await loadKernels(net, rowsFor(net.plan));
  for (const kernel of kernelsOf(net.plan)) {
    const { bindings } = plannedKernel(net.plan, kernel.name);
    add(
      await verifyKernelCode(net.kernels.get(kernel.name)!, load(kernel.name), bindings, net.plan, spec, target, seed),
    );
  }
  // what is kept of a whole batch may be of no effect where one sample counts: less its mean, it is 0
  const least = Object.values(net.plan.tensors).some(({ role }) => role === "buffer") ? 4 : 2;
  const small = { ...spec, batchSize: Math.min(spec.batchSize, least) };
  for (const row of checkGradients(small, registry, seed, data)) add(row);
  // as small as it can be without losing the layout
  const { layout } = target, rowsOf = (batchSize: number) => batchRowsOf(batchSize, { layout, without });
  const few = { ...spec, batchSize: layout !== "row_major" ? smallestAlike(spec.batchSize, rowsOf) : small.batchSize };
  add(checkFusion(few, registry, seed, { data, without, layout }));
  return rows;
}
