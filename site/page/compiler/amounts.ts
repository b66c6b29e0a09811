/**
 * How this screen writes amounts, each with its unit.
 *
 * @module
 */

const THREE = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** Floating-point operations. */
export function operations(flops: number): string {
  if (flops < 1e3) return `${flops} FLOP`;
  if (flops < 1e6) return `${THREE.format(flops / 1e3)} kFLOP`;
  return flops < 1e9 ? `${THREE.format(flops / 1e6)} MFLOP` : `${THREE.format(flops / 1e9)} GFLOP`;
}

/** Bytes. */
export function bytes(count: number): string {
  if (count < 1e4) return `${count} B`;
  if (count < 1e6) return `${THREE.format(count / 1e3)} kB`;
  return count < 1e9 ? `${THREE.format(count / 1e6)} MB` : `${THREE.format(count / 1e9)} GB`;
}

/** The least that a page's clock tells, in milliseconds: one that is isolated is told more. */
const TICK = globalThis.crossOriginIsolated ? 0.005 : 0.1;

/** Milliseconds. */
export function time(milliseconds: number): string {
  if (milliseconds < TICK) return `< ${THREE.format(1000 * TICK)} µs`;
  return milliseconds < 1 ? `${THREE.format(1000 * milliseconds)} µs` : `${THREE.format(milliseconds)} ms`;
}

/** Operations each second; of what takes no time that the clock tells, nothing. */
export const rate = (flops: number, milliseconds: number): string =>
  milliseconds < TICK ? "" : `, ${THREE.format(flops / milliseconds / 1e6)} GFLOP/s`;

/** Operations for each byte that is read or written. */
export function intensity(flops: number, moved: number): string {
  return `${THREE.format(moved > 0 ? flops / moved : 0)} FLOP/B`;
}

/** A whole number of things. */
export const count = (many: number, noun: string): string =>
  `${many.toLocaleString("en")} ${noun}${many === 1 ? "" : "s"}`;
