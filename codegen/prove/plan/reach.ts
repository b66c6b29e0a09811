/**
 * That a kernel stays inside the tensors it is bound to, and in no one's way.
 *
 * @module
 */
import { type Index, type Load, STEP, type TensorType } from "../../ir/ir.ts";
import type { Plan, PlannedKernel } from "../../plan/plan.ts";
import { placeOf, rangeOf, type Read, rootOf, samePlace, type Touched, touchedBy, typeKey } from "./touched.ts";
import { unproven } from "./unproven.ts";

type Fail = (what: string) => Error;

/**
 * A kernel knows its tensors as the plan has them. In each dimension what it reads lies inside the tensor, or, where the
 * access is padded, at most as far outside as the halo is wide; what it writes lies inside, so that halos stay the zeros
 * that memory begins with. What it writes it reads only at the element that the same iteration writes: its iterations
 * come in any order, and so do its parts.
 *
 * @throws {VerifyError} naming kernel and tensor.
 */
export function proveReach(planned: PlannedKernel, plan: Plan): void {
  const { kernel } = planned, touched = touchedBy(planned);
  const fail = (what: string) => unproven(plan.name, `${kernel.name} ${what}`);
  proveBindings(planned, plan, touched, fail);
  for (const { load } of touched.reads) proveRead(load, planned, fail);
  for (const { assignment: { tensor, index } } of touched.writes) {
    const { shape, rows, columns, below } = kernel.tensors[tensor], name = planned.bindings[tensor];
    // of what the run has, a step writes its own rows of what it reports
    if (rows === "samples" || columns !== undefined || rows !== undefined && below !== undefined) {
      throw fail(`writes ${name}, which is the run's`);
    }
    if (index.length !== shape.length) throw fail(`writes ${name} by ${index.length} indices of ${shape.length}`);
    for (const [d, position] of index.entries()) {
      if (shape[d] === Infinity) {
        if (!isRow(position, rows, kernel.tensors)) throw fail(`writes ${name} by no row number`);
        continue;
      }
      const [low, high] = rangeOf(position);
      if (low < 0 || high >= shape[d]) {
        throw fail(`writes dimension ${d} of ${name} from ${low} to ${high}, and its extent is ${shape[d]}`);
      }
    }
  }
  proveInPlace(planned, plan, touched, fail);
}

/** Every symbol stands for a tensor of the plan, of the same type; every run-time number is in a table. */
function proveBindings({ kernel, bindings }: PlannedKernel, { tensors }: Plan, touched: Touched, fail: Fail): void {
  const symbols = [
    ...touched.reads.map(({ load }) => load.tensor),
    ...touched.writes.map(({ assignment }) => assignment.tensor),
  ];
  for (const symbol of new Set([...symbols, ...Object.keys(bindings), ...Object.keys(kernel.tensors)])) {
    const type = kernel.tensors[symbol], tensor = tensors[bindings[symbol]];
    if (!type || !tensor) throw fail(`has no tensor ${symbol}`);
    if (typeKey(type) !== typeKey(tensor)) throw fail(`takes ${tensor.name} for another type than the plan does`);
  }
  for (const { name, type } of touched.params) {
    const table = type === "f32" ? "params" : "keys";
    if (bindings[table] !== table || !tensors[table].columns?.includes(name)) {
      throw fail(`reads ${name}, which is no column of ${table}`);
    }
  }
}

function proveRead({ tensor, index, padded }: Load, { kernel, bindings }: PlannedKernel, fail: Fail): void {
  const { shape, halo, rows } = kernel.tensors[tensor], name = bindings[tensor];
  if (index.length !== shape.length) throw fail(`reads ${name} by ${index.length} indices of ${shape.length}`);
  for (const [d, position] of index.entries()) {
    if (shape[d] === Infinity) {
      if (!isRow(position, rows, kernel.tensors)) throw fail(`reads ${name} by no row number`);
      continue;
    }
    const [low, high] = position.kind === "load" ? loadedRange(position, kernel.tensors) : rangeOf(position);
    const [before, after] = padded ? halo[d] : [0, 0];
    if (low < -before || high >= shape[d] + after) {
      throw fail(
        `reads dimension ${d} of ${name} from ${low} to ${high}, and its extent is ${shape[d]} ` +
          `with ${before} before and ${after} behind`,
      );
    }
  }
}

/** Whether an index is the number of the step, or of a sample. */
function isRow(index: Index, rows: TensorType["rows"], tensors: PlannedKernel["kernel"]["tensors"]): boolean {
  if (index.kind === "load") return rows === "samples" && tensors[index.tensor].below === "samples";
  const [term] = index.terms;
  return rows === "steps" && index.constant === 0 && index.terms.length === 1 && term.axis === STEP &&
    term.coefficient === 1;
}

function loadedRange({ tensor }: Load, tensors: PlannedKernel["kernel"]["tensors"]): [number, number] {
  const { below } = tensors[tensor];
  return typeof below === "number" ? [0, below - 1] : [-Infinity, Infinity];
}

function proveInPlace(planned: PlannedKernel, { tensors }: Plan, { reads, writes }: Touched, fail: Fail): void {
  const { kernel, bindings } = planned, written = new Map<string, string>();
  for (const { assignment: { tensor: symbol } } of writes) {
    const root = rootOf(bindings[symbol], tensors), before = written.get(root);
    if (before !== undefined && before !== symbol) throw fail(`writes ${root} by two names`);
    written.set(root, symbol);
  }
  const isOwnElement = ({ part, load, reduced }: Read, root: string) => {
    const place = placeOf(load.index, kernel.tensors[load.tensor]);
    return !reduced &&
      writes.some(({ part: other, assignment: { tensor, index } }) =>
        other === part && rootOf(bindings[tensor], tensors) === root &&
        samePlace(place, placeOf(index, kernel.tensors[tensor]))
      );
  };
  for (const read of reads) {
    const root = rootOf(bindings[read.load.tensor], tensors);
    if (written.has(root) && !isOwnElement(read, root)) {
      throw fail(`reads ${root}, which it writes, at another element than the same iteration writes`);
    }
  }
}
