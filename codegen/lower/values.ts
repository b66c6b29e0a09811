/**
 * Expressions at points as values and locals of a loop nest: what `lower.ts` fills its loops with.
 *
 * @module
 */
import { combine, constantOffset, offsetKey } from "../ir/affine.ts";
import { exprKey, freeAxes } from "../ir/expr.ts";
import {
  type Affine,
  type Axis,
  BYTES,
  type Expr,
  isVector,
  type Kernel,
  LANES,
  type Load,
  LOADED,
  type Offset,
  type Op,
  OPS,
  strides,
  type Type,
  typeOf,
  type Value,
} from "../ir/ir.ts";
import { type Schedule, ScheduleError } from "../schedule/schedule.ts";
import type { Scope } from "./scope.ts";
import { type Box, boxKey, type Place, placeInBox, type Use } from "./stage.ts";

/** Where an axis is: its offset, and its number within an unrolled group, if it is in one. */
export interface Coordinate {
  readonly offset: Offset;
  readonly label?: number;
  /** It is this and the next three, in the lanes of a vector. */
  readonly lanes?: true;
}
/** Coordinates of all open axes. */
export type Point = ReadonlyMap<Axis, Coordinate>;

/** What a sum's operands are loaded from instead of their tensors. */
export interface Staged {
  /** The variables that a workgroup has in common. */
  readonly joint: ReadonlySet<string>;
  /** By what their accesses have in common. */
  readonly boxes: ReadonlyMap<string, Box & { readonly name: string }>;
}

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

/** The values of a part of a kernel. */
export class Values {
  readonly #kernel: Kernel;
  readonly #schedule: Schedule;
  readonly #uses: ReadonlyMap<string, number>;
  /** What is staged where the lowering stands. */
  staged?: Staged;

  /** `uses`: how often each expression is used. */
  constructor(kernel: Kernel, schedule: Schedule, uses: ReadonlyMap<string, number>) {
    this.#kernel = kernel;
    this.#schedule = schedule;
    this.#uses = uses;
  }

  /** The value of an expression at a point; statements it needs go into the scope. */
  evaluate(expr: Expr, point: Point, scope: Scope): Value {
    const key = keyAt(expr, point);
    const known = scope.value(key);
    if (known) return known;
    switch (expr.kind) {
      case "constant":
        return expr;
      case "position":
        return positionAt(expr.index, point);
      case "op": {
        const value = apply(
          expr.op,
          expr.operands.map((operand) => this.evaluate(operand, point, scope)),
          scope,
        );
        const keep = expr.name !== undefined || (this.#uses.get(exprKey(expr)) ?? 0) > 1 || depthOf(value) > DEEPEST;
        return keep ? this.local(expr, point, scope, value) : value;
      }
      case "load":
      case "param":
        return this.local(expr, point, scope);
      case "reduce":
        throw new Error(`reduction ${key} was not prepared`);
    }
  }

  /** The value of an expression as a local. */
  local(expr: Expr, point: Point, scope: Scope, value?: Value): Value {
    const key = keyAt(expr, point);
    const known = scope.value(key);
    if (known) return known;
    if (expr.kind === "param") {
      const table = expr.type === "f32" ? "params" : "keys";
      const columns = this.#kernel.tensors[table].columns!;
      const offset = {
        constant: columns.indexOf(expr.name),
        terms: [{ variable: "step", coefficient: columns.length }],
      };
      return scope.keep(
        key,
        scope.let(expr.name, { kind: "element", tensor: table, offset, type: expr.type }),
      );
    }
    if (expr.kind === "load") return this.#load(expr, point, scope);
    value ??= this.evaluate(expr, point, scope);
    if (expr.kind !== "op" || value.kind === "local") return value;
    const { result } = OPS[expr.op];
    return scope.keep(
      key,
      scope.let(labelledBy(expr.name ?? (result === "bool" ? "test" : "t"), point, expr), value),
    );
  }

  /** An element, from where it is staged if it is. */
  #load(load: Load, point: Point, scope: Scope): Value {
    const { tensor, index } = load, lanes = this.step(tensor, index, point);
    const places = this.staged && placesOf(load, point, this.staged.joint);
    const box = places && this.staged?.boxes.get(boxKey(tensor, places));
    const offset = box ? placeInBox(box, places) : this.flatten(tensor, index, point, scope);
    const key = `${box?.name ?? tensor}@${offsetKey(offset)}${lanes ? "x4" : ""}`, known = scope.value(key);
    if (known) return known;
    const scalar = LOADED[this.#kernel.tensors[tensor].dtype], type: Type = lanes ? `${scalar}x4` : scalar;
    const value: Value = box
      ? { kind: "staged", name: box.name, offset, type }
      : { kind: "element", tensor, offset, type };
    return scope.keep(key, scope.let(loadName(load, point), value));
  }

  /** A load as one that may be staged; nothing where it cannot be. */
  use(load: Load, point: Point, joint: ReadonlySet<string>): Use | undefined {
    const { tensor, index } = load, { dtype, rows } = this.#kernel.tensors[tensor];
    const places = placesOf(load, point, joint);
    if (!places || BYTES[dtype] !== 4 || rows !== undefined) return undefined;
    const wide = this.step(tensor, index, point) === 1;
    const beside = index.map((i) =>
      (i as Affine).terms.reduce(
        (sum, { axis, coefficient }) => sum + (wide && point.get(axis)!.lanes ? (LANES - 1) * coefficient : 0),
        0,
      )
    );
    return { tensor, places, beside };
  }

  /** How far an access moves from lane to lane: 0, or 1 element; a vector cannot be made of others. */
  step(tensor: string, index: Load["index"], point: Point): 0 | 1 {
    const type = this.#kernel.tensors[tensor], stride = strides(type);
    let step = 0;
    for (const [d, i] of index.entries()) {
      if (i.kind === "load") {
        if ([...freeAxes(i)].some((axis) => point.get(axis)?.lanes)) step = NaN;
      } else for (const { axis, coefficient } of i.terms) if (point.get(axis)?.lanes) step += coefficient * stride[d];
    }
    if (step !== 0 && (step !== 1 || BYTES[type.dtype] !== 4)) {
      throw new ScheduleError(
        `${this.#kernel.name}: ${tensor} cannot be accessed in lanes along ${this.#schedule.vectorize}`,
      );
    }
    return step as 0 | 1;
  }

  /** An element's offset in the tensor's storage. */
  flatten(tensor: string, index: Load["index"], point: Point, scope: Scope): Offset {
    const type = this.#kernel.tensors[tensor], stride = strides(type);
    return combine(...index.map((i, d) => {
      const at = i.kind === "affine"
        ? indexAt(i, point)
        : variable((this.evaluate(i, point, scope) as { name: string }).name);
      return [combine([at, 1], [constantOffset(type.halo[d][0]), 1]), stride[d]] as const;
    }));
  }
}

/** An index at a point. */
function indexAt({ constant, terms }: Affine, point: Point): Offset {
  return combine(
    [constantOffset(constant), 1],
    ...terms.map(({ axis, coefficient }) => [point.get(axis)!.offset, coefficient] as const),
  );
}

/** The value of an index, in lanes if it depends on an axis in lanes. */
function positionAt(index: Affine, point: Point): Value {
  const offset = indexAt(index, point);
  const lanes = index.terms.filter(({ axis }) => point.get(axis)?.lanes);
  if (lanes.length === 0) return { kind: "offset", offset };
  return { kind: "ramp", offset, step: lanes.reduce((step, { coefficient }) => step + coefficient, 0) };
}

/** A text that is the same for the same value. */
export function keyAt(expr: Expr, point: Point): string {
  const at = [...freeAxes(expr)].map((axis) =>
    `${axis.name}=${point.has(axis) ? offsetKey(point.get(axis)!.offset) + (point.get(axis)!.lanes ? "x4" : "") : "?"}`
  );
  return `${exprKey(expr)} ${at.sort().join()}`;
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

/** The indices of a load, taken apart; nothing where one of them is loaded itself. */
function placesOf({ index }: Load, point: Point, joint: ReadonlySet<string>): Place[] | undefined {
  const places: Place[] = [];
  for (const i of index) {
    if (i.kind === "load") return undefined;
    const { constant, terms } = indexAt(i, point);
    const [common, own] = [true, false].map((is) => terms.filter(({ variable }) => joint.has(variable) === is));
    places.push({ joint: { constant: 0, terms: common }, own: { constant, terms: own } });
  }
  return places;
}

/** Tensor and tile coordinates: `x01`; without coordinates the axes: `b_o`. */
function loadName({ tensor, index }: Load, point: Point): string {
  const labels: number[] = [], names: string[] = [];
  for (const i of index) {
    if (i.kind === "load") continue;
    let label: number | undefined;
    for (const { axis, coefficient } of i.terms) {
      const own = point.get(axis)?.label;
      if (own !== undefined) label = (label ?? 0) + own * coefficient;
      names.push(axis.name);
    }
    if (label !== undefined) labels.push(label);
  }
  return labels.length > 0
    ? labelled(tensor, labels)
    : [tensor, names.join("")].filter((word) => word !== "").join("_");
}

/** A name with the tile coordinates of the axes an expression depends on. */
export function labelledBy(name: string, point: Point, expr: Expr): string {
  const axes = freeAxes(expr);
  const labels = [...point].flatMap(([axis, { label }]) => label !== undefined && axes.has(axis) ? [label] : []);
  return labelled(name, labels);
}

/** A name with all tile coordinates of a point. */
export function nameAt(name: string, point: Point, scope: Scope): string {
  const labels = [...point.values()].map(({ label }) => label).filter((label) => label !== undefined);
  const bare = labels.length === 0 && scope.has(name) ? `${name}_sum` : name;
  return labelled(bare, labels);
}

/** Coordinates of so many neighbours from a place on, scalars or vectors. */
export function group(base: Offset, count: number, width: number, apart = width): Coordinate[] {
  return Array.from({ length: count }, (_, label) => ({
    offset: combine([base, 1], [constantOffset(label * apart), 1]),
    ...(count > 1 && { label }),
    ...(width > 1 && { lanes: true }),
  }));
}

function labelled(name: string, labels: readonly number[]): string {
  if (labels.length === 0) return name;
  const short = labels.every((label) => label >= 0 && label <= 9) && !/\d$/.test(name);
  return short
    ? `${name}${labels.join("")}`
    : `${name}_${labels.map((label) => label < 0 ? `m${-label}` : label).join("_")}`;
}

/** The offset that is a variable. */
export function variable(name: string): Offset {
  return { constant: 0, terms: [{ variable: name, coefficient: 1 }] };
}
