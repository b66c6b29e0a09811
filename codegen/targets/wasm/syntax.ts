/**
 * How WebAssembly's text format spells a loop nest: folded, every tensor at its address.
 *
 * @module
 */
import { isVector, type LoopNest, type Type } from "../../ir/ir.ts";
import { COLUMNS, packed } from "../../print/writer.ts";
import type { Piece, Syntax, Target } from "../target.ts";
import { load, loadSplat, type Memory, store } from "./access.ts";
import { localsOf } from "./locals.ts";
import { SCALAR, vectors } from "./operations.ts";
import { constant, local, offset, piece } from "./words.ts";

/**
 * The table that `print.ts` walks with, for a nest whose tensors are at these places.
 *
 * @param relaxed one rounding in a fused multiply-add.
 */
export const syntax = (relaxed: boolean): Target["syntax"] => (nest, places) => {
  const memory: Memory = { tensors: nest.tensors, places };
  return {
    constant,
    local: (name, type) => piece(`(local.get ${local(name, type)})`),
    offset,
    element: (tensor, at, type) => load(tensor, at, type, memory),
    operations: SCALAR,
    vectors: { ...vectors(relaxed), loadSplat: (tensor, at) => loadSplat(tensor, at, memory) },
    loop,
    block: (last, to) => last ? [`(if (i32.eq (local.get $to) (i32.const ${to})) (then`, "))"] : ["(block", ")"],
    let: set,
    variable: set,
    set,
    accumulate: (name, type, { text }) =>
      set(name, type, piece(`(${isVector(type) ? "f32x4.add" : "f32.add"} (local.get ${local(name, type)}) ${text})`)),
    store: (tensor, at, type, value) => store(tensor, at, type, value, memory),
    comment: (text) => `;; ${text}`,
    kernel: () => head(nest),
  };
};

function set(name: string, type: Type, { text }: Piece): string {
  return `(local.set ${local(name, type)} ${text})`;
}

/** A loop runs once at least; a thread's part of one may be empty, and is tested first. */
const loop: Syntax["loop"] = (variable, from, to, step, parallel) => {
  const name = `$${variable}`, next = `(local.set ${name} (i32.add (local.get ${name}) (i32.const ${step})))`;
  return parallel
    ? [
      `(local.set ${name} (local.get $from)) (loop ${name} (if (i32.lt_s (local.get ${name}) (local.get $to)) (then`,
      `${next} (br ${name}))))`,
    ]
    : [
      `(local.set ${name} (i32.const ${from})) (loop ${name}`,
      `${next} (br_if ${name} (i32.lt_s (local.get ${name}) (i32.const ${to}))))`,
    ];
};

/** The line before a kernel's body, the one behind it, and its locals. */
function head({ name, parallel, body, begins = {} }: LoopNest): [open: string, close: string, ...first: string[]] {
  const given = ["step", ...parallel ? ["from", "to"] : [], ...Object.values(begins)];
  const args = given.map((name) => ` (param $${name} i32)`).join("");
  // those of a type stand together
  const lines = [...localsOf(body)].flatMap(([type, names]) =>
    packed(names.map((name) => `(local ${name} ${type})`), " ", COLUMNS - 4)
  );
  return [`(func $${name} (export "${name}")${args}`, ")", ...lines];
}
