/**
 * The locals of a WebAssembly function, and which of them hold byte addresses.
 *
 * @module
 */
import { BYTES, type LoopNest, type Offset, type Statement, type Value } from "../../ir/ir.ts";
import { local, stored } from "./words.ts";

/** How the integer locals of a nest are used. */
interface Uses {
  /** What each is made of: blocks beside each other may have locals of one name, and all that it stands for counts. */
  readonly made: Map<string, Offset[]>;
  /** Those that are the whole index of an element of four bytes, and those that are part of anything else. */
  readonly inBytes: Set<string>;
  readonly inElements: Set<string>;
}

/** Locals of a nest that are nothing but indices of elements of four bytes, or parts of such. */
export function localsInBytes(nest: LoopNest): Set<string> {
  const { made, inBytes, inElements } = usesIn(nest);
  const users = new Map([...made.keys()].map((name) => [
    name,
    [...made].flatMap(([user, offsets]) =>
      offsets.some(({ terms }) => terms.some(({ variable }) => variable === name)) ? [user] : []
    ),
  ]));
  const found = new Set([...inBytes].filter((name) => made.has(name) && !inElements.has(name)));
  // what only these are made of
  for (let more = true; more;) {
    more = false;
    for (const [name, nameUsers] of users) {
      const all = nameUsers.every((user) => found.has(user));
      if (found.has(name)) {
        if (all) continue;
        found.delete(name);
      } else if (!inBytes.has(name) && !inElements.has(name) && nameUsers.length > 0 && all) found.add(name);
      else continue;
      more = true;
    }
  }
  return found;
}

function usesIn(nest: LoopNest): Uses {
  const made = new Map<string, Offset[]>(), inBytes = new Set<string>(), inElements = new Set<string>();
  const use = ({ terms }: Offset, bytes: boolean) => {
    for (const { variable, coefficient } of terms) {
      (bytes && terms.length === 1 && coefficient === 1 ? inBytes : inElements).add(variable);
    }
  };
  const access = (tensor: string, offset: Offset) => use(offset, BYTES[nest.tensors[tensor].dtype] === 4);
  const value = (v: Value) => {
    if (v.kind === "element") access(v.tensor, v.offset);
    if (v.kind === "offset" || v.kind === "ramp") use(v.offset, false);
    if (v.kind === "splat" || v.kind === "total") value(v.value);
    if (v.kind === "apply") v.operands.forEach(value);
  };
  const visit = (body: readonly Statement[]) => {
    for (const s of body) {
      if ("body" in s) visit(s.body);
      else if (s.kind === "let" && s.value.kind === "offset") {
        made.set(s.name, [...made.get(s.name) ?? [], s.value.offset]);
      } else if ("value" in s) value(s.value);
      if (s.kind === "store") access(s.tensor, s.offset);
    }
  };
  visit(nest.body);
  return { made, inBytes, inElements };
}

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
