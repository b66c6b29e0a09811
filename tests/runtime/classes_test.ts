/** Names of classes: told wherever classes are, kept where nets are, and of no weight in what is computed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PbfReader } from "pbf";
import { decodeCheckpoint, encodeCheckpoint, specDifference } from "../../runtime/files/checkpoint.ts";
import { parseReport } from "../../runtime/report/report.ts";
import {
  classText,
  evaluate,
  exportOnnx,
  generatedFiles,
  InputError,
  loadPredictor,
  loadWeights,
  parseSpec,
  registry,
  saveCheckpoint,
  type Spec,
  StoppedError,
  train,
  type TrainOptions,
} from "../../mod.ts";
import { samples, SPEC } from "../small_net.ts";

/** What classes may be called: all of it is told as it is. */
const NAMES = ["T-shirt/top", '<b>"7"</b>', "Ankle boot"];
const named = (classes: readonly string[]) => parseSpec({ ...SPEC, classes });
const NAMED = named(NAMES);
const DATA = samples(50), SPLIT = { train: DATA, test: samples(20, 2) };
const OPTIONS = { target: "wasm", threads: 1, epochs: 2 } as const;

const run = (spec: Spec, options: TrainOptions = {}) => train(spec, SPLIT, { ...OPTIONS, ...options });

Deno.test("with and without names, the same files are generated", () => {
  const files = generatedFiles(SPEC);
  assert.deepEqual(generatedFiles(NAMED), files);
  assert.ok(Object.keys(files).length > 20);
  // negative control
  assert.notDeepEqual(generatedFiles(parseSpec({ ...SPEC, batchSize: 32 })), files);
});

Deno.test("the same bits are trained, and predictions, tests and reports have the names", async () => {
  const plain = await run(SPEC), told = await run(NAMED);
  assert.deepEqual(told.parameters, plain.parameters);
  assert.deepEqual(told.report.test, plain.report.test);
  assert.deepEqual([told.report.classes, "classes" in plain.report], [NAMES, false]);
  assert.deepEqual(parseReport(JSON.stringify(told.report)), told.report);

  const inputs = DATA.inputs.subarray(0, 5 * 64);
  const predictor = await loadPredictor({ spec: NAMED, parameters: told.parameters }, { target: "wasm" });
  const others = await loadPredictor({ spec: SPEC, parameters: told.parameters }, { target: "wasm" });
  const predictions = predictor.predict(inputs), bare = others.predict(inputs);
  assert.deepEqual(predictions, bare.map((prediction) => ({ ...prediction, className: NAMES[prediction.label!] })));
  assert.deepEqual(await predictor.predictAsync(inputs), predictions);
  assert.ok(new Set(predictions.map(({ className }) => className)).size > 1);
  assert.ok(bare.every((prediction) => !("className" in prediction)));

  const tested = await evaluate({ spec: NAMED, parameters: told.parameters }, SPLIT.test, { target: "wasm" });
  assert.deepEqual(tested.classes.map(({ className }) => className), NAMES);
  const { classes } = await evaluate({ spec: SPEC, parameters: told.parameters }, SPLIT.test, { target: "wasm" });
  assert.deepEqual(tested.classes.map(({ className: _, ...figures }) => figures), classes);
});

Deno.test("a run goes on under other names to the same bits, and its checkpoint has those it was given last", async () => {
  const whole = await run(NAMED), half = await run(SPEC, { epochs: 1 });
  const renamed = named(["a", "b", "c"]);
  for (const spec of [NAMED, renamed, SPEC]) {
    const { checkpoint } = await run(spec, { resume: half.checkpoint });
    assert.deepEqual(checkpoint.parameters, whole.checkpoint.parameters);
    assert.deepEqual(checkpoint.spec.classes, spec.classes);
  }
  for (const [a, b] of [[SPEC, NAMED], [NAMED, SPEC], [NAMED, renamed]]) {
    assert.equal(specDifference(a, b), undefined);
  }
  // negative control: another size is another net, whatever its classes are called
  assert.equal(specDifference(NAMED, { ...renamed, batchSize: 8 }), "batchSize");
  // what was stopped has the names, too
  const stopping = new AbortController();
  await assert.rejects(run(NAMED, { signal: stopping.signal, onEpoch: () => stopping.abort() }), (error) => {
    assert(error instanceof StoppedError);
    assert.deepEqual(error.checkpoint.spec.classes, NAMES);
    return true;
  });
});

Deno.test("files keep the names: checkpoints by themselves, and those of a net that is named with them", async () => {
  const { checkpoint } = await run(NAMED, { epochs: 1 });
  const read = decodeCheckpoint(encodeCheckpoint(checkpoint), registry, "FILE");
  assert.deepEqual(read, checkpoint);
  // names that do not fit are refused, as in a spec's own file
  const forged = (classes: unknown) => ({ ...checkpoint, spec: { ...checkpoint.spec, classes } as Spec });
  for (
    const [classes, message] of [
      [
        ["a", "b"],
        "FILE, its spec: classes has 2 names, but layers[7] linear gives 3 outputs; give each output one name",
      ],
      [["a", "b", "b"], 'FILE, its spec: classes[2]: it is "b", as classes[1] is; give each class a name of its own'],
    ] as const
  ) {
    assert.throws(
      () => decodeCheckpoint(encodeCheckpoint(forged(classes)), registry, "FILE"),
      new InputError(message),
    );
  }

  const folder = await Deno.makeTempDir();
  try {
    const [bare, own] = ["bare", "own"].map((name) => join(folder, name));
    await saveCheckpoint(bare, { ...checkpoint, spec: SPEC });
    await saveCheckpoint(own, checkpoint);
    const classesOf = async (path: string, spec?: Spec) => (await loadWeights(path, { spec })).spec.classes;
    assert.deepEqual(await classesOf(own), NAMES);
    assert.deepEqual(await classesOf(own, SPEC), NAMES);
    assert.deepEqual(await classesOf(bare), undefined);
    assert.deepEqual(await classesOf(bare, NAMED), NAMES);
    assert.deepEqual(await classesOf(own, named(["a", "b", "c"])), ["a", "b", "c"]);
    // nothing but the names is taken
    const loaded = await loadWeights(bare, { spec: { ...NAMED, name: "other", batchSize: 99 } });
    assert.deepEqual([loaded.spec, loaded.parameters], [NAMED, checkpoint.parameters]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The properties of an ONNX model. */
function propertiesOf(model: Uint8Array): Record<string, string> {
  const properties: Record<string, string> = {};
  new PbfReader(model).readFields((tag, _, pbf) => {
    if (tag !== 14) return;
    const entry = pbf!.readMessage((tag, entry: string[], pbf) => {
      entry[tag - 1] = pbf!.readString();
    }, [] as string[]);
    properties[entry[0]] = entry[1];
  }, undefined);
  return properties;
}

Deno.test("an ONNX model has the names as its property", async () => {
  const { parameters } = await run(NAMED, { epochs: 1 });
  const properties = propertiesOf(await exportOnnx({ spec: NAMED, parameters }));
  assert.deepEqual(Object.keys(properties), ["names"]);
  assert.deepEqual(JSON.parse(properties.names), { ...NAMES });
  assert.deepEqual(propertiesOf(await exportOnnx({ spec: SPEC, parameters })), {});
});

Deno.test("a class is shown by its number and its name, of which a long one is cut between characters", () => {
  assert.deepEqual([0, 2, 3].map((label) => classText(label, NAMES)), ["0 T-shirt/top", "2 Ankle boot", "3"]);
  assert.equal(classText(7), "7");
  const long = "🐈".repeat(25);
  assert.equal(classText(0, [long]), `0 ${"🐈".repeat(23)}…`);
  assert.equal(classText(0, [long.slice(2)]), `0 ${"🐈".repeat(24)}`);
  assert.equal(classText(0, [long], Infinity), `0 ${long}`);
});
