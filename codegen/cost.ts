/**
 * What a kernel costs, whatever its schedule.
 *
 * @module
 */
import { bounds } from "./affine.ts";
import { expressions, exprKey } from "./expr.ts";
import { type Axis, BYTES, type Expr, type Kernel, type Op } from "./ir.ts";

/** Work and traffic of one run of a kernel. */
export interface Cost {
  /** Floating-point additions, multiplications, divisions, roots, exponentials and the like; comparing and choosing is free. */
  readonly flops: number;
  /** Bytes of the distinct elements read, each counted once. */
  readonly read: number;
  /** Bytes of the distinct elements written. */
  readonly written: number;
}

const ARITHMETIC: ReadonlySet<Op> = new Set(["add", "sub", "mul", "div", "neg", "sqrt", "exp", "log", "tanh"]);

/** Counts a kernel's work and traffic. */
export function cost({ parts, tensors }: Kernel): Cost {
  let flops = 0;
  const read = new Map<string, number>(), written = new Map<string, number>();
  for (const { axes, assignments } of parts) {
    const points = product(axes);
    const counted = new Set<string>();
    for (const { tensor, value } of assignments) {
      flops += points * work(value, counted);
      written.set(tensor, (written.get(tensor) ?? 0) + points * BYTES[tensors[tensor].dtype]);
      for (const expr of expressions(value)) {
        if (expr.kind !== "load") continue;
        const { dtype, shape } = tensors[expr.tensor];
        const elements = expr.index.reduce((product, index, d) => {
          if (index.kind === "load") return product * bounds(index.index.at(-1) as never)[1] + product;
          const [low, high] = bounds({ ...index, terms: index.terms.filter(({ axis }) => axis.extent !== Infinity) });
          return product * Math.max(0, Math.min(high, shape[d] - 1) - Math.max(low, 0) + 1);
        }, 1);
        read.set(expr.tensor, Math.max(read.get(expr.tensor) ?? 0, elements * BYTES[dtype]));
      }
    }
  }
  const total = (bytes: Map<string, number>) => [...bytes.values()].reduce((sum, b) => sum + b, 0);
  return { flops, read: total(read), written: total(written) };
}

/** Operations for one point; equal expressions count once. */
function work(expr: Expr, counted: Set<string>): number {
  if (counted.has(exprKey(expr))) return 0;
  counted.add(exprKey(expr));
  if (expr.kind === "op") {
    return (ARITHMETIC.has(expr.op) ? 1 : 0) + expr.operands.reduce((sum, operand) => sum + work(operand, counted), 0);
  }
  if (expr.kind === "reduce") {
    return product(expr.axes) * (work(expr.body, counted) + (expr.reduction === "sum" ? 1 : 0));
  }
  return 0;
}

function product(axes: readonly Axis[]): number {
  return axes.reduce((points, { extent }) => points * extent, 1);
}
