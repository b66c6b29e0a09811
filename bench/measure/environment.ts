/**
 * What is kept of a measurement: where a benchmark's `--json FILE` goes, and on what machine, with what versions, the
 * figures were measured.
 *
 * @module
 */
import { type Machine, prepareReport, type Rate, type ReportFile, VERSION } from "../../mod.ts";
import { denoOutput, projectFile, RUN } from "./programs.ts";

/** On what figures were measured. */
export interface Environment {
  /** As ISO 8601. */
  readonly date: string;
  readonly machine: MachineRecord;
  /** Of this program, of Deno and of V8. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What is kept of a machine. */
export interface MachineRecord {
  readonly cpu: string | null;
  readonly os: string;
  readonly arch: string;
  readonly cores: number;
  /** Mean number of processes that wanted a core in the minute before. */
  readonly load: number;
  /** Multiplications and additions in registers, in GFLOP/s: of one core, and of all at once. */
  readonly peak: Rate;
  /** WebGPU's adapter. */
  readonly gpu: { readonly name: string; readonly fallback: boolean } | null;
}

/**
 * On what is measured.
 *
 * @param machine with its arithmetic measured.
 * @param load before anything was measured.
 */
export function environmentOf(machine: Machine, load: number): Environment {
  const { cpu = null, os, arch, cores, versions, arithmetic, gpu = null } = machine;
  return {
    date: new Date().toISOString(),
    machine: {
      ...{ cpu, os, arch, cores, load, peak: arithmetic! },
      gpu: gpu && { name: gpu.name, fallback: gpu.fallback },
    },
    versions: { kernelwright: VERSION, ...versions },
  };
}

/** What the doctor measures, in a process with such flags of V8. */
export async function askDoctor(v8Flags: string): Promise<Machine> {
  const flags = ["--allow-env=XDG_RUNTIME_DIR", "--allow-read", "--allow-sys=cpus", v8Flags];
  return JSON.parse(await denoOutput([...RUN, ...flags, projectFile("cli.ts"), "doctor", "--json"]));
}

/** What the slowest core gives: asked by another process, since what Linux calls a process's memory is its parent's too. */
export async function slowestCoreApart(): Promise<number> {
  return Number(await denoOutput([...RUN, "--allow-read", projectFile("bench/measure/gate.ts")]));
}

/** The file for figures, if one is wanted, found to be writable before anything is measured; else the program ends with one line. */
export async function jsonFile(path?: string): Promise<ReportFile | undefined> {
  if (path === undefined) return undefined;
  return await prepareReport({ file: path }, "figures").catch(fail);
}

/** Ends the program with one line. */
export function fail(error: unknown): never {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
