/**
 * A thread of a net: one of a team, or the only one, with a memory of its own.
 *
 * @module
 */
import { parentOf } from "../platform/parent.ts";
import type { Answer, Call } from "./calls.ts";
import { LocalHost } from "./local_host.ts";
import { type Begin, Seat } from "./seat.ts";

const parent = parentOf(), answer = (message: Answer) => parent.postMessage(message);

/** What is called by messages. */
let served: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

function begin(given: Begin): Seat | LocalHost {
  return given.control ? new Seat(given) : new LocalHost(given.module, given.warm, (progress) => answer({ progress }));
}

parent.onmessage = async ({ data }: MessageEvent<Begin | Call>) => {
  if ("module" in data) {
    served = begin(data) as unknown as typeof served;
    return;
  }
  const { id, name, args } = data;
  try {
    answer({ id, value: await served[name](...args) });
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
