/**
 * What kernels and loop nests mean: the definition that everything else is checked against.
 *
 * Arithmetic is f64; a tensor rounds what is stored in it as its array type does. Expressions become closures, so that
 * whole networks can be checked in seconds.
 *
 * @module
 */
import { strides } from "./lower.ts";
import type { Affine, Axis, Expr, Index, Kernel, LoopNest, Offset, Op, Statement, TensorType, Value } from "./ir.ts";

/** Storage of a tensor, halo and all, or exact numbers in its place. */
export type Storage = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
/** Storage by symbol; `params` and `keys` are tables with a row per step. */
export type Storages = Readonly<Record<string, Storage>>;

const APPLY: Readonly<Record<Op, (a: number, b: number, c: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  lt: (a, b) => a < b ? 1 : 0,
  le: (a, b) => a <= b ? 1 : 0,
  eq: (a, b) => a === b ? 1 : 0,
  select: (a, b, c) => a ? b : c,
  pick: (a, b, c) => a ? b : c,
  float: (a) => a,
  ufloat: (a) => a >>> 0,
  unsigned: (a) => a >>> 0,
  umul: (a, b) => Math.imul(a, b) >>> 0,
  uxor: (a, b) => (a ^ b) >>> 0,
  ushr: (a, b) => a >>> b,
};

type Compute = () => number;

/**
 * Runs a kernel as it is written: for every point of each part, in order, the assignments.
 *
 * @param step the row of the tables of run-time numbers.
 */
export function interpretKernel(kernel: Kernel, storages: Storages, step = 0): void {
  for (const { axes, assignments } of kernel.parts) {
    const places = new Map<Axis, number>();
    const at = new Float64Array(64);
    const place = (axis: Axis) => places.get(axis) ?? places.set(axis, places.size).get(axis)!;
    const index = (i: Affine): Compute => {
      const terms = i.terms.map(({ axis, coefficient }) =>
        axis.extent === Infinity ? [-1, coefficient] : [place(axis), coefficient]
      );
      const constant = i.constant + terms.reduce((sum, [p, c]) => sum + (p < 0 ? step * c : 0), 0);
      const moving = terms.filter(([p]) => p >= 0);
      if (moving.length === 0) return () => constant;
      const [[p, c], ...more] = moving;
      if (more.length === 0) return () => constant + at[p] * c;
      return () => {
        let value = constant;
        for (const [p, c] of moving) value += at[p] * c;
        return value;
      };
    };
    const offset = (symbol: string, indices: readonly Index[]): Compute => {
      const type = kernel.tensors[symbol], stride = strides(type);
      const parts = indices.map((i, d) =>
        [i.kind === "load" ? compute(i) : index(i), stride[d], type.halo[d][0]] as const
      );
      return () => {
        let value = 0;
        for (const [compute, stride, before] of parts) value += (compute() + before) * stride;
        return value;
      };
    };
    const compute = (expr: Expr): Compute => {
      switch (expr.kind) {
        case "constant":
          return () => expr.value;
        case "position":
          return index(expr.index);
        case "param": {
          const table = expr.type === "f32" ? "params" : "keys", columns = kernel.tensors[table].columns!;
          const value = storages[table][step * columns.length + columns.indexOf(expr.name)];
          return () => value;
        }
        case "load": {
          const storage = storages[expr.tensor], address = offset(expr.tensor, expr.index);
          if (!expr.padded) return () => storage[address()];
          const { shape } = kernel.tensors[expr.tensor];
          const inside = expr.index.map((i, d) => [index(i as Affine), shape[d]] as const);
          return () => {
            for (const [compute, extent] of inside) {
              const i = compute();
              if (i < 0 || i >= extent) return 0;
            }
            return storage[address()];
          };
        }
        case "op": {
          const [a, b, c] = expr.operands.map(compute), apply = APPLY[expr.op];
          if (b === undefined) return () => apply(a(), 0, 0);
          if (c === undefined) return () => apply(a(), b(), 0);
          return () => apply(a(), b(), c());
        }
        case "reduce": {
          const body = compute(expr.body), order = expr.axes.map((axis) => [place(axis), axis.extent] as const);
          const each = (visit: () => void, d = 0): void => {
            if (d === order.length) return visit();
            const [p, extent] = order[d];
            for (let i = 0; i < extent; i++) {
              at[p] = i;
              each(visit, d + 1);
            }
          };
          if (expr.reduction === "sum") {
            return () => {
              let sum = 0;
              each(() => sum += body());
              return sum;
            };
          }
          return () => {
            let best = -Infinity, first = 0, count = 0;
            each(() => {
              const value = body();
              if (!(value <= best)) [best, first] = [value, count];
              count++;
            });
            return expr.reduction === "max" ? best : first;
          };
        }
      }
    };
    const writes = assignments.map(({ tensor, index, value }) =>
      [storages[tensor], offset(tensor, index), compute(value)] as const
    );
    const order = axes.map((axis) => [place(axis), axis.extent] as const);
    const values = new Float64Array(writes.length);
    const each = (d: number): void => {
      if (d < order.length) {
        const [p, extent] = order[d];
        for (let i = 0; i < extent; i++) {
          at[p] = i;
          each(d + 1);
        }
        return;
      }
      // all values before any write: a point may read what it overwrites
      for (let i = 0; i < writes.length; i++) values[i] = writes[i][2]();
      for (let i = 0; i < writes.length; i++) writes[i][0][writes[i][1]()] = values[i];
    };
    each(0);
  }
}

/** Runs a loop nest, all of its iterations in order, as one thread would. */
export function interpretNest(nest: LoopNest, storages: Storages, step = 0): void {
  const locals = new Map<string, number>([["step", step]]);
  const offset = ({ constant, terms }: Offset) =>
    terms.reduce((sum, { variable, coefficient }) => sum + locals.get(variable)! * coefficient, constant);
  const element = (tensor: string, at: number) => {
    if (!(at >= 0 && at < storages[tensor].length)) {
      throw new RangeError(`${nest.name}: ${tensor}[${at}] of ${storages[tensor].length}`);
    }
    return at;
  };
  const compute = (value: Value): number => {
    switch (value.kind) {
      case "constant":
        return value.value;
      case "local":
        return locals.get(value.name)!;
      case "offset":
        return offset(value.offset);
      case "element":
        return storages[value.tensor][element(value.tensor, offset(value.offset))];
      case "apply": {
        const [a, b, c] = value.operands.map(compute);
        return APPLY[value.op](a, b, c);
      }
    }
  };
  const run = (body: readonly Statement[]) => {
    for (const s of body) {
      if (s.kind === "loop") {
        for (let i = s.from; i < s.to; i += s.step) {
          locals.set(s.variable, i);
          run(s.body);
        }
      } else if (s.kind === "block") run(s.body);
      else if (s.kind === "store") storages[s.tensor][element(s.tensor, offset(s.offset))] = compute(s.value);
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
