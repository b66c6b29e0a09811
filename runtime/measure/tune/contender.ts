/**
 * From a schedule to code that was checked and can be timed.
 *
 * @module
 */
import { type CompiledNet, compileTarget } from "../../../codegen/compile.ts";
import type { LoopNest } from "../../../codegen/ir/ir.ts";
import { nestText } from "../../../codegen/ir/text.ts";
import { type Schedule, scheduleText } from "../../../codegen/schedule/schedule.ts";
import { backendOf } from "../../backends/backends.ts";
import { compareStorages } from "../../check/differences.ts";
import { rowsFor } from "../../check/random_data.ts";
import { type Call, teamCalls } from "../../check/kernel.ts";
import type { VerifyRow } from "../../check/row.ts";
import { CandidateWorker } from "./candidate_worker.ts";
import type { Refusal } from "./results.ts";
import type { Subject } from "./subject.ts";

/** A schedule whose code was checked and can be timed. */
export interface Contender {
  readonly schedule: Schedule;
  readonly worker: CandidateWorker;
  readonly call: Call;
  /** Shortest time of this heat, in milliseconds. */
  least: number;
}

/** What has been tried for a kernel. */
export interface Attempts {
  readonly refused: Refusal[];
  /** Loop nests that have been tried: other words may mean the same. */
  readonly seen: Set<string>;
}

/** Milliseconds of a contender's first turn, which is not counted. */
const WARM_UP = 50;

/** Before anything was tried. */
export function noAttempts(): Attempts {
  return { refused: [], seen: new Set() };
}

/** Notes why a schedule is out. */
export function refuse({ refused }: Attempts, schedule: Schedule, reason: string, wrong = false): void {
  refused.push({ schedule: scheduleText(schedule), reason, wrong });
}

/** Compiles a schedule, and runs it in a worker on random data. Gives nothing when it is refused or was there before. */
export async function enter(subject: Subject, schedule: Schedule, attempts: Attempts): Promise<Contender | undefined> {
  const net = compiled(subject, schedule, attempts);
  if (!net) return undefined;
  const { nest } = net.kernels.get(subject.kernel.name)!, text = nestText(nest);
  if (attempts.seen.has(text)) return undefined;
  attempts.seen.add(text);
  // outside of the attempt: what fails here is not the candidate
  subject.data();
  let worker: CandidateWorker | undefined;
  try {
    const prepared = await backendOf(subject.target).prepareKernels(net, rowsFor(net.plan), subject.kernel.name);
    worker = new CandidateWorker(subject.patience);
    const { ok, error, tolerance } = await checked(worker, prepared, subject, nest);
    if (ok) {
      const [call] = teamCalls(nest, 1);
      await worker.time({ call, milliseconds: WARM_UP });
      return { schedule, worker, call, least: Infinity };
    }
    refuse(attempts, schedule, `it is wrong: its error is ${error}, at most ${tolerance} is rounding`, true);
  } catch (error) {
    refuse(attempts, schedule, (error as Error).message);
    await worker?.stopped();
  }
  worker?.end();
  return undefined;
}

/** A net of just the kernel. */
function compiled({ plan, target }: Subject, schedule: Schedule, attempts: Attempts): CompiledNet | undefined {
  try {
    return compileTarget({ plan, fusions: [], swaps: [] }, target, () => schedule);
  } catch (error) {
    refuse(attempts, schedule, (error as Error).message);
    return undefined;
  }
}

/** Runs a candidate, split as a team would. */
async function checked(
  worker: CandidateWorker,
  prepared: unknown,
  { kernel, target, data }: Subject,
  nest: LoopNest,
): Promise<VerifyRow> {
  const { given, expected, moves } = data(), symbols = Object.keys(nest.tensors);
  const storages = await worker.run({
    backend: target.backend,
    prepared,
    kernel: kernel.name,
    storages: symbols.map((symbol) => given[symbol]),
    calls: teamCalls(nest),
  });
  const found = Object.fromEntries(symbols.map((symbol, i) => [symbol, storages[i]]));
  return compareStorages(kernel, found, expected, target, { moves });
}
