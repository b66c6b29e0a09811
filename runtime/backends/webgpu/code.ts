/**
 * What is generated for target webgpu, as a device can run it: a list of dispatches, and the text of each.
 *
 * @module
 */
import type { Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";

/** A generated step with the text of its kernels. It is plain JSON: nothing of the compiler is needed to run it. */
export interface GpuCode {
  readonly dispatches: Dispatches;
  readonly texts: Readonly<Record<string, string>>;
}

/** Storage buffers of each kernel. */
export function bindingsOf({ dispatches: { kernels } }: GpuCode): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(kernels).map(([name, { bindings }]) => [name, Math.max(...bindings) + 1]),
  );
}
