/**
 * Behind the proof of a nest, for targets that address bytes: every offset of an access is put in bytes, and says so. A
 * local that is nothing but the index of elements of four bytes becomes a byte address itself, so that it is not scaled at
 * each access. What comes of it is proven once more, in the bytes of the module (`prove/binary`).
 *
 * @module
 */
import { BYTES, type LoopNest, type Offset, type Statement, type Value } from "../ir/ir.ts";

/** Bytes of an element that locals can count. */
const ELEMENT = 4;

/** A nest whose accesses are at byte offsets. */
export function inBytes(nest: LoopNest): LoopNest {
  const pass: Pass = { tensors: nest.tensors, addresses: localsInBytes(nest) };
  return { ...nest, body: nest.body.map((s) => inStatement(s, pass)) };
}

interface Pass {
  readonly tensors: LoopNest["tensors"];
  /** Locals that hold byte addresses. */
  readonly addresses: ReadonlySet<string>;
}

function inStatement(s: Statement, pass: Pass): Statement {
  if ("body" in s) return { ...s, body: s.body.map((inner) => inStatement(inner, pass)) };
  if (s.kind === "let" && s.value.kind === "offset" && pass.addresses.has(s.name)) {
    return { ...s, value: { kind: "offset", offset: addressOf(s.value.offset, pass) } };
  }
  if (s.kind === "store") return { ...s, offset: accessed(s.tensor, s.offset, pass), value: inValue(s.value, pass) };
  return "value" in s ? { ...s, value: inValue(s.value, pass) } : s;
}

function inValue(v: Value, pass: Pass): Value {
  if (v.kind === "element") return { ...v, offset: accessed(v.tensor, v.offset, pass) };
  if (v.kind === "splat" || v.kind === "total") return { ...v, value: inValue(v.value, pass) };
  return v.kind === "apply" ? { ...v, operands: v.operands.map((operand) => inValue(operand, pass)) } : v;
}

/** What a local that holds a byte address is made of: others of its kind, and what counts elements. */
function addressOf({ constant, terms }: Offset, { addresses }: Pass): Offset {
  return {
    unit: "byte",
    constant: ELEMENT * constant,
    terms: terms.map((t) => addresses.has(t.variable) ? t : { ...t, coefficient: ELEMENT * t.coefficient }),
  };
}

function accessed(tensor: string, { constant, terms }: Offset, { tensors, addresses }: Pass): Offset {
  const size = BYTES[tensors[tensor].dtype], held = terms.filter(({ variable }) => addresses.has(variable));
  if (held.length > 0 && (size !== ELEMENT || held.length < terms.length)) {
    throw new Error(`an index of ${tensor} is in bytes of four, and in others`);
  }
  const scales = size > 1 && terms.length > held.length;
  return { unit: "byte", constant: size * constant, terms, ...scales && { scale: size } };
}

/** How the integer locals of a nest are used. */
interface Uses {
  /** What each is made of: blocks beside each other may have locals of one name, and all that it stands for counts. */
  readonly made: Map<string, Offset[]>;
  /** Those that are the whole index of an element of four bytes, and those that are part of anything else. */
  readonly inBytes: Set<string>;
  readonly inElements: Set<string>;
}

/** Locals of a nest that are nothing but indices of elements of four bytes, or parts of such. */
function localsInBytes(nest: LoopNest): Set<string> {
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
