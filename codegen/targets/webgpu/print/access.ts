/**
 * How WGSL loads and stores: elements, and four neighbours as one vector or one by one.
 *
 * @module
 */
import { isVector, LANES, type Offset, type TensorType, type Type } from "../../../ir/ir.ts";
import type { Piece } from "../../target.ts";
import { ATOM, atom, inside, offsetPiece, offsetText, TYPE } from "./words.ts";

/** Whether a tensor is stored as bytes, four to a word: only the run's samples are. */
export function isPacked({ dtype, rows }: TensorType): boolean {
  return dtype === "u8" && rows !== undefined;
}

/** `array`: as it is spelled, here and below. */
const place = (array: string, offset: Offset) => `${array}[${offsetText(offset)}]`;

/** A vector of an array of vectors. */
function vectorPlace(array: string, offset: Offset): string {
  const coefficients = [offset.constant, ...offset.terms.map(({ coefficient }) => coefficient)];
  if (!coefficients.every((n) => n % LANES === 0)) {
    return `${array}[${inside(offsetPiece(offset), ATOM)} / ${LANES}]`;
  }
  return place(array, {
    constant: offset.constant / LANES,
    terms: offset.terms.map((term) => ({ ...term, coefficient: term.coefficient / LANES })),
  });
}

const neighbours = (offset: Offset) =>
  Array.from({ length: LANES }, (_, lane): Offset => ({ ...offset, constant: offset.constant + lane }));

/** A scalar or vector of an array; `wide`: of an array of vectors. */
export function load(array: string, wide: boolean, offset: Offset, type: Type): Piece {
  if (!isVector(type)) return atom(place(array, offset));
  if (wide) return atom(vectorPlace(array, offset));
  return atom(`${TYPE[type]}(${neighbours(offset).map((at) => place(array, at)).join(", ")})`);
}

/** A byte of an array of words. */
export function loadByte(array: string, offset: Offset): Piece {
  const at = offsetText(offset);
  return atom(`i32((${array}[(${at}) >> 2u] >> (8u * u32((${at}) & 3))) & 0xffu)`);
}

/** A store to an array; `wide`: to one of vectors. */
export function store(array: string, wide: boolean, offset: Offset, type: Type, { text, level }: Piece): string {
  if (!isVector(type)) return `${place(array, offset)} = ${text};`;
  if (wide) return `${vectorPlace(array, offset)} = ${text};`;
  const value = level === ATOM && /^\w+$/.test(text) ? text : "four";
  const stores = neighbours(offset).map((at, lane) => `${place(array, at)} = ${value}.${"xyzw"[lane]};`).join(" ");
  return value === "four" ? `{ let four = ${text}; ${stores} }` : stores;
}
