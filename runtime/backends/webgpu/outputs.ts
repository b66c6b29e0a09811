/**
 * The outputs of every step of a test: kept on the device while a submission runs, and read after it.
 *
 * @module
 */
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import { outputOf } from "../tensors.ts";
import { readBuffers } from "./buffers.ts";
import { checked } from "./errors.ts";
import type { Copies, GpuNet } from "./steps.ts";

/** Most bytes of outputs that are kept on the device until they are read. */
const KEPT_BYTES = 2 ** 26;

/** What is copied after each step, and where it goes. */
export interface KeptOutputs extends Copies {
  /** Steps of a submission, at most. */
  readonly steps: number;
  /** samples x classes, row-major. */
  readonly outputs: Float32Array;
  /** Reads the copies of steps `first` to `end`. */
  read(first: number, end: number): Promise<void>;
}

/** Takes room for the outputs of a data set; `most`: steps of a submission otherwise. */
export async function keepOutputs(net: GpuNet, samples: number, most: number): Promise<KeptOutputs> {
  const { plan, gpu: { device }, memory } = net, { name, classes } = outputOf(plan), { batchSize } = plan;
  const { alias = name, bytes, layout } = plan.tensors[name], outputs = new Float32Array(samples * classes);
  const steps = Math.max(1, Math.min(most, Math.floor(KEPT_BYTES / bytes)));
  const to = await checked(
    device,
    `the outputs of net ${plan.name}`,
    () => device.createBuffer({ size: bytes * steps, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC }),
  );
  return {
    ...{ from: memory.places[alias].buffer, to, bytes, steps, outputs },
    async read(first, end) {
      const [contents] = await readBuffers(net.gpu, [{ buffer: to, bytes: bytes * (end - first) }]);
      for (let step = first; step < end; step++) {
        const values = fromStored(new Float32Array(contents, bytes * (step - first), bytes / 4), layout);
        const sample = step * batchSize, count = Math.min(batchSize, samples - sample);
        outputs.set(values.subarray(0, count * classes), sample * classes);
      }
    },
  };
}
