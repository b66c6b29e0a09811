/**
 * Samples made at random that a net of any shape can learn something of: each is a mixture of patterns, and what it is
 * compared with tells the mixture.
 *
 * @module
 */

/** What a net takes. */
export interface Taken {
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** The least and the most that a number of a sample may be, where the loss compares with it. */
  readonly range?: readonly [least: number, most: number];
  /** How many classes it tells; absent where it is compared with numbers, or with its input. */
  readonly classes?: number;
  /** How many numbers a sample is compared with. */
  readonly targets?: number;
  /** What these may be. */
  readonly targetRange?: readonly [least: number, most: number];
}

/** Samples, and what they are compared with. */
export interface Made {
  readonly x: Float32Array;
  /** Classes, or numbers; absent where a net is compared with its input. */
  readonly y?: Int32Array | Float32Array;
}

/** Patterns of nets that tell no classes. */
const PATTERNS = 8;
/** Patterns are the same for all samples, and the more numbers they have the less of each is enough. */
const SEED = 0x2545f491;

/** Numbers from 0 to 1, the same for the same seed: xorshift32, which is good enough to make patterns by. */
function uniform(seed: number): () => number {
  // seeds next to each other are far apart, and none is 0
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ SEED || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Samples of a kind: those of two seeds are of the same patterns.
 *
 * @param seed what the samples follow from.
 */
export function learnableData(taken: Taken, samples: number, seed: number): Made {
  const { shape, range, classes, targets = 0 } = taken, size = shape.reduce((a, b) => a * b, 1);
  const patterns = Array.from({ length: Math.min(classes ?? PATTERNS, 4096) }, (_, i) => pattern(shape, i));
  const weights = Array.from({ length: targets }, (_, i) => signs(PATTERNS, i));
  // the more numbers a pattern has, the fainter it can be told from noise
  const clear = Math.min(1, 5 / Math.sqrt(size)), random = uniform(seed + 1), x = new Float32Array(samples * size);
  const labels = new Int32Array(classes ? samples : 0), numbers = new Float32Array(samples * targets);
  for (let n = 0; n < samples; n++) {
    const row = x.subarray(n * size, (n + 1) * size);
    for (let i = 0; i < size; i++) row[i] = (classes ? 2 : 0.5) * (random() - 0.5);
    const parts = classes ? [] : Array.from({ length: PATTERNS }, () => random() - 0.5);
    if (classes) {
      labels[n] = Math.floor(random() * classes);
      add(row, patterns[labels[n] % patterns.length], clear);
    } else for (const [i, part] of parts.entries()) add(row, patterns[i], 2 * part);
    for (const [i, weight] of weights.entries()) {
      const mixed = parts.reduce((sum, part, k) => sum + part * weight[k], 0);
      numbers[n * targets + i] = within(mixed, taken.targetRange);
    }
    if (range) { for (let i = 0; i < size; i++) row[i] = within(row[i], range); }
  }
  return { x, ...classes ? { y: labels } : targets > 0 ? { y: numbers } : {} };
}

/** A pattern of a shape: smooth along the last dimensions, so that windows find something in it. */
function pattern(shape: readonly number[], number: number): Float32Array {
  const random = uniform(7919 * (number + 1)), made = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (shape.length === 1) return made.map(() => 2 * (random() - 0.5));
  const [channels, ...extents] = shape, area = extents.reduce((a, b) => a * b, 1), width = extents.at(-1)!;
  for (let c = 0; c < channels; c++) {
    // a wave with a direction, a length and a phase of its own
    const [a, b, phase] = [random() - 0.5, random() - 0.5, 2 * Math.PI * random()];
    for (let i = 0; i < area; i++) {
      made[c * area + i] = Math.sin(phase + 2.4 * (a * (i % width) + b * Math.floor(i / width)));
    }
  }
  return made;
}

const signs = (length: number, number: number) => {
  const random = uniform(104729 * (number + 1));
  return Array.from({ length }, () => random() < 0.5 ? -1 : 1);
};

function add(row: Float32Array, other: Float32Array, times: number): void {
  for (let i = 0; i < row.length; i++) row[i] += times * other[i];
}

/** A number that is among those that are allowed; of a range with two ends, one of these. */
function within(value: number, [least, most]: readonly [number, number] = [-Infinity, Infinity]): number {
  if (Number.isFinite(least) && Number.isFinite(most)) return value > 0 ? most : least;
  return Number.isFinite(least) ? least + Math.abs(value) : Number.isFinite(most) ? most - Math.abs(value) : value;
}
