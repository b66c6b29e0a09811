import { z } from "../../codegen/zod.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import { axis, featureAxes, part, plus } from "../../codegen/language/notation.ts";

const margin = z.int().min(0).max(1_048_576).default(0);
const schema = z.strictObject({
  type: z.literal("padChannels"),
  before: margin.describe("Channels of zeros before the first one."),
  behind: margin.describe("Channels of zeros behind the last one."),
});

/** Channels of zeros beside those of its input: the shortcut without weights of https://arxiv.org/abs/1512.03385, option A. */
export const padChannels: LayerKind<z.infer<typeof schema>> = layer({
  type: "padChannels",
  stem: "pad",
  source: "kernels/layers/pad_channels.ts",
  schema,
  summary: "channels of zeros before and behind those of its input",
  // before and behind each dimension: first before all, then behind all
  onnx: ({ before, behind }, _inputs, { x }) => {
    const rest = x.slice(1).map(() => 0), values = [0, before, ...rest, 0, behind, ...rest];
    return { op: "Pad", inputs: ["x", { shape: [values.length], values, dtype: "i64" }] };
  },

  shape: ({ before, behind }, [channels, ...positions]) => [before + channels + behind, ...positions],

  forward(n, { x, y }, { before, behind }) {
    const [c, ...positions] = featureAxes(x.shape.slice(1));
    const zeros = (extent: number, first: number) => {
      const empty = axis(c.name, extent);
      return extent > 0 ? [part([n, empty, ...positions], y.set([n, plus(empty, first), ...positions], 0))] : [];
    };
    return [
      ...zeros(before, 0),
      part([n, c, ...positions], y.set([n, plus(c, before), ...positions], x.at(n, c, ...positions))),
      ...zeros(behind, before + c.extent),
    ];
  },

  backward(n, { dx, dy }, { before }) {
    const [c, ...positions] = featureAxes(dx.shape.slice(1)), at = [n, c, ...positions];
    return { input: [part(at, dx.set(at, dy.at(n, plus(c, before), ...positions)))] };
  },
});
