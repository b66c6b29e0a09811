/**
 * Sections of a module's bytes: what a bundle leaves out of them, and what it puts in.
 *
 * @module
 */

/** A section: its number, and what is in it. */
interface Section {
  readonly number: number;
  readonly body: Uint8Array;
}

/** Magic number and version. */
const HEAD = 8;
const CUSTOM = 0, EXPORTS = 7;

/**
 * The same module with no other exports than those of some names: fewer functions can be called from outside, and no code
 * changes.
 */
export function withExports(module: Uint8Array, names: readonly string[]): Uint8Array<ArrayBuffer> {
  return joined(
    module,
    sectionsOf(module).map((section) =>
      section.number === EXPORTS ? { number: EXPORTS, body: exportsOf(section.body, names) } : section
    ),
  );
}

/** The same module with a custom section behind all others, which engines read past. */
export function withCustom(module: Uint8Array, name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const title = new TextEncoder().encode(name);
  const body = Uint8Array.from([...number(title.length), ...title, ...content]);
  return joined(module, [...sectionsOf(module), { number: CUSTOM, body }]);
}

/** Names of a module's exports, in order. */
export function exportNames(module: Uint8Array): string[] {
  const { body } = sectionsOf(module).find(({ number }) => number === EXPORTS)!;
  return entriesOf(body).map(({ name }) => name);
}

function exportsOf(body: Uint8Array, names: readonly string[]): Uint8Array {
  const kept = entriesOf(body).filter(({ name }) => names.includes(name));
  return Uint8Array.from([...number(kept.length), ...kept.flatMap(({ bytes }) => [...bytes])]);
}

function entriesOf(body: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] {
  const reader = new Numbers(body);
  return Array.from({ length: reader.next() }, () => {
    const begin = reader.at, length = reader.next(), name = new TextDecoder().decode(reader.take(length));
    reader.take(1);
    reader.next();
    return { name, bytes: body.subarray(begin, reader.at) };
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

function joined(module: Uint8Array, sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const pieces = sections.flatMap((section) => [
    Uint8Array.from([section.number, ...number(section.body.length)]),
    section.body,
  ]);
  const whole = [module.subarray(0, HEAD), ...pieces];
  const all = new Uint8Array(whole.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of whole) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A whole number from 0 in LEB128. */
function number(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...number(Math.floor(value / 128))];
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
