/**
 * Between stages 6 and 7: tensors whose place the caller gives, as those in scratch memory.
 *
 * @module
 */
import { sumOffsets } from "../ir/affine.ts";
import type { LoopNest, Offset, Statement, Value } from "../ir/ir.ts";

/** A nest that adds to each index of some tensors where they begin: a variable that is given to it, in elements. */
export function withBegins(nest: LoopNest, tensors: readonly string[]): LoopNest {
  if (tensors.length === 0) return nest;
  const begins = Object.fromEntries(tensors.map((tensor) => [tensor, `${tensor}_begin`]));
  const move = (tensor: string, offset: Offset): Offset =>
    begins[tensor] === undefined
      ? offset
      : sumOffsets([{ constant: 0, terms: [{ variable: begins[tensor], coefficient: 1 }] }, 1], [offset, 1]);
  return { ...nest, begins, body: nest.body.map((s) => inStatement(s, move)) };
}

type Move = (tensor: string, offset: Offset) => Offset;

function inStatement(s: Statement, move: Move): Statement {
  if ("body" in s) return { ...s, body: s.body.map((inner) => inStatement(inner, move)) };
  if (s.kind === "store") return { ...s, offset: move(s.tensor, s.offset), value: inValue(s.value, move) };
  return "value" in s ? { ...s, value: inValue(s.value, move) } : s;
}

function inValue(v: Value, move: Move): Value {
  if (v.kind === "element") return { ...v, offset: move(v.tensor, v.offset) };
  if (v.kind === "splat" || v.kind === "total") return { ...v, value: inValue(v.value, move) };
  return v.kind === "apply" ? { ...v, operands: v.operands.map((operand) => inValue(operand, move)) } : v;
}
