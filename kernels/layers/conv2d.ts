import { z } from "../../codegen/zod.ts";
import { extent, extents, imagePadding, init } from "../../codegen/language/schema.ts";
import type { LayerKind } from "../../codegen/language/layer.ts";
import { requireImage } from "../../codegen/language/window.ts";
import { convolution } from "../convolution.ts";

const schema = z.strictObject({
  type: z.literal("conv2d"),
  inChannels: extent.optional().describe("Channels of the input; checked against the layer before."),
  outChannels: extent.describe("Channels of the output."),
  kernel: extents.describe("Size of the kernel."),
  stride: extents.default(1).describe("Step from one window to the next."),
  padding: imagePadding.default(0).describe(
    'Rows and columns of zeros: on each side, or [top, bottom, left, right]; or "same": as many as it takes for an ' +
      "output of the size of the input, divided by the stride and rounded up, an odd one behind.",
  ),
  dilation: extents.default(1).describe("Step from one element of a window to the next."),
  groups: extent.default(1).describe(
    "Groups of channels, which see nothing of each other; as many as input channels: depthwise.",
  ),
  bias: z.boolean().default(true).describe("Whether a number is added to each output channel."),
  init,
});

type Options = z.infer<typeof schema>;

/** 2-D cross-correlation: weights [o, c / groups, r, s]. */
export const conv2d: LayerKind<Options> = convolution({
  type: "conv2d",
  stem: "conv",
  source: "kernels/layers/conv2d.ts",
  schema,
  summary: "2-D cross-correlation with bias; weight [out, in / groups, kernel h, kernel w]",
  dimensions: [{ what: "rows", window: "p", element: "r" }, { what: "columns", window: "q", element: "s" }],
  requireInput: requireImage,
});
