import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import type { LayerKind, Shape } from "../../codegen/language/layer.ts";
import { featureAxes, mul, part, sum, type Tensor } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("multiply") });

/** Whether there is one factor for each channel, and not one for each element. */
const isOfChannels = (a: Shape, b: Shape) => a.join() !== b.join();

/** Axes of the first input, and an index of the second one for each of its elements. */
function axesOf(a: Tensor, b: Tensor) {
  const axes = featureAxes(a.shape.slice(1)), [c] = axes;
  if (!isOfChannels(a.shape, b.shape)) return { axes, factor: axes, positions: [] };
  return { axes, factor: [c, ...b.shape.slice(2).map(() => 0)], positions: axes.slice(1) };
}

/** The product of its inputs; the second one may have one number for each channel. */
export const multiply: LayerKind<z.infer<typeof schema>> = {
  type: "multiply",
  stem: "multiply",
  source: "kernels/layers/multiply.ts",
  schema,
  summary: "the product of two inputs, the second of the first one's shape, or with a number for each channel",
  inputs: ["a", "b"],
  // a number for each channel gets the dimensions of positions
  onnx: (_options, _inputs, { a, b }) =>
    b.length === a.length ? { op: "Mul", inputs: ["a", "b"] } : [
      {
        op: "Reshape",
        inputs: ["b", {
          shape: [a.length + 1],
          values: [
            0,
            0,
            ...a.slice(1).map(() => 1),
          ],
          dtype: "i64",
        }],
      },
      { op: "Mul", inputs: ["a", "y"] },
    ],

  shape(_options, { a, b }) {
    const perChannel = a.length > 1 && b[0] === a[0] && b.slice(1).every((extent) => extent === 1) &&
      (b.length === 1 || b.length === a.length);
    if (!isOfChannels(a, b) || perChannel) return a;
    const ones = a.slice(1).map(() => 1), told = [a, ...ones.length > 0 ? [[a[0]], [a[0], ...ones]] : []];
    const [last, ...others] = told.map((shape) => `[${shape.join(", ")}]`).reverse();
    const wanted = others.length > 0 ? `${others.reverse().join(", ")} or ${last}` : last;
    throw new InputError(`what it multiplies [${a.join(", ")}] by is [${b.join(", ")}]; it must be ${wanted}`);
  },

  forward(n, { a, b, y }) {
    const { axes, factor } = axesOf(a, b), at = [n, ...axes];
    return [{ parts: [part(at, y.set(at, mul(a.at(...at), b.at(n, ...factor))))] }];
  },

  backward(n, { a, b, da, db, dy }) {
    const { axes, factor, positions } = axesOf(a, b), at = [n, ...axes];
    const own = [n, ...axes.slice(0, axes.length - positions.length)];
    return [
      { name: "a", parts: [part(at, da.set(at, mul(dy.at(...at), b.at(n, ...factor))))] },
      { name: "b", parts: [part(own, db.set([n, ...factor], sum(positions, mul(dy.at(...at), a.at(...at)))))] },
    ];
  },
};
