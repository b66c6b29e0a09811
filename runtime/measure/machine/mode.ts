/**
 * How V8 was started: it can't be asked, so it is told from what is fast.
 *
 * @module
 */
import { platform } from "../../platform/here.ts";
import { canPack } from "../../platform/v8_flags.ts";
import { type Bench, loop } from "./bench.ts";
import type { Mode } from "./facts.ts";
import { fuses, time } from "./probe.ts";

/** So much faster or slower is no noise: it is 2.0 to 2.5 where there is a difference, else about 1. */
const CLEAR = 1.4;
/** Milliseconds for which its jobs are timed; the best round counts. */
const MILLISECONDS = 100;

/** Finds out how V8 was started, from what is fast. */
export function findMode({ kernels, memory }: Bench, relaxed: boolean): Mode {
  const jobs = ["tile16_apart", "tile16", "tile16_constant", "access", "access_constant"].map((name) =>
    loop(name, 0, 20)
  );
  const [singles, pairs, constantPairs, access, constantAccess] = time(kernels, jobs, MILLISECONDS)
    .map((spans) => Math.min(...spans.map(([start, end]) => end - start)));
  const packs = (seconds: number) => singles / seconds > CLEAR;
  const reason = () => {
    if (platform.arch !== "x86_64") return "not x64";
    if (!canPack(platform.versions)) return "not this engine";
    // where addresses are constant there is no check between stores, and pairs are packed all the same
    if (packs(constantPairs)) return "bounds checks are on";
    // processors got AVX2 together with fused multiply-add
    return relaxed && !fuses(kernels, memory) ? "no AVX2" : "flag not given";
  };
  return {
    packing: packs(pairs) ? "engaged" : reason(),
    packingGain: singles / pairs,
    boundsChecks: access / constantAccess > CLEAR,
    boundsChecksCost: access / constantAccess,
  };
}
