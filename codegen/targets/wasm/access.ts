/**
 * How WebAssembly loads and stores: at an address that is constant but for what moves.
 *
 * @module
 */
import { BYTES, isVector, type LoopNest, type Offset, type TensorType, type Type } from "../../ir/ir.ts";
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
  /** Locals that hold a byte address: all that use them access elements of four bytes. */
  readonly addresses: ReadonlySet<string>;
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

function access(instruction: string, tensor: string, at: Offset, { tensors, places, addresses }: Memory): string {
  const size = BYTES[tensors[tensor].dtype], place = places[tensor];
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
}
