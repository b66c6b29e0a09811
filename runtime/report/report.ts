/**
 * The files that a run's report and trace go to, and that a report is read from.
 *
 * @module
 */
import { z } from "../../codegen/zod.ts";
import { InputError, printable } from "../../codegen/error.ts";
import { MOST_NAMES } from "../../codegen/graph/spec.ts";
import { parseJson } from "../../codegen/json.ts";
import { MOST_EPOCHS } from "../../codegen/language/schema.ts";
import { sizeOf } from "../data/arrays.ts";
import { LARGEST_AMOUNT } from "../run/figures.ts";
import { checkWritable, explain, makeFolder, pathOf, readText, writeAtomically } from "../files/files.ts";
import { platform } from "../platform/here.ts";
import { type Packing, PACKING_WORDS } from "../measure/machine/facts.ts";
import { MOST_CLASSES } from "../run/outcome.ts";
import { type FileKind, prepareFile } from "../files/replace.ts";
import { METRICS, type Metrics } from "../run/metrics.ts";
import type { TrainingReport } from "../run/training_report.ts";

/**
 * Where a report goes. `file`: one to write, or to replace. `base`: the path of a new one but for its end, `-2.json` if
 * `.json` is taken; its folder is made.
 */
export type ReportPlace = { readonly file: string } | { readonly file?: undefined; readonly base: string };

/** A file that was found to be writable. */
export interface ReportFile {
  /** Writes a report or a trace as JSON, all of it or nothing. Returns the file's path. */
  write(report: object): Promise<string>;
}

/**
 * Makes sure, before a run, that its report can be written after it, and replaces at most a file of its kind.
 *
 * @param kind what is written there.
 * @throws {InputError} saying why it cannot.
 */
export async function prepareReport(place: ReportPlace, kind: FileKind = "report"): Promise<ReportFile> {
  if (place.file === undefined) {
    await makeFolder(platform.files.dirname(place.base));
    await checkWritable(`${place.base}.json`);
  } else await prepareFile(place.file, kind);
  return {
    async write(report) {
      const path = place.file ?? await takeName(place.base);
      await writeAtomically(path, JSON.stringify(report, null, 2) + "\n");
      return path;
    },
  };
}

/** Makes an empty file of the first name that is free, so that a run which ends at the same time takes another. */
async function takeName(base: string): Promise<string> {
  for (let count = 1;; count++) {
    const path = `${base}${count === 1 ? "" : `-${count}`}.json`;
    if (await create(path)) return path;
  }
}

/**
 * Makes an empty file, unless there is one. It is apart from the loop: esbuild makes of `await using` in a loop one that
 * throws again what an earlier round has thrown.
 */
async function create(path: string): Promise<boolean> {
  try {
    await using _ = await platform.files.open(path, "create");
    return true;
  } catch (error) {
    if (platform.files.faultOf(error as Error) !== "AlreadyExists") throw explain(error, "write", path);
    return false;
  }
}

/** Most bytes that an epoch takes as it is written: five lines, of numbers of up to 24 characters. */
const EPOCH_BYTES = 256;
/** Most bytes of a report that is read: all epochs that a run may have, and all the rest. */
const LONGEST = 2 ** 24 + MOST_EPOCHS * EPOCH_BYTES;
/** Most characters of a text in it, of an argument of a command as systems take it, and most entries of a list. */
const LONGEST_TEXT = 4096, LONGEST_ARGUMENT = 2 ** 17, LONGEST_LIST = 100_000;
/** Most kernels of a profile. */
const MOST_KERNELS = 10_000;
/** Most layers of a net and its input, most inputs of a layer, and most extents of what it gives. */
const MOST_LAYERS = 257, MOST_INPUTS = 64, MOST_EXTENTS = 16;
/** Most elements of a sample whose pixels are told. */
const LARGEST_SAMPLE = 2 ** 20;

// the messages stand after "expected"
const textUpTo = (most: number) => z.string("a text").max(most, `a text of at most ${most} characters`);
const text = textUpTo(LONGEST_TEXT);
const list = <Entry extends z.ZodType>(entry: Entry, what: string, most = LONGEST_LIST) =>
  z.array(entry, what).max(most, `${what}, at most ${most}`);
const positive = z.number("a number, at least 0").min(0, "a number, at least 0");
const amount = positive.max(LARGEST_AMOUNT, "a number, at most 1e18");
const whole = z.int("a whole number, at least 0").min(0, "a whole number, at least 0");
const share = z.number("a number from 0 to 1").min(0, "a number from 0 to 1").max(1, "a number from 0 to 1");
const flag = z.boolean("true or false");
/** A loss; JSON has null for one that is no number any more. */
const loss = z.number("a number, or null").nullable().transform((value) => value ?? NaN);
const speed = amount.min(1e-9, "a number above 0");
const rate = z.object({ one: speed, all: speed }, "an object with one and all");

/** Metrics, those that a report has. */
const metrics = Object.fromEntries(
  Object.entries(METRICS).map(([name, metric]) => [name, (metric.share ? share : loss).optional()]),
) as Record<keyof Required<Metrics>, z.ZodOptional<typeof share>>;
const epoch = z.object({ epoch: whole, loss, ...metrics, learningRate: positive, seconds: amount }, "an epoch");

const missed = z.object({
  index: whole,
  label: whole,
  predicted: whole,
  probability: share.optional(),
  pixels: z.base64("Base64").optional(),
}, "a sample");

const test = z.object({
  correct: whole.optional(),
  total: whole.min(1, "a whole number, at least 1"),
  ...metrics,
  loss,
  areaUnderCurve: share.optional(),
  confusion: list(list(whole, "a list of numbers", MOST_CLASSES), "a list of lists", MOST_CLASSES).refine(
    (rows) => rows.every(({ length }) => length === rows.length),
    "as many numbers in each row as there are rows",
  ).optional(),
  missed: list(missed, "a list of samples"),
}, "an object");

const profiled = z.object({
  kernel: text,
  merged: list(text, "a list of kernels", MOST_KERNELS),
  seconds: amount,
  share,
  flops: amount,
  bytes: amount,
}, "a kernel");

const layer = z.object({
  name: text,
  type: text,
  inputs: list(text, "a list of texts", MOST_INPUTS),
  shape: list(whole, "a list of whole numbers", MOST_EXTENTS),
  parameters: whole,
  buffers: whole,
}, "a layer");

const machine = z.object({
  versions: z.record(text, text, "an object of texts"),
  os: text,
  arch: text,
  cpu: text.optional(),
  cores: whole,
  threads: whole,
  simd: flag,
  relaxedSimd: flag,
  mode: z.object({
    packing: z.enum(Object.keys(PACKING_WORDS) as Packing[], "a known state"),
    packingGain: amount,
    boundsChecks: flag,
    boundsChecksCost: amount,
  }, "an object").optional(),
  arithmetic: rate.optional(),
  bandwidth: z.object({ read: rate, copy: rate, firstCache: amount, secondCache: amount }, "an object").optional(),
  gpu: z.object({
    name: text,
    fallback: flag,
    timestamps: flag,
    // where there is none, it is the largest number that the system has
    limits: z.record(text, positive, "an object of numbers"),
  }, "an object").nullable().optional(),
  wrong: list(text, "a list of texts"),
}, "an object");

const report = z.object({
  date: z.iso.datetime("a date and time, as 2026-01-31T12:00:00.000Z"),
  command: list(textUpTo(LONGEST_ARGUMENT), "a list of texts").optional(),
  net: text,
  target: text,
  threads: whole,
  batchSize: whole,
  seed: whole,
  without: list(text, "a list of texts"),
  parameters: whole,
  layers: list(layer, "a list of layers", MOST_LAYERS).optional(),
  classes: list(text, "a list of texts", MOST_NAMES).optional(),
  data: z.object({
    name: text.optional(),
    source: text,
    shape: list(whole, "a list of whole numbers"),
    train: whole,
    test: whole,
  }, "an object"),
  epochs: list(epoch, "a list of epochs", MOST_EPOCHS).min(1, "at least one epoch").refine(
    (epochs) => epochs.every(({ epoch }, i) => epoch === i + 1),
    "epochs 1, 2, 3 and so on",
  ),
  training: z.object({ images: whole, seconds: amount, imagesPerSecond: amount }, "an object"),
  resumed: z.object({ epochs: whole, steps: whole }, "an object").optional(),
  test,
  gpu: z.object({
    adapter: text,
    fallback: flag,
    dispatchesPerStep: whole,
    submitsPerEpoch: whole,
    readBacksPerEpoch: whole,
    compileSeconds: amount,
    uploadSeconds: amount,
  }, "an object").optional(),
  profile: z.object({
    clock: text,
    steps: whole,
    // a clock of a GPU may be too coarse for a step
    stepSeconds: amount,
    kernels: list(profiled, "a list of kernels", MOST_KERNELS),
  }, "an object").optional(),
  machine,
  versions: z.record(text, text, "an object of texts"),
}, "an object").superRefine(({ classes, data, test }, context) => {
  const { confusion } = test;
  if (classes && confusion && classes.length !== confusion.length) {
    const message = `${confusion.length} names, as many as test.confusion has rows`;
    context.addIssue({ code: "custom", path: ["classes"], message });
  }
  const size = sizeOf(data.shape);
  for (const [i, { pixels }] of test.missed.entries()) {
    const bytes = pixels && 3 * pixels.length / 4 - (pixels.match(/=/g)?.length ?? 0);
    if (pixels === undefined || (data.shape.length === 3 && size <= LARGEST_SAMPLE && bytes === size)) continue;
    const message = `${size} bytes: data.shape is [${data.shape.join(", ")}]`;
    context.addIssue({ code: "custom", path: ["test", "missed", i, "pixels"], message });
  }
}) satisfies z.ZodType<TrainingReport>;

/**
 * Checks the text of a report that a run has left.
 *
 * @param origin how messages call it; default "report".
 * @throws {InputError} naming the file, the path in it, and what may be there.
 */
export function parseReport(json: string, origin = "report"): TrainingReport {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    throw noReport(origin, (error as Error).message);
  }
  const result = report.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const short = (text: string) => text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const at = path.map((step, i) => typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`);
  throw noReport(origin, `${at.length > 0 ? `${short(at.join(""))}: ` : ""}expected ${message}`);
}

/**
 * Reads a report that a run has left.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, or is no report.
 */
export async function loadReport(given: string, origin: string = given): Promise<TrainingReport> {
  const path = pathOf(given);
  const { size, isFile, isDirectory } = await platform.files.stat(path).catch((error) => {
    throw explain(error, "read", path);
  });
  // what is no file may have no end
  if (!isFile && !isDirectory) throw noReport(origin, "it is no regular file");
  if (size > LONGEST) throw noReport(origin, `it has ${size} bytes, at most ${LONGEST} are read`);
  return parseReport(await readText(path, LONGEST), origin);
}

function noReport(origin: string, what: string): InputError {
  return new InputError(
    `${origin}: ${printable(what)}; give a report that "deno task train" of this version has written`,
  );
}
