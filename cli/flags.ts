/**
 * Flags that several commands take.
 *
 * @module
 */
import { backendOf, findTarget, MOST_EPOCHS, MOST_THREADS, type Optimization, OPTIMIZATIONS, targets } from "../mod.ts";
import { isClone } from "../runtime/platform/commands.ts";
import { type Flag, type Line, UsageError } from "./command.ts";
import { SHIPPED } from "./shipped.ts";
import { choice } from "./spelling.ts";

/** How many epochs, and how many threads: from, to. */
export const EPOCHS = [1, MOST_EPOCHS] as const;
export const THREADS = [1, MOST_THREADS] as const;

/** What `--target` may be. */
export const targetNames = ["auto", ...targets.map(({ name }) => name)];
export const check: Flag = { text: "change nothing; exit 1 and name what is not as it should be" };
export const target: Flag = { value: "T", text: `${targetNames.join(", ")} (default: auto)`, choices: targetNames };
export const seed: Flag = { value: "N", text: "what random numbers follow from (default: 0)", range: [0, 2 ** 53 - 1] };
export const without: Flag = {
  value: "RULES",
  text: `leave out optimizations, with commas: ${OPTIMIZATIONS.join(", ")}`,
};
export const out: Flag = { value: "DIR", text: "folder of generated nets (default: the project's generated/)" };
export const data: Flag = {
  value: "PATH",
  text: "data: a file .safetensors or .npz, a folder of .npy, or of IDX files as MNIST's (default: MNIST)",
};
export const weights: Flag = {
  value: "W",
  text: "a checkpoint, or weights of another program in the format safetensors",
};
export const json: Flag = { text: "print JSON" };

/** What is so in a task only, as a part of a note: a package has none. */
export const inTask = (text: string): readonly string[] => isClone() ? [text] : [];
/** A note of commands that take specs. */
export const specNote = isClone()
  ? "SPEC is a JSON file or the name of a net in specs/. In a task, paths count from the project's folder."
  : `SPEC is a JSON file or the name of a net that comes along: ${Object.keys(SHIPPED).join(", ")}.`;

/** @throws {UsageError} when threads are asked for together with a target that takes none. */
export function checkThreads({ target, threads }: Line["flags"]): void {
  if (threads === undefined || target === undefined || backendOf(findTarget(target)).takesThreads) return;
  throw new UsageError(`--threads is of use only with a target that runs on threads, and --target is ${target}`);
}

/** What a command cannot do without. */
export function requiredFlag(flags: Line["flags"], name: string, what: string): string {
  const value = flags[name];
  if (value === undefined) throw new UsageError(`--${name} is missing: give ${what}`);
  return value;
}

/** The optimizations that a flag names, with commas. */
export function parseOptimizations(flag = ""): Optimization[] {
  return flag.split(",").filter((word) => word !== "").map((word) => {
    const rule = OPTIMIZATIONS.find((rule) => rule === word);
    if (!rule) throw new UsageError(`--without cannot be ${choice(word, OPTIMIZATIONS)}`);
    return rule;
  });
}
