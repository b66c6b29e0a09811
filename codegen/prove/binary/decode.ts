/**
 * A WebAssembly module's bytes, taken apart: as much of the format as a checked module may use. Whatever else stands in
 * it is refused. The engine validates types when it compiles the module, so they are not checked again.
 *
 * @module
 */

/** What a module may import. */
export type Import =
  | { readonly kind: "function"; readonly name: string; readonly type: number }
  | { readonly kind: "memory"; readonly name: string; readonly pages: number }
  | { readonly kind: "global"; readonly name: string };

/** Parameters and results, by the bytes that stand for types. */
export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** An instruction: its code, its place in the file, and up to two immediates. */
export interface Instruction {
  readonly code: number;
  readonly at: number;
  /** Index, constant, or offset of an access. */
  readonly value: number;
  /** Of a block, loop or if: the instruction that ends it; of an if: its else, if it has one. */
  end?: number;
  else?: number;
}

/** A function of the module. */
export interface Code {
  readonly type: FunctionType;
  /** Locals behind the parameters. */
  readonly locals: number;
  readonly body: readonly Instruction[];
}

/** A module. */
export interface Module {
  readonly imports: readonly Import[];
  /** Indices of functions by the names under which they are exported. */
  readonly exports: ReadonlyMap<string, number>;
  /** All functions: those that are imported have no code. */
  readonly functions: readonly (Code | undefined)[];
}

/** A module that cannot be read, or has what no checked module may have. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** Codes that the checker knows by name; all others only by what they take from the stack. */
export const CODE = {
  ...{ block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, branchIf: 0x0d, return: 0x0f, call: 0x10 },
  ...{ drop: 0x1a, select: 0x1b, getLocal: 0x20, setLocal: 0x21, teeLocal: 0x22, getGlobal: 0x23 },
  ...{
    i32: 0x41,
    i64: 0x42,
    f32: 0x43,
    eqz: 0x45,
    below: 0x48,
    add: 0x6a,
    sub: 0x6b,
    mul: 0x6c,
    shl: 0x74,
    shrU: 0x76,
  },
  vector: 0xfd0c,
} as const;

/** Bytes that accesses of memory touch. */
export const ACCESSES: ReadonlyMap<number, { readonly bytes: number; readonly stores: boolean }> = new Map(
  ([
    [0x28, 4, 0],
    [0x2a, 4, 0],
    [0x2d, 1, 0],
    [0x36, 4, 1],
    [0x38, 4, 1],
    [0x3a, 1, 1],
    [0xfd00, 16, 0],
    [0xfd09, 4, 0],
    [
      0xfd0b,
      16,
      1,
    ],
  ] as const).map(([code, bytes, stores]) => [code, { bytes, stores: stores === 1 }]),
);

/** Numbers of the file, one behind the other. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  byte(): number {
    if (this.at >= this.bytes.length) throw new RefusedError("it ends in the middle");
    return this.bytes[this.at++];
  }
  /** A number of up to 64 bits, of which those above 53 are lost: only the sign counts then. */
  signed(): number {
    let value = 0, scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 128) return byte & 0x40 ? value - scale : value;
    }
  }
  unsigned(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }
  name(): string {
    const length = this.unsigned();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
  list<Item>(item: () => Item): Item[] {
    return Array.from({ length: this.unsigned() }, item);
  }
}

/** Takes a module apart. */
export function decode(bytes: Uint8Array): Module {
  const reader = new Reader(bytes);
  if ([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].some((byte) => reader.byte() !== byte)) {
    throw new RefusedError("it is no module");
  }
  const types: FunctionType[] = [], imports: Import[] = [], declared: number[] = [], codes: Code[] = [];
  const exports = new Map<string, number>();
  const type = (index: number) => types[index] ?? refuse(`it has no type ${index}`);
  for (let last = 0; reader.at < bytes.length;) {
    const section = reader.byte(), length = reader.unsigned(), end = reader.at + length;
    if (section <= last) throw new RefusedError(`its section ${section} is not allowed here`);
    last = section;
    if (section === 1) types.push(...reader.list(() => functionType(reader)));
    else if (section === 2) imports.push(...reader.list(() => imported(reader)));
    else if (section === 3) declared.push(...reader.list(() => reader.unsigned()));
    else if (section === 7) reader.list(() => exported(reader)).forEach(([name, index]) => exports.set(name, index));
    else if (section === 10) reader.list(() => codes.push(code(reader, type(declared[codes.length]))));
    else throw new RefusedError(`it has a section ${section}: tables, data, globals and the like are not allowed`);
    if (reader.at !== end) throw new RefusedError(`its section ${section} is not as long as it says`);
  }
  const outside = imports.filter(({ kind }) => kind === "function").map(() => undefined);
  if (codes.length !== declared.length) throw new RefusedError("its functions have no code");
  return { imports, exports, functions: [...outside, ...codes] };
}

function refuse(why: string): never {
  throw new RefusedError(why);
}

function functionType(reader: Reader): FunctionType {
  if (reader.byte() !== 0x60) throw new RefusedError("it has a type that is no function's");
  return { parameters: reader.list(() => reader.byte()), results: reader.list(() => reader.byte()) };
}

function imported(reader: Reader): Import {
  const name = `${reader.name()}.${reader.name()}`, kind = reader.byte();
  if (kind === 0) return { kind: "function", name, type: reader.unsigned() };
  if (kind === 2) {
    const flags = reader.byte(), pages = reader.unsigned();
    if (flags & 1) reader.unsigned();
    if (flags > 3) throw new RefusedError(`it imports a memory of another kind, ${name}`);
    return { kind: "memory", name, pages };
  }
  if (kind === 3 && reader.byte() === 0x7f && reader.byte() === 0) return { kind: "global", name };
  throw new RefusedError(`it imports ${name}, which is neither a function, nor a memory, nor a constant of 32 bits`);
}

function exported(reader: Reader): [string, number] {
  const name = reader.name();
  if (reader.byte() !== 0) throw new RefusedError(`it exports ${name}, which is no function`);
  return [name, reader.unsigned()];
}

function code(reader: Reader, type: FunctionType): Code {
  const length = reader.unsigned(), end = reader.at + length;
  const locals = reader.list(() => {
    const count = reader.unsigned();
    reader.byte();
    return count;
  }).reduce((a, b) => a + b, 0);
  const body: Instruction[] = [], open: Instruction[] = [];
  while (reader.at < end) {
    const instruction = next(reader), { code } = instruction;
    if (code === CODE.else) open.at(-1)!.else = body.length;
    if (code === CODE.end && open.length > 0) open.pop()!.end = body.length;
    if (code === CODE.block || code === CODE.loop || code === CODE.if) open.push(instruction);
    body.push(instruction);
  }
  if (reader.at !== end || open.length > 0) throw new RefusedError("a function is not as long as it says");
  return { type, locals: locals, body };
}

/** The next instruction, with its immediates. */
function next(reader: Reader): Instruction {
  const { at } = reader, first = reader.byte();
  const code = first < 0xfc ? first : first * 256 + reader.unsigned();
  if (first >= 0xfc && code - first * 256 > 0xff) {
    // the relaxed ones have numbers of their own, which no others have
    return { code: 0x10000 + code - first * 256, at, value: 0 };
  }
  if (ACCESSES.has(code)) {
    if (reader.unsigned() > 4) throw new RefusedError(`byte ${at}: it accesses memory in a way that is not known`);
    return { code, at, value: reader.unsigned() };
  }
  switch (code) {
    case CODE.block:
    case CODE.loop:
    case CODE.if:
      if (reader.byte() !== 0x40) throw new RefusedError(`byte ${at}: a block has a result`);
      return { code, at, value: 0 };
    case CODE.i32:
    case CODE.i64:
      return { code, at, value: reader.signed() };
    case CODE.f32:
      reader.at += 4;
      return { code, at, value: 0 };
    case CODE.vector:
      reader.at += 16;
      return { code, at, value: 0 };
    case 0xfd1b:
    case 0xfd1c:
    case 0xfd1f:
    case 0xfd20:
      return { code, at, value: reader.byte() };
    case CODE.br:
    case CODE.branchIf:
    case CODE.call:
    case CODE.getLocal:
    case CODE.setLocal:
    case CODE.teeLocal:
    case CODE.getGlobal:
      return { code, at, value: reader.unsigned() };
    default:
      return { code, at, value: 0 };
  }
}
