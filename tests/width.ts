/**
 * How much the tests try. `deno task test` is quick: it says that this clone works here. `deno task test:all` tries each
 * kind of case at full width, and `deno task fuzz` tries some for minutes. Tests ask nothing but this file.
 *
 * @module
 */

const WIDTHS = ["quick", "all", "fuzz"] as const;

const asked = Deno.env.get("KERNELWRIGHT_TESTS") ?? "quick";
const at = WIDTHS.findIndex((name) => name === asked);
if (at < 0) throw new Error(`KERNELWRIGHT_TESTS is ${asked}; it must be one of ${WIDTHS.join(", ")}`);

/** Whether this is the quick run, as it is unless something else is asked for. */
export const QUICK = asked === "quick";

/** What there is of something, cases for example: in the quick run, in the full one, and in the long one of `fuzz`. */
export function width<Value>(quick: Value, all: Value, fuzz: Value = all): Value {
  return [quick, all, fuzz][at];
}

/** Cases at random, of each kind. */
export const FUZZED = width(100, 500, 10_000);

/**
 * All of some things in the full run; in the quick one, one of each `parts`, others for each number `at`: as many numbers
 * in a row have all.
 */
export function portion<Value>(things: readonly Value[], parts: number, at: number): readonly Value[] {
  return QUICK ? things.filter((_, i) => (i + at) % parts === 0) : things;
}
