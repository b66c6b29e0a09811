/**
 * The files of target webgpu as code for a device: printed for as many storage buffers as it has.
 *
 * @module
 */
import { type CompiledNet, withBindings } from "../../../codegen/compile.ts";
import { fittedCode, type GpuCode } from "./code.ts";

/**
 * The files of target webgpu, as they were printed from proven kernels.
 *
 * @param mostBindings storage buffers that the device lets a kernel have.
 */
export function gpuCode(net: CompiledNet, mostBindings = Infinity): GpuCode {
  return fittedCode(net.files, mostBindings, (most) => withBindings(net, most).files);
}
