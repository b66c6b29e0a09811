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

/** Reads a window over the dimensions behind the channels: at each of its places, what is there, or nothing outside. */
function windows(
  { inputs: [{ shape: [channels, ...extents], values }], shape: [, ...outer], options, samples }: PlainCall,
  sides: {
    readonly kernel: readonly number[];
    readonly stride: readonly number[];
    readonly padding: readonly number[];
  },
  visit: (sample: number, output: number, read: (channel: number) => { value: number; place: number }[]) => void,
): void {
  const { kernel, stride, padding } = sides, dilation = every(options.dilation, extents.length);
  for (let sample = 0; sample < samples; sample++) {
    for (const out of places(outer)) {
      const read = (channel: number) =>
        [...places(kernel)].flatMap((tap, place) => {
          const at = tap.map((k, d) => out[d] * stride[d] - padding[d] + k * dilation[d]);
          if (at.some((i, d) => i < 0 || i >= extents[d])) return [];
          const base = (sample * channels + channel) * sizeOf(extents);
          return [{ value: values[base + flat(at, extents)], place }];
        });
      visit(sample, flat(out, outer), read);
    }
  }
}

/** A pool of windows: what it makes of what lies in each, and of how many places that are. */
const pool = (own: (values: readonly number[], places: number) => number): PlainLayer => (call) => {
  const { inputs: [{ shape: [channels, ...extents] }], shape, options, samples } = call;
  const kernel = every(options.kernel, extents.length), stride = every(options.stride, extents.length, kernel);
  const padding = every(options.padding, extents.length, 0);
  const output = new Float64Array(samples * sizeOf(shape)), outer = sizeOf(shape.slice(1));
  windows(call, { kernel, stride, padding }, (sample, at, read) => {
    for (let c = 0; c < channels; c++) {
      output[(sample * channels + c) * outer + at] = own(read(c).map(({ value }) => value), sizeOf(kernel));
    }
  });
  return output;
};

/** A convolution over any number of dimensions. */
const convolution: PlainLayer = (call) => {
  const { inputs: [{ shape: [channels, ...extents] }], kept: { weight, bias }, shape, options, samples } = call;
  const kernel = every(options.kernel, extents.length), stride = every(options.stride, extents.length);
  const padding = every(options.padding, extents.length, 0), groups = Number(options.groups ?? 1);
  const [outs] = shape, outer = sizeOf(shape.slice(1)), taps = sizeOf(kernel), own = channels / groups;
  const output = new Float64Array(samples * sizeOf(shape));
  windows(call, { kernel, stride, padding }, (sample, at, read) => {
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

/** Means over samples and places of each channel. */
function channelMeans(values: Float64Array, [channels, ...extents]: readonly number[]): Float64Array {
  const size = sizeOf(extents), means = new Float64Array(channels), samples = values.length / (channels * size);
  for (const [i, value] of values.entries()) means[Math.floor(i / size) % channels] += value / (samples * size);
  return means;
}

/** By type. */
export const PLAIN_LAYERS: Readonly<Record<string, PlainLayer>> = {
  add: combine((...values) => values.reduce((a, b) => a + b)),
  avgPool2d: pool((values, places) => values.reduce((a, b) => a + b, 0) / places),
  conv2d: convolution,
  dropout(call) {
    const { inputs: [{ values }], options, training } = call, key = call.key("key"), rate = Number(options.rate);
    return each(call, (at) => !training ? values[at] : uniform(key, at) < rate ? 0 : values[at] / (1 - rate));
  },
  flatten: map((x) => x),
  linear(call) {
    const { inputs: [{ values, shape: [ins] }], kept: { weight, bias }, shape: [outs] } = call;
    return each(call, (at) => {
      const sample = Math.floor(at / outs), o = at % outs;
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < ins; i++) sum += values[sample * ins + i] * weight[o * ins + i];
      return sum;
    });
  },
  maxPool2d: pool((values) => Math.max(...values)),
  mix(call) {
    const { inputs: [a, b], kept: { gain, running_mean }, shape: [channels, ...extents], training } = call;
    const channel = (at: number) => Math.floor(at / sizeOf(extents)) % channels;
    const z = each(call, (at) => gain[channel(at)] * a.values[at] + b.values[at]);
    const means = training ? channelMeans(z, call.shape) : running_mean;
    return z.map((value, at) => value - means[channel(at)]);
  },
  relu: map((x) => Math.max(0, x)),
  sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  tanh: map(Math.tanh),
};
