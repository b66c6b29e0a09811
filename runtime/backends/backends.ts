/**
 * All backends: the one place that knows which of them runs a target.
 *
 * @module
 */
import type { CompiledNet } from "../../codegen/compile.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { Backend, LoadedKernel } from "./backend.ts";
import type { RowCounts } from "./rows.ts";
import { threads } from "./threads/backend.ts";
import { webgpu } from "./webgpu/backend.ts";

/** All that there are. */
const BACKENDS: readonly Backend[] = [threads, webgpu];

/**
 * What runs the code of a target.
 *
 * @ignore the backends' own types
 */
export function backendOf({ backend }: Pick<Target, "backend">): Backend {
  const found = BACKENDS.find(({ name }) => name === backend);
  if (!found) throw new TypeError(`there is no backend ${backend}`);
  return found;
}

/** The kernels of a net by name, in a memory of their own. `counts`: rows of the tensors that a run would supply. */
export async function loadKernels(net: CompiledNet, counts: RowCounts): Promise<(name: string) => LoadedKernel> {
  const backend = backendOf(net.target);
  return await backend.bindKernels(await backend.prepareKernels(net, counts));
}
