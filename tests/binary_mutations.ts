/**
 * Changes of a module, made at random from a seed: what a fault of a printer or an assembler, or a flipped bit, might do.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";
import { ACCESSED, type Body, type Instruction, instruction, type Parsed, write } from "./binary_module.ts";

/** Numbers at random, the same for the same seed. */
export function drawing(seed: number) {
  let counter = 0;
  const draw = () => uniform(seed * 104729 + 11, counter++);
  return { draw, pick: <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)] };
}

type Draws = ReturnType<typeof drawing>;
/** Puts other instructions in place of some from one on; undefined where it does not fit. */
type Change = (body: readonly Instruction[], at: number, draws: Draws, functions: number) =>
  | readonly [remove: number, ...insert: Instruction[]]
  | undefined;

const [BR, CALL, DROP, GET, SET, GLOBAL, CONSTANT, LESS, ADD] = [0x0c, 0x10, 0x1a, 0x20, 0x21, 0x23, 0x41, 0x48, 0x6a];
const near = (value: number, { pick, draw }: Draws) =>
  pick([
    value + 1,
    value - 1,
    value + 4,
    value - 4,
    value + 16,
    2 * value,
    -value,
    value + 64,
    value >> 1,
    0,
    value ^ (1 << Math.floor(draw() * 31)),
  ]);
const is = (body: readonly Instruction[], at: number, ...codes: number[]) =>
  codes.every((code, i) => body[at + i]?.code === code);

/** By what they change. */
export const CHANGES: Readonly<Record<string, Change>> = {
  constant: (body, at, draws) =>
    is(body, at, CONSTANT) ? [1, instruction(CONSTANT, near(body[at].immediates[0], draws) | 0)] : undefined,
  bound: (body, at, draws) =>
    is(body, at, CONSTANT, LESS) ? [1, instruction(CONSTANT, near(body[at].immediates[0], draws) | 0)] : undefined,
  step: (body, at, draws) =>
    is(body, at, GET, CONSTANT, ADD, SET)
      ? [2, body[at], instruction(CONSTANT, near(body[at + 1].immediates[0], draws) | 0)]
      : undefined,
  offset: (body, at, draws) => {
    const { code, immediates: [align, offset] } = body[at];
    return code in ACCESSED ? [1, instruction(code, align, Math.abs(near(offset, draws)))] : undefined;
  },
  local: (body, at, { pick }) => {
    const { code, immediates: [index] } = body[at];
    return [GET, SET, 0x22].includes(code)
      ? [1, instruction(code, Math.max(0, index + pick([-3, -2, -1, 1, 2, 3])))]
      : undefined;
  },
  global: (body, at, { pick }) =>
    is(body, at, GLOBAL)
      ? [1, instruction(GLOBAL, Math.max(0, body[at].immediates[0] + pick([-2, -1, 1, 2])))]
      : undefined,
  operands: (body, at) =>
    body[at + 1] && [GET, GLOBAL, CONSTANT].includes(body[at].code) &&
      [GET, GLOBAL, CONSTANT].includes(body[at + 1].code)
      ? [2, body[at + 1], body[at]]
      : undefined,
  operation: (body, at, { pick }) => {
    const { code, immediates } = body[at];
    const families = [
      [0x6a, 0x6b, 0x6c, 0x74, 0x76, 0x71],
      [0x48, 0x4a, 0x4c, 0x49, 0x47],
      [0x28, 0x2d],
      [0x36, 0x3a],
      [0xfd00, 0xfd09],
    ];
    const others = families.find((family) => family.includes(code))?.filter((other) => other !== code);
    return others && [1, code in ACCESSED ? instruction(pick(others), 0, immediates[1]) : instruction(pick(others))];
  },
  drop: (body, at) => {
    const { code } = body[at];
    if (code === SET) return [1, instruction(DROP)];
    if ([ADD, 0x6b, 0x6c, 0x74, 0x76].includes(code)) return [1, instruction(DROP)];
    if (ACCESSED[code]?.[1] !== undefined) return [1, instruction(DROP), instruction(DROP)];
    if (is(body, at, CALL) && body[at].immediates[0] === 0) return [1];
    return code === 0x0d ? [1, instruction(DROP)] : code === BR ? [1] : undefined;
  },
  call: (body, at, { draw }, functions) =>
    is(body, at, CALL) ? [1, instruction(CALL, Math.floor(draw() * functions))] : undefined,
  moved: (body, at, { draw }) => {
    const other = body[Math.floor(draw() * body.length)];
    return [GET, CONSTANT].includes(body[at].code) && [GET, CONSTANT].includes(other.code) ? [1, other] : undefined;
  },
};

/** A changed module that the engine takes, and how it was changed. */
export interface Mutant {
  readonly change: string;
  readonly where: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A change of a kind, or of a byte of the file at random; of what the engine does not take there is none.
 *
 * @param among functions that are changed, by their numbers; all when left out.
 */
export function mutant(
  module: Parsed,
  bytes: Uint8Array<ArrayBuffer>,
  seed: number,
  among = module.bodies.map((_, i) => i),
): Mutant {
  const draws = drawing(seed),
    { pick, draw } = draws,
    names = new Map([...module.exports].map(([name, i]) => [i, name]));
  for (;;) {
    const change = pick([...Object.keys(CHANGES), "byte"]);
    if (change === "byte") {
      const changed = bytes.slice(), at = 8 + Math.floor(draw() * (bytes.length - 8));
      changed[at] ^= 1 << Math.floor(draw() * 8);
      if (WebAssembly.validate(changed)) return { change, where: `byte ${at}`, bytes: changed };
      continue;
    }
    // steps are short and call everything: each function is as likely as any other
    const f = pick(among), { instructions } = module.bodies[f];
    const places = instructions.flatMap((_, at) => CHANGES[change](instructions, at, drawing(0), 1) ? [at] : []);
    if (places.length === 0) continue;
    const at = pick(places), put = CHANGES[change](instructions, at, draws, module.bodies.length + 1);
    if (!put) continue;
    const [remove, ...insert] = put, own = instructions.slice(at, at + remove).flatMap(({ bytes }) => bytes);
    if (own.join() === insert.flatMap(({ bytes }) => bytes).join()) continue;
    const body: Body = { ...module.bodies[f], instructions: instructions.toSpliced(at, remove, ...insert) };
    const changed = write({ ...module, bodies: module.bodies.with(f, body) });
    if (WebAssembly.validate(changed)) {
      return { change, where: `${names.get(f + 1)}, instruction ${at}`, bytes: changed };
    }
  }
}
