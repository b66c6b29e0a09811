/**
 * What is generated for target webgpu, as a device can run it: a list of dispatches, and the text of each.
 *
 * @module
 */
import { type CompiledNet, withBindings } from "../../../codegen/compile.ts";
import type { Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";

/** A generated step with the text of its kernels. */
export interface GpuCode {
  readonly dispatches: Dispatches;
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * The files of target webgpu, as they were printed from proven kernels.
 *
 * @param mostBindings storage buffers that the device lets a kernel have: where a dispatch of several kernels needs more,
 * there are more dispatches.
 */
export function gpuCode(net: CompiledNet, mostBindings = Infinity): GpuCode {
  const dispatchesOf = ({ files }: CompiledNet) => JSON.parse(files["step.json"]) as Dispatches;
  const { kernels } = dispatchesOf(net);
  const tooWide = Object.values(kernels).some(({ kernels, tensors }) =>
    kernels.length > 1 && tensors.length > mostBindings
  );
  const fitted = tooWide ? withBindings(net, mostBindings) : net, dispatches = dispatchesOf(fitted);
  return {
    dispatches,
    texts: Object.fromEntries(Object.keys(dispatches.kernels).map((name) => [name, fitted.files[`${name}.wgsl`]])),
  };
}

/** Storage buffers of each kernel. */
export function bindingsOf({ dispatches: { kernels } }: GpuCode): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(kernels).map(([name, { tensors }]) => [name, tensors.length]));
}
