/** Nets of many layers: how the compiler's work grows with their number, and that the most that a spec may have compile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileKernel, compileTarget, plan } from "../../codegen/compile.ts";
import { fuse } from "../../codegen/plan/fuse/fuse.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import { axis, mul, part, Tensor } from "../../codegen/language/notation.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { structureOf } from "../../codegen/ir/structure.ts";
import { wasm } from "../../codegen/targets/wasm/target.ts";
import { generatedFiles, parseSpec, registry, targets } from "../../mod.ts";
import type { BlockCounts } from "../block_counts.ts";
import { randomSpec } from "../random_spec.ts";

/** Layers of a spec, at most. */
const MOST = 256;

const repeated = (count: number, ...layers: object[]) => Array.from({ length: count }, () => layers).flat();

function netOf(input: number[], layers: object[]): Record<string, unknown> {
  return {
    name: "deep",
    input,
    batchSize: 8,
    layers: [...layers, { type: "linear", outFeatures: 3 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  };
}

/** So many pairs of linear and tanh. */
const pairs = (count: number) => netOf([6], repeated(count, { type: "linear", outFeatures: 6 }, { type: "tanh" }));

/** So many convolutions, each with what keeps the image's size behind it. */
const images = (count: number) =>
  netOf([2, 4, 4], [
    ...repeated(
      count,
      { type: "conv2d", outChannels: 2, kernel: 3, padding: 2 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 3, stride: 1 },
      { type: "dropout", rate: 0.1 },
    ),
    { type: "flatten" },
  ]);

/** How many blocks of code run while nets are compiled for all targets. */
async function blocksFor(...nets: object[]): Promise<BlockCounts> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-sys",
      "--allow-env",
      join(import.meta.dirname!, "..", "block_counts.ts"),
      ...nets.map((net) => JSON.stringify(net)),
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Least files of the compiler in which blocks are counted, of some 80, and least blocks, of some millions. */
const LEAST_FILES = 60, LEAST_BLOCKS = 2_000_000;

Deno.test("twice the layers are twice the work", async () => {
  const sizes = [12, 24, 48];
  const counts = await Promise.all(sizes.map((size) => blocksFor(pairs(size), images(size / 4))));
  // what is done once, and for the first of equal layers only, is in all three. From 24 to 48 there is twice as much new
  // as from 12 to 24; a loop over all layers for each of them would have four times as much
  const growth = ([few, some, many]: number[]) => (many - some) / (some - few);
  const blocks = counts.map(({ compiling }) => compiling),
    words = `${blocks.join(", ")} blocks for ${sizes.join(", ")}`;
  // sorting, tensors that are placed where others lie, and what the engine does not count, more of it on a busy machine
  const most = 2 * 1.05;
  assert(growth(blocks) < most, words);
  // what compiles was counted
  for (const { files, compiling } of counts) {
    const own = files.filter((file) => /^(codegen|kernels)\//.test(file));
    assert(own.length >= LEAST_FILES && compiling >= LEAST_BLOCKS, `${own.length} files, ${compiling} blocks`);
  }
  // negative control: what looks at all files for each of them
  const quadratic = counts.map(({ compiling, comparing }) => compiling + comparing);
  assert(growth(quadratic) > most, `${quadratic.join(", ")}, not ${words}`);
});

Deno.test("as many layers as a spec may have compile for every target", () => {
  const chain = repeated(MOST, { type: "relu" }, { type: "sigmoid" }, { type: "tanh" }, { type: "dropout", rate: 0.1 });
  const net = netOf([2, 3, 3], [
    { type: "conv2d", outChannels: 2, kernel: 1 },
    ...chain.slice(0, MOST - 3),
    { type: "flatten" },
  ]);
  assert.equal((net.layers as object[]).length, MOST);
  const files = generatedFiles(parseSpec(net));
  for (const { name, entry } of targets) assert(`deep/${name}/${entry}` in files);
  // most file systems take 255 bytes, of which a file that is being written needs some
  for (const path of Object.keys(files)) assert(path.split("/").at(-1)!.length < 240, path);
});

Deno.test("predictions of a chain of tanh, which uses what it is given several times", () => {
  const layers = repeated(MOST - 2, { type: "tanh" });
  const spec = parseSpec(netOf([6], [{ type: "linear", outFeatures: 6 }, ...layers]));
  const planned = plan(spec, registry, { predict: true, layout: wasm.layout });
  assert(compileTarget(planned, wasm).files[wasm.entry].length > 0);
});

Deno.test("kernels of equal layers are compiled once, and to what each would be by itself", () => {
  const planned = plan(parseSpec(pairs(8)), registry, { layout: wasm.layout });
  const { kernels } = compileTarget(planned, wasm), structures = new Set<string>();
  for (const { kernel, schedule, nest } of kernels.values()) {
    const [guess] = wasm.candidates(kernel);
    assert.deepEqual(schedule, guess, kernel.name);
    assert.deepEqual(nest, compileKernel(kernel, schedule, wasm).nest, kernel.name);
    structures.add(structureOf(kernel));
  }
  assert(structures.size < kernels.size / 2, `${structures.size} of ${kernels.size}`);
});

Deno.test("negative control: kernels that differ in more than their names are told apart", () => {
  const square = (extent: number, halo = 0, twice = true, name = "n"): Kernel => {
    const n = axis(name, extent), x = new Tensor("x", [extent]), y = new Tensor("y", [extent]), load = x.at(n);
    const type = { dtype: "f32", shape: [extent], halo: [[halo, halo]] } as const;
    const parts = [part([n], y.set([n], mul(load, twice ? load : x.at(n))))];
    return { name: `square${extent}`, source: "", parts, tensors: { x: type, y: type } };
  };
  const same = structureOf(square(4));
  assert.equal(structureOf({ ...square(4), name: "another", source: "elsewhere" }), same);
  for (const other of [square(5), square(4, 1), square(4, 0, false), square(4, 0, true, "m")]) {
    assert.notEqual(structureOf(other), same);
  }
  const infinite = (extent: number): Kernel => ({
    ...square(4),
    tensors: { x: { dtype: "f32", shape: [extent], halo: [[0, 0]] } },
  });
  // a shape that two tensors share is not that of another one
  const shared = [2] as const, halo = [[0, 0]] as const;
  const pair = (x: readonly number[], y: readonly number[]): Kernel => ({
    ...square(4),
    tensors: { x: { dtype: "f32", shape: x, halo }, y: { dtype: "f32", shape: y, halo } },
  });
  for (let extent = 0; extent < 40; extent++) {
    assert.notEqual(structureOf(pair(shared, shared)), structureOf(pair(shared, [extent])));
  }
  // what JSON writes alike
  assert.notEqual(structureOf(infinite(Infinity)), structureOf(infinite(NaN)));
  assert.notEqual(structureOf(infinite(0)), structureOf(infinite(-0)));
});

Deno.test("no merge is missed: what fusion leaves, no rule fits", () => {
  for (let seed = 0; seed < 30; seed++) {
    const whole = draft(inferShapes(parseSpec(randomSpec(seed)), registry), registry.batch);
    // each rule by itself: another one may make room for it
    for (const rule of ["elementwise", "window", "cases"]) {
      const without = new Set(["loss", "elementwise", "window", "cases"].filter((name) => name !== rule));
      const merged = fuse(whole, without);
      assert.deepEqual(fuse(merged.draft, without).fusions, [], `${seed} ${rule}`);
    }
  }
});
