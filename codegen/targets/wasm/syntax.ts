/**
 * How WebAssembly's text format spells a loop nest: folded, every tensor at its address.
 *
 * @module
 */
import { expanded } from "../../passes/expand.ts";
import {
  BYTES,
  isVector,
  type LoopNest,
  type Offset,
  type Op,
  scalarOf,
  type Statement,
  type TensorType,
  type Type,
  type Value,
} from "../../ir/ir.ts";
import type { Piece, Place, Syntax } from "../target.ts";

const piece = (text: string): Piece => ({ text, level: 0 });
const call = (name: string) => (...operands: Piece[]): Piece =>
  piece(`(${[name, ...operands.map(({ text }) => text)].join(" ")})`);

/** What holds a type: a scalar's or a vector's local. */
const stored = (type: Type) => isVector(type) ? "v128" : type === "f32" ? "f32" : "i32";
/** A vector may have the name of a scalar of a sibling block. */
const local = (name: string, type: Type) => `$${name}${isVector(type) ? ".4" : ""}`;

function constant(value: number, type: Type): Piece {
  if (type === "f32") return piece(`(f32.const ${value === -Infinity ? "-inf" : value})`);
  return piece(`(i32.const ${value | 0})`);
}

/** The part of an offset that is not constant. */
function movingText({ terms }: Offset): string {
  const words = terms.map(({ variable, coefficient }) =>
    coefficient === 1 ? `(local.get $${variable})` : `(i32.mul (local.get $${variable}) (i32.const ${coefficient}))`
  );
  return words.reduce((a, b) => `(i32.add ${a} ${b})`, words.shift() ?? "(i32.const 0)");
}

function offset(at: Offset): Piece {
  if (at.terms.length === 0) return piece(`(i32.const ${at.constant})`);
  return piece(at.constant === 0 ? movingText(at) : `(i32.add ${movingText(at)} (i32.const ${at.constant}))`);
}

/** 0 in every lane. */
const isZero = ({ text }: Piece) => text === "(f32x4.splat (f32.const 0))";

const lanewise = (name: string) => call(`f32x4.${name}`);

/** A float's bits. */
const bits = ({ text }: Piece) => text === "(f32.const 0)" ? "(i32.const 0)" : `(i32.reinterpret_f32 ${text})`;

const SCALAR: Record<Op, (...operands: Piece[]) => Piece> = {
  add: call("f32.add"),
  sub: call("f32.sub"),
  mul: call("f32.mul"),
  div: call("f32.div"),
  fma: (a, b, c) => piece(`(f32.add ${c.text} (f32.mul ${a.text} ${b.text}))`),
  max: call("f32.max"),
  abs: call("f32.abs"),
  neg: call("f32.neg"),
  sqrt: call("f32.sqrt"),
  exp: call("call $exp"),
  log: call("call $log"),
  tanh: expanded,
  lt: call("f32.lt"),
  le: call("f32.le"),
  eq: call("i32.eq"),
  // chosen as integers: V8 branches for floats, and which way is seldom foreseen
  select: (condition, a, b) => piece(`(f32.reinterpret_i32 (select ${bits(a)} ${bits(b)} ${condition.text}))`),
  pick: (condition, a, b) => call("select")(a, b, condition),
  float: call("f32.convert_i32_s"),
  ufloat: call("f32.convert_i32_u"),
  unsigned: (a) => a,
  umul: call("i32.mul"),
  uxor: call("i32.xor"),
  ushr: call("i32.shr_u"),
};

const vectorOperations = (relaxed: boolean): Record<Op, (...operands: Piece[]) => Piece> => ({
  add: lanewise("add"),
  sub: lanewise("sub"),
  mul: lanewise("mul"),
  div: lanewise("div"),
  fma: relaxed ? lanewise("relaxed_madd") : (a, b, c) => piece(`(f32x4.add ${c.text} (f32x4.mul ${a.text} ${b.text}))`),
  max: lanewise("max"),
  abs: lanewise("abs"),
  neg: lanewise("neg"),
  sqrt: lanewise("sqrt"),
  exp: call("call $exp.4"),
  log: call("call $log.4"),
  tanh: expanded,
  lt: lanewise("lt"),
  le: lanewise("le"),
  eq: call("i32x4.eq"),
  // with 0 on one side, a mask will do
  select: (condition, a, b) =>
    isZero(b)
      ? call("v128.and")(a, condition)
      : isZero(a)
      ? call("v128.andnot")(b, condition)
      : call("v128.bitselect")(a, b, condition),
  pick: (condition, a, b) => call("v128.bitselect")(a, b, condition),
  float: lanewise("convert_i32x4_s"),
  ufloat: lanewise("convert_i32x4_u"),
  unsigned: (a) => a,
  umul: call("i32x4.mul"),
  uxor: call("v128.xor"),
  // every lane is shifted by the same number, which WebAssembly wants as a scalar
  ushr: (a, b) => piece(`(i32x4.shr_u ${a.text} (i32x4.extract_lane 0 ${b.text}))`),
});

const LOAD: Readonly<Record<TensorType["dtype"], string>> = {
  f32: "f32.load",
  i32: "i32.load",
  u32: "i32.load",
  u8: "i32.load8_u",
};
const STORE: Readonly<Record<TensorType["dtype"], string>> = {
  f32: "f32.store",
  i32: "i32.store",
  u32: "i32.store",
  u8: "i32.store8",
};

/** The table that `print.ts` walks with, for a kernel whose tensors are at these places. `relaxed`: one rounding in a fused multiply-add. */
export function syntax(relaxed: boolean) {
  return (places: Readonly<Record<string, Place>>): Syntax => {
    let types: LoopNest["tensors"] = {};
    /** Locals that hold a byte address: all that use them access elements of four bytes. */
    let addresses: ReadonlySet<string> = new Set();
    const access = (instruction: string, tensor: string, at: Offset) => {
      const size = BYTES[types[tensor].dtype], place = places[tensor];
      if (size !== 4 && at.terms.some(({ variable }) => addresses.has(variable))) {
        throw new Error(`an index of ${tensor} is in bytes of four`);
      }
      const scaled = size === 1 || at.terms.length === 0 || at.terms.every(({ variable }) => addresses.has(variable))
        ? movingText(at)
        : `(i32.shl ${movingText(at)} (i32.const 2))`;
      const base = "rows" in place
        ? at.terms.length === 0 ? `(global.get $${place.rows})` : `(i32.add (global.get $${place.rows}) ${scaled})`
        : scaled;
      const fixed = ("address" in place ? place.address : 0) + at.constant * size;
      return `${instruction}${fixed === 0 ? "" : ` offset=${fixed}`} ${base}`;
    };
    const set = (name: string, type: Type, { text }: Piece) => `(local.set ${local(name, type)} ${text})`;
    return {
      constant,
      local: (name, type) => piece(`(local.get ${local(name, type)})`),
      offset,
      element(tensor, at, type) {
        const { dtype } = types[tensor];
        return piece(`(${access(isVector(type) ? "v128.load" : LOAD[dtype], tensor, at)})`);
      },
      operations: SCALAR,
      vectors: {
        operations: vectorOperations(relaxed),
        ramp: (at, step) =>
          piece(
            `(i32x4.add (i32x4.splat ${offset(at).text}) (v128.const i32x4 ${
              [0, 1, 2, 3].map((lane) => lane * step).join(" ")
            }))`,
          ),
        splat({ text }, type) {
          const scalar = scalarOf(type);
          const load = /^\(f32\.load /.exec(text);
          if (load) return piece(`(v128.load32_splat ${text.slice(load[0].length)}`);
          // a condition in lanes is all ones or all zeros
          if (scalar === "bool") return piece(`(i32x4.splat (i32.sub (i32.const 0) ${text}))`);
          return piece(`(${scalar === "f32" ? "f32x4" : "i32x4"}.splat ${text})`);
        },
        total: ({ text }) => piece(`(call $total ${text})`),
      },
      loop: (variable, from, to, step, parallel) => [
        parallel
          ? `(local.set $${variable} (local.get $from)) (loop $${variable} (if (i32.lt_s (local.get $${variable}) (local.get $to)) (then`
          : `(local.set $${variable} (i32.const ${from})) (loop $${variable}`,
        `(local.set $${variable} (i32.add (local.get $${variable}) (i32.const ${step})))${
          parallel
            ? ` (br $${variable}))))`
            : ` (br_if $${variable} (i32.lt_s (local.get $${variable}) (i32.const ${to}))))`
        }`,
      ],
      block: (
        last,
        to,
      ) => [last ? `(if (i32.eq (local.get $to) (i32.const ${to})) (then` : "(block", last ? "))" : ")"],
      let: (name, type, value, given) => {
        if (!addresses.has(name) || given.kind !== "offset") return set(name, type, value);
        const { constant, terms } = given.offset;
        const scaled = terms.map((t) => addresses.has(t.variable) ? t : { ...t, coefficient: 4 * t.coefficient });
        return set(name, type, offset({ constant: 4 * constant, terms: scaled }));
      },
      variable: set,
      set,
      accumulate: (name, type, { text }) =>
        set(
          name,
          type,
          piece(`(${isVector(type) ? "f32x4.add" : "f32.add"} (local.get ${local(name, type)}) ${text})`),
        ),
      store(tensor, at, type, { text }) {
        const { dtype } = types[tensor];
        return `(${access(isVector(type) ? "v128.store" : STORE[dtype], tensor, at)} ${text})`;
      },
      comment: (text) => `;; ${text}`,
      kernel(nest) {
        types = nest.tensors;
        addresses = addressesOf(nest);
        const args = ["step", ...nest.parallel ? ["from", "to"] : []].map((name) => ` (param $${name} i32)`).join("");
        const lines: string[] = [];
        for (const [type, names] of localsOf(nest.body)) {
          for (let i = 0; i < names.length; i += LOCALS_IN_LINE) {
            lines.push(names.slice(i, i + LOCALS_IN_LINE).map((name) => `(local ${name} ${type})`).join(" "));
          }
        }
        return [`(func $${nest.name} (export "${nest.name}")${args}`, ")", ...lines];
      },
    };
  };
}

/** Locals of a nest that are nothing but indices of elements of four bytes, or parts of such. */
function addressesOf(nest: LoopNest): Set<string> {
  // blocks beside each other may have locals of one name: all that a name stands for counts
  const bases = new Map<string, Offset[]>(), inBytes = new Set<string>(), inElements = new Set<string>();
  const use = ({ terms }: Offset, bytes: boolean) => {
    for (const { variable, coefficient } of terms) {
      if (bytes && terms.length === 1 && coefficient === 1) inBytes.add(variable);
      else inElements.add(variable);
    }
  };
  const value = (v: Value) => {
    if (v.kind === "element") use(v.offset, BYTES[nest.tensors[v.tensor].dtype] === 4);
    if (v.kind === "offset" || v.kind === "ramp") use(v.offset, false);
    if (v.kind === "splat" || v.kind === "total") value(v.value);
    if (v.kind === "apply") v.operands.forEach(value);
  };
  const visit = (body: readonly Statement[]) => {
    for (const s of body) {
      if ("body" in s) visit(s.body);
      else if (s.kind === "let" && s.value.kind === "offset") {
        bases.set(s.name, [...bases.get(s.name) ?? [], s.value.offset]);
      } else if ("value" in s) value(s.value);
      if (s.kind === "store") use(s.offset, BYTES[nest.tensors[s.tensor].dtype] === 4);
    }
  };
  visit(nest.body);
  const found = new Set([...inBytes].filter((name) => bases.has(name) && !inElements.has(name)));
  // what only these are made of
  for (let more = true; more;) {
    more = false;
    for (const [name] of bases) {
      const users = [...bases].filter(([, offsets]) =>
        offsets.some(({ terms }) => terms.some(({ variable }) => variable === name))
      );
      if (found.has(name)) {
        if (users.every(([user]) => found.has(user))) continue;
        found.delete(name);
        more = true;
      } else if (
        !inBytes.has(name) && !inElements.has(name) && users.length > 0 && users.every(([user]) => found.has(user))
      ) {
        found.add(name);
        more = true;
      }
    }
  }
  return found;
}

/** Declarations of locals in one line. */
const LOCALS_IN_LINE = 6;

/** Names of all locals of a body by their type. */
function localsOf(body: readonly Statement[]): Map<string, string[]> {
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
