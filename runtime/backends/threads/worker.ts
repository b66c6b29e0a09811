/**
 * One thread of a team: gets its assignment, then runs work until it is ended.
 *
 * @module
 */
import { parentOf } from "../../platform/parent.ts";
import { binder } from "./bind.ts";
import { abandon, barrier, HALT, LAST, PROGRESS } from "./control.ts";
import { stopwatch } from "./stopwatch.ts";
import type { Assignment, Work } from "./team.ts";
import { warmUp } from "./warm.ts";

/** No scratch memory. */
const NONE = { from: 0, bytes: 0 };

let run: (work: Work) => void;
let controlBlock: Int32Array | undefined;

async function begin(
  { code, memory, control: shared, rows, scratch = NONE, thread, threads, warm = [], ...timed }: Assignment,
): Promise<void> {
  const control = controlBlock = new Int32Array(shared);
  const member = { thread, threads, scratch: scratch.from + thread * scratch.bytes, wait: barrier(control, threads) };
  const clock = timed.stopwatch && stopwatch(timed.stopwatch, member);
  const bind = await binder(code, memory, { ...member, ...clock && { wait: clock.wait } });
  const steps = rows.map(bind);
  warmUp(steps[0], warm, thread, threads);
  run = ({ set, mode, from, to, watched }) => {
    const step = steps[set][mode], { address, row } = watched ?? { address: 0, row: 0 };
    const losses = new Float32Array(memory.buffer, address, watched ? row * to : 0);
    const goesWrong = (next: number) => watched && next > from && !Number.isFinite(losses[row * (next - 1)]);
    for (let i = from; i < to; i++) {
      // one thread says which step is the last, before the barriers of that step: so all end with the same
      if (thread === 0 && (Atomics.load(control, HALT) === 1 || goesWrong(i))) Atomics.store(control, LAST, i);
      clock?.begin();
      step(i);
      if (thread === 0) Atomics.store(control, PROGRESS, i + 1);
      if (i >= Atomics.load(control, LAST)) break;
    }
  };
}

const parent = parentOf();
parent.onmessage = async ({ data }: MessageEvent<Assignment | Work>) => {
  try {
    if ("code" in data) await begin(data);
    else run(data);
    parent.postMessage(null);
  } catch (error) {
    if (controlBlock) abandon(controlBlock);
    parent.postMessage(error instanceof Error ? error.message : String(error));
  }
};
