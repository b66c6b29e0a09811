/**
 * Planes of tiles where channels are innermost: where they lie, in which order they are made, when they are summed for each
 * sample by itself, and how many a net may have.
 */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, plan } from "../../codegen/compile.ts";
import type { Statement } from "../../codegen/ir/ir.ts";
import { strides } from "../../codegen/ir/ir.ts";
import type { PlannedTensor } from "../../codegen/plan/plan.ts";
import { parseSpec, registry, type Spec, targets } from "../../mod.ts";

const target = targets.find(({ name }) => name === "wasm_relaxed")!;

/** A net of so many convolutions of 3 by 3 behind the first one. */
const netOf = (channels: number, side: number, batchSize: number, count = 1): Spec =>
  parseSpec({
    name: "net",
    input: [3, side, side],
    batchSize,
    layers: [
      ...Array.from({ length: count + 1 }, () => ({ type: "conv2d", outChannels: channels, kernel: 3, padding: 1 })),
      { type: "globalAvgPool" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1 } },
  });
const planned = (spec: Spec) => plan(spec, registry, { layout: "channels" });

/** Lines of a tensor's planes that have the same place in a cache with ways of 4,096 bytes, at most. */
function crowd(tensor: PlannedTensor): number {
  const [stride] = strides(tensor).slice(tensor.shape.indexOf(36)), places = new Map<number, number>();
  for (let k = 0; k < 36; k++) {
    const place = Math.floor(4 * stride * k % 4096 / 64);
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return Math.max(...places.values());
}

Deno.test("planes are not in each other's way in a cache, and have room between them only where they would be", () => {
  // a side, and the halo's width; planes of 4 by 4 tiles have 1,024 bytes, of 8 by 8 4,096
  for (const [side, width] of [[16, 1], [24, 0], [32, 1], [28, 0]]) {
    const { plan: { tensors } } = planned(netOf(16, side, 4));
    for (const name of ["conv1.output.tiles", "conv2.output.products", "conv2.output.gradient.taps"]) {
      assert.equal(tensors[name].halo.flat().reduce((a, b) => a + b), width, `${name}, ${side}`);
      assert(crowd(tensors[name]) <= 8, name);
      // without the room
      const compact = { ...tensors[name], halo: tensors[name].shape.map(() => [0, 0] as const) };
      assert.equal(crowd(compact) > 8, width > 0, name);
    }
  }
});

Deno.test("16 channels have tiles of 4 by 4 where transforms have vectors, two to a side are enough, and scalars have none", () => {
  const found = (channels: number, side: number, layout: "channels" | "row_major") =>
    plan(netOf(channels, side, 4), registry, { layout }).chosen!.filter(({ kernel }) => kernel.startsWith("conv2"))
      .map(({ tile }) => tile.join("x"));
  assert.deepEqual(found(16, 32, "channels"), ["4x4", "4x4", "4x4"]);
  assert.deepEqual(found(16, 8, "channels"), ["4x4", "4x4", "4x4"]);
  assert.deepEqual(found(16, 7, "channels"), ["2x2", "2x2", "2x2"]);
  assert.deepEqual(found(16, 32, "row_major"), []);
  assert.deepEqual(found(15, 32, "channels"), []);
});

Deno.test("a transform goes column by column, and stores what it has made before it makes what follows", () => {
  const { plan: { train } } = planned(netOf(16, 24, 4));
  const kinds = (name: string) => {
    const { kernel } = train.kernels.find(({ kernel }) => kernel.name === name)!;
    const [schedule] = target.candidates(kernel), found: string[] = [];
    const visit = (statements: readonly Statement[]) => {
      for (const s of statements) {
        if (s.kind === "loop" || s.kind === "block") visit(s.body);
        else if (s.kind === "store") found.push("store");
        else if (s.kind === "let" && s.type === "f32x4") found.push(s.value.kind === "element" ? "load" : "make");
      }
    };
    visit(compileKernel(kernel, schedule).nest.body);
    return found;
  };
  for (const name of ["conv2_forward_transform_input", "conv2_backward_weight_transform_gradient"]) {
    const all = kinds(name);
    assert(all.filter((kind) => kind === "store").length >= 36, name);
    assert(all.indexOf("make") < all.lastIndexOf("load"), `${name} makes nothing before it has loaded all`);
    assert(all.indexOf("store") < all.lastIndexOf("make"), `${name} stores nothing before it has made all`);
  }
  // few results are made all together
  const few = kinds("conv2_forward_products");
  assert(few.lastIndexOf("make") < few.indexOf("store"));
});

Deno.test("where a sample has many tiles, it has sums of its own, and what is summed stays in a chain", () => {
  const rowsIn = (channels: number, side: number) => {
    const compiled = compileTarget(planned(netOf(channels, side, 64)), target), { tensors } = compiled.plan;
    const chunks = tensors["conv2.weight.gradient.products.chunks"];
    return { sums: chunks?.shape[0], scratch: tensors["conv2.output.gradient.taps"].scratch !== undefined };
  };
  assert.deepEqual(rowsIn(16, 32), { sums: 64, scratch: true });
  // 4 tiles for 64 by 64 products
  assert.deepEqual(rowsIn(64, 8), { sums: undefined, scratch: false });
});

Deno.test("planes that only pass share their room in a net's limit, and those that stay do not", () => {
  const counts = (count: number) => planned(netOf(32, 32, 64, count)).chosen!.length;
  // each has 19 MB of planes that stay, and 38 MB or more in each of three passes: 1.1 GB in all
  assert.deepEqual([counts(4), counts(8)], [12, 24]);
  assert(counts(24) < 72);
});
