/**
 * A function is gone through once, with what is known of its numbers in place of the numbers.
 *
 * - A number is an {@linkcode Affine} sum of unknowns, or nothing is known of it. WebAssembly's sums, products and shifts
 *   to the left are those of whole numbers but for multiples of 2^32. So where the exact value of an address lies in a
 *   tensor, the address does. Only comparisons, and shifts to the right, need operands that are exact.
 * - There are two kinds of loops, and every other one is refused: both count a local up by a constant, at their end, and
 *   nowhere else; the one goes on while it is below a constant, the other begins with a test whether it is below a local
 *   that the loop does not set. So the local is an unknown with known bounds. Of all other locals that a loop sets nothing
 *   is known when it begins, and when it has ended.
 * - Behind an `if`, a local is what it is on both ways, or unknown.
 *
 * @module
 */
import { type Affine, isMultiple, known, plus, rangeOf, same, single, times, type Unknown } from "./affine.ts";
import { ACCESSES, CODE, type Code, type Instruction, RefusedError } from "./decode.ts";
import { TAKES } from "./operations.ts";

/** That one number is below another. */
interface Below {
  readonly left: Affine;
  readonly right: Affine;
}
/** What is known of a value on the stack or in a local. */
export type Value = Affine | Below | undefined;

/** An access of memory. */
export interface Access {
  /** The instruction's place in the file. */
  readonly at: number;
  /** What the instruction takes, and the constant that the engine adds to it, without a limit of 32 bits. */
  readonly base: Affine;
  readonly offset: number;
  readonly bytes: number;
  readonly stores: boolean;
}

/** What stands around a function. */
export interface Surroundings {
  /** A new unknown. */
  unknown(low: number, high: number, means?: string): Unknown;
  global(index: number): Affine;
  /** An access: refuses it, or tells what is loaded. */
  access(access: Access): Value;
  /** What a function that is called takes, and what it gives. */
  parameters(index: number): number;
  call(index: number, given: readonly Value[], at: number): readonly Value[];
}

/** Loads of whole numbers. */
const INTEGERS: ReadonlySet<number> = new Set([0x28, 0x2d]);
/** Beyond this, a comparison does not say what it says of whole numbers. */
const LIMIT = 2 ** 31;

const isAffine = (value: Value): value is Affine => value !== undefined && "terms" in value;
const sameValue = (a: Value, b: Value) => a === b || isAffine(a) && isAffine(b) && same(a, b);

/** Goes through a function. Returns its results. */
export function walk(code: Code, given: readonly Value[], around: Surroundings): readonly Value[] {
  const locals: Value[] = [...given, ...Array.from({ length: code.locals }, () => known(0))];
  const walker = new Walker(code.body, locals, around);
  walker.run(0, code.body.length - 1);
  return code.type.results.map(() => walker.stack.pop());
}

class Walker {
  readonly body: readonly Instruction[];
  locals: Value[];
  readonly stack: Value[] = [];
  readonly around: Surroundings;

  constructor(body: readonly Instruction[], locals: Value[], around: Surroundings) {
    this.body = body;
    this.locals = locals;
    this.around = around;
  }

  /** Goes through instructions up to one. Returns whether all that comes behind them is reached no more. */
  run(from: number, to: number): boolean {
    for (let i = from; i < to; i++) {
      const instruction = this.body[i], { code, value } = instruction;
      if (code === CODE.getLocal) this.stack.push(this.locals[value]);
      else if (code === CODE.setLocal) this.locals[value] = this.stack.pop();
      else if (code === CODE.i32) this.stack.push(known(value));
      else if (ACCESSES.has(code)) this.#access(instruction);
      else if (code === CODE.loop) this.#loop(i), i = instruction.end!;
      else if (code === CODE.if) this.#if(instruction, i), i = instruction.end!;
      else if (code === CODE.block) {
        if (this.run(i + 1, instruction.end!)) return true;
        i = instruction.end!;
      } else if (code === CODE.return) {
        if (i + 1 !== to) throw refused(instruction, "it goes on behind a return");
        return true;
      } else this.#compute(instruction);
    }
    return false;
  }

  #compute({ code, value, at }: Instruction): void {
    const { stack, around } = this;
    switch (code) {
      case CODE.add:
      case CODE.sub:
      case CODE.mul:
      case CODE.shl:
      case CODE.shrU:
      case CODE.below: {
        const right = stack.pop(), left = stack.pop();
        stack.push(isAffine(left) && isAffine(right) ? computed(code, left, right) : undefined);
        return;
      }
      case CODE.teeLocal:
        this.locals[value] = stack.at(-1);
        return;
      case CODE.getGlobal:
        stack.push(around.global(value));
        return;
      case CODE.select: {
        stack.pop();
        const b = stack.pop(), a = stack.pop();
        stack.push(sameValue(a, b) ? a : undefined);
        return;
      }
      case CODE.call: {
        const count = around.parameters(value), given = stack.splice(stack.length - count, count);
        stack.push(...around.call(value, given, at));
        return;
      }
      case CODE.drop:
        stack.pop();
        return;
      case CODE.i64:
      case CODE.f32:
      case CODE.vector:
        stack.push(undefined);
        return;
    }
    const takes = TAKES.get(code);
    if (takes === undefined) throw refused({ at }, `instruction 0x${code.toString(16)} is not allowed`);
    stack.length -= takes - 1;
    stack[stack.length - 1] = undefined;
  }

  #access({ code, value, at }: Instruction): void {
    const { bytes, stores } = ACCESSES.get(code)!;
    if (stores) this.stack.pop();
    const base = this.stack.pop();
    if (!isAffine(base)) throw refused({ at }, "an address cannot be bounded");
    const loaded = this.around.access({ at, base, offset: value, bytes, stores });
    if (!stores) this.stack.push(INTEGERS.has(code) ? loaded : undefined);
  }

  #if({ else: other, end }: Instruction, i: number): void {
    this.stack.pop();
    const before = [...this.locals];
    const thenEnds = this.run(i + 1, other ?? end!), then = this.locals;
    this.locals = [...before];
    const otherEnds = other !== undefined && this.run(other + 1, end!);
    if (otherEnds) this.locals = then;
    else if (!thenEnds) this.locals = this.locals.map((value, n) => sameValue(value, then[n]) ? value : undefined);
  }

  #loop(i: number): void {
    const { end } = this.body[i], loop = this.#counted(i, end!), { local, step } = loop, begins = this.locals[local];
    const sets = this.#setIn(i, end!);
    if (sets.get(local) !== 1) throw refused(this.body[i], "a loop sets its variable more than once");
    if (!isAffine(begins)) throw refused(this.body[i], "a loop begins anywhere");
    const bound = loop.to === undefined ? this.locals[loop.limit!] : known(loop.to);
    if (!isAffine(bound) || loop.limit !== undefined && sets.has(loop.limit)) {
      throw refused(this.body[i], "a loop ends anywhere");
    }
    for (const name of sets.keys()) this.locals[name] = undefined;
    const counter = this.#counter(begins, bound, step, loop.to !== undefined, this.body[i]);
    if (counter) {
      this.locals[local] = counter;
      if (this.run(loop.from, loop.until)) throw refused(this.body[i], "a loop returns");
      // what the pattern says of the end holds for the variable that it began with
      if (this.locals[local] !== counter) throw refused(this.body[i], "a loop sets its variable before its end");
    }
    for (const name of sets.keys()) this.locals[name] = undefined;
  }

  /** All values of a loop's variable inside of it; undefined if it never runs. */
  #counter(from: Affine, to: Affine, step: number, once: boolean, loop: Instruction): Affine | undefined {
    const [least, mostFrom] = rangeOf(from), [, most] = rangeOf(to), [leastTo] = rangeOf(to);
    if (least < -LIMIT || mostFrom >= LIMIT || leastTo < -LIMIT || most + step >= LIMIT) {
      throw refused(loop, "a loop's bounds may be larger than 32 bits");
    }
    const distance = plus(to, from, -1);
    const times_ = (length: number) => Math.max(once ? 0 : -1, Math.ceil(length / step) - 1);
    if (distance.terms.length === 0) {
      const last = times_(distance.constant);
      return last < 0 ? undefined : plus(from, times(single(this.around.unknown(0, last)), step));
    }
    if (once || !isMultiple(from, step)) throw refused(loop, "a loop's steps cannot be counted");
    const last = Math.ceil((most - least) / step) - 1;
    return last < 0 ? undefined : plus(known(least), times(single(this.around.unknown(0, last)), step));
  }

  /** What a loop says of itself: see {@linkcode LOOPS}. */
  #counted(
    i: number,
    end: number,
  ): { local: number; step: number; to?: number; limit?: number; from: number; until: number } {
    const { body } = this;
    const is = (at: number, ...codes: number[]) => codes.every((code, n) => body[at + n]?.code === code);
    const { getLocal, i32, add, setLocal, below, branchIf, br } = CODE;
    const tail = end - 8;
    if (
      is(tail, getLocal, i32, add, setLocal, getLocal, i32, below, branchIf) && tail > i &&
      body[tail].value === body[tail + 3].value && body[tail].value === body[tail + 4].value &&
      body[end - 1].value === 0
    ) {
      const local = body[tail].value, step = body[tail + 1].value, to = body[tail + 5].value;
      if (step > 0) return { local, step, to, from: i + 1, until: tail };
    }
    const behind = end - 6;
    if (
      is(i + 1, getLocal, getLocal, below, CODE.if) && body[i + 4].end === end - 1 && body[i + 4].else === undefined &&
      is(behind, getLocal, i32, add, setLocal, br) && body[end - 2].value === 1 &&
      body[behind].value === body[i + 1].value && body[behind + 3].value === body[i + 1].value
    ) {
      const local = body[i + 1].value, step = body[behind + 1].value, limit = body[i + 2].value;
      if (step > 0) return { local, step, limit, from: i + 5, until: behind };
    }
    throw refused(body[i], "a loop does not count");
  }

  /** How often each local is set between two instructions. */
  #setIn(from: number, to: number): Map<number, number> {
    const sets = new Map<number, number>();
    for (let i = from; i < to; i++) {
      const { code, value } = this.body[i];
      if (code === CODE.setLocal || code === CODE.teeLocal) sets.set(value, (sets.get(value) ?? 0) + 1);
    }
    return sets;
  }
}

function computed(code: number, a: Affine, b: Affine): Value {
  if (code === CODE.below) return { left: a, right: b };
  if (code === CODE.add) return exact(plus(a, b));
  if (code === CODE.sub) return exact(plus(a, b, -1));
  if (code === CODE.mul) {
    if (b.terms.length === 0) return exact(times(a, b.constant));
    return a.terms.length === 0 ? exact(times(b, a.constant)) : undefined;
  }
  if (b.terms.length > 0 || b.constant < 0 || b.constant > 31) return undefined;
  const by = 2 ** b.constant;
  if (code === CODE.shl) return exact(times(a, by));
  const [low, high] = rangeOf(a);
  if (low < 0 || high >= 2 ** 32 || a.constant % by !== 0 || !isMultiple(a, by)) return undefined;
  return times(a, 1 / by);
}

/** A value, if a number of this language holds it. */
const exact = (value: Affine): Value =>
  [value.constant, ...value.terms.map(([, factor]) => factor)].every(Number.isSafeInteger) ? value : undefined;

function refused({ at }: Pick<Instruction, "at">, why: string): RefusedError {
  return new RefusedError(`byte ${at}: ${why}`);
}
