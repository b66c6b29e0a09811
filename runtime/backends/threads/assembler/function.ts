/**
 * The body of a function: folded expressions, each its operands first and then itself.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { type Instruction, INSTRUCTIONS } from "./instructions.ts";
import type { Reader } from "./reader.ts";

/** Numbers by name. */
export type Numbers = ReadonlyMap<string, number>;

/** What expressions name. */
export interface Names {
  readonly locals: Numbers;
  readonly globals: Numbers;
  readonly functions: Numbers;
}

/** Codes of a block's parts, and the type of one without a value. */
const ELSE = 0x05, END = 0x0b, NOTHING = 0x40;

/** A number as text: decimal, or hexadecimal with a power of two, or infinite, or none. */
function numberOf(word: string, reader: Reader): number {
  if (word === "nan") return NaN;
  const [, sign, digits, power] = /^(-?)(inf|0x[\da-f]+|[\d.e+-]+)(?:p(-?\d+))?$/.exec(word) ?? [];
  const value = digits === undefined ? NaN : digits === "inf" ? Infinity : Number(digits);
  if (Number.isNaN(value)) throw reader.fault(`${word} is no number`);
  return (sign === "-" ? -value : value) * 2 ** Number(power ?? 0);
}

/** Writes expressions. */
export class Expressions {
  readonly #reader: Reader;
  readonly #out: Bytes;
  readonly #names: Names;
  /** Of the blocks around, the innermost last. */
  readonly #labels: string[] = [];

  constructor(reader: Reader, out: Bytes, names: Names) {
    this.#reader = reader;
    this.#out = out;
    this.#names = names;
  }

  /** An instruction of a name that was read already, with its parenthesis before it. */
  instruction(name: string): void {
    const known = INSTRUCTIONS.get(name);
    if (!known) throw this.#reader.fault(`unknown instruction ${name}`);
    switch (known.takes) {
      case "block":
        return this.#block(known);
      case "if":
        return this.#if(known);
      case "none":
        this.#operands();
        return this.#out.all(known.code);
      case "local":
        return this.#named(known, this.#names.locals);
      case "global":
        return this.#named(known, this.#names.globals);
      case "function":
        return this.#named(known, this.#names.functions);
      case "label":
        return this.#jump(known);
      case "lane":
        return this.#lane(known);
      case "memory":
        return this.#access(known);
      default:
        return this.#constant(known);
    }
  }

  /** All instructions up to the parenthesis that closes what is around them. */
  #operands(): void {
    while (!this.#reader.closes()) this.instruction(this.#reader.open());
  }

  #named({ code }: Instruction, names: Numbers): void {
    const name = this.#reader.word(), number = names.get(name);
    if (number === undefined) throw this.#reader.fault(`unknown name ${name}`);
    this.#operands();
    this.#out.all(code);
    this.#out.unsigned(number);
  }

  #jump({ code }: Instruction): void {
    const name = this.#reader.word(), at = this.#labels.lastIndexOf(name);
    if (at < 0) throw this.#reader.fault(`unknown label ${name}`);
    this.#operands();
    this.#out.all(code);
    this.#out.unsigned(this.#labels.length - 1 - at);
  }

  #lane({ code }: Instruction): void {
    const lane = numberOf(this.#reader.word(), this.#reader);
    this.#operands();
    this.#out.all(code);
    this.#out.byte(lane);
  }

  #access({ code, align = 0 }: Instruction): void {
    const reader = this.#reader;
    let offset = 0;
    if (reader.begins("o")) {
      const word = reader.word();
      if (!word.startsWith("offset=")) throw reader.fault(`expected an offset, not ${word}`);
      offset = numberOf(word.substring("offset=".length), reader);
    }
    this.#operands();
    this.#out.all(code);
    this.#out.byte(align);
    this.#out.unsigned(offset);
  }

  #constant({ code, takes }: Instruction): void {
    const reader = this.#reader, out = this.#out;
    const shape = takes === "v128" ? reader.word() : takes;
    if (shape !== "f32" && shape !== "i32" && shape !== "f32x4" && shape !== "i32x4") {
      throw reader.fault(`unknown kind of constants ${shape}`);
    }
    out.all(code);
    for (let i = 0; i < (takes === "v128" ? 4 : 1); i++) {
      const value = numberOf(reader.word(), reader);
      if (shape.startsWith("f32")) out.f32(value);
      else if (takes === "v128") out.i32(value);
      else out.signed(value);
    }
    reader.close();
  }

  #block({ code }: Instruction): void {
    this.#labels.push(this.#reader.begins("$") ? this.#reader.word() : "");
    this.#out.all(code);
    this.#out.byte(NOTHING);
    this.#operands();
    this.#labels.pop();
    this.#out.byte(END);
  }

  #if({ code }: Instruction): void {
    const reader = this.#reader, out = this.#out;
    let word = reader.open();
    for (; word !== "then"; word = reader.open()) this.instruction(word);
    this.#labels.push("");
    out.all(code);
    out.byte(NOTHING);
    this.#operands();
    if (!reader.closes()) {
      if (reader.open() !== "else") throw reader.fault("expected else");
      out.byte(ELSE);
      this.#operands();
      reader.close();
    }
    this.#labels.pop();
    out.byte(END);
  }
}
