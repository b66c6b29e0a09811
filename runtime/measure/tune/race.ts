/**
 * Times contenders in turns: the machine's speed changes while others use it.
 *
 * @module
 */
import { type Attempts, type Contender, refuse } from "./contender.ts";

/** Rounds of a race, and how many more at most while times still fall: V8 optimizes meanwhile. */
export const ROUNDS = 5;
const MOST_ROUNDS = 20;
/** A round that brings no time down by more than this part is the last. */
const STILL = 0.01;
/** Candidates this much slower than the best of the heat get no more turns. */
const HOPELESS = 1.5;
/** Milliseconds of a turn. */
const TURN = 10;

/**
 * Times contenders; the shortest time of each is its `least` then.
 *
 * @param hopeless how many times as slow as the fastest a contender may be, to get more turns.
 * @returns the fastest; nothing when all fail.
 */
export async function race(
  contenders: readonly Contender[],
  attempts: Attempts,
  rounds = ROUNDS,
  hopeless = HOPELESS,
): Promise<Contender | undefined> {
  for (const contender of contenders) contender.least = Infinity;
  let running = [...new Set(contenders)];
  const least = () => Math.min(...running.map(({ least }) => least));
  for (let round = 1; round <= MOST_ROUNDS && running.length > 0; round++) {
    let still = true;
    for (const contender of running) if (await takeTurn(contender, attempts)) still = false;
    const limit = hopeless * least();
    running = running.filter((contender) => contender.least < Infinity && contender.least <= limit);
    if (round >= rounds && still) break;
  }
  return running.find((contender) => contender.least === least());
}

/** Whether it brought the contender's time down noticeably; a contender that fails has none. */
async function takeTurn(contender: Contender, attempts: Attempts): Promise<boolean> {
  try {
    const before = contender.least;
    const time = await contender.worker.time({ call: contender.call, milliseconds: TURN });
    contender.least = Math.min(before, time);
    return time < (1 - STILL) * before;
  } catch (error) {
    contender.least = Infinity;
    refuse(attempts, contender.schedule, (error as Error).message);
    await contender.worker.stopped();
    return false;
  }
}
