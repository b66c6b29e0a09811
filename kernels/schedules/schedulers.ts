/**
 * How the learning rate changes: with epochs, or steps, whatever it counts. A bundle carries the text of the one its spec
 * names, so a function needs nothing but its arguments.
 *
 * @module
 */
import { z } from "../../codegen/zod.ts";
import { rateOrZero, share } from "../../codegen/language/schema.ts";
import type { SchedulerKind } from "../../codegen/language/optimizer.ts";

const count = z.int().min(1).max(2 ** 31);
const factor = z.number().positive().max(1);

const constantSchema = z.strictObject({ type: z.literal("constant") });
/** The same rate throughout. */
const constant: SchedulerKind<z.infer<typeof constantSchema>> = {
  type: "constant",
  schema: constantSchema,
  summary: "the same rate throughout",
  counts: "nothing",
  rate: (_options, initial) => initial,
};

const stepSchema = z.strictObject({
  type: z.literal("step"),
  every: count.describe("Epochs, or steps, between two changes."),
  factor: factor.describe("What the rate is multiplied by."),
});
/** rate * factor^floor(count / every): StepLR of PyTorch. */
const step: SchedulerKind<z.infer<typeof stepSchema>> = {
  type: "step",
  schema: stepSchema,
  summary: "rate * factor^floor(count / every)",
  rate: ({ every, factor }, initial, count) => initial * factor ** Math.floor(count / every),
};

const multiStepSchema = z.strictObject({
  type: z.literal("multiStep"),
  milestones: z.array(count).min(1).max(1000).describe("Epochs, or steps, after which the rate changes.")
    .meta({ title: "a list of 1 to 1000 whole numbers from 1 to 2147483648" }),
  factor: factor.describe("What the rate is multiplied by at each of them."),
});
/** rate * factor^(milestones that are reached): MultiStepLR of PyTorch. */
const multiStep: SchedulerKind<z.infer<typeof multiStepSchema>> = {
  type: "multiStep",
  schema: multiStepSchema,
  summary: "rate * factor^(milestones that are reached)",
  rate: ({ milestones, factor }, initial, count) => initial * factor ** milestones.filter((at) => at <= count).length,
};

const exponentialSchema = z.strictObject({
  type: z.literal("exponential"),
  factor: factor.describe("What the rate is multiplied by after each epoch, or step."),
});
/** rate * factor^count: ExponentialLR of PyTorch. */
const exponential: SchedulerKind<z.infer<typeof exponentialSchema>> = {
  type: "exponential",
  schema: exponentialSchema,
  summary: "rate * factor^count",
  rate: ({ factor }, initial, count) => initial * factor ** count,
};

const cosineSchema = z.strictObject({
  type: z.literal("cosine"),
  minimum: rateOrZero.default(0).describe("Rate at the end of a period."),
  period: count.optional().describe(
    "Epochs, or steps, from the first rate to the minimum. Default: all of the training.",
  ),
});
/** Cosine annealing (Loshchilov and Hutter, arXiv 1608.03983, formula 5), without restarts: CosineAnnealingLR of PyTorch. */
const cosine: SchedulerKind<z.infer<typeof cosineSchema>> = {
  type: "cosine",
  schema: cosineSchema,
  summary: "minimum + (rate - minimum) / 2 * (1 + cos(pi * count / period))",
  span: "period",
  rate: ({ minimum, period }, initial, count) =>
    minimum + (initial - minimum) / 2 * (1 + Math.cos(Math.PI * count / period!)),
};

const linearSchema = z.strictObject({
  type: z.literal("linear"),
  minimum: rateOrZero.default(0).describe("Rate at the end of the period, and later."),
  period: count.optional().describe(
    "Epochs, or steps, from the first rate to the minimum. Default: all of the training.",
  ),
});
/** From the first rate to the minimum in a line: LinearLR of PyTorch, of factors 1 and minimum / rate. */
const linear: SchedulerKind<z.infer<typeof linearSchema>> = {
  type: "linear",
  schema: linearSchema,
  summary: "rate + (minimum - rate) * min(1, count / period)",
  span: "period",
  rate: ({ minimum, period }, initial, count) => initial + (minimum - initial) * Math.min(1, count / period!),
};

const oneCycleSchema = z.strictObject({
  type: z.literal("oneCycle"),
  totalSteps: z.int().min(2).max(2 ** 31).optional()
    .describe("Steps of the cycle. Default: those of training.epochs epochs."),
  pctStart: z.number().min(0).max(1).default(0.3).describe("Share of the steps in which the rate rises."),
  annealStrategy: z.enum(["cos", "linear"]).default("cos").describe("Whether it changes by a cosine, or in lines."),
  divFactor: z.number().min(1).max(1e9).default(25).describe("The rate begins at its largest, divided by this,"),
  finalDivFactor: z.number().min(1).max(1e12).default(1e4).describe("and ends at what it began with, divided by this."),
  cycleMomentum: z.boolean().default(true).describe("Whether momentum, or beta1, goes down while the rate goes up."),
  baseMomentum: share.default(0.85).describe("Momentum where the rate is largest."),
  maxMomentum: share.default(0.95).describe("Momentum where the rate is smallest."),
});
/**
 * One cycle (Smith and Topin, arXiv 1708.07120), as OneCycleLR of PyTorch has it: up to the optimizer's rate, which is the
 * largest, down again, and on to almost nothing, in two phases. After the last step nothing changes.
 */
const oneCycle: SchedulerKind<z.infer<typeof oneCycleSchema>> = {
  type: "oneCycle",
  schema: oneCycleSchema,
  summary: "from rate / divFactor up to rate, then down to rate / divFactor / finalDivFactor, step by step",
  counts: "steps",
  span: "totalSteps",
  rate({ totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor }, initial, count) {
    const last = totalSteps! - 1, peak = pctStart * totalSteps! - 1, first = initial / divFactor;
    const rises = peak > 0 && count <= peak, done = rises ? count / peak : Math.min(1, (count - peak) / (last - peak));
    const [from, to] = rises ? [first, initial] : [initial, first / finalDivFactor];
    return annealStrategy === "cos" ? to + (from - to) / 2 * (1 + Math.cos(Math.PI * done)) : from + (to - from) * done;
  },
  momentum({ totalSteps, pctStart, annealStrategy, cycleMomentum, baseMomentum, maxMomentum }, count) {
    if (!cycleMomentum) return undefined;
    const last = totalSteps! - 1, peak = pctStart * totalSteps! - 1;
    const rises = peak > 0 && count <= peak, done = rises ? count / peak : Math.min(1, (count - peak) / (last - peak));
    const [from, to] = rises ? [maxMomentum, baseMomentum] : [baseMomentum, maxMomentum];
    return annealStrategy === "cos" ? to + (from - to) / 2 * (1 + Math.cos(Math.PI * done)) : from + (to - from) * done;
  },
};

/** All schedulers a spec can name. */
export const schedulers: readonly SchedulerKind[] = [
  constant,
  step,
  multiStep,
  exponential,
  cosine,
  linear,
  oneCycle,
];
