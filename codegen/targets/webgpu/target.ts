/**
 * The WebGPU target: a WGSL file per kernel, and `step.json`, the list of dispatches that make a step.
 *
 * @module
 */
import { type Dispatch, type Dispatches, workgroups } from "../../dispatch.ts";
import type { Plan, PlannedKernel } from "../../plan.ts";
import type { CompiledKernel, Target } from "../../target.ts";
import { candidates } from "./schedules.ts";
import { syntax } from "./syntax.ts";

/** WGSL for GPUs. */
export const webgpu: Target = {
  name: "webgpu",
  syntax,
  entry: "step.json",
  gpu: true,
  // drivers fuse where they like; asked for, it is emulated by some
  fma: false,
  numbers: "f32",
  // WGSL allows e^x an error of 3 + 2 |x| units in the last place, which counts where |x| is small, and a quotient 2.5
  epsilon: { sum: 2 ** -23, store: 2 ** -20 },
  commentMark: "//",
  layout: "lanes",
  wholeAddresses: false,
  candidates,
  files: (plan, kernels, texts) => ({
    ...Object.fromEntries([...texts].map(([name, text]) => [`${name}.wgsl`, text])),
    "step.json": `${JSON.stringify(dispatches(plan, kernels), null, 2)}\n`,
  }),
};

function dispatches(plan: Plan, kernels: ReadonlyMap<string, CompiledKernel>): Dispatches {
  const planned = [...plan.train.kernels, ...plan.evaluate.kernels];
  const names = (list: readonly PlannedKernel[]) => list.map(({ kernel: { name } }) => name);
  const storage = (name: string) => plan.tensors[name].alias ?? name;
  return {
    about: `net ${plan.name}, batch ${plan.batchSize} · regenerate: deno task generate specs/${plan.name}.json`,
    kernels: Object.fromEntries([...kernels].map(([name, { nest }]): [string, Dispatch] => {
      const { bindings } = planned.find(({ kernel }) => kernel.name === name)!;
      return [name, {
        workgroups: workgroups(nest),
        tensors: Object.keys(nest.tensors).map((symbol) => storage(bindings[symbol])),
        writes: nest.outputs.map((symbol) => storage(bindings[symbol])),
      }];
    })),
    train: names(plan.train.kernels),
    evaluate: names(plan.evaluate.kernels),
  };
}
