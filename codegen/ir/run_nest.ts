/**
 * Loop nests of scalars as functions, in f64: what a kernel computes, sooner than the interpreter has it.
 *
 * @module
 */
import { MEANING, type Storage, type Storages } from "./interpret.ts";
import { isVector, type LoopNest, type Offset, type Statement, typeOf, type Value } from "./ir.ts";

/**
 * A nest as a function that runs all of its iterations in order, as one thread would.
 *
 * @throws {TypeError} when it has vectors, or a grid.
 */
export function nestFunction(nest: LoopNest): (storages: Storages, step?: number) => void {
  const symbols = Object.keys(nest.tensors), text = nest.body.map((s) => statement(s, nest.name)).join("\n");
  const run = new Function(`[${symbols.join()}]`, "step", text) as (storages: Storage[], step: number) => void;
  return (storages, step = 0) => run(symbols.map((symbol) => storages[symbol]), step);
}

function statement(s: Statement, kernel: string): string {
  const body = (body: readonly Statement[]) => `{\n${body.map((s) => statement(s, kernel)).join("\n")}\n}`;
  switch (s.kind) {
    case "loop":
      return `for (let ${s.variable} = ${s.from}; ${s.variable} < ${s.to}; ${s.variable} += ${s.step}) ${body(s.body)}`;
    case "block":
      return body(s.body);
    case "let":
      return `const ${s.name} = ${textOf(s.value, kernel)};`;
    case "variable":
      return `let ${s.name} = ${textOf(s.value, kernel)};`;
    case "set":
      return `${s.name} = ${textOf(s.value, kernel)};`;
    case "store":
      return `${s.tensor}[${offsetText(s.offset)}] = ${textOf(s.value, kernel)};`;
    case "comment":
      return "";
    default:
      throw new TypeError(`${kernel} has a ${s.kind}`);
  }
}

function textOf(value: Value, kernel: string): string {
  if (isVector(typeOf(value))) throw new TypeError(`${kernel} has vectors`);
  switch (value.kind) {
    case "constant":
      return value.value < 0 ? `(${value.value})` : String(value.value);
    case "local":
      return value.name;
    case "offset":
      return `(${offsetText(value.offset)})`;
    case "element":
      return `${value.tensor}[${offsetText(value.offset)}]`;
    case "apply": {
      const operands = value.operands.map((operand) => textOf(operand, kernel));
      return MEANING[value.op].replace(/\b[abc]\b/g, (name) => operands["abc".indexOf(name)]);
    }
    default:
      throw new TypeError(`${kernel} has a ${value.kind}`);
  }
}

function offsetText({ constant, terms }: Offset): string {
  return [...terms.map(({ variable, coefficient }) => `${variable} * ${coefficient}`), constant].join(" + ");
}
