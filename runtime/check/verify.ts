/**
 * Whether generated kernels compute what their formulas say, and whether the formulas are each other's gradients.
 *
 * @module
 */
import {
  batchRowsOf,
  type CompiledNet,
  compileTarget,
  kernelsOf,
  type Optimization,
  plan,
  type Planned,
} from "../../codegen/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { smallestAlike } from "../../codegen/plan/arrange/blocks.ts";
import { plannedKernel } from "../../codegen/plan/kernel.ts";
import type { Tuned } from "../../codegen/schedule/tuning.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { backendOf, loadKernels } from "../backends/backends.ts";
import { boundsRow } from "./bounds.ts";
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
  /**
   * Each kernel against the interpreter, or what is checked of whole steps: gradients, and the fused step. Default: both, in
   * this order.
   */
  readonly only?: "kernels" | "steps";
  /** Called with each row as it comes. */
  readonly onRow?: (row: VerifyRow) => void;
}

/**
 * Checks every kernel of a net against the interpreter, the gradients, and the fused step against the unfused one.
 *
 * @param compiled the net by just these choices, where there is one.
 */
export async function verifyNet(
  spec: Spec,
  registry: Registry,
  target: Target,
  settings: VerifyOptions = {},
  compiled?: CompiledNet,
): Promise<VerifyRow[]> {
  const { data, tuned, without, only, onRow } = settings, rows: VerifyRow[] = [];
  const add = (row: VerifyRow) => {
    rows.push(row);
    onRow?.(row);
  };
  const planned = compiled ?? plan(spec, registry, { data, without, layout: target.layout });
  if (only !== "steps") {
    await verifyKernels(compiled ?? compileTarget(planned, target, tuned, without), spec, settings, add);
  }
  if (only !== "kernels") verifySteps(planned, spec, registry, target, settings, add);
  return rows;
}

type Add = (row: VerifyRow) => void;

/** Each kernel against the interpreter. */
async function verifyKernels(net: CompiledNet, spec: Spec, { seed = 0 }: VerifyOptions, add: Add): Promise<void> {
  // what is loaded then is what was checked here
  const bounds = backendOf(net.target).boundsOf?.(net), load = await loadKernels(net, rowsFor(net.plan));
  for (const { name } of kernelsOf(net.plan)) {
    const { bindings } = plannedKernel(net.plan, name);
    add(await verifyKernelCode(net.kernels.get(name)!, load(name), bindings, net.plan, spec, net.target, seed));
  }
  if (bounds) add(boundsRow(bounds));
}

/** Gradients, and the fused step. */
function verifySteps(
  { plan: { tensors } }: Planned,
  spec: Spec,
  registry: Registry,
  { layout }: Target,
  { seed = 0, data, without }: VerifyOptions,
  add: Add,
): void {
  // what is kept of a whole batch may be of no effect where one sample counts: less its mean, it is 0
  const least = Object.values(tensors).some(({ role }) => role === "buffer") ? 4 : 2;
  const small = { ...spec, batchSize: Math.min(spec.batchSize, least) }, known = findingsOf(registry, spec);
  const gradients = () => checkGradients(small, registry, seed, data);
  for (const row of once(known, ["gradients", small.batchSize, seed, data], gradients)) add(row);
  // as small as it can be without losing the layout
  const rowsOf = (batchSize: number) => batchRowsOf(batchSize, { layout, without });
  const few = { ...spec, batchSize: layout !== "row_major" ? smallestAlike(spec.batchSize, rowsOf) : small.batchSize };
  const choices = { data, without, layout };
  const fusion = () => [checkFusion(few, registry, seed, choices)];
  for (const row of once(known, ["step", few.batchSize, seed, choices], fusion)) add(row);
}

/** What was found that is the same for several targets, by what it depends on. */
type Findings = Map<string, readonly VerifyRow[]>;

const findings = new WeakMap<Registry, WeakMap<Spec, Findings>>();

/** What was found of a spec. */
function findingsOf(registry: Registry, spec: Spec): Findings {
  const specs = findings.get(registry) ?? new WeakMap<Spec, Findings>(), known: Findings = specs.get(spec) ?? new Map();
  findings.set(registry, specs.set(spec, known));
  return known;
}

/** What is known, or is found now. `key`: all that it depends on. */
function once(known: Findings, key: readonly unknown[], check: () => readonly VerifyRow[]): readonly VerifyRow[] {
  const name = JSON.stringify(key), rows = known.get(name) ?? check();
  known.set(name, rows);
  return rows;
}
