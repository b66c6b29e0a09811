/**
 * In a bundle of one script, in place of `workers.ts`: workers are made of the text that is in it. A page's content policy
 * has to allow that, by `worker-src blob:`.
 *
 * @module
 */
import type { Thread } from "../../runtime/platform/platform.ts";
// @ts-ignore the text is made with the bundle, see `scripts.ts`
import text from "./worker.txt";

/** Where the text is. */
let url: string | undefined;

/** See `workers.ts`. */
export async function workerStarter(): Promise<() => Thread> {
  if (typeof Worker === "undefined") {
    const { NodeWorker } = await import("../../runtime/platform/node_shared.ts");
    return () => new NodeWorker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
  }
  // one for all nets: a page keeps them until it ends
  const own = url ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return () => new Worker(own, { type: "module" });
}
