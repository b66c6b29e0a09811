/**
 * Runs one candidate of tuning, apart from the thread that decides: it may hang.
 *
 * @module
 */
import type { Storage } from "../../../codegen/ir/interpret.ts";
import type { LoadedKernel } from "../../backends/backend.ts";
import { backendOf } from "../../backends/backends.ts";
import { parentOf } from "../../platform/parent.ts";
import type { Call } from "../../check/kernel.ts";

/** A kernel to be loaded, and run once on some data. */
export interface Trial {
  /** The name of what runs it. */
  readonly backend: string;
  /** As its backend has prepared it. */
  readonly prepared: unknown;
  readonly kernel: string;
  readonly storages: readonly Storage[];
  readonly calls: readonly Call[];
}

/** A call to be timed, again and again for so long. */
export interface Turn {
  readonly call: Call;
  readonly milliseconds: number;
}

/** What comes back: that it has started, the storages of a trial, the shortest time of a turn, or what went wrong. */
export type Answer =
  | { readonly started: true }
  | { readonly storages: readonly Storage[] }
  | { readonly milliseconds: number }
  | { readonly error: string };

/** Shortest span that is timed, in milliseconds: the clock is too coarse for less. */
const SPAN = 0.2;

let loaded: LoadedKernel | undefined;

async function tryOut({ backend, prepared, kernel, storages, calls }: Trial): Promise<Answer> {
  loaded = (await backendOf({ backend }).bindKernels(prepared))(kernel);
  loaded.load(storages);
  for (const call of calls) loaded.run(...call);
  await loaded.read(storages);
  // a GPU has given its buffers back
  loaded.load(storages);
  return { storages };
}

/** Milliseconds of the shortest of all runs that fit into the turn; on a GPU, of their mean. */
async function time({ run, measure }: LoadedKernel, { call, milliseconds }: Turn): Promise<Answer> {
  if (measure) return { milliseconds: await measure(call[0], milliseconds) };
  let repeats = 1, least = Infinity;
  const end = performance.now() + milliseconds;
  do {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run(...call);
    const span = performance.now() - start;
    if (span < SPAN) repeats *= 2;
    else least = Math.min(least, span / repeats);
  } while (performance.now() < end || least === Infinity);
  return { milliseconds: least };
}

const parent = parentOf();
parent.onmessage = async ({ data: message }: MessageEvent<Trial | Turn>) => {
  try {
    parent.postMessage(await ("calls" in message ? tryOut(message) : time(loaded!, message)));
  } catch (error) {
    parent.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
parent.postMessage({ started: true });
