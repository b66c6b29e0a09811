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
  specNames,
  train,
  type Weights,
} from "../../mod.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { encodeOnnx } from "../../runtime/files/onnx.ts";
import { width } from "../width.ts";

const ROOT = join(import.meta.dirname!, "..", ".."), RUNTIME = join(import.meta.dirname!, "..", "onnxruntime");
/** Test images whose outputs are compared, number by number; and more, whose classes are counted. */
const COMPARED = 100, COUNTED = 2000;

const NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", '"nine"'];

/** Runs Deno in the folder with onnxruntime, which has a configuration of its own. */
async function deno(...args: string[]): Promise<{ success: boolean; stderr: string }> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: RUNTIME, stdin: "null" }).output();
  return { success, stderr: new TextDecoder().decode(stderr) };
}

// 30 MB the first time, and a network may fail once
let fetched = await deno("install", "--frozen", "--quiet");
if (!fetched.success) fetched = await deno("install", "--frozen", "--quiet");
if (!fetched.success) {
  console.log(`onnx: onnxruntime-web cannot be fetched here, models are not run: ${fetched.stderr}`);
}

/** What onnxruntime computes of models. */
async function outputsOf(models: readonly Weights[], inputs: Float32Array): Promise<Float32Array[]> {
  const folder = await Deno.makeTempDir(), path = (name: string) => join(folder, name);
  try {
    await Deno.writeFile(path("inputs"), new Uint8Array(inputs.buffer));
    const files: string[] = [];
    for (const [i, model] of models.entries()) {
      await Deno.writeFile(path(`${i}.onnx`), await exportOnnx(model));
      files.push(path(`${i}.onnx`), path(`${i}.outputs`));
    }
    const permissions = ["--no-prompt", "--allow-env", `--allow-read=${RUNTIME},${folder}`, `--allow-write=${folder}`];
    const shape = models[0].spec.input.join("x");
    const { success, stderr } = await deno(
      "run",
      "--frozen",
      ...permissions,
      "run.ts",
      path("inputs"),
      shape,
      ...files,
    );
    assert.ok(success, stderr);
    return await Promise.all(
      models.map(async (_, i) => new Float32Array((await Deno.readFile(path(`${i}.outputs`))).buffer)),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
  name: `the shipped nets: outputs for ${COMPARED} test images, and classes of ${COUNTED}, are those of onnxruntime`,
  ignore: !fetched.success && !Deno.env.has("CI"),
  async fn() {
    assert.ok(fetched.success, fetched.stderr);
    const { train: samples, test } = await loadMnist(), shipped = await specNames(join(ROOT, "specs"));
    assert.equal(shipped.length, 3);
    const names = width(["mnist_cnn"], shipped);
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

Deno.test({
  name: "every layer, with strides, paddings and windows that do not divide",
  ignore: !fetched.success && !Deno.env.has("CI"),
  async fn() {
    const common = { batchSize: 3, training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } } };
    const layers = [
      [
        { type: "conv2d", outChannels: 3, kernel: [3, 2], stride: [2, 1], padding: [1, 2] },
        { type: "sigmoid" },
        { type: "maxPool2d", kernel: [2, 3], stride: [1, 2] },
        { type: "dropout", rate: 0.5 },
        { type: "conv2d", outChannels: 4, kernel: 2 },
        { type: "tanh" },
        { type: "avgPool2d", kernel: 2 },
        { type: "flatten" },
        { type: "linear", outFeatures: 6 },
        { type: "relu" },
        { type: "linear", outFeatures: 3 },
      ],
      [
        { type: "normalize", mean: [0.1, -0.3], deviation: [0.5, 2], scale: 3 },
        { type: "conv2d", outChannels: 5, kernel: 3 },
        { type: "leakyRelu", negativeSlope: 0.3, name: "stem" },
        { type: "elu", alpha: 0.7 },
        { type: "padChannels", before: 1, behind: 2 },
        { type: "conv2d", outChannels: 8, kernel: 1 },
        { type: "gelu", name: "exact" },
        { type: "gelu", approximate: "tanh", input: "conv2", name: "approximate" },
        { type: "add", input: ["exact", "approximate", "conv2"], name: "sum" },
        { type: "avgPool2d", kernel: [9, 11] },
        { type: "silu", name: "gate" },
        { type: "multiply", input: ["sum", "gate"], name: "gated" },
        { type: "hardSwish" },
        { type: "concat", input: ["hard_swish1", "stem", "sum"] },
        { type: "conv2d", outChannels: 4, kernel: 2 },
        { type: "relu6" },
        { type: "flatten" },
        { type: "linear", outFeatures: 4 },
        { type: "softplus", beta: 2, name: "share" },
        { type: "multiply", input: ["conv3", "share"] },
        { type: "flatten" },
        { type: "linear", outFeatures: 3 },
      ],
    ];
    const kinds = new Set(layers.flat().map(({ type }) => type));
    assert.deepEqual([...kinds].sort(), registry.layers.map(({ type }) => type).sort());
    const inputs = Float32Array.from({ length: 100 * 286 }, (_, i) => Math.sin(i * i));
    const set = {
      source: "test",
      samples: 3,
      shape: [2, 11, 13],
      inputs: inputs.slice(0, 3 * 286),
      labels: Int32Array.of(0, 1, 2),
    };
    for (const own of layers) {
      const spec = parseSpec({ ...common, name: "all", input: [2, 11, 13], layers: own, loss: { type: "mse" } });
      const { parameters } = await train(spec, { train: set, test: set }, { epochs: 1, threads: 1 });
      const weights = { spec, parameters };
      const [theirs, others] = await outputsOf([weights, changed(weights, "conv1.weight", 0.5)], inputs);
      const ours = (await loadPredictor(weights)).outputs(inputs), tolerance = toleranceFor(weights, ours);
      assert.ok(largestDifference(ours, theirs) <= tolerance, `${largestDifference(ours, theirs)} > ${tolerance}`);
      assert.ok(largestDifference(ours, others) > 10 * tolerance);
    }
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
