/**
 * Generated kernels as a device has compiled them, and how they are bound: group 0 is the number of the step, group 1 the
 * kernel's tensors.
 *
 * @module
 */
import type { Dispatch } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { GpuCode } from "./code.ts";
import { checked } from "./errors.ts";

/** Bytes between the numbers of two steps in their buffer. */
export const STEP_STRIDE = 256;
/** A kernel that can be dispatched. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  /** The layout of its tensors: group 1. */
  readonly layout: GPUBindGroupLayout;
  readonly dispatch: Dispatch;
}

/** The layout of group 0: the number of the step, of which each step takes another. */
export function stepLayout(device: GPUDevice): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: [{
      binding: 0,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: 4 },
    }],
  });
}

/** @throws {Error} naming the kernel that the device refuses, and why. */
export async function createPipeline(
  device: GPUDevice,
  name: string,
  text: string,
  dispatch: Dispatch,
  step: GPUBindGroupLayout,
): Promise<Pipeline> {
  return await checked(device, `kernel ${name} is refused by WebGPU`, async () => {
    const layout = device.createBindGroupLayout({
      entries: boundTensors(dispatch).map(([tensor], binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: dispatch.writes.includes(tensor) ? "storage" : "read-only-storage" },
      })),
    });
    const module = device.createShaderModule({ label: name, code: text });
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [step, layout] }),
      compute: { module, entryPoint: name },
    });
    return { pipeline, layout, dispatch };
  });
}

/** All kernels of a step, one after the other, by name. */
export async function createPipelines(
  device: GPUDevice,
  { dispatches: { kernels }, texts }: GpuCode,
): Promise<Readonly<Record<string, Pipeline>>> {
  const step = stepLayout(device), pipelines: Record<string, Pipeline> = {};
  for (const [name, dispatch] of Object.entries(kernels)) {
    pipelines[name] = await createPipeline(device, name, texts[name], dispatch, step);
  }
  return pipelines;
}

/** The numbers of steps 0 to `steps`, each at its place. */
export function stepNumbers(steps: number): Int32Array<ArrayBuffer> {
  const stride = STEP_STRIDE / 4, numbers = new Int32Array(Math.max(1, steps) * stride);
  for (let step = 0; step < steps; step++) numbers[step * stride] = step;
  return numbers;
}

/** The entry of group 0. */
export function stepEntry(buffer: GPUBuffer): GPUBindGroupEntry {
  return { binding: 0, resource: { buffer, size: 16 } };
}

/** The tensors of each buffer that a dispatch binds, in the order of its bindings. */
export function boundTensors({ tensors, bindings }: Dispatch): string[][] {
  const bound: string[][] = [];
  for (const [i, tensor] of tensors.entries()) (bound[bindings[i]] ??= []).push(tensor);
  return bound;
}

/** The entries of group 1. */
export function entries(resources: readonly GPUBufferBinding[]): GPUBindGroupEntry[] {
  return resources.map((resource, binding) => ({ binding, resource }));
}
