/**
 * Whether generated kernels compute what their formulas say, and whether the formulas are each other's gradients.
 *
 * @module
 */
import { fromStored, toStored } from "../../codegen/plan/arrange/layouts.ts";
import { smallestAlike } from "../../codegen/plan/arrange/arrange.ts";
import {
  type CompileOptions,
  compileTarget,
  kernelsOf,
  MERGING,
  type Optimization,
  plan,
} from "../../codegen/compile.ts";
import { expressions } from "../../codegen/ir/expr.ts";
import { interpretKernel, type Storage, storageLength, type Storages } from "../../codegen/ir/interpret.ts";
import { type Kernel, type LoopNest, strides, type TensorType } from "../../codegen/ir/ir.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import { type Plan, type PlannedKernel, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { CompiledKernel, Target } from "../../codegen/targets/target.ts";
import type { Tuned } from "../../codegen/schedule/tuning.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { loadKernels } from "../backends/backends.ts";
import type { RowCounts } from "../backends/rows.ts";
import { initialize, streamKey, uniform } from "../run/random.ts";

/** One line of the table of `verify`. */
export interface VerifyRow {
  /** A kernel's name, or what of the whole net was checked. */
  readonly check: string;
  /** Elements compared. */
  readonly cases: number;
  /** Largest difference. */
  readonly error: number;
  /** Largest difference that rounding explains. */
  readonly tolerance: number;
  /** Whether the check passed. */
  readonly ok: boolean;
  /** What else is worth knowing. */
  readonly note?: string;
}

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

/** Parts a parallel loop is split in, so that the seams are checked too. */
const THREADS = 3;
/** Entries of each parameter whose gradient is checked. */
const SAMPLES = 3;
/** The row of the tables of run-time numbers that is used; not the first, so that its offset is checked. */
export const ROW = 1;

/** Draws numbers in [0, 1), one after the other. */
type Draw = () => number;

function draws(seed: number, stream: string): Draw {
  const key = streamKey(seed, stream);
  let counter = 0;
  return () => uniform(key, counter++);
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
  const kernels = [...net.plan.train.kernels, ...net.plan.evaluate.kernels];
  for (const kernel of kernelsOf(net.plan)) {
    const { bindings } = kernels.find((p) => p.kernel.name === kernel.name)!;
    add(
      await verifyKernelCode(net.kernels.get(kernel.name)!, load(kernel.name), bindings, net.plan, spec, target, seed),
    );
  }
  // what is kept of a whole batch may be of no effect where one sample counts: less its mean, it is 0
  const least = Object.values(net.plan.tensors).some(({ role }) => role === "buffer") ? 4 : 2;
  const small = { ...spec, batchSize: Math.min(spec.batchSize, least) };
  for (const row of checkGradients(small, registry, seed, data)) add(row);
  // as small as it can be without losing the layout
  const few = { ...spec, batchSize: target.layout !== "rows" ? smallestAlike(spec.batchSize) : small.batchSize };
  add(checkFusion(few, registry, seed, { data, without, layout: target.layout }));
  return rows;
}

/** Runs a generated kernel, split as a team would, and the interpreter on the same random data. */
export async function verifyKernelCode(
  { kernel, nest }: CompiledKernel,
  { load, run, read }: LoadedKernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  target: Target,
  seed: number,
): Promise<VerifyRow> {
  const { given, expected } = kernelCase(kernel, bindings, plan, spec, seed);
  const own = Object.keys(nest.tensors).map((symbol) => given[symbol]);
  load(own);
  for (const call of teamCalls(nest)) run(...call);
  await read(own);
  return compareStorages(kernel, given, expected, target);
}

/** Random data for a kernel, by symbol, and what the interpreter makes of it. */
export function kernelCase(
  kernel: Kernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  seed: number,
): { given: Readonly<Record<string, Storage>>; expected: Readonly<Record<string, Storage>> } {
  const given = randomStorages(kernel, bindings, plan, spec, draws(seed, kernel.name));
  const expected = Object.fromEntries(Object.entries(given).map(([symbol, storage]) => [symbol, storage.slice()]));
  interpretKernel(kernel, expected, ROW);
  return { given, expected };
}

/** A call of a kernel: the row of the tables of run-time numbers, and a share of the parallel loop. */
export type Call = readonly [step: number, from: number, to: number];

/** The calls by which a team runs a kernel. */
export function teamCalls({ parallel }: LoopNest, threads = THREADS): Call[] {
  const { iterations, step } = parallel ?? { iterations: 0, step: 0 };
  const bound = (i: number) => Math.floor(iterations * i / threads) * step;
  return Array.from({ length: parallel ? threads : 1 }, (_, thread) => [ROW, bound(thread), bound(thread + 1)]);
}

/** What a kernel wrote against what it should have. */
export function compareStorages(
  kernel: Kernel,
  found: Readonly<Record<string, Storage>>,
  expected: Readonly<Record<string, Storage>>,
  target: Target,
): VerifyRow {
  // roundings of a sum of random data add up like a random walk: 8 times the root of their number is as good as never
  // exceeded (Higham and Mary, SIAM J. Sci. Comput. 41, A2815), and their number never
  const length = longestReduction(kernel), roundings = Math.min(length, 8 * Math.sqrt(length));
  let error = 0, tolerance = 0, excess = -Infinity, cases = 0;
  const written = new Set(kernel.parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)));
  for (const [symbol, { dtype }] of Object.entries(kernel.tensors)) {
    const largest = largestOf(expected[symbol]);
    // what is only read must stay as it was: a store to a wrong place need not trap
    const allowed = dtype === "f32" && written.has(symbol)
      // of what is stored, and of the data it is made of, which is of size 1
      ? (largest + 1) * (roundings * target.epsilon.sum + target.epsilon.store)
      : 0;
    const worst = largestDifference(found[symbol], expected[symbol]);
    if (written.has(symbol)) cases += found[symbol].length;
    else if (worst === 0) continue;
    if (worst - allowed > excess) [excess, error, tolerance] = [worst - allowed, worst, allowed];
  }
  return { check: kernel.name, cases, error, tolerance, ok: excess <= 0 };
}

/** Puts random contents where a kernel reads, and gives the call that runs all of it on one thread. */
export function preparedCall(
  { kernel, nest }: CompiledKernel,
  { load }: LoadedKernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
): Call {
  const storages = randomStorages(kernel, bindings, plan, spec, draws(0, kernel.name));
  load(Object.keys(nest.tensors).map((symbol) => storages[symbol]));
  const [call] = teamCalls(nest, 1);
  return call;
}

/** Rows that checks make up of the tensors that a run would supply: not just a batch, and steps up to the one that runs. */
export function rowsFor({ batchSize }: Plan): RowCounts {
  return { samples: batchSize + 3, steps: ROW + 1 };
}

/** Iterations of the longest reduction, nested ones multiplied. */
function longestReduction({ parts }: Kernel): number {
  const reductions = parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)))
    .filter((expr) => expr.kind === "reduce");
  return Math.max(1, ...reductions.map(({ axes }) => axes.reduce((product, { extent }) => product * extent, 1)));
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** NaN differs from all but NaN. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const difference = Math.abs(a[i] - b[i]);
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }
  return worst;
}

/** Legal random contents: halos 0, integers in their range, moments of optimizers positive. */
function randomStorages(
  kernel: Kernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  draw: Draw,
): Record<string, Storage> {
  const { samples, steps } = rowsFor(plan);
  // a tensor may have several symbols
  const known = new Map<string, Storage>();
  return Object.fromEntries(
    Object.entries(kernel.tensors).map(([symbol, type]) => {
      const tensor = plan.tensors[bindings[symbol]], before = known.get(tensor.name);
      if (before) return [symbol, before];
      const positive = tensor.role === "state" || tensor.role === "buffer",
        own = type.rows === "steps" ? steps : samples;
      const storage = randomStorage(type, positive, own, samples, plan, spec, draw, false);
      known.set(tensor.name, storage);
      return [symbol, storage];
    }),
  );
}

function randomStorage(
  type: TensorType,
  positive: boolean,
  rows: number,
  samples: number,
  plan: Plan,
  spec: Spec,
  draw: Draw,
  exact: boolean,
): Storage {
  const arrays = { f32: exact ? Float64Array : Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };
  const storage: Storage = new arrays[type.dtype](storageLength(type, rows));
  if (type.columns) {
    for (let row = 0; row < rows; row++) fillRow(storage, type.columns, row, plan, spec, row + 1, draw);
    return storage;
  }
  const limit = type.below === "samples" ? samples : type.below ?? 256;
  const value = type.dtype === "f32" ? (positive ? draw : () => 2 * draw() - 1) : () => Math.floor(draw() * limit);
  const stride = strides(type);
  const visit = (d: number, at: number): void => {
    if (d === stride.length) {
      storage[at] = value();
      return;
    }
    const extent = type.shape[d] === Infinity ? rows : type.shape[d];
    for (let i = 0; i < extent; i++) visit(d + 1, at + (i + type.halo[d][0]) * stride[d]);
  };
  visit(0, 0);
  return storage;
}

/** One row of a table of run-time numbers, as a run would fill it; one sample short of a batch, where there are two. */
function fillRow(
  table: Storage,
  columns: readonly string[],
  row: number,
  plan: Plan,
  spec: Spec,
  step: number,
  draw: Draw,
): void {
  const values: Record<string, number> = {
    ...plan.graph.optimizer.params(spec.training.optimizer, 0.01, step),
    count: Math.max(1, plan.batchSize - 1),
  };
  for (const [column, name] of columns.entries()) {
    table[row * columns.length + column] = values[name] ?? Math.floor(draw() * 2 ** 32);
  }
}

/** Storages of a whole plan by tensor, in f64, with initial parameters; aliases share. */
function exactStorages(plan: Plan, spec: Spec, seed: number): Record<string, Storage> {
  const all: Record<string, Storage> = {};
  for (const tensor of Object.values(plan.tensors)) {
    if (tensor.alias) continue;
    const draw = draws(seed, tensor.name);
    const fresh = tensor.role === "value" || tensor.role === "gradient" || tensor.role === "state";
    const { samples, steps } = rowsFor(plan);
    const storage = randomStorage(
      tensor,
      true,
      tensor.rows === "steps" ? steps : samples,
      samples,
      plan,
      spec,
      draw,
      true,
    );
    if (fresh) storage.fill(0);
    if (typeof tensor.initial === "number") storage.fill(tensor.initial);
    if (tensor.role === "parameter") {
      const initial = new Float32Array(storage.length);
      initialize(initial, tensor, seed);
      // biases too, so that none is at the kink of a relu
      storage.set(toStored(initial.map((value) => value === 0 ? 0.2 * draw() - 0.1 : value), tensor.layout));
    }
    all[tensor.name] = storage;
  }
  for (const { name, alias } of Object.values(plan.tensors)) if (alias) all[name] = all[alias];
  return all;
}

function storagesOf({ bindings }: PlannedKernel, all: Readonly<Record<string, Storage>>): Storages {
  return Object.fromEntries(Object.entries(bindings).map(([symbol, name]) => [symbol, all[name]]));
}

/**
 * Gradients of the unfused plan, interpreted in f64, against central differences of the loss, for some entries of each
 * parameter. An entry whose differences for two step widths disagree stands at a kink of relu or maxPool; another is drawn.
 */
export function checkGradients(spec: Spec, registry: Registry, seed: number, data?: "u8" | "f32"): VerifyRow[] {
  const { plan: whole } = plan(spec, registry, { without: MERGING, data });
  const all = exactStorages(whole, spec, seed);
  // what layers keep is the same before each run
  const kept = Object.values(whole.tensors).filter(({ role }) => role === "buffer")
    .map(({ name }) => [all[name], all[name].slice()] as const);
  const run = (kernels: readonly PlannedKernel[]) => {
    for (const [storage, before] of kept) storage.set(before);
    for (const planned of kernels) interpretKernel(planned.kernel, storagesOf(planned, all), ROW);
  };
  const end = whole.train.kernels.findIndex(({ title }) => title.stem === "loss" && title.pass === "forward");
  const forward = whole.train.kernels.slice(0, end + 1);
  run(whole.train.kernels.filter(({ title }) => title.pass !== "update"));
  const count = Math.max(1, whole.batchSize - 1);
  const losses = all.loss.subarray(ROW * whole.batchSize, (ROW + 1) * whole.batchSize);
  const lossNow = () => Array.from(losses).reduce((sum, value) => sum + value, 0) / count;

  const rows: VerifyRow[] = [];
  for (const { name, role } of Object.values(whole.tensors)) {
    if (role !== "parameter") continue;
    const values = all[name], analytic = all[`${name}.gradient`], draw = draws(seed, `check ${name}`);
    // what comes before the parameter's layer does not change, but for what layers keep
    const first = kept.length > 0 ? 0 : forward.findIndex((planned) => accesses(planned).reads.has(name));
    const rest = forward.slice(first);
    const lossAt = (i: number, value: number) => {
      const old = values[i];
      values[i] = value;
      run(rest);
      values[i] = old;
      return lossNow();
    };
    let worst = { error: 0, tolerance: 0, excess: -Infinity }, cases = 0, kinks = 0;
    for (let tries = 0; cases < Math.min(SAMPLES, values.length) && tries < 10 * SAMPLES; tries++) {
      const i = Math.floor(draw() * values.length), h = 1e-4;
      const difference = (h: number) => (lossAt(i, values[i] + h) - lossAt(i, values[i] - h)) / (2 * h);
      const coarse = difference(h), fine = difference(h / 2);
      const disagreement = Math.abs(coarse - fine),
        rounding = 64 * Number.EPSILON * Math.max(1, Math.abs(lossNow())) / h;
      if (disagreement > rounding + 1e-4 * (Math.abs(coarse) + Math.abs(fine)) + 1e-7) {
        kinks++;
        continue;
      }
      cases++;
      // the error of a central difference falls with h^2, so that of the fine one is a third of the disagreement
      const error = Math.abs(fine - analytic[i]), tolerance = disagreement + rounding;
      if (error - tolerance > worst.excess) worst = { error, tolerance, excess: error - tolerance };
    }
    run(rest);
    const note = cases === 0
      ? `no entry away from a kink among ${kinks}`
      : kinks > 0
      ? `entries at a kink left out: ${kinks}`
      : undefined;
    rows.push({
      check: `gradient ${name}`,
      cases,
      error: worst.error,
      tolerance: worst.tolerance,
      ok: worst.excess <= 0 && cases > 0,
      ...(note && { note }),
    });
  }
  return rows;
}

/**
 * Two steps of the optimized plan (layouts, another order of layers, merged kernels) against the plain one, interpreted in
 * f64: parameters and the optimizer's state.
 */
export function checkFusion(
  spec: Spec,
  registry: Registry,
  seed: number,
  { data, layout, without }: Pick<CompileOptions, "data" | "layout" | "without"> = {},
): VerifyRow {
  const states = [{ layout, without }, { without: MERGING }].map((options) => {
    const { plan: one } = plan(spec, registry, { data, ...options });
    const all = exactStorages(one, spec, seed);
    // columns may be in another order: the same numbers by name
    for (const table of ["params", "keys"]) {
      const { columns } = one.tensors[table] ?? {};
      for (let row = 0; columns && row < 2; row++) {
        for (const [column, name] of columns.entries()) {
          const values: Record<string, number> = {
            ...one.graph.optimizer.params(spec.training.optimizer, 0.01, row + 1),
            count: Math.max(1, one.batchSize - 1),
          };
          all[table][row * columns.length + column] = values[name] ?? streamKey(seed, name, row);
        }
      }
    }
    for (const step of [0, 1]) {
      for (const planned of one.train.kernels) interpretKernel(planned.kernel, storagesOf(planned, all), step);
    }
    const kept = Object.values(one.tensors).filter(({ role }) => WEIGHT_ROLES.includes(role) || role === "state");
    const longest = Math.max(...one.train.kernels.map(({ kernel }) => longestReduction(kernel)));
    return {
      values: Object.fromEntries(kept.map(({ name, layout }) => [name, fromStored(all[name] as Float64Array, layout)])),
      longest,
    };
  });
  const [own, plain] = states;
  let error = 0, cases = 0, largest = 0;
  for (const [name, values] of Object.entries(plain.values)) {
    error = Math.max(error, largestDifference(values, own.values[name]));
    largest = Math.max(largest, largestOf(values));
    cases += values.length;
  }
  // the same sums, in another order where layouts or chunks have it so; Adam divides by a root, which a step repeats
  const tolerance = 16 * Number.EPSILON * largest * plain.longest;
  return { check: "fused step", cases, error, tolerance, ok: error <= tolerance };
}
