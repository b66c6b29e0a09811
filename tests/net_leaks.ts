/**
 * What a net holds does not grow over trainings and steps, and is given back when it is closed, also while it trains.
 *
 *     deno run --v8-flags=--expose-gc --allow-read --allow-run=cat,ls tests/net_leaks.ts [leak]
 *
 * Prints one line of figures in JSON. `leak`, for the test of this: something is kept, and one net is not closed.
 *
 * @module
 */
import { type Net, open } from "../mod.ts";
import { countThreads } from "./process_threads.ts";
import { samples, SPEC } from "./small_net.ts";

const TRAININGS = 50, STEPS = 40_000, PARTS = 10, OPENED = 10;
/** How often it is looked for workers that have not ended yet: some 15 seconds. */
const LOOKS = 150;
const leak = Deno.args.includes("leak");
const sets = [160, 480].map((count) => samples(count)).map(({ inputs, labels }) => ({ x: inputs, y: labels }));
const kept: unknown[] = [];

/** Bytes that are left after collecting garbage. */
async function memory(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Deno.memoryUsage().rss;
}

/** Threads of this process that are workers, where the system tells, once there are no more than so many: ending takes a while. */
async function workers(most: number): Promise<number> {
  for (let i = 0;; i++) {
    const { workers: now } = await countThreads();
    if (now <= most || i === LOOKS) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Does something several times; what is held after each part. */
async function heldAfter(times: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const held: number[] = [];
  for (let i = 0; i < times; i++) {
    await work(i);
    if (leak) kept.push(new Uint8Array(1e4).fill(1));
    if ((i + 1) % (times / PARTS) === 0) held.push(await memory());
  }
  return held;
}

const net = await open(SPEC, { target: "wasm", threads: 2 });
const trainings = await heldAfter(TRAININGS, (i) => net.train(sets[i % 2], { epochs: 1 }));
const x = sets[0].x.subarray(0, 16 * 64), y = sets[0].y.subarray(0, 16);
const steps = await heldAfter(STEPS, () => net.step(x, y));
const open2 = await workers(2);
const opened = await heldAfter(OPENED, async (i) => {
  const another: Net = await open(SPEC, { target: "wasm", threads: 2, seed: i });
  const training = another.train(sets[1], { epochs: 1000 });
  training.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (!leak || i > 0) another.close();
  await workers(leak ? 4 : 2);
});
net.close();
console.log(JSON.stringify({ trainings, steps, opened, open: open2, left: await workers(leak ? 2 : 0) }));
Deno.exit(0);
