/**
 * Times the kernels of a net's training step, on one thread, in a process of its own. The last line it prints is a list
 * of {@linkcode KernelTime}.
 *
 *     deno run bench/nets/time_kernels.ts FILE
 *
 * @module
 */
import { loadSpec, timeKernels } from "../../mod.ts";
import { TARGET } from "./kernels.ts";

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await timeKernels(await loadSpec(Deno.args[0]), { target: TARGET })));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
