/**
 * What is told of a machine, and what can be measured of it.
 *
 * @module
 */

/** What can be measured: how V8 runs WebAssembly, GFLOP/s, GB/s, and the GPU. */
export type Probe = "mode" | "arithmetic" | "bandwidth" | "gpu";
/** All that can be measured. */
export const PROBES: readonly Probe[] = ["mode", "arithmetic", "bandwidth", "gpu"];

/** What is measured. */
export interface MachineOptions {
  /** Default: all. */
  readonly probes?: readonly Probe[];
  /** Threads that measure at once, up to 256. Default: all cores. */
  readonly threads?: number;
}

/** What the engine takes. */
export interface Instructions {
  /** Vectors of 128 bits. */
  readonly simd: boolean;
  /** Fused multiply-add, among others. */
  readonly relaxedSimd: boolean;
}

/** Whether V8 packs pairs of 128-bit operations into 256-bit ones, or why not. */
export type Packing =
  | ("engaged" | "bounds checks are on" | "flag not given")
  | ("no AVX2" | "not x64" | "not this engine");

/** What a state of packing means. */
export const PACKING_WORDS: Readonly<Record<Packing, string>> = {
  "engaged": "on: two 128-bit operations run as one of 256 bits",
  "bounds checks are on": "off: its flag is given, but a bounds check between two stores keeps them apart",
  "flag not given": "off: V8 was started without --experimental-wasm-revectorize",
  "no AVX2": "off: the processor has no AVX2",
  "not x64": "off: V8 packs on x64 only",
  "not this engine": "off: this engine does not pack, as Deno and Node 26 do",
};

/** How V8 runs WebAssembly in this process. */
export interface Mode {
  /** Whether pairs are packed, or why not. */
  readonly packing: Packing;
  /** How many times as fast a kernel is whose pairs can be packed. */
  readonly packingGain: number;
  /** Whether a check is executed with each load and store. */
  readonly boundsChecks: boolean;
  /** How many times as long loads and stores take that must be checked. */
  readonly boundsChecksCost: number;
}

/**
 * What is said of bounds checks. Engines but Deno have trap handlers: an access out of bounds is caught by the system, and
 * a check that is not executed is made all the same.
 */
export function boundsChecksWords({ boundsChecks }: Pick<Mode, "boundsChecks">, versions: Machine["versions"]): string {
  if (boundsChecks) return "on";
  return versions.deno === undefined ? "on, by traps of the system, which cost nothing" : "off";
}

/** Of one thread alone, and the sum of all threads at once. */
export interface Rate {
  /** One thread alone. */
  readonly one: number;
  /** All threads at once. */
  readonly all: number;
}

/** Bytes through WebAssembly, in GB/s. */
export interface Bandwidth {
  /** Reading what the caches do not hold. */
  readonly read: Rate;
  /** Copying what they do not hold, bytes read and written. */
  readonly copy: Rate;
  /** Reading 16 KiB, which is in the first cache; one thread. */
  readonly firstCache: number;
  /** Reading 256 KiB, which is in the second cache of most processors; one thread. */
  readonly secondCache: number;
}

/** A WebGPU adapter. */
export interface Gpu {
  /** What the driver calls it. */
  readonly name: string;
  /** Whether it is the processor, not a GPU. */
  readonly fallback: boolean;
  /** Whether it has a clock for kernels: the feature timestamp-query. */
  readonly timestamps: boolean;
  /** What a net may meet, by WebGPU's names: bytes of a tensor and of a buffer, storage buffers of a kernel, and so on. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What a machine gives. What was not measured is left out. */
export interface Machine extends Instructions {
  /** Versions of what runs the program, and of its engine: such as Deno and V8. */
  readonly versions: Readonly<Record<string, string>>;
  /** Operating system: linux, darwin, windows. */
  readonly os: string;
  /** Kind of processor: x86_64, aarch64. */
  readonly arch: string;
  /** The processor's model, where the program may ask (`--allow-sys=cpus`). */
  readonly cpu?: string;
  /** Threads the machine runs at once. */
  readonly cores: number;
  /** Threads that measured at once. */
  readonly threads: number;
  /** How V8 runs WebAssembly in this process. */
  readonly mode?: Mode;
  /** Products and sums of 32-bit floats that stay in registers, in GFLOP/s. */
  readonly arithmetic?: Rate;
  /** Bytes through WebAssembly, in GB/s. */
  readonly bandwidth?: Bandwidth;
  /** The WebGPU adapter, null when there is none. */
  readonly gpu?: Gpu | null;
  /** Names of the kernels that computed something wrong; figures are of no use then. */
  readonly wrong: readonly string[];
}
