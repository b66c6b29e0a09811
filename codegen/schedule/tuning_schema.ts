/**
 * What may stand in a file of tuned schedules.
 *
 * @module
 */
import { z } from "../zod.ts";
import type { Schedule } from "./schedule.ts";

/** The schedule of a kernel. */
export interface TunedKernel {
  /** Of the kernel it was made for: one of the same name with another hash has nothing to do with it. */
  readonly hash: string;
  readonly schedule: Schedule;
}

/** By name. */
export type Kernels = Readonly<Record<string, TunedKernel>>;
/** By net, target and kernel. */
export type Nets = Readonly<Record<string, Readonly<Record<string, Kernels>>>>;

/**
 * Most nets, targets, kernels or axes in one object: a net has up to 256 layers, each with up to 7 kernels (forward, in
 * training and in a test, gradients of the input, weights and biases, updates of the two), and a few of its own.
 */
const MOST = 4096;
/** Most copies along one axis, and of all axes together: what `lower` unrolls must fit into memory before it is counted. */
const MOST_COPIES = 4096, MOST_COPIES_OF_ALL = 2 ** 18;

const NAME = "a name of a-z, 0-9 and _ that begins with a letter";
const name = z.string(NAME).regex(/^[a-z][a-z0-9_]{0,255}$/, NAME);
const copies = z.custom<number>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_COPIES,
  `a whole number from 1 to ${MOST_COPIES}`,
);

function byName<Value>(value: z.ZodType<Value>, what: string): z.ZodType<Readonly<Record<string, Value>>> {
  return z.record(name, value, what)
    .refine((entries) => Object.keys(entries).length <= MOST, `at most ${MOST} entries`);
}

// a new directive must be listed here: the type checker asks for it
const directives: { readonly [Directive in keyof Required<Schedule>]: z.ZodType<Schedule[Directive]> } = {
  order: z.array(name, "a list of axes").max(MOST, `at most ${MOST} axes`).optional(),
  tile: byName(copies, "an object of sizes by axis").optional(),
  unroll: byName(copies, "an object of copies by axis").optional(),
  vectorize: name.optional(),
  parallel: name.optional(),
  grid: z.array(name, "a list of axes").max(MOST, `at most ${MOST} axes`).optional(),
  split: byName(copies, "an object of members by axis").optional(),
  workgroup: byName(copies, "an object of points by axis").optional(),
  stage: byName(copies, "an object of terms by axis").optional(),
};

const schedule = z.strictObject(directives, "an object of directives").refine(
  ({ tile = {}, unroll = {} }) =>
    [...Object.values(tile), ...Object.values(unroll)].reduce((a, b) => a * b, 1) <= MOST_COPIES_OF_ALL,
  `at most ${MOST_COPIES_OF_ALL} copies of all axes together`,
);
const kernel: z.ZodType<TunedKernel> = z.strictObject({
  hash: z.string("8 hexadecimal digits").regex(/^[0-9a-f]{8}$/, "8 hexadecimal digits"),
  schedule,
}, "an object with hash and schedule");
/** The schedules of a net for a target. */
export const kernelsSchema = byName(kernel, "an object of kernels");
/** A whole file. */
export const fileSchema: z.ZodType<Nets> = byName(byName(kernelsSchema, "an object of targets"), "an object of nets");

/** Whether a schedule may stand in a file. */
export function isStorable(candidate: Schedule): boolean {
  return schedule.safeParse(candidate).success;
}

/** The first thing that is wrong; unknown keys first: a key that is missing may be there, but misspelled. */
export function describe(issues: readonly z.core.$ZodIssue[]): string {
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const short = (text: string) => text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const at = issue.path.map((step) => `${short(String(step))}: `).join("");
  if (issue.code === "unrecognized_keys") return `${at}unknown key ${short(JSON.stringify(issue.keys[0]))}`;
  if (issue.code === "invalid_key") return `${at}expected ${issue.issues[0].message}`;
  return `${at}expected ${issue.message}`;
}
