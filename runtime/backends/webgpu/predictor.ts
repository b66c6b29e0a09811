/**
 * Predictions on a GPU: the weights in buffers, and for each batch one submission that is waited for.
 *
 * @module
 */
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import type { BoundPredictor, Parameters } from "../backend.ts";
import { fillEvaluation } from "../epoch.ts";
import { elementsOf } from "../rows.ts";
import { outputOf, storedValues, weightsOf } from "../tensors.ts";
import { readBuffers } from "./buffers.ts";
import type { GpuCode } from "./code.ts";
import { type Gpu, openGpu, submit } from "./device.ts";
import { checked } from "./errors.ts";
import { type GpuMemory, type SetMemory, takeMemory, takeSet } from "./memory.ts";
import { needsOf } from "./needs.ts";
import { createPipelines } from "./pipelines.ts";
import { emptyTables, writeTables } from "./sets.ts";
import { encodeSteps, type GpuNet } from "./steps.ts";

/**
 * Compiles the kernels and puts the parameters into buffers.
 *
 * @throws {InputError} when a limit of the adapter is too low.
 */
export async function openPredictor(
  plan: RunPlan,
  code: GpuCode,
  parameters: Parameters,
  adapter: GPUAdapter,
): Promise<BoundPredictor> {
  const counts = { samples: plan.batchSize, steps: 1 }, { dispatches } = code;
  const gpu = await openGpu(needsOf(plan, code, [counts]), adapter), { device } = gpu;
  const pipelines = await createPipelines(device, code), memory = await takeMemory(plan, device, dispatches.together);
  let set: SetMemory | undefined;
  try {
    set = await takeSet(plan, device, pipelines, memory, counts);
    writeWeights(plan, gpu, memory, parameters);
    const tables = emptyTables(plan, counts);
    fillEvaluation(plan, tables);
    writeTables(device, tables, set);
    return bound({ plan, gpu, dispatches, pipelines, memory }, set, elementsOf(plan.tensors.data, counts));
  } catch (error) {
    set?.destroy();
    memory.destroy();
    throw error;
  }
}

/** Copies the weights to their buffers. */
function writeWeights(plan: RunPlan, { device }: Gpu, { places }: GpuMemory, parameters: Parameters): void {
  for (const name of weightsOf(plan)) {
    const stored = storedValues(plan, name, parameters.get(name)!.values);
    device.queue.writeBuffer(places[name].buffer, places[name].offset, stored as BufferSource);
  }
}

/** `elements`: of the inputs of a batch. */
function bound(net: GpuNet, set: SetMemory, elements: number): BoundPredictor {
  const { plan, gpu, memory, dispatches: { evaluate } } = net, { name, classes } = outputOf(plan);
  const { alias = name, bytes, layout } = plan.tensors[name], input = new Float32Array(elements);
  return {
    immediate: false,
    input,
    run: () =>
      checked(gpu.device, `net ${plan.name} on the GPU`, async () => {
        gpu.device.queue.writeBuffer(set.buffers.data, 0, input);
        submit(gpu, encodeSteps(net, set, evaluate, [0, 1]));
        const [contents] = await readBuffers(gpu, [{ ...memory.places[alias], bytes }]);
        return fromStored(new Float32Array(contents), layout).subarray(0, plan.batchSize * classes);
      }),
    close() {
      set.destroy();
      memory.destroy();
    },
  };
}
