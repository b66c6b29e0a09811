/**
 * A generated kernel against the interpreter.
 *
 * @module
 */
import {
  type Coordinates,
  interpretKernel,
  interpretPoints,
  type Storage,
  type Storages,
} from "../../codegen/ir/interpret.ts";
import type { Kernel, LoopNest } from "../../codegen/ir/ir.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { CompiledKernel, Target } from "../../codegen/targets/target.ts";
import type { LoadedKernel } from "../backends/backend.ts";
import { compareStorages, type Moves, type Places } from "./differences.ts";
import { checkedPoints } from "./points.ts";
import { draws, randomStorages, ROW } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** Parts a parallel loop is split in, so that the seams are checked too. */
const THREADS = 3;

/**
 * Runs a generated kernel, split as a team would, and the interpreter on the same random data: at all points of a small
 * kernel, at some of a large one.
 */
export async function verifyKernelCode(
  compiled: CompiledKernel,
  loaded: LoadedKernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  target: Target,
  seed: number,
): Promise<VerifyRow> {
  const { kernel, schedule } = compiled, points = checkedPoints(kernel, schedule, draws(seed, `points ${kernel.name}`));
  return await compareRun(compiled, loaded, kernelCase(kernel, bindings, plan, spec, seed, points), target);
}

/** Runs a generated kernel, split as a team would, on data that it overwrites, and compares what it makes of them. */
export async function compareRun(
  { kernel, nest }: CompiledKernel,
  { load, run, read }: LoadedKernel,
  { given, expected, places, moves }: KernelCase,
  target: Target,
): Promise<VerifyRow> {
  const storages = Object.keys(nest.tensors).map((symbol) => given[symbol]);
  load(storages);
  for (const call of teamCalls(nest)) run(...call);
  await read(storages);
  return compareStorages(kernel, given, expected, target, { places, moves });
}

/** Data of a kernel, by symbol. */
export interface KernelCase {
  readonly given: Readonly<Record<string, Storage>>;
  readonly expected: Readonly<Record<string, Storage>>;
  /** Elements of its outputs that are as expected, where not all are. */
  readonly places?: Places;
  /** How far each element moves at most, in units of a relative change of what the kernel reads: see {@linkcode Moves}. */
  readonly moves: Moves;
}

/** Random data for a kernel, and what the interpreter makes of it. `points`: the only ones that it computes. */
export function kernelCase(
  kernel: Kernel,
  bindings: Readonly<Record<string, string>>,
  plan: Plan,
  spec: Spec,
  seed: number,
  points?: readonly (readonly Coordinates[])[],
): KernelCase {
  const draw = () => randomStorages(kernel, bindings, plan, spec, draws(seed, kernel.name));
  const given = draw(), expected = copiesOf(given);
  const interpret = (storages: Storages) => {
    if (points) return interpretPoints(kernel, storages, points, ROW);
    interpretKernel(kernel, storages, ROW);
  };
  const places = interpret(expected);
  let moves: ReturnType<Moves> | undefined;
  return {
    ...{ given, expected, ...places && { places } },
    moves: () => moves ??= movesOf(draw(), expected, interpret),
  };
}

/** The same numbers in storages of their own. */
export const copiesOf = (storages: Storages): Record<string, Storage> =>
  Object.fromEntries(Object.entries(storages).map(([symbol, storage]) => [symbol, storage.slice()]));

/** How often numbers are changed, and by which part of them: more than f32 rounds, and little enough to be a slope. */
const CHANGES = 4, PART = 2 ** -16;

/** How far outputs move, of what is changed at random: the most of several tries. */
function movesOf(given: Storages, expected: Storages, interpret: (storages: Storages) => unknown): ReturnType<Moves> {
  const most = Object.fromEntries(
    Object.entries(expected).map(([symbol, { length }]) => [symbol, new Float64Array(length)]),
  );
  for (let change = 0; change < CHANGES; change++) {
    const draw = draws(change, "moves"), moved = copiesOf(given);
    // several symbols may have one storage
    const changed = new Map<Storage, Storage>();
    for (const [symbol, storage] of Object.entries(given)) {
      const known = changed.get(storage);
      if (known) moved[symbol] = known;
      else if (storage instanceof Float32Array) {
        moved[symbol] = storage.map((value) => value * (draw() < 0.5 ? 1 + PART : 1 - PART));
      }
      changed.set(storage, moved[symbol]);
    }
    interpret(moved);
    for (const [symbol, own] of Object.entries(most)) {
      for (let i = 0; i < own.length; i++) {
        const slope = Math.abs(moved[symbol][i] - expected[symbol][i]) / PART;
        // what is NaN or infinite tells of none
        if (slope > own[i] && slope < Infinity) own[i] = slope;
      }
    }
  }
  return most;
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
