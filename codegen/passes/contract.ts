/**
 * Products and the sums they go into as one operation, for targets that have it: `a * b + c` becomes `fma(a, b, c)`.
 *
 * @module
 */
import type { LoopNest, Statement, Value } from "../ir/ir.ts";

/** Contracts every sum one of whose sides is a product. */
export function contract(nest: LoopNest): LoopNest {
  return { ...nest, body: nest.body.map(contractStatement) };
}

function contractStatement(s: Statement): Statement {
  switch (s.kind) {
    case "loop":
    case "block":
    case "grid":
      return { ...s, body: s.body.map(contractStatement) };
    case "comment":
    case "combine":
    case "stage":
      return s;
    default:
      return { ...s, value: contractValue(s.value) };
  }
}

function contractValue(value: Value): Value {
  if (value.kind === "splat" || value.kind === "total") return { ...value, value: contractValue(value.value) };
  if (value.kind !== "apply") return value;
  const operands = value.operands.map(contractValue);
  if (value.op === "add") {
    for (const [product, other] of [[operands[1], operands[0]], operands]) {
      if (product.kind === "apply" && product.op === "mul") {
        return { kind: "apply", op: "fma", operands: [...product.operands, other] };
      }
    }
  }
  return { ...value, operands };
}
