/**
 * Nets of layers with several inputs as plain loops: one sample after the other, each layer's formula and its gradient as
 * textbooks have them, written without the compiler's kernels. Softmax, cross entropy, and steps of plain gradient descent.
 *
 * @module
 */
import type { Graph, GraphNode } from "../codegen/graph/shapes.ts";
import { plainCurve } from "./plain_curves.ts";

/** Numbers in f64, or each rounded to f32 when it is stored. */
export type Storage = Float32ArrayConstructor | Float64ArrayConstructor;
type Numbers = Float32Array | Float64Array;

/** What a layer computes with. */
interface At {
  readonly options: Readonly<Record<string, unknown>>;
  /** Inputs and output of one sample, and their shapes. */
  readonly xs: readonly Numbers[];
  readonly inputs: readonly (readonly number[])[];
  readonly y: Numbers;
  readonly shape: readonly number[];
  /** Parameters and sums of their gradients by name. */
  readonly own: Readonly<Record<string, Numbers>>;
}
/** What gradients are added to. */
interface Back extends At {
  readonly dy: Numbers;
  readonly dxs: readonly Numbers[];
  readonly down: Readonly<Record<string, Numbers>>;
}
interface Plain {
  forward(at: At): void;
  backward(at: Back): void;
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const pair = (value: unknown, or: number | readonly number[] = 1) => {
  const given = (value ?? or) as number | readonly number[];
  return typeof given === "number" ? [given, given] : given;
};
/** Each element with the number that it is multiplied by: of the same place, or of its channel. */
const factorAt = (i: number, [a, b]: readonly (readonly number[])[]) =>
  product(a) === product(b) ? i : Math.floor(i / (product(a) / a[0]));
/** What a channel of `normalize` is multiplied by, and what is added. */
function lineOf(
  { scale = 1, mean = 0, deviation = 1 }: Readonly<Record<string, unknown>>,
  c: number,
): [number, number] {
  const [m, d] = [mean, deviation].map((one) => typeof one === "number" ? one : (one as number[])[c]);
  return [scale as number / d, -m / d];
}

/** Every tap of every window of a convolution or a pool: places of the output, of the input, and of the weight. */
function taps(
  { options: { kernel, stride, padding }, inputs: [[c, h, w]], shape: [o, p, q] }: At,
  isPool: boolean,
  tap: (y: number, x: number, weight: number, share: number) => void,
): void {
  const [kh, kw] = pair(kernel), [sh, sw] = pair(stride, isPool ? [kh, kw] : 1), [ph, pw] = pair(padding, 0);
  for (let out = 0; out < o; out++) {
    for (let i = 0; i < p * q; i++) {
      const [row, column] = [Math.floor(i / q) * sh - ph, (i % q) * sw - pw];
      for (let from = isPool ? out : 0; from < (isPool ? out + 1 : c); from++) {
        for (let k = 0; k < kh * kw; k++) {
          const [r, s] = [row + Math.floor(k / kw), column + k % kw];
          if (r < 0 || r >= h || s < 0 || s >= w) continue;
          tap(out * p * q + i, (from * h + r) * w + s, (out * c + from) * kh * kw + k, 1 / (kh * kw));
        }
      }
    }
  }
}

const LAYERS: Readonly<Record<string, Plain>> = {
  conv2d: {
    forward(at) {
      const { xs: [x], y, shape, own: { weight, bias } } = at, sums = new Float64Array(y.length);
      for (let i = 0; i < y.length; i++) sums[i] = bias[Math.floor(i / (shape[1] * shape[2]))];
      taps(at, false, (to, from, k) => sums[to] += x[from] * weight[k]);
      y.set(sums);
    },
    backward(at) {
      const { xs: [x], dy, shape, dxs: [dx], own: { weight }, down } = at;
      for (let i = 0; i < dy.length; i++) down.bias[Math.floor(i / (shape[1] * shape[2]))] += dy[i];
      taps(at, false, (to, from, k) => {
        dx[from] += dy[to] * weight[k];
        down.weight[k] += dy[to] * x[from];
      });
    },
  },
  linear: {
    forward({ xs: [x], y, own: { weight, bias } }) {
      for (let o = 0; o < y.length; o++) {
        let sum = bias[o];
        for (let i = 0; i < x.length; i++) sum += x[i] * weight[o * x.length + i];
        y[o] = sum;
      }
    },
    backward({ xs: [x], dy, dxs: [dx], own: { weight }, down }) {
      for (let o = 0; o < dy.length; o++) {
        down.bias[o] += dy[o];
        for (let i = 0; i < x.length; i++) {
          dx[i] += dy[o] * weight[o * x.length + i];
          down.weight[o * x.length + i] += dy[o] * x[i];
        }
      }
    },
  },
  avgPool2d: {
    forward: (at) => taps(at, true, (to, from, _k, share) => at.y[to] += at.xs[0][from] * share),
    backward: (at) => taps(at, true, (to, from, _k, share) => at.dxs[0][from] += at.dy[to] * share),
  },
  flatten: {
    forward: ({ xs: [x], y }) => y.set(x),
    backward: ({ dy, dxs: [dx] }) => dy.forEach((value, i) => dx[i] += value),
  },
  add: {
    forward: ({ xs, y }) => y.forEach((_, i) => y[i] = xs.reduce((sum, x) => sum + x[i], 0)),
    backward: ({ dy, dxs }) => dxs.forEach((dx) => dy.forEach((value, i) => dx[i] += value)),
  },
  multiply: {
    forward: ({ xs: [a, b], y, inputs }) => y.forEach((_, i) => y[i] = a[i] * b[factorAt(i, inputs)]),
    backward: ({ xs: [a, b], dy, dxs: [da, db], inputs }) =>
      dy.forEach((value, i) => {
        da[i] += value * b[factorAt(i, inputs)];
        db[factorAt(i, inputs)] += value * a[i];
      }),
  },
  concat: {
    forward({ xs, y }) {
      let next = 0;
      for (const x of xs) next += (y.set(x, next), x.length);
    },
    backward({ dy, dxs }) {
      let next = 0;
      for (const dx of dxs) for (let i = 0; i < dx.length; i++) dx[i] += dy[next++];
    },
  },
  padChannels: {
    forward: ({ xs: [x], y, inputs: [[, ...rest]], options: { before } }) =>
      y.set(x, (before as number) * product(rest)),
    backward: ({ dy, dxs: [dx], inputs: [[, ...rest]], options: { before } }) =>
      dx.forEach((_, i) => dx[i] += dy[i + (before as number) * product(rest)]),
  },
  normalize: {
    forward: ({ xs: [x], y, shape, options }) =>
      x.forEach((value, i) => {
        const [factor, shift] = lineOf(options, Math.floor(i / (x.length / shape[0])));
        y[i] = value * factor + shift;
      }),
    backward: ({ dy, dxs: [dx], shape, options }) =>
      dy.forEach((value, i) => dx[i] += value * lineOf(options, Math.floor(i / (dy.length / shape[0])))[0]),
  },
};

/** A layer by its options: one of those above, or a function of each element. */
function plainLayer({ options }: GraphNode): Plain {
  const curve = plainCurve(options);
  if (!curve) return LAYERS[options.type];
  return {
    forward: ({ xs: [x], y }) => x.forEach((value, i) => y[i] = curve.of(value)),
    backward: ({ xs: [x], dy, dxs: [dx] }) => dy.forEach((value, i) => dx[i] += value * curve.slope(x[i])),
  };
}

/** A net of some weights, which {@linkcode GraphModel.step} changes. */
export class GraphModel {
  /** Weights by name. */
  readonly tensors: ReadonlyMap<string, Numbers>;
  readonly #graph: Graph;
  readonly #storage: Storage;

  constructor(graph: Graph, initial: ReadonlyMap<string, Numbers>, storage: Storage) {
    this.#graph = graph;
    this.#storage = storage;
    this.tensors = new Map([...initial].map(([name, values]) => [name, new storage(values)]));
  }

  /** One step over some samples: the sum of their losses before it. */
  step(rows: readonly Numbers[], labels: readonly number[], rate: number): number {
    const slopes = new Map([...this.tensors].map(([name, { length }]) => [name, new Float64Array(length)]));
    let loss = 0;
    for (const [i, row] of rows.entries()) loss += this.#sample(row, labels[i], slopes);
    for (const [name, values] of this.tensors) {
      slopes.get(name)!.forEach((slope, i) => values[i] -= rate * slope / rows.length);
    }
    return loss;
  }

  /** What the last layer gives for a sample. */
  outputs(row: Numbers): Numbers {
    return this.#forward(row).get(this.#graph.output)!;
  }

  #forward(row: Numbers): Map<string, Numbers> {
    const values = new Map<string, Numbers>([["input", new this.#storage(row)]]);
    for (const node of this.#graph.nodes) {
      const at = this.#at(node, values);
      values.set(node.name, at.y);
      plainLayer(node).forward(at);
    }
    return values;
  }

  #sample(row: Numbers, label: number, slopes: ReadonlyMap<string, Float64Array>): number {
    const { nodes, output } = this.#graph, values = this.#forward(row), last = values.get(output)!;
    const most = Math.max(...last), powers = Array.from(last, (x) => Math.exp(x - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    const down = new Map([...values].map(([name, { length }]) => [name, new this.#storage(length)]));
    powers.forEach((power, i) => down.get(output)![i] = power / sum - (i === label ? 1 : 0));
    for (const node of nodes.toReversed()) {
      const dxs = Object.values(node.inputs).map((name) => down.get(name)!);
      const own = Object.fromEntries(node.parameters.map(({ name }) => [name, slopes.get(`${node.name}.${name}`)!]));
      plainLayer(node).backward({ ...this.#at(node, values), dy: down.get(node.name)!, dxs, down: own });
    }
    return Math.log(sum) + most - last[label];
  }

  #at(node: GraphNode, values: ReadonlyMap<string, Numbers>): At {
    const { name, options, inputs, parameters } = node, { shapes } = this.#graph, read = Object.values(inputs);
    return {
      options,
      xs: read.map((input) => values.get(input)!),
      inputs: read.map((input) => shapes[input]),
      y: values.get(name) ?? new this.#storage(product(shapes[name])),
      shape: shapes[name],
      own: Object.fromEntries(parameters.map((own) => [own.name, this.tensors.get(`${name}.${own.name}`)!])),
    };
  }
}
