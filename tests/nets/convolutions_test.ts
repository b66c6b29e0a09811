/** Convolutions in groups, dilated, padded on each side, over images and series: on every target, beside plain loops and PyTorch. */
import assert from "node:assert/strict";
import { plan } from "../../codegen/compile.ts";
import { byTorch, lacksTorch } from "../torch.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { initialLearningRate } from "../../codegen/graph/spec.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { parseSpec, registry, type Spec, targets } from "../../mod.ts";
import { lacksAdapter } from "../adapter.ts";
import { convolutionSpec } from "../convolution_spec.ts";
import { compiledFor, type Course, referencesOf, strays, type Trained, trainGenerated } from "../plain_model.ts";
import { randomData } from "../random_data.ts";
import { portion, QUICK, width } from "../width.ts";

/** Nets of few and of many channels that are tried on each target, others on each; a GPU that is none takes its time. */
const NETS = width([2, 2], [10, 8], [80, 60]), SLOW_NETS = width([1, 1], [4, 3], [20, 10]);
/** Nets that PyTorch trains, too. */
const COMPARED = width(16, 60);

const LINEAR = { type: "linear", outFeatures: 3 };

/** What convolutions of nets have, counted: each must come. */
function count(seen: Record<string, number>, { layers }: Spec): void {
  for (const { type, groups, dilation, padding, bias } of layers.filter(({ type }) => type.startsWith("conv"))) {
    const has: Record<string, boolean> = {
      ...{ [type]: true, grouped: Number(groups) > 1, plain: groups === 1, same: padding === "same", bare: !bias },
      dilated: [dilation].flat().some((step) => Number(step) > 1),
      sided: Array.isArray(padding) && padding.length === (type === "conv1d" ? 2 : 4),
    };
    for (const [what, is] of Object.entries(has)) if (is) seen[what] = (seen[what] ?? 0) + 1;
  }
}

/** A course of one batch, or of two, the last of which is short. */
function courseOf(spec: Spec, seed: number, steps: number): Course {
  const samples = steps === 1 ? spec.batchSize : 2 * spec.batchSize - Math.min(2, spec.batchSize - 1);
  const data = randomData(spec, samples, seed, "convolutions", seed % 2 === 0 ? "bytes" : "floats");
  return { spec, data, steps, seed };
}

const WAYS = targets.filter((target) => !lacksAdapter(target)).flatMap((target) =>
  target.layout === "lanes" ? [target, { ...target, layout: "channels" as const }] : [target]
);

/** What the nets of all ways have. */
const tried: Record<string, number> = {};

for (const [way, target] of WAYS.entries()) {
  const [few, many] = target.backend === "webgpu" ? SLOW_NETS : NETS, nets = few + many;
  const specs = Array.from({ length: nets }, (_, i) => convolutionSpec(way * nets + i, i >= few));
  for (const spec of specs) count(tried, spec);
  const innermost = target.layout === "channels" ? ", channels innermost" : "";
  Deno.test(`${target.name}${innermost}: ${nets} nets of convolutions agree with the interpreter, and with plain loops`, async () => {
    let rows = 0, gradients = 0, images = 0;
    for (const [i, spec] of specs.entries()) {
      const told = `${i}: ${JSON.stringify(spec)}`;
      const checked = await verifyNet(spec, registry, target, { seed: i, data: i % 2 === 0 ? "u8" : "f32" });
      const bad = checked.filter(({ ok, cases }) => !ok && cases > 0);
      assert.deepEqual(bad.map(({ check, error, tolerance }) => `${check}: ${error} > ${tolerance}`), [], told);
      rows += checked.length;
      gradients += checked.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
      const course = courseOf(spec, i, 2),
        { initial, ...ours } = await trainGenerated(compiledFor(course, target), course, 2);
      assert.deepEqual(strays(spec, target, ours, referencesOf(course, initial)), [], told);
      const { plan: { tensors } } = plan(spec, registry, { layout: target.layout });
      if (Object.values(tensors).some(({ layout }) => layout?.dimensions.at(-1)?.of === 1)) images++;
    }
    assert(rows > 15 * nets && gradients > 3 * nets, `${rows} rows, ${gradients} gradients`);
    if (target.layout === "channels") assert(images >= many, `${images} with channels innermost`);
  });
}

Deno.test("the nets of convolutions have all that convolutions can", () => {
  for (const what of ["conv1d", "conv2d", "grouped", "plain", "same", "bare", "dilated", "sided"]) {
    assert(tried[what] >= 4, `${what}: ${tried[what]} times`);
  }
});

/** Convolutions between others of many channels, and what lies innermost in their weights: outputs, or samples elsewhere. */
const BETWEEN:
  readonly (readonly [input: readonly number[], channels: number, layer: Record<string, unknown>, own: boolean])[] = [
    [[3, 7, 6], 16, { outChannels: 16, kernel: 3, groups: 16, padding: "same" }, true],
    [
      [3, 9, 9],
      20,
      { outChannels: 20, kernel: [3, 2], groups: 20, padding: [2, 0, 0, 1], stride: 2, bias: false },
      true,
    ],
    [[3, 7, 6], 32, { outChannels: 32, kernel: 3, groups: 2, padding: "same", dilation: 2 }, true],
    [[3, 7, 6], 24, { outChannels: 48, kernel: 1, groups: 3, stride: [1, 2] }, true],
    [[3, 7, 6], 24, { outChannels: 36, kernel: 1, groups: 3 }, false],
    [[3, 5, 6], 24, { outChannels: 40, kernel: 2, groups: 1, padding: "same" }, true],
    [[3, 5, 6], 8, { outChannels: 128, kernel: 3, groups: 8, padding: 1 }, true],
    [[3, 5, 6], 16, { outChannels: 32, kernel: 3, groups: 16, padding: 1 }, false],
    [[3, 5, 6], 32, { outChannels: 32, kernel: 3, groups: 8, padding: 1 }, false],
    [[3, 13], 24, { outChannels: 24, kernel: 3, groups: 3, padding: [0, 2], stride: 2 }, true],
    [[3, 13], 13, { outChannels: 13, kernel: 5, groups: 13, padding: "same", dilation: 2 }, true],
  ];

Deno.test("channels lie innermost where they are depthwise, or groups are whole blocks; else samples do", async () => {
  let verified = 0;
  for (const [at, target] of WAYS.filter(({ layout }) => layout === "channels").entries()) {
    for (const [i, [input, channels, layer, own]] of BETWEEN.entries()) {
      const type = input.length === 2 ? "conv1d" : "conv2d", around = { type, outChannels: channels, kernel: 1 };
      const spec = parseSpec({
        name: "between",
        input,
        // with blocks of samples
        batchSize: 4,
        layers: [around, { type: "relu" }, { type, ...layer }, { type: "relu" }, { ...around, kernel: 2 }, {
          type: "flatten",
        }, LINEAR],
        loss: { type: "softmaxCrossEntropy" },
        training: { epochs: 1, optimizer: { type: "adam" } },
      });
      const told = JSON.stringify(layer), { plan: { tensors } } = plan(spec, registry, { layout: "channels" });
      assert.equal(tensors["conv2.weight"].layout?.dimensions.at(-1)?.of, own ? 0 : undefined, told);
      assert.equal(tensors["conv1.output"]?.layout?.dimensions.at(-1)?.of ?? (own ? 1 : 0), own ? 1 : 0, told);
      if (!portion(BETWEEN, 2, at).includes(BETWEEN[i])) continue;
      const rows = await verifyNet(spec, registry, target, { seed: i, data: "f32" });
      assert.deepEqual(rows.filter(({ ok, cases }) => !ok && cases > 0).map(({ check }) => check), [], told);
      assert(rows.length > 15, told);
      verified++;
    }
  }
  assert.equal(verified, (QUICK ? 1 : 2) * BETWEEN.length);
});

Deno.test("by tiles: a plain convolution of many channels, whatever zeros are on its sides; never one in groups, or dilated", async () => {
  let ran = 0;
  for (
    const [i, [layer, tiles]] of ([
      [{ padding: 1 }, true],
      [{ padding: [0, 2, 1, 0] }, true],
      [{ padding: [3, 0, 0, 2], bias: false, kernel: [3, 5] }, true],
      [{ padding: "same", kernel: 4 }, true],
      [{ padding: 1, groups: 16 }, false],
      [{ padding: 1, groups: 2, outChannels: 64 }, false],
      [{ padding: 2, dilation: 2 }, false],
      [{ padding: [1, 2], dilation: [1, 2] }, false],
    ] as const).entries()
  ) {
    const spec = parseSpec({
      name: "tiles",
      input: [2, 16, 16],
      batchSize: 4,
      layers: [
        { type: "conv2d", outChannels: 32, kernel: 1 },
        { type: "conv2d", outChannels: 32, kernel: 3, ...layer },
        { type: "flatten" },
        LINEAR,
      ],
      loss: { type: "mse" },
      training: { epochs: 1, optimizer: { type: "adam" } },
    });
    const told = JSON.stringify(layer);
    for (const target of WAYS.filter(({ layout }) => layout !== "blocks")) {
      const { chosen = [] } = plan(spec, registry, { layout: target.layout });
      const all = chosen.map(({ kernel }) => kernel);
      if (target.layout !== "lanes") {
        assert.equal(all.some((name) => name === "conv2_forward"), tiles, `${told}: ${all}`);
      } else if (!tiles) assert.deepEqual(all, [], told);
      if (target.name !== "wasm_relaxed" || target.layout !== "channels" || QUICK && i % 3 !== 1) continue;
      const rows = await verifyNet(spec, registry, target, { seed: 3, data: "f32" });
      assert.deepEqual(rows.filter(({ ok, cases }) => !ok && cases > 0).map(({ check }) => check), [], told);
      ran++;
    }
  }
  assert.equal(ran, QUICK ? 3 : 8);
});

if (lacksTorch !== undefined) console.log(`convolutions are not compared with PyTorch: ${lacksTorch}`);

/** One step of each course, as PyTorch makes it in f64. */
async function trainedByTorch(
  courses: readonly (Course & { readonly initial: ReadonlyMap<string, Float32Array> })[],
): Promise<Trained[]> {
  const cases = courses.map(({ spec, data, initial }) => ({
    spec,
    rate: initialLearningRate(spec),
    inputs: Array.from(data.inputs, (x) => data.inputs instanceof Uint8Array ? x / 255 : x),
    labels: [...data.labels!],
    parameters: [...initial.values()].map((values) => [...values]),
  }));
  const results = await byTorch("convolutions.py", cases) as {
    parameters: number[][];
    loss: number;
    correct: number;
  }[];
  return results.map(({ parameters, loss, correct }, i) => ({
    parameters: new Map([...courses[i].initial.keys()].map((name, p) => [name, Float64Array.from(parameters[p])])),
    loss,
    correct,
  }));
}

Deno.test({
  name: `a step of ${COMPARED} nets of convolutions is that of PyTorch: outputs, and all gradients`,
  ignore: lacksTorch !== undefined,
  async fn() {
    const seen: Record<string, number> = {}, ways = WAYS.filter(({ name }) => name !== "webgpu");
    const runs = [];
    for (let i = 0; i < COMPARED; i++) {
      const spec = convolutionSpec(1000 + i, i % 2 === 1),
        course = courseOf(spec, i, 1),
        target = ways[i % ways.length];
      count(seen, spec);
      const { initial, ...ours } = await trainGenerated(compiledFor(course, target), course, 1);
      runs.push({ ...course, initial, ours, target });
    }
    const theirs = await trainedByTorch(runs);
    let noticed = 0;
    for (const [i, { spec, initial, ours, target, ...course }] of runs.entries()) {
      const { twins } = referencesOf({ spec, ...course }, initial), told = `${i}: ${JSON.stringify(spec)}`;
      assert.deepEqual(strays(spec, target, ours, { initial, model: theirs[i], twins }), [], told);
      // negative control: nothing was learned
      const still = { ...ours, parameters: initial };
      if (strays(spec, target, still, { initial, model: theirs[i], twins }).length > 0) noticed++;
    }
    // a relu may be dead
    assert(noticed > 0.9 * COMPARED, `${noticed} of ${COMPARED} noticed`);
    for (const what of ["conv1d", "conv2d", "grouped", "plain", "same", "bare", "dilated", "sided"]) {
      assert(seen[what] >= width(3, 5), `${what}: ${seen[what]} times`);
    }
  },
});

Deno.test('what groups, sides and "same" say of shapes is what PyTorch, Keras and ONNX say', () => {
  const shapeOf = (input: readonly number[], layer: Record<string, unknown>) => {
    const spec = parseSpec({
      name: "net",
      input,
      batchSize: 1,
      layers: [{ type: input.length === 2 ? "conv1d" : "conv2d", ...layer }, { type: "flatten" }, {
        type: "linear",
        outFeatures: 2,
      }],
      loss: { type: "mse" },
      training: { epochs: 1, optimizer: { type: "adam" } },
    });
    const { nodes: [{ parameters, name }], shapes } = inferShapes(spec, registry);
    return [shapes[name], parameters.map(({ shape }) => shape), parameters[0].fanIn, parameters[0].fanOut];
  };
  // DS-CNN's first layer: 49 x 10, kernel 10 x 4, stride 2, "same"
  assert.deepEqual(shapeOf([1, 49, 10], { outChannels: 64, kernel: [10, 4], stride: 2, padding: "same" }), [
    [64, 25, 5],
    [[64, 1, 10, 4], [64]],
    40,
    2560,
  ]);
  assert.deepEqual(shapeOf([8, 6, 6], { outChannels: 16, kernel: 3, groups: 8, padding: [0, 1, 0, 1], stride: 2 }), [
    [16, 3, 3],
    [[16, 1, 3, 3], [16]],
    9,
    144,
  ]);
  assert.deepEqual(shapeOf([6, 10], { outChannels: 4, kernel: 3, groups: 2, dilation: 2, bias: false }), [
    [4, 6],
    [[4, 3, 3]],
    9,
    12,
  ]);
});
