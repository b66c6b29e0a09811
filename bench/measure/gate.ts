/**
 * Whether the machine gives what it can: others use it too, and processors have slow phases.
 *
 *     deno run --allow-read bench/measure/gate.ts
 *
 * prints what its slowest core gives now, for a process that has to stay small.
 *
 * @module
 */
import type { Spin } from "./gate_worker.ts";

/** Holds measurements back. */
export interface Gate {
  /**
   * Measures when the machine gives what it can, or when that was waited for in vain; once more where it gave less in
   * the meantime, while there is patience.
   *
   * @returns what was measured last, and whether the machine gave what it can, before and after.
   */
  during<Value>(measure: () => Value | Promise<Value>): Promise<{ value: Value; quiet: boolean }>;
}

/** Holds nothing back. */
export const ALWAYS_OPEN: Gate = { during: async (measure) => ({ value: await measure(), quiet: true }) };

/** Of the best rate that was seen, what a machine must give to be quiet. */
const FAST = 0.85;
/** Looks before anything is measured, to learn what the machine can give. */
const FIRST_LOOKS = 5;
/** Seconds from one look to the next. */
const PAUSE = 0.5;
/** Seconds that are spent on waiting and on measuring again, in all. */
const PATIENCE = 60;
/** Milliseconds of a look. */
const LOOK = 40;

/** How a gate looks at the machine, and how it tells the time: seconds. */
export interface GateOptions {
  /** What the slowest core gives, in any unit. Default: {@linkcode slowestCore}, in this process. */
  readonly look?: () => Promise<number>;
  readonly patience?: number;
  readonly now?: () => number;
  readonly wait?: (seconds: number) => Promise<void>;
}

/** A gate for measurements of one program. */
export async function openGate({
  look = slowestCore,
  patience = PATIENCE,
  now = () => performance.now() / 1000,
  wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
}: GateOptions = {}): Promise<Gate> {
  let best = 0;
  const isQuiet = async () => {
    const rate = await look();
    best = Math.max(best, rate);
    return rate >= FAST * best;
  };
  for (let i = 0; i < FIRST_LOOKS; i++) await isQuiet();
  /** What work takes is taken from the patience. */
  const patiently = async <Result>(work: () => Promise<Result>) => {
    const start = now(), result = await work();
    patience -= now() - start;
    return result;
  };
  const quietAtLast = async () => {
    while (!await isQuiet()) {
      if (patience <= 0) return false;
      await patiently(() => wait(PAUSE));
    }
    return true;
  };
  return {
    async during(measure) {
      const attempt = async () => {
        const before = await quietAtLast(), value = await measure();
        return { value, quiet: before && await isQuiet() };
      };
      const first = await attempt();
      return first.quiet || patience <= 0 ? first : await patiently(attempt);
    },
  };
}

/** What the slowest core gives when all are asked at once: rounds of a loop in a millisecond. */
export async function slowestCore(): Promise<number> {
  const threads = navigator.hardwareConcurrency, control = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL("./gate_worker.ts", import.meta.url).href, { type: "module" }),
  );
  try {
    const rates = await Promise.all(workers.map((worker) =>
      new Promise<number>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        worker.postMessage({ control, threads, milliseconds: LOOK } satisfies Spin);
      })
    ));
    return Math.min(...rates);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

if (import.meta.main) console.log(await slowestCore());
