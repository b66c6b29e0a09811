/**
 * What a net is compiled to, and the same net put together in another way.
 *
 * @module
 */
import type { Swap } from "./graph/reorder.ts";
import type { Chosen } from "./plan/algorithm/algorithm.ts";
import type { Fusion } from "./plan/fuse/rule.ts";
import type { Plan } from "./plan/plan.ts";
import { kernelSources } from "./print/source.ts";
import { proveTarget } from "./prove/plan/target.ts";
import type { CompiledKernel, Target } from "./targets/target.ts";

/** A plan and what was merged on the way to it. */
export interface Planned {
  readonly plan: Plan;
  readonly fusions: readonly Fusion[];
  readonly swaps: readonly Swap[];
  /** What is computed otherwise than it was drafted. Default: nothing. */
  readonly chosen?: readonly Chosen[];
}

/** A net for one target. */
export interface CompiledNet extends Planned {
  /** The plan before its kernels were chained and its memory was reused. Default: `plan`, where neither was done. */
  readonly unchained?: Plan;
  readonly target: Target;
  readonly kernels: ReadonlyMap<string, CompiledKernel>;
  /** Text by file name, `plan.txt` not among them. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * A net whose kernels are printed, in files that run them in an order that is right.
 *
 * @param mostBindings storage buffers of a GPU's dispatch of several kernels.
 * @throws {VerifyError} when anything about that is left unproven.
 */
export function printedNet(
  net: Omit<CompiledNet, "files">,
  mostBindings?: number,
): CompiledNet {
  const { target, plan, unchained, kernels } = net;
  const files = target.files(plan, kernels, kernelSources(kernels, target, plan), mostBindings);
  proveTarget(plan, kernels, files, target, unchained);
  return { ...net, files };
}

/**
 * The same net for threads, with a wait after every kernel of a training step: who is called there can tell when each
 * kernel ended, and need not wait for the others where the plan has no barrier. A chain counts as one kernel.
 */
export function withWaits(net: CompiledNet): CompiledNet {
  const { train, train: { chains = [] } } = net.plan;
  const inside = (i: number) => chains.some(({ first, count }) => i > first && i < first + count);
  return printedNet({
    ...net,
    plan: { ...net.plan, train: { ...train, barriers: train.kernels.map((_, i) => i > 0 && !inside(i)) } },
  });
}

/** The same net for a GPU that lets a kernel have fewer storage buffers than usual. */
export function withBindings(net: CompiledNet, mostBindings: number): CompiledNet {
  return printedNet(net, mostBindings);
}
