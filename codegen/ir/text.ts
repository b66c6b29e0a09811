/**
 * Kernels and loop nests as text for people: `deno task show --stage kernel|nest`, headers, plans.
 *
 * @module
 */
import { countUses, expressions, exprKey } from "./expr.ts";
import {
  type Affine,
  type Assignment,
  type Expr,
  type Index,
  isVector,
  type Kernel,
  type LoopNest,
  type Offset,
  type Op,
  type Operation,
  OPS,
  type Reduce,
  type Statement,
  type Value,
} from "./ir.ts";

/** How an operation is written, given its operands. `level`: 1 sums, 2 products, 3 atoms. */
const INFIX: Partial<Record<Op, readonly [string, number]>> = {
  add: ["+", 1],
  sub: ["-", 1],
  mul: ["*", 2],
  div: ["/", 2],
  lt: ["<", 0],
  le: ["<=", 0],
  eq: ["=", 0],
  uxor: ["xor", 0],
  umul: ["*", 2],
  ushr: [">>", 0],
};

interface Text {
  readonly text: string;
  readonly level: number;
}

function operation(op: Op, operands: readonly Text[]): Text {
  const infix = INFIX[op];
  if (infix) {
    const [sign, level] = infix;
    // the right side of - and / needs parentheses at its own level
    const wrap = ({ text, level: inner }: Text, right: boolean) =>
      inner < level || (right && inner === level && level !== 0) || level === 0 && inner === 0 ? `(${text})` : text;
    return { text: `${wrap(operands[0], false)} ${sign} ${wrap(operands[1], op !== "add" && op !== "mul")}`, level };
  }
  if (op === "float" || op === "ufloat" || op === "unsigned") return operands[0];
  if (op === "neg") return { text: `-${operands[0].level < 2 ? `(${operands[0].text})` : operands[0].text}`, level: 2 };
  const [a, b, c] = operands.map(({ text }) => text);
  if (op === "select" || op === "pick") return { text: `if ${a} then ${b} else ${c}`, level: -1 };
  return { text: `${op}(${operands.map(({ text }) => text).join(", ")})`, level: 3 };
}

const number = (value: number) => String(Number(value.toPrecision(7)));

/** `2 h + r - 2`. */
function affineText({ constant, terms }: Affine): string {
  return sum(constant, terms.map(({ axis, coefficient }) => [axis.name, coefficient]));
}

function sum(constant: number, terms: readonly (readonly [string, number])[]): string {
  const words = terms.map(([name, c]) => ({
    text: Math.abs(c) === 1 ? name : `${Math.abs(c)}${name}`,
    negative: c < 0,
  }));
  if (constant !== 0 || words.length === 0) words.push({ text: String(Math.abs(constant)), negative: constant < 0 });
  if (words.some(({ negative }) => negative)) words.sort((a, b) => Number(a.negative) - Number(b.negative));
  return words.map(({ text, negative }, i) =>
    i === 0 ? `${negative ? "-" : ""}${text}` : `${negative ? "-" : "+"}${text}`
  ).join("");
}

function indexText(index: Index): string {
  return index.kind === "load" ? exprText(index) : affineText(index);
}

/** An expression in index notation. */
function exprText(expr: Expr): string {
  return render(expr, new Map()).text;
}

/** Longest text of an expression. What is written out doubles with each layer that reads its input twice, and so may its text. */
const LONGEST = 100_000;

/** Of expressions in which nothing stands by its name. */
const rendered = new WeakMap<Expr, Text>();

/** `names`: what stands by its name, by the keys of expressions. */
function render(expr: Expr, names: ReadonlyMap<string, string>): Text {
  const name = names.size > 0 ? names.get(exprKey(expr)) : undefined;
  if (name !== undefined) return { text: name, level: 3 };
  // in an index nothing has a name
  if (names.size > 0 && expr.kind !== "load") return renderWhole(expr, names);
  const text = rendered.get(expr) ?? renderWhole(expr, names);
  rendered.set(expr, text);
  return text;
}

function renderWhole(expr: Expr, names: ReadonlyMap<string, string>): Text {
  switch (expr.kind) {
    case "constant":
      return { text: constantText(expr), level: 3 };
    case "position": {
      const text = affineText(expr.index);
      return { text, level: /[+-]/.test(text) ? 1 : 3 };
    }
    case "load":
      return { text: `${expr.tensor}[${expr.index.map(indexText).join(",")}]`, level: 3 };
    case "param":
      return { text: expr.name, level: 3 };
    case "op":
      return short(expr, operation(expr.op, expr.operands.map((operand) => render(operand, names))));
    case "reduce": {
      const axes = expr.axes.map(({ name }) => name).join(",");
      return { text: `${expr.reduction} over ${axes} of ${render(expr.body, names).text}`, level: 0.5 };
    }
  }
}

/** A text, or what else tells the expression from others. */
function short(expr: Expr, whole: Text): Text {
  return whole.text.length <= LONGEST ? whole : { text: `{${exprKey(expr)}}`, level: 3 };
}

/** `y[n,o] = b[o] + sum over i of x[n,i] * w[o,i]`. */
export function assignmentText(
  { tensor, index, value }: Assignment,
  names: ReadonlyMap<string, string> = new Map(),
): string {
  return `${tensor}[${index.map(affineText).join(",")}] = ${render(value, names).text}`;
}

/**
 * The formulas of a kernel: first what has a name of its own or is used more than once, then the assignments in terms of
 * these. The names are those that generated code uses, so that nothing is said twice.
 */
export function formulas({ parts, tensors }: Kernel): string[] {
  const known = new Map<string, string>(), taken = Object.keys(tensors);
  return [...new Set(parts.flatMap(({ assignments }) => partFormulas(assignments, taken, known)))];
}

/** The formulas of a part. `known`: names of earlier parts by key; what these have named is not said again. */
function partFormulas(
  assignments: readonly Assignment[],
  taken: readonly string[],
  known: Map<string, string>,
): string[] {
  const values = assignments.map(({ value }) => value), uses = countUses(values);
  const names = new Map<string, string>(), used = new Set(taken), lines: string[] = [];
  for (const expr of expressions(...values)) {
    const key = exprKey(expr), before = known.get(key);
    if (names.has(key) || (expr.kind !== "op" && expr.kind !== "reduce")) continue;
    if (before === undefined && expr.name === undefined && (uses.get(key) ?? 0) < 2) continue;
    const name = before ?? free(expr.name ?? usualName(expr), used);
    if (before === undefined) lines.push(`${name} = ${renderWhole(expr, names).text}`);
    names.set(key, name);
    used.add(name);
    known.set(key, name);
  }
  return [...lines, ...assignments.map((assignment) => assignmentText(assignment, names))];
}

/** What generated code calls a value that has no name. */
function usualName(expr: Operation | Reduce): string {
  if (expr.kind === "op") return OPS[expr.op].result === "bool" ? "test" : "t";
  return { argmax: "place", max: "best", sum: "sum" }[expr.reduction];
}

/** A name that is not taken. */
function free(wish: string, taken: ReadonlySet<string>): string {
  let name = wish;
  for (let i = 2; taken.has(name); i++) name = `${wish}_${i}`;
  return name;
}

/** A kernel: per part its axes and assignments. */
export function kernelText({ name, parts, tensors }: Kernel): string {
  const lines = [`kernel ${name}`];
  for (const [symbol, { dtype, shape, halo }] of Object.entries(tensors)) {
    const padding = halo.some(([a, b]) => a + b > 0) ? `, halo ${halo.map(([a, b]) => `${a}+${b}`).join(" ")}` : "";
    lines.push(
      `  ${symbol}: ${dtype}[${shape.map((extent) => extent === Infinity ? "rows" : extent).join(", ")}]${padding}`,
    );
  }
  for (const { axes, assignments } of parts) {
    lines.push(`  for ${axes.map(({ name, extent }) => `${name} < ${extent}`).join(", ") || "one point"}`);
    for (const assignment of assignments) lines.push(`    ${assignmentText(assignment)}`);
  }
  return lines.join("\n");
}

const offsetText = ({ constant, terms }: Offset) =>
  sum(constant, terms.map(({ variable, coefficient }) => [variable, coefficient]));

/** Integers whole: every digit counts in a hash. */
function constantText({ value, type }: Extract<Value, { kind: "constant" }>): string {
  return type === "f32" ? number(value) : String(value);
}

function valueText(value: Value): Text {
  switch (value.kind) {
    case "constant":
      return { text: constantText(value), level: 3 };
    case "local":
      return { text: value.name, level: 3 };
    case "offset":
      return { text: offsetText(value.offset), level: 1 };
    case "ramp":
      return {
        text: `lanes(${offsetText(value.offset)}${value.step === 1 ? "" : `, step ${value.step}`}...)`,
        level: 3,
      };
    case "splat":
      return { text: `all(${valueText(value.value).text})`, level: 3 };
    case "total":
      return { text: `total(${valueText(value.value).text})`, level: 3 };
    case "element":
    case "staged": {
      const at = offsetText(value.offset), name = value.kind === "element" ? value.tensor : value.name;
      return { text: `${name}[${isVector(value.type) ? `${at}...` : at}]`, level: 3 };
    }
    case "apply":
      return operation(value.op, value.operands.map(valueText));
  }
}

/** A loop nest: one line per statement. */
export function nestText(nest: LoopNest): string {
  const lines = [`nest ${nest.name}`];
  const write = (body: readonly Statement[], indent: string) => {
    for (const s of body) {
      if (s.kind === "loop") {
        lines.push(`${indent}${s.parallel ? "parallel " : ""}for ${s.variable} = ${s.from} to ${s.to} step ${s.step}`);
        write(s.body, `${indent}  `);
      } else if (s.kind === "grid") {
        const ranges = (loops: typeof s.loops, none: string) =>
          loops.map(({ variable, to, step }) => `${variable} = 0 to ${to} step ${step}`).join(", ") || none;
        const members = s.members?.map(({ variable, to }) => `${variable} = 0 to ${to}`);
        lines.push(
          `${indent}grid from invocation ${s.first}: ${ranges(s.loops, s.places ? "one workgroup" : "one point")}${
            s.places ? `, in each ${ranges(s.places, "one point")}` : ""
          }${members ? `, each by members ${members.join(", ")}` : ""}`,
        );
        write(s.body, `${indent}  `);
      } else if (s.kind === "combine") {
        lines.push(`${indent}combine ${s.sums.map(({ name }) => name).join(", ")}`);
      } else if (s.kind === "stage") {
        const box = s.box.map(({ extent, stride }) => `${extent} by ${stride}`).join(", ");
        lines.push(`${indent}stage ${s.type} ${s.name} = ${s.tensor}[${offsetText(s.offset)}...]: ${box || "1"}`);
      } else if (s.kind === "block") {
        lines.push(`${indent}${s.last ? "last" : "block"}`);
        write(s.body, `${indent}  `);
      } else if (s.kind === "store") {
        lines.push(`${indent}${s.tensor}[${offsetText(s.offset)}] = ${valueText(s.value).text}`);
      } else if (s.kind === "comment") {
        lines.push(`${indent}; ${s.text}`);
      } else {
        lines.push(`${indent}${s.kind === "set" ? "" : `${s.kind} ${s.type} `}${s.name} = ${valueText(s.value).text}`);
      }
    }
  };
  write(nest.body, "  ");
  return lines.join("\n");
}
