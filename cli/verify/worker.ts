/**
 * A thread that checks whole steps of a net, while its kernels are checked elsewhere.
 *
 * @module
 */
import { InputError, verifyNet } from "../../mod.ts";
import { parentOf } from "../../runtime/platform/parent.ts";
import type { StepAnswer, StepTask } from "./steps.ts";

const parent = parentOf(), answer = (answer: StepAnswer) => parent.postMessage(answer);

parent.onmessage = async ({ data: { spec, targets, ...options } }: MessageEvent<StepTask>) => {
  try {
    // of targets that have it in common, what one has found is known for the next
    for (const target of targets) {
      answer({ target, rows: await verifyNet(spec, { target, ...options, only: "steps" }) });
    }
  } catch (error) {
    answer({ error: (error as Error).message, isInput: error instanceof InputError });
  }
};
