/**
 * Generated code to something that runs: a module that workers bind to memory, and single kernels for checking and timing.
 *
 * @module
 */
import type { Storage } from "../codegen/interpret.ts";
import type { Plan } from "../codegen/plan.ts";
import { type CompiledNet, hashOf } from "../codegen/compile.ts";
import { bundle } from "./bundle.ts";

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
  return files["module.wat"] === undefined ? await bundle(files) : await assemble(files["module.wat"]);
}

/** WebAssembly text to a module. */
export async function assemble(text: string): Promise<WebAssembly.Module> {
  const { default: wabt } = await import("wabt");
  const { parseWat } = await wabt();
  const module = parseWat("module.wat", text, { simd: true, relaxed_simd: true, threads: true });
  try {
    return await WebAssembly.compile(module.toBinary({}).buffer as Uint8Array<ArrayBuffer>);
  } finally {
    module.destroy();
  }
}

/** A kernel, ready to be called on storages of its own. */
export interface LoadedKernel {
  /** Puts storages, in the order of its tensors, where the kernel reads and writes. */
  load(storages: readonly Storage[]): void;
  /** Runs it; `from` and `to`: the share of a parallel loop. */
  run(step: number, from: number, to: number): void;
  /** Copies what is where the kernel writes into the storages. */
  read(storages: readonly Storage[]): void;
}

/** The kernels of a net by name. `room`: bytes for the tensors whose rows the run supplies. */
export async function loadKernels(net: CompiledNet, room = 2 ** 20): Promise<(name: string) => LoadedKernel> {
  const code = await loadCode(net);
  if (typeof code === "string") {
    const module = await import(code);
    return (name) => scriptKernel(module[name], net, name);
  }
  const pages = Math.ceil((net.plan.arenaBytes + room) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const rows: Record<string, number> = {};
  let end = Math.ceil(net.plan.arenaBytes / 64) * 64;
  const runs = Object.values(net.plan.tensors).filter(({ role }) => role === "run");
  for (const { name } of runs) {
    rows[name] = end;
    end += Math.floor(room / runs.length / 64) * 64;
  }
  const instance = new WebAssembly.Instance(code, { team: { memory, wait: () => {}, thread: 0, threads: 1 }, rows });
  return (name) => assembledKernel(instance.exports[name] as (...args: number[]) => void, net.plan, name, memory, rows);
}

function scriptKernel(
  call: (...args: (Storage | number)[]) => void,
  { kernels }: CompiledNet,
  name: string,
): LoadedKernel {
  const { nest } = kernels.get(name)!;
  const steps = Object.values(nest.tensors).some(({ rows }) => rows === "steps");
  let storages: readonly Storage[] = [];
  return {
    load: (own) => storages = own,
    run: (step, from, to) => call(...storages, ...steps ? [step] : [], ...nest.parallel ? [from, to] : []),
    read() {},
  };
}

function assembledKernel(
  call: (...args: number[]) => void,
  plan: Plan,
  name: string,
  { buffer }: WebAssembly.Memory,
  rows: Readonly<Record<string, number>>,
): LoadedKernel {
  const { bindings, kernel } = [...plan.train.kernels, ...plan.evaluate.kernels].find((k) => k.kernel.name === name)!;
  const views = (storages: readonly Storage[]) =>
    Object.keys(kernel.tensors).map((symbol, i) => {
      const storage = storages[i], tensor = plan.tensors[bindings[symbol]];
      const View = storage.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Storage;
      return new View(buffer, tensor.role === "run" ? rows[tensor.name] : tensor.offset, storage.length);
    });
  return {
    load: (storages) => views(storages).forEach((view, i) => view.set(storages[i])),
    run: (step, from, to) => call(step, from, to),
    read: (storages) => views(storages).forEach((view, i) => storages[i].set(view)),
  };
}
