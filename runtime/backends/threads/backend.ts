/**
 * Threads of the processor: a team of workers that share memory and run scripts or WebAssembly.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { boundsOf, checkedBinary } from "./binary.ts";
import { bindKernels, type PreparedKernels, prepareKernels } from "./kernels.ts";
import { loadCode, loadTimedCode } from "./load.ts";
import { fitMemory } from "./memory.ts";
import { requireStripping } from "./needs.ts";
import { openPredictor } from "./predictor.ts";
import { ThreadSession } from "./session.ts";
import { requireSharing, sharingFault } from "./sharing.ts";

/** Runs targets whose code threads can load. */
export const threads: Backend<PreparedKernels> = {
  name: "threads",
  takesThreads: true,
  lastWork: "this step",
  available() {
    const reason = sharingFault();
    if (reason !== undefined) return { preferred: false, reason };
    return { device: "the processor", preferred: false, reason: "every machine has threads" };
  },
  requireDevice: requireSharing,
  fit(net, sets, { threads, profile = false, module }) {
    requireSharing();
    if (net.target.script && module === undefined) requireStripping();
    const memory = fitMemory(net.plan, sets, threads);
    return {
      async open() {
        const code = module ?? await loadCode(net), timed = profile ? await loadTimedCode(net, module) : undefined;
        return ThreadSession.open(net.plan, code, memory, threads, timed);
      },
    };
  },
  predictor: openPredictor,
  prepareKernels,
  boundsOf,
  moduleOf: (net) => net.target.script ? undefined : checkedBinary(net),
  bindKernels,
};
