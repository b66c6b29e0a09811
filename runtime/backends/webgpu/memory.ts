/**
 * A net's tensors on a device: a buffer for each, those that all data sets share and those that each has its own of.
 *
 * @module
 */
import type { Plan, PlannedTensor } from "../../../codegen/plan/plan.ts";
import { megabytes } from "../../../codegen/amounts.ts";
import { type Dataset, inputsOf } from "../../data/data.ts";
import type { StepTables } from "../epoch.ts";
import { elementsOf, type RowCounts, rowCounts } from "../rows.ts";
import { fillTargets } from "../samples.ts";
import { inBuffer } from "./buffers.ts";
import { checked } from "./errors.ts";
import { mostSteps, rowBytes, tensorBytes, tensorsOf } from "./needs.ts";
import { entries, type Pipeline, STEP_STRIDE, stepEntry, stepLayout, stepNumbers } from "./pipelines.ts";

/** Buffers by the names of their tensors. */
type Buffers = Readonly<Record<string, GPUBuffer>>;

/** The rows of a data set. */
interface SetMemory {
  readonly buffers: Buffers;
  /** The tensors of each kernel. */
  readonly groups: Readonly<Record<string, GPUBindGroup>>;
}

/** All that a net has of a device. */
export interface GpuMemory {
  /** Of the tensors that all data sets share. */
  readonly buffers: Buffers;
  /** The number of the step. */
  readonly stepGroup: GPUBindGroup;
  readonly sets: readonly SetMemory[];
  /** Gives it back; the device stays. */
  destroy(): void;
}

/**
 * Makes all buffers of a net, for data sets of so many rows.
 *
 * @throws {Error} naming the tensor that gets no memory.
 */
export async function takeMemory(
  plan: Plan,
  device: GPUDevice,
  pipelines: Readonly<Record<string, Pipeline>>,
  counts: readonly RowCounts[],
): Promise<GpuMemory> {
  const made: GPUBuffer[] = [], { shared, runs } = tensorsOf(plan);
  const destroy = () => made.forEach((buffer) => buffer.destroy());
  // one after the other, so that what does not fit into memory has a name
  const allocate = async (tensors: readonly PlannedTensor[], bytes: (tensor: PlannedTensor) => number) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffers: Record<string, GPUBuffer> = {};
    for (const tensor of tensors) {
      const { name } = tensor, size = bytes(tensor);
      const what = `tensor ${name} of net ${plan.name}, ${megabytes(size)}, is refused by WebGPU`;
      buffers[name] = await checked(device, what, () => device.createBuffer({ label: name, size, usage }));
      made.push(buffers[name]);
    }
    return buffers;
  };
  try {
    const buffers = await allocate(shared, tensorBytes), rows: Buffers[] = [];
    for (const count of counts) rows.push(await allocate(runs, (tensor) => rowBytes(tensor, count)));
    return await checked(device, `the memory of net ${plan.name}`, () => {
      const numbers = numbersBuffer(device, mostSteps(counts));
      made.push(numbers);
      return {
        ...{ buffers, destroy },
        stepGroup: device.createBindGroup({ layout: stepLayout(device), entries: [stepEntry(numbers)] }),
        sets: rows.map((setBuffers) => ({
          buffers: setBuffers,
          groups: groupsOf(device, pipelines, { ...buffers, ...setBuffers }),
        })),
      };
    });
  } catch (error) {
    destroy();
    throw error;
  }
}

/** The numbers of so many steps. */
function numbersBuffer(device: GPUDevice, steps: number): GPUBuffer {
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const numbers = device.createBuffer({ size: STEP_STRIDE * steps, usage });
  device.queue.writeBuffer(numbers, 0, stepNumbers(steps));
  return numbers;
}

/** The tensors of each kernel. */
function groupsOf(device: GPUDevice, pipelines: Readonly<Record<string, Pipeline>>, buffers: Buffers) {
  return Object.fromEntries(
    Object.entries(pipelines).map(([name, { layout, dispatch: { tensors } }]) => [
      name,
      device.createBindGroup({ layout, entries: entries(tensors.map((tensor) => buffers[tensor])) }),
    ]),
  );
}

/** The tables of an epoch over a data set with so many rows, on the way to its buffers. */
export function emptyTables(plan: Plan, counts: RowCounts): StepTables {
  const length = (name: string) => elementsOf(plan.tensors[name], counts);
  return {
    ...counts,
    order: new Int32Array(length("order")),
    params: new Float32Array(length("params")),
    ...plan.tensors.keys && { keys: new Uint32Array(length("keys")) },
  };
}

/** Brings an epoch's tables to the device. */
export function writeTables({ queue }: GPUDevice, tables: StepTables, { buffers }: SetMemory): void {
  for (const name of ["order", "params", "keys"] as const) {
    const table = tables[name];
    // Deno cannot write nothing
    if (table?.length && buffers[name]) queue.writeBuffer(buffers[name], 0, table as BufferSource);
  }
}

/** Copies a data set to its buffers. */
export function writeSet(plan: Plan, { queue }: GPUDevice, set: Dataset, { buffers }: SetMemory): void {
  const { data, labels, targets } = buffers;
  queue.writeBuffer(data, 0, inBuffer(plan.tensors.data, inputsOf(set)));
  if (labels) queue.writeBuffer(labels, 0, Int32Array.from(set.labels));
  if (!targets) return;
  const rows = new Float32Array(elementsOf(plan.tensors.targets, rowCounts(plan, set.samples)));
  fillTargets(plan, rows, set);
  queue.writeBuffer(targets, 0, rows);
}
