/**
 * Schemas of the options that kinds have in common, with what messages say of them.
 *
 * @module
 */
import { z } from "../zod.ts";
import { type Init, INITS } from "./init.ts";

/** Most passes over the training samples: a run keeps the figures of each. */
export const MOST_EPOCHS = 1_000_000;

/** The smallest normal f32: below it processors are slow, and GPUs may put 0. */
export const SMALLEST_NORMAL = 2 ** -126;

/** Schema of a size: at least 1, and small enough for products to stay exact. */
export const extent: z.ZodType<number> = z.int().min(1).max(1_048_576);
/** Schema of a size in one dimension. */
export const side: z.ZodType<number> = z.int().min(1).max(4096);
/** Schema of a size in height and width: a number for both, or [height, width]. */
export const extents: z.ZodType<number | [number, number]> = z.union([side, z.tuple([side, side])]);
/** Schema of a padding in one dimension. */
export const margin: z.ZodType<number> = z.int().min(0).max(4096);
/** Schema of a padding: as {@linkcode extents}, 0 allowed. */
export const paddings: z.ZodType<number | [number, number]> = z.union([margin, z.tuple([margin, margin])]);
/** Schema of the padding of a convolution over images: as {@linkcode paddings}, or for each side, or what it takes. */
export const imagePadding: z.ZodType<number | [number, number] | [number, number, number, number] | "same"> = z.union([
  margin,
  z.tuple([margin, margin]),
  z.tuple([margin, margin, margin, margin]),
  z.literal("same"),
]).meta({
  title: 'a whole number from 0 to 4096, or [height, width] or [top, bottom, left, right] of such numbers, or "same"',
});
/** Schema of a length along one dimension. */
export const length: z.ZodType<number> = side;
/** Schema of the padding of a convolution over series: on both sides, or for each, or what it takes. */
export const seriesPadding: z.ZodType<number | [number, number] | "same"> = z.union([
  margin,
  z.tuple([margin, margin]),
  z.literal("same"),
]).meta({ title: 'a whole number from 0 to 4096, or [before, after] of such numbers, or "same"' });
/** Schema of `init`. */
export const init: z.ZodDefault<z.ZodEnum<{ [K in Init]: K }>> = z.enum(Object.keys(INITS) as Init[])
  .default("xavierUniform")
  .describe("What the weights are drawn from.") as z.ZodDefault<z.ZodEnum<{ [K in Init]: K }>>;
/** The largest f32, the largest below 1, and a rate that stays an f32 when it is divided by 1 less that. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127, LARGEST_SHARE = 1 - 2 ** -24, LARGEST_RATE = 1e30;
const normal = (most: number) => z.number().min(SMALLEST_NORMAL).max(most);
const orZero = (most: number) => z.union([z.literal(0), normal(most)]);
/** A number that kernels get as f32, or 0. */
type F32OrZero = z.ZodUnion<readonly [z.ZodLiteral<0>, z.ZodNumber]>;
/** Schema of a number > 0 that kernels get as f32. What is made 0 or infinite there is refused; so it is by the next ones. */
export const positive: z.ZodNumber = normal(LARGEST)
  .meta({ title: "a number > 0 that f32 holds, from 1.18e-38 to 3.4e38" });
/** Schema of a number >= 0 that kernels get as f32. */
export const notNegative: F32OrZero = orZero(LARGEST)
  .meta({ title: "0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38" });
/** Schema of a switch. */
export const flag: z.ZodBoolean = z.boolean().meta({ title: "true or false" });
/** Schema of a share of a whole, which is 0 or more, and less than 1 in f32 too. */
export const share: F32OrZero = orZero(LARGEST_SHARE)
  .meta({ title: "0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994" });
/** Schema of a number of either sign that kernels get as f32, or 0. */
export const finite: z.ZodUnion<readonly [z.ZodLiteral<0>, z.ZodNumber, z.ZodNumber]> = z.union([
  z.literal(0),
  normal(LARGEST),
  z.number().min(-LARGEST).max(-SMALLEST_NORMAL),
]).meta({ title: "0, or a number that f32 holds, from 1.18e-38 to 3.4e38 on either side" });
/** Schema of a learning rate. */
export const learningRate: z.ZodNumber = normal(LARGEST_RATE)
  .meta({ title: "a number > 0 that f32 holds, from 1.18e-38 to 1e30", description: "Rate of the first epoch." });
/** Schema of a learning rate that may be 0. */
export const rateOrZero: F32OrZero = orZero(LARGEST_RATE)
  .meta({ title: "0, or a number > 0 that f32 holds, from 1.18e-38 to 1e30" });
/** Schema of a factor by which weights become smaller. */
export const decayOf = (value: number, description: string): z.ZodDefault<F32OrZero> =>
  notNegative.default(value).describe(description);
/** Schema of the L2 factor. */
export const l2: z.ZodDefault<F32OrZero> = decayOf(
  0,
  "l2 * w is added to the averaged gradient of weights (not of biases, nor of a norm's weights).",
);
