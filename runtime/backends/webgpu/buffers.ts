/**
 * Buffers of a device: how a tensor lies in one, and how contents come back.
 *
 * @module
 */
import type { Storage } from "../../../codegen/ir/interpret.ts";
import { BYTES, type TensorType } from "../../../codegen/ir/ir.ts";
import { type Gpu, submit } from "./device.ts";

/** Most bytes that are read back at once. */
export const STAGED_BYTES = 2 ** 26;

/** A tensor's place: a buffer of its own, or a part of one. */
export interface Place {
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
}

/** Bytes of the buffer of a tensor with so many elements: bytes of the run's samples are packed, others are words. */
export function bufferBytes({ dtype, rows }: Pick<TensorType, "dtype" | "rows">, elements: number): number {
  const bytes = dtype === "u8" && rows === undefined ? 4 * elements : BYTES[dtype] * elements;
  return wholeVectors(bytes);
}

/** So many bytes, up to whole vectors of four words. */
export function wholeVectors(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** A tensor's elements as a buffer has them. */
export function inBuffer({ dtype, rows }: Pick<TensorType, "dtype" | "rows">, storage: Storage): ArrayBuffer {
  if (dtype === "u8" && rows === undefined) return Int32Array.from(storage).buffer;
  const bytes = new Uint8Array(Math.ceil(storage.byteLength / 4) * 4);
  bytes.set(new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength));
  return bytes.buffer;
}

/** A tensor's elements out of what a buffer has. */
export function fromBuffer({ dtype }: TensorType, storage: Storage, contents: ArrayBuffer): Storage {
  if (dtype === "u8") return Uint8Array.from(new Int32Array(contents, 0, storage.length));
  const View = storage.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Storage;
  return new View(contents, 0, storage.length);
}

/**
 * The contents of some buffers: `bytes` of each, from `offset` on, are copied. They are waited for together, or in pieces where they are
 * more than a buffer of every device may have.
 */
export async function readBuffers(
  gpu: Pick<Gpu, "device" | "asked">,
  buffers: readonly { readonly buffer: GPUBuffer; readonly offset?: number; readonly bytes: number }[],
): Promise<ArrayBuffer[]> {
  const { device, asked } = gpu, contents = buffers.map(({ bytes }) => new Uint8Array(bytes));
  const all = contents.reduce((sum, { length }) => sum + length, 0), size = Math.min(all, STAGED_BYTES);
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    for (let from = 0; from < all; from += size) {
      const encoder = device.createCommandEncoder(), pieces: { into: Uint8Array; at: number }[] = [];
      let begin = 0;
      for (const [i, { buffer, offset = 0, bytes }] of buffers.entries()) {
        // what of it lies in this piece of all
        const first = Math.max(from, begin), end = Math.min(from + size, begin + bytes);
        if (first < end) {
          encoder.copyBufferToBuffer(buffer, offset + first - begin, staging, first - from, end - first);
          pieces.push({ into: contents[i].subarray(first - begin, end - begin), at: first - from });
        }
        begin += bytes;
      }
      submit(gpu, encoder.finish());
      asked.readBacks++;
      await staging.mapAsync(GPUMapMode.READ);
      const staged = new Uint8Array(staging.getMappedRange());
      for (const { into, at } of pieces) into.set(staged.subarray(at, at + into.length));
      staging.unmap();
    }
    return contents.map(({ buffer }) => buffer);
  } finally {
    staging.destroy();
  }
}
