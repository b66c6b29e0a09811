/**
 * A target that prints C, for one thread: a sketch, which shows what a target is. One file, with nothing else told of it.
 *
 * @module
 */
import type { LoopNest, Offset, Op, TensorType, Type } from "../codegen/ir/ir.ts";
import type { Plan } from "../codegen/plan/plan.ts";
import { Writer } from "../codegen/print/writer.ts";
import { groupsOf } from "../codegen/targets/read_back.ts";
import type { Group, Piece, Syntax, Target } from "../codegen/targets/target.ts";

const ELEMENT: Readonly<Record<TensorType["dtype"], string>> = {
  f32: "float",
  i32: "int",
  u32: "unsigned",
  u8: "unsigned char",
};
const LOCAL: Partial<Record<Type, string>> = { f32: "float", i32: "int", u32: "unsigned", bool: "int" };

// everything in parentheses: compilers do not mind
const piece = (text: string): Piece => ({ text, level: 0 });
const infix = (sign: string) => (a: Piece, b: Piece) => piece(`(${a.text} ${sign} ${b.text})`);
const call = (name: string) => (...operands: Piece[]) =>
  piece(`${name}(${operands.map(({ text }) => text).join(", ")})`);
const choice = (condition: Piece, a: Piece, b: Piece) => piece(`(${condition.text} ? ${a.text} : ${b.text})`);

const OPERATIONS: Readonly<Record<Op, (...operands: Piece[]) => Piece>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  fma: call("fmaf"),
  // NaN where either is
  max: (a, b) => piece(`(${a.text} > ${b.text} || ${a.text} != ${a.text} ? ${a.text} : ${b.text})`),
  abs: call("fabsf"),
  neg: call("-"),
  sqrt: call("sqrtf"),
  exp: call("expf"),
  log: call("logf"),
  tanh: call("tanhf"),
  nearest: call("nearbyintf"),
  pow2: call("exp2f"),
  lt: infix("<"),
  le: infix("<="),
  eq: infix("=="),
  select: choice,
  pick: choice,
  float: call("(float)"),
  ufloat: call("(float)"),
  unsigned: call("(unsigned)"),
  umul: infix("*"),
  uxor: infix("^"),
  ushr: infix(">>"),
};

const number = (value: number) => Number.isInteger(value) ? `${value}.0f` : `${value}f`;
const offsetText = ({ constant, terms }: Offset) =>
  [...terms.map(({ variable, coefficient }) => `${variable} * ${coefficient}`), constant].join(" + ");
const set = (name: string, _type: Type, { text }: Piece) => `${name} = ${text};`;

function syntax({ name, tensors }: LoopNest): Syntax {
  const symbols = Object.entries(tensors).map(([symbol, { dtype }]) => `${ELEMENT[dtype]} *${symbol}`);
  return {
    constant: (value, type) => piece(value === -Infinity ? "-INFINITY" : type === "f32" ? number(value) : `${value}`),
    local: (name) => piece(name),
    offset: (offset) => piece(`(${offsetText(offset)})`),
    element: (tensor, offset) => piece(`${tensor}[${offsetText(offset)}]`),
    operations: OPERATIONS,
    loop: (i, from, to, step) => [`for (int ${i} = ${from}; ${i} < ${to}; ${i} += ${step}) {`, "}"],
    block: () => ["{", "}"],
    let: (name, type, { text }) => `const ${LOCAL[type]} ${name} = ${text};`,
    variable: (name, type, { text }) => `${LOCAL[type]} ${name} = ${text};`,
    set,
    accumulate: (name, _type, { text }) => `${name} += ${text};`,
    store: (tensor, offset, _type, { text }) => `${tensor}[${offsetText(offset)}] = ${text};`,
    comment: (text) => `// ${text}`,
    kernel: () => [`static void ${name}(${[...symbols, "int step"].join(", ")}) {`, "}"],
  };
}

/** C for one thread. The tensors whose rows the run supplies are the pointers of its `rows`, in the order of the plan. */
export const c: Target = {
  name: "c",
  syntax,
  entry: "net.c",
  fma: false,
  numbers: "f32",
  epsilon: { sum: 2 ** -23, store: 2 ** -20 },
  commentMark: "//",
  layout: "row_major",
  backend: "gcc",
  mustHoist: false,
  wholeAddresses: false,
  candidates: () => [{}],
  files: (plan, _kernels, texts) => ({ "net.c": program(plan, [...texts.values()]) }),
  groups: ({ "net.c": text }) => ({ train: groups(text, "train"), evaluate: groups(text, "evaluate") }),
};

const identifier = (tensor: string) => `${tensor.replaceAll(".", "_")}_`;

function program(plan: Plan, kernels: readonly string[]): string {
  const writer = new Writer(), rows = Object.values(plan.tensors).filter(({ role }) => role === "run");
  writer.line("#include <math.h>");
  for (const text of kernels) text.split("\n").forEach((line) => writer.line(line));
  for (const step of ["train", "evaluate"] as const) {
    writer.block(`void ${step}(char *memory, char **rows, int step) {`, () => {
      for (const { name, dtype, role, offset } of Object.values(plan.tensors)) {
        const place = role === "run" ? `rows[${rows.findIndex((own) => own.name === name)}]` : `memory + ${offset}`;
        writer.line(`${ELEMENT[dtype]} *const ${identifier(name)} = (${ELEMENT[dtype]} *) (${place});`);
      }
      for (const { kernel: { name, tensors }, bindings } of plan[step].kernels) {
        const given = Object.keys(tensors).map((symbol) => identifier(bindings[symbol]));
        writer.line(`${name}(${given.join(", ")}, step);`);
      }
    }, "}");
  }
  return writer.toString();
}

/** Each kernel by itself, as the proof wants to read it: the next begins when it has ended. */
function groups(text: string, step: string): Group[] {
  const call = /^()(\w+)\((.*), step\);$/, lines = { begin: `void ${step}(`, end: "}", call };
  const pointers = text.matchAll(/\*const (\w+) = \(.*\*\) \((?:memory \+ (\d+)|rows\[(\d+)\])\);$/gm);
  const storages = new Map(
    [...pointers].map(([, name, at, row]) => [name, at === undefined ? `row ${row}` : Number(at)]),
  );
  return groupsOf(text, lines, storages).flatMap(({ kernels }) => [
    ...kernels.map((name) => ({ kernels: [name] })),
    { kernels: [] },
  ]);
}
