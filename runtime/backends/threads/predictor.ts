/**
 * Predictions in the thread that asks: a memory with the weights, and the one step that makes outputs.
 *
 * @module
 */
import type { CompiledNet } from "../../../codegen/compile.ts";
import { fromStored } from "../../../codegen/plan/arrange/layouts.ts";
import { lineFrom } from "../../../codegen/plan/layout/lines.ts";
import { checkPlaces } from "../../../codegen/prove/binary/places.ts";
import type { BoundPredictor, Parameters } from "../backend.ts";
import { fillEvaluation } from "../epoch.ts";
import { placeRows } from "../rows.ts";
import { outputOf, storedValues, weightsOf } from "../tensors.ts";
import { binder } from "./bind.ts";
import { loadCode } from "./load.ts";
import { PAGE, sharedMemory } from "./pages.ts";

/** Puts the parameters into a memory of its own and binds the code to it. */
export async function openPredictor(net: CompiledNet, parameters: Parameters): Promise<BoundPredictor> {
  const { plan } = net, { batchSize: samples } = plan;
  const { rows, end } = placeRows(plan, { samples, steps: 1 }, plan.arenaBytes);
  const scratch = lineFrom(end), memory = sharedMemory(Math.ceil((scratch + (plan.scratchBytes ?? 0)) / PAGE));
  const { buffer } = memory;
  checkPlaces(plan, buffer.byteLength, [{ rows, samples, steps: 1 }], [[scratch, plan.scratchBytes ?? 0]]);
  for (const name of weightsOf(plan)) {
    const { offset, bytes } = plan.tensors[name];
    new Float32Array(buffer, offset, bytes / 4).set(storedValues(plan, name, parameters.get(name)!.values));
  }
  fillEvaluation(plan, {
    samples,
    steps: 1,
    order: new Int32Array(buffer, ...rows.order),
    params: new Float32Array(buffer, ...rows.params),
  });
  const bind = await binder(await loadCode(net), memory, { thread: 0, threads: 1, scratch, wait() {} });
  const { name, classes } = outputOf(plan), { evaluate } = bind(rows), { offset, bytes, layout } = plan.tensors[name];
  const outputs = new Float32Array(buffer, offset, bytes / 4);
  return {
    immediate: true,
    input: new Float32Array(buffer, ...rows.data),
    run() {
      evaluate(0);
      return fromStored(outputs, layout).subarray(0, samples * classes);
    },
    close() {},
  };
}
