/**
 * A net's tensors on a device: a buffer for each, those that all data sets share and those that each has its own of.
 *
 * @module
 */
import type { RunPlan } from "../../../codegen/plan/plan.ts";
import { megabytes } from "../../../codegen/amounts.ts";
import type { Together } from "../../../codegen/targets/webgpu/dispatch.ts";
import type { RowCounts } from "../rows.ts";
import type { Place } from "./buffers.ts";
import { checked } from "./errors.ts";
import { mostSteps, rowsBytes, sharedBytes } from "./needs.ts";
import { boundTensors, entries, type Pipeline, STEP_STRIDE, stepEntry, stepLayout, stepNumbers } from "./pipelines.ts";

/** Buffers by the names of their tensors. */
type Buffers = Readonly<Record<string, GPUBuffer>>;
/** Where tensors are, by name. */
type Places = Readonly<Record<string, Place>>;

/** The rows of a data set. */
export interface SetMemory {
  readonly buffers: Buffers;
  /** The tensors of each kernel. */
  readonly groups: Readonly<Record<string, GPUBindGroup>>;
  /** The number of the step. */
  readonly stepGroup: GPUBindGroup;
  /** Gives it back; what is handed over still has it. */
  destroy(): void;
}

/** The tensors of a net that all data sets share. */
export interface GpuMemory {
  readonly places: Places;
  /** Gives them back; the device stays. */
  destroy(): void;
}

/**
 * Makes the buffers that all data sets of a net share.
 *
 * @throws {Error} naming the tensor that gets no memory.
 */
export async function takeMemory(plan: RunPlan, device: GPUDevice, together: Together): Promise<GpuMemory> {
  const buffers = await allocate(plan, device, sharedBytes(plan, together)), places: Record<string, Place> = {};
  for (const [first, buffer] of Object.entries(buffers)) {
    let offset = 0;
    for (const name of together[first] ?? [first]) {
      places[name] = { buffer, offset };
      offset += plan.tensors[name].bytes;
    }
  }
  return { places, destroy: () => destroyAll(buffers) };
}

/**
 * Makes the buffers of a data set of so many rows.
 *
 * @throws {Error} naming the tensor that gets no memory.
 */
export async function takeSet(
  plan: RunPlan,
  device: GPUDevice,
  pipelines: Readonly<Record<string, Pipeline>>,
  shared: GpuMemory,
  counts: RowCounts,
): Promise<SetMemory> {
  const buffers = await allocate(plan, device, rowsBytes(plan, [counts]));
  try {
    return await checked(device, `the memory of net ${plan.name}`, () => {
      const numbers = numbersBuffer(device, mostSteps([counts]));
      return {
        buffers,
        groups: groupsOf(device, pipelines, shared.places, buffers),
        stepGroup: device.createBindGroup({ layout: stepLayout(device), entries: [stepEntry(numbers)] }),
        destroy: () => destroyAll({ ...buffers, numbers }),
      };
    });
  } catch (error) {
    destroyAll(buffers);
    throw error;
  }
}

/** Makes buffers of so many bytes, one after the other, so that what does not fit into memory has a name. */
async function allocate(
  plan: RunPlan,
  device: GPUDevice,
  bytes: Readonly<Record<string, number>>,
): Promise<Buffers> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers: Record<string, GPUBuffer> = {};
  try {
    for (const [name, size] of Object.entries(bytes)) {
      const what = `tensor ${name} of net ${plan.name}, ${megabytes(size)}, is refused by WebGPU`;
      buffers[name] = await checked(device, what, () => device.createBuffer({ label: name, size, usage }));
    }
    return buffers;
  } catch (error) {
    destroyAll(buffers);
    throw error;
  }
}

function destroyAll(buffers: Buffers): void {
  for (const buffer of Object.values(buffers)) buffer.destroy();
}

/** The numbers of so many steps. */
function numbersBuffer(device: GPUDevice, steps: number): GPUBuffer {
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const numbers = device.createBuffer({ size: STEP_STRIDE * steps, usage });
  device.queue.writeBuffer(numbers, 0, stepNumbers(steps));
  return numbers;
}

/** The tensors of each kernel. */
function groupsOf(
  device: GPUDevice,
  pipelines: Readonly<Record<string, Pipeline>>,
  places: Places,
  rows: Buffers,
): Record<string, GPUBindGroup> {
  // of tensors that lie together, all are bound, or the first one, behind which the others lie
  const resource = ([name]: readonly string[]) => ({ buffer: rows[name] ?? places[name].buffer });
  return Object.fromEntries(
    Object.entries(pipelines).map(([name, { layout, dispatch }]) => [
      name,
      device.createBindGroup({ layout, entries: entries(boundTensors(dispatch).map(resource)) }),
    ]),
  );
}
