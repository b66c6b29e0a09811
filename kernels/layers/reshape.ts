import { z } from "../../codegen/zod.ts";
import { InputError } from "../../codegen/error.ts";
import { extent } from "../../codegen/language/schema.ts";
import { elementsIn, type LayerKind, type PassKernel, type Shape } from "../../codegen/language/layer.ts";
import { axis, featureAxes, part, plus, type Tensor, times } from "../../codegen/language/notation.ts";
import type { Affine, Axis } from "../../codegen/ir/ir.ts";

const MOST = 3;
const schema = z.strictObject({
  type: z.literal("reshape"),
  shape: z.array(z.union([extent, z.literal(-1)]).meta({ title: "a whole number from 1 to 1048576, or -1" }))
    .min(1).max(MOST).meta({
      title: `a list of 1 to ${MOST} extents, one of which may be -1`,
      description: "Extents of the output; one of them may be -1, which stands for what is left.",
    }),
});

type Options = z.infer<typeof schema>;

/** The shape with what is left in place of -1. */
function shapeOf({ shape }: Options, input: Shape): Shape {
  const known = elementsIn(shape.filter((extent) => extent > 0)), elements = elementsIn(input);
  const open = shape.filter((extent) => extent < 0).length;
  const told = `shape is [${shape.join(", ")}], but its input is [${input.join(", ")}]`;
  if (open > 1) throw new InputError(`shape is [${shape.join(", ")}], of which only one may be -1`);
  if (open === 0 ? known !== elements : elements % known !== 0) {
    throw new InputError(`${told}, ${elements} elements; give a shape of as many`);
  }
  return shape.map((extent) => extent < 0 ? elements / known : extent);
}

/** Axes of which those of both shapes are made, and the indices over them; undefined where there are none. */
function common(x: Shape, y: Shape): { axes: Axis[]; x: Affine[]; y: Affine[] } | undefined {
  const [steps, others] = [x, y].map(stepsOf), all = [...new Set([...steps, ...others])].sort((a, b) => b - a);
  if (all.some((step, i) => i > 0 && all[i - 1] % step !== 0)) return undefined;
  const names = featureAxes(all.slice(1)), axes = names.map(({ name }, i) => axis(name, all[i] / all[i + 1]));
  const index = (steps: readonly number[]) =>
    steps.slice(1).map((step, d) =>
      plus(
        ...axes.flatMap((own, i) => all[i + 1] >= step && all[i + 1] < steps[d] ? [times(own, all[i + 1] / step)] : []),
      )
    );
  return { axes, x: index(steps), y: index(others) };
}

/** Elements of a shape, of what is behind its first dimension, of what is behind its second, ...: 1 is the last. */
function stepsOf(shape: Shape): number[] {
  return [elementsIn(shape), ...shape.map((_, d) => elementsIn(shape.slice(d + 1)))];
}

/** The kernels that give one tensor's elements to another, of another shape, or of which each gives some to `between`. */
function renamed(n: Axis, from: Tensor, to: Tensor, between: Tensor | undefined, name?: string): PassKernel[] {
  const [, ...x] = from.shape, [, ...y] = to.shape, same = common(x, y);
  if (same) {
    const { axes, x, y } = same;
    return [{
      ...name !== undefined && { name },
      parts: [part([n, ...axes], to.set([n, ...y], from.at(n, ...x)))],
      reshapes: true,
    }];
  }
  return [
    ...renamed(n, from, between!, undefined, name === undefined ? "flat" : `${name}_flat`),
    ...renamed(n, between!, to, undefined, name === undefined ? "shaped" : name),
  ];
}

/** The elements in another shape, the order unchanged; where the shapes divide differently, through a vector. */
export const reshape: LayerKind<Options> = {
  type: "reshape",
  stem: "reshape",
  source: "kernels/layers/reshape.ts",
  schema,
  summary: "another shape of as many elements, in the same order; one extent may be -1, which is what is left",
  reshapes: true,

  onnx(options, _inputs, { x }) {
    // 0: as many samples as there are
    const values = [0, ...shapeOf(options, x)];
    return { op: "Reshape", inputs: ["x", { shape: [values.length], values, dtype: "i64" }] };
  },

  shape: (options, { x }) => shapeOf(options, x),

  inner(_options, { x, y }) {
    if (common(x, y)) return [];
    return ["v", "dv"].map((symbol) => ({ symbol, shape: [elementsIn(x)], dtype: "f32" as const }));
  },

  forward: (n, { x, y, v }) => renamed(n, x, y, v),
  backward: (n, { dx, dy, dv }) => renamed(n, dy, dx, dv, "input"),
};
