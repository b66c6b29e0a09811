/** ONNX models are the nets: onnxruntime, from npm, computes the same outputs of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  exportOnnx,
  InputError,
  limitSamples,
  loadMnist,
  loadPredictor,
  loadSpec,
  parseSpec,
  registry,
  type Spec,
  train,
  type Weights,
} from "../../mod.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { encodeOnnx } from "../../runtime/files/onnx.ts";
import { convolutionSpec } from "../convolution_spec.ts";
import { fetchOnnxRuntime, onnxOutputs } from "../onnx_models.ts";
import { startOf } from "../../runtime/run/start.ts";
import { drawing, RANDOM_LAYERS } from "../random_layers.ts";
import { width } from "../width.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
/** Test images whose outputs are compared, number by number; and more, whose classes are counted. */
const COMPARED = 100, COUNTED = 2000;

/** Nets of one pool each. */
const POOLS = width(24, 60);
/** Nets of convolutions that are compared. */
const CONVOLUTIONS = width(4, 16, 30);

const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", '"nine"'];

const fetched = await fetchOnnxRuntime();

/** What onnxruntime computes of models. */
async function outputsOf(models: readonly Weights[], inputs: Float32Array): Promise<Float32Array[]> {
  return await onnxOutputs(await Promise.all(models.map((model) => exportOnnx(model))), inputs, models[0].spec.input);
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

/**
 * How far two programs may be apart that add the longest sum of a net in different orders. Its roundings, of numbers
 * about as large as the result, are as often up as down, so that they grow as the square root of their number: twice
 * that.
 */
function toleranceFor({ parameters }: Weights, outputs: Float32Array): number {
  const terms = [...parameters.values()].map(({ shape }) => shape.slice(1).reduce((a, b) => a * b, 1));
  return 2 * Math.sqrt(Math.max(...terms)) * 2 ** -23 * outputs.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
}

/** Weights with one number changed. */
function changed({ spec, parameters }: Weights, name: string, by: number): Weights {
  const { shape, values } = parameters.get(name)!;
  return {
    spec,
    parameters: new Map(parameters).set(name, { shape, values: values.map((x, i) => i === 0 ? x + by : x) }),
  };
}

Deno.test({
  name: `nets of MNIST: outputs for ${COMPARED} test images, and classes of ${COUNTED}, are those of onnxruntime`,
  ignore: !fetched && !Deno.env.has("CI"),
  async fn() {
    assert.ok(fetched);
    const { train: samples, test } = await loadMnist();
    const names = width(["mnist_cnn"], ["mnist_cnn", "lenet5", "mnist_mlp", "mnist_one_epoch"]);
    const inputs = Float32Array.from(test.inputs.subarray(0, COUNTED * 784), (byte) => byte / 255);
    for (const name of names) {
      const spec = await loadSpec(join(ROOT, "specs", `${name}.json`));
      const { parameters } = await train(
        spec,
        { train: limitSamples(samples, 3200), test: limitSamples(test, 64) },
        { epochs: 1, threads: 1 },
      );
      // names are a property that changes nothing
      const weights = { spec: { ...spec, classes: NAMES }, parameters };
      const [theirs, others] = await outputsOf(
        [weights, changed(weights, [...parameters.keys()].at(-1)!, 0.1)],
        inputs,
      );
      const predictor = await loadPredictor(weights), ours = predictor.outputs(inputs), { classes } = predictor;
      assert.equal(theirs.length, COUNTED * classes);
      const some = [0, COMPARED * classes] as const, tolerance = toleranceFor(weights, ours);
      const error = largestDifference(ours.subarray(...some), theirs.subarray(...some));

      assert.ok(error <= tolerance, `${name}: ${error} > ${tolerance}`);
      // negative control: one bias that is a little another
      assert.ok(largestDifference(ours.subarray(...some), others.subarray(...some)) > 10 * tolerance, name);
      const right = (outputs: Float32Array) =>
        Array.from({ length: COUNTED }, (_, i) => outputs.subarray(i * classes, (i + 1) * classes))
          .filter((own, i) => own.indexOf(Math.max(...own)) === test.labels[i]).length;
      assert.equal(right(theirs), right(ours), name);
      assert.ok(right(ours) > 0.6 * COUNTED, `${name}: ${right(ours)}`);
    }
  },
});

/** A net that has made a step: onnxruntime computes the same of its model, and something else of one with a changed weight. */
async function assertSame(spec: Spec): Promise<void> {
  const size = spec.input.reduce((a, b) => a * b, 1), shape = [...spec.input];
  const inputs = Float32Array.from({ length: 100 * size }, (_, i) => Math.sin(i * i));
  const labels = Int32Array.from({ length: 3 }, (_, i) => i % 2);
  const set = { source: "test", samples: 3, shape, inputs: inputs.slice(0, 3 * size), labels };
  const { parameters } = await train(spec, { train: set, test: set }, { epochs: 1, threads: 1 });
  const weights = { spec, parameters };
  // that of the last layer which has one: a norm takes others away
  const bias = [...parameters.keys()].filter((name) => /^(linear|conv)\d*\.bias$/.test(name)).at(-1) ??
    [...parameters.keys()].at(-1)!;
  const [theirs, others] = await outputsOf([weights, changed(weights, bias, 0.5)], inputs);
  const ours = (await loadPredictor(weights)).outputs(inputs), tolerance = toleranceFor(weights, ours);
  const told = JSON.stringify(spec.layers);
  assert.ok(largestDifference(ours, theirs) <= tolerance, `${largestDifference(ours, theirs)} > ${tolerance}: ${told}`);
  assert.ok(largestDifference(ours, others) > 10 * tolerance, told);
}

Deno.test({
  name: "every layer, with strides, paddings and windows that do not divide",
  ignore: !fetched && !Deno.env.has("CI"),
  async fn() {
    const common = {
      ...{ name: "all", batchSize: 3, loss: { type: "mse" } },
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
    };
    const nets = [
      {
        input: [2, 11, 13],
        layers: [
          { type: "conv2d", outChannels: 3, kernel: [3, 2], stride: [2, 1], padding: [1, 2] },
          { type: "batchNorm2d", epsilon: 0.01 },
          { type: "sigmoid" },
          { type: "maxPool2d", kernel: [2, 3], stride: [1, 2] },
          { type: "dropout", rate: 0.5 },
          { type: "conv2d", outChannels: 4, kernel: 2 },
          { type: "tanh" },
          { type: "avgPool2d", kernel: 2 },
          { type: "flatten" },
          { type: "linear", outFeatures: 6 },
          { type: "batchNorm1d" },
          { type: "relu" },
          { type: "linear", outFeatures: 3 },
        ],
      },
      {
        input: [3, 6, 5],
        layers: [
          { type: "normalize", name: "a", mean: [0.1, 0.2, -0.3], deviation: [1, 2, 0.5], scale: 2 },
          { type: "conv2d", name: "b", outChannels: 3, kernel: 3, padding: 1 },
          { type: "leakyRelu" },
          { type: "add", name: "c", input: ["a", "b", "leaky_relu1"] },
          { type: "silu" },
          { type: "concat", name: "d", input: ["c", "silu1", "a"] },
          { type: "globalAvgPool" },
          { type: "hardSwish", name: "e" },
          { type: "multiply", input: ["d", "e"] },
          { type: "padChannels", before: 1, behind: 2 },
          { type: "gelu" },
          { type: "gelu", approximate: "tanh" },
          { type: "elu", alpha: 0.7 },
          { type: "relu6" },
          { type: "flatten" },
          { type: "softplus", beta: 2 },
          { type: "linear", outFeatures: 3 },
        ],
      },
      {
        input: [3, 20],
        layers: [
          { type: "conv1d", outChannels: 6, kernel: 3, stride: 2, padding: "same", groups: 3 },
          { type: "relu" },
          { type: "conv1d", outChannels: 4, kernel: 2, dilation: 3, padding: [2, 0], bias: false },
          { type: "flatten" },
          { type: "linear", outFeatures: 3 },
        ],
      },
      {
        input: [3, 8, 8],
        layers: [
          { type: "reshape", shape: [6, -1] },
          { type: "maxPool1d", kernel: 2, stride: 1 },
          { type: "avgPool1d", kernel: 2, stride: 1 },
          { type: "flatten" },
          { type: "linear", outFeatures: 24 },
          { type: "reshape", shape: [12, 1, 2] },
          { type: "globalMaxPool" },
          { type: "reshape", shape: [6, 2] },
          { type: "globalAvgPool" },
          { type: "linear", outFeatures: 3 },
        ],
      },
    ];
    const kinds = new Set(nets.flatMap(({ layers }) => layers.map(({ type }) => type)));
    assert.deepEqual([...kinds].sort(), registry.layers.map(({ type }) => type).sort());
    for (const net of nets) await assertSame(parseSpec({ ...common, ...net }));
  },
});

Deno.test({
  name: `${CONVOLUTIONS} random nets of convolutions: groups, dilation, sides, "same"`,
  ignore: !fetched && !Deno.env.has("CI"),
  async fn() {
    for (let i = 0; i < CONVOLUTIONS; i++) await assertSame(convolutionSpec(2000 + i, i % 2 === 1));
  },
});

Deno.test({
  name: `${POOLS} random pools, in padding and over the end, and what else has channels`,
  ignore: !fetched && !Deno.env.has("CI"),
  async fn() {
    const inputs = Float32Array.from({ length: 10 * 216 }, (_, i) => Math.sin(i * i)),
      seen: Record<string, number> = {};
    const nets = Array.from({ length: POOLS }, (_, seed) => {
      const draw = drawing(seed), dimensions = draw.pick(1, 2), shape = dimensions === 1 ? [3, 72] : [3, 9, 8];
      const type = draw.pick("avgPool", "maxPool") + `${dimensions}d`;
      const pool = RANDOM_LAYERS[type](draw, { name: "input", shape }, [])!;
      for (const option of ["ceilMode", "countIncludePad", "padding"]) {
        if (pool[option] !== undefined) seen[`${type}.${option}`] = (seen[`${type}.${option}`] ?? 0) + 1;
      }
      const layers = [{ type: "reshape", shape }, { type, ...pool }, { type: "flatten" }, {
        type: "linear",
        outFeatures: 5,
      }];
      const training = { epochs: 1, optimizer: { type: "adam" } };
      const spec = parseSpec({
        name: "pools",
        input: [3, 9, 8],
        batchSize: 4,
        layers,
        loss: { type: "mse" },
        training,
      });
      const { nodes } = inferShapes(spec, registry), { parameters: start } = startOf(spec, registry, seed);
      const parameters = nodes.flatMap(({ name: layer, parameters }) =>
        parameters.map(({ name, shape }) => {
          const whole = `${layer}.${name}`;
          return [whole, { shape, values: start.get(whole)! }] as const;
        })
      );
      return { spec, parameters: new Map(parameters) };
    });
    const all = await outputsOf([...nets, changed(nets[0], "linear1.weight", 0.5)], inputs);
    for (const [i, weights] of nets.entries()) {
      const ours = (await loadPredictor(weights)).outputs(inputs), tolerance = toleranceFor(weights, ours);
      const error = largestDifference(ours, all[i]), told = JSON.stringify(weights.spec.layers);
      assert.ok(error <= tolerance, `${told}: ${error} > ${tolerance}`);
      if (i === 0) assert.ok(largestDifference(ours, all.at(-1)!) > 10 * tolerance);
    }
    assert.ok(Object.keys(seen).length === 10 && Object.values(seen).every((times) => times > 0), JSON.stringify(seen));
  },
});

Deno.test("a layer that ONNX has no operation for is named", async () => {
  const spec = parseSpec({
    name: "net",
    input: [2],
    batchSize: 2,
    layers: [{ type: "linear", outFeatures: 2 }, { type: "tanh" }],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
  const parameters = new Map([
    ["linear1.weight", { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }],
    ["linear1.bias", { shape: [2], values: Float32Array.of(1, 2) }],
  ]);
  assert.ok((await exportOnnx({ spec, parameters })).length > 100);
  const graph = inferShapes(spec, registry), producer = { name: "test", version: "0" };
  const nodes = graph.nodes.map((node) =>
    node.name === "tanh1" ? { ...node, kind: { ...node.kind, onnx: undefined } } : node
  );
  await assert.rejects(
    () => encodeOnnx({ ...graph, nodes }, parameters, producer),
    new InputError("net net has the layer tanh, which ONNX has no operation for"),
  );
});
