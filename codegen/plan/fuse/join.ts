/**
 * Two kernels as one: the names of its tensors and axes, and its own.
 *
 * @module
 */
import { kernelName } from "../kernel.ts";
import type { PlannedKernel } from "../plan.ts";

/** `b` is renamed to what is not yet taken in `taken`, unless it means the same tensor there. */
export function joinBindings(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
  gone: string,
): { bindings: Record<string, string>; symbols: Record<string, string> } {
  const bindings = Object.fromEntries(Object.entries(a).filter(([, name]) => name !== gone));
  const symbols: Record<string, string> = {};
  for (const [symbol, name] of Object.entries(b)) {
    if (name === gone) continue;
    const known = Object.keys(bindings).find((known) => bindings[known] === name);
    let free = symbol;
    while (bindings[free] !== undefined && bindings[free] !== name) free += "2";
    symbols[symbol] = known ?? free;
    bindings[symbols[symbol]] = name;
  }
  return { bindings, symbols };
}

/** The name and source of a merged kernel. */
export function joinTitles(
  producer: PlannedKernel,
  consumer: PlannedKernel,
): Pick<PlannedKernel, "title"> & { source: string } {
  const join = (a: string, b: string) => a === b || a.endsWith(`_${b}`) ? a : `${a}_${b}`;
  const wrt = consumer.title.wrt ?? producer.title.wrt;
  return {
    title: {
      stem: join(producer.title.stem, consumer.title.stem),
      pass: join(producer.title.pass, consumer.title.pass),
      ...(wrt !== undefined && { wrt }),
    },
    source: [...new Set([producer, consumer].flatMap(({ kernel }) => kernel.source.split(" + ")))].join(" + "),
  };
}

/** What two kernels as one save. */
export function joinSaves({ saves: a }: PlannedKernel, { saves: b }: PlannedKernel): Pick<PlannedKernel, "saves"> {
  return a === undefined && b === undefined ? {} : { saves: (a ?? 0) + (b ?? 0) };
}

/**
 * Longest name of a merged kernel: it says all that was merged, and is a file's name. So a chain of layers becomes
 * several kernels, none longer than people and engines want to read.
 */
const LONGEST_NAME = 200;

/** Whether two kernels as one have a name that is not too long. */
export function isNameable(producer: PlannedKernel, consumer: PlannedKernel): boolean {
  return kernelName(joinTitles(producer, consumer).title).length <= LONGEST_NAME;
}

/** A name like the wish that is not taken, and now is: texts and keys of expressions tell axes apart by their names. */
export function freeName(wish: string, taken: Set<string>): string {
  const stem = wish.replace(/\d+$/, "");
  let name = wish;
  for (let i = 2; taken.has(name); i++) name = `${stem}${i}`;
  taken.add(name);
  return name;
}
