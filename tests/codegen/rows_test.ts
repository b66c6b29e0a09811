/** Rows of images: where channels lie innermost there are as many as samples, whatever the batch; what is behind has zeros. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import { axis, float, lt, mul, part, position, select, sum, Tensor } from "../../codegen/language/notation.ts";
import { arrange } from "../../codegen/plan/arrange/arrange.ts";
import { rowsOf } from "../../codegen/plan/arrange/blocks.ts";
import { elementsOf, fromStored, toStored } from "../../codegen/plan/arrange/layouts.ts";
import { overhanging } from "../../codegen/plan/arrange/overhang.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import { isElementwiseIn } from "../../codegen/plan/fuse/elementwise.ts";
import { plannedKernel, workOf } from "../../codegen/plan/kernel.ts";
import type { Plan, PlannedKernel } from "../../codegen/plan/plan.ts";
import { findTarget, registry, type Spec } from "../../mod.ts";
import { channelsOf, conv, head, specOf } from "../channel_nets.ts";
import { difference, trained } from "../interpreted.ts";
import { trainGenerated } from "../plain_model.ts";
import { randomData } from "../random_data.ts";
import { width } from "../width.ts";

/** Batches that no block divides, and such as one does. */
const PADDED = [3, 5, 7, 17, 30], WHOLE = [1, 2, 4, 16];
const layersOf = (channels: number) => [
  conv(16),
  { type: "relu" },
  { type: "maxPool2d", kernel: 2 },
  conv(channels),
  { type: "dropout", rate: 0.3 },
  { type: "flatten" },
  { type: "tanh" },
  { type: "dropout", rate: 0.3 },
  { type: "linear", outFeatures: 3 },
];
const netOf = (batch: number, channels = 21): Spec => specOf([3, 6, 5], layersOf(channels), batch, "sgd");

/** Tensors with a row for each sample, and those that have more. */
const imagesOf = ({ tensors }: Pick<Plan, "tensors">) =>
  Object.values(tensors).filter(({ name, role, layout, shape }) =>
    ["value", "gradient"].includes(role) && !/weight|bias/.test(name) && (layout?.shape ?? shape).length >= 4
  );

Deno.test("images have a row for each sample, vectors whole blocks of them", () => {
  for (const batch of [...PADDED, ...WHOLE]) {
    const planned = channelsOf(netOf(batch)), { tensors, batchRows } = planned, what = `batch ${batch}`;
    assert.equal(batchRows, rowsOf(batch), what);
    assert.equal(batchRows > batch, PADDED.includes(batch), what);
    const images = imagesOf(planned);
    assert(images.length > 6, `${images.map(({ name }) => name)}`);
    for (const { name, shape, layout } of images) {
      assert.equal(shape[0], batch, `${what}: ${name}`);
      assert.equal((layout?.shape ?? shape)[0], batch, `${what}: ${name}`);
    }
    for (const name of ["flatten1.output", "linear1.output"]) {
      assert.equal((tensors[name].layout?.shape ?? tensors[name].shape)[0], batchRows, `${what}: ${name}`);
    }
  }
});

Deno.test("flatten leaves zeros in rows without a sample, and its gradient reads none of them", () => {
  let ran = 0;
  for (const batch of PADDED) {
    const planned = channelsOf(netOf(batch, 24)), { tensors, batchRows } = planned;
    const x = tensors["dropout1.output"], y = tensors["flatten1.output"];
    const usual = Float64Array.from({ length: elementsOf(x) }, (_, i) => i + 1);
    const moved = new Float64Array(elementsOf(y)).fill(-1);
    interpretKernel(plannedKernel(planned, "flatten1_forward").kernel, { x: toStored(usual, x.layout), y: moved });
    const features = usual.length / batch, rows = fromStored(moved, y.layout);
    assert.deepEqual(rows.subarray(0, usual.length), usual, `batch ${batch}`);
    assert.deepEqual(rows.subarray(usual.length), new Float64Array((batchRows - batch) * features), `batch ${batch}`);
    // and back: what is there does not come along
    rows.fill(NaN, usual.length);
    const back = new Float64Array(x.shape.reduce((a, b) => a * b));
    const { kernel, bindings } = plannedKernel(planned, "flatten1_backward_input");
    const symbol = (name: string) => Object.keys(bindings).find((own) => bindings[own] === name)!;
    interpretKernel(kernel, {
      [symbol("flatten1.output.gradient")]: toStored(rows, y.layout),
      [symbol("dropout1.output.gradient")]: back,
    });
    assert.deepEqual(fromStored(back, x.layout), usual, `batch ${batch}`);
    ran++;
  }
  assert.equal(ran, 5);
});

Deno.test("nets of any batch train as those in rows; what they stand for is the work of the samples", () => {
  const batches = width([5, 17], [...PADDED, ...WHOLE]), work: number[] = [];
  for (const batch of batches) {
    const spec = netOf(batch), expected = trained(plan(spec, registry).plan, spec);
    for (const without of [undefined, ["winograd"] as const, ["pad"] as const]) {
      const planned = channelsOf(spec, { without }), found = trained(planned, spec);
      assert.equal(difference(expected, found, spec), undefined, `batch ${batch}, without ${without}`);
    }
    // of convolutions by tiles, what is done directly
    const large = specOf([3, 16, 16], [conv(64), conv(64), ...head(3)], batch);
    const total = (options: Parameters<typeof channelsOf>[1]) =>
      channelsOf(large, options).train.kernels.reduce((sum, planned) => sum + workOf(planned), 0);
    const [tiles, direct] = [total({}), total({ without: ["winograd"] })];
    assert(channelsOf(large).train.kernels.some(({ kernel: { name } }) => name === "conv2_forward_products"));
    assert(Math.abs(tiles / direct - 1) < 0.01, `batch ${batch}: ${tiles} of ${direct}`);
    work.push(direct / batch);
  }
  assert(Math.max(...work) < 1.05 * Math.min(...work), `${work}`);
});

Deno.test("the same bits for 1, 2 and 3 threads, with a last chunk that is short", async () => {
  const target = findTarget("wasm_relaxed");
  let ran = 0;
  for (const [batch, side, chunks] of [[5, 32, 5], [31, 16, 8], [97, 8, 7]] as const) {
    const spec = specOf([3, side, side], [conv(16), { type: "relu" }, ...head(3)], batch);
    const planned = plan(spec, registry, { layout: "channels", without: ["winograd"] });
    assert.equal(planned.plan.tensors["conv1.weight.gradient.chunks"].shape[0], chunks);
    const net = compileTarget(planned, target), data = randomData(spec, Math.ceil(1.5 * batch), 1, "threads");
    const course = { spec, data, steps: 2, seed: 1 }, single = await trainGenerated(net, course, 1);
    for (const threads of [2, 3]) assert.deepEqual(await trainGenerated(net, course, threads), single, `${batch}`);
    // what is left over is no reason to share nothing
    const name = "conv1_backward_weight_chunks", { nest: { parallel } } = net.kernels.get(name)!;
    assert(parallel && parallel.iterations * parallel.step > 2, `${batch}: ${JSON.stringify(parallel)}`);
    ran++;
  }
  assert.equal(ran, 3);
});

Deno.test("a sum through images and blocks of samples together: all have the rows of the batch", () => {
  const spec = netOf(5), graph = { ...inferShapes(spec, registry), batchRows: 8 };
  const drafted = draft(graph, registry.batch, {}), { batch } = drafted;
  const arranged = arrange(drafted, "channels");
  assert.equal(arranged.tensors["conv1.output"].shape[0], 5);
  const [x, y] = ["conv1.output", "linear1.output"].map((name, i) => new Tensor("xy"[i], drafted.tensors[name].shape));
  const z = new Tensor("z", [3]), o = axis("o", 3), c = axis("c", 16);
  const own: PlannedKernel = {
    title: { stem: "both", pass: "sum" },
    bindings: { x: "conv1.output", y: "linear1.output", z: "both" },
    kernel: {
      ...{ name: "both_sum", source: "tests/codegen/rows_test.ts", tensors: {} },
      parts: [part([o], z.set([o], sum([batch, c], mul(x.at(batch, c, 0, 0), y.at(batch, o)))))],
    },
  };
  const both = { name: "both", role: "value", dtype: "f32", shape: [3] } as const;
  const tensors = { ...drafted.tensors, both };
  const summed = arrange({ ...drafted, tensors, train: [...drafted.train, own] }, "channels");
  for (const [name, { shape }] of Object.entries(summed.tensors)) {
    if (/^(input|conv.\.output|pool1.output)$/.test(name)) assert.equal(shape[0], 8, name);
  }
});

Deno.test("a kernel in two parts has no mask because it asks for a place in both", () => {
  const n = axis("n", 2), c = axis("c", 21), x = new Tensor("x", [2, 21]), y = new Tensor("y", [2, 21]);
  const layout = { shape: [2, 21], dimensions: [{ of: 0, every: 1, extent: 2 }, { of: 1, every: 8, extent: 3 }] };
  const whole = { ...layout, dimensions: [...layout.dimensions, { of: 1, every: 1, extent: 8 }] };
  const tensors = Object.fromEntries(
    ["x", "y"].map((name) => [name, { name, role: "value", dtype: "f32", shape: [2, 21] } as const]),
  );
  const of = (value: Parameters<typeof y.set>[1]): PlannedKernel => ({
    title: { stem: "some", pass: "pass" },
    bindings: { x: "x", y: "y" },
    kernel: { name: "some_pass", source: "", tensors: {}, parts: [part([n, c], y.set([n, c], value))] },
  });
  const chosen = of(select(lt(float(position(c)), 5), x.at(n, c), 1));
  const apart = overhanging(chosen, new Map([["x", whole]]), tensors);
  assert.deepEqual([apart.whole.kernel.parts.length, apart.masked], [2, false]);
  const masked = overhanging(chosen, new Map([["x", whole], ["y", whole]]), tensors);
  assert.deepEqual([masked.whole.kernel.parts.length, masked.masked], [1, true]);
});

Deno.test("what reads some rows of a tensor does not work element by element on all of it", () => {
  const all = axis("n", 8), some = axis("n", 5), c = axis("c", 4);
  const x = new Tensor("x", [8, 4]), y = new Tensor("y", [8, 4]), z = new Tensor("z", [8, 4]);
  const of = (parts: Kernel["parts"]): PlannedKernel => ({
    title: { stem: "some", pass: "pass" },
    bindings: { x: "x", y: "y", z: "z" },
    kernel: { name: "some_pass", source: "", tensors: {}, parts },
  });
  const made = of([part([all, c], y.set([all, c], mul(x.at(all, c), 2)))]);
  const reader = (n: typeof all) => of([part([n, c], z.set([n, c], mul(y.at(n, c), 3)))]);
  assert.equal(isElementwiseIn("y", made, reader(all)), true);
  assert.equal(isElementwiseIn("y", made, reader(some)), false);
});
