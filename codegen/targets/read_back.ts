/**
 * What threads run between waits, read back from a printed step.
 *
 * @module
 */
import type { Group, PrintedChain } from "./target.ts";

/** How a target prints a step, by lines. */
export interface StepLines {
  /** How the line before a step begins. */
  readonly begin: string;
  /** The line behind it. */
  readonly end: string;
  /**
   * A line that calls a kernel or waits: `alone` is there if one thread does it, then comes the `name`, and, where a call
   * has them, the names of what is handed over.
   */
  readonly call: RegExp;
  /** The chain that lines have from one on, in a language that has them, and how many of them are its own. */
  readonly chain?: (lines: readonly string[], from: number) => { chain: PrintedChain; length: number } | undefined;
}

/**
 * The groups of one step; none if it is not there.
 *
 * @param storages what the names that calls hand over stand for, in a language whose calls do.
 */
export function groupsOf(
  text: string,
  { begin, end, call, chain }: StepLines,
  storages?: ReadonlyMap<string, string | number>,
): Group[] {
  const lines = text.split("\n").map((line) => line.trim()), first = lines.findIndex((line) => line.startsWith(begin));
  if (first < 0) return [];
  const groups: {
    shared: string[];
    alone: string[];
    given: Record<string, (string | number)[]>;
    chains: PrintedChain[];
  }[] = [];
  const open = () => groups.push({ shared: [], alone: [], given: {}, chains: [] });
  open();
  for (let i = first + 1; i < lines.length && lines[i] !== end; i++) {
    const line = lines[i], read = chain?.(lines, i);
    if (read) {
      groups.at(-1)!.shared.push(...read.chain.kernels);
      groups.at(-1)!.chains.push(read.chain);
      i += read.length - 1;
      continue;
    }
    const [, alone, name, given = ""] = call.exec(line) ?? [], group = groups.at(-1)!;
    if (name === "wait") open();
    else if (name !== undefined) {
      group[alone === undefined ? "shared" : "alone"].push(name);
      group.given[name] = given.split(", ").map((word) => storages?.get(word) ?? word);
    }
  }
  return groups.map(({ shared, alone, given, chains }) => ({
    kernels: [...shared, ...alone],
    alone,
    ...chains.length > 0 && { chains },
    ...storages && { given },
  }));
}
