/**
 * WebAssembly modules as lists of instructions, for tests: read, changed, written, and made to tell each access. It has
 * nothing of the checker's.
 *
 * @module
 */

/** An instruction: its code, its immediates as numbers, and its bytes. */
export interface Instruction {
  readonly code: number;
  readonly immediates: readonly number[];
  readonly bytes: readonly number[];
}

/** A function that has code. */
export interface Body {
  readonly type: number;
  /** Groups of locals: how many, of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly instructions: readonly Instruction[];
}

/** A module that imports one function, as those that are generated do. */
export interface Parsed {
  readonly types: readonly (readonly [parameters: readonly number[], results: readonly number[]])[];
  /** The bytes of the sections of imports and exports. */
  readonly imports: readonly number[];
  readonly exports: ReadonlyMap<string, number>;
  readonly bodies: readonly Body[];
}

const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b;

/** An unsigned number, and a signed one. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; bytes.length === 0 || left > 0; left = Math.floor(left / 128)) {
    bytes.push(left % 128 + (left >= 128 ? 128 : 0));
  }
  return bytes;
}
export function sleb(value: number): number[] {
  for (let bytes: number[] = [], left = value | 0;;) {
    const byte = left & 0x7f;
    left >>= 7;
    const done = left === 0 && !(byte & 0x40) || left === -1 && (byte & 0x40) !== 0;
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

/** Bytes of a number's last part are below 128. */
function numbers(bytes: Uint8Array, start: number) {
  let at = start;
  const unsigned = () => {
    for (let value = 0, scale = 1;; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const signed = () => {
    for (let value = 0, shift = 0;;) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 0x40 ? value | (-1 << shift) : value;
    }
  };
  return { unsigned, signed, byte: () => bytes[at++], at: () => at, skip: (count: number) => at += count };
}

/** Immediates that are no numbers: constants of floats and vectors; and of how many bytes. */
const CONSTANTS: Readonly<Record<number, number>> = { 0x43: 4, 0xfd0c: 16 };
const LANES = [0xfd1b, 0xfd1c, 0xfd1f, 0xfd20];

/** Loads and stores: bytes, and of a store what is stored. */
export const ACCESSED: Readonly<Record<number, readonly [bytes: number, stored?: number]>> = {
  ...{ 0x28: [4], 0x2a: [4], 0x2c: [1], 0x2d: [1], 0x2e: [2], 0x2f: [2], 0x36: [4, I32], 0x38: [4, F32] },
  ...{ 0x3a: [1, I32], 0x3b: [2, I32], 0xfd00: [16], 0xfd07: [1], 0xfd08: [2], 0xfd09: [4], 0xfd0a: [8] },
  ...{ 0xfd01: [8], 0xfd02: [8], 0xfd03: [8], 0xfd04: [8], 0xfd05: [8], 0xfd06: [8], 0xfd5c: [4], 0xfd5d: [8] },
  ...{ 0xfd0b: [16, V128] },
};

function instructionsOf(bytes: Uint8Array, from: number, to: number): Instruction[] {
  const read = numbers(bytes, from), list: Instruction[] = [];
  while (read.at() < to) {
    const at = read.at(),
      first = read.byte(),
      code = first === 0xfd || first === 0xfc ? first * 256 + read.unsigned() : first;
    const immediates: number[] = [];
    if (code in ACCESSED) immediates.push(read.unsigned(), read.unsigned());
    else if (code === 0x41) immediates.push(read.signed());
    else if (code >= 2 && code <= 4) immediates.push(read.byte());
    else if ([0x0c, 0x0d, 0x10].includes(code) || code >= 0x20 && code <= 0x24) immediates.push(read.unsigned());
    else if (LANES.includes(code)) immediates.push(read.byte());
    else read.skip(CONSTANTS[code] ?? 0);
    list.push({ code, immediates, bytes: [...bytes.subarray(at, read.at())] });
  }
  return list;
}

/** An instruction of one byte and numbers. */
export function instruction(code: number, ...immediates: number[]): Instruction {
  const opcode = code > 0xff ? [code >> 8, ...leb(code & 0xff)] : [code];
  const spelled = code === 0x41 ? sleb(immediates[0]) : immediates.flatMap(leb);
  return { code, immediates, bytes: [...opcode, ...spelled] };
}

/** Reads a module that the engine takes. */
export function parse(bytes: Uint8Array): Parsed {
  const read = numbers(bytes, 8), types: Parsed["types"][number][] = [], declared: number[] = [], bodies: Body[] = [];
  const exports = new Map<string, number>();
  let imports: number[] = [];
  const list = <Item>(item: () => Item) => Array.from({ length: read.unsigned() }, item);
  while (read.at() < bytes.length) {
    const section = read.byte(), length = read.unsigned(), end = read.at() + length;
    if (section === 1) {
      types.push(...list(() => (read.byte(), [list(() => read.byte()), list(() => read.byte())] as const)));
    } else if (section === 2) imports = [...bytes.subarray(read.at(), end)];
    else if (section === 3) declared.push(...list(() => read.unsigned()));
    else if (section === 7) {
      for (let left = read.unsigned(); left > 0; left--) {
        const name = new TextDecoder().decode(new Uint8Array(list(() => read.byte())));
        // nobody looks at what is no function
        const kind = read.byte(), index = read.unsigned();
        if (kind === 0) exports.set(name, index);
      }
    } else if (section === 10) {
      for (const type of declared.slice(0, read.unsigned())) {
        const length = read.unsigned(), end = read.at() + length;
        const locals = list(() => [read.unsigned(), read.byte()] as const);
        bodies.push({ type, locals, instructions: instructionsOf(bytes, read.at(), end) });
        read.skip(end - read.at());
      }
    } else throw new Error(`section ${section}`);
    read.skip(end - read.at());
  }
  return { types, imports, exports, bodies };
}

const vector = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]) => [id, ...leb(content.length), ...content];
const text = (name: string) => vector([...new TextEncoder().encode(name)].map((byte) => [byte]));

/** Writes a module. */
export function write({ types, imports, exports, bodies }: Parsed): Uint8Array<ArrayBuffer> {
  const list = (all: readonly number[]) => vector(all.map((type) => [type]));
  const parts = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector(types.map(([parameters, results]) => [0x60, ...list(parameters), ...list(results)]))),
    section(2, imports),
    section(3, vector(bodies.map(({ type }) => leb(type)))),
    section(7, vector([...exports].map(([name, index]) => [...text(name), 0, ...leb(index)]))),
    section(10, [...leb(bodies.length)]),
  ];
  const code: number[] = [...leb(bodies.length)];
  for (const { locals, instructions } of bodies) {
    const body = vector(locals.map(([count, type]) => [...leb(count), type]));
    for (const { bytes } of instructions) for (const byte of bytes) body.push(byte);
    code.push(...leb(body.length));
    for (const byte of body) code.push(byte);
  }
  const head = parts.slice(0, -1).flat();
  const size = [10, ...leb(code.length)], bytes = new Uint8Array(head.length + size.length + code.length);
  bytes.set(head);
  bytes.set(size, head.length);
  bytes.set(code, head.length + size.length);
  return bytes;
}

/** An access in a module: the function's index, its place in it, the constant part of the address, and bytes. */
export interface Site {
  readonly index: number;
  readonly offset: number;
  readonly bytes: number;
  readonly stores: boolean;
}

/**
 * The same module, which calls `oracle.touch(address, site)` before each access, and `oracle.tick()` in each turn of a loop
 * and each call of a function.
 */
export function telling(module: Parsed): { bytes: Uint8Array<ArrayBuffer>; sites: readonly Site[] } {
  const { types, imports, bodies } = module, sites: Site[] = [];
  // one function is imported; two more stand behind it
  const moved = (index: number) => index > 0 ? index + 2 : index;
  const told = bodies.map(({ type, locals, instructions }, i): Body => {
    const own = types[type][0].length + locals.reduce((sum, [count]) => sum + count, 0), temporary = [F32, V128, I32];
    const tick = instruction(0x10, 2);
    const list = instructions.flatMap((given): Instruction[] => {
      const { code, immediates } = given, access = ACCESSED[code];
      if (code === 0x10) return [instruction(0x10, moved(immediates[0]))];
      if (code === 3) return [given, tick];
      if (!access) return [given];
      const [bytes, stored] = access, site = sites.length;
      sites.push({ index: i + 1, offset: immediates[1], bytes, stores: stored !== undefined });
      const touch = [instruction(0x41, site), instruction(0x10, 1)];
      if (stored === undefined) return [...touch, given];
      const local = own + temporary.indexOf(stored);
      return [instruction(0x21, local), ...touch, instruction(0x20, local), given];
    });
    return { type, locals: [...locals, ...temporary.map((type) => [1, type] as const)], instructions: [tick, ...list] };
  });
  const [count] = imports;
  const added = [["touch", types.length], ["tick", types.length + 1]] as const;
  const bytes = write({
    types: [...types, [[I32, I32], [I32]], [[], []]],
    imports: [
      ...leb(count + 2),
      ...imports.slice(1),
      ...added.flatMap(([name, type]) => [...text("oracle"), ...text(name), 0, ...leb(type)]),
    ],
    exports: new Map([...module.exports].map(([name, index]) => [name, moved(index)])),
    bodies: told,
  });
  return { bytes, sites };
}
