/**
 * The locals of a WebAssembly function.
 *
 * @module
 */
import type { Statement } from "../../ir/ir.ts";
import { local, stored } from "./words.ts";

/** Names of all locals of a body by their type. */
export function localsOf(body: readonly Statement[]): Map<string, string[]> {
  const types = new Map<string, string>();
  const visit = (body: readonly Statement[]) => {
    for (const s of body) {
      if ("body" in s) visit(s.body);
      if (s.kind === "loop") types.set(`$${s.variable}`, "i32");
      if (s.kind === "let" || s.kind === "variable") types.set(local(s.name, s.type), stored(s.type));
    }
  };
  visit(body);
  return Map.groupBy(types.keys(), (name) => types.get(name)!);
}
