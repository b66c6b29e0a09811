/**
 * The clock of a device.
 *
 * @module
 */

/**
 * Nanoseconds of a tick of a device's clock, from the time between two moments by our clock and by the device's. It
 * should be one, but some drivers count in 10, 52 or 83, and Deno does not say so.
 */
export function nanosecondsOfTick(milliseconds: number, ticks: bigint): number {
  const measured = 1e6 * milliseconds / Number(ticks);
  if (!(measured > 0 && measured < Infinity)) throw new Error("the clock of the GPU stands still or goes back");
  return measured > 0.5 && measured < 2 ? 1 : measured;
}
