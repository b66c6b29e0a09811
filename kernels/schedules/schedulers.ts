/**
 * How the learning rate changes from epoch to epoch.
 *
 * @module
 */
import { z } from "../../codegen/zod.ts";
import { MOST_EPOCHS, rateOrZero } from "../../codegen/language/schema.ts";
import type { SchedulerKind } from "../../codegen/language/optimizer.ts";

const epochs = z.int().min(1).max(MOST_EPOCHS);

const constantSchema = z.strictObject({ type: z.literal("constant") });
/** The same rate throughout. */
const constant: SchedulerKind<z.infer<typeof constantSchema>> = {
  type: "constant",
  schema: constantSchema,
  summary: "the same rate throughout",
  rate: (_options, initial) => initial,
};

const stepSchema = z.strictObject({
  type: z.literal("step"),
  every: epochs.describe("Epochs between two changes."),
  factor: z.number().positive().max(1).describe("What the rate is multiplied by."),
});
/** rate * factor^floor(epochs / every). */
const step: SchedulerKind<z.infer<typeof stepSchema>> = {
  type: "step",
  schema: stepSchema,
  summary: "rate * factor^floor(epochs / every)",
  rate: ({ every, factor }, initial, epochs) => initial * factor ** Math.floor(epochs / every),
};

const exponentialSchema = z.strictObject({
  type: z.literal("exponential"),
  factor: z.number().positive().max(1).describe("What the rate is multiplied by after each epoch."),
});
/** rate * factor^epochs. */
const exponential: SchedulerKind<z.infer<typeof exponentialSchema>> = {
  type: "exponential",
  schema: exponentialSchema,
  summary: "rate * factor^epochs",
  rate: ({ factor }, initial, epochs) => initial * factor ** epochs,
};

const cosineSchema = z.strictObject({
  type: z.literal("cosine"),
  minimum: rateOrZero.default(0).describe("Rate at the end of a period."),
  period: epochs.describe("Epochs from the first rate to the minimum."),
});
/** Cosine annealing (Loshchilov and Hutter, arXiv 1608.03983, formula 5), without restarts. */
const cosine: SchedulerKind<z.infer<typeof cosineSchema>> = {
  type: "cosine",
  schema: cosineSchema,
  summary: "minimum + (rate - minimum) / 2 * (1 + cos(pi * epochs / period))",
  rate: ({ minimum, period }, initial, epochs) =>
    minimum + (initial - minimum) / 2 * (1 + Math.cos(Math.PI * epochs / period)),
};

/** All schedulers a spec can name. */
export const schedulers: readonly SchedulerKind[] = [constant, step, exponential, cosine];
