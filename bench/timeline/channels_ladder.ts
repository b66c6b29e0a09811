/**
 * The configurations of the timeline's second story, a net of many channels: what layouts, blocks in registers and fewer
 * operations bring there. All that the first story ends with is there from the start.
 *
 * @module
 */
import { APART, type Configuration, leftOut, type Rung } from "./ladder.ts";

/** What all rungs have. */
const START = { target: "wasm_relaxed", engine: "packed", threads: "one" } as const satisfies Partial<Configuration>;
const FORWARD = [{ kernel: "conv3_relu3_forward" }] as const;

/** From one sum at a time to all threads. */
export const CHANNELS_LADDER: readonly Rung[] = [
  {
    ...START,
    name: "sums",
    title: "One sum at a time",
    without: ["layout", "channels", "winograd", "chain", "tiles"],
    what: "WebAssembly with vectors of 256 bits, fused multiply-add and fused kernels, on images in the usual order, " +
      "[n, c, h, w], and with one accumulator for each sum.",
    why: "The first story ends with these, and here they are the start.",
    otherwise: "The first story ends with these, and here they are the start.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    ...START,
    name: "registers",
    title: "Blocks in registers",
    without: ["layout", "channels", "winograd", "chain"],
    what: "A tile of outputs is computed together, several channels by several neighbours, each in an accumulator of " +
      "its own that stays in a register for the whole sum.",
    why: "An element that is loaded serves a row or a column of the tile, and no sum waits for the one before.",
    otherwise: "Loads took the time, and not sums.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    ...START,
    name: "samples",
    title: "Samples innermost",
    without: ["channels", "winograd", "chain"],
    what: "The layout of nets of few channels: [n / 16, c, h, w, n % 16], 16 samples side by side in every tensor.",
    why: "All kernels have vectors to load, the gradients too, whatever the width of an image.",
    otherwise: "The vectors of before had their neighbours, and a sum's next channel is 16 times as far away.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    ...START,
    name: "channels",
    title: "Channels innermost",
    without: ["winograd", "chain"],
    what:
      "Images are stored as [n, c / 16, h, w, c % 16], weights as [o / 16, c / 16, r, s, c % 16, o % 16]. Weights' " +
      "gradients are summed by whole samples.",
    why:
      "What is multiplied follows each other in both operands, and 16 outputs at some positions, all of whose sums " +
      "stay in registers, need one load of a weight for all positions.",
    otherwise: "The images are small, so what lies far apart was in a cache.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    ...START,
    name: "winograd",
    title: "Fewer multiplications: Winograd",
    without: ["chain"],
    what:
      "A convolution of 3 by 3 is computed by tiles of 4 by 4 or 2 by 2 outputs: image and weight are transformed, " +
      "multiplied tile by tile, and transformed back, which takes 36 multiplications in place of 144, or 16 in place " +
      "of 36. GFLOP/s are still those of the direct sums.",
    why: "Products are most of the work. What is saved there is more than what the transforms cost.",
    otherwise: "What products are saved, the transforms take: they move much and compute little.",
    shown: { before: FORWARD, after: [{ kernel: "conv3_forward_products" }] },
  },
  {
    ...START,
    name: "chains",
    title: "Block by block",
    what: "Kernels that follow each other and go through the same samples run one behind the other for a few samples " +
      "at a time, and then for the next few. What only they touch is as small as such a block.",
    why: "What a kernel writes is still in the L2 cache when the next one reads it.",
    otherwise: "What passes from kernel to kernel was in a cache as it was.",
  },
  {
    ...START,
    name: "threads",
    title: "Threads",
    threads: "all",
    what: "All cores work on each kernel, as in the first story.",
    why: "There are more cores.",
    otherwise: "There is one core, or others used it.",
  },
];

/** All cores, each without one thing. */
export const CHANNELS_LEFT_OUT = leftOut(CHANNELS_LADDER, [
  ["without fused kernels", { without: APART }],
  ["without channels innermost", { without: ["channels"] }],
  ["without fewer multiplications", { without: ["winograd"] }],
  ["without running block by block", { without: ["chain"] }],
  ["without vectors of 256 bits", { engine: "unchecked" }],
]);
