/**
 * How WebAssembly loads and stores: at an address that is constant but for what moves.
 *
 * @module
 */
import { isVector, type LoopNest, type Offset, type TensorType, type Type } from "../../ir/ir.ts";
import type { Address, Piece } from "../target.ts";
import { movingText, piece } from "./words.ts";

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

/** Where the elements of a nest's tensors are. */
export interface Memory {
  readonly tensors: LoopNest["tensors"];
  readonly places: Readonly<Record<string, Address>>;
}

/** An element, or four neighbours. */
export function load(tensor: string, at: Offset, type: Type, memory: Memory): Piece {
  const instruction = isVector(type) ? "v128.load" : LOAD[memory.tensors[tensor].dtype];
  return piece(`(${access(instruction, tensor, at, memory)})`);
}

/** A store of an element, or of four neighbours. */
export function store(tensor: string, at: Offset, type: Type, { text }: Piece, memory: Memory): string {
  const instruction = isVector(type) ? "v128.store" : STORE[memory.tensors[tensor].dtype];
  return `(${access(instruction, tensor, at, memory)} ${text})`;
}

/** The same element in all lanes. */
export function loadSplat(tensor: string, at: Offset, memory: Memory): Piece {
  return piece(`(${access("v128.load32_splat", tensor, at, memory)})`);
}

function access(instruction: string, tensor: string, at: Offset, { places }: Memory): string {
  if (at.unit !== "byte") throw new Error(`an index of ${tensor} is in elements, not in bytes`);
  const place = places[tensor], { scale = 1 } = at;
  const moving = scale === 1 ? movingText(at) : `(i32.shl ${movingText(at)} (i32.const ${Math.log2(scale)}))`;
  const base = "rows" in place
    ? at.terms.length === 0 ? `(global.get $${place.rows})` : `(i32.add (global.get $${place.rows}) ${moving})`
    : moving;
  const fixed = ("address" in place ? place.address : 0) + at.constant;
  return `${instruction}${fixed === 0 ? "" : ` offset=${fixed}`} ${base}`;
}
