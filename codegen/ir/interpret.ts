/**
 * What kernels and loop nests mean: the definition that everything else is checked against.
 *
 * Arithmetic is f64; a tensor rounds what is stored in it as its array type does. A kernel is written out as the plainest
 * possible loops, every index in full and every padded access tested, and run: no tile, no hoisting, no proof is used.
 *
 * @module
 */
import { bounds } from "./affine.ts";
import {
  type Affine,
  type Axis,
  type Expr,
  isVector,
  type Kernel,
  LANES,
  type LoopNest,
  type Offset,
  type Op,
  type Statement,
  strides,
  type TensorType,
  type Value,
} from "./ir.ts";

/** Storage of a tensor, halo and all, or exact numbers in its place. */
export type Storage = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
/** Storage by symbol; `params` and `keys` are tables with a row per step. */
export type Storages = Readonly<Record<string, Storage>>;

/** What each operation means, as JavaScript. */
const MEANING: Readonly<Record<Op, string>> = {
  add: "(a + b)",
  sub: "(a - b)",
  mul: "(a * b)",
  div: "(a / b)",
  fma: "(a * b + c)",
  max: "Math.max(a, b)",
  abs: "Math.abs(a)",
  neg: "(-a)",
  sqrt: "Math.sqrt(a)",
  exp: "Math.exp(a)",
  log: "Math.log(a)",
  tanh: "Math.tanh(a)",
  lt: "(a < b)",
  le: "(a <= b)",
  eq: "(a === b)",
  select: "(a ? b : c)",
  pick: "(a ? b : c)",
  float: "a",
  ufloat: "(a >>> 0)",
  unsigned: "(a >>> 0)",
  umul: "(Math.imul(a, b) >>> 0)",
  uxor: "((a ^ b) >>> 0)",
  ushr: "(a >>> b)",
};

/** A kernel's meaning as plain loops. `sizes`: gets all extents, strides and the like, which the text then looks up. */
class PlainLoops {
  readonly #kernel: Kernel;
  readonly #sizes?: number[];
  readonly #lines: string[] = [];
  #names = 0;
  /** Axes may share a name; each gets a variable of its own. */
  readonly #variables = new Map<Axis, string>();

  constructor(kernel: Kernel, sizes?: number[]) {
    this.#kernel = kernel;
    this.#sizes = sizes;
  }

  text(): string {
    for (const { axes, assignments } of this.#kernel.parts) {
      this.#loop(axes, () => {
        const known = new Map<Expr, string>();
        // all values before any write: a point may read what it overwrites
        const values = assignments.map(({ value }) => this.#value(value, known));
        for (const [i, { tensor, index }] of assignments.entries()) {
          this.#lines.push(`${tensor}_[${this.#place(tensor, index.map((i) => this.#index(i)))}] = ${values[i]};`);
        }
      });
    }
    const known = this.#sizes?.map((_, i) => `const size_${i} = sizes_[${i}];`) ?? [];
    return [...known, ...this.#lines].join("\n");
  }

  /** A number that follows from shapes; nobody would write a product with 1 or a sum with 0. */
  #size(value: number): string {
    if (!this.#sizes || value === 0 || value === 1) return String(value);
    const known = this.#sizes.indexOf(value);
    return `size_${known < 0 ? this.#sizes.push(value) - 1 : known}`;
  }

  #loop(axes: readonly Axis[], body: () => void): void {
    for (const axis of axes) {
      const name = `${axis.name}_${this.#names++}`;
      this.#variables.set(axis, name);
      this.#lines.push(`for (let ${name} = 0; ${name} < ${this.#size(axis.extent)}; ${name}++) {`);
    }
    body();
    this.#lines.push("}".repeat(axes.length));
  }

  #index({ constant, terms }: Affine): string {
    const name = (axis: Axis) => axis.extent === Infinity ? "step_" : this.#variables.get(axis);
    const moving = terms.map(({ axis, coefficient }) => `${this.#size(coefficient)} * ${name(axis)}`);
    return `(${[this.#size(constant), ...moving].join(" + ")})`;
  }

  #place(tensor: string, indices: readonly string[]): string {
    const type = this.#kernel.tensors[tensor], stride = strides(type);
    return indices.map((i, d) => `(${i} + ${this.#size(type.halo[d][0])}) * ${this.#size(stride[d])}`).join(" + ");
  }

  #keep(value: string): string {
    const name = `t_${this.#names++}`;
    this.#lines.push(`const ${name} = ${value};`);
    return name;
  }

  /** The value of an expression; what is `known` was computed before for the same point. */
  #value(expr: Expr, known: Map<Expr, string>): string {
    const value = known.get(expr) ?? this.#compute(expr, known);
    known.set(expr, value);
    return value;
  }

  #compute(expr: Expr, known: Map<Expr, string>): string {
    switch (expr.kind) {
      case "constant":
        return expr.value < 0 ? `(${expr.value})` : String(expr.value);
      case "position":
        return this.#index(expr.index);
      case "param": {
        const table = expr.type === "f32" ? "params" : "keys", columns = this.#kernel.tensors[table].columns!;
        return `${table}_[step_ * ${columns.length} + ${columns.indexOf(expr.name)}]`;
      }
      case "load": {
        const indices = expr.index.map((i) => i.kind === "load" ? this.#value(i, known) : this.#index(i));
        const element = `${expr.tensor}_[${this.#place(expr.tensor, indices)}]`;
        if (!expr.padded) return this.#keep(element);
        const { shape } = this.#kernel.tensors[expr.tensor];
        const tests = expr.index.flatMap((i, d) => {
          const [low, high] = bounds(i as Affine);
          return low < 0 || high >= shape[d] ? [`${indices[d]} >= 0 && ${indices[d]} < ${this.#size(shape[d])}`] : [];
        });
        return this.#keep(tests.length === 0 ? element : `${tests.join(" && ")} ? ${element} : 0`);
      }
      case "op": {
        const operands = expr.operands.map((operand) => this.#value(operand, known));
        return this.#keep(MEANING[expr.op].replace(/\b[abc]\b/g, (name) => operands["abc".indexOf(name)]));
      }
      case "reduce": {
        const name = this.#names++;
        const best = `best_${name}`, first = `first_${name}`, count = `count_${name}`;
        this.#lines.push(`let ${best} = ${expr.reduction === "sum" ? 0 : -Infinity}, ${first} = 0, ${count} = 0;`);
        this.#loop(expr.axes, () => {
          const value = this.#value(expr.body, new Map(known));
          this.#lines.push(
            expr.reduction === "sum"
              ? `${best} += ${value};`
              : `if (!(${value} <= ${best})) { ${best} = ${value}; ${first} = ${count}; } ${count}++;`,
          );
        });
        return expr.reduction === "argmax" ? first : best;
      }
    }
  }
}

const interpreted = new WeakMap<Kernel, (storages: Storage[], step: number) => void>();

/**
 * Runs a kernel as it is written: for every point of each part, in order, the assignments.
 *
 * @param step the row of the tables of run-time numbers.
 */
export function interpretKernel(kernel: Kernel, storages: Storages, step = 0): void {
  const symbols = Object.keys(kernel.tensors);
  let run = interpreted.get(kernel);
  if (!run) {
    const text = new PlainLoops(kernel).text();
    run = new Function(`[${symbols.map((symbol) => `${symbol}_`).join()}]`, "step_", text) as NonNullable<typeof run>;
    interpreted.set(kernel, run);
  }
  run(symbols.map((symbol) => storages[symbol]), step);
}

/**
 * The same as a function whose loops do not know their shapes: each extent and stride is a variable. What code that is
 * written once for all shapes would do.
 */
export function genericLoops(kernel: Kernel): (storages: Storages, step?: number) => void {
  const sizes: number[] = [], symbols = Object.keys(kernel.tensors);
  const text = new PlainLoops(kernel, sizes).text();
  const run = new Function(`[${symbols.map((symbol) => `${symbol}_`).join()}]`, "step_", "sizes_", text);
  return (storages, step = 0) => run(symbols.map((symbol) => storages[symbol]), step, sizes);
}

const APPLY = Object.fromEntries(
  Object.entries(MEANING).map(([op, text]) => [op, new Function("a", "b", "c", `return ${text};`)]),
) as Record<Op, (a: number, b: number, c: number) => number>;

/** Runs a loop nest, all of its iterations in order, as one thread would. */
export function interpretNest(nest: LoopNest, storages: Storages, step = 0): void {
  // a value is its lanes: one, or four
  const locals = new Map<string, readonly number[]>([["step", [step]]]);
  const boxes = new Map<string, readonly number[]>();
  const offset = ({ constant, terms }: Offset) =>
    terms.reduce((sum, { variable, coefficient }) => sum + locals.get(variable)![0] * coefficient, constant);
  const element = (tensor: string, at: number) => {
    if (!(at >= 0 && at < storages[tensor].length)) {
      throw new RangeError(`${nest.name}: ${tensor}[${at}] of ${storages[tensor].length}`);
    }
    return at;
  };
  const lanes = (first: number) => Array.from({ length: LANES }, (_, lane) => first + lane);
  const compute = (value: Value): readonly number[] => {
    switch (value.kind) {
      case "constant":
        return [value.value];
      case "local":
        return locals.get(value.name)!;
      case "offset":
        return [offset(value.offset)];
      case "ramp":
        return lanes(0).map((lane) => offset(value.offset) + lane * value.step);
      case "splat":
        return Array(LANES).fill(compute(value.value)[0]);
      case "total": {
        const [a, b, c, d] = compute(value.value);
        return [(a + b) + (c + d)];
      }
      case "staged": {
        const at = offset(value.offset), box = boxes.get(value.name)!;
        return (isVector(value.type) ? lanes(at) : [at]).map((place) => {
          if (box[place] === undefined) throw new RangeError(`${nest.name}: ${value.name}[${place}] of ${box.length}`);
          return box[place];
        });
      }
      case "element": {
        const at = offset(value.offset), places = isVector(value.type) ? lanes(at) : [at];
        return places.map((place) => storages[value.tensor][element(value.tensor, place)]);
      }
      case "apply": {
        const operands = value.operands.map(compute);
        return operands[0].map((_, lane) => {
          const [a, b, c] = operands.map((operand) => operand[lane]);
          return Number(APPLY[value.op](a, b, c));
        });
      }
    }
  };
  const run = (body: readonly Statement[]) => {
    for (const s of body) {
      if (s.kind === "loop") {
        for (let i = s.from; i < s.to; i += s.step) {
          locals.set(s.variable, [i]);
          run(s.body);
        }
      } else if (s.kind === "block") run(s.body);
      else if (s.kind === "grid") {
        const { members = [], body } = s;
        const at = body.findIndex(({ kind }) => kind === "combine"), combine = body[at];
        const before = at < 0 ? body : body.slice(0, at), after = at < 0 ? [] : body.slice(at + 1);
        const each = (loops: readonly { variable: string; to: number; step?: number }[], then: () => void): void => {
          const [loop, ...inner] = loops;
          if (!loop) return then();
          for (let i = 0; i < loop.to; i += loop.step ?? 1) {
            locals.set(loop.variable, [i]);
            each(inner, then);
          }
        };
        each([...s.loops, ...s.places ?? []], () => {
          const totals = new Map<string, readonly number[]>();
          each(members, () => {
            run(before);
            if (combine?.kind !== "combine") return;
            for (const { name } of combine.sums) {
              const before_it = totals.get(name);
              totals.set(name, locals.get(name)!.map((value, lane) => value + (before_it?.[lane] ?? 0)));
            }
          });
          for (const [name, total] of totals) locals.set(name, total);
          run(after);
        });
      } else if (s.kind === "store") {
        for (const [lane, value] of compute(s.value).entries()) {
          storages[s.tensor][element(s.tensor, offset(s.offset) + lane)] = value;
        }
      } else if (s.kind === "stage") {
        // each invocation copies all of it for itself, instead of a part for all: they agree on where it lies
        const places = s.box.reduce(
          (all, { extent, stride }) => all.flatMap((at) => Array.from({ length: extent }, (_, i) => at + i * stride)),
          [offset(s.offset)],
        );
        boxes.set(s.name, places.map((place) => storages[s.tensor][element(s.tensor, place)]));
      } else if (s.kind === "combine") throw new Error(`${nest.name}: sums are combined outside of a grid`);
      else if (s.kind !== "comment") locals.set(s.name, compute(s.value));
    }
  };
  run(nest.body);
}

/** Elements of a tensor's storage, halo and all; `rows` where its rows are the run's. */
export function storageLength({ shape, halo }: TensorType, rows = 1): number {
  return shape.reduce(
    (product, extent, d) => product * ((extent === Infinity ? rows : extent) + halo[d][0] + halo[d][1]),
    1,
  );
}
