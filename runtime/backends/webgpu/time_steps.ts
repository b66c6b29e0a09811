/**
 * Times the dispatches of some training steps by the device's own clock, each in a pass of its own.
 *
 * @module
 */
import type { Span, TimedSteps, Timing } from "../session.ts";
import { readBuffers } from "./buffers.ts";
import { nanosecondsOfTick } from "./clock.ts";
import { submit } from "./device.ts";
import { checked } from "./errors.ts";
import type { SetMemory } from "./memory.ts";
import { beginStep, dispatch, type GpuNet } from "./steps.ts";

/** Most timestamps of a set, on every device. */
const MOST_TIMESTAMPS = 4096;
/** Most dispatches of a step that can be timed. */
export const MOST_TIMED = MOST_TIMESTAMPS / 2;

/** What was handed over at once: its first step, when it was submitted, and two ticks for each dispatch. */
interface Submission {
  readonly from: number;
  /** In milliseconds. */
  readonly submitted: number;
  readonly ticks: BigUint64Array;
}

/** Runs the first steps of a data set, over and over where it has fewer; its tables are on their way to the device. */
export async function timeSteps(net: GpuNet, set: SetMemory, timed: TimedSteps): Promise<Timing> {
  const { plan, gpu, dispatches: { train, kernels } } = net, { warmUp } = timed;
  const submissions = await checked(
    gpu.device,
    `the profile of net ${plan.name} on the GPU`,
    () => clockedSubmissions(net, set, timed),
  );
  const first = submissions[0], last = submissions.at(-1)!;
  const passed = (ticks: bigint) => Number(ticks - first.ticks[0]);
  const nanoseconds = nanosecondsOfTick(last.submitted - first.submitted, last.ticks[0] - first.ticks[0]);
  const seconds = (ticks: bigint) => passed(ticks) * nanoseconds / 1e9;
  return {
    clock: `timestamps of the GPU${nanoseconds === 1 ? "" : `, a tick measured as ${nanoseconds.toPrecision(3)} ns`}`,
    tracks: [gpu.name],
    started: train.map((name) => ({ name, kernels: kernels[name].kernels })),
    spans: submissions.filter(({ from }) => from >= warmUp).flatMap(({ from, ticks }) =>
      Array.from({ length: ticks.length / 2 }, (_, i): Span => ({
        step: from - warmUp + Math.floor(i / train.length),
        track: 0,
        started: i % train.length,
        begin: seconds(ticks[2 * i]),
        end: seconds(ticks[2 * i + 1]),
      }))
    ),
  };
}

/** Submits all steps, as many at once as their timestamps fit into a set; what warms up is a submission of its own. */
async function clockedSubmissions(
  net: GpuNet,
  set: SetMemory,
  { ofSet, steps, warmUp }: TimedSteps,
): Promise<Submission[]> {
  const { gpu, dispatches: { train } } = net, { device } = gpu;
  const all = warmUp + steps, most = Math.floor(MOST_TIMED / train.length);
  // the tables are on their way: the first step that is timed must not wait for them
  submit(gpu);
  await device.queue.onSubmittedWorkDone();
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 * train.length * Math.min(most, all) });
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const buffer = device.createBuffer({ size: 8 * querySet.count, usage });
  try {
    const done: Submission[] = [];
    for (let from = 0, to = 0; from < all; from = to) {
      // so that there are at least two
      to = Math.min(from + most, from < warmUp ? warmUp : all);
      const encoder = device.createCommandEncoder();
      let query = 0;
      for (let step = from; step < to; step++) {
        for (const name of train) {
          const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [query++, query++];
          const pass = encoder.beginComputePass({
            timestampWrites: { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex },
          });
          beginStep(set, pass, step % ofSet);
          dispatch(net, pass, set, name);
          pass.end();
        }
      }
      encoder.resolveQuerySet(querySet, 0, query, buffer, 0);
      const commands = encoder.finish(), submitted = performance.now();
      submit(gpu, commands);
      const [contents] = await readBuffers(gpu, [{ buffer, bytes: 8 * query }]);
      done.push({ from, submitted, ticks: new BigUint64Array(contents) });
    }
    return done;
  } finally {
    querySet.destroy();
    buffer.destroy();
  }
}
