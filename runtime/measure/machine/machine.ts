/**
 * What a machine gives: how V8 runs WebAssembly on it, how fast arithmetic and memory are, and whether it has a GPU.
 *
 * How V8 was started cannot be asked, so it is found out: kernels that do the same work in two ways are timed in turn,
 * and what they compute is checked. No access is ever out of bounds, see `probe.ts`.
 *
 * @module
 */
import { platform } from "../../platform/here.ts";
import { checkChoices, listOf, MOST_THREADS, readOptions, THREADS } from "../../run/options.ts";
import { openBench } from "./bench.ts";
import { type Instructions, type Machine, type MachineOptions, type Probe, PROBES } from "./facts.ts";
import { findGpu } from "./gpu.ts";
import { findMode } from "./mode.ts";
import { wrongAnswers } from "./probe.ts";
import { measureRates } from "./rates.ts";

/**
 * Measures a machine, or what is wanted of it.
 *
 * @param instructions what the engine takes; without SIMD nothing is timed.
 */
export async function measureMachine(
  instructions: Instructions,
  options: MachineOptions = {},
): Promise<Machine> {
  const { probes = PROBES, threads = Math.min(platform.cores, MOST_THREADS) } = readOptions(options, {
    probes: listOf(PROBES),
    threads: THREADS,
  });
  checkChoices("probes", probes, PROBES);
  const wanted = (probe: Probe) => probes.includes(probe);
  const { os, arch, cores } = platform, cpu = platform.cpuModel();
  const { typescript: _, ...versions } = platform.versions;
  return {
    versions,
    os,
    arch,
    ...cpu !== undefined && { cpu },
    cores,
    threads,
    ...instructions,
    ...instructions.simd && probes.some((probe) => probe !== "gpu")
      ? await timeProbes(instructions.relaxedSimd, threads, wanted)
      : { wrong: [] },
    ...wanted("gpu") && { gpu: await findGpu() },
  };
}

/** All that is timed, after the answers have been checked. */
async function timeProbes(
  relaxed: boolean,
  threads: number,
  wanted: (probe: Probe) => boolean,
): Promise<Pick<Machine, "wrong" | "mode" | "arithmetic" | "bandwidth">> {
  const bench = await openBench(relaxed, threads, wanted("bandwidth"));
  // after the warm-up: it is the optimised code that is checked
  const wrong = wrongAnswers(bench.kernels, bench.memory);
  const mode = wanted("mode") ? findMode(bench, relaxed) : undefined;
  const rates = wanted("arithmetic") || wanted("bandwidth") ? await measureRates(bench, wanted) : {};
  return { wrong, ...mode && { mode }, ...rates };
}
