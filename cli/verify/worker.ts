/**
 * A thread that checks whole steps of a net, while its kernels are checked elsewhere.
 *
 * @module
 */
import { InputError, verifyNet } from "../../mod.ts";
import type { StepAnswer, StepTask } from "./steps.ts";

const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<StepTask>) => unknown;
  postMessage(answer: StepAnswer): void;
};

thread.onmessage = async ({ data: { spec, targets, ...options } }) => {
  try {
    // of targets that have it in common, what one has found is known for the next
    for (const target of targets) {
      thread.postMessage({ target, rows: await verifyNet(spec, { target, ...options, only: "steps" }) });
    }
  } catch (error) {
    thread.postMessage({ error: (error as Error).message, isInput: error instanceof InputError });
  }
};
