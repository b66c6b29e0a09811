/**
 * Whether what outputs are compared with is what the loss takes: of probabilities, numbers from 0 to 1.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";

/** What a net compares its outputs with: targets, or its own inputs. */
interface Compared {
  /** Samples x outputs. */
  readonly targets?: Float32Array;
  /** Samples x shape; bytes are scaled to be from 0 to 1. */
  readonly inputs?: Float32Array | Uint8Array;
}

/**
 * @param origin how messages call what was given: it ends with ": ", or is empty.
 * @throws {InputError} naming the first number that the loss does not take, its sample, and its place there.
 */
export function checkRanges({ name, tensors }: RunPlan, { targets, inputs }: Compared, origin: string): void {
  for (
    const [what, tensor, values] of [["target", tensors.targets, targets], ["number", tensors.data, inputs]] as const
  ) {
    if (!tensor?.range || !values || values instanceof Uint8Array) continue;
    const [least, most] = tensor.range, each = tensor.shape.slice(1).reduce((a, b) => a * b, 1);
    const wrong = values.findIndex((value) => value < least || value > most);
    if (wrong < 0) continue;
    throw new InputError(
      `${origin}${what} ${wrong % each} of sample ${Math.floor(wrong / each)} is ${values[wrong]}; ` +
        `net ${name} compares its outputs with numbers from ${least} to ${most}`,
    );
  }
}
