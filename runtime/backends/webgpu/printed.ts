/**
 * The files of target webgpu as code for a device: printed for as many storage buffers as it has.
 *
 * @module
 */
import { type CompiledNet, withBindings } from "../../../codegen/compile.ts";
import type { Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { GpuCode } from "./code.ts";

/**
 * The files of target webgpu, as they were printed from proven kernels.
 *
 * @param mostBindings storage buffers that the device lets a kernel have: where a dispatch of several kernels needs more,
 * there are more dispatches.
 */
export function gpuCode(net: CompiledNet, mostBindings = Infinity): GpuCode {
  const dispatchesOf = ({ files }: CompiledNet) => JSON.parse(files["step.json"]) as Dispatches;
  const { kernels } = dispatchesOf(net);
  const tooWide = Object.values(kernels).some(({ kernels, bindings }) =>
    kernels.length > 1 && Math.max(...bindings) >= mostBindings
  );
  const fitted = tooWide ? withBindings(net, mostBindings) : net, dispatches = dispatchesOf(fitted);
  return {
    dispatches,
    texts: Object.fromEntries(Object.keys(dispatches.kernels).map((name) => [name, fitted.files[`${name}.wgsl`]])),
  };
}
