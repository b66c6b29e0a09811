/**
 * Looks for the fastest schedule of one kernel: candidates of the target, then neighbours of the best, in heats.
 *
 * @module
 */
import { neighbours } from "../../../codegen/schedule/neighbours.ts";
import { type Schedule, scheduleText } from "../../../codegen/schedule/schedule.ts";
import { formulaHash, normalized } from "../../../codegen/schedule/tuning.ts";
import { isStorable } from "../../../codegen/schedule/tuning_schema.ts";
import { type Attempts, type Contender, enter, noAttempts } from "./contender.ts";
import { race, ROUNDS } from "./race.ts";
import type { TunedRow } from "./results.ts";
import type { Subject } from "./subject.ts";

/** What is stored is replaced only by what takes this part less time: less is noise. */
const MARGIN = 0.03;
/** Candidates that run against the best so far. */
const HEAT = 6;

/** How far a search has come. */
interface Search {
  readonly subject: Subject;
  readonly attempts: Attempts;
  /** What is to be beaten. */
  readonly incumbent: Contender;
  /** The fastest so far. */
  best: Contender;
  /** Candidates that were timed. */
  tried: number;
}

/** Seconds of the schedule to be beaten. */
export async function timeIncumbent(subject: Subject, stored: Schedule | undefined): Promise<number> {
  const attempts = noAttempts(), incumbent = await incumbentOf(subject, stored, attempts);
  try {
    await race([incumbent], attempts);
    if (incumbent.least === Infinity) throw failure(subject, attempts);
    return incumbent.least / 1000;
  } finally {
    incumbent.worker.end();
  }
}

/** Looks for something faster until there is nothing left to try, or until the deadline, but for one heat at least. */
export async function tuneKernel(
  subject: Subject,
  stored: Schedule | undefined,
  deadline: number,
): Promise<TunedRow> {
  const attempts = noAttempts(), incumbent = await incumbentOf(subject, stored, attempts);
  const search: Search = { subject, attempts, incumbent, best: incumbent, tried: 0 };
  try {
    await runHeats(search, deadline);
    // luck may have helped the winner of many heats: once more, the two of them
    await race([incumbent, search.best], attempts, 2 * ROUNDS, Infinity);
    if (incumbent.least === Infinity) throw failure(subject, attempts);
    return rowOf(search, stored);
  } finally {
    incumbent.worker.end();
    search.best.worker.end();
  }
}

/** What is stored, or the first guess where nothing is or it does not fit. */
async function incumbentOf(subject: Subject, stored: Schedule | undefined, attempts: Attempts): Promise<Contender> {
  const contender = stored && await enter(subject, normalized(stored), attempts) ||
    await enter(subject, normalized(subject.candidates[0]), attempts);
  if (!contender) throw failure(subject, attempts);
  return contender;
}

function failure({ kernel }: Subject, { refused }: Attempts): Error {
  const { schedule, reason } = refused.at(-1) ?? { schedule: "its first guess", reason: "no time" };
  return new Error(`${kernel.name}: ${schedule}: ${reason}`);
}

async function runHeats(search: Search, deadline: number): Promise<void> {
  const { kernel, target, candidates } = search.subject, queue = [...candidates];
  let centre: Schedule | undefined, heats = 0;
  const timeLeft = () => heats === 0 || performance.now() < deadline;
  for (; timeLeft(); heats++) {
    if (queue.length === 0 && centre !== search.best.schedule) {
      centre = search.best.schedule;
      queue.push(...neighbours(kernel, centre, target.spread));
    }
    if (queue.length === 0) break;
    await runHeat(search, queue, timeLeft);
  }
}

/** Takes challengers from a queue, and races them against the best so far. */
async function runHeat(search: Search, queue: Schedule[], timeLeft: () => boolean): Promise<void> {
  const { subject, attempts } = search, challengers: Contender[] = [];
  try {
    while (challengers.length < HEAT && queue.length > 0 && timeLeft()) {
      const schedule = normalized(queue.shift()!);
      const challenger = isStorable(schedule) ? await enter(subject, schedule, attempts) : undefined;
      if (challenger) challengers.push(challenger);
    }
    if (challengers.length === 0) return;
    search.tried += challengers.length;
    const winner = await race([search.best, ...challengers], attempts);
    if (winner !== undefined && winner !== search.best) {
      if (search.best !== search.incumbent) search.best.worker.end();
      search.best = winner;
    }
  } finally {
    for (const { worker } of challengers) if (worker !== search.best.worker) worker.end();
  }
}

/** The result, after the incumbent and the best have been timed together. */
function rowOf(
  { subject: { kernel, candidates }, attempts, incumbent, best, tried }: Search,
  stored?: Schedule,
): TunedRow {
  const { schedule, least } = best.least < (1 - MARGIN) * incumbent.least ? best : incumbent;
  const first = normalized(candidates[0]), before = stored ? normalized(stored) : first;
  const differs = (other: Schedule) => JSON.stringify(schedule) !== JSON.stringify(other);
  return {
    kernel: kernel.name,
    before: incumbent.least / 1000,
    after: least / 1000,
    schedule: scheduleText(schedule),
    changed: differs(before),
    tried,
    refused: [...attempts.refused],
    ...differs(first) && { entry: { hash: formulaHash(kernel), schedule } },
  };
}
