/**
 * Expressions at points as values and locals of a loop nest: what loops are filled with.
 *
 * @module
 */
import { offsetKey, OffsetSum } from "../ir/affine.ts";
import { exprKey, freeAxes } from "../ir/expr.ts";
import {
  type Affine,
  BYTES,
  type Expr,
  isVector,
  type Load,
  LOADED,
  type Offset,
  type Op,
  OPS,
  type Param,
  strides,
  type Type,
  typeOf,
  type Value,
} from "../ir/ir.ts";
import { ScheduleError } from "../schedule/schedule.ts";
import type { Lowering } from "./lowering.ts";
import { labelledBy, loadName } from "./names.ts";
import { indexAt, keyAt, type Point, variable } from "./points.ts";
import type { Scope } from "./scope.ts";

/** Operations inside of each other in one statement: what reads the text later must not run out of stack. */
const DEEPEST = 20;

const depths = new WeakMap<Value, number>();

/** How many operations of a value stand inside of each other. */
function depthOf(value: Value): number {
  if (value.kind === "splat" || value.kind === "total") return 1 + depthOf(value.value);
  if (value.kind !== "apply") return 0;
  const depth = depths.get(value) ?? 1 + Math.max(...value.operands.map(depthOf));
  depths.set(value, depth);
  return depth;
}

/** The value of an expression at a point; statements it needs go into the scope. */
export function evaluate(expr: Expr, point: Point, scope: Scope, lowering: Lowering): Value {
  const key = keyAt(expr, point), known = scope.value(key);
  if (known) return known;
  switch (expr.kind) {
    case "constant":
      return expr;
    case "position":
      return positionAt(expr.index, point);
    case "op": {
      const operands = expr.operands.map((operand) => evaluate(operand, point, scope, lowering));
      const value = apply(expr.op, operands, scope), uses = lowering.uses.get(exprKey(expr)) ?? 0;
      const keep = expr.name !== undefined || uses > 1 || depthOf(value) > DEEPEST;
      return keep ? newLocal(expr, key, point, scope, lowering, value) : value;
    }
    case "load":
    case "param":
      return newLocal(expr, key, point, scope, lowering);
    case "reduce":
      throw new Error(`reduction ${key} was not prepared`);
  }
}

/** The value of an expression as a local. */
export function localOf(expr: Expr, point: Point, scope: Scope, lowering: Lowering): Value {
  const key = keyAt(expr, point);
  return scope.value(key) ?? newLocal(expr, key, point, scope, lowering);
}

/** A local that there is not yet. `value`: what it holds, where it is known. */
function newLocal(expr: Expr, key: string, point: Point, scope: Scope, lowering: Lowering, value?: Value): Value {
  if (expr.kind === "param") return scope.keep(key, parameter(expr, scope, lowering));
  if (expr.kind === "load") return loaded(expr, point, scope, lowering);
  value ??= evaluate(expr, point, scope, lowering);
  if (expr.kind !== "op" || value.kind === "local") return value;
  const wish = expr.name ?? (OPS[expr.op].result === "bool" ? "test" : "t");
  return scope.keep(key, scope.let(labelledBy(wish, point, expr, lowering.axes), value));
}

/** A number of the step's row of its table. */
function parameter({ name, type }: Param, scope: Scope, { kernel: { tensors } }: Lowering): Value {
  const tensor = type === "f32" ? "params" : "keys", columns = tensors[tensor].columns!;
  const offset = { constant: columns.indexOf(name), terms: [{ variable: "step", coefficient: columns.length }] };
  return scope.let(name, { kind: "element", tensor, offset, type });
}

/** An element, from its copy if there is one. */
function loaded(load: Load, point: Point, scope: Scope, lowering: Lowering): Value {
  const { tensor, index } = load, lanes = laneStep(tensor, index, point, lowering);
  const copy = lowering.copyOf?.(load, point);
  const offset = copy?.offset ?? flatten(tensor, index, point, scope, lowering);
  const key = `${copy?.name ?? tensor}@${offsetKey(offset)}${lanes ? "x4" : ""}`, known = scope.value(key);
  if (known) return known;
  const scalar = LOADED[lowering.kernel.tensors[tensor].dtype], type: Type = lanes ? `${scalar}x4` : scalar;
  const value: Value = copy
    ? { kind: "staged", name: copy.name, offset, type }
    : { kind: "element", tensor, offset, type };
  return scope.keep(key, scope.let(loadName(load, point), value));
}

/** How far an access moves from lane to lane: 0, or 1 element; a vector cannot be made of others. */
export function laneStep(
  tensor: string,
  index: Load["index"],
  point: Point,
  { kernel: { name, tensors }, schedule: { vectorize } }: Lowering,
): 0 | 1 {
  if (vectorize === undefined) return 0;
  const type = tensors[tensor], stride = strides(type);
  let step = 0;
  for (let d = 0; d < index.length; d++) {
    const i = index[d];
    if (i.kind === "load") {
      if ([...freeAxes(i)].some((axis) => point.get(axis)?.lanes)) step = NaN;
    } else for (const { axis, coefficient } of i.terms) if (point.get(axis)?.lanes) step += coefficient * stride[d];
  }
  if (step !== 0 && (step !== 1 || BYTES[type.dtype] !== 4)) {
    throw new ScheduleError(`${name}: ${tensor} cannot be accessed in lanes along ${vectorize}`);
  }
  return step as 0 | 1;
}

/** An element's offset in the tensor's storage. */
export function flatten(
  tensor: string,
  index: Load["index"],
  point: Point,
  scope: Scope,
  lowering: Lowering,
): Offset {
  const type = lowering.kernel.tensors[tensor], stride = strides(type);
  const sum = new OffsetSum();
  for (let d = 0; d < index.length; d++) {
    const i = index[d];
    const at = i.kind === "affine"
      ? indexAt(i, point)
      : variable((evaluate(i, point, scope, lowering) as { name: string }).name);
    sum.add(at, stride[d]);
    sum.addConstant(type.halo[d][0] * stride[d]);
  }
  return sum.offset();
}

/** The value of an index, in lanes if it depends on an axis in lanes. */
function positionAt(index: Affine, point: Point): Value {
  const offset = indexAt(index, point);
  const lanes = index.terms.filter(({ axis }) => point.get(axis)?.lanes);
  if (lanes.length === 0) return { kind: "offset", offset };
  return { kind: "ramp", offset, step: lanes.reduce((step, { coefficient }) => step + coefficient, 0) };
}

/** An operation; beside vectors, scalars are put in every lane. */
export function apply(op: Op, operands: readonly Value[], scope: Scope): Value {
  const wide = operands.some((operand) => isVector(typeOf(operand)));
  return {
    kind: "apply",
    op,
    operands: operands.map((operand) => wide && !isVector(typeOf(operand)) ? splat(operand, scope) : operand),
  };
}

/** A scalar in every lane; of a local, once. */
export function splat(value: Value, scope: Scope): Value {
  const all: Value = { kind: "splat", value };
  if (value.kind !== "local") return all;
  const key = `splat ${value.name}`;
  return scope.value(key) ?? scope.keep(key, scope.let(`${value.name}_all`, all));
}
