/**
 * Sections of a module's bytes: what a bundle leaves out of them.
 *
 * @module
 */

import { joined } from "../../runtime/net/hash.ts";

/** A section: its number, and what is in it. */
interface Section {
  readonly number: number;
  readonly body: Uint8Array;
}

/** Magic number and version. */
const HEAD = 8;
const EXPORTS = 7;

/**
 * The same module with no other exports than those of some names, and under others: fewer functions can be called from
 * outside, and no code changes.
 */
export function withExports(module: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(module).flatMap(({ number, body }) => {
    const own = number === EXPORTS ? renamed(body, names) : body;
    return [Uint8Array.from([number, ...leb128(own.length)]), own];
  });
  return joined([module.subarray(0, HEAD), ...sections]);
}

/** Names of a module's exports, in order. */
export function exportNames(module: Uint8Array): string[] {
  const { body } = sectionsOf(module).find(({ number }) => number === EXPORTS)!;
  return entriesOf(body).map(({ name }) => name);
}

function renamed(body: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const kept = entriesOf(body).filter(({ name }) => names.has(name)).map(({ name, what }) => {
    const text = new TextEncoder().encode(names.get(name));
    return [...leb128(text.length), ...text, ...what];
  });
  return Uint8Array.from([...leb128(kept.length), ...kept.flat()]);
}

/** Exports: their names, and the bytes that say what they are. */
function entriesOf(body: Uint8Array): { readonly name: string; readonly what: Uint8Array }[] {
  const reader = new Numbers(body);
  return Array.from({ length: reader.next() }, () => {
    const name = new TextDecoder().decode(reader.take(reader.next())), begin = reader.at;
    reader.take(1);
    reader.next();
    return { name, what: body.subarray(begin, reader.at) };
  });
}

function sectionsOf(module: Uint8Array): Section[] {
  const reader = new Numbers(module), sections: Section[] = [];
  reader.take(HEAD);
  while (reader.at < module.length) {
    const [number] = reader.take(1);
    sections.push({ number, body: reader.take(reader.next()) });
  }
  return sections;
}

/** A whole number from 0 in LEB128. */
function leb128(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...leb128(Math.floor(value / 128))];
}

/** Bytes, read from the beginning on. */
class Numbers {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): Uint8Array {
    return this.#bytes.subarray(this.at, this.at += count);
  }

  /** A whole number in LEB128. */
  next(): number {
    const [byte] = this.take(1);
    return byte < 128 ? byte : byte - 128 + 128 * this.next();
  }
}
