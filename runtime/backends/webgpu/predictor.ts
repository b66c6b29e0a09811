/**
 * Predictions on a GPU: the weights in buffers, and for each batch one submission that is waited for.
 *
 * @module
 */
import type { CompiledNet } from "../../../codegen/compile.ts";
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import type { Plan } from "../../../codegen/plan/plan.ts";
import type { BoundPredictor, Parameters } from "../backend.ts";
import { fillEvaluation } from "../epoch.ts";
import { elementsOf } from "../rows.ts";
import { outputOf, storedValues, weightsOf } from "../tensors.ts";
import { mostBindings, needAdapter } from "./adapter.ts";
import { readBuffers } from "./buffers.ts";
import { bindingsOf, gpuCode } from "./code.ts";
import { type Gpu, openGpu, submit } from "./device.ts";
import { checked } from "./errors.ts";
import { emptyTables, type GpuMemory, takeMemory, writeTables } from "./memory.ts";
import { needsOf } from "./needs.ts";
import { createPipelines } from "./pipelines.ts";
import { encodeSteps, type GpuNet } from "./steps.ts";

/**
 * Compiles the kernels and puts the parameters into buffers.
 *
 * @throws {InputError} when there is no adapter, or a limit of it is too low.
 */
export async function openPredictor(net: CompiledNet, parameters: Parameters): Promise<BoundPredictor> {
  const { plan } = net, adapter = await needAdapter(), counts = { samples: plan.batchSize, steps: 1 };
  const code = gpuCode(net, mostBindings(adapter)), { dispatches } = code;
  const gpu = await openGpu(needsOf(plan, bindingsOf(code), [counts]), adapter), { device } = gpu;
  const pipelines = await createPipelines(device, code);
  const memory = await takeMemory(plan, device, pipelines, [counts]);
  try {
    writeWeights(plan, gpu, memory, parameters);
    const tables = emptyTables(plan, counts);
    fillEvaluation(plan, tables);
    writeTables(device, tables, memory.sets[0]);
    return bound({ plan, gpu, dispatches, pipelines, memory }, memory, elementsOf(plan.tensors.data, counts));
  } catch (error) {
    memory.destroy();
    throw error;
  }
}

/** Copies the weights to their buffers. */
function writeWeights(plan: Plan, { device }: Gpu, { buffers }: GpuMemory, parameters: Parameters): void {
  for (const name of weightsOf(plan)) {
    const stored = storedValues(plan, name, parameters.get(name)!.values);
    device.queue.writeBuffer(buffers[name], 0, stored as BufferSource);
  }
}

/** `elements`: of the inputs of a batch. */
function bound(net: GpuNet, memory: GpuMemory, elements: number): BoundPredictor {
  const { plan, gpu, dispatches: { evaluate } } = net,
    { data } = memory.sets[0].buffers,
    { name, classes } = outputOf(plan);
  const { alias = name, bytes, layout } = plan.tensors[name], input = new Float32Array(elements);
  return {
    immediate: false,
    input,
    run: () =>
      checked(gpu.device, `net ${plan.name} on the GPU`, async () => {
        gpu.device.queue.writeBuffer(data, 0, input);
        submit(gpu, encodeSteps(net, 0, evaluate, [0, 1]));
        const [contents] = await readBuffers(gpu, [{ buffer: memory.buffers[alias], bytes }]);
        return fromStored(new Float32Array(contents), layout).subarray(0, plan.batchSize * classes);
      }),
    close: memory.destroy,
  };
}
