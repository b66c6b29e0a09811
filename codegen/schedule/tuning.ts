/**
 * Schedules that were measured to be the best, by net, target and kernel: an input of the compiler, as the spec is.
 * It says nothing of where or when they were measured.
 *
 * @module
 */
import { InputError, printable } from "../error.ts";
import type { Kernel } from "../ir/ir.ts";
import { kernelText } from "../ir/text.ts";
import { parseJson } from "../json.ts";
import { sha256 } from "../sha256.ts";
import { lower } from "../lower/lower.ts";
import { type Schedule, ScheduleError } from "./schedule.ts";
import { describe, fileSchema, type Kernels, kernelsSchema, type Nets } from "./tuning_schema.ts";
import type { Target } from "../targets/target.ts";

/** The contents of a file of tuned schedules. */
export interface Tuning {
  /** How messages call it: its file's name. */
  readonly origin: string;
  /**
   * By net, target and kernel.
   *
   * @ignore the compiler's own types
   */
  readonly nets: Nets;
}

/** Gives the tuned schedule of a kernel, if it has one. */
export type Tuned = (kernel: Kernel) => Schedule | undefined;

/** Longest file that is read, in characters: more than the largest nets take. */
const LONGEST = 2 ** 26;

/**
 * Checks a file of tuned schedules.
 *
 * @param origin how messages call it.
 * @throws {InputError} naming the file, the path in it, and what may be there.
 */
export function parseTuning(text: string, origin: string): Tuning {
  const fail = (what: string) =>
    new InputError(`${origin}: ${printable(what)}; correct it, or delete the file and run "deno task tune" again`);
  if (text.length > LONGEST) throw fail(`has ${text.length} characters, at most ${LONGEST} are read`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return { origin, nets: result.data };
  throw fail(describe(result.error.issues));
}

/**
 * What a tuning says of a net on a target: a copy, read once and checked, since a program may have made or changed it.
 *
 * @throws {InputError} naming the path in it, and what may be there.
 */
export function tuningOf(tuning: Tuning, net: string, target: string): Tuning {
  const { origin = "tuning", nets } = (tuning ?? {}) as Partial<Tuning>, all = within(within(nets, net), target) ?? {};
  const { success, data, error } = kernelsSchema.safeParse(all);
  if (success) return { origin, nets: { [net]: { [target]: data } } };
  throw new InputError(
    `${origin}: ${net}: ${target}: ${printable(describe(error.issues))}; give what loadTuning reads`,
  );
}

/** The text of a file: keys sorted, a line for each kernel. */
export function tuningText(nets: Nets): string {
  const lines = (entries: [string, string][], indent: string) =>
    entries.length === 0
      ? "{}"
      : `{\n${entries.map(([key, text]) => `${indent}  ${JSON.stringify(key)}: ${text}`).join(",\n")}\n${indent}}`;
  const sorted = <Value>(object: Readonly<Record<string, Value>>) =>
    Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1);
  return lines(
    sorted(nets).map(([net, targets]) => [
      net,
      lines(
        sorted(targets).map(([target, kernels]) => [
          target,
          lines(sorted(kernels).map(([kernel, entry]) => [kernel, oneLine(entry)]), "    "),
        ]),
        "  ",
      ),
    ]),
    "",
  ) + "\n";
}

/** JSON on one line, keys sorted, what is undefined left out. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
  return entries.length === 0
    ? "{}"
    : `{ ${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${oneLine(inner)}`).join(", ")} }`;
}

/** A schedule without what changes nothing, keys sorted: two that say the same are the same as JSON. */
export function normalized({ order, tile, unroll, split, workgroup, stage, ...rest }: Schedule): Schedule {
  const sizes = (of: Readonly<Record<string, number>> = {}) =>
    Object.fromEntries(Object.entries(of).filter(([, size]) => size > 1).sort(([a], [b]) => a < b ? -1 : 1));
  const all = Object.entries({ tile, unroll, split, workgroup, stage }).map(([name, of]) => [name, sizes(of)] as const);
  return {
    ...order !== undefined && order.length > 0 && { order },
    ...Object.fromEntries(all.filter(([, of]) => Object.keys(of).length > 0)),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined).sort()),
  };
}

/** Eight hexadecimal digits that change when the kernel's formulas or shapes do. */
export function formulaHash(kernel: Kernel): string {
  return sha256(kernelText(kernel)).slice(0, 8);
}

/** What an object has itself under a name: names of nets may be those of what every object has. */
function within<Value>(object: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What a file says of a kernel, fitting or not; nothing when it speaks of another kernel of that name. */
export function storedSchedule({ nets }: Tuning, net: string, target: string, kernel: Kernel): Schedule | undefined {
  const entry = within(within(within(nets, net), target), kernel.name);
  return entry?.hash === formulaHash(kernel) ? entry.schedule : undefined;
}

/** Why a schedule does not fit a kernel on a target; nothing when it does. */
export function misfit(
  kernel: Kernel,
  schedule: Schedule,
  { needsGrid, spread }: Pick<Target, "needsGrid" | "spread">,
): string | undefined {
  // without a grid every invocation of a GPU would run all of the kernel
  if ((needsGrid ?? false) !== (schedule.grid !== undefined)) {
    return `${kernel.name} ${needsGrid ? "needs a grid on a GPU" : "can have a grid only on a GPU"}`;
  }
  try {
    lower(kernel, schedule, spread);
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

/**
 * The tuned schedules of a net on a target.
 *
 * @returns a function that throws an {@linkcode InputError} for a schedule that does not fit its kernel.
 */
export function tunedSchedules(
  tuning: Tuning,
  net: string,
  target: Pick<Target, "name" | "needsGrid" | "spread">,
): Tuned {
  const entries = tuningOf(tuning, net, target.name);
  return (kernel) => {
    const stored = storedSchedule(entries, net, target.name, kernel), reason = stored && misfit(kernel, stored, target);
    if (reason === undefined) return stored;
    throw new InputError(
      `${entries.origin}: ${net}: ${target.name}: ${reason}; run "deno task tune" again for this net`,
    );
  };
}

/** The entries of a net and a target replaced, all of them; without any, net and target are left out. */
export function withKernels(nets: Nets, net: string, target: string, kernels: Kernels): Nets {
  const { [net]: targets = {}, ...otherNets } = nets;
  const { [target]: _, ...otherTargets } = targets;
  const merged = { ...otherTargets, ...Object.keys(kernels).length > 0 && { [target]: kernels } };
  return { ...otherNets, ...Object.keys(merged).length > 0 && { [net]: merged } };
}
