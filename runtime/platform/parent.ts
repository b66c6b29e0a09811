/**
 * In a thread: who started it. It is apart from `here.ts`, so that a thread loads no more than it needs.
 *
 * @module
 */
import { builtin } from "./builtin.ts";

/** Who started a thread: what a web worker has in `self`. */
export interface ThreadParent {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

/** What a web worker has in `self`, or else the same of one of Node's, which has no `self`. */
export function parentOf(): ThreadParent {
  if ("self" in globalThis && "postMessage" in globalThis) return globalThis as unknown as ThreadParent;
  const port = builtin("node:worker_threads").parentPort!;
  const parent: ThreadParent = { onmessage: null, postMessage: (message) => port.postMessage(message) };
  port.on("message", (data: unknown) => parent.onmessage?.({ data } as MessageEvent));
  return parent;
}
