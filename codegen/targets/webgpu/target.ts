/**
 * The WebGPU target: a WGSL file per dispatch, and `step.json`, the list of dispatches that make a step.
 *
 * @module
 */
import { type Dispatch, type Dispatches, dispatchOf } from "./dispatch.ts";
import { expand } from "../../passes/expand.ts";
import { headerLines } from "../../print/header.ts";
import type { Plan, PlannedKernel } from "../../plan/plan.ts";
import { printNest } from "../../print/print.ts";
import type { BoundNest, CompiledKernel, Target } from "../target.ts";
import { proveNest } from "../../prove/kernel/nest.ts";
import { Writer } from "../../print/writer.ts";
import { grids } from "./lower/grid.ts";
import { merge, rounds } from "./merge.ts";
import { candidates } from "./schedules.ts";
import { syntax } from "./print/syntax.ts";
import { togetherOf } from "./together.ts";

/** How sums are kept. */
const NUMBERS = "f32";

/** WGSL for GPUs. */
export const webgpu: Target = {
  name: "webgpu",
  syntax,
  backend: "webgpu",
  entry: "step.json",
  needsGrid: true,
  mustHoist: true,
  // drivers fuse where they like; asked for, it is emulated by some
  fma: false,
  numbers: NUMBERS,
  // WGSL allows e^x an error of 3 + 2 |x| units in the last place, which counts where |x| is small, and a quotient 2.5
  epsilon: { sum: 2 ** -23, store: 2 ** -20 },
  commentMark: "//",
  layout: "blocks",
  wholeAddresses: false,
  spread: grids,
  expand,
  candidates,
  files,
  groups: ({ "step.json": text }) => {
    const list: Dispatches = JSON.parse(text);
    // what stands in a queue waits for what stands before it
    const groups = (names?: readonly string[]) =>
      names === undefined ? [] : [
        ...names.map((name) => {
          const { kernels, tensors, writes, bindings } = list.kernels[name];
          return { kernels, bound: tensors, writes, buffers: bindings };
        }),
        { kernels: [] },
      ];
    return { train: groups(list.train), evaluate: groups(list.evaluate) };
  },
  merged: (group) => merge("", group).nest,
};

function files(
  plan: Plan,
  kernels: ReadonlyMap<string, CompiledKernel>,
  texts: ReadonlyMap<string, string>,
  mostBindings?: number,
): Record<string, string> {
  const written: Record<string, string> = {}, dispatches: Record<string, Dispatch> = {};
  const step = (planned: readonly PlannedKernel[]) =>
    rounds(
      planned.map((kernel) => ({ ...kernels.get(kernel.kernel.name)!, bindings: kernel.bindings, planned: kernel })),
      plan,
      mostBindings,
    )
      .map((group) => {
        const [first] = group, names = group.map(({ kernel }) => kernel.name);
        const wish = group.length === 1 ? first.nest.name : `${first.nest.name}_and_${group.length - 1}_more`;
        let name = wish;
        for (let i = 2; dispatches[name] && dispatches[name].kernels.join() !== names.join(); i++) {
          name = `${wish}_${i}`;
        }
        const { nest, bindings } = group.length === 1 ? first : merge(name, group);
        proveNest(nest);
        dispatches[name] = dispatchOf(names, nest, bindings, plan);
        written[`${name}.wgsl`] = group.length === 1 ? texts.get(name)! : mergedText(plan, group, { nest, bindings });
        return name;
      });
  const [train, evaluate] = [step(plan.train.kernels), step(plan.evaluate.kernels)];
  const about = `net ${plan.name}, batch ${plan.batchSize} · regenerate: deno task generate specs/${plan.name}.json`;
  const list: Dispatches = { about, kernels: dispatches, train, evaluate, together: togetherOf(plan) };
  return { ...written, "step.json": `${JSON.stringify(list, null, 2)}\n` };
}

/** The heads of some kernels, and the one function that is all of them. */
function mergedText(plan: Plan, group: readonly CompiledKernel[], { nest, bindings }: BoundNest): string {
  const writer = new Writer();
  for (const compiled of group) for (const line of headerLines(compiled, NUMBERS, plan.name)) writer.line(`// ${line}`);
  printNest(nest, syntax(nest, {}, { bindings, plan }), writer);
  return writer.toString();
}
