/**
 * Scalars that are loaded only to be put in every lane: the load and the broadcast become one value, for which targets
 * have one instruction.
 *
 * @module
 */
import type { LoopNest, Statement, Value } from "../ir/ir.ts";

/** Joins loads with the broadcasts that alone use them. */
export function broadcast(nest: LoopNest): LoopNest {
  return { ...nest, body: join(nest.body) };
}

function join(body: readonly Statement[]): Statement[] {
  const uses = new Map<string, number>();
  countUses(body, uses);
  const loaded = new Map<string, Value>();
  for (const s of body) {
    if (s.kind === "let" && s.type === "f32" && s.value.kind === "element" && uses.get(s.name) === 1) {
      loaded.set(s.name, s.value);
    }
  }
  // only where load and broadcast stand in the same body: moved into a loop, the load would be repeated; and not over a
  // store to what is loaded
  const joined = new Set<string>();
  for (const [i, s] of body.entries()) {
    if (s.kind === "let" && s.value.kind === "splat" && s.value.value.kind === "local") {
      const { name } = s.value.value, load = loaded.get(name);
      const between = body.slice(body.findIndex((other) => other.kind === "let" && other.name === name), i);
      if (load?.kind === "element" && !stores(between, load.tensor)) joined.add(name);
    }
  }
  return body.flatMap((s): Statement[] => {
    if ("body" in s) return [{ ...s, body: join(s.body) }];
    if (s.kind !== "let") return [s];
    if (joined.has(s.name)) return [];
    if (s.value.kind === "splat" && s.value.value.kind === "local" && joined.has(s.value.value.name)) {
      return [{ ...s, value: { kind: "splat", value: loaded.get(s.value.value.name)! } }];
    }
    return [s];
  });
}

function stores(body: readonly Statement[], tensor: string): boolean {
  return body.some((s) => s.kind === "store" ? s.tensor === tensor : "body" in s && stores(s.body, tensor));
}

function countUses(body: readonly Statement[], uses: Map<string, number>): void {
  const visit = (value: Value) => {
    if (value.kind === "local") uses.set(value.name, (uses.get(value.name) ?? 0) + 1);
    if (value.kind === "splat" || value.kind === "total") visit(value.value);
    if (value.kind === "apply") value.operands.forEach(visit);
  };
  for (const s of body) {
    if ("body" in s) countUses(s.body, uses);
    else if ("value" in s) visit(s.value);
  }
}
