/**
 * The net of `mix` and `add` by plain loops, written without the compiler: dense layers on rows of numbers, and their
 * gradients by hand.
 *
 * @module
 */
import { SHARE } from "./mix_layer.ts";

/** Numbers, stored with so many bits; sums are f64. */
export type Storage = Float32ArrayConstructor | Float64ArrayConstructor;
type Numbers = Float32Array | Float64Array;

/** Extents: the net's input, what is in the middle, its outputs. */
export const INPUTS = 9, WIDTH = 16, CLASSES = 3;

/**
 * The same net for the compiler: `stem` is read by three layers, `left` by one; `right` and `left` are mixed, and what
 * comes out is added to `stem`, and read once more beside.
 */
export const LAYERS = [
  { type: "linear", outFeatures: WIDTH, name: "stem" },
  { type: "tanh", name: "left" },
  { type: "linear", outFeatures: WIDTH, name: "right", input: "stem" },
  { type: "mix", input: ["left", "right"] },
  { type: "add", input: ["mix1", "stem", "left"] },
  { type: "linear", outFeatures: CLASSES, name: "head" },
];

/** Parameters and buffers by name, and what training them needs. */
export class MixModel {
  readonly tensors: ReadonlyMap<string, Numbers>;
  readonly storage: Storage;
  constructor(initial: ReadonlyMap<string, ArrayLike<number>>, storage: Storage) {
    this.storage = storage;
    this.tensors = new Map([...initial].map(([name, values]) => [name, new storage(values)]));
  }

  #made(length: number, make: (i: number) => number): Numbers {
    const numbers = new this.storage(length);
    for (let i = 0; i < length; i++) numbers[i] = make(i);
    return numbers;
  }

  #get(name: string): Numbers {
    return this.tensors.get(name)!;
  }

  /** Outputs for rows of inputs, each as it is in training, or in a test; and all that lies between. */
  #forward(inputs: readonly Numbers[], testing: boolean) {
    const dense = (name: string, rows: readonly Numbers[], width: number) =>
      rows.map((row) =>
        this.#made(width, (o) => {
          let total = this.#get(`${name}.bias`)[o];
          for (let i = 0; i < row.length; i++) total += this.#get(`${name}.weight`)[o * row.length + i] * row[i];
          return total;
        })
      );
    const gain = this.#get("mix1.gain"), running = this.#get("mix1.running_mean");
    const stem = dense("stem", inputs, WIDTH), left = stem.map((row) => this.#made(WIDTH, (c) => Math.tanh(row[c])));
    const right = dense("right", stem, WIDTH);
    const z = left.map((row, n) => this.#made(WIDTH, (c) => gain[c] * row[c] + right[n][c]));
    const mean = this.#made(WIDTH, (c) => z.reduce((sum, row) => sum + row[c], 0) / z.length);
    const shift = testing ? running : mean;
    const sum = z.map((row, n) => this.#made(WIDTH, (c) => row[c] - shift[c] + stem[n][c] + left[n][c]));
    return { stem, left, mean, sum, outputs: dense("head", sum, CLASSES) };
  }

  /** What the net gives in a test. */
  outputs(inputs: readonly Numbers[]): Numbers[] {
    return this.#forward(inputs, true).outputs;
  }

  /** A step of plain gradient descent; returns the sum of the losses. */
  step(inputs: readonly Numbers[], labels: readonly number[], rate: number): number {
    const { stem, left, mean, sum, outputs } = this.#forward(inputs, false), count = inputs.length;
    const rows = (make: (n: number, i: number) => number, width: number) =>
      inputs.map((_, n) => this.#made(width, (i) => make(n, i)));
    const total = (make: (n: number) => number) => inputs.reduce((sum, _, n) => sum + make(n), 0);
    let loss = 0;
    const probabilities = outputs.map((row, n) => {
      const largest = Math.max(...row), powers = Array.from(row, (x) => Math.exp(x - largest));
      const all = powers.reduce((a, b) => a + b);
      loss += Math.log(all) - (row[labels[n]] - largest);
      return powers.map((power) => power / all);
    });
    const dHead = rows((n, o) => (probabilities[n][o] - (o === labels[n] ? 1 : 0)) / count, CLASSES);
    const back = (name: string, dy: readonly Numbers[], width: number) =>
      rows(
        (n, i) => Array.from(dy[n]).reduce((sum, d, o) => sum + d * this.#get(`${name}.weight`)[o * width + i], 0),
        width,
      );
    const dSum = back("head", dHead, WIDTH);
    const shift = this.#made(WIDTH, (c) => total((n) => dSum[n][c]) / count);
    const dz = rows((n, c) => dSum[n][c] - shift[c], WIDTH), gain = this.#get("mix1.gain");
    const dLeft = rows((n, c) => gain[c] * dz[n][c] + dSum[n][c], WIDTH);
    const dRight = back("right", dz, WIDTH);
    const dStem = rows((n, c) => dLeft[n][c] * (1 - left[n][c] ** 2) + dRight[n][c] + dSum[n][c], WIDTH);
    const slopes = new Map<string, Numbers>();
    for (const [name, dy, x] of [["head", dHead, sum], ["right", dz, stem], ["stem", dStem, inputs]] as const) {
      const width = x[0].length, out = dy[0].length;
      slopes.set(
        `${name}.weight`,
        this.#made(out * width, (at) => total((n) => dy[n][Math.floor(at / width)] * x[n][at % width])),
      );
      slopes.set(`${name}.bias`, this.#made(out, (o) => total((n) => dy[n][o])));
    }
    slopes.set("mix1.gain", this.#made(WIDTH, (c) => total((n) => dz[n][c] * left[n][c])));
    for (const [name, slope] of slopes) {
      for (const [i, d] of slope.entries()) this.#get(name)[i] -= rate * d;
    }
    const running = this.#get("mix1.running_mean");
    for (const [c, now] of mean.entries()) running[c] = (1 - SHARE) * running[c] + SHARE * now;
    return loss;
  }
}
