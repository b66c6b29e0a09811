/**
 * Generated code to something that runs: a module that workers bind to memory.
 *
 * @module
 */
import { type CompiledNet, withWaits } from "../../../codegen/compile.ts";
import { sha256 } from "../../../codegen/sha256.ts";
import { binaryOf } from "./assembler/module.ts";
import { bundle, scriptUrl } from "./bundle.ts";

/** What workers are sent: the URL of a `step.ts`, or a compiled WebAssembly module. */
export type Code = string | WebAssembly.Module;

/**
 * Generated files, as workers can load them.
 *
 * @throws {Error} when the file that is loaded is not what the compiler has proven: the engine may have been told not to
 * check its memory accesses.
 */
export async function loadCode(
  { files, target: { entry, script }, proven }: Pick<CompiledNet, "files" | "target" | "proven">,
): Promise<Code> {
  if (files[entry] !== proven) {
    const [found, expected] = [files[entry], proven].map(sha256);
    throw new Error(`${entry} is not what the compiler has proven (SHA-256 ${found}, not ${expected}); it is not run`);
  }
  return script ? bundle(files) : await assemble(files[entry]);
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
      const { parallel } = net.kernels.get(kernel)!.nest, { kernels, chains = [] } = net.plan.train;
      if (!parallel) return thread === 0;
      const chain = chains.find(({ first }) => kernels[first].kernel.name === kernel);
      const iterations = chain ? chain.rows / chain.block : parallel.iterations;
      const bound = (i: number) => Math.floor(iterations * i / threads);
      return bound(thread) < bound(thread + 1);
    },
  };
}

/** Another script in place of a file's, with the same files beside it. */
function beside(file: string, script: string): string {
  return scriptUrl(script.replaceAll('from "./', () => `from "${new URL("./", file)}`));
}

/**
 * WebAssembly text to a module, which the engine validates. The assembler is no WebAssembly itself: the engine may have
 * been told to run that without checks, which is for code that is proven.
 */
export async function assemble(text: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(binaryOf(text));
}
