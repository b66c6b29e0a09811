import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import { type LayerKind, numbered, shapesOf } from "../../codegen/language/layer.ts";
import { featureAxes, part, plus, type Tensor } from "../../codegen/language/notation.ts";

const schema = z.strictObject({ type: z.literal("concat") });

/** Inputs, or their gradients, each with the first of its channels in the whole. */
function pieces(tensors: readonly Tensor[]): { tensor: Tensor; first: number }[] {
  let next = 0;
  return tensors.map((tensor) => {
    const first = next;
    next += tensor.shape[1];
    return { tensor, first };
  });
}

/** Its inputs one behind the other: their channels, or the numbers of vectors. */
export const concat: LayerKind<z.infer<typeof schema>> = {
  type: "concat",
  stem: "concat",
  source: "kernels/layers/concat.ts",
  schema,
  summary: "the channels of its inputs, or the numbers of vectors, one behind the other",
  inputs: { least: 2, most: 64 },
  onnx: (_options, inputs) => ({ op: "Concat", inputs, attributes: { axis: 1 } }),

  shape(_options, inputs) {
    const shapes = Object.values(inputs), [[, ...rest]] = shapes;
    const channels = shapes.reduce((sum, [own]) => sum + own, 0);
    if (shapes.every(([, ...other]) => other.join() === rest.join())) return [channels, ...rest];
    throw new InputError(`its inputs are ${shapesOf(inputs)}; all but their channels must be alike`);
  },

  forward(n, { y, ...tensors }) {
    const parts = pieces(numbered("x", tensors)).map(({ tensor: x, first }) => {
      const [c, ...positions] = featureAxes(x.shape.slice(1));
      const at = [n, plus(c, first), ...positions];
      return part([n, c, ...positions], y.set(at, x.at(n, c, ...positions)));
    });
    return [{ parts }];
  },

  backward(n, { dy, ...tensors }) {
    return pieces(numbered("dx", tensors)).map(({ tensor: dx, first }, i) => {
      const [c, ...positions] = featureAxes(dx.shape.slice(1)), at = [n, c, ...positions];
      return { name: `input${i}`, parts: [part(at, dx.set(at, dy.at(n, plus(c, first), ...positions)))] };
    });
  },
};
