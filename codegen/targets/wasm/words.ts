/**
 * The words of WebAssembly's text format: calls, constants, locals, indices.
 *
 * @module
 */
import { isVector, type Offset, type Type } from "../../ir/ir.ts";
import type { Piece } from "../target.ts";

/** A folded expression: none needs parentheses. */
export const piece = (text: string): Piece => ({ text, level: 0 });
/** An instruction and its operands. */
export const call = (name: string) => (...operands: Piece[]): Piece =>
  piece(`(${[name, ...operands.map(({ text }) => text)].join(" ")})`);

/** What holds a type: a scalar's or a vector's local. */
export const stored = (type: Type) => isVector(type) ? "v128" : type === "f32" ? "f32" : "i32";
/** A vector may have the name of a scalar of a sibling block. */
export const local = (name: string, type: Type) => `$${name}${isVector(type) ? ".4" : ""}`;

/** A number. */
export function constant(value: number, type: Type): Piece {
  if (type === "f32") return { ...piece(`(f32.const ${value === -Infinity ? "-inf" : value})`), number: value };
  return piece(`(i32.const ${value | 0})`);
}

/** The part of an offset that is not constant. */
export function movingText({ terms }: Offset): string {
  const words = terms.map(({ variable, coefficient }) =>
    coefficient === 1 ? `(local.get $${variable})` : `(i32.mul (local.get $${variable}) (i32.const ${coefficient}))`
  );
  return words.reduce((a, b) => `(i32.add ${a} ${b})`, words.shift() ?? "(i32.const 0)");
}

/** An index. */
export function offset(at: Offset): Piece {
  if (at.terms.length === 0) return piece(`(i32.const ${at.constant})`);
  return piece(at.constant === 0 ? movingText(at) : `(i32.add ${movingText(at)} (i32.const ${at.constant}))`);
}
