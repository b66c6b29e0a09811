/**
 * Says which kernels of a net V8 has compiled well, before and after they were called with empty shares, and whether the
 * calls changed the memory: a line of JSON, for `runtime/warm_test.ts`. Wants `--v8-flags=--allow-natives-syntax`.
 *
 * @module
 */
import { compileNet } from "../api/compile.ts";
import { findTarget } from "../api/targets.ts";
import { cost } from "../codegen/ir/cost.ts";
import { instantiate } from "../runtime/backends/threads/instantiate.ts";
import { loadCode } from "../runtime/backends/threads/load.ts";
import { lineFrom } from "../codegen/plan/layout/lines.ts";
import { PAGE, sharedMemory } from "../runtime/backends/threads/pages.ts";
import { warmUp } from "../runtime/backends/threads/warm.ts";
import { placeRows } from "../runtime/backends/rows.ts";
import { loadSpec } from "../mod.ts";

/** What is found. */
export interface Tiers {
  /** The kernels of a step with at least as many operations as were asked for. */
  readonly large: readonly string[];
  /** Kernels that were compiled well. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether the memory is as it was after empty calls, and after one that was not empty. */
  readonly unchanged: boolean;
  readonly unchangedByWork: boolean;
}

if (import.meta.main) {
  const [path, least] = Deno.args, spec = await loadSpec(path), net = compileNet(spec, findTarget("wasm"), {});
  const { train } = net.plan, { rows, end } = placeRows(net.plan, { samples: 64, steps: 2 }, net.plan.arenaBytes);
  const memory = sharedMemory(Math.ceil((lineFrom(end) + (net.plan.scratchBytes ?? 0)) / PAGE)),
    bytes = new Uint8Array(memory.buffer);
  // small positive integers everywhere: legal as floats and as places of samples and classes
  new Uint32Array(memory.buffer).fill(1);
  const copy = bytes.slice(), same = () => bytes.every((byte, i) => byte === copy[i]);
  const code = await loadCode(net) as WebAssembly.Module;
  const { exports } = instantiate(code, memory, rows, { thread: 0, threads: 1, scratch: lineFrom(end), wait() {} });
  const isFast = new Function("call", "return %IsTurboFanFunction(call)") as (call: unknown) => boolean;
  const fast = () => train.kernels.map(({ kernel: { name } }) => name).filter((name) => isFast(exports[name]));
  const large = train.kernels.filter(({ kernel }) => cost(kernel).flops >= Number(least)).map(({ kernel }) =>
    kernel.name
  );
  const before = fast();
  const names = train.kernels.map(({ kernel: { name } }) => name);
  for (const thread of [0, 1]) warmUp(exports, names, thread, 2);
  const unchanged = same(), until = Date.now() + 60_000;
  // V8 compiles in threads of its own
  while (!large.every((name) => isFast(exports[name])) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const after = fast();
  (exports[large[0]] as (...args: number[]) => void)(1, 0, 2);
  console.log(JSON.stringify({ large, before, after, unchanged, unchangedByWork: same() } satisfies Tiers));
}
