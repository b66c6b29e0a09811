/** A net's own trainer runs in every engine, to the bits of the package: as a folder, as one file, from any path. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fromArrays, jsonSchema, loadPredictor, parseSpec, train } from "../../mod.ts";
import { encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { joined } from "../../runtime/net/hash.ts";
import { width } from "../width.ts";
import { built, driven, RUNNERS, shipped } from "./drive.ts";
import { samplesOf, tensorsOf } from "./driver.js";

const STEPS = 20, SEED = 7, PREDICTED = 3;
const NETS = width(["lenet5"], ["lenet5", "mnist_cnn"]);
const TARGETS = ["wasm_relaxed", "wasm"];
/** Engines whose relaxed SIMD rounds a product before it is added: other bits, which are promised to nobody. */
const ROUNDS_OTHERWISE = ["bun"], NEAR = 1e-5;

// what is in a path does not matter
const folder = await Deno.makeTempDir({ prefix: "bundles of ünïcode 网 " });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** What the package makes of the driver's samples, in this process. */
async function expected(net: string, target: string) {
  const spec = await shipped(net), { x, y } = samplesOf(spec.input, 10, STEPS * spec.batchSize);
  const data = fromArrays(x, y, [...spec.input]);
  const { report, checkpoint } = await train(spec, { train: data, test: data }, {
    ...{ target, threads: 2, epochs: 1, seed: SEED },
  });
  const file = joined(encodeSafetensors(encodeCheckpoint(checkpoint)));
  return { loss: report.epochs[0].loss, trained: await tensorsOf(file), test: report.test, checkpoint };
}

for (const net of NETS) {
  const place = join(folder, net), single = join(folder, `${net} alone`);
  await built(await shipped(net), place, { seed: 1 });
  await built(await shipped(net), single, { singleFile: true });
  for (const target of TARGETS) {
    const package_ = await expected(net, target);
    // deno-lint-ignore no-explicit-any -- as JSON has it
    let first: any, own: any;
    for (const [engine, runner] of Object.entries(RUNNERS)) {
      Deno.test({
        name: `${net}, ${target}, in ${engine}: ${STEPS} steps, to the bits of the package`,
        ignore: !runner,
        async fn() {
          for (const [folder, threads] of [[place, 2], [place, 0], [single, 1]] as const) {
            const options = { steps: STEPS, threads, seed: SEED };
            // deno-lint-ignore no-explicit-any
            const ran: any = await driven(runner!, folder, net, "train", options, target === "wasm_relaxed");
            assert.deepEqual([ran.target, ran.threads, ran.losses.length], [target, threads, STEPS]);
            assert(ran.same && ran.losses.at(-1) < ran.losses[0]);
            if (target === "wasm_relaxed" && ROUNDS_OTHERWISE.includes(engine)) {
              assert(!ran.exact && Math.abs(ran.loss / package_.loss - 1) < NEAR, `${ran.loss}, not ${package_.loss}`);
              own ??= ran;
              assert.deepEqual({ ...ran, threads: 0 }, { ...own, threads: 0 });
              continue;
            }
            assert.deepEqual([ran.loss, ran.trained, ran.exact], [package_.loss, package_.trained, true]);
            assert.deepEqual([ran.evaluation.loss, ran.evaluation.correct], [
              package_.test.loss,
              package_.test.correct,
            ]);
            // in whatever engine and folder, and with as many threads: all of it
            first ??= ran;
            assert.deepEqual({ ...ran, threads: 0 }, { ...first, threads: 0 });
          }
        },
      });
    }
  }
}

Deno.test("a bundle for bytes alone trains to the same bits, with the seed that it was built with", async () => {
  const net = "lenet5", places = [join(folder, "floats"), join(folder, "bytes")], spec = await shipped(net);
  await built(spec, places[0]);
  await built(spec, places[1], { data: "u8", seed: SEED });
  const [floats, bytes] = await Promise.all(
    places.map((place, i) =>
      driven(RUNNERS.deno!, place, net, "train", { steps: 3, threads: 2, ...i === 0 && { seed: SEED } })
    ),
  );
  assert.deepEqual(bytes, floats);
});

Deno.test("what only predicts does so in every engine, to the bits of the package, with its own weights or others", async () => {
  const net = "lenet5", spec = await shipped(net), { checkpoint: { parameters } } = await expected(net, "wasm");
  const place = join(folder, "predicts"), single = join(folder, "predicts alone");
  await built(spec, place, { predict: true, weights: parameters, batchSize: 2 });
  await built(spec, single, { predict: true, weights: parameters, singleFile: true });
  const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const common = ["LICENSE", "README.md", "driver.js", "lenet5.d.ts", "lenet5.js", "package.json"];
  const beside = ["check.js", "check.json", "files.js", "lenet5.relaxed.wasm", "lenet5.wasm", "sha256.js"];
  assert.deepEqual(names(single), common);
  assert.deepEqual(names(place), [...common, ...beside, "weights.safetensors"].sort());
  const { x } = samplesOf(spec.input, 10, PREDICTED);
  for (const target of TARGETS) {
    const [one, two] = await Promise.all([1, 2].map(async (batchSize) => {
      const predictor = await loadPredictor({ spec, parameters }, { target, batchSize });
      return predictor.predict(x).map(({ outputs }) => [...outputs]);
    }));
    for (const [engine, runner] of Object.entries(RUNNERS)) {
      if (!runner) continue;
      for (const [folder, outputs] of [[place, two], [single, one]] as const) {
        // deno-lint-ignore no-explicit-any
        const ran: any = await driven(runner, folder, net, "predict", { count: PREDICTED }, target === "wasm_relaxed");
        assert.deepEqual([ran.target, ran.methods], [target, []]);
        if (ran.exact) assert.deepEqual(ran.outputs, outputs);
        else assert(target === "wasm_relaxed" && ROUNDS_OTHERWISE.includes(engine), engine);
      }
    }
  }
});

Deno.test("what a bundle cannot load, it tells in one line", async () => {
  const place = join(folder, "broken");
  await built(await shipped("mnist_mlp"), place, { predict: true });
  const say = async () =>
    await driven(RUNNERS.deno!, place, "mnist_mlp", "predict", { count: 1 }).then(() => "", ({ message }) => message);
  assert.equal(await say(), "");
  await Deno.writeTextFile(join(place, "mnist_mlp.relaxed.wasm"), "<!doctype html>");
  assert.match(
    await say(),
    /InputError: what is loaded as the module for wasm_relaxed is none; the server has to send/,
  );
});

/** Whether specs have names of classes. */
const named = "classes" in (jsonSchema().properties as object);
if (!named) console.log("bundles: specs have no names of classes here: none are tried");
Deno.test({
  name: "names of classes are in predictions and on the net, in trainers and predictors",
  ignore: !named,
  async fn() {
    const classes = ["zero", "one", "two"], layers = [{ type: "linear", outFeatures: 3 }];
    const training = { epochs: 1, optimizer: { type: "adam" } }, loss = { type: "softmaxCrossEntropy" };
    const spec = parseSpec({ name: "small", input: [4], batchSize: 4, layers, loss, training, classes });
    for (const predict of [false, true]) {
      const place = join(folder, `named ${predict}`);
      await built(spec, place, { predict });
      const { open, classes: exported } = await import(`file://${place}/small.js`), net = await open();
      assert.deepEqual([exported, net.classes], [classes, classes]);
      for (const { label, className } of await net.predict(Float32Array.of(1, -1, 2, 0.5, 0, 0, 0, 1))) {
        assert.equal(className, classes[label]);
      }
      net.close();
    }
  },
});
