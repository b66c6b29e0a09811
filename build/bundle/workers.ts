/**
 * In a bundle that trains: what starts its workers.
 *
 * @module
 */
import type { Thread } from "../../runtime/platform/platform.ts";

/** What starts a worker of the web, or of Node, which has none of these. */
export async function workerStarter(): Promise<() => Thread> {
  if (typeof Worker === "undefined") {
    // not in the form below: a bundler would take the module for one more
    const { NodeWorker } = await import("../../runtime/platform/node_shared.ts"), place = import.meta.url;
    return () => new NodeWorker(new URL("./worker.js", place));
  }
  // in just this form, by which bundlers know that the module is a program of its own
  return () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}
