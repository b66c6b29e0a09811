/**
 * The configurations that the timeline trains: each adds one thing to the one before. All but the first are flags of
 * `deno task train`, and stay so.
 *
 * @module
 */
import type { Optimization } from "../../mod.ts";

/** How V8 runs WebAssembly: as it does by default, without bounds checks, or also with vectors of 256 bits. */
export type Engine = "default" | "unchecked" | "packed";

/** A way to train. */
export interface Configuration {
  readonly name: string;
  /** "naive": the loops of `naive.ts`. */
  readonly target: "naive" | "typescript" | "wasm" | "wasm_relaxed" | "webgpu";
  readonly without?: readonly Optimization[];
  readonly engine: Engine;
  readonly threads: "one" | "all";
}

/** A configuration with its story. */
export interface Rung extends Configuration {
  readonly title: string;
  /** What is done beyond the rung before. */
  readonly what: string;
  /** Why that helps. */
  readonly why: string;
  /** Why it does not, where it does not. */
  readonly otherwise: string;
  /** Code that shows it, in the rung before and in this one. Left out where the code is the same. */
  readonly shown?: { readonly before: readonly ExcerptPlace[]; readonly after: readonly ExcerptPlace[] };
}

/** The fastest on the processor without one of the things that it has. */
export type LeftOut = Configuration & { readonly title: string };

/** The rung with all threads, with some changes each. */
export function leftOut(
  ladder: readonly Rung[],
  changes: readonly (readonly [title: string, change: Partial<Configuration>])[],
): LeftOut[] {
  const { target, engine, threads } = ladder.find(({ name }) => name === "threads")!;
  return changes.map(([title, change]) => ({ name: title, title, target, engine, threads, ...change }));
}

/** A place in generated code: the innermost loop of a kernel, or the lines that have some local. */
export interface ExcerptPlace {
  readonly kernel: string;
  readonly local?: string;
}

/** What keeps kernels apart. */
export const APART: readonly Optimization[] = ["reorder", "loss", "elementwise", "window", "cases"];
const FORWARD: readonly ExcerptPlace[] = [{ kernel: "linear1_forward" }];
const CHUNKS: readonly ExcerptPlace[] = [{ kernel: "linear1_forward_chunks" }];

/** From the plainest to the fastest. */
export const LADDER: readonly Rung[] = [
  {
    name: "naive",
    title: "Naive loops",
    target: "naive",
    engine: "default",
    threads: "one",
    what: "Nested loops, written once for all shapes: extents are read at run time, every index is computed where it " +
      "is used, layers follow each other. [bench/naive.ts](bench/naive.ts) is written by hand; all code from here on " +
      "is generated.",
    why: "This is where the reference document begins, too.",
    otherwise: "This is where the reference document begins, too.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "shapes",
    title: "Specialised shapes",
    target: "typescript",
    without: [...APART, "hoist", "tiles"],
    engine: "default",
    threads: "one",
    what: "The same loops with every extent and stride as a constant. An image has zeros around it, as many as its " +
      "layer reads beyond its edge, so no access asks whether it is inside.",
    why: "Multiplications by constants become shifts and additions, and the innermost loop of the convolution has " +
      "no branch left.",
    otherwise: "V8 keeps extents in registers whether it knows them or not, and tests each access to a typed array " +
      "in either case.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "hoisted",
    title: "Hoisted indices",
    target: "typescript",
    without: [...APART, "tiles"],
    engine: "default",
    threads: "one",
    what: "What an index has in common for all iterations of a loop is computed once, before it.",
    why: "The innermost loop only adds its own variable.",
    otherwise: "V8 moves what does not change out of loops by itself: the text is shorter, and the machine code does " +
      "the same.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "tiled",
    title: "Register tiles, unrolled",
    target: "typescript",
    without: APART,
    engine: "default",
    threads: "one",
    what: "Up to five outputs are computed together, in as many accumulators, and short sums are written out.",
    why: "What is loaded serves several products, and sums that do not depend on each other need not wait for each " +
      "other.",
    otherwise: "The accumulators did not stay in registers.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "wasm",
    title: "WebAssembly",
    target: "wasm",
    without: [...APART, "chain", "layout", "vectors"],
    engine: "default",
    threads: "one",
    what:
      "The same in WebAssembly, still one number at a time. Its target has tiles of its own, here eight sums in place " +
      "of four, and unrolls long sums, too.",
    why: "All types are known: numbers stay f32 where JavaScript widens them to f64, and no integer might overflow.",
    otherwise: "Deno tests the address of every access, as V8 tests the index of every typed array.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "simd",
    title: "Vectors of four",
    target: "wasm",
    without: [...APART, "chain", "layout"],
    engine: "default",
    threads: "one",
    what:
      "Four neighbours are computed by one instruction, along an axis whose elements lie side by side in memory: of " +
      "the outputs, or of the terms of a sum.",
    why: "One instruction does four products, and one load feeds it.",
    otherwise: "Too few axes have their elements side by side.",
    shown: { before: FORWARD, after: FORWARD },
  },
  {
    name: "blocked",
    title: "Blocks, panels and chunks",
    target: "wasm",
    without: APART,
    engine: "default",
    threads: "one",
    what: "Tensors lie in blocks of 16 samples with the samples innermost, weights in panels of 16 outputs, and long " +
      "sums are taken in chunks that fit into the nearest cache.",
    why: "Every layer has its vectors along the samples, whatever its windows and strides, and what is read over and " +
      "over is near.",
    otherwise: "The vectors of before already had neighbours to load in the layers that take the most time, and two " +
      "more kernels copy what must lie in rows.",
    shown: { before: FORWARD, after: CHUNKS },
  },
  {
    name: "fma",
    title: "Fused multiply-add",
    target: "wasm_relaxed",
    without: APART,
    engine: "default",
    threads: "one",
    what: "A product and the sum it goes into are one instruction of relaxed SIMD, which rounds once where the " +
      "processor does. This target has larger tiles, too: they are made for registers of 256 bits.",
    why: "Half the instructions for the same work, and no register for the product.",
    otherwise:
      "Not arithmetic takes the time yet, but loads and the checks of their addresses, and half of a tile that " +
      "was made for 256 bits does not fit into registers of 128.",
    shown: { before: CHUNKS, after: CHUNKS },
  },
  {
    name: "unchecked",
    title: "No bounds checks",
    target: "wasm_relaxed",
    without: APART,
    engine: "unchecked",
    threads: "one",
    what:
      "Deno tests every access of WebAssembly against the end of memory; `--no-wasm-bounds-checks` leaves that out. " +
      "Every access was proven when the code was generated, which is why it may.",
    why: "No comparison and no branch for each load and store.",
    otherwise: "The processor foresees all of these branches and does them beside the arithmetic. But nothing packs " +
      "while they stand between two stores.",
  },
  {
    name: "packed",
    title: "Vectors of 256 bits",
    target: "wasm_relaxed",
    without: APART,
    engine: "packed",
    threads: "one",
    what:
      "`--experimental-wasm-revectorize` lets V8 turn two operations on neighbours into one of 256 bits. The code " +
      "is shaped for it: tiles hold pairs of vectors, all loads come before all stores.",
    why: "Half the instructions once more, and registers of twice the size.",
    otherwise: "V8 did not pack: it does on x64 with AVX2 only.",
  },
  {
    name: "fused",
    title: "Fused kernels",
    target: "wasm_relaxed",
    engine: "packed",
    threads: "one",
    what:
      "Kernels are merged where a tensor between them need not be stored: relu and pool into the convolution before " +
      "them, gradients into the update of their weights, a pool's gradient into the sums that read it.",
    why: "What was written to memory and read again stays in registers. That counts once arithmetic is fast.",
    otherwise: "The tensors in between were in a cache.",
    shown: {
      before: [
        { kernel: "linear1_backward_weight", local: "$dw00.4" },
        { kernel: "linear1_update_weight", local: "$dw0.4" },
      ],
      after: [{ kernel: "linear1_backward_update_weight", local: "$dw00.4" }],
    },
  },
  {
    name: "threads",
    title: "Threads",
    target: "wasm_relaxed",
    engine: "packed",
    threads: "all",
    what:
      "All cores work on each kernel, a share of its outermost loop each, and wait for each other where one needs " +
      "what another one has made. The bits stay the same.",
    why: "There are more cores.",
    otherwise: "There is one core, or others used it.",
  },
  {
    name: "gpu",
    title: "A GPU",
    target: "webgpu",
    engine: "default",
    threads: "all",
    what: "The same kernels as WGSL, a grid of invocations each; data, order and sums stay on the device.",
    why: "Thousands of invocations at once.",
    otherwise: "A step of this net is little work for a GPU: its dispatches take longer to start than to run.",
    shown: { before: CHUNKS, after: [{ kernel: "linear1_relu2_forward" }] },
  },
];

/** The fastest on the processor, each without one of the things that it has. */
export const LEFT_OUT: readonly LeftOut[] = leftOut(LADDER, [
  ["without fused kernels", { without: APART }],
  ["without merging the convolution and its pool", { without: ["window", "cases"] }],
  ["without blocks, panels and chunks", { without: ["layout"] }],
  ["without vectors", { without: ["vectors"] }],
  ["without fused multiply-add", { target: "wasm" }],
  ["without vectors of 256 bits", { engine: "unchecked" }],
  ["with bounds checks, so without 256 bits too", { engine: "default" }],
]);
