/** Channels innermost: which nets get them, what lies where, and that no number changes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileTarget, MERGING, plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { interpretKernel } from "../../codegen/ir/interpret.ts";
import { parseSpec as parseWith } from "../../codegen/graph/spec.ts";
import { hasManyChannels } from "../../codegen/plan/arrange/channels.ts";
import { elementsOf, fromStored, toStored } from "../../codegen/plan/arrange/layouts.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import type { Plan, PlannedKernel } from "../../codegen/plan/plan.ts";
import { loadSpec, parseSpec, processorTargets, registry, type Spec } from "../../mod.ts";
import { areInnermost, channelsOf, CHOOSING, conv, hasMask, head, netOf, paddedNet, specOf } from "../channel_nets.ts";
import { difference, tamed, trained } from "../interpreted.ts";
import { registry as withMix } from "../mix_layer.ts";
import { openSession } from "../open_session.ts";
import { trainGenerated } from "../plain_model.ts";
import { randomData } from "../random_data.ts";
import { randomSpec } from "../random_spec.ts";
import { wideSpec } from "../wide_spec.ts";
import { width } from "../width.ts";

const WIDE_NETS = width(6, 40), RANDOM_NETS = width(6, 40);
// ---- which nets

/** Nets, and whether their channels are many. */
const RULE: readonly (readonly [what: string, spec: Spec, many: boolean])[] = [
  ["12 on both sides of the second", specOf([3, 6, 6], [conv(12), conv(12), ...head(3)], 16), true],
  ["4 samples a batch", specOf([3, 6, 6], [conv(12), conv(12), ...head(3)], 4), true],
  ["11 before it", specOf([3, 6, 6], [conv(11), conv(12), ...head(3)], 16), false],
  ["11 behind it", specOf([3, 6, 6], [conv(12), conv(11), ...head(3)], 16), false],
  ["32 of one", specOf([1, 6, 6], [conv(32), ...head(3)], 16), false],
  ["12 of two as they are given", specOf([2, 6, 6], [conv(12), ...head(3)], 16), false],
  ["12 of three as they are given", specOf([3, 6, 6], [conv(12), ...head(3)], 16), true],
  ["11 of three as they are given", specOf([3, 6, 6], [conv(11), ...head(3)], 16), false],
  ["the samples have them", specOf([12, 6, 6], [conv(12), ...head(3)], 16), true],
  // 12 * 12 products at 9 places three times, as no one wants the samples' gradient, and 108 * 26 or 27 four times
  [
    "a little more than a quarter of the work",
    specOf([12, 3, 3], [conv(12, 1, { padding: 0 }), ...head(26)], 16),
    true,
  ],
  ["just a quarter of the work", specOf([12, 3, 3], [conv(12, 1, { padding: 0 }), ...head(27)], 16), false],
];

Deno.test("nets of many channels have them innermost, others their samples", () => {
  for (const [what, spec, many] of RULE) {
    const found = hasManyChannels(draft(inferShapes(spec, registry), registry.batch, {}));
    assert.equal(found, many, what);
    assert.equal(areInnermost(plan(spec, registry, { layout: "lanes" }).plan), many, what);
    assert.equal(areInnermost(plan(spec, registry, { layout: "lanes", without: ["channels"] }).plan), false, what);
    // forced, one way or the other
    assert.equal(areInnermost(channelsOf(spec)), true, what);
    for (const layout of ["samples", "blocks", "row_major"] as const) {
      assert.equal(areInnermost(plan(spec, registry, { layout }).plan), false, `${what}, ${layout}`);
    }
    assert.equal(areInnermost(channelsOf(spec, { without: ["layout"] })), false, what);
  }
  assert.equal(RULE.filter(([, , many]) => many).length, 5);
});

Deno.test("few channels are innermost where samples make no blocks of 16 and zeros take less than that", () => {
  // outputs of two convolutions, and the batches for which their channels are innermost
  const cases: readonly (readonly [outs: readonly [number, number], batches: readonly number[]])[] = [
    [[8, 8], [1, 2, 3, 4, 8, 17, 24]],
    [[6, 16], [1, 2, 3, 4, 8, 17, 24]],
    [[4, 4], [1, 2]],
    [[2, 2], []],
  ];
  const all = [1, 2, 3, 4, 8, 16, 17, 24, 30, 64];
  for (const [[first, second], batches] of cases) {
    const found = all.filter((batch) => {
      const spec = specOf([1, 6, 6], [conv(first), conv(second), ...head(3)], batch);
      assert.equal(areInnermost(plan(spec, registry, { layout: "lanes", without: ["channels"] }).plan), false);
      return areInnermost(plan(spec, registry, { layout: "lanes" }).plan);
    });
    assert.deepEqual(found, batches, `${first} and ${second} channels`);
  }
  // no convolution
  const pools = specOf([8, 6, 6], [{ type: "maxPool2d", kernel: 2 }, ...head(3)], 1);
  assert.equal(areInnermost(plan(pools, registry, { layout: "lanes" }).plan), false);
});

Deno.test("the nets that ship have few channels, and vectors of numbers have none", async () => {
  for (const net of ["mnist_cnn", "lenet5", "mnist_mlp"]) {
    const spec = await loadSpec(join(import.meta.dirname!, "..", "..", "specs", `${net}.json`));
    const [lanes, samples] = (["lanes", "samples"] as const).map((layout) => plan(spec, registry, { layout }).plan);
    assert.deepEqual(lanes.tensors, samples.tensors, net);
  }
  const spec = specOf([40], [{ type: "linear", outFeatures: 16 }], 16);
  const [lanes, samples] = (["lanes", "samples"] as const).map((layout) => plan(spec, registry, { layout }).plan);
  assert.deepEqual(lanes.tensors, samples.tensors);
});

// ---- what lies where

/** A number of channels, how many are stored of them, and the dimensions of that: blocks, if several, and places. */
const STORED: readonly (readonly [channels: number, stored: number, blocks: readonly number[], places: number])[] = [
  [16, 16, [], 16],
  [32, 32, [2], 16],
  [48, 48, [3], 16],
  [24, 24, [3], 8],
  [40, 40, [5], 8],
  [20, 24, [3], 8],
  [21, 24, [3], 8],
  [12, 16, [], 16],
  [28, 32, [2], 16],
  [8, 8, [], 8],
  [5, 8, [], 8],
  [1, 8, [], 8],
];

Deno.test("images, weights and rows of numbers, with all of their shape", () => {
  for (const [channels, stored, blocks, places] of STORED) {
    const spec = specOf([3, 6, 5], [conv(20), { type: "relu" }, conv(channels), conv(16), ...head(3)], 3, "adam");
    const { tensors } = channelsOf(spec, { without: [...MERGING, "pad"] });
    const shapes = (shape: readonly number[], ...names: string[]) => {
      for (const name of names) assert.deepEqual(tensors[name].shape, shape, `${channels} channels: ${name}`);
    };
    shapes([3, ...blocks, 6, 5, places], "conv2.output", "conv2.output.gradient");
    shapes([3, 3, 6, 5, 8], "conv1.output", "relu1.output", "relu1.output.gradient");
    const family = (name: string) => [name, `${name}.gradient`, `${name}.m`, `${name}.v`];
    shapes([...blocks, 3, 3, 3, 8, places], ...family("conv2.weight"));
    shapes([...blocks, 3, 3, places, 16], ...family("conv3.weight"));
    shapes([stored], ...family("conv2.bias"));
    shapes([24], ...family("conv1.bias"));
    shapes([3], "linear1.bias");
    // known outside as ever
    assert.deepEqual(tensors["conv2.weight"].layout!.shape, [channels, 20, 3, 3]);
    assert.deepEqual(tensors["conv2.output"].layout!.shape, [3, channels, 6, 5]);
    assert.deepEqual(tensors["conv2.bias"].layout!.shape, [channels]);
  }
  assert.equal(STORED.length, 12);
});

Deno.test("nothing of it depends on the batch; what is behind flatten has samples in blocks", () => {
  const layers = [conv(16), conv(16), ...head(3)];
  for (const [batch, blocks] of [[1, undefined], [3, undefined], [4, [4]], [24, [3, 8]], [32, [2, 16]]] as const) {
    const { tensors } = channelsOf(specOf([3, 4, 4], layers, batch), { without: ["pad", "winograd"] });
    assert.deepEqual(tensors["conv2.output"].shape, [batch, 4, 4, 16], `batch ${batch}`);
    const [outer, inner] = blocks === undefined ? [[batch], []] : [blocks.slice(0, -1), blocks.slice(-1)];
    assert.deepEqual(tensors["linear1.output"].shape, [...outer, 3, ...inner], `batch ${batch}`);
  }
});

Deno.test("the given samples lie as they are given, and so do the channels of weights that go through them", () => {
  const nets: readonly (readonly [what: string, layers: object[], weight: readonly number[]])[] = [
    ["a convolution", [conv(20)], [3, 3, 3, 3, 8]],
    ["relu before it", [{ type: "relu" }, conv(20)], [3, 3, 3, 8, 8]],
    ["a pool before it", [{ type: "maxPool2d", kernel: 2 }, conv(20)], [3, 3, 3, 8, 8]],
  ];
  for (const [what, layers, weight] of nets) {
    const { tensors } = channelsOf(specOf([3, 6, 6], [...layers, conv(16), ...head(3)]), { without: MERGING });
    assert.equal(tensors.input.layout, undefined, what);
    assert.deepEqual(tensors.input.shape, [4, 3, 6, 6], what);
    for (const name of ["conv1.weight", "conv1.weight.gradient", "conv1.weight.v"]) {
      assert.deepEqual(tensors[name].shape, weight, `${what}: ${name}`);
    }
  }
  const given = (channels: number) =>
    channelsOf(specOf([channels, 6, 6], [conv(16), ...head(3)]), { without: ["winograd"] }).tensors;
  for (const channels of [15, 17, 20]) assert.equal(given(channels).input.layout, undefined);
  assert.deepEqual(given(15)["conv1.weight"].shape, [15, 3, 3, 16]);
});

Deno.test("given samples of many channels lie as other images; behind the last channel are zeros that are written", () => {
  for (const [channels, image, weight] of [[16, [6, 6, 16], [3, 3, 16, 16]], [22, [3, 6, 6, 8], [3, 3, 3, 8, 16]]]) {
    const planned = channelsOf(specOf([channels as number, 6, 6], [conv(16), ...head(3)]), { without: ["winograd"] });
    const { tensors } = planned;
    assert.deepEqual(tensors.input.shape, [4, ...image as number[]]);
    assert.deepEqual(tensors["conv1.weight"].shape, weight);
    // whole blocks, what the last one has, and what is behind that; a gather reads nothing behind a sample
    const { kernel: { parts } } = kernelOf(planned, "batch_gather"),
      zeros = parts.filter(({ assignments }) =>
        assignments.every(({ value }) => value.kind === "constant" && value.value === 0)
      );
    assert.deepEqual([parts.length, zeros.length], channels === 16 ? [1, 0] : [3, 1]);
  }
});

// ---- kernels

const kernelOf = ({ train }: Plan, name: string): PlannedKernel => {
  const found = train.kernels.find(({ kernel }) => kernel.name === name);
  assert(found, `no ${name}, only ${train.kernels.map(({ kernel }) => kernel.name).join(", ")}`);
  return found;
};

Deno.test("an input's gradient reads a copy of the weight with the channels exchanged", () => {
  const planned = channelsOf(specOf([3, 5, 5], [conv(20), conv(13, [3, 2]), ...head(3)])), { tensors } = planned;
  const weight = tensors["conv2.weight"], copy = tensors["conv2.weight.exchanged"];
  assert.deepEqual(weight.shape, [3, 3, 2, 8, 16]);
  assert.deepEqual(copy.shape, [3, 3, 2, 16, 8]);
  const names = planned.train.kernels.map(({ kernel }) => kernel.name);
  const making = kernelOf(planned, "conv2_weight_exchange"), reader = kernelOf(planned, "conv2_backward_input");
  assert.equal(names.indexOf(reader.kernel.name), names.indexOf(making.kernel.name) + 1);
  assert(Object.values(reader.bindings).includes(copy.name) && !Object.values(reader.bindings).includes(weight.name));
  // nobody wants the gradient of the given samples
  assert(!("conv1.weight.exchanged" in tensors));
  // the same numbers at other places
  const usual = Float32Array.from({ length: 13 * 20 * 6 }, (_, i) => i + 1);
  const x = toStored(usual, weight.layout), y = new Float32Array(copy.shape.reduce((a, b) => a * b)).fill(NaN);
  interpretKernel(making.kernel, { x, y });
  assert.deepEqual(fromStored(y, copy.layout), usual);
  assert.deepEqual(y, toStored(usual, copy.layout), "zeros where blocks are not full");
  assert.notDeepEqual(y, x);
});

Deno.test("sums over different terms have a part each: the residues of strides", () => {
  const parts = (kernel: unknown, more: object) =>
    kernelOf(
      channelsOf(specOf([3, 9, 9], [conv(16), conv(16, kernel, more), ...head(3)]), { without: MERGING }),
      "conv2_backward_input",
    ).kernel.parts.map(({ assignments }) => assignments.length);
  assert.deepEqual(parts(3, {}), [1]);
  assert.deepEqual(parts(3, { stride: 2 }), [1, 1, 1, 1]);
  assert.deepEqual(parts(3, { stride: [1, 2] }), [1, 1]);
  // a kernel with elements that no window covers has them in common parts
  assert(parts(2, { stride: 3, padding: 0 }).some((count) => count > 1));
});

Deno.test("flatten moves elements, where without channels it is another name", () => {
  const spec = specOf([3, 4, 4], [conv(21), conv(21), ...head(3)]);
  const channels = channelsOf(spec), samples = plan(spec, registry, { layout: "samples" }).plan;
  for (const name of ["flatten1.output", "conv2.output.gradient"]) {
    assert.equal(channels.tensors[name].alias, undefined, name);
  }
  assert.equal(samples.tensors["flatten1.output"].alias, "conv2.output");
  const { kernel } = kernelOf(channels, "flatten1_forward");
  const x = channels.tensors["conv2.output"], y = channels.tensors["flatten1.output"];
  const usual = Float64Array.from({ length: elementsOf(x) }, (_, i) => i + 1);
  const moved = new Float64Array(elementsOf(y));
  interpretKernel(kernel, { x: toStored(usual, x.layout), y: moved });
  assert.deepEqual(fromStored(moved, y.layout), usual);
  // the last block's channels have a part of their own: the tensor behind has no room for more
  assert.equal(kernel.parts.length, 2);
  const full = channelsOf(specOf([3, 4, 4], [conv(24), conv(24), ...head(3)]));
  assert.equal(kernelOf(full, "flatten1_forward").kernel.parts.length, 1);
});

Deno.test("long sums over samples are taken in chunks of whole samples", () => {
  // positions of the second convolution, samples, and chunks of at most 1,024 terms, if there are 2,048
  const cases = [
    [[8, 8], 32, 2],
    [[8, 8], 64, 4],
    [[16, 16], 16, 4],
    [[8, 8], 16, undefined],
    // 34, 34 and 32 samples
    [[5, 5], 100, 3],
    // 14 samples six times, and 13
    [[8, 8], 97, 7],
    [[16, 16], 31, 8],
  ] as const;
  for (const [[height, width], batch, chunks] of cases) {
    const { tensors } = channelsOf(specOf([3, height, width], [conv(16), conv(21), ...head(3)], batch), {
      without: ["winograd"],
    });
    const what = `${height} x ${width}, ${batch} samples`;
    assert.deepEqual(tensors["conv2.weight.gradient.chunks"]?.shape, chunks && [chunks, 3, 3, 3, 16, 8], what);
    assert.deepEqual(tensors["conv2.bias.gradient.chunks"]?.shape, chunks && [chunks, 3, 8], what);
    assert(!Object.keys(tensors).some((name) => /conv.*\.(lanes|rows)$/.test(name)), what);
  }
});

// ---- numbers

Deno.test("elements come back from blocks that are not full, which end with zeros", () => {
  let padded = 0, whole = 0;
  for (let seed = 1; seed <= WIDE_NETS; seed++) {
    for (const { name, shape, layout } of Object.values(channelsOf(parseSpec(wideSpec(seed))).tensors)) {
      if (!layout) continue;
      const elements = elementsOf({ shape, layout }), room = shape.reduce((a, b) => a * b);
      const usual = Float32Array.from({ length: elements }, (_, i) => i + 1), stored = toStored(usual, layout);
      assert.equal(stored.length, room, name);
      assert.deepEqual(fromStored(stored, layout), usual, `seed ${seed}: ${name}`);
      const sorted = stored.toSorted();
      assert(sorted.subarray(0, room - elements).every((value) => value === 0), `seed ${seed}: ${name}`);
      assert.deepEqual(sorted.subarray(room - elements), usual, `seed ${seed}: ${name}`);
      if (room > elements) padded++;
      else whole++;
    }
  }
  assert(padded > 10 * WIDE_NETS && whole > 10 * WIDE_NETS, `${padded} padded, ${whole} whole`);
});

/** Nets that are tried one by one beside random ones. */
const CHOSEN: readonly (readonly [what: string, net: Record<string, unknown>])[] = [
  ["one sample", netOf([3, 5, 4], [conv(13), { type: "sigmoid" }, conv(20, 2), ...head(3)], 1)],
  [
    "three, with dropout and a mean pool",
    netOf([2, 7, 6], [
      conv(12),
      { type: "dropout", rate: 0.4 },
      conv(21, [2, 3], { stride: [2, 1] }),
      { type: "tanh" },
      { type: "avgPool2d", kernel: 2, stride: 1 },
      ...head(4),
    ], 3),
  ],
  [
    "sixteen, a pool, and a stride of 3 with gaps",
    netOf([3, 8, 9], [
      conv(16),
      { type: "relu" },
      { type: "maxPool2d", kernel: [3, 2], stride: 2 },
      conv(12, 2, { stride: 3 }),
      { type: "sigmoid" },
      ...head(3),
    ], 16),
  ],
  [
    "a pool and sigmoid first, two linear layers, Adam",
    netOf(
      [5, 8, 6],
      [
        { type: "maxPool2d", kernel: 2 },
        { type: "sigmoid" },
        conv(20),
        { type: "relu" },
        conv(5, 1, { padding: 0 }),
        { type: "flatten" },
        { type: "linear", outFeatures: 16 },
        { type: "tanh" },
        { type: "linear", outFeatures: 3 },
      ],
      4,
      "adam",
    ),
  ],
  ["sums in chunks", netOf([1, 8, 9], [conv(12, 1, { padding: 0 }), conv(13, 2, { padding: 0 }), ...head(2)], 48)],
  ["many given channels", netOf([22, 6, 5], [conv(13), { type: "relu" }, conv(16, 2), ...head(2)])],
  ["many given channels, a stride", netOf([16, 7, 5], [conv(20, 3, { stride: 2 }), ...head(2)], 3)],
  ["flatten of the given samples", netOf([2, 4, 4], [{ type: "flatten" }, { type: "linear", outFeatures: 3 }])],
];

Deno.test("nets with their channels innermost train as those in rows", () => {
  const seen: Record<string, number> = { chunks: 0, exchanged: 0, padded: 0, masked: 0, merged: 0 };
  const nets = [
    ...CHOSEN,
    ...Array.from({ length: WIDE_NETS }, (_, i) => [`wide, seed ${i + 1}`, wideSpec(i + 1)] as const),
    ...Array.from({ length: RANDOM_NETS }, (_, i) => [`random, seed ${i + 1}`, randomSpec(i + 1)] as const),
  ];
  let compared = 0, ran = 0;
  for (const [i, [what, json]] of nets.entries()) {
    const spec = tamed(json), data = i % 2 === 0 ? "u8" : "f32";
    const expected = trained(plan(spec, registry, { without: MERGING, data }).plan, spec);
    for (const without of [MERGING, undefined]) {
      const { plan: planned, fusions } = plan(spec, registry, { layout: "channels", without, data });
      const found = trained(planned, spec);
      assert.equal(
        difference(expected, found, spec),
        undefined,
        `${what}, without ${without}\n${JSON.stringify(json)}`,
      );
      for (const [name, values] of Object.entries(found.kept)) {
        assert(values.every(Number.isFinite), `${what}: ${name}`);
        compared += values.length;
      }
      ran++;
      const tensors = Object.values(planned.tensors), names = Object.keys(planned.tensors);
      if (names.some((name) => name.endsWith(".chunks"))) seen.chunks++;
      if (names.some((name) => name.endsWith(".exchanged"))) seen.exchanged++;
      if (
        tensors.some(({ shape, layout }) => layout && shape.reduce((a, b) => a * b) > elementsOf({ shape, layout }))
      ) {
        seen.padded++;
      }
      if (planned.train.kernels.some(({ kernel }) => hasMask(kernel))) seen.masked++;
      if (fusions.length > 0) seen.merged++;
    }
  }
  assert.equal(ran, 2 * (CHOSEN.length + WIDE_NETS + RANDOM_NETS));
  assert(compared > width(50_000, 500_000), `${compared} numbers`);
  for (const [what, times] of Object.entries(seen)) assert(times >= 2, `${what}: ${times} times`);
});

Deno.test("tensors with several readers, and layers with kernels and buffers of their own, train as in rows", () => {
  const layers = (channels: number) => [
    conv(channels, 3, { name: "stem" }),
    { type: "sigmoid", name: "left" },
    conv(channels, 3, { name: "right" }),
    { type: "add", name: "both", input: ["right", "left"] },
    { type: "mix", input: ["both", "stem"] },
    conv(channels, 2),
    ...head(3),
  ];
  let ran = 0;
  for (const channels of [13, 16]) {
    for (const batch of [1, 3, 5, 16]) {
      const spec = parseWith(netOf([3, 5, 4], layers(channels), batch), withMix);
      const expected = trained(plan(spec, withMix, { without: MERGING }).plan, spec);
      for (const without of [MERGING, undefined]) {
        const { plan: planned } = plan(spec, withMix, { layout: "channels", without });
        assert.deepEqual(planned.tensors["mix1.running_mean"].shape, [16]);
        const found = trained(planned, spec);
        assert("mix1.running_mean" in found.kept);
        assert.equal(difference(expected, found, spec), undefined, `${channels} channels, batch ${batch}`);
        ran++;
      }
    }
  }
  assert.equal(ran, 16);
});

Deno.test("negative control: without a kernel, or with channels in another order, training differs", () => {
  let ran = 0;
  for (const [what, json] of [CHOSEN[2], CHOSEN[4]]) {
    const spec = tamed(json), planned = channelsOf(spec);
    const expected = trained(plan(spec, registry, { without: MERGING }).plan, spec);
    for (const missing of planned.train.kernels) {
      const found = trained(planned, spec, planned.train.kernels.filter((kernel) => kernel !== missing));
      assert(
        difference(expected, found, spec) !== undefined,
        `${what}: nothing differs without ${missing.kernel.name}`,
      );
      ran++;
    }
    // a weight read where its copy with the channels exchanged should be
    const kernels = planned.train.kernels.map((own) => ({
      ...own,
      bindings: Object.fromEntries(
        Object.entries(own.bindings).map(([symbol, name]) => [symbol, name.replace(".exchanged", "")]),
      ),
    })).filter(({ kernel }) => !kernel.name.endsWith("_exchange"));
    assert(kernels.length < planned.train.kernels.length);
    assert(difference(expected, trained(planned, spec, kernels), spec) !== undefined, what);
  }
  assert(ran > 20, `${ran} kernels`);
});

for (const target of CHOOSING) {
  Deno.test(`${target.name}: with channels innermost, the same bits for 1, 2 and 3 threads`, async () => {
    let nets = 0;
    const all = [paddedNet(21, "adam"), ...CHOSEN.map(([, net]) => parseSpec(net))];
    for (const spec of all.slice(0, width(4, all.length))) {
      // the last of four batches is a short one, if it can be
      const data = randomData(spec, Math.ceil(3.5 * spec.batchSize), 1, "threads");
      const course = { spec, data, steps: 4, seed: 1 };
      const net = compileTarget(plan(spec, registry, { layout: "channels" }), target);
      const single = await trainGenerated(net, course, 1);
      for (const threads of [2, 3]) {
        assert.deepEqual(await trainGenerated(net, course, threads), single, `${JSON.stringify(spec)}, ${threads}`);
      }
      assert.notDeepEqual(single.parameters, single.initial);
      nets++;
    }
    assert.equal(nets, width(4, all.length));
  });
}

Deno.test("weights and states go in and out in the usual order, whatever the target", async () => {
  const spec = paddedNet(21, "adam"), data = randomData(spec, 4, 1, "weights"), drawn: (readonly Float32Array[])[] = [];
  let compared = 0;
  for (const target of processorTargets) {
    const net = compileTarget(plan(spec, registry, { layout: target.layout }), target);
    assert.equal(areInnermost(net.plan), target.layout === "lanes", target.name);
    const names = Object.values(net.plan.tensors)
      .filter(({ role }) => role === "parameter" || role === "state").map(({ name }) => name).sort();
    const session = await openSession(net, [data], { threads: 1 });
    try {
      session.initialize(1);
      drawn.push(await session.readAll(names));
      for (const [i, name] of names.entries()) {
        const values = drawn.at(-1)![i].map((_, at) => at + i + 1);
        session.write(name, values);
        assert.deepEqual(await session.read(name), values, `${target.name}: ${name}`);
        compared += values.length;
      }
    } finally {
      session.close();
    }
  }
  for (const values of drawn) assert.deepEqual(values, drawn[0], "drawn from the same names");
  assert(drawn.length > 1 && compared > 10_000, `${compared} numbers of ${drawn.length} targets`);
});
