/**
 * One thread of a team: gets its assignment, then runs work until it is ended.
 *
 * @module
 */
import { parentOf } from "../../platform/parent.ts";
import { binder } from "./bind.ts";
import { abandon, barrier } from "./control.ts";
import { runSteps } from "./run_steps.ts";
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
  run = (work) => {
    const run = steps[work.set][work.mode];
    const timed = (row: number) => {
      clock!.begin();
      run(row);
    };
    runSteps({ step: clock ? timed : run, memory, control, thread }, work);
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
