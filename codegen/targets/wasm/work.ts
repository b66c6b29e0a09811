/**
 * What a part of a kernel does at each of its points, whatever its schedule: the sum that does the work, and the rest.
 *
 * @module
 */
import { expressions, exprKey, freeAxes } from "../../ir/expr.ts";
import type { Axis, Expr, Index, Load, Op, Operation, Part, Reduce } from "../../ir/ir.ts";
import { termsOf } from "../../lower/accumulators.ts";
import { points, reductions } from "../../schedule/candidates.ts";

/** Reductions of up to so many iterations around the one that does the work are unrolled whole. */
export const SMALL = 9;

/** Arithmetic on a vector in operations as quick as an addition; what is not here counts as one. */
const OPERATIONS: Readonly<Partial<Record<Op, number>>> = { div: 10, sqrt: 12, exp: 24, log: 28, tanh: 24 };

/** Loads, operations and stores. */
export interface Doing {
  readonly loads: readonly Load[];
  /** Counted as additions. */
  readonly operations: number;
}

/** Accesses of a tensor whose indices differ in constants only. */
export interface Access {
  readonly tensor: string;
  /** Of one of them. */
  readonly index: readonly Index[];
  readonly writes: boolean;
  /** In each dimension: how many constants there are, and how far from the least to the largest. */
  readonly constants: readonly { readonly count: number; readonly spread: number }[];
}

/** What a part does. */
export interface Work {
  readonly part: Part;
  /** The sum that does the work, where there is a long one, how many there are over its axes, and short reductions around. */
  readonly core?: Reduce;
  readonly sums: number;
  readonly around: readonly Axis[];
  /** What those sums add up: their loads, their terms, and what these take beside a product that is added. */
  readonly term: { readonly loads: readonly Load[]; readonly terms: number; readonly operations: readonly Operation[] };
  /** Of a point, beside that sum. */
  readonly rest: Doing;
  /** All that it reads and writes; what differs in constants only is one. */
  readonly accesses: readonly Access[];
}

const known = new WeakMap<Part, Work>();

/** What a part does. */
export function workOf(part: Part): Work {
  const work = known.get(part) ?? found(part);
  known.set(part, work);
  return work;
}

function found(part: Part): Work {
  const { core, outer, before } = nested(part), long = core && points(core.axes) > SMALL ? core : undefined;
  const values = part.assignments.map(({ value }) => value), early = new Set(expressions(...before));
  const sums = long ? reductions(part).filter((r) => r.reduction === "sum" && isOver(r, long.axes)) : [];
  const inside = expressions(...sums.map(({ body }) => body)).filter((expr) => !early.has(expr));
  // a product that is added is one operation, and so is anything else that is
  const terms = sums.flatMap(termsOf), added = new Set<Expr>(terms);
  const additions = new Set(sums.flatMap(({ body }) => [...additionsIn(body, added)]));
  return {
    part,
    ...long && { core: long },
    sums: sums.length,
    // a maximum and its place have the same axes
    around: long ? [...new Set(outer.flatMap(({ axes }) => axes))] : [],
    term: {
      loads: inside.filter((expr) => expr.kind === "load"),
      operations: inside.filter((expr) => expr.kind === "op").filter((op) => !added.has(op) && !additions.has(op)),
      terms: terms.length,
    },
    rest: restOf([...values, ...before], new Set(inside)),
    accesses: accessesOf(part),
  };
}

/** The additions of terms. */
function additionsIn(body: Expr, terms: ReadonlySet<Expr>): ReadonlySet<Expr> {
  if (body.kind !== "op" || terms.has(body)) return new Set();
  return new Set([body, ...body.operands.flatMap((operand) => [...additionsIn(operand, terms)])]);
}

/** Reductions of a part by what they are to the sum that does the work. */
interface Nested {
  readonly core?: Reduce;
  /** Around it. */
  readonly outer: readonly Reduce[];
  /** What its terms need and that is the same for all of them. */
  readonly before: readonly Expr[];
}

/** The reductions of a part around each other, the one that does the work; none where several do different work. */
function nested(part: Part): Nested {
  const found = reductions(part), before = found.flatMap(({ body, axes }) => sameForAll(body, axes));
  const all = found.filter((r) => !before.some((expr) => expressions(expr).includes(r)));
  const core = all.reduce<Reduce | undefined>((a, b) => a && points(a.axes) >= points(b.axes) ? a : b, undefined);
  if (!core || core.reduction !== "sum") return { outer: [], before: [] };
  const outer = all.filter((r) => expressions(r.body).includes(core));
  const isAlone = all.every((r) => isOver(r, core.axes) || outer.includes(r));
  return isAlone && outer.every(({ axes }) => points(axes) <= SMALL)
    ? { outer, core, before }
    : { outer: [], before: [] };
}

const isOver = ({ axes }: Reduce, others: readonly Axis[]) =>
  axes.length === others.length && axes.every((axis, i) => axis === others[i]);

/** Sums in the body of a reduction that do not move along its axes, and what is made of them alone. */
function sameForAll(body: Expr, axes: readonly Axis[]): Expr[] {
  const inside = expressions(body);
  if (!inside.some(({ kind }) => kind === "reduce")) return [];
  const same = inside.filter((expr) => axes.every((axis) => !freeAxes(expr).has(axis)));
  const holding = same.filter((expr) => expressions(expr).some(({ kind }) => kind === "reduce"));
  const isSum = holding.every((expr) => expr.kind !== "reduce" || expr.reduction === "sum");
  return isSum ? holding : [];
}

/** What values need at a point beside some expressions that are counted elsewhere; what is in a reduction, each time. */
function restOf(values: readonly Expr[], counted: ReadonlySet<Expr>): Doing {
  const loads: Load[] = [], seen = new Set<Expr>(counted);
  let operations = 0;
  const visit = (expr: Expr, times: number): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "load") loads.push(expr);
    if (expr.kind === "reduce") {
      const terms = times * (seen.has(expr.body) ? 1 : points(expr.axes));
      operations += terms * (expr.reduction === "sum" ? 1 : 3);
      visit(expr.body, terms);
    }
    if (expr.kind === "op") {
      // a product that is added is no operation of its own
      const isFused = ({ kind, ...rest }: Expr) => kind === "op" && (rest as { op: Op }).op === "mul";
      const free = expr.op === "add" && expr.operands.some(isFused) ? 1 : 0;
      operations += times * ((OPERATIONS[expr.op] ?? 1) - free);
      for (const operand of expr.operands) visit(operand, times);
    }
  };
  for (const value of values) visit(value, 1);
  return { loads, operations };
}

function accessesOf({ assignments }: Part): Access[] {
  const loads = expressions(...assignments.map(({ value }) => value)).filter((expr) => expr.kind === "load");
  const all = [
    ...loads.map(({ tensor, index }) => ({ tensor, index, writes: false })),
    ...assignments.map(({ tensor, index }): Omit<Access, "constants"> => ({ tensor, index, writes: true })),
  ];
  return [...Map.groupBy(all, ({ tensor, index, writes }) => `${tensor} ${writes} ${index.map(movesOf)}`).values()].map(
    (same) => ({
      ...same[0],
      constants: same[0].index.map((_, d) => {
        const values = same.map(({ index }) => index[d].kind === "affine" ? index[d].constant : 0);
        return { count: new Set(values).size, spread: Math.max(...values) - Math.min(...values) };
      }),
    }),
  );
}

/** An index but for its constant. */
function movesOf(index: Index): string {
  if (index.kind === "load") return exprKey(index);
  return index.terms.map(({ axis, coefficient }) => `${coefficient}${axis.name}`).sort().join("+");
}
