/**
 * The order in which things are measured that are compared: each is checked and warmed up, and then, round by round,
 * each has its turn, so that what the machine does in the meantime is the same for all.
 *
 * @module
 */
import { ALWAYS_OPEN, type Gate } from "./gate.ts";

/** Something that is measured beside others. */
export interface Contender<Value> {
  readonly name: string;
  /**
   * Before all rounds, once: checks that the work is done right, and warms up. What it returns, if it does, is all that
   * is measured: there are no rounds.
   *
   * @throws {CannotRun} when it cannot be measured; the others are.
   */
  prepare?(): void | readonly Value[] | Promise<void | readonly Value[]>;
  /**
   * Once a round.
   *
   * @throws {CannotRun} when it cannot be measured any more; the others are.
   */
  measure(): Value | Promise<Value>;
}

/** Why something cannot be measured, in a line. */
export class CannotRun extends Error {}

/** What was measured of a contender. */
export interface Measured<Value> {
  /** One of each round, or what its preparation gave. */
  readonly values: readonly Value[];
  /** In how many rounds the machine gave less than it can. */
  readonly slow: number;
  /** Why it could not be measured, or not to the end. */
  readonly reason?: string;
}

/** How contenders are measured. */
export interface TurnOptions {
  readonly rounds: number;
  /** Holds a measurement back while the machine gives less than it can. Default: none is held back. */
  readonly gate?: Gate;
  /** Told how far it is. */
  readonly say?: (what: string) => void;
}

/** Measures contenders in turn. Returns what was measured, by name, in their order. */
export async function measureInTurn<Value>(
  contenders: readonly Contender<Value>[],
  { rounds, gate = ALWAYS_OPEN, say = () => {} }: TurnOptions,
): Promise<Record<string, Measured<Value>>> {
  const found = contenders.map((contender) => ({ contender, values: [] as Value[], slow: 0, done: false, reason: "" }));
  type Row = typeof found[number];
  const attempt = async (row: Row, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CannotRun)) throw error;
      Object.assign(row, { reason: error.message, done: true });
    }
  };
  for (const row of found) {
    say(`checking ${row.contender.name}`);
    await attempt(row, async () => {
      const values = await row.contender.prepare?.();
      if (values) Object.assign(row, { values: [...values], done: true });
    });
  }
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    for (const row of found.filter(({ done }) => !done)) {
      await attempt(row, async () => {
        const { value, quiet } = await gate.during(() => row.contender.measure());
        row.values.push(value);
        if (!quiet) row.slow++;
      });
    }
  }
  return Object.fromEntries(
    found.map(({ contender: { name }, values, slow, reason }) => [name, { values, slow, ...reason && { reason } }]),
  );
}
