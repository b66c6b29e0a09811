/** Cases at random, files that are damaged among them: each works, or is refused with one line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../mod.ts";

/** Where random cases begin: the same in every run. fast-check says it when one of them fails, and the case itself. */
export const FUZZ_SEED = 6;

/** Bytes one after the other. */
export function concatenated(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  pieces.reduce((at, piece) => (all.set(piece, at), at + piece.length), 0);
  return all;
}

/** A file that is damaged: bytes changed, cut off, put in or said again; or left as it was. */
export const damage = (files: readonly Uint8Array[]) =>
  fc.tuple(
    fc.constantFrom(...files),
    fc.array(
      fc.record({
        how: fc.constantFrom("change", "cut", "insert", "repeat", "none"),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        byte: fc.integer({ min: 0, max: 255 }),
        length: fc.integer({ min: 1, max: 16 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  ).map(([file, changes]) =>
    changes.reduce((bytes, { how, at, byte, length }) => {
      const place = Math.floor(at * bytes.length), head = bytes.subarray(0, place), tail = bytes.subarray(place);
      if (how === "change" && place < bytes.length) return bytes.with(place, byte);
      if (how === "cut") return concatenated(head, tail.subarray(length));
      if (how === "insert") return concatenated(head, new Uint8Array(length).fill(byte), tail);
      if (how === "repeat") return concatenated(head, tail.subarray(0, length), tail);
      return bytes;
    }, file)
  );

/** One line for the user, and nothing else. */
export function assertRefusal(error: unknown): void {
  assert(error instanceof InputError, error instanceof Error ? error.stack : String(error));
  assert(!error.message.includes("\n") && error.message.length < 2000, error.message);
}

/** Tries so many cases at random: how many work, and how many are refused with one line. Nothing else may be thrown. */
export async function outcomes<Case>(
  count: number,
  cases: fc.Arbitrary<Case>,
  attempt: (one: Case) => void | Promise<void>,
): Promise<{ accepted: number; refused: number }> {
  let accepted = 0, refused = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      try {
        await attempt(one);
        accepted++;
      } catch (error) {
        assertRefusal(error);
        refused++;
      }
    }),
    { numRuns: count, seed: FUZZ_SEED },
  );
  assert.equal(accepted + refused, count);
  return { accepted, refused };
}
