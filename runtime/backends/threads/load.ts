/**
 * Generated code to something that runs: a module that workers bind to memory.
 *
 * @module
 */
import { type CompiledNet, withWaits } from "../../../codegen/compile.ts";
import { binaryOf } from "./assembler/module.ts";
import { type Assembled, checkedBinary } from "./binary.ts";
import { bundle, scriptUrl } from "./bundle.ts";

/** What workers are sent: the URL of a `step.ts`, or a compiled WebAssembly module. */
export type Code = string | WebAssembly.Module;

/**
 * Generated files, as workers can load them. Of a module the very bytes that are compiled were checked: the engine may have
 * been told not to check memory accesses.
 *
 * @throws {VerifyError} when an access of a module cannot be bounded.
 */
export async function loadCode(net: Assembled): Promise<Code> {
  return net.target.script ? bundle(net.files) : await WebAssembly.compile(checkedBinary(net));
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
 * WebAssembly text that is no net's to a module, for probes of the machine: nothing but the engine looks at it. The
 * assembler is no WebAssembly itself, since the engine may have been told to run that without checks.
 */
export async function assemble(text: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(binaryOf(text));
}
