/**
 * A generated kernel against the interpreter.
 *
 * @module
 */
import { interpretKernel, type Storage } from "../../codegen/ir/interpret.ts";
import type { Kernel, LoopNest } from "../../codegen/ir/ir.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { CompiledKernel, Target } from "../../codegen/targets/target.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { compareStorages } from "./differences.ts";
import { draws, randomStorages, ROW } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** Parts a parallel loop is split in, so that the seams are checked too. */
const THREADS = 3;

/** Runs a generated kernel, split as a team would, and the interpreter on the same random data. */
export async function verifyKernelCode(
  { kernel, nest }: CompiledKernel,
  { load, run, read }: LoadedKernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  target: Target,
  seed: number,
): Promise<VerifyRow> {
  const { given, expected } = kernelCase(kernel, bindings, plan, spec, seed);
  const storages = Object.keys(nest.tensors).map((symbol) => given[symbol]);
  load(storages);
  for (const call of teamCalls(nest)) run(...call);
  await read(storages);
  return compareStorages(kernel, given, expected, target);
}

/** Random data for a kernel, by symbol, and what the interpreter makes of it. */
export function kernelCase(
  kernel: Kernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  seed: number,
): { given: Readonly<Record<string, Storage>>; expected: Readonly<Record<string, Storage>> } {
  const given = randomStorages(kernel, bindings, plan, spec, draws(seed, kernel.name));
  const expected = Object.fromEntries(Object.entries(given).map(([symbol, storage]) => [symbol, storage.slice()]));
  interpretKernel(kernel, expected, ROW);
  return { given, expected };
}

/** A call of a kernel: the row of the tables of run-time numbers, and a share of the parallel loop. */
export type Call = readonly [step: number, from: number, to: number];

/** The calls by which a team runs a kernel. */
export function teamCalls({ parallel }: LoopNest, threads = THREADS): Call[] {
  const { iterations, step } = parallel ?? { iterations: 0, step: 0 };
  const bound = (i: number) => Math.floor(iterations * i / threads) * step;
  return Array.from({ length: parallel ? threads : 1 }, (_, thread) => [ROW, bound(thread), bound(thread + 1)]);
}

/**
 * Checks a kernel that is to be timed, and puts random contents where it reads.
 *
 * @param title what messages call the kernel.
 * @returns the call that runs all of it on one thread.
 * @throws {Error} when it does not compute what its formulas say.
 */
export async function checkedCall(
  compiled: CompiledKernel,
  loaded: LoadedKernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  target: Target,
  title: string,
): Promise<Call> {
  const { ok, error, tolerance } = await verifyKernelCode(compiled, loaded, bindings, plan, spec, target, 0);
  if (!ok) throw new Error(`${title} is wrong: its error is ${error}, at most ${tolerance} is rounding`);
  const { kernel, nest } = compiled, storages = randomStorages(kernel, bindings, plan, spec, draws(0, kernel.name));
  loaded.load(Object.keys(nest.tensors).map((symbol) => storages[symbol]));
  const [call] = teamCalls(nest, 1);
  return call;
}
