/**
 * Nets of convolutions at random, of shapes that nobody chose: few and many channels, kernels that are not square,
 * strides, odd sizes, batches that no vector fits.
 *
 * @module
 */

/** A layer of such a net. */
export type Layer = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A spec of such a net. */
export interface RandomSpec {
  readonly name: string;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly batchSize: number;
  readonly layers: readonly Layer[];
  readonly loss: { readonly type: string };
  readonly training: unknown;
}

/** Multiplications and additions of a training step: a net of less measures how steps begin, one of more takes long. */
export const STEP_WORK = { least: 20e6, most: 4e9 };
/** Most nets that are made at once, and the largest seed. */
export const MOST_RANDOM = 10_000, LARGEST_SEED = 2 ** 31;
/** What specs are drawn from. */
export const RANGES = {
  inputChannels: [1, 64],
  outputChannels: [12, 128],
  size: [7, 40],
  batchSize: [24, 100],
  kernel: [1, 7],
  stride: [1, 4],
  convolutions: [1, 5],
  features: [16, 256],
} as const;
const CLASSES = 10;

/** Numbers in [0, 1) that follow from two (splitmix32). */
function randomNumbers(seed: number, number: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b);
  return () => {
    state = state + 0x9e3779b9 | 0;
    let mixed = state ^ state >>> 16;
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ mixed >>> 15, 0x735a2d97);
    return ((mixed ^ mixed >>> 15) >>> 0) / 2 ** 32;
  };
}

type Pair = readonly [number, number];
/** Draws: whole numbers of a range, those where small ones are as likely as large ones, and chances. */
class Draw {
  readonly #next: () => number;
  constructor(seed: number, number: number) {
    this.#next = randomNumbers(seed, number);
  }
  whole([least, most]: Pair): number {
    return least + Math.floor((most - least + 1) * this.#next());
  }
  scaled([least, most]: Pair): number {
    return Math.min(most, Math.floor(least * ((most + 1) / least) ** this.#next()));
  }
  chance(share: number): boolean {
    return this.#next() < share;
  }
}

/** What comes out of a window over an image. */
const extentOf = (extent: number, kernel: number, stride: number, padding = 0) =>
  Math.floor((extent + 2 * padding - kernel) / stride) + 1;

/** One number where both are alike, as people write it. */
const pair = (values: Pair) => values[0] === values[1] ? values[0] : values;

/** A convolution of an image, and what comes out of it. */
function convolution(draw: Draw, image: Pair): { layer: Layer; kernel: Pair; channels: number; image: Pair } {
  const padded = draw.chance(0.5), square = draw.chance(0.5);
  // half of them such as vectors like
  const some = draw.scaled(RANGES.outputChannels), channels = draw.chance(0.5) ? some : 16 * Math.ceil(some / 16);
  const side = (extent: number, like?: number) => Math.min(like ?? draw.whole(RANGES.kernel), extent);
  const height = side(image[0]), kernel: Pair = [height, side(image[1], square ? height : undefined)];
  const strides = (): Pair => {
    if (draw.chance(0.55)) return [1, 1];
    const first = draw.whole(RANGES.stride);
    return [first, draw.chance(0.6) ? first : draw.whole(RANGES.stride)];
  };
  const stride = strides(), padding: Pair = padded ? [kernel[0] >> 1, kernel[1] >> 1] : [0, 0];
  const layer = {
    ...{ type: "conv2d", outChannels: channels, kernel: pair(kernel), stride: pair(stride), padding: pair(padding) },
    init: "heUniform",
  };
  const [h, w] = image.map((extent, i) => extentOf(extent, kernel[i], stride[i], padding[i]));
  return { layer, kernel, channels, image: [h, w] };
}

/** A pool, or none. */
function pool(draw: Draw, image: Pair): { layer?: Layer; image: Pair } {
  const type = draw.chance(0.7) ? "maxPool2d" : "avgPool2d", kernel = draw.chance(0.75) ? 2 : 3;
  if (!draw.chance(0.4) || Math.min(...image) < kernel) return { image };
  const stride = draw.chance(0.75) ? kernel : 2;
  const [h, w] = image.map((extent) => extentOf(extent, kernel, stride));
  return { layer: { type, kernel, stride }, image: [h, w] };
}

/** A net, whatever its work. */
function drawNet(draw: Draw, name: string): { spec: RandomSpec; work: number } {
  const input = [
    draw.scaled(RANGES.inputChannels),
    draw.whole(RANGES.size),
    draw.whole(RANGES.size),
  ] as const;
  const batchSize = draw.whole(RANGES.batchSize), layers: Layer[] = [], terms: number[] = [];
  let channels: number = input[0], image: Pair = [input[1], input[2]];
  for (let left = draw.whole(RANGES.convolutions); left > 0; left--) {
    const made = convolution(draw, image);
    terms.push(channels * made.kernel[0] * made.kernel[1] * made.channels * made.image[0] * made.image[1]);
    const pooled = pool(draw, made.image);
    layers.push(made.layer, { type: "relu" }, ...pooled.layer ? [pooled.layer] : []);
    [channels, image] = [made.channels, pooled.image];
  }
  let features = channels * image[0] * image[1];
  layers.push({ type: "flatten" });
  if (draw.chance(0.3)) {
    const outFeatures = draw.scaled(RANGES.features);
    terms.push(features * outFeatures);
    layers.push({ type: "linear", outFeatures, init: "heUniform" }, { type: "relu" });
    features = outFeatures;
  }
  terms.push(features * CLASSES);
  layers.push({ type: "linear", outFeatures: CLASSES, init: "heUniform" });
  // forward, the gradients of weights, and those of all inputs but the first layer's
  const work = 2 * batchSize * (3 * terms.reduce((a, b) => a + b, 0) - terms[0]);
  const training = { epochs: 1, optimizer: { type: "adam", learningRate: 0.0003, l2: 0.0001 } };
  return { spec: { name, input, batchSize, layers, loss: { type: "softmaxCrossEntropy" }, training }, work };
}

/** A net that follows from a seed and a number. */
export function randomSpec(seed: number, number: number): RandomSpec {
  const draw = new Draw(seed, number);
  for (;;) {
    const { spec, work } = drawNet(draw, `random_${seed}_${number}`);
    if (work >= STEP_WORK.least && work <= STEP_WORK.most) return spec;
  }
}

/** What a net is, in a line. */
export function describe({ input, layers }: RandomSpec): string {
  const extents = (value: unknown) => Array.isArray(value) ? value.join("x") : `${value}`;
  const parts = layers.slice(0, -1).flatMap(({ type, outChannels, outFeatures, kernel, stride, padding }) => {
    if (type === "linear") return [`${outFeatures}`];
    if (type === "conv2d") {
      const step = stride === 1 ? "" : `/${extents(stride)}`, edge = padding === 0 ? "" : `+${extents(padding)}`;
      return [`${outChannels}@${extents(kernel)}${step}${edge}`];
    }
    return type.endsWith("Pool2d") ? [`${type.slice(0, 3)} ${extents(kernel)}/${extents(stride)}`] : [];
  });
  return [`${input.join("x")}:`, ...parts].join(" ");
}
