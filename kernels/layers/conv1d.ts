import { z } from "../../codegen/zod.ts";
import { extent, init, length, seriesPadding } from "../../codegen/language/schema.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { requireSeries } from "../../codegen/language/window.ts";
import { convolution } from "../convolution.ts";

const schema = z.strictObject({
  type: z.literal("conv1d"),
  inChannels: extent.optional().describe("Channels of the input; checked against the layer before."),
  outChannels: extent.describe("Channels of the output."),
  kernel: length.describe("Length of the kernel."),
  stride: length.default(1).describe("Step from one window to the next."),
  padding: seriesPadding.default(0).describe(
    'Zeros on both ends, or [before, after]; or "same": as many as it takes for an output of the length of the ' +
      "input, divided by the stride and rounded up, an odd one behind.",
  ),
  dilation: length.default(1).describe("Step from one element of a window to the next."),
  groups: extent.default(1).describe(
    "Groups of channels, which see nothing of each other; as many as input channels: depthwise.",
  ),
  bias: z.boolean().default(true).describe("Whether a number is added to each output channel."),
  init,
});

type Options = z.infer<typeof schema>;

/** 1-D cross-correlation: weights [o, c / groups, r]. */
export const conv1d: LayerKind<Options> = convolution({
  type: "conv1d",
  stem: "conv",
  source: "kernels/layers/conv1d.ts",
  schema,
  summary: "1-D cross-correlation with bias; weight [out, in / groups, kernel]",
  dimensions: [{ what: "elements", window: "p", element: "r" }],
  requireInput: requireSeries,
});
