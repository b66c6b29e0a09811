/**
 * Steps as commands for a device: the dispatches of a net, one behind the other, and what is copied after each step.
 *
 * @module
 */
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import type { Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { Gpu } from "./device.ts";
import type { GpuMemory, SetMemory } from "./memory.ts";
import { type Pipeline, STEP_STRIDE } from "./pipelines.ts";

/** A net on a device: its kernels compiled, its tensors in buffers. */
export interface GpuNet {
  readonly plan: RunPlan;
  readonly gpu: Gpu;
  readonly dispatches: Dispatches;
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly memory: GpuMemory;
}

/** A tensor that is copied after every step of a submission, one copy behind the other. */
export interface Copies {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  /** Of one copy. */
  readonly bytes: number;
}

/** Some steps over a data set, each followed by the copy of what is to be kept. */
export function encodeSteps(
  net: GpuNet,
  set: SetMemory,
  kernels: readonly string[],
  [from, to]: readonly [from: number, to: number],
  copies?: Copies,
): GPUCommandBuffer {
  const encoder = net.gpu.device.createCommandEncoder();
  let pass = encoder.beginComputePass();
  for (let step = from; step < to; step++) {
    beginStep(set, pass, step);
    for (const name of kernels) dispatch(net, pass, set, name);
    if (!copies) continue;
    // a copy is no part of a pass
    pass.end();
    encoder.copyBufferToBuffer(copies.from, 0, copies.to, copies.bytes * (step - from), copies.bytes);
    pass = encoder.beginComputePass();
  }
  pass.end();
  return encoder.finish();
}

/** What follows belongs to a step. */
export function beginStep({ stepGroup }: SetMemory, pass: GPUComputePassEncoder, step: number): void {
  pass.setBindGroup(0, stepGroup, [STEP_STRIDE * step]);
}

/** One kernel on the tensors of a data set. */
export function dispatch({ pipelines }: GpuNet, pass: GPUComputePassEncoder, set: SetMemory, name: string): void {
  const { pipeline, dispatch: { workgroups } } = pipelines[name];
  pass.setPipeline(pipeline);
  pass.setBindGroup(1, set.groups[name]);
  pass.dispatchWorkgroups(...workgroups);
}
