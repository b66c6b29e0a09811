/**
 * How long a kernel takes on a GPU: the mean of many runs, by the device's clock, or by ours where it has none.
 *
 * @module
 */
import { readBuffers } from "./buffers.ts";
import { nanosecondsOfTick } from "./clock.ts";
import { type Gpu, submit } from "./device.ts";

/** Hands over so many runs of a kernel, for a row of the tables of run-time numbers. */
export type Launch = (row: number, runs: number, writes?: GPUComputePassTimestampWrites) => Promise<void>;

/** A device's clock; what a tick is is found out when it is first read. */
export interface Clock {
  nanoseconds?: number;
}

/** Milliseconds that runs take together at least where a device has no clock: their end is noticed up to 10 too late. */
const UNCLOCKED = 200;
/** Milliseconds between the two moments that tell what a tick of the device's clock is. */
const CALIBRATION = 40;
/** Most runs in one submission. */
const MOST_RUNS = 2 ** 14;

/** What gives the milliseconds of a run of a kernel, of so many that they take about so long. */
export function meanTime(
  gpu: Gpu,
  launch: Launch,
  clock: Clock | undefined,
): (row: number, milliseconds: number) => Promise<number> {
  let runs = 1;
  return async (row, milliseconds) => {
    if (clock) clock.nanoseconds ??= await tickOf(gpu, launch, row);
    const wanted = clock ? milliseconds : Math.max(milliseconds, UNCLOCKED);
    for (;;) {
      const taken = clock
        ? await clocked(gpu, launch, row, runs).then(({ from, to }) => Number(to - from) * clock.nanoseconds! / 1e6)
        : await waited(gpu, launch, row, runs);
      if (taken >= wanted / 2 || runs === MOST_RUNS) return taken / runs;
      // what is short may be measured badly: step by step
      // nor may a clock that went back
      runs = Math.min(MOST_RUNS, Math.ceil(runs * (taken > 0 ? Math.min(10, wanted / taken) : 10)));
    }
  };
}

/** Nanoseconds of a tick. */
async function tickOf(gpu: Gpu, launch: Launch, row: number): Promise<number> {
  await clocked(gpu, launch, row, 1);
  const first = await clocked(gpu, launch, row, 1);
  await new Promise((resolve) => setTimeout(resolve, CALIBRATION));
  const last = await clocked(gpu, launch, row, 1);
  return nanosecondsOfTick(last.submitted - first.submitted, last.from - first.from);
}

/** When so many runs began and ended by the device's clock, in ticks, and when they were handed over by ours. */
async function clocked(
  gpu: Gpu,
  launch: Launch,
  row: number,
  runs: number,
): Promise<{ submitted: number; from: bigint; to: bigint }> {
  const { device } = gpu, usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
  const buffer = device.createBuffer({ size: 16, usage });
  try {
    const submitted = performance.now();
    await launch(row, runs, { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 2, buffer, 0);
    submit(gpu, encoder.finish());
    const [contents] = await readBuffers(gpu, [{ buffer, bytes: 16 }]);
    const [from, to] = new BigUint64Array(contents);
    return { submitted, from, to };
  } finally {
    querySet.destroy();
    buffer.destroy();
  }
}

/** Milliseconds of so many runs by our clock, from before they are handed over. */
async function waited({ device: { queue } }: Gpu, launch: Launch, row: number, runs: number): Promise<number> {
  await queue.onSubmittedWorkDone();
  const begin = performance.now();
  await launch(row, runs);
  await queue.onSubmittedWorkDone();
  return performance.now() - begin;
}
