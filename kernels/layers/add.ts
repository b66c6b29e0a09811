import { z } from "../../codegen/zod.ts";
import { alike, type LayerKind, numbered } from "../../codegen/language/layer.ts";
import { add as plus, featureAxes, part } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("add") });

/** The sum of its inputs. */
export const add: LayerKind<z.infer<typeof schema>> = {
  type: "add",
  stem: "add",
  source: "kernels/layers/add.ts",
  schema,
  summary: "the sum of its inputs, which have one shape",
  inputs: { least: 2, most: 64 },
  onnx: (_options, inputs) => ({ op: "Sum", inputs }),

  shape: (_options, inputs) => alike(inputs),

  forward(n, { y, ...tensors }) {
    const at = [n, ...featureAxes(y.shape.slice(1))];
    const [first, ...rest] = numbered("x", tensors).map((x) => x.at(...at));
    return [{ parts: [part(at, y.set(at, plus(first, ...rest)))] }];
  },

  backward(n, { dy, ...tensors }) {
    const at = [n, ...featureAxes(dy.shape.slice(1))];
    return numbered("dx", tensors).map((dx, i) => ({ name: `input${i}`, parts: [part(at, dx.set(at, dy.at(...at)))] }));
  },
};
