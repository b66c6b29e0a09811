/**
 * Starts the worker of a net, in the form by which bundlers know that a module is a program of its own.
 *
 * @module
 */
import { NodeWorker } from "../platform/node_shared.ts";
import type { Thread } from "../platform/platform.ts";

/** A thread that runs `worker.ts`: a worker of the web, or of Node, which has none of these. */
export function startWorker(): Thread {
  if (typeof Worker === "undefined") {
    // not in that form: a bundler would take the module for one more; and in a package, modules are JavaScript
    const place = import.meta.url;
    return new NodeWorker(new URL(/\.ts$/.test(place) ? "./worker.ts" : "./worker.js", place));
  }
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}
