import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import { extent, init } from "../../codegen/language/schema.ts";
import { biasInit } from "../../codegen/language/init.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { add, axis, mul, part, sum } from "../../codegen/language/notation.ts";

const schema = z.strictObject({
  type: z.literal("linear"),
  inFeatures: extent.optional().describe("Length of the input; checked against the layer before."),
  outFeatures: extent.describe("Length of the output."),
  init,
});

/** Dense layer: weights [o, i]. */
export const linear: LayerKind<z.infer<typeof schema>> = layer({
  type: "linear",
  stem: "linear",
  source: "kernels/layers/linear.ts",
  schema,
  summary: "y = x w^T + b; weight [out, in]",

  shape({ inFeatures, outFeatures }, input) {
    if (input.length !== 1) {
      throw new InputError(`it takes a vector, but its input is [${input.join(", ")}]; put a flatten layer before it`);
    }
    if (inFeatures !== undefined && inFeatures !== input[0]) {
      throw new InputError(
        `inFeatures is ${inFeatures}, but its input is [${input[0]}]; write ${input[0]} or leave it out`,
      );
    }
    return [outFeatures];
  },

  parameters({ outFeatures: o, init }, [i]) {
    const fans = { fanIn: i, fanOut: o };
    return [
      { name: "weight", symbol: "w", shape: [o, i], ...fans, init, decay: true },
      { name: "bias", symbol: "b", shape: [o], ...fans, init: biasInit(init), decay: false },
    ];
  },

  onnx: () => ({ op: "Gemm", inputs: ["x", "w", "b"], attributes: { transB: 1 } }),

  forward(n, { x, w, b, y }) {
    const o = axis("o", y.shape[1]), i = axis("i", x.shape[1]);
    return [part([n, o], y.set([n, o], add(b.at(o), sum([i], mul(x.at(n, i), w.at(o, i))))))];
  },

  backward(n, { x, w, dx, dy, dw, db }) {
    const o = axis("o", dy.shape[1]), i = axis("i", x.shape[1]);
    return {
      input: [part([n, i], dx.set([n, i], sum([o], mul(dy.at(n, o), w.at(o, i)))))],
      weight: [part([o, i], dw.set([o, i], sum([n], mul(x.at(n, i), dy.at(n, o)))))],
      bias: [part([o], db.set([o], sum([n], dy.at(n, o))))],
    };
  },
});
