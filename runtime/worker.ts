/// <reference lib="deno.worker" />
/**
 * One thread of a team: gets its assignment, then runs work until it is ended.
 *
 * @module
 */
import { abandon, type Assignment, barrier, HALT, LAST, PROGRESS, stopwatch, type Work } from "./team.ts";

/** Runs one step, by its row number. */
type Steps = Record<Work["mode"], (step: number) => void>;
/** Byte offset and elements of the tensors whose rows the run supplies. */
type Rows = Assignment["rows"][number];
/** This thread, and how it waits for the others. */
interface Member {
  readonly thread: number;
  readonly threads: number;
  wait(): void;
}

/** What binds code to memory, for one data set. */
async function binder(
  code: Assignment["code"],
  memory: WebAssembly.Memory,
  member: Member,
): Promise<(rows: Rows) => Steps> {
  if (typeof code === "string") {
    const { bind }: { bind(memory: ArrayBufferLike, rows: Rows, member: Member): Steps } = await import(code);
    return (rows) => bind(memory.buffer, rows, member);
  }
  return (rows) => {
    const addresses = Object.fromEntries(Object.entries(rows).map(([name, [address]]) => [name, address]));
    const { exports } = new WebAssembly.Instance(code, { team: { memory, ...member }, rows: addresses });
    return exports as unknown as Steps;
  };
}

let run: (work: Work) => void;
let controlBlock: Int32Array | undefined;

async function begin({ code, memory, control: shared, rows, thread, threads, ...timed }: Assignment): Promise<void> {
  const control = controlBlock = new Int32Array(shared), member = { thread, threads, wait: barrier(control, threads) };
  const clock = timed.stopwatch && stopwatch(timed.stopwatch, member);
  const bind = await binder(code, memory, { ...member, ...clock && { wait: clock.wait } });
  const steps = rows.map(bind);
  run = ({ rows, mode, from, to, watched }) => {
    const step = steps[rows][mode], sum = new Float32Array(memory.buffer, watched ?? 0, 1);
    const goesWrong = () => watched !== undefined && !Number.isFinite(sum[0]);
    for (let i = from; i < to; i++) {
      // one thread says which step is the last, before the barriers of that step: so all end with the same
      if (thread === 0 && (Atomics.load(control, HALT) === 1 || goesWrong())) Atomics.store(control, LAST, i);
      clock?.begin();
      step(i);
      if (thread === 0) Atomics.store(control, PROGRESS, i + 1);
      if (i >= Atomics.load(control, LAST)) break;
    }
  };
}

self.onmessage = async ({ data }: MessageEvent<Assignment | Work>) => {
  try {
    if ("code" in data) await begin(data);
    else run(data);
    self.postMessage(null);
  } catch (error) {
    if (controlBlock) abandon(controlBlock);
    self.postMessage(error instanceof Error ? error.message : String(error));
  }
};
