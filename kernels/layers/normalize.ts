import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import { entryAt } from "../../codegen/language/functions.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { finite, positive } from "../../codegen/language/schema.ts";
import { add, featureAxes, float, mul, part, position } from "../../codegen/language/notation.ts";
import type { Axis } from "../../codegen/ir/ir.ts";

/** Most channels that have numbers of their own. */
const MOST = 256;
/** A number, or one for each channel; `what` they may be, as messages say. */
const each = <Number extends z.ZodType<number>>(number: Number, what: string) =>
  z.union([number, z.array(number).min(1).max(MOST)]).meta({
    title: `${what}, or a list of 1 to ${MOST} such numbers`,
  });

const schema = z.strictObject({
  type: z.literal("normalize"),
  scale: positive.default(1).describe("What elements are multiplied by first: 255 gives bytes their own numbers."),
  mean: each(finite, "a number that f32 holds").default(0).describe(
    "What is then taken away: a number, or one for each channel.",
  ),
  deviation: each(positive, "a number > 0 that f32 holds").default(1).describe(
    "What it is then divided by: a number, or one for each channel.",
  ),
});
type Options = z.infer<typeof schema>;

/** @throws {InputError} when f32 does not hold what elements are multiplied by, or what is added. */
function checkLines(options: Options, channels: number): void {
  const wrong = Object.values(linesOf(options, channels)).flat().find((number) =>
    !Number.isFinite(Math.fround(number))
  );
  if (wrong === undefined) return;
  throw new InputError(`f32 does not hold ${wrong}, which scale, mean and deviation make; take a larger deviation`);
}

/** An element is multiplied by `factor`, and `shift` is added; a number of each for each channel. */
function linesOf({ scale, mean, deviation }: Options, channels: number): { factor: number[]; shift: number[] } {
  const of = (numbers: number | number[], c: number) => typeof numbers === "number" ? numbers : numbers[c];
  const all = Array.from({ length: channels }, (_, c) => ({ mean: of(mean, c), deviation: of(deviation, c) }));
  return {
    factor: all.map(({ deviation }) => scale / deviation),
    shift: all.map(({ mean, deviation }) => -mean / deviation || 0),
  };
}

/** The number of a channel. */
const chosen = (numbers: readonly number[], c: Axis) => entryAt(numbers, float(position(c)));

/** What is the same for all samples: the mean goes, and the deviation becomes 1. */
export const normalize: LayerKind<Options> = layer({
  type: "normalize",
  stem: "normalize",
  source: "kernels/layers/normalize.ts",
  schema,
  summary: "(scale * x - mean) / deviation, with constants of all samples, for each channel or for all",
  onnx: (options, _inputs, { x }) => {
    const { factor, shift } = linesOf(options, x[0]), shape = x.map((extent, d) => d === 0 ? extent : 1);
    return [
      { op: "Mul", inputs: ["x", { shape, values: factor }] },
      { op: "Add", inputs: ["y", { shape, values: shift }] },
    ];
  },

  shape(options, input) {
    const { mean, deviation } = options;
    const channels = `${input[0]} channel${input[0] === 1 ? "" : "s"}`;
    for (const [name, numbers] of Object.entries({ mean, deviation })) {
      if (typeof numbers === "number" || numbers.length === input[0]) continue;
      throw new InputError(
        `its ${name} has ${numbers.length} numbers for ${channels}; give one, or one for each`,
      );
    }
    checkLines(options, input[0]);
    return input;
  },

  forward(n, { x, y }, options) {
    const axes = featureAxes(x.shape.slice(1)), at = [n, ...axes], { factor, shift } = linesOf(options, axes[0].extent);
    const scaled = mul(x.at(...at), chosen(factor, axes[0]));
    return [part(at, y.set(at, shift.every((number) => number === 0) ? scaled : add(scaled, chosen(shift, axes[0]))))];
  },

  backward(n, { dx, dy }, options) {
    const axes = featureAxes(dx.shape.slice(1)), at = [n, ...axes], { factor } = linesOf(options, axes[0].extent);
    return { input: [part(at, dx.set(at, mul(dy.at(...at), chosen(factor, axes[0]))))] };
  },
});
