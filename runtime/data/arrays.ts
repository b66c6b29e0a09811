/**
 * Arrays of numbers as callers give them, those whose code nobody has checked too. What they are and how long is asked of
 * the engine, and once: an object may say anything, and something else the next time.
 *
 * @module
 */
import { InputError, printable } from "../../codegen/error.ts";
import { firstNotFinite, sizeOf } from "./numbers.ts";

export { firstNotFinite, largest, sizeOf } from "./numbers.ts";

/** `Float16Array`, in a program whose types know it: most do not yet. */
export type Halves = typeof globalThis extends { readonly Float16Array: { readonly prototype: infer Array } } ? Array
  : never;

/** Numbers in lists, also inside each other. */
export type NumberList = readonly (number | NumberList | Float32Array | Float64Array | Halves)[];

/** Samples: floats, taken as they are, or bytes, scaled by 1/255. */
export type Samples = Float32Array | Float64Array | Halves | Uint8Array | Uint8ClampedArray | NumberList;

/** Class numbers: whole, from 0, of any type. */
export type Classes = readonly (number | bigint)[] | Integers | Halves | Float32Array | Float64Array;

/** Typed arrays of whole numbers. */
export type Integers =
  | (Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array)
  | (BigInt64Array | BigUint64Array);

type Floats = Halves | Float32Array | Float64Array;

const VIEWS = {
  ...{ Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array },
  ...{ Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array },
} as const;

/** Most numbers in lists: as floats they fill the largest memory of a session. */
const MOST_NUMBERS = 2 ** 30;
/** Most dimensions of a sample. */
const MOST_DIMENSIONS = 32;

const prototype = Object.getPrototypeOf(Uint8Array.prototype);
/** What every typed array has, whatever a subclass or the array itself has under that name. */
const getter = <Value>(key: string | symbol) => {
  const get = Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  return (array: unknown) => Reflect.apply(get, array, []) as Value;
};
const kindOf = getter<keyof typeof VIEWS | undefined>(Symbol.toStringTag);
const lengthOf = getter<number>("length"), offsetOf = getter<number>("byteOffset");
const bufferOf = getter<ArrayBuffer>("buffer");

/**
 * A typed array's elements, not copied, as an array of the engine's own class that always has the same length, or none at
 * all once its memory was given away. Undefined for what is no typed array.
 */
export function viewOf(value: unknown): Integers | Floats | undefined {
  const kind = kindOf(value);
  if (kind === undefined) return undefined;
  const View = VIEWS[kind], length = lengthOf(value);
  return length === 0 ? new View(0) : new View(bufferOf(value), offsetOf(value), length);
}

/**
 * Samples of any kind as floats or bytes; what is one of them already is not copied.
 *
 * @param shape of a sample.
 * @param what how messages call them.
 * @throws {InputError} when they are something else, or not finite.
 */
export function samplesOf(value: unknown, shape: readonly number[], what: string): Float32Array | Uint8Array {
  const view = viewOf(value);
  if (view instanceof Uint8Array) return view;
  if (view instanceof Uint8ClampedArray) return new Uint8Array(view.buffer, view.byteOffset, view.length);
  if (view instanceof Float32Array) return finiteOf(view, shape, what);
  const numbers = new Numbers(shape, what);
  if (isFloats(view)) numbers.take(view, view.length);
  else if (Array.isArray(value)) numbers.takeList(value);
  else {
    throw new InputError(
      `${what} is ${
        said(value)
      }: give numbers in a Float32Array, a Float64Array or a list, or bytes, which are scaled ` +
        "by 1/255, in a Uint8Array.",
    );
  }
  return numbers.values;
}

/** The same floats. @throws {InputError} at the first one that is not finite. */
export function finiteOf(values: Float32Array, shape: readonly number[], what: string): Float32Array {
  const wrong = firstNotFinite(values);
  if (wrong >= 0) throw notFiniteSample(wrong, values[wrong], shape, what);
  return values;
}

/**
 * Numbers of any kind as floats, bytes as they are; a Float32Array is not copied.
 *
 * @param shape of those of one sample.
 * @param what how messages call them.
 * @throws {InputError} when they are something else, or not finite.
 */
export function floatsOf(value: unknown, shape: readonly number[], what: string): Float32Array {
  const view = viewOf(value);
  if (!view || isFloats(view)) return samplesOf(value, shape, what) as Float32Array;
  return Float32Array.from(view as ArrayLike<number | bigint>, Number);
}

/**
 * Class numbers of any kind: a copy, so that what was checked is what is used.
 *
 * @param refuse makes the error for what is no class number.
 * @throws {InputError} when they are no list and no typed array.
 */
export function classesOf(
  value: unknown,
  refuse: (index: number, label: string) => InputError,
): Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const view = viewOf(value);
  if (view instanceof Uint8Array) return new Uint8Array(view);
  if (!view && !Array.isArray(value)) {
    throw new InputError(`labels is ${said(value)}: give a list, a Uint8Array or an Int32Array of class numbers.`);
  }
  const list: ArrayLike<unknown> = view ?? value as unknown[], { length } = list;
  if (length > MOST_NUMBERS) {
    throw new InputError(`labels has ${length} entries: at most ${MOST_NUMBERS} are possible.`);
  }
  const classes = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const label = list[i], number = typeof label === "bigint" ? Number(label) : label;
    if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 0x7fffffff) {
      throw refuse(i, typeof label === "bigint" ? String(label).slice(0, 40) : said(label));
    }
    classes[i] = number;
  }
  return classes;
}

/**
 * A copy of the shape of a sample.
 *
 * @param what how messages call it.
 * @param least dimensions.
 * @throws {InputError} when it is no list of positive whole numbers.
 */
export function shapeOf(value: unknown, what = "shape", least = 1): readonly number[] {
  const length = Array.isArray(value) ? value.length : Infinity;
  const list = length <= MOST_DIMENSIONS
    ? Array.from({ length }, (_, i): unknown => (value as unknown[])[i])
    : undefined;
  if (list && length >= least && list.every((size) => Number.isSafeInteger(size) && size as number > 0)) {
    return Object.freeze(list as number[]);
  }
  const found = list ? `[${list.map((size) => typeof size === "number" ? size : said(size)).join(", ")}]` : said(value);
  throw new InputError(`${what} is ${found}: give one or more positive integers, such as [1, 28, 28].`);
}

/** A value in words: short, and on one line. */
export function said(value: unknown): string {
  if (typeof value === "string") {
    return `the text ${printable(JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value))}`;
  }
  if (typeof value === "bigint") return `the BigInt ${String(value).slice(0, 40)}`;
  if (typeof value === "symbol") return String(value).slice(0, 40);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  const kind = kindOf(value) ?? /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value))?.[1] ?? "Object";
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** `value`: what was given, which may be too large for a float of 32 bits only. */
function notFiniteSample(index: number, value: number, shape: readonly number[], what: string): InputError {
  const size = sizeOf(shape), at: number[] = [];
  for (let rest = index % size, d = shape.length - 1; d >= 0; d--) {
    at.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  const place = `${what}[${index}], at [${at.join(", ")}] of sample ${Math.floor(index / size)},`;
  return new InputError(
    Number.isFinite(value)
      ? `${place} is ${value}: 32 bits cannot hold it; give values below 3.4e38.`
      : `${place} is ${value}: replace values that are not finite.`,
  );
}

/** Numbers of 32 bits, put together from others. */
class Numbers {
  values: Float32Array<ArrayBuffer> = new Float32Array(0);
  readonly #shape: readonly number[];
  readonly #what: string;
  #at = 0;

  constructor(shape: readonly number[], what: string) {
    this.#shape = shape;
    this.#what = what;
  }

  /** Numbers in a list, or an entry for each sample. */
  takeList(list: readonly unknown[]): void {
    const { length } = list;
    if (length > 0 && !isList(list[0])) return this.take(list, length);
    this.#allocate(length * sizeOf(this.#shape));
    for (let i = 0; i < length; i++) this.#entry(list[i], this.#shape, `${this.#what}[${i}]`);
  }

  /** The first so many of a list. */
  take(list: ArrayLike<unknown>, length: number): void {
    if (this.values.length === 0) this.#allocate(length);
    for (let i = 0; i < length; i++) {
      const value = list[i], index = this.#at++;
      if (typeof value !== "number") throw new InputError(`${this.#what}[${index}] is ${said(value)}: give a number.`);
      if (!Number.isFinite(Math.fround(value))) throw notFiniteSample(index, value, this.#shape, this.#what);
      this.values[index] = value;
    }
  }

  /** All of a shape: its numbers, or an entry for each place of its first dimension. */
  #entry(entry: unknown, shape: readonly number[], name: string): void {
    const view = viewOf(entry), size = sizeOf(shape), floats = isFloats(view) ? view : undefined;
    const list = floats ?? (Array.isArray(entry) ? entry as unknown[] : undefined), length = list?.length;
    if (list && length === size && !isList(list[0])) return this.take(list, size);
    if (!list || shape.length === 1 || length !== shape[0] || !isList(list[0])) {
      const found = list ? `has ${length} entries` : `is ${said(entry)}`;
      throw new InputError(`${name} ${found}: give ${size} numbers, [${shape.join(", ")}].`);
    }
    for (let i = 0; i < length; i++) this.#entry(list[i], shape.slice(1), `${name}[${i}]`);
  }

  #allocate(numbers: number): void {
    if (!(numbers <= MOST_NUMBERS)) {
      throw new InputError(`${this.#what} has ${numbers} numbers: at most ${MOST_NUMBERS} are possible.`);
    }
    this.values = new Float32Array(numbers);
  }
}

function isFloats(view: Integers | Floats | undefined): view is Floats {
  return view instanceof Float16Array || view instanceof Float32Array || view instanceof Float64Array;
}

/** Whether it has numbers in it. */
function isList(value: unknown): boolean {
  return Array.isArray(value) || kindOf(value) !== undefined;
}
