/**
 * What an integer may be, by how it is computed.
 *
 * @module
 */
import type { LoopNest, Value } from "../../ir/ir.ts";
import type { Meaning } from "./known.ts";

/** What a local means that is defined as an integer. */
export function meaningOf(value: Value, { tensors }: LoopNest): Meaning {
  if (value.kind === "offset") return { kind: "derived", offset: value.offset };
  const below = value.kind === "element" ? tensors[value.tensor].below : undefined;
  if (below === "samples") return { kind: "row", of: "samples" };
  return below === undefined ? { kind: "unknown" } : { kind: "below", limit: below };
}
