/**
 * A WebAssembly module's bytes, taken apart: as much of the format as a checked module may use. Every byte of the file is
 * read, functions that nothing calls too, and what is not here is refused. The engine reads the same bytes and checks types.
 *
 * @module
 */
import { VerifyError } from "../error.ts";

/** An instruction: its code, its place in the file, and its index, constant, or offset of an access. */
export interface Instruction {
  readonly code: number;
  readonly at: number;
  readonly value: number;
  /** Of a block, loop or if: the instruction that ends it; of an if: its else, if it has one. */
  end?: number;
  else?: number;
}

/** A function: how many parameters, the types of its results, and locals behind the parameters. */
export interface Code {
  readonly parameters: number;
  readonly results: readonly number[];
  readonly locals: number;
  readonly body: readonly Instruction[];
}

/** A module. */
export interface Module {
  /** Pages that its memory has at least. */
  readonly pages: number;
  /** Names of the numbers that it is given. */
  readonly globals: readonly string[];
  /** Indices of functions by the names under which they can be called from outside. */
  readonly exports: ReadonlyMap<string, number>;
  /** All functions: `team.wait`, which waits for other threads, has no code. */
  readonly functions: readonly (Code | undefined)[];
}

/** Refuses in one line, at a byte of the file; names in it may have any character. */
export function refuse(why: string, at?: number): never {
  throw new VerifyError(`${at === undefined ? "" : `byte ${at}: `}${why.replaceAll(/[^ -~]/g, "?")}`);
}

/** Codes of instructions that the checker knows by name. */
export const CODE = {
  ...{ block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, branchIf: 0x0d, return: 0x0f, call: 0x10 },
  ...{ drop: 0x1a, select: 0x1b, getLocal: 0x20, setLocal: 0x21, teeLocal: 0x22, getGlobal: 0x23, constant: 0x41 },
  ...{ lessThan: 0x48, add: 0x6a, sub: 0x6b, mul: 0x6c, shl: 0x74, shrU: 0x76 },
} as const;

/** The type i32. */
export const I32 = 0x7f;
/** The last of the types of numbers and vectors, which are the bytes down from that of `i32`. */
const VECTOR = 0x7b;
/** Names are told apart as the engine does. */
const NAMES = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Instructions that access memory, and so many bytes of it: there are no others. */
export const ACCESSES: ReadonlyMap<
  number,
  { readonly name: string; readonly bytes: number; readonly stores: boolean }
> = new Map(
  ([
    ...[[0x28, "i32.load", 4], [0x2a, "f32.load", 4], [0x2d, "i32.load8_u", 1], [0xfd00, "v128.load", 16]],
    ...[[0xfd09, "v128.load32_splat", 4], [0x36, "i32.store", 4], [0x38, "f32.store", 4], [0x3a, "i32.store8", 1]],
    [0xfd0b, "v128.store", 16],
  ] as const).map(([code, name, bytes]) => [code, { name, bytes, stores: name.includes("store") }]),
);

/**
 * Instructions that only compute, by how many values they take, and bytes of constants behind them; each gives one value.
 * Numbers of 32 and 64 bits; vectors: constants, splats, lanes, comparisons, bits, shifts, f32x4 and i32x4; relaxed ones.
 */
const COMPUTING = "43:0:4 45:1 46-4f:2 50:1 51-66:2 67-69:1 6a-78:2 79-7b:1 7c-8a:2 8b-91:1 92-98:2 99-9f:1 a0-a6:2 " +
  "a7-c4:1 fc00-fc07:1 fd0c:0:16 fd0f-fd14:1 fd1b:1:1 fd1c:2:1 fd1f:1:1 fd20:2:1 fd37-fd4c:2 fd4d:1 fd4e-fd51:2 fd52:3 " +
  "fd67-fd6a:1 fda0-fda1:1 fdab-fdae:2 fdb1:2 fdb5-fdb9:2 fde0-fde1:1 fde3:1 fde4-fdeb:2 fdf8-fdfb:1 10105-1010c:3 1010d-10110:2";

/** How many values a computing instruction takes, and bytes behind it. */
export const COMPUTES: ReadonlyMap<number, { readonly takes: number; readonly skips: number }> = new Map(
  COMPUTING.split(" ").flatMap((entry) => {
    const [codes, takes, skips = 0] = entry.split(":"),
      [first, last = first] = codes.split("-").map((x) => parseInt(x, 16));
    return Array.from({ length: last - first + 1 }, (_, i) => [first + i, { takes: +takes, skips: +skips }] as const);
  }),
);

/** Instructions with an index. */
const INDEXED: ReadonlySet<number> = new Set([
  ...[CODE.br, CODE.branchIf, CODE.call, CODE.getLocal, CODE.setLocal, CODE.teeLocal, CODE.getGlobal],
]);
const BARE: ReadonlySet<number> = new Set([CODE.else, CODE.end, CODE.return, CODE.drop, CODE.select]);
const BLOCKS: ReadonlySet<number> = new Set([CODE.block, CODE.loop, CODE.if]);
/** Most locals of a function, as engines have it. */
const MOST_LOCALS = 50_000;

/** The file's numbers, one behind the other. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  byte(): number {
    return this.at < this.bytes.length ? this.bytes[this.at++] : refuse("it ends in the middle");
  }
  unsigned(): number {
    for (let value = 0, scale = 1;; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }
  signed(): number {
    for (let value = 0, scale = 1;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 128) return byte & 0x40 ? value - scale : value;
    }
  }
  name(): string {
    const { at } = this, bytes = new Uint8Array(this.list(() => this.byte()));
    try {
      return NAMES.decode(bytes);
    } catch {
      return refuse("a name is no text", at);
    }
  }
  list<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.unsigned(); left > 0; left--) items.push(item());
    return items;
  }
}

interface Type {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** Takes a module apart. */
export function decode(bytes: Uint8Array): Module {
  const reader = new Reader(bytes), types: Type[] = [], pages: number[] = [], globals: string[] = [];
  const functions: (Code | undefined)[] = [], declared: Type[] = [], exports = new Map<string, number>();
  const type = () => types[reader.unsigned()] ?? refuse("it has a function without a type");
  const sections: Readonly<Record<number, () => void>> = {
    1: () => types.push(...reader.list(() => functionType(reader))),
    2: () => {
      for (const given of reader.list(() => imported(reader, type))) {
        if (given === undefined) functions.push(undefined);
        else if (typeof given === "string") globals.push(given);
        else pages.push(given);
      }
    },
    3: () => declared.push(...reader.list(type)),
    7: () =>
      reader.list(() => {
        const name = exported(reader);
        if (exports.has(name)) refuse(`it exports ${name} twice`);
        exports.set(name, reader.unsigned());
      }),
    10: () => {
      const codes = declared.values();
      functions.push(...reader.list(() => code(reader, codes.next().value ?? refuse("it has code of no function"))));
      if (!codes.next().done) refuse("it has a function without code");
    },
  };
  if ([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].some((byte) => reader.byte() !== byte)) refuse("it is no module");
  for (let last = 0; reader.at < bytes.length;) {
    const section = reader.byte(), length = reader.unsigned(), end = reader.at + length;
    if (section <= last || !sections[section]) {
      refuse(
        `it has a section ${section}; sections of types, imports, functions, exports and code are allowed, once each`,
      );
    }
    sections[last = section]();
    if (reader.at !== end) refuse(`its section ${section} is not as long as it says`);
  }
  if (pages.length !== 1) refuse(`it imports ${pages.length} memories, not one`);
  return { pages: pages[0], globals, exports, functions };
}

/** A number or a vector. Other types are written in several bytes, or hold what is no number. */
function valueType(reader: Reader): number {
  const type = reader.byte();
  return type >= VECTOR && type <= I32 ? type : refuse("it has values that are no numbers", reader.at - 1);
}

function functionType(reader: Reader): Type {
  if (reader.byte() !== 0x60) refuse("it has a type that is no function's");
  return { parameters: reader.list(() => valueType(reader)), results: reader.list(() => valueType(reader)) };
}

/** What is imported: pages of memory, the name of a number, or nothing for the function that waits. */
function imported(reader: Reader, type: () => Type): number | string | undefined {
  const name = `${reader.name()}.${reader.name()}`, kind = reader.byte();
  if (kind === 0 && name === "team.wait") {
    const { parameters, results } = type();
    if (parameters.length + results.length === 0) return undefined;
  } else if (kind === 2 && name === "team.memory") {
    // shared, of at least and at most so many pages, with addresses of 32 bits
    if (reader.byte() === 3) return [reader.unsigned(), reader.unsigned()][0];
  } else if (kind === 3 && reader.byte() === I32 && reader.byte() === 0) return name;
  return refuse(`it imports ${name}, which is not the memory, the wait, nor a constant number that a run gives`);
}

function exported(reader: Reader): string {
  const name = reader.name();
  return reader.byte() === 0 ? name : refuse(`it exports ${name}, which is no function`);
}

function code(reader: Reader, { parameters, results }: Type): Code {
  const length = reader.unsigned(), end = reader.at + length, body: Instruction[] = [], open: Instruction[] = [];
  const locals = reader.list(() => [reader.unsigned(), valueType(reader)][0]).reduce((a, b) => a + b, 0);
  if (locals > MOST_LOCALS) refuse("it has too many locals");
  while (reader.at < end) {
    const instruction = next(reader), { code, at } = instruction;
    if (code === CODE.else) (open.at(-1) ?? refuse("an else of no if", at)).else = body.length;
    if (BLOCKS.has(code)) open.push(instruction);
    else if (code === CODE.end) {
      const block = open.pop();
      if (block) block.end = body.length;
      else if (reader.at !== end) refuse("a function goes on behind its end", at);
    }
    body.push(instruction);
  }
  if (reader.at !== end || open.length > 0 || body.at(-1)?.code !== CODE.end) {
    refuse("a function does not end", reader.at);
  }
  return { parameters: parameters.length, results, locals, body };
}

/** The next instruction, with what belongs to it. */
function next(reader: Reader): Instruction {
  const { at } = reader, first = reader.byte(), second = first < 0xfc ? 0 : reader.unsigned();
  // codes of two bytes; relaxed ones have greater numbers
  const code = first < 0xfc ? first : second < 0x100 ? first * 0x100 + second : first === 0xfd ? 0x10000 + second : 0;
  if (ACCESSES.has(code)) {
    // the alignment is a hint; greater numbers name another memory
    if (reader.unsigned() > 4) refuse("it accesses another memory", at);
    return { code, at, value: reader.unsigned() };
  }
  if (INDEXED.has(code)) return { code, at, value: reader.unsigned() };
  if (code === CODE.constant) return { code, at, value: reader.signed() };
  if (BLOCKS.has(code)) {
    if (reader.byte() !== 0x40) refuse("a block has a result", at);
  } else if (!BARE.has(code)) {
    reader.at += (COMPUTES.get(code) ?? refuse(`instruction 0x${code.toString(16)} is not allowed`, at)).skips;
  }
  return { code, at, value: 0 };
}
