/** A net in memory, on whatever its target runs. */
import type { CompiledNet } from "../codegen/compile.ts";
import type { Dataset } from "../runtime/data/data.ts";
import { gpuCode } from "../runtime/backends/webgpu/gpu.ts";
import { GpuSession } from "../runtime/backends/webgpu/session.ts";
import { loadCode, loadTimedCode } from "../runtime/backends/threads/load.ts";
import { type NetSession, Session } from "../runtime/backends/threads/session.ts";

/** `timed`: its kernels can be profiled. A GPU takes no threads. */
export async function openSession(
  net: CompiledNet,
  sets: readonly Dataset[],
  { threads, timed = false }: { threads: number; timed?: boolean },
): Promise<NetSession> {
  return net.target.gpu
    ? await GpuSession.open(net.plan, gpuCode(net), sets, timed)
    : await Session.open(net.plan, await loadCode(net), sets, threads, timed ? await loadTimedCode(net) : undefined);
}
