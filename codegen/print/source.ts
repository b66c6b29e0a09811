/**
 * A kernel's text, head and all.
 *
 * @module
 */
import { plannedKernels } from "../plan/kernel.ts";
import type { Plan } from "../plan/plan.ts";
import type { Address, CompiledKernel, Target } from "../targets/target.ts";
import { headerLines } from "./header.ts";
import { printNest } from "./print.ts";
import { Writer } from "./writer.ts";

/** The text of one kernel of a plan. */
export function kernelSource(compiled: CompiledKernel, target: Target, plan: Plan): string {
  return kernelSources(new Map([[compiled.kernel.name, compiled]]), target, plan).get(compiled.kernel.name)!;
}

/** The texts of kernels of a plan, by name. */
export function kernelSources(
  kernels: ReadonlyMap<string, CompiledKernel>,
  target: Target,
  plan: Plan,
): Map<string, string> {
  const planned = plannedKernels(plan);
  return new Map([...kernels].map(([name, compiled]) => {
    const { bindings } = planned.get(name)!, writer = new Writer();
    for (const line of headerLines(compiled, target.numbers, plan.name)) writer.line(`${target.commentMark} ${line}`);
    const nest = target.inUnits?.(compiled.nest) ?? compiled.nest;
    printNest(nest, target.syntax(nest, addresses(bindings, plan), { bindings, plan }), writer);
    return [name, writer.toString()];
  }));
}

/** Where a kernel's tensors are, by symbol. */
function addresses(bindings: Readonly<Record<string, string>>, { tensors }: Plan): Record<string, Address> {
  return Object.fromEntries(
    Object.entries(bindings).map(([symbol, name]) => {
      const { role, offset, scratch } = tensors[name];
      return [
        symbol,
        role === "run" ? { rows: name } : scratch === undefined ? { address: offset } : { scratch: true },
      ];
    }),
  );
}
