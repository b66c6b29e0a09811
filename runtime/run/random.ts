/**
 * The one source of randomness: a counter-based generator. What is drawn depends on the seed, the name of the stream
 * and the counter alone, so it is the same on every target and for any number of threads.
 *
 * @module
 */

/** 32 random bits from a key and a counter: lowbias32 over `counter * 0x9e3779b9 xor key`, as `uniform` in codegen/language/notation.ts. */
export function hash(key: number, counter: number): number {
  let h = Math.imul(counter, 0x9e3779b9) ^ key;
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  h ^= h >>> 16;
  return h >>> 0;
}

/** A number in [0, 1), a multiple of 2^-24. */
export function uniform(key: number, counter: number): number {
  return (hash(key, counter) >>> 8) * 2 ** -24;
}

/** The key of a named stream of a seed, and of a number within it. */
export function streamKey(seed: number, stream: string, number = 0): number {
  let key = hash(seed >>> 0, Math.floor(seed / 2 ** 32));
  for (let i = 0; i < stream.length; i++) key = hash(key, stream.charCodeAt(i) + 1);
  return hash(key, number);
}

/** The numbers 0 to count - 1 in random order (Fisher and Yates), into the first places of `order`. */
export function shuffle(order: Int32Array, count: number, key: number): void {
  for (let i = 0; i < count; i++) order[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(hash(key, i) / 2 ** 32 * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

/** The order in which an epoch of a run, from 0, takes its samples, into the first places of `order`. */
export function shuffleEpoch(order: Int32Array, samples: number, seed: number, epoch: number): void {
  shuffle(order, samples, streamKey(seed, "shuffle", epoch));
}
