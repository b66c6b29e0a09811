/**
 * The proof of a kernel's formulas: every index lies inside its tensor, or is marked as padded, and what a point
 * overwrites it reads only at the very place that it overwrites.
 *
 * @module
 */
import { bounds } from "../../ir/affine.ts";
import { children, freeAxes } from "../../ir/expr.ts";
import { type Assignment, type Axis, type Expr, type Kernel, type Load, OPS, type Part } from "../../ir/ir.ts";
import { assignmentText } from "../../ir/text.ts";
import { VerifyError } from "../error.ts";

type Fail = (what: string) => VerifyError;

/** @throws {VerifyError} when a kernel reads or writes outside its tensors, or reads what another point overwrites. */
export function proveKernel(kernel: Kernel): void {
  const { name, parts } = kernel;
  const assigned = new Set(parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)));
  for (const part of parts) {
    // assignments have much in common
    const read = new Set<Expr>(), formed = new Set<Expr>();
    for (const assignment of part.assignments) {
      const fail = (what: string) => new VerifyError(`${name}: ${what} in ${assignmentText(assignment)}`);
      proveReads(assignment, part, assigned, kernel.tensors, read, fail);
      proveWrite(assignment, kernel.tensors, fail);
      proveForms(assignment.value, assignment, name, formed, fail);
    }
  }
}

/** All loads lie inside, and read what the same point writes, if they read what is written. `read`: what was proven so. */
function proveReads(
  { value }: Assignment,
  { axes, assignments }: Part,
  assigned: ReadonlySet<string>,
  tensors: Kernel["tensors"],
  read: Set<Expr>,
  fail: Fail,
): void {
  const visit = (expr: Expr, open: ReadonlySet<Axis>, reduced: boolean, known: Set<Expr>) => {
    if (known.has(expr)) return;
    known.add(expr);
    if (expr.kind === "load") {
      proveLoad(expr, open, tensors, fail);
      if (assigned.has(expr.tensor)) {
        const same = assignments.some(({ tensor, index }) =>
          tensor === expr.tensor && JSON.stringify(index) === JSON.stringify(expr.index)
        );
        if (!same || reduced) throw fail(`${expr.tensor} is read at another place than it is written`);
      }
    }
    if (expr.kind === "reduce") visit(expr.body, new Set([...open, ...expr.axes]), true, new Set());
    else for (const child of children(expr)) visit(child, open, reduced, known);
  };
  visit(value, new Set(axes), false, read);
}

function proveLoad({ tensor, index, padded }: Load, open: ReadonlySet<Axis>, tensors: Kernel["tensors"], fail: Fail) {
  const { shape } = tensors[tensor];
  if (index.length !== shape.length) throw fail(`${tensor} has ${shape.length} dimensions, not ${index.length}`);
  for (const [d, i] of index.entries()) {
    if (i.kind === "load" || shape[d] === Infinity) continue;
    for (const { axis } of i.terms) if (!open.has(axis)) throw fail(`axis ${axis.name} is not open`);
    const [low, high] = bounds(i);
    if (!padded && (low < 0 || high >= shape[d])) {
      throw fail(`index ${d} of ${tensor} runs from ${low} to ${high} of ${shape[d]}`);
    }
  }
}

/** What is written lies inside, and is no larger than the tensor's values may be. */
function proveWrite({ tensor, index, value }: Assignment, tensors: Kernel["tensors"], fail: Fail): void {
  const { shape, below } = tensors[tensor];
  if (below !== undefined && !isBelow(value, below, tensors)) {
    throw fail(`a value that may not be below ${below} is written to ${tensor}`);
  }
  for (const [d, i] of index.entries()) {
    if (shape[d] === Infinity) continue;
    const [low, high] = bounds(i);
    if (low < 0 || high >= shape[d]) throw fail(`index ${d} of ${tensor} runs from ${low} to ${high} of ${shape[d]}`);
  }
}

/** Of an expression and all that it is made of. `formed`: what was proven so. */
function proveForms(expr: Expr, assignment: Assignment, kernel: string, formed: Set<Expr>, fail: Fail): void {
  if (formed.has(expr)) return;
  formed.add(expr);
  for (const child of children(expr)) proveForms(child, assignment, kernel, formed, fail);
  proveForm(expr, assignment, kernel, fail);
}

/** Axes can be told apart, and operations have as many operands as they take. */
function proveForm(expr: Expr, { tensor }: Assignment, kernel: string, fail: Fail): void {
  // all later stages tell axes apart by their names
  const names = [...freeAxes(expr)].map((axis) => axis.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw fail(`two axes are called ${twice}`);
  if (expr.kind === "op" && expr.operands.length !== OPS[expr.op].operands.length) {
    // such a formula cannot be printed
    throw new VerifyError(`${kernel}: ${expr.op} has ${expr.operands.length} operands in ${tensor}`);
  }
}

/** Whether an integer is surely below a limit: a place among so many, loaded from where all are, or a number that is. */
function isBelow(value: Expr, limit: number | "samples", tensors: Kernel["tensors"]): boolean {
  if (value.kind === "load") return tensors[value.tensor].below === limit;
  if (value.kind === "constant") return typeof limit === "number" && value.value >= 0 && value.value < limit;
  return value.kind === "reduce" && value.reduction === "argmax" && typeof limit === "number" &&
    value.axes.reduce((places, { extent }) => places * extent, 1) <= limit;
}
