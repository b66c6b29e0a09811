/**
 * The bytes that threads run of a net: assembled, and checked access by access.
 *
 * @module
 */
import type { CompiledNet } from "../../../codegen/compile.ts";
import { contractOf } from "../../../codegen/prove/binary/contract.ts";
import { type Bound, checkBinary } from "../../../codegen/prove/binary/module.ts";
import { VerifyError } from "../../../codegen/prove/error.ts";
import { binaryOf } from "./assembler/module.ts";

/** What of a net its bytes depend on. */
export type Assembled = Pick<CompiledNet, "files" | "target" | "plan" | "kernels">;

/** Modules whose bounds were asked for and that are about to be loaded, so that each is checked once. */
const checked = new WeakMap<Assembled, Uint8Array<ArrayBuffer>>();

/**
 * The module of a net, which may run without the engine's checks.
 *
 * @throws {VerifyError} when an access may be outside of what the plan lists for its kernel, or cannot be bounded.
 */
export function checkedBinary(net: Assembled): Uint8Array<ArrayBuffer> {
  const known = checked.get(net);
  checked.delete(net);
  return known ?? assembled(net);
}

/** @param onBound called for each access of memory that was found. */
function assembled(
  { files, target: { entry }, plan, kernels }: Assembled,
  onBound?: (bound: Bound) => void,
): Uint8Array<ArrayBuffer> {
  const bytes = binaryOf(files[entry]);
  try {
    checkBinary(bytes, contractOf(plan, kernels), onBound);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new VerifyError(`net ${plan.name}, ${entry}: ${error.message}; it is not run`);
  }
  return bytes;
}

/**
 * What was found of each access of a net's module; undefined for a script, whose engine checks each index. The module is
 * kept until it is loaded.
 */
export function boundsOf(net: Assembled): readonly Bound[] | undefined {
  if (net.target.script) return undefined;
  const bounds: Bound[] = [];
  checked.set(net, assembled(net, (bound) => bounds.push(bound)));
  return bounds;
}
