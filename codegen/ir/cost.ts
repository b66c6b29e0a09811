/**
 * What a kernel costs, whatever its schedule.
 *
 * @module
 */
import { expressions, exprKey } from "./expr.ts";
import { type Affine, type Axis, BYTES, type Expr, type Kernel, type Op } from "./ir.ts";

/** Work and traffic of one run of a kernel. */
export interface Cost {
  /** Floating-point additions, multiplications, divisions, roots, exponentials and the like; comparing and choosing is free. */
  readonly flops: number;
  /** Divisions, roots, exponentials and the like among them. */
  readonly slow: number;
  /** Bytes of the distinct elements read, each counted once. */
  readonly read: number;
  /** Bytes of the distinct elements written. */
  readonly written: number;
}

const ARITHMETIC: ReadonlySet<Op> = new Set(["add", "sub", "mul", "div", "fma", "neg", "sqrt", "exp", "log", "tanh"]);

const SLOW: ReadonlySet<Op> = new Set(["div", "sqrt", "exp", "log", "tanh"]);

/** Counts a kernel's work and traffic. */
export function cost(kernel: Kernel): Cost {
  const known = counted.get(kernel) ?? count(kernel);
  counted.set(kernel, known);
  return known;
}

/** Multiplications and additions in a kernel's sums of products: two for each term. */
export function multiplyAdds({ parts }: Kernel): number {
  const terms = parts.flatMap(({ axes, assignments }) =>
    assignments.flatMap(({ value }) => expressions(value)).map((expr) =>
      expr.kind === "reduce" && expr.reduction === "sum" && expr.body.kind === "op" && expr.body.op === "mul"
        ? product(axes) * product(expr.axes)
        : 0
    )
  );
  return 2 * sum(terms);
}

/** Costs by kernel: headers, plans and benchmarks all name them. */
const counted = new WeakMap<Kernel, Cost>();

/** Additions, multiplications and the like of some parts, as {@linkcode Cost} counts them. */
export function operationsOf(parts: Kernel["parts"]): number {
  return sum(parts.map(({ axes, assignments }) => {
    const seen = new Set<string>();
    return product(axes) * sum(assignments.map(({ value }) => work(value, seen, ARITHMETIC, 1)));
  }));
}

function count({ parts, tensors }: Kernel): Cost {
  let slow = 0;
  /** By tensor and dimension: which indices are read, or only how many. */
  const read = new Map<string, (Set<number> | number)[]>();
  const written = new Map<string, number>(), listed = new Map<string, readonly number[]>();
  for (const { axes, assignments } of parts) {
    const points = product(axes);
    const seenSlow = new Set<string>();
    for (const { tensor, value } of assignments) {
      slow += points * work(value, seenSlow, SLOW, 0);
      written.set(tensor, (written.get(tensor) ?? 0) + points * BYTES[tensors[tensor].dtype]);
    }
    for (const expr of expressions(...assignments.map(({ value }) => value))) {
      if (expr.kind !== "load") continue;
      const { shape } = tensors[expr.tensor];
      const elements = read.get(expr.tensor) ?? shape.map((): Set<number> | number => new Set<number>());
      read.set(expr.tensor, elements);
      for (const [d, index] of expr.index.entries()) {
        const affine = index.kind === "affine" ? [index] : index.index.filter((i) => i.kind === "affine");
        const many = product(affine.flatMap(({ terms }) => terms.map(({ axis }) => axis)).filter(isFinite));
        const known = elements[d];
        if (typeof known === "number" || many > LISTED) {
          elements[d] = Math.max(extentOf(known), Math.min(many, shape[d]));
        } else {
          for (const i of values(affine, listed)) if (i >= 0 && i < shape[d]) known.add(i);
        }
      }
    }
  }
  const bytes = [...read].map(([tensor, dimensions]) =>
    BYTES[tensors[tensor].dtype] * dimensions.reduce<number>((n, indices) => n * extentOf(indices), 1)
  );
  return { flops: operationsOf(parts), slow, read: sum(bytes), written: sum([...written.values()]) };
}

const extentOf = (indices: Set<number> | number) => typeof indices === "number" ? indices : indices.size;
const isFinite = ({ extent }: Axis) => extent !== Infinity;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** An index that takes more values than this has them counted as if they were all distinct. */
const LISTED = 2 ** 16;

/** All values of an index; of several that a gathered one is made of, as many as there are combinations. */
function values(indices: readonly Affine[], known: Map<string, readonly number[]>): readonly number[] {
  const terms = indices.flatMap(({ terms }) => terms).filter(({ axis }) => isFinite(axis));
  const key = terms.map(({ axis, coefficient }) => `${coefficient}*${axis.extent}`).join();
  // many differ in their constants only
  const moving = known.get(key) ?? terms.reduce<readonly number[]>((found, { axis: { extent }, coefficient }) => {
    const next = new Set<number>();
    for (const value of found) for (let i = 0; i < extent; i++) next.add(value + i * coefficient);
    return [...next];
  }, [0]);
  known.set(key, moving);
  const constant = indices.reduce((sum, { constant }) => sum + constant, 0);
  return constant === 0 ? moving : moving.map((value) => value + constant);
}

/** Operations of some kinds for one point; equal expressions count once. `adding`: what each term of a sum counts. */
function work(expr: Expr, counted: Set<string>, ops: ReadonlySet<Op>, adding: 0 | 1): number {
  if (counted.has(exprKey(expr))) return 0;
  counted.add(exprKey(expr));
  if (expr.kind === "op") {
    return (ops.has(expr.op) ? 1 : 0) +
      expr.operands.reduce((sum, operand) => sum + work(operand, counted, ops, adding), 0);
  }
  if (expr.kind === "reduce") {
    return product(expr.axes) * (work(expr.body, counted, ops, adding) + (expr.reduction === "sum" ? adding : 0));
  }
  return 0;
}

function product(axes: readonly Axis[]): number {
  return axes.reduce((points, { extent }) => points * extent, 1);
}
