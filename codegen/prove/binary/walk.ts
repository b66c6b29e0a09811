/**
 * A function is gone through once, with what is known of its numbers in place of the numbers.
 *
 * - A number of 32 bits is an {@linkcode Affine} sum of unknowns, or nothing is known of it. The machine's sums, products
 *   and shifts to the left are those of whole numbers but for multiples of 2^32. So where the whole number lies in a
 *   tensor, the address does, whatever overflowed on the way. Only comparisons and shifts to the right need more: their
 *   operands must be numbers that 32 bits hold.
 * - There are two kinds of loops, and no other jump: both count a local up by a constant, at their end and nowhere else. One
 *   goes on while it is below a constant; the other begins with a test whether it is below a local that the loop does not
 *   set. So the local is an unknown with a known range. Of all else that a loop sets, nothing is known when it begins, and
 *   when it has ended.
 * - Behind an `if`, a local is what it is on both ways, or nothing is known of it. Of a function that returns early, nothing
 *   is known of its results.
 *
 * @module
 */
import { type Affine, isSpaced, known, plus, same, single, times, type Unknown } from "./affine.ts";
import { ACCESSES, CODE, type Code, COMPUTES, type Instruction, refuse } from "./decode.ts";

/** What is known of a value on the stack or in a local. */
export type Value = Affine | undefined;

/** What stands around a function. */
export interface Surroundings {
  /** A new unknown, from 0 to `high`. */
  unknown(high: number): Unknown;
  /** Least and largest value. */
  range(value: Affine): readonly [low: number, high: number];
  readonly globals: readonly Affine[];
  /** An access at `base`, to which the engine adds the instruction's offset without overflow. Returns what is loaded. */
  access(instruction: Instruction, base: Affine, stored: Value): Value;
  /** How many numbers a function takes, and what it gives. */
  parameters(index: number): number;
  call(index: number, given: readonly Value[], at: number): readonly Value[];
}

/** Beyond it, a comparison does not say what it says of whole numbers. */
const LIMIT = 2 ** 31;

/** Goes through a function. Returns its results. */
export function walk({ body, locals, results }: Code, given: readonly Value[], around: Surroundings): readonly Value[] {
  const walker = new Walker(body, [...given, ...Array.from({ length: locals }, () => known(0))], around);
  walker.run(0, body.length - 1);
  return results.map(() => walker.returned ? undefined : walker.pop());
}

/** A loop that counts `local` up: while it is less than `to`; of one that runs once at least, that is a constant. */
interface Counted {
  readonly local: number;
  readonly step: number;
  readonly to: number;
  readonly once: boolean;
  /** The body, without what counts. */
  readonly from: number;
  readonly until: number;
}

class Walker {
  readonly body: readonly Instruction[];
  readonly around: Surroundings;
  readonly stack: Value[] = [];
  locals: Value[];
  /** Whether it returns before its end. */
  returned = false;

  constructor(body: readonly Instruction[], locals: Value[], around: Surroundings) {
    this.body = body;
    this.locals = locals;
    this.around = around;
  }

  pop(): Value {
    return this.stack.length > 0 ? this.stack.pop() : refuse("it takes what is not there");
  }

  /** Goes through instructions up to one. Returns whether what comes behind them is never reached. */
  run(from: number, to: number): boolean {
    for (let i = from; i < to; i++) {
      const instruction = this.body[i], { code, end } = instruction, height = this.stack.length;
      if (code === CODE.return) {
        this.returned = true;
        return i + 1 === to || refuse("it goes on behind a return", instruction.at);
      }
      if (end === undefined) {
        this.#compute(instruction);
        continue;
      }
      const returns = code === CODE.block ? this.run(i + 1, end) : code === CODE.if ? this.#if(i) : this.#loop(i);
      if (returns) return end + 1 === to || refuse("it goes on behind a return", instruction.at);
      // no block has a result
      this.stack.length = code === CODE.if ? height - 1 : height;
      i = end;
    }
    return false;
  }

  #compute(instruction: Instruction): void {
    const { code, value, at } = instruction, { stack, around } = this;
    if (code === CODE.getLocal) stack.push(this.locals[value]);
    else if (code === CODE.setLocal) this.locals[value] = this.pop();
    else if (code === CODE.teeLocal) this.locals[value] = stack.at(-1);
    else if (code === CODE.constant) stack.push(known(value));
    else if (code === CODE.getGlobal) stack.push(around.globals[value]);
    else if (code === CODE.drop) this.pop();
    else if (code === CODE.select) {
      const [, b, a] = [this.pop(), this.pop(), this.pop()];
      stack.push(sameValue(a, b) ? a : undefined);
    } else if (code === CODE.call) {
      const given = Array.from({ length: around.parameters(value) }, () => this.pop()).reverse();
      stack.push(...around.call(value, given, at));
    } else if (ACCESSES.has(code)) {
      const { stores } = ACCESSES.get(code)!, stored = stores ? this.pop() : undefined;
      const base = this.pop() ?? refuse("an address cannot be bounded", at);
      const loaded = around.access(instruction, base, stored);
      if (!stores) stack.push(loaded);
    } else {
      const { takes } = COMPUTES.get(code) ?? refuse("a jump that is of no loop which counts", at);
      const operands = Array.from({ length: takes }, () => this.pop()).reverse();
      stack.push(operands.length === 2 ? this.#computed(code, operands[0], operands[1]) : undefined);
    }
  }

  #computed(code: number, a: Value, b: Value): Value {
    if (!a || !b) return undefined;
    if (code === CODE.add) return exact(plus(a, b));
    if (code === CODE.sub) return exact(plus(a, b, -1));
    if (code === CODE.mul) {
      return b.terms.length === 0
        ? exact(times(a, b.constant))
        : a.terms.length === 0 && exact(times(b, a.constant)) || undefined;
    }
    if (b.terms.length > 0 || b.constant < 0 || b.constant > 31) return undefined;
    const by = 2 ** b.constant;
    if (code === CODE.shl) return exact(times(a, by));
    if (code !== CODE.shrU || a.constant % by !== 0 || !isSpaced(a, by)) return undefined;
    const [low, high] = this.around.range(a);
    return low < 0 || high >= 2 * LIMIT ? undefined : times(a, 1 / by);
  }

  /** Returns whether what comes behind it is never reached. */
  #if(i: number): boolean {
    const { else: other, end } = this.body[i], height = this.stack.length - 1;
    this.pop();
    const before = [...this.locals];
    const thenReturns = this.run(i + 1, other ?? end!), then = this.locals;
    this.stack.length = height;
    this.locals = before;
    const otherReturns = other !== undefined && this.run(other + 1, end!);
    if (otherReturns) this.locals = then;
    else if (!thenReturns) this.locals = this.locals.map((value, n) => sameValue(value, then[n]) ? value : undefined);
    return thenReturns && otherReturns;
  }

  #loop(i: number): false {
    const { body: { [i]: { at, end } }, locals } = this,
      { local, step, to, once, from, until } = this.#counted(i, end!);
    const sets = new Map<number, number>();
    for (const { code, value } of this.body.slice(i, end)) {
      if (code === CODE.setLocal || code === CODE.teeLocal) sets.set(value, (sets.get(value) ?? 0) + 1);
    }
    const begin = locals[local], limit = once ? known(to) : locals[to];
    if (sets.get(local) !== 1 || !once && sets.has(to)) refuse("a loop sets what it counts by", at);
    if (!begin || !limit) return refuse("a loop begins or ends anywhere", at);
    const counter = this.#counter(begin, limit, step, once, at);
    for (const set of sets.keys()) locals[set] = undefined;
    if (counter) {
      locals[local] = counter;
      if (this.run(from, until)) refuse("a loop returns", at);
    }
    for (const set of sets.keys()) this.locals[set] = undefined;
    return false;
  }

  /** All values of a loop's variable inside of it; undefined if it never runs. */
  #counter(from: Affine, to: Affine, step: number, once: boolean, at: number): Affine | undefined {
    const { range } = this.around, [least, last] = range(from), [least_, most] = range(to);
    if (Math.min(least, least_) < -LIMIT || Math.max(last, most) + step >= LIMIT) {
      refuse("a loop counts further than 32 bits", at);
    }
    const distance = plus(to, from, -1), fixed = distance.terms.length === 0;
    if (!fixed && (once || !isSpaced(from, step))) refuse("a loop's steps cannot be counted", at);
    const passes = Math.max(once ? 1 : 0, Math.ceil((fixed ? distance.constant : most - least) / step));
    const steps = () => times(single(this.around.unknown(passes - 1)), step);
    return passes === 0 ? undefined : plus(fixed ? from : known(least), steps());
  }

  /** What a loop says of itself. */
  #counted(i: number, end: number): Counted {
    const { body } = this, { getLocal, constant, add, setLocal, lessThan, branchIf, br } = CODE;
    const is = (at: number, ...codes: number[]) => codes.every((code, n) => body[at + n]?.code === code);
    const counts = (at: number) =>
      is(at, getLocal, constant, add, setLocal) && body[at].value === body[at + 3].value && body[at + 1].value > 0;
    const tail = end - 8, behind = end - 6, head = body[i + 4];
    if (
      tail > i && counts(tail) && is(tail + 4, getLocal, constant, lessThan, branchIf) &&
      body[tail + 4].value === body[tail].value && body[tail + 7].value === 0
    ) {
      const [{ value: local }, { value: step }] = body.slice(tail), { value: to } = body[tail + 5];
      return { local, step, to, once: true, from: i + 1, until: tail };
    }
    if (
      is(i + 1, getLocal, getLocal, lessThan, CODE.if) && head.end === end - 1 && head.else === undefined &&
      behind > i + 4 && counts(behind) && is(behind + 4, br) && body[behind + 4].value === 1 &&
      body[behind].value === body[i + 1].value
    ) {
      const [{ value: local }, { value: step }] = body.slice(behind), { value: to } = body[i + 2];
      return { local, step, to, once: false, from: i + 5, until: behind };
    }
    return refuse("a loop does not count", body[i].at);
  }
}

const sameValue = (a: Value, b: Value) => a === b || a !== undefined && b !== undefined && same(a, b);

/** A value, if numbers of this language hold it. */
const exact = (value: Affine): Value =>
  Number.isSafeInteger(value.constant) && value.terms.every(([, factor]) => Number.isSafeInteger(factor))
    ? value
    : undefined;
