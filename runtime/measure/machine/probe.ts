/**
 * The kernels that measure a machine: WebAssembly text, what each must compute, and how it is warmed up and timed.
 *
 * They run without bounds checks too, so each access must be in bounds by construction. Each kernel touches the first
 * {@link SCRATCH} bytes from its argument `at` or `out`, and the streams besides that `bytes` bytes from where they are
 * told to; all these numbers are made here, in `bench.ts` and in `rates.ts`, from nothing that comes from outside.
 *
 * @module
 */

/** Calls a kernel with its arguments. */
export type Kernels = Readonly<Record<string, (...args: number[]) => void>>;

/** Calls that are timed together. */
export interface Job {
  readonly kernel: string;
  readonly args: readonly number[];
  readonly calls: number;
}

/** Bytes that a kernel needs at `at` or `out`; addresses below it are in the least memory that the module declares. */
export const SCRATCH = 65536;
/** Bytes that an iteration of a stream moves. */
const BLOCK = 128;

/** Where kernels have their data, from `at`. */
const FACTORS = 1024, TILE = 2048, SOURCE = 4096, RESULT = 5120;
/** Loads, and stores, of an iteration of the kernels that cost what a bounds check costs. */
const ACCESSES = 16;

/** A tile of accumulators that stay in registers for a whole loop, as in a matrix product. */
interface Tile {
  readonly accumulators: number;
  /** Bytes from one accumulator in memory to the next: V8 packs pairs that are neighbours, at 16. */
  readonly stride: number;
  /** Addresses known to the engine carry no bounds check. */
  readonly constant: boolean;
}

/** The tiles. 12 accumulators are what 15 registers of 128 bits hold, 24 what they hold when two are packed in each. */
export const TILES: Readonly<Record<string, Tile>> = {
  tile16: { accumulators: 16, stride: 16, constant: false },
  tile16_constant: { accumulators: 16, stride: 16, constant: true },
  tile16_apart: { accumulators: 16, stride: 32, constant: false },
  tile12: { accumulators: 12, stride: 16, constant: false },
  tile24: { accumulators: 24, stride: 16, constant: false },
};

/** Multiplications and additions of an iteration of a tile. */
export const tileFlops = (tile: string): number => 8 * TILES[tile].accumulators;

const range = (length: number) => Array.from({ length }, (_, i) => i);

/** An address, as operands of a load or store. */
const address = (offset: number, constant: boolean) =>
  `offset=${offset} ${constant ? "(i32.const 0)" : "(local.get $at)"}`;

/** Blocks as V8 packs them: all loads, then all arithmetic, then stores of ascending neighbours. */
function tileText(name: string, { accumulators, stride, constant }: Tile, relaxed: boolean): string {
  const all = range(accumulators), place = (i: number) => address(TILE + i * stride, constant);
  const product = (y: string) =>
    relaxed
      ? `(f32x4.relaxed_madd (local.get $a) (local.get $b) (local.get ${y}))`
      : `(f32x4.add (f32x4.mul (local.get $a) (local.get $b)) (local.get ${y}))`;
  return `(func (export "${name}") (param $at i32) (param $n i32)
    (local $a v128) (local $b v128) ${all.map((i) => `(local $y${i} v128)`).join(" ")}
    (local.set $a (v128.load32_splat ${address(FACTORS, constant)}))
    (local.set $b (v128.load32_splat ${address(FACTORS + 4, constant)}))
    ${all.map((i) => `(local.set $y${i} (v128.load ${place(i)}))`).join("\n    ")}
    (loop $again
      ${all.map((i) => `(local.set $y${i} ${product(`$y${i}`)})`).join("\n      ")}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ${all.map((i) => `(v128.store ${place(i)} (local.get $y${i}))`).join("\n    ")})`;
}

/** Little but loads and stores, scalar ones, which are never packed: what a check costs shows. */
function accessText(name: string, constant: boolean): string {
  const body = range(ACCESSES).map((i) => {
    const sum = `$sum${i % 4}`, source = address(SOURCE + 4 * i, constant), result = address(RESULT + 4 * i, constant);
    return `(local.set ${sum} (i32.add (local.get ${sum}) (i32.load ${source})))
      (i32.store ${result} (local.get ${sum}))`;
  });
  return `(func (export "${name}") (param $at i32) (param $n i32)
    (local $sum0 i32) (local $sum1 i32) (local $sum2 i32) (local $sum3 i32)
    (loop $again
      ${body.join("\n      ")}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
}

/** `read` sums words into four vectors at `out`; `copy` copies. `bytes` is a multiple of {@link BLOCK}, not 0. */
function streamTexts(): string {
  const all = range(BLOCK / 16), sums = range(BLOCK / 32);
  const load = (i: number) => `(v128.load offset=${16 * i} (local.get $at))`;
  const add = (sum: string, x: string) => `(local.set ${sum} (i32x4.add (local.get ${sum}) (local.get ${x})))`;
  const next = `(local.set $at (i32.add (local.get $at) (i32.const ${BLOCK})))
      (br_if $again (i32.ne (local.get $at) (local.get $end)))`;
  return `(func (export "read") (param $out i32) (param $at i32) (param $bytes i32)
    (local $end i32) ${all.map((i) => `(local $x${i} v128)`).join(" ")} ${
    sums.map((i) => `(local $sum${i} v128)`).join(" ")
  }
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (loop $again
      ${all.map((i) => `(local.set $x${i} ${load(i)})`).join("\n      ")}
      ${all.map((i) => add(`$sum${i % sums.length}`, `$x${i}`)).join("\n      ")}
      ${next})
    ${sums.map((i) => `(v128.store offset=${16 * i} (local.get $out) (local.get $sum${i}))`).join("\n    ")})
  (func (export "copy") (param $to i32) (param $at i32) (param $bytes i32)
    (local $end i32) ${all.map((i) => `(local $x${i} v128)`).join(" ")}
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (loop $again
      ${all.map((i) => `(local.set $x${i} ${load(i)})`).join("\n      ")}
      ${all.map((i) => `(v128.store offset=${16 * i} (local.get $to) (local.get $x${i}))`).join("\n      ")}
      (local.set $to (i32.add (local.get $to) (i32.const ${BLOCK})))
      ${next}))`;
}

/** The module of all kernels. It imports `machine.memory`, which must have what the calls touch. */
export function probeText(relaxed: boolean): string {
  return `(module
  (import "machine" "memory" (memory ${SCRATCH / 65536} 65536 shared))
  ${Object.entries(TILES).map(([name, tile]) => tileText(name, tile, relaxed)).join("\n  ")}
  ${accessText("access", false)}
  ${accessText("access_constant", true)}
  ${streamTexts()})
`;
}

/**
 * Calls each kernel once on small numbers, where every sum is exact, and compares all that it wrote.
 *
 * @param memory of at least `4 * SCRATCH` bytes, which are overwritten.
 * @returns names of the kernels that computed something else.
 */
export function wrongAnswers(kernels: Kernels, { buffer }: WebAssembly.Memory): string[] {
  const floats = new Float32Array(buffer, 0, SCRATCH / 4), words = new Int32Array(buffer, 0, SCRATCH);
  const wrong: string[] = [], n = 1000;
  for (const [name, { accumulators, stride }] of Object.entries(TILES)) {
    floats.fill(0);
    floats.set([3, 0.5], FACTORS / 4);
    const places = range(4 * accumulators).map((i) => (TILE + Math.floor(i / 4) * stride) / 4 + i % 4);
    for (const [i, place] of places.entries()) floats[place] = i;
    kernels[name](0, n);
    const others = floats.reduce((sum, value) => sum + value, 0) - places.reduce((sum, at) => sum + floats[at], 0);
    if (others !== 3.5 || !places.every((place, i) => floats[place] === i + 1.5 * n)) wrong.push(name);
  }
  for (const name of ["access", "access_constant"]) {
    words.fill(0);
    const source = range(ACCESSES).map((i) => i * i + 1), sums = [0, 0, 0, 0], result: number[] = [];
    words.set(source, SOURCE / 4);
    kernels[name](0, n);
    for (let time = 0; time < n; time++) source.forEach((value, i) => result[i] = sums[i % 4] += value);
    if (!result.every((value, i) => words[RESULT / 4 + i] === value)) wrong.push(name);
  }
  // from here on: sums in the first page, a source of two pages, and where it is copied to
  words.fill(0);
  const source = words.subarray(SCRATCH / 4, SCRATCH / 2);
  source.forEach((_, i) => source[i] = i * i);
  const bytes = SCRATCH - BLOCK, copied = bytes / 4, result = words.subarray(SCRATCH / 2, 3 * SCRATCH / 4);
  kernels.read(0, SCRATCH, bytes);
  const sums = new Int32Array(BLOCK / 8);
  for (let i = 0; i < copied; i++) sums[i % sums.length] += source[i];
  if (!sums.every((sum, i) => words[i] === sum)) wrong.push("read");
  kernels.copy(2 * SCRATCH, SCRATCH, bytes);
  if (!result.every((value, i) => value === (i < copied ? source[i] : 0))) wrong.push("copy");
  return wrong;
}

/** Whether the processor rounds a product and its sum once. */
export function fuses(kernels: Kernels, { buffer }: WebAssembly.Memory): boolean {
  const floats = new Float32Array(buffer), x = 1 + 2 ** -12;
  floats.set([x, x], FACTORS / 4);
  // x * x is 1 + 2^-11 + 2^-24; rounded, it loses its last bit
  floats[TILE / 4] = -(1 + 2 ** -11);
  kernels.tile12(0, 1);
  return floats[TILE / 4] !== 0;
}

/** Seconds that a call takes, on average. */
function seconds(kernels: Kernels, { kernel, args }: Job, calls: number): number {
  const call = kernels[kernel], start = performance.now();
  for (let i = 0; i < calls; i++) call(...args);
  return (performance.now() - start) / 1000 / calls;
}

/**
 * Calls kernels until V8 has optimised them all, which shows: each takes a fifth less time, at least. V8 swaps code
 * between calls only, and compiles beside them, for which a busy machine needs the pauses.
 *
 * @param most milliseconds after which it is given up: code may have been optimised from the start.
 */
export async function warmUp(kernels: Kernels, jobs: readonly Job[], least: number, most: number): Promise<void> {
  const start = performance.now(), best = (job: Job) => Math.min(...[1, 2, 3].map(() => seconds(kernels, job, 2)));
  let slow = jobs.map((job) => ({ job, first: best(job) }));
  for (let passed = 0; passed < least || (slow.length > 0 && passed < most); passed = performance.now() - start) {
    slow = slow.filter(({ job, first }) => seconds(kernels, job, job.calls) > 0.8 * first);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** When the calls of a job began and ended, in milliseconds of a clock that all threads share. */
export type Span = readonly [start: number, end: number];

/**
 * Times jobs in turn, so that what disturbs one disturbs all. The spans of each round, by job.
 *
 * @param milliseconds how long, at least; never under three rounds.
 */
export function time(kernels: Kernels, jobs: readonly Job[], milliseconds: number): Span[][] {
  const spans: Span[][] = jobs.map(() => []), end = performance.now() + milliseconds;
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    for (const [i, { kernel, args, calls }] of jobs.entries()) {
      const call = kernels[kernel], start = performance.now();
      for (let n = 0; n < calls; n++) call(...args);
      spans[i].push([performance.timeOrigin + start, performance.timeOrigin + performance.now()]);
    }
  }
  return spans;
}
