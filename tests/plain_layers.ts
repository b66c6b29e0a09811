/**
 * What each kind of layer computes, by plain loops in f64 that are written without the compiler. One entry for each kind:
 * forward only, as its gradients are checked by differences.
 *
 * @module
 */
import { uniform } from "../runtime/run/random.ts";

/** Numbers of some samples, one sample after the other. */
export interface Rows {
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** What a layer is given. */
export interface PlainCall {
  readonly options: Readonly<Record<string, unknown>>;
  /** What it reads, in its order. */
  readonly inputs: readonly Rows[];
  /** Parameters and buffers by name, as in PyTorch. */
  readonly kept: Readonly<Record<string, Float64Array>>;
  /** Shape of what it gives. */
  readonly shape: readonly number[];
  readonly samples: number;
  /** Whether this is training, and not a test. */
  readonly training: boolean;
  /** The key of a stream of random numbers of the layer and the step. */
  key(name: string): number;
}

/** What a layer gives. */
export type PlainLayer = (call: PlainCall) => Float64Array;

export const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** A number for each element of the output. */
const each = ({ samples, shape }: PlainCall, value: (at: number) => number) =>
  Float64Array.from({ length: samples * sizeOf(shape) }, (_, at) => value(at));

/** Each element by itself. */
const map = (own: (x: number) => number): PlainLayer => (call) => each(call, (at) => own(call.inputs[0].values[at]));

/** Elements of several inputs that are alike. */
const combine = (own: (...values: number[]) => number): PlainLayer => (call) =>
  each(call, (at) => own(...call.inputs.map(({ values }) => values[at])));

/** An option for each dimension. */
const every = (value: unknown, dimensions: number, otherwise: number | readonly number[] = 1): number[] => {
  const given = (value ?? otherwise) as number | number[];
  return typeof given === "number" ? Array(dimensions).fill(given) : [...given];
};

/** All places in some extents, the last one fastest. */
function* places(extents: readonly number[]): Generator<number[]> {
  for (let i = 0; i < sizeOf(extents); i++) {
    const at: number[] = [];
    for (let rest = i, d = extents.length - 1; d >= 0; rest = Math.floor(rest / extents[d--])) {
      at[d] = rest % extents[d];
    }
    yield at;
  }
}

/** Elements behind each other, as the last extent is the innermost. */
const flat = (at: readonly number[], extents: readonly number[]) => at.reduce((sum, i, d) => sum * extents[d] + i, 0);

/** A window that slides: of each dimension how long it is, its step, what lies between its places, and padding before. */
interface Sides {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  /** Extents of the input with padding before and behind. */
  readonly whole: readonly number[];
}

/** The window that options tell of: padding is a number for all, a number for each, [before, behind] of each, or "same". */
function sidesOf(
  { inputs: [{ shape: [, ...extents] }], options, shape: [, ...outer] }: PlainCall,
  otherwise: 1 | "kernel",
): Sides {
  const d = extents.length, kernel = every(options.kernel, d);
  const stride = every(options.stride, d, otherwise === 1 ? 1 : kernel), dilation = every(options.dilation, d);
  const { padding = 0 } = options;
  const same = extents.map((extent, i) =>
    Math.max(0, (outer[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - extent)
  );
  // of one dimension two numbers are before and behind; of two, four are top, right, bottom, left
  const list = Array.isArray(padding) ? padding as number[] : undefined;
  const [before, behind] = padding === "same"
    ? [same.map((all) => Math.floor(all / 2)), same.map((all) => Math.ceil(all / 2))]
    : list && d === 1
    ? [[list[0]], [list.at(-1)!]]
    : list?.length === 4
    ? [[list[0], list[3]], [list[2], list[1]]]
    : [every(padding, d), every(padding, d)];
  return { kernel, stride, dilation, before, whole: extents.map((extent, i) => before[i] + extent + behind[i]) };
}

/** Reads a window over the dimensions behind the channels: at each of its places, what is there, or nothing outside. */
function windows(
  { inputs: [{ shape: [channels, ...extents], values }], shape: [, ...outer], samples }: PlainCall,
  { kernel, stride, dilation, before, whole }: Sides,
  /** `inside`: how many of its places are in the input or its padding. */
  visit: (
    sample: number,
    output: number,
    read: (channel: number) => { value: number; place: number }[],
    inside: number,
  ) => void,
): void {
  for (let sample = 0; sample < samples; sample++) {
    for (const out of places(outer)) {
      const taps = [...places(kernel)].map((tap) => tap.map((k, d) => out[d] * stride[d] + k * dilation[d]));
      const read = (channel: number) =>
        taps.flatMap((tap, place) => {
          const at = tap.map((i, d) => i - before[d]);
          if (at.some((i, d) => i < 0 || i >= extents[d])) return [];
          return [{ value: values[(sample * channels + channel) * sizeOf(extents) + flat(at, extents)], place }];
        });
      visit(sample, flat(out, outer), read, taps.filter((tap) => tap.every((i, d) => i < whole[d])).length);
    }
  }
}

/** A pool of windows: what it makes of what lies in each, and of how many places that are. */
const pool =
  (own: (values: readonly number[], inside: number, options: PlainCall["options"]) => number): PlainLayer => (call) => {
    const { inputs: [{ shape: [channels] }], shape, options, samples } = call, outer = sizeOf(shape.slice(1));
    const output = new Float64Array(samples * sizeOf(shape));
    windows(call, sidesOf(call, "kernel"), (sample, at, read, inside) => {
      for (let c = 0; c < channels; c++) {
        output[(sample * channels + c) * outer + at] = own(read(c).map(({ value }) => value), inside, options);
      }
    });
    return output;
  };

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
/** As PyTorch: with padding among what is divided by, or without. */
const averagePool = pool((values, inside, { countIncludePad = true }) =>
  total(values) / (countIncludePad ? inside : values.length)
);
const largestPool = pool((values) => Math.max(...values));

/** What is made of all positions of each channel. */
const ofPositions = (own: (values: readonly number[]) => number): PlainLayer => (call) => {
  const [{ shape: [, ...extents], values }] = call.inputs, size = sizeOf(extents);
  return each(call, (at) => own([...values.subarray(at * size, (at + 1) * size)]));
};

/** A convolution over any number of dimensions. */
const convolution: PlainLayer = (call) => {
  const { inputs: [{ shape: [channels] }], kept: { weight, bias }, shape, options, samples } = call;
  const sides = sidesOf(call, 1), groups = Number(options.groups ?? 1);
  const [outs] = shape, outer = sizeOf(shape.slice(1)), taps = sizeOf(sides.kernel), own = channels / groups;
  const output = new Float64Array(samples * sizeOf(shape));
  windows(call, sides, (sample, at, read) => {
    const inputs = Array.from({ length: channels }, (_, c) => read(c));
    for (let o = 0; o < outs; o++) {
      let sum = bias?.[o] ?? 0;
      const first = Math.floor(o / (outs / groups)) * own;
      for (let c = 0; c < own; c++) {
        for (const { value, place } of inputs[first + c]) sum += value * weight[(o * own + c) * taps + place];
      }
      output[(sample * outs + o) * outer + at] = sum;
    }
  });
  return output;
};

/** The error function, by its series (Abramowitz and Stegun 7.1.6), which adds numbers of one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** In training by the mean and variance of the step, in a test by those that are kept. */
const batchNorm: PlainLayer = (call) => {
  const { inputs: [{ values }], kept, shape, options, training } = call, size = sizeOf(shape.slice(1));
  const channel = (at: number) => Math.floor(at / size) % shape[0];
  const means = training ? channelMeans(values, shape) : kept.running_mean;
  const squares = values.map((value, at) => (value - means[channel(at)]) ** 2);
  const variances = training ? channelMeans(squares, shape) : kept.running_var;
  return each(call, (at) => {
    const c = channel(at), away = (values[at] - means[c]) / Math.sqrt(variances[c] + Number(options.epsilon));
    return away * kept.weight[c] + kept.bias[c];
  });
};

/** Means over samples and places of each channel. */
function channelMeans(values: Float64Array, [channels, ...extents]: readonly number[]): Float64Array {
  const size = sizeOf(extents), means = new Float64Array(channels), samples = values.length / (channels * size);
  for (const [i, value] of values.entries()) means[Math.floor(i / size) % channels] += value / (samples * size);
  return means;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
/** A number, or one for each channel. */
const numberOf = (value: unknown, channel: number) => Number(Array.isArray(value) ? value[channel] : value);
/** Each element by itself, with options. */
const mapWith = (own: (x: number, options: PlainCall["options"]) => number): PlainLayer => (call) =>
  each(call, (at) => own(call.inputs[0].values[at], call.options));

/** By type. */
export const PLAIN_LAYERS: Readonly<Record<string, PlainLayer>> = {
  add: combine((...values) => values.reduce((a, b) => a + b)),
  avgPool1d: averagePool,
  avgPool2d: averagePool,
  batchNorm1d: batchNorm,
  batchNorm2d: batchNorm,
  concat(call) {
    const sizes = call.inputs.map(({ shape }) => sizeOf(shape));
    return Float64Array.from(
      Array.from(
        { length: call.samples },
        (_, n) => call.inputs.flatMap(({ values }, i) => [...values.subarray(n * sizes[i], (n + 1) * sizes[i])]),
      ).flat(),
    );
  },
  conv1d: convolution,
  conv2d: convolution,
  dropout(call) {
    const { inputs: [{ values }], options, training } = call, key = call.key("key"), rate = Number(options.rate);
    return each(call, (at) => !training ? values[at] : uniform(key, at) < rate ? 0 : values[at] / (1 - rate));
  },
  elu: mapWith((x, { alpha }) => x > 0 ? x : Number(alpha) * Math.expm1(x)),
  flatten: map((x) => x),
  gelu: mapWith((x, { approximate }) =>
    approximate === "tanh"
      ? x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : x / 2 * (1 + erf(x / Math.SQRT2))
  ),
  globalAvgPool: ofPositions((values) => total(values) / values.length),
  globalMaxPool: ofPositions((values) => Math.max(...values)),
  hardSwish: map((x) => x * Math.min(6, Math.max(0, x + 3)) / 6),
  leakyRelu: mapWith((x, { negativeSlope }) => x > 0 ? x : Number(negativeSlope) * x),
  linear(call) {
    const { inputs: [{ values, shape: [ins] }], kept: { weight, bias }, shape: [outs] } = call;
    return each(call, (at) => {
      const sample = Math.floor(at / outs), o = at % outs;
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < ins; i++) sum += values[sample * ins + i] * weight[o * ins + i];
      return sum;
    });
  },
  maxPool1d: largestPool,
  maxPool2d: largestPool,
  mix(call) {
    const { inputs: [a, b], kept: { gain, running_mean }, shape: [channels, ...extents], training } = call;
    const channel = (at: number) => Math.floor(at / sizeOf(extents)) % channels;
    const z = each(call, (at) => gain[channel(at)] * a.values[at] + b.values[at]);
    const means = training ? channelMeans(z, call.shape) : running_mean;
    return z.map((value, at) => value - means[channel(at)]);
  },
  multiply(call) {
    const [a, b] = call.inputs, size = sizeOf(a.shape.slice(1)), whole = b.values.length === a.values.length;
    return each(call, (at) => a.values[at] * b.values[whole ? at : Math.floor(at / size)]);
  },
  normalize(call) {
    const { inputs: [{ values }], options: { scale, mean, deviation }, shape: [channels, ...extents] } = call;
    return each(call, (at) => {
      const c = Math.floor(at / sizeOf(extents)) % channels;
      return (Number(scale) * values[at] - numberOf(mean, c)) / numberOf(deviation, c);
    });
  },
  padChannels(call) {
    const { inputs: [{ values, shape: [channels, ...extents] }], options: { before }, shape: [all] } = call;
    const size = sizeOf(extents);
    return each(call, (at) => {
      const c = Math.floor(at / size) % all - Number(before), n = Math.floor(at / (size * all));
      return c < 0 || c >= channels ? 0 : values[(n * channels + c) * size + at % size];
    });
  },
  relu6: map((x) => Math.min(6, Math.max(0, x))),
  reshape: map((x) => x),
  silu: map((x) => x * logistic(x)),
  softplus: mapWith((x, { beta }) => Math.log1p(Math.exp(-Math.abs(Number(beta) * x))) / Number(beta) + Math.max(0, x)),
  relu: map((x) => Math.max(0, x)),
  sigmoid: map(logistic),
  tanh: map(Math.tanh),
};
