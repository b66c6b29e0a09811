/**
 * Generated code to something that runs: a module that workers bind to memory, and single kernels for checking and timing.
 *
 * @module
 */
import type { Storage } from "../../../codegen/ir/interpret.ts";
import { type CompiledNet, hashOf, withWaits } from "../../../codegen/compile.ts";
import { bundle } from "./bundle.ts";
import type { LoadedKernel } from "../kernel.ts";
import { bindGpuKernels, type PreparedGpuKernels, prepareGpuKernels } from "../webgpu/kernels.ts";

/** What workers are sent: the URL of a `step.ts`, or a compiled WebAssembly module. */
export type Code = string | WebAssembly.Module;

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536;

/**
 * Generated files, as workers can load them.
 *
 * @throws {Error} when the file that is loaded is not what the compiler has proven: the engine may have been told not to
 * check its memory accesses.
 */
export async function loadCode(
  { files, target: { entry }, proof }: Pick<CompiledNet, "files" | "target" | "proof">,
): Promise<Code> {
  if (hashOf(files[entry]) !== proof) {
    throw new Error(
      `${entry} is not what the compiler has proven (SHA-256 ${hashOf(files[entry])}, not ${proof}); it is not run`,
    );
  }
  return files["module.wat"] === undefined ? bundle(files) : await assemble(files["module.wat"]);
}

/** A training step that can be timed kernel by kernel. */
export interface TimedCode {
  /** Its `train` waits after every kernel. */
  readonly code: Code;
  /** Whether a thread of so many has a share of a kernel. */
  shares(kernel: string, thread: number, threads: number): boolean;
}

/** @param module URL of the net's generated `step.ts`, where its kernels are to be loaded from files. */
export async function loadTimedCode(net: CompiledNet, module?: string): Promise<TimedCode> {
  const waiting = withWaits(net);
  return {
    code: module === undefined ? await loadCode(waiting) : beside(module, waiting.files[waiting.target.entry]),
    shares(kernel, thread, threads) {
      const { parallel } = net.kernels.get(kernel)!.nest;
      if (!parallel) return thread === 0;
      const bound = (i: number) => Math.floor(parallel.iterations * i / threads);
      return bound(thread) < bound(thread + 1);
    },
  };
}

/** Another script in place of a file's, with the same files beside it. */
function beside(file: string, script: string): string {
  const text = script.replaceAll('from "./', () => `from "${new URL("./", file)}`);
  return `data:application/typescript;charset=utf-8,${encodeURIComponent(text)}`;
}

/**
 * WebAssembly text to a binary. The assembler is no WebAssembly itself: the engine may have been told to run that without
 * checks, which is for code that is proven.
 */
export async function binaryOf(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const { default: compile } = await import("watr/compile");
  return compile(text);
}

/** WebAssembly text to a module, which the engine validates. */
export async function assemble(text: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await binaryOf(text));
}

/** Kernels that any thread can make callable: it can be sent to a worker. */
export interface PreparedKernels {
  readonly code: Code;
  /** Memory for a module, in pages. */
  readonly pages: number;
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
}

/** Lays out memory for the kernels of a net. `room`: bytes for the tensors whose rows the run supplies. */
export function prepareKernels({ plan, kernels }: CompiledNet, code: Code, room: number): PreparedKernels {
  const rows: Record<string, number> = {};
  let end = Math.ceil(plan.arenaBytes / 64) * 64;
  const runs = Object.values(plan.tensors).filter(({ role }) => role === "run");
  for (const { name } of runs) {
    rows[name] = end;
    end += Math.floor(room / runs.length / 64) * 64;
  }
  const planned = [...plan.train.kernels, ...plan.evaluate.kernels];
  const prepared = [...kernels].map(([name, { nest }]): [string, PreparedKernel] => {
    const { bindings } = planned.find((k) => k.kernel.name === name)!;
    return [name, {
      addresses: Object.keys(nest.tensors).map((symbol) => {
        const { name, role, offset } = plan.tensors[bindings[symbol]];
        return role === "run" ? rows[name] : offset;
      }),
      step: Object.values(nest.tensors).some(({ rows }) => rows === "steps"),
      parallel: nest.parallel !== undefined,
    }];
  });
  return { code, pages: Math.ceil((plan.arenaBytes + room) / PAGE), rows, kernels: Object.fromEntries(prepared) };
}

/** Kernels by name, in a memory of their own. */
export async function bindKernels(
  prepared: PreparedKernels | PreparedGpuKernels,
): Promise<(name: string) => LoadedKernel> {
  if ("needs" in prepared) return await bindGpuKernels(prepared);
  const { code, pages, rows, kernels } = prepared;
  if (typeof code === "string") {
    const module = await import(code);
    return (name) => scriptKernel(module[name], kernels[name]);
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const instance = new WebAssembly.Instance(code, { team: { memory, wait: () => {}, thread: 0, threads: 1 }, rows });
  return (name) => assembledKernel(instance.exports[name] as (...args: number[]) => void, kernels[name], memory);
}

/** The kernels of a net by name. `room`: bytes for the tensors whose rows the run supplies. */
export async function loadKernels(net: CompiledNet, room: number): Promise<(name: string) => LoadedKernel> {
  return await bindKernels(
    net.target.gpu ? prepareGpuKernels(net, room) : prepareKernels(net, await loadCode(net), room),
  );
}

function scriptKernel(
  call: (...args: (Storage | number)[]) => void,
  { step: takesStep, parallel }: PreparedKernel,
): LoadedKernel {
  let storages: readonly Storage[] = [];
  return {
    load: (own) => storages = own,
    run: (step, from, to) => call(...storages, ...takesStep ? [step] : [], ...parallel ? [from, to] : []),
    read() {},
  };
}

function assembledKernel(
  call: (...args: number[]) => void,
  { addresses }: PreparedKernel,
  { buffer }: WebAssembly.Memory,
): LoadedKernel {
  const views = (storages: readonly Storage[]) =>
    storages.map((storage, i) => {
      const View = storage.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Storage;
      return new View(buffer, addresses[i], storage.length);
    });
  return {
    load: (storages) => views(storages).forEach((view, i) => view.set(storages[i])),
    run: (step, from, to) => call(step, from, to),
    read: (storages) => views(storages).forEach((view, i) => storages[i].set(view)),
  };
}
