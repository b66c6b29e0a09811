/**
 * Random data that kernels are checked and timed with: legal contents of what they read.
 *
 * @module
 */
import { type Storage, storageLength, type Storages } from "../../codegen/ir/interpret.ts";
import { type Kernel, strides, type TensorType } from "../../codegen/ir/ir.ts";
import { elementsOf, toStored } from "../../codegen/plan/arrange/layouts.ts";
import type { Plan, PlannedKernel, Role } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { RowCounts } from "../backends/rows.ts";
import { optimizerParams } from "../run/rules.ts";
import { initialize } from "../run/initial.ts";
import { streamKey, uniform } from "../run/random.ts";

/** The row of the tables of run-time numbers that is used; not the first, so that its offset is checked. */
export const ROW = 1;

/** Draws numbers in [0, 1), one after the other. */
type Draw = () => number;

export function draws(seed: number, stream: string): Draw {
  const key = streamKey(seed, stream);
  let counter = 0;
  return () => uniform(key, counter++);
}

/** Rows that checks make up of the tensors that a run would supply: not just a batch, and steps up to the one that runs. */
export function rowsFor({ batchSize }: Plan): RowCounts {
  return { samples: batchSize + 3, steps: ROW + 1 };
}

/** From where, and how far, numbers of a role are drawn. */
type Range = readonly [from: number, width: number];
const ANY: Range = [-1, 2];
/** Of an optimizer's state, squares of means are below means of squares, as they are where it has seen gradients. */
const RANGES: Readonly<Partial<Record<Role, Range>>> = { buffer: [0, 1], state: [0.5, 0.1] };

/** Legal random contents: halos 0, integers in their range, moments of optimizers positive. */
export function randomStorages(
  kernel: Kernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  draw: Draw,
): Record<string, Storage> {
  // a tensor may have several symbols, and several tensors one storage
  const known = new Map<string, Storage>();
  return Object.fromEntries(
    Object.entries(kernel.tensors).map(([symbol, type]) => {
      const { name, alias = name, role, least = -Infinity } = plan.tensors[bindings[symbol]];
      const [from, width] = RANGES[role] ?? ANY, range: Range = [Math.max(from, least), width];
      const storage = known.get(alias) ?? randomStorage(type, plan, spec, draw, { range, exact: false });
      known.set(alias, storage);
      return [symbol, storage];
    }),
  );
}

/** Rows of a tensor whose rows a run supplies. */
function rowsOf(type: TensorType, plan: Plan): number {
  const { samples, steps } = rowsFor(plan);
  return type.rows === "steps" ? steps : samples;
}

/** A tensor of zeros. `exact`: in f64, where a run has f32. */
function emptyStorage(type: TensorType, plan: Plan, exact: boolean): Storage {
  const arrays = { f32: exact ? Float64Array : Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };
  return new arrays[type.dtype](storageLength(type, rowsOf(type, plan)));
}

/** Random contents of a tensor, floats in a range. `exact`: in f64, where a run has f32. */
function randomStorage(
  type: TensorType,
  plan: Plan,
  spec: Spec,
  draw: Draw,
  { range: [from, width], exact }: { range: Range; exact: boolean },
): Storage {
  const { samples } = rowsFor(plan), rows = rowsOf(type, plan), storage = emptyStorage(type, plan, exact);
  if (type.columns) {
    for (let row = 0; row < rows; row++) fillRow(storage, type.columns, row, plan, spec, row + 1, draw);
    return storage;
  }
  const limit = type.below === "samples" ? samples : type.below ?? 256;
  const value = type.dtype === "f32" ? () => from + width * draw() : () => Math.floor(draw() * limit);
  const next = source(value, storage), stride = strides(type);
  // from a dimension on behind which there is no halo, all is one run
  const halo = type.halo.findLastIndex(([before, after]) => before + after > 0);
  const run = Math.min(Math.max(halo, type.rows === "steps" ? 1 : 0), stride.length - 1);
  const visit = (d: number, at: number): void => {
    // of a step, what is in its samples' rows; the others have the first sample
    const own = type.rows === "steps" && d === 1 ? plan.batchSize : type.shape[d];
    const extent = own === Infinity ? rows : own;
    const from = at + type.halo[d][0] * stride[d];
    if (d === run) return next(from, extent * stride[d]);
    for (let i = 0; i < extent; i++) visit(d + 1, from + i * stride[d]);
  };
  visit(0, 0);
  return storage;
}

/** Numbers that are drawn for a storage, at most; a prime, so that no stride leads to the same ones again. */
const DRAWN = 65_537;

/** Fills runs of a storage, one after the other, with numbers that are drawn, and come again after so many. */
function source(draw: Draw, storage: Storage): (from: number, length: number) => void {
  const drawn = storage.slice(0, Math.min(DRAWN, storage.length));
  let used = 0, known = 0;
  return (from, length) => {
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, drawn.length - used);
      for (; known < used + count; known++) drawn[known] = draw();
      storage.set(drawn.subarray(used, used + count), from + done);
      done += count;
      used = (used + count) % drawn.length;
    }
  };
}

/** The run-time numbers of a step that are not drawn, by name; one sample short of a batch, where there are two. */
export function stepNumbers(plan: Plan, spec: Spec, step: number): Readonly<Record<string, number>> {
  return {
    ...optimizerParams(spec, plan.graph.optimizer, spec.training.optimizer, 0.01, step),
    count: Math.max(1, plan.batchSize - 1),
  };
}

/** One row of a table of run-time numbers, as a run would fill it. */
function fillRow(
  table: Storage,
  columns: readonly string[],
  row: number,
  plan: Plan,
  spec: Spec,
  step: number,
  draw: Draw,
): void {
  const values = stepNumbers(plan, spec, step);
  for (const [column, name] of columns.entries()) {
    table[row * columns.length + column] = values[name] ?? Math.floor(draw() * 2 ** 32);
  }
}

/**
 * Storages of a whole plan by tensor, in f64, with initial parameters; aliases share. `drawn`: the optimizer's state is
 * drawn, in the usual order, in place of zeros.
 */
export function exactStorages(plan: Plan, spec: Spec, seed: number, drawn = false): Record<string, Storage> {
  const all: Record<string, Storage> = {};
  for (const tensor of Object.values(plan.tensors)) {
    if (tensor.alias) continue;
    const draw = draws(seed, tensor.name);
    const fresh = tensor.role === "value" || tensor.role === "gradient" || tensor.role === "state";
    const storage = fresh
      ? emptyStorage(tensor, plan, true)
      : randomStorage(tensor, plan, spec, draw, { range: RANGES[tensor.role] ?? [0, 1], exact: true });
    if (typeof tensor.initial === "number") {
      storage.set(toStored(new Float32Array(elementsOf(tensor)).fill(tensor.initial), tensor.layout));
    }
    if (drawn && tensor.role === "state") {
      const values = new Float32Array(elementsOf(tensor));
      source(draws(seed, `${tensor.name} kept`), values)(0, values.length);
      storage.set(toStored(values, tensor.layout));
    }
    if (tensor.role === "parameter") {
      const initial = new Float32Array(elementsOf(tensor));
      initialize(initial, tensor, seed);
      // biases too, so that none is at the kink of a relu; of numbers of their own: storages may differ in length
      const bias = draws(seed, `${tensor.name} at first`);
      storage.set(toStored(initial.map((value) => value === 0 ? 0.2 * bias() - 0.1 : value), tensor.layout));
    }
    all[tensor.name] = storage;
  }
  for (const { name, alias } of Object.values(plan.tensors)) if (alias) all[name] = all[alias];
  return all;
}

/** The storages of a kernel, by symbol. */
export function storagesOf({ bindings }: PlannedKernel, all: Readonly<Record<string, Storage>>): Storages {
  return Object.fromEntries(Object.entries(bindings).map(([symbol, name]) => [symbol, all[name]]));
}
