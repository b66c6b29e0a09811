/**
 * WebAssembly text to a binary: of the format no more than this compiler prints, so that it takes little time.
 *
 * Expressions are folded, and what they name stands before them. Anything else is refused.
 *
 * @module
 */
import { Bytes } from "./bytes.ts";
import { Expressions } from "./function.ts";
import { Reader } from "./reader.ts";

/** Codes of types. */
const TYPES: ReadonlyMap<string, number> = new Map([["i32", 0x7f], ["i64", 0x7e], ["f32", 0x7d], ["v128", 0x7b]]);
const FUNCTION_TYPE = 0x60;
/** Kinds of imports and exports. */
const FUNCTION = 0, MEMORY = 2, GLOBAL = 3;
/** Magic number and version. */
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const END = 0x0b;

/** The entries of a section. */
class Entries {
  readonly bytes: Bytes = new Bytes();
  #count = 0;

  /** To write one more. */
  next(): Bytes {
    this.#count++;
    return this.bytes;
  }

  /** The section of a number, where it has entries. */
  appendTo(out: Bytes, number: number): void {
    if (this.#count === 0) return;
    const count = new Bytes();
    count.unsigned(this.#count);
    out.byte(number);
    out.unsigned(count.length + this.bytes.length);
    out.all(count);
    out.all(this.bytes);
  }
}

/** A module on its way. */
class Module {
  readonly #reader: Reader;
  readonly #sections = {
    types: new Entries(),
    imports: new Entries(),
    functions: new Entries(),
    memories: new Entries(),
    exports: new Entries(),
    code: new Entries(),
  };
  readonly #types = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #globals = new Map<string, number>();
  /** Of the body that is being written. */
  readonly #body = new Bytes();
  #functionCount = 0;

  constructor(text: string) {
    this.#reader = new Reader(text);
  }

  /** The whole module. */
  binary(): Uint8Array<ArrayBuffer> {
    const reader = this.#reader;
    if (reader.open() !== "module") throw reader.fault("expected a module");
    while (!reader.closes()) this.#field(reader.open());
    const { types, imports, functions, memories, exports, code } = this.#sections, out = new Bytes();
    out.all(MAGIC);
    for (const [number, entries] of Object.entries({ 1: types, 2: imports, 3: functions, 5: memories, 7: exports })) {
      entries.appendTo(out, Number(number));
    }
    code.appendTo(out, 10);
    return out.written;
  }

  #field(word: string): void {
    if (word === "import") this.#import();
    else if (word === "memory") this.#memory();
    else if (word === "export") this.#export();
    else if (word === "func") this.#function();
    else throw this.#reader.fault(`unknown field ${word}`);
  }

  #import(): void {
    const reader = this.#reader, out = this.#sections.imports.next();
    out.text(reader.quoted());
    out.text(reader.quoted());
    const kind = reader.open();
    if (kind === "func") {
      this.#named(this.#functions, this.#functionCount++);
      out.byte(FUNCTION);
      out.unsigned(this.#typeOf([], []));
    } else if (kind === "global") {
      this.#named(this.#globals, this.#globals.size);
      out.byte(GLOBAL);
      out.byte(this.#type());
      out.byte(0);
    } else if (kind === "memory") {
      out.byte(MEMORY);
      this.#limits(out);
    } else throw reader.fault(`unknown import ${kind}`);
    reader.close();
    reader.close();
  }

  #memory(): void {
    const reader = this.#reader;
    if (reader.opens()) {
      if (reader.word() !== "export") throw reader.fault("expected export");
      this.#exported(reader.quoted(), MEMORY, 0);
      reader.close();
    }
    this.#limits(this.#sections.memories.next());
    reader.close();
  }

  /** Pages of a memory: the least, the most, and whether threads share it. */
  #limits(out: Bytes): void {
    const reader = this.#reader, pages: number[] = [];
    while (!reader.begins(")") && !reader.begins("s")) pages.push(Number(reader.word()));
    const shared = reader.begins("s") && reader.word() === "shared";
    out.byte((pages.length - 1) + (shared ? 2 : 0));
    for (const count of pages) out.unsigned(count);
  }

  #export(): void {
    const reader = this.#reader, name = reader.quoted();
    if (reader.open() !== "func") throw reader.fault("expected func");
    const func = reader.word(), number = this.#functions.get(func);
    if (number === undefined) throw reader.fault(`unknown name ${func}`);
    this.#exported(name, FUNCTION, number);
    reader.close();
    reader.close();
  }

  #exported(name: string, kind: number, number: number): void {
    const out = this.#sections.exports.next();
    out.text(name);
    out.byte(kind);
    out.unsigned(number);
  }

  #function(): void {
    const reader = this.#reader, number = this.#functionCount++, body = this.#body;
    if (reader.begins("$")) this.#named(this.#functions, number);
    const locals = new Map<string, number>(), params: number[] = [], results: number[] = [], own: number[] = [];
    body.clear();
    const names = { locals, globals: this.#globals, functions: this.#functions };
    const expressions = new Expressions(reader, body, names);
    while (!reader.closes()) {
      const word = reader.open();
      if (word === "export") {
        this.#exported(reader.quoted(), FUNCTION, number);
        reader.close();
      } else if (word === "result") results.push(this.#last());
      else if (word === "param" || word === "local") {
        this.#named(locals, locals.size);
        (word === "param" ? params : own).push(this.#last());
      } else expressions.instruction(word);
    }
    body.byte(END);
    this.#sections.functions.next().unsigned(this.#typeOf(params, results));
    const declared = declarations(own), code = this.#sections.code.next();
    code.unsigned(declared.length + body.length);
    code.all(declared);
    code.all(body);
  }

  /** A type, and the end of what has it. */
  #last(): number {
    const type = this.#type();
    this.#reader.close();
    return type;
  }

  #type(): number {
    const word = this.#reader.word(), code = TYPES.get(word);
    if (code === undefined) throw this.#reader.fault(`unknown type ${word}`);
    return code;
  }

  /** The next word is the name of a number. */
  #named(names: Map<string, number>, number: number): void {
    const name = this.#reader.word();
    if (!name.startsWith("$")) throw this.#reader.fault(`${name} is no name`);
    if (names.has(name)) throw this.#reader.fault(`${name} is there twice`);
    names.set(name, number);
  }

  /** The number of a function's type; equal types are one. */
  #typeOf(params: readonly number[], results: readonly number[]): number {
    const key = `${params.join()} ${results.join()}`, known = this.#types.get(key);
    if (known !== undefined) return known;
    const out = this.#sections.types.next();
    out.byte(FUNCTION_TYPE);
    for (const types of [params, results]) {
      out.unsigned(types.length);
      out.all(types);
    }
    this.#types.set(key, this.#types.size);
    return this.#types.size - 1;
  }
}

/** Locals of a function, neighbours of one type together. */
function declarations(types: readonly number[]): Bytes {
  const runs: [type: number, count: number][] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.[0] === type) last[1]++;
    else runs.push([type, 1]);
  }
  const out = new Bytes();
  out.unsigned(runs.length);
  for (const [type, count] of runs) {
    out.unsigned(count);
    out.byte(type);
  }
  return out;
}

/**
 * WebAssembly text to a binary.
 *
 * @throws {SyntaxError} when the text has what is not read here, with its line.
 */
export function binaryOf(text: string): Uint8Array<ArrayBuffer> {
  return new Module(text).binary();
}
