/** A net in memory, on whatever its target runs. */
import type { CompiledNet } from "../codegen/compile.ts";
import { backendOf } from "../runtime/backends/backends.ts";
import type { NetSession } from "../runtime/backends/session.ts";
import type { Dataset } from "../runtime/data/data.ts";

/** `timed`: its kernels can be profiled. A GPU takes no threads. */
export async function openSession(
  net: CompiledNet,
  sets: readonly Dataset[],
  { threads, timed = false }: { threads: number; timed?: boolean },
): Promise<NetSession> {
  return await (await backendOf(net.target).fit(net, sets, { threads, profile: timed })).open();
}
