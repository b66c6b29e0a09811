/**
 * What kernels mean: the definition that everything else is checked against.
 *
 * Arithmetic is f64; a tensor rounds what is stored in it as its array type does. A kernel is written out as the plainest
 * possible loops, every index in full and every padded access tested, and run: no tile, no hoisting, no proof is used.
 *
 * @module
 */
import { bounds } from "./affine.ts";
import { type Affine, type Axis, type Expr, type Kernel, type Op, strides, type TensorType } from "./ir.ts";

/** Storage of a tensor, halo and all, or exact numbers in its place. */
export type Storage = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
/** Storage by symbol; `params` and `keys` are tables with a row per step. */
export type Storages = Readonly<Record<string, Storage>>;

/** What each operation on `a`, `b` and `c` means, as JavaScript. */
export const MEANING: Readonly<Record<Op, string>> = {
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
  // a sum this large has no room for a fraction
  nearest: "(a + 0x18000000000000 - 0x18000000000000)",
  // a power below the normal numbers is 0
  pow2: "(a <= -127 ? 0 : 2 ** a)",
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

/** A kernel's meaning as plain loops. */
class PlainLoops {
  readonly #kernel: Kernel;
  /** Gets all extents, strides and the like, which the text then looks up. */
  readonly #sizes?: number[];
  /** Whether only some points of each part are computed, and what is written is told. */
  readonly #some: boolean;
  readonly #lines: string[] = [];
  #names = 0;
  /** Axes may share a name; each gets a variable of its own. */
  readonly #variables = new Map<Axis, string>();

  constructor(kernel: Kernel, { sizes, some = false }: { sizes?: number[]; some?: boolean } = {}) {
    this.#kernel = kernel;
    this.#sizes = sizes;
    this.#some = some;
  }

  text(): string {
    for (const [part, { axes, assignments }] of this.#kernel.parts.entries()) {
      const each = (body: () => void) => this.#some ? this.#points(part, axes, body) : this.#loop(axes, body);
      each(() => {
        const known = new Map<Expr, string>();
        // all values before any write: a point may read what it overwrites
        const values = assignments.map(({ value }) => this.#value(value, known));
        for (const [i, { tensor, index }] of assignments.entries()) {
          const place = this.#place(tensor, index.map((i) => this.#index(i)));
          this.#lines.push(`${tensor}_[${place}] = ${values[i]};`);
          if (this.#some) this.#lines.push(`written_.${tensor}.push(${place});`);
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

  /** One after the other, the points of a part that are given: the coordinates of each. */
  #points(part: number, axes: readonly Axis[], body: () => void): void {
    this.#lines.push(`for (const at_ of points_[${part}]) {`);
    for (const [i, axis] of axes.entries()) {
      const name = `${axis.name}_${this.#names++}`;
      this.#variables.set(axis, name);
      this.#lines.push(`const ${name} = at_[${i}];`);
    }
    body();
    this.#lines.push("}");
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

/** A point of an index space: where each axis is. */
export type Coordinates = readonly number[];

/**
 * Runs a kernel at some points only, as it is written.
 *
 * @param points of each part.
 * @param step the row of the tables of run-time numbers.
 * @returns the elements that were written, by symbol.
 */
export function interpretPoints(
  kernel: Kernel,
  storages: Storages,
  points: readonly (readonly Coordinates[])[],
  step = 0,
): Readonly<Record<string, readonly number[]>> {
  const symbols = Object.keys(kernel.tensors), text = new PlainLoops(kernel, { some: true }).text();
  const run = new Function(`[${symbols.map((symbol) => `${symbol}_`).join()}]`, "step_", "points_", "written_", text);
  const written = Object.fromEntries(
    kernel.parts.flatMap(({ assignments }) => assignments.map(({ tensor }): [string, number[]] => [tensor, []])),
  );
  run(symbols.map((symbol) => storages[symbol]), step, points, written);
  return written;
}

/**
 * A kernel as a function whose loops do not know their shapes: each extent and stride is a variable. What code that is
 * written once for all shapes would do.
 */
export function genericLoops(kernel: Kernel): (storages: Storages, step?: number) => void {
  const sizes: number[] = [], symbols = Object.keys(kernel.tensors);
  const text = new PlainLoops(kernel, { sizes }).text();
  const run = new Function(`[${symbols.map((symbol) => `${symbol}_`).join()}]`, "step_", "sizes_", text);
  return (storages, step = 0) => run(symbols.map((symbol) => storages[symbol]), step, sizes);
}

/** Elements of a tensor's storage, halo and all; `rows` where its rows are the run's. */
export function storageLength({ shape, halo }: TensorType, rows = 1): number {
  return shape.reduce(
    (product, extent, d) => product * ((extent === Infinity ? rows : extent) + halo[d][0] + halo[d][1]),
    1,
  );
}
