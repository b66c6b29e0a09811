/**
 * Samples and classes as they are given to a net: what `data/arrays.ts` takes, in fewer words.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { outputOf } from "../backends/tensors.ts";
import type { Classes, Samples } from "../data/arrays.ts";
import { firstNotFinite, sizeOf } from "../data/numbers.ts";
import type { Numbers } from "./host.ts";
import { said } from "./options.ts";

/** Samples, and what their outputs are compared with. */
export interface Labelled {
  /**
   * Samples x shape, row-major, or a list with an entry for each sample. Bytes, in a Uint8Array or Uint8ClampedArray, are
   * scaled by 1/255, other numbers are taken as they are. Typed arrays are not copied before they are used: leave them as
   * they are until the promise is settled.
   */
  readonly x: Samples;
  /**
   * The class of each sample, from 0. Of a net whose loss is on numbers, a number for each output, in a typed array or in
   * lists, and bytes are not scaled; nothing where it compares with its input.
   */
  readonly y?: Classes | Samples;
  /** How much each sample, or each output, counts, where the loss is `weighted`. Default: 1. */
  readonly weights?: Samples;
}

/** What is given beside inputs, as the net's tensors of samples have it. */
export interface Given {
  readonly labels?: Int32Array;
  /** Samples x outputs; where there are labels too, they were made of these. */
  readonly targets?: Float32Array;
  /** Of samples, or of samples x outputs. */
  readonly weights?: Float32Array;
  /** Those that were given: the others are 1. */
  readonly own?: Float32Array;
}

/** Samples that were read: as the net's tensors of samples have them, but for the scale of bytes. */
export interface Read extends Given {
  readonly samples: number;
  /** Samples x shape. */
  readonly inputs: Float32Array | Uint8Array;
}

/** A byte as what a net takes: divided in f64 and rounded, it is what a kernel divides in f32. */
const SCALED = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
/** Numbers that are put into memory at once, where they are scaled on the way. */
const AT_ONCE = 2 ** 16;
/** Where they are scaled: what is put is copied. */
let staged: Float32Array | undefined;

/**
 * Inputs of whole samples; what are floats or bytes already is not copied.
 *
 * @throws {InputError} when they are something else, not finite, of another size, or floats and the net takes bytes.
 */
export function readInputs({ name, graph, tensors }: RunPlan, x: Samples): Float32Array | Uint8Array {
  const shape = graph.shapes.input, size = sizeOf(shape), inputs = numbersOf(x, size);
  const takes = `a sample of [${shape}] takes ${size}`;
  if (!inputs) throw new InputError(`x is ${said(x)}; expected floats, bytes or lists of numbers: ${takes}`);
  if (inputs.length === 0 || inputs.length % size > 0) throw new InputError(`x has ${inputs.length} numbers; ${takes}`);
  if (inputs instanceof Uint8Array) return inputs;
  if (tensors.data.dtype === "u8") {
    throw new InputError(`x is floats, but net ${name} was compiled for bytes; give a Uint8Array`);
  }
  const wrong = firstNotFinite(inputs);
  if (wrong < 0) return inputs;
  throw new InputError(`number ${wrong} of x, in sample ${Math.floor(wrong / size)}, is ${inputs[wrong]}: not finite`);
}

/** Floats or bytes; nothing for what is no list of numbers, or a list of entries that are not so many numbers each. */
export function numbersOf(x: unknown, size: number): Float32Array | Uint8Array | undefined {
  // that of another page or realm is one, too
  const kind = kindOf(x), view = x as Float32Array;
  if (kind === "Float32Array") return new Float32Array(view.buffer, view.byteOffset, view.length);
  if (/^Uint8(Clamped)?Array$/.test(kind)) return new Uint8Array(view.buffer, view.byteOffset, view.length);
  if (/^Float/.test(kind)) return Float32Array.from(view);
  const numbers: number[] = [];
  const take = (list: unknown): boolean =>
    (Array.isArray(list) || /^Float/.test(kindOf(list))) && Array.from(list as unknown[]).every((entry) => {
      if (typeof entry === "number") return numbers.push(entry);
      return take(entry) && (list !== x || numbers.length % size === 0);
    });
  return take(x) ? Float32Array.from(numbers) : undefined;
}

/** Which typed array something is. */
const kindOf = (value: unknown) => ArrayBuffer.isView(value) ? `${(value as Uint8Array)[Symbol.toStringTag]}` : "";

/** Reads what is given beside so many samples: `y` of a set, and what else stands in it. */
export type ReadGiven = (plan: RunPlan, samples: number, y: Labelled["y"], set: object & Partial<Labelled>) => Given;

/**
 * The class of each sample.
 *
 * @throws {InputError} when they are something else, do not fit the samples or the net, or more is given, such as weights.
 */
export const readClasses: ReadGiven = (plan, samples, y, set) => {
  const { classes } = outputOf(plan), list = y as Uint8Array | undefined;
  if (list?.length !== samples) {
    throw new InputError(`y has ${list?.length ?? "no"} classes for ${samples} samples of x`);
  }
  for (const key in set) {
    if (!/^[xy]$/.test(key) && set[key as "weights"]) throw new InputError(`net ${plan.name} takes no ${key}`);
  }
  const labels = Int32Array.from(list, (label: unknown, i) => {
    const number = typeof label === "bigint" ? Number(label) : label as number;
    if (Number.isInteger(number) && number >= 0 && number < classes) return number;
    throw new InputError(`y[${i}] is ${said(label)}; expected a whole number from 0 to ${classes - 1}`);
  });
  return { labels };
};

/**
 * Samples, and what is given beside them.
 *
 * @throws {InputError} when there is no object with them, they are something else, do not fit each other, or the net.
 */
export function readSet(
  { plan, given = readClasses }: { readonly plan: RunPlan; readonly given?: ReadGiven },
  set: Labelled,
): Read {
  if (!set) throw new InputError(`data is ${said(set)}; expected { x, y }`);
  const inputs = readInputs(plan, set.x), samples = inputs.length / sizeOf(plan.graph.shapes.input);
  return { samples, inputs, ...given(plan, samples, set.y, set) };
}

/** Puts inputs where the net's tensor of them begins, scaled where they are bytes and it has floats. */
export function putInputs(
  { tensors }: RunPlan,
  inputs: Read["inputs"],
  address: number,
  put: (address: number, values: Numbers) => void,
): void {
  if (!(inputs instanceof Uint8Array) || tensors.data.dtype === "u8") return put(address, inputs);
  const scaled = staged ??= new Float32Array(AT_ONCE);
  for (let at = 0; at < inputs.length; at += AT_ONCE) {
    const bytes = inputs.subarray(at, at + AT_ONCE);
    for (let i = 0; i < bytes.length; i++) scaled[i] = SCALED[bytes[i]];
    put(address + 4 * at, scaled.subarray(0, bytes.length));
  }
}
