/**
 * A GPU by way of WebGPU, in software where there is no other.
 *
 * @module
 */
import { InputError } from "../../../codegen/error.ts";
import type { CompiledNet } from "../../../codegen/compile.ts";
import { type Dataset, readDataset } from "../../data/data.ts";
import type { Backend, FittedNet, SessionOptions } from "../backend.ts";
import { rowCounts } from "../rows.ts";
import { checkFit } from "../samples.ts";
import { mostBindings } from "./adapter.ts";
import { openGpu } from "./device.ts";
import { availability, needAdapter } from "./find_adapter.ts";
import { bindKernels, type PreparedKernels, prepareKernels } from "./kernels.ts";
import { needsOf } from "./needs.ts";
import { openPredictor } from "./predictor.ts";
import { gpuCode } from "./printed.ts";
import { GpuSession } from "./session.ts";
import { MOST_TIMED } from "./time_steps.ts";

/** Runs targets whose files are a list of dispatches and the WGSL of each. */
export const webgpu: Backend<PreparedKernels> = {
  name: "webgpu",
  takesThreads: false,
  lastWork: "the steps that the GPU was given, a few seconds in software",
  available: availability,
  async requireDevice() {
    await needAdapter();
  },
  fit,
  async predictor(net, parameters) {
    const adapter = await needAdapter();
    return await openPredictor(net.plan, gpuCode(net, mostBindings(adapter)), parameters, adapter);
  },
  prepareKernels,
  bindKernels,
};

/** Opens a device that has what a net and data sets need. */
async function fit(net: CompiledNet, given: readonly Dataset[], { profile }: SessionOptions): Promise<FittedNet> {
  const { plan } = net, sets = given.map((set) => readDataset(set)), adapter = await needAdapter();
  for (const set of sets) checkFit(plan, set);
  const code = gpuCode(net, mostBindings(adapter)), { train } = code.dispatches;
  if (profile && train.length > MOST_TIMED) {
    throw new InputError(
      `a step of net ${plan.name} has ${train.length} dispatches; a profile can time ${MOST_TIMED}`,
    );
  }
  const needs = needsOf(plan, code, sets.map(({ samples }) => rowCounts(plan, samples)));
  const gpu = await openGpu({ ...needs, timestamps: profile }, adapter);
  return { open: () => GpuSession.open(plan, gpu, code, sets) };
}
