/**
 * Numbers that a run gives its steps: `params`, f32, such as the learning rate, and `keys` of the random generator. Each
 * step has a row of them.
 *
 * @module
 */
import { expressions } from "../../ir/expr.ts";
import type { Expr, Kernel } from "../../ir/ir.ts";
import type { DraftTensor, PlannedKernel } from "../plan.ts";

/** What the columns of the tables are. */
export interface Columns {
  readonly params: readonly string[];
  readonly keys: readonly string[];
}

/** The numbers that kernels read, in the order in which they first do. */
export function columnsOf(kernels: readonly PlannedKernel[]): Columns {
  const params = new Set<string>(), keys = new Set<string>();
  for (const expr of kernels.flatMap(({ kernel }) => expressionsOf(kernel))) {
    if (expr.kind === "param") (expr.type === "f32" ? params : keys).add(expr.name);
  }
  return { params: [...params], keys: [...keys] };
}

/** The tables as tensors; that of keys only where there are any. */
export function tablesFor({ params, keys }: Columns): Record<string, DraftTensor> {
  const table = { role: "run", rows: "steps" } as const;
  return {
    params: { name: "params", dtype: "f32", shape: [Infinity, params.length], columns: params, ...table },
    ...keys.length > 0 &&
      { keys: { name: "keys", dtype: "u32", shape: [Infinity, keys.length], columns: keys, ...table } },
  };
}

/** Which tables a kernel reads. */
export function tablesOf(kernel: Kernel): ("params" | "keys")[] {
  const types = new Set(expressionsOf(kernel).map((expr) => expr.kind === "param" ? expr.type : undefined));
  return [...types.has("f32") ? ["params" as const] : [], ...types.has("u32") ? ["keys" as const] : []];
}

function expressionsOf({ parts }: Kernel): Expr[] {
  return parts.flatMap(({ assignments }) => expressions(...assignments.map(({ value }) => value)));
}
