/**
 * Single kernels in the thread that calls them, in a memory of their own: to check what they compute, and to time them.
 *
 * @module
 */
import type { Storage } from "../../../codegen/ir/interpret.ts";
import type { CompiledNet } from "../../../codegen/compile.ts";
import { plannedKernels } from "../../../codegen/plan/kernel.ts";
import { lineFrom } from "../../../codegen/plan/layout/lines.ts";
import { checkPlaces } from "../../../codegen/prove/binary/places.ts";
import type { LoadedKernel } from "../backend.ts";
import { placeRows, type RowCounts } from "../rows.ts";
import { scriptUrl } from "./bundle.ts";
import { type Code, loadCode } from "./load.ts";
import { PAGE, sharedMemory } from "./pages.ts";

/** Kernels that any thread can make callable: it can be sent to a worker. */
export interface PreparedKernels {
  readonly code: Code;
  /** Memory for a module, in pages. */
  readonly pages: number;
  /** Where scratch memory begins. */
  readonly scratch: number;
  /** Addresses of the tensors whose rows the run supplies. */
  readonly rows: Readonly<Record<string, number>>;
  readonly kernels: Readonly<Record<string, PreparedKernel>>;
}

/** How a kernel is called. */
interface PreparedKernel {
  /** Where its tensors are, in the order of its arguments. */
  readonly addresses: readonly number[];
  /** Whether a script's function takes the step's number, and a share of a parallel loop. */
  readonly step: boolean;
  readonly parallel: boolean;
  /** Where those of its tensors begin that a step has in scratch memory, in elements: here, all of each is there. */
  readonly scratch: readonly number[];
}

/** Lays out memory for the kernels of a net, and loads their code: of scripts no more than the one file, if it is one. */
export async function prepareKernels(net: CompiledNet, counts: RowCounts, only?: string): Promise<PreparedKernels> {
  const { plan, kernels, files, target } = net, { rows, end } = placeRows(plan, counts, plan.arenaBytes);
  const whole = new Map<string, readonly [address: number, bytes: number]>();
  let last = end;
  for (const { name, scratch, bytes, shape } of Object.values(plan.tensors)) {
    if (scratch === undefined) continue;
    whole.set(name, [lineFrom(last), bytes / scratch * shape[0]]);
    last = lineFrom(last) + bytes / scratch * shape[0];
  }
  // no kernel uses it here: all of each tensor lies where it is told
  const scratch = [lineFrom(last), plan.scratchBytes ?? 0] as const;
  const pages = Math.ceil((scratch[0] + scratch[1]) / PAGE);
  checkPlaces(plan, pages * PAGE, [{ rows, ...counts }], [...whole.values(), scratch]);
  const planned = plannedKernels(plan);
  const prepared = [...kernels].map(([name, { nest }]): [string, PreparedKernel] => {
    const { bindings } = planned.get(name)!, names = Object.keys(nest.tensors).map((symbol) => bindings[symbol]);
    return [name, {
      addresses: names.map((name) => {
        const { role, offset } = plan.tensors[name];
        return role === "run" ? rows[name][0] : whole.get(name)?.[0] ?? offset;
      }),
      scratch: Object.keys(nest.begins ?? {}).map((symbol) => whole.get(bindings[symbol])![0] / 4),
      step: Object.values(nest.tensors).some(({ rows }) => rows === "steps"),
      parallel: nest.parallel !== undefined,
    }];
  });
  return {
    // a script without imports needs no bundling: Deno takes its types away
    code: only !== undefined && target.script ? scriptUrl(files[`${only}.ts`]) : await loadCode(net),
    pages,
    scratch: scratch[0],
    rows: Object.fromEntries(Object.entries(rows).map(([name, [offset]]) => [name, offset])),
    kernels: Object.fromEntries(prepared),
  };
}

/** Kernels by name, in a memory of their own. */
export async function bindKernels(
  { code, pages, scratch, rows, kernels }: PreparedKernels,
): Promise<(name: string) => LoadedKernel> {
  if (typeof code === "string") {
    const module = await import(code);
    return (name) => scriptKernel(module[name], kernels[name]);
  }
  const memory = sharedMemory(pages);
  const team = { memory, wait: () => {}, thread: 0, threads: 1, scratch };
  const instance = new WebAssembly.Instance(code, { team, rows });
  return (name) => assembledKernel(instance.exports[name] as (...args: number[]) => void, kernels[name], memory);
}

function scriptKernel(
  call: (...args: (Storage | number)[]) => void,
  { step: takesStep, parallel }: PreparedKernel,
): LoadedKernel {
  let storages: readonly Storage[] = [];
  return {
    load: (given) => storages = given,
    run: (step, from, to) => call(...storages, ...takesStep ? [step] : [], ...parallel ? [from, to] : []),
    read() {},
  };
}

function assembledKernel(
  call: (...args: number[]) => void,
  { addresses, scratch }: PreparedKernel,
  { buffer }: WebAssembly.Memory,
): LoadedKernel {
  const views = (storages: readonly Storage[]) =>
    storages.map((storage, i) => {
      const View = storage.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Storage;
      return new View(buffer, addresses[i], storage.length);
    });
  return {
    load: (storages) => views(storages).forEach((view, i) => view.set(storages[i])),
    run: (step, from, to) => call(step, from, to, ...scratch),
    read: (storages) => views(storages).forEach((view, i) => storages[i].set(view)),
  };
}
