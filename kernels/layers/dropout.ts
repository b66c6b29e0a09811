import { z } from "../../codegen/zod.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { share } from "../../codegen/language/schema.ts";
import {
  featureAxes,
  key,
  lt,
  mul,
  named,
  part,
  plus,
  select,
  times,
  uniform,
} from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("dropout"),
  rate: share.describe("Share of elements set to 0 while training."),
});

/** Sets a random share of elements to 0 and scales the rest, so that the mean stays; does nothing when testing. */
export const dropout: LayerKind<z.infer<typeof schema>> = layer({
  type: "dropout",
  stem: "dropout",
  source: "kernels/layers/dropout.ts",
  schema,
  summary: "sets a share of elements to 0 and scales the rest by 1 / (1 - rate); the identity when testing",

  onnx: () => ({ op: "Identity", inputs: ["x"] }),

  shape: (_options, input) => input,
  saved: (_options, _input, output) => [{ symbol: "mask", shape: output, dtype: "f32" }],

  forward(n, { x, y, mask }, { rate }, name) {
    const at = [n, ...featureAxes(x.shape.slice(1))];
    const counter = at.reduce((index, axis) => plus(times(index, axis.extent), axis), plus(0));
    const keep = named("keep", select(lt(uniform(key(`${name}_key`), counter), rate), 0, 1 / (1 - rate)));
    return [part(at, mask.set(at, keep), y.set(at, mul(x.at(...at), keep)))];
  },

  evaluate(n, { x, y }) {
    const at = [n, ...featureAxes(x.shape.slice(1))];
    return [part(at, y.set(at, x.at(...at)))];
  },

  backward(n, { dx, dy, mask }) {
    const at = [n, ...featureAxes(dx.shape.slice(1))];
    return { input: [part(at, dx.set(at, mul(dy.at(...at), mask.at(...at))))] };
  },
});
