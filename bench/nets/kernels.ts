/**
 * The kernels of nets beside what bounds each, the worst first: `../nets.ts --kernels`.
 *
 * @module
 */
import type { KernelTime, Machine } from "../../mod.ts";
import { askDoctor, type Environment, environmentOf } from "../measure/environment.ts";
import { lastLine, projectFile, RUN, runDeno, v8Flags } from "../measure/programs.ts";
import { median } from "../measure/summary.ts";
import { textTable } from "../measure/table.ts";
import { type Limits, needsOf } from "../step/kernels.ts";
import type { Net } from "./measure.ts";
import { describe, type RandomSpec } from "./random.ts";

/** The target that is timed. */
export const TARGET = "wasm_relaxed";

/** A kernel is listed if it takes more than this share of its net's step, and is slow under that share of its bound. */
export const LEAST_SHARE = 0.05, LEAST_OF_BOUND = 1 / 3;

/** What a core can do is the best of so many measurements: kernels are timed by the best of their runs, too. */
const LOOKS = 3;

/** What was timed of a net. */
export type NetKernels =
  & { readonly spec?: unknown }
  & (
    | { readonly kernels: readonly KernelTime[] }
    /** Why it could not be timed. */
    | { readonly reason: string }
  );

/** All that was timed. */
export interface KernelResults extends Environment {
  readonly v8Flags: string;
  /** Of one core. */
  readonly limits: Limits;
  readonly nets: Readonly<Record<string, NetKernels>>;
}

/** A kernel beside its bound. */
export interface Bounded {
  readonly net: string;
  readonly time: KernelTime;
  /** Of its net's step, its kernels one after the other. */
  readonly share: number;
  /** Share of its time that what bounds it would take at the core's best rate; more than 1 where its data are nearer. */
  readonly ofBound: number;
  /** What that is. */
  readonly bound: string;
}

/** Kernels that take a good share of their net's step, the one that is farthest from its bound first. */
export function worstKernels({ nets, limits }: Pick<KernelResults, "nets" | "limits">): Bounded[] {
  return Object.entries(nets).flatMap(([net, timed]) => {
    if ("reason" in timed) return [];
    const total = timed.kernels.reduce((sum, { seconds }) => sum + seconds, 0);
    return timed.kernels.map((time): Bounded => {
      const [{ share: ofBound, short: bound }] = needsOf(time, limits);
      return { net, time, share: time.seconds / total, ofBound, bound };
    });
  }).filter(({ share }) => share > LEAST_SHARE).sort((a, b) => a.ofBound - b.ofBound);
}

const percent = (share: number) => `${(100 * share).toFixed(0)}%`;

/** Results as text. */
export function kernelsText(results: KernelResults): string {
  const { nets, limits, machine: { cpu, peak, load }, v8Flags } = results, all = worstKernels(results);
  const slow = all.filter(({ ofBound }) => ofBound < LEAST_OF_BOUND);
  const described = Object.entries(nets).flatMap(([name, { spec }]) =>
    spec && slow.some(({ net }) => net === name) ? [`${name}  ${describe(spec as RandomSpec)}`] : []
  );
  const failed = Object.entries(nets).flatMap(([net, timed]) => "reason" in timed ? [`${net}: ${timed.reason}`] : []);
  return [
    `kernels that take over ${percent(LEAST_SHARE)} of their net's step, on one thread, each alone: best of its runs`,
    "of bound: the time that what bounds it takes at this core's best rate, of its own time",
    "",
    ...textTable([
      ["", "kernel", "ms", "share", "GFLOP/s", "executed", "GB/s", "of bound", "bound by"],
      ...all.map(({ net, time: { kernel, seconds, flops, executed, bytes }, share, ofBound, bound }) => [
        net,
        kernel,
        (1000 * seconds).toFixed(3),
        percent(share),
        ...[flops, executed, bytes].map((amount) => (amount / seconds / 1e9).toFixed(1)),
        percent(ofBound),
        bound,
      ]),
    ]),
    "",
    ...described.length > 0 ? ["nets of those under a third:", ...described, ""] : [],
    all.length === 0
      ? "no kernels"
      : `worst ${percent(all[0].ofBound)}, median ${percent(median(all.map(({ ofBound }) => ofBound)))}; ` +
        `${slow.length} of ${all.length} kernels under a third, in ${new Set(slow.map(({ net }) => net)).size} of ` +
        `${Object.keys(nets).length} nets`,
    `one core: ${limits.peak.toFixed(0)} GFLOP/s, memory ${limits.memory.toFixed(0)} GB/s, second cache ${
      limits.secondCache.toFixed(0)
    } GB/s`,
    `machine: ${cpu ?? "processor not known"}, ${peak.one.toFixed(0)} GFLOP/s; load average before: ${load.toFixed(2)}`,
    `V8 flags: ${v8Flags}`,
    ...failed.map((line) => `FAILED ${line}`),
  ].join("\n");
}

/** Times the kernels of nets, each net in a process of its own. `onNet`: called after each with all so far. */
export async function measureKernels(
  nets: readonly Net[],
  { say, onNet = () => {} }: { say: (what: string) => void; onNet?: (results: KernelResults) => unknown },
): Promise<KernelResults> {
  const [load] = Deno.loadavg(), fast = await v8Flags();
  say("what this machine can do");
  const machines: Machine[] = [];
  for (let i = 0; i < LOOKS; i++) machines.push(await askDoctor(fast));
  const [machine] = machines, best = (of: (machine: Machine) => number) => Math.max(...machines.map(of));
  const limits = {
    peak: best(({ arithmetic }) => arithmetic!.one),
    memory: best(({ bandwidth }) => bandwidth!.read.one),
    secondCache: best(({ bandwidth }) => bandwidth!.secondCache),
  };
  const timed: Record<string, NetKernels> = {};
  const results = { ...environmentOf(machine, load), v8Flags: fast.replace("--v8-flags=", ""), limits, nets: timed };
  for (const { name, file, spec } of nets) {
    const words = ["--allow-env=XDG_RUNTIME_DIR", "--allow-read", fast, projectFile("bench/nets/time_kernels.ts")];
    const ran = await runDeno([...RUN, ...words, file]), given = spec === undefined ? {} : { spec };
    timed[name] = "reason" in ran ? { ...given, ...ran } : { ...given, kernels: lastLine(ran.output) };
    say(`${name}: ${"reason" in ran ? ran.reason : "timed"}`);
    await onNet(results);
  }
  return results;
}
