/**
 * Checkpoints as a net reads them: those that it saved, and those of the command line. A checkpoint has a hash of all of
 * it, so what is damaged is noticed by that; what is not as it was written gets one message.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { HASH, hashedPieces, SPEC, specDifference, type TensorValues } from "../files/checkpoint_format.ts";
import type { StoredTensor, TensorFile } from "../files/safetensors.ts";
import { firstNotFinite, sizeOf } from "../data/numbers.ts";
import type { Core } from "./core.ts";
import { sha256 } from "./hash.ts";

/** Where a header begins, behind its length. */
const HEADER = 8;

/** Something that is no checkpoint. */
const damaged = () => new InputError("the bytes are damaged, or no checkpoint of Kernelwright; use another copy");

/** A checkpoint that was read. */
export class ReadCheckpoint {
  readonly spec: Spec;
  readonly metadata: TensorFile["metadata"];
  readonly #tensors: TensorFile["tensors"];

  /** Of a file whose hash is right. */
  constructor({ metadata, tensors }: TensorFile) {
    this.metadata = metadata;
    this.#tensors = tensors;
    this.spec = this.json(SPEC) as Spec;
  }

  /** A part of the metadata, of JSON. @throws {InputError} when it is missing, or no object. */
  json(key: string): unknown {
    return whole(() => JSON.parse(this.metadata.get(key)!), (value) => typeof value === "object" && value !== null);
  }

  /** Tensors of floats, by name and shape. @throws {InputError} when one is missing or has another shape. */
  floats(
    shapes: readonly (readonly [name: string, shape: readonly number[]])[],
    prefix = "",
  ): Map<string, TensorValues> {
    return new Map(shapes.map(([name, shape]) => {
      const values = this.numbers(prefix + name, "F32", sizeOf(shape)) as Float32Array<ArrayBuffer>;
      return [name, { shape, values }] as const;
    }));
  }

  /** So many numbers of a tensor. @throws {InputError} when it is missing or has others. */
  numbers(name: string, dtype: "F32" | "F64", length: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    const stored = this.#tensors.get(name);
    return whole(
      () => new (dtype === "F32" ? Float32Array : Float64Array)(stored!.bytes.slice().buffer),
      (values) => stored!.dtype === dtype && values.length === length && firstNotFinite(values) < 0,
    );
  }

  /** Names of tensors that begin in some way. */
  names(prefix: string): string[] {
    return [...this.#tensors.keys()].filter((name) => name.startsWith(prefix));
  }
}

/** @throws {InputError} when something is not as it was written. */
function whole<Value>(read: () => Value, fits: (value: Value) => boolean): Value {
  let value: Value | undefined;
  try {
    value = read();
  } catch {
    throw damaged();
  }
  if (fits(value)) return value;
  throw damaged();
}

/**
 * Reads a checkpoint of a net.
 *
 * @throws {InputError} when it is damaged, no checkpoint, or of a net of other layers.
 */
export async function readCheckpoint(core: Core, bytes: Uint8Array): Promise<ReadCheckpoint> {
  if (!(bytes instanceof Uint8Array)) {
    throw new InputError("weights must be the bytes of a checkpoint, in a Uint8Array");
  }
  const file = whole(() => tensorsOf(bytes.slice()), () => true), { metadata } = file;
  if (metadata.get(HASH) !== await sha256(hashedPieces(file))) throw damaged();
  const { spec } = core.program, found = new ReadCheckpoint(file), { name, input, layers } = found.spec;
  const differing = specDifference({ ...spec, input, layers }, spec);
  if (differing === undefined) return found;
  throw new InputError(`the checkpoint is of net ${name}, whose layers are not those of ${spec.name}: ${differing}`);
}

/** What a file in the format safetensors holds; throws something where it is none. */
function tensorsOf(bytes: Uint8Array<ArrayBuffer>): TensorFile {
  const begin = HEADER + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER, begin)));
  const tensors = Object.entries<StoredTensor & { data_offsets: readonly [number, number] }>(entries)
    .map(([name, { dtype, shape, data_offsets: [from, to] }]) =>
      [name, { dtype, shape, bytes: bytes.subarray(begin + from, begin + to) }] as const
    );
  return { metadata: new Map(Object.entries<string>(metadata)), tensors: new Map(tensors) };
}
