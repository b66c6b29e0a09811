/** What is wrong in what is given to a net gets its one line, and the net is of use after that. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { programOf } from "../../api/open.ts";
import { findTarget, open, parseSpec } from "../../mod.ts";
import { encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { HASH, hashedPieces, TRAINING } from "../../runtime/files/checkpoint_format.ts";
import { encodeSafetensors } from "../../runtime/files/safetensors.ts";
import { joined, sha256 } from "../../runtime/net/hash.ts";
import { openNet } from "../../runtime/net/net.ts";
import { openPredictNet } from "../../runtime/net/predict_net.ts";
import { opened, saved, WAYS } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const data = samples(32), image = data.inputs.subarray(0, 64);
const net = await opened(WAYS[0]), bytesNet = await opened(WAYS[0], { data: "u8" });
Deno.test.afterAll(() => [net, bytesNet].forEach((each) => each.close()));

const MISUSES: readonly (readonly [call: () => Promise<unknown>, message: string])[] = [
  [() => net.train(undefined as never), "data is undefined; expected { x, y }"],
  [() => net.train({ x: data.inputs, y: [] }), "y has 0 classes for 32 samples of x"],
  [() => net.train({ x: data.inputs } as never), "y has no classes for 32 samples of x"],
  [
    () => net.train({ x: data.inputs.subarray(1), y: data.labels }),
    "x has 2047 numbers; a sample of [1,8,8] takes 64",
  ],
  [() => net.train({ x: new Float32Array(0), y: [] }), "x has 0 numbers; a sample of [1,8,8] takes 64"],
  [() => net.train({ x: image, y: [3] }), "y[0] is 3; expected a whole number from 0 to 2"],
  [() => net.train({ x: image, y: [-1] }), "y[0] is -1; expected a whole number from 0 to 2"],
  [() => net.train({ x: image, y: [0.5] }), "y[0] is 0.5; expected a whole number from 0 to 2"],
  // what Number() makes a 0 or 1 of is no class
  [() => net.train({ x: image, y: [null] as never }), "y[0] is null; expected a whole number from 0 to 2"],
  [() => net.train({ x: image, y: [""] as never }), "y[0] is a string; expected a whole number from 0 to 2"],
  [() => net.train({ x: image, y: [[1]] as never }), "y[0] is a list; expected a whole number from 0 to 2"],
  [
    () => net.train({ x: new Float32Array(64).fill(NaN, 9), y: [0] }),
    "number 9 of x, in sample 0, is NaN: not finite",
  ],
  [() => net.train({ x: image, y: [0] }, { epochs: 0 }), "epochs is 0; expected a whole number from 1 to 1000000"],
  [() => net.train({ x: image, y: [0] }, { onStep: 1 as never }), "onStep is 1; expected a function"],
  [() => net.step(data.inputs, data.labels), "x has 32 samples; a step of net kept takes up to 16"],
  [() => net.step(image, [0, 1]), "y has 2 classes for 1 samples of x"],
  [() => net.evaluate({ x: image, y: [7] }), "y[0] is 7; expected a whole number from 0 to 2"],
  [() => net.predict(new Float32Array(63)), "x has 63 numbers; a sample of [1,8,8] takes 64"],
  [
    () => net.predict("x" as never),
    "x is a string; expected floats, bytes or lists of numbers: a sample of [1,8,8] takes 64",
  ],
  [
    () => net.predict([[1, 2], Array(62).fill(0)]),
    "x is a list; expected floats, bytes or lists of numbers: a sample of [1,8,8] takes 64",
  ],
  [() => bytesNet.predict(new Float32Array(64)), "x is floats, but net kept was compiled for bytes; give a Uint8Array"],
  [() => net.restore("x" as never), "weights must be the bytes of a checkpoint, in a Uint8Array"],
  [
    () => net.copyFrom({} as never),
    "copyFrom takes a net, as open gives it; of another program's, restore what it saves",
  ],
  [() => net.selfTest(), "net kept carries no check; a net that was built does"],
  [() => open(SPEC, { threads: -1 }), "threads is -1; expected a whole number from 0 to 256"],
  [
    () => open(SPEC, { target: "typescript" }),
    "target typescript cannot be opened; use target auto, wasm_relaxed, wasm or webgpu",
  ],
  [() => open(SPEC, { data: "f16" as never }), 'data is the text "f16"; expected "u8" or "f32"'],
];

Deno.test("each misuse gets its one line, and changes nothing", async () => {
  const before = await net.save();
  for (const [call, message] of MISUSES) {
    await assert.rejects(call, (error: Error) => {
      assert.equal(error.name, "InputError");
      assert.equal(error.message, message);
      assert(!error.message.includes("\n"));
      return true;
    });
  }
  assert.deepEqual(await net.save(), before);
  // negative control: what is right is no misuse
  await net.step(image, [0]);
  assert.notDeepEqual(await net.save(), before);
});

Deno.test("an option that is null counts as left out", async () => {
  const none = null as never, given = { threads: none, seed: none, weights: none, signal: none };
  const program = programOf(SPEC, compileNet(SPEC, findTarget("wasm"), {})), plain = await openNet(program);
  const one = await openNet(program, given), predictor = await openPredictNet(program, given);
  assert.equal(one.threads, plain.threads);
  assert(one.threads > 0);
  assert.deepEqual(await one.save(), await plain.save());
  assert.deepEqual(await predictor.predict(image), await plain.predict(image));
  const { epochs } = await one.train({ x: data.inputs, y: data.labels }, { epochs: none, onStep: none, signal: none });
  assert.equal(epochs.length, SPEC.training.epochs);
  [one, plain, predictor].forEach((each) => each.close());
});

Deno.test("outputs that are not finite are told of", async () => {
  const training = { epochs: 1, optimizer: { type: "sgd", learningRate: 1e30 } };
  const spec = parseSpec({
    ...SPEC,
    name: "plain",
    input: [2],
    layers: [{ type: "linear", outFeatures: 3 }],
    training,
  });
  for (const way of WAYS) {
    const plain = await opened(way, { spec });
    await plain.step([[1, 2]], [0]);
    await assert.rejects(plain.predict([[1e20, 1]]), {
      name: "InputError",
      message:
        /^output \d for sample 0 has become -?(Infinity|NaN): the sample's inputs or the net's weights are too large$/,
    });
    plain.close();
  }
});

Deno.test("a checkpoint with one wrong byte is refused, wherever it is", async () => {
  const right = await net.save();
  await net.restore(right);
  for (let i = 0; i < 60; i++) {
    const bytes = right.slice(), at = Math.floor(i / 60 * bytes.length);
    bytes[at] ^= 1 << i % 8;
    await assert.rejects(net.restore(bytes), { name: "InputError" }, `byte ${at}`);
  }
  for (const length of [0, 7, 100, right.length - 1]) {
    await assert.rejects(net.restore(right.subarray(0, length)), { name: "InputError" });
  }
  assert.deepEqual(await net.save(), right);
});

Deno.test("a checkpoint that was written by hand is refused, too, where it says what cannot be", async () => {
  const right = await saved(net),
    damaged = {
      name: "InputError",
      message: "the bytes are damaged, or no checkpoint of Kernelwright; use another copy",
    };
  const file = encodeCheckpoint(right), state = JSON.parse(file.metadata.get(TRAINING)!);
  const written = async (training: unknown) => {
    const metadata = new Map(file.metadata).set(TRAINING, JSON.stringify(training)), changed = { ...file, metadata };
    metadata.set(HASH, await sha256(hashedPieces(changed)));
    return joined(encodeSafetensors(changed));
  };
  await net.restore(await written(state));
  for (
    const wrong of [{ epoch: 1e9 }, { epoch: -1 }, { step: 1 }, { step: "a" }, { seed: 0.5 }, { data: 1 }, {
      data: null,
    }]
  ) {
    await assert.rejects(net.restore(await written({ ...state, ...wrong })), damaged, JSON.stringify(wrong));
  }
  for (const wrong of [null, [], "x", 3]) await assert.rejects(net.restore(await written(wrong)), damaged);
});

Deno.test("a checkpoint and a net of other layers are refused", async () => {
  const other = parseSpec({
    ...SPEC,
    name: "other",
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 3 }],
  });
  const another = await opened(WAYS[0], { spec: other });
  await assert.rejects(net.restore(await another.save()), {
    name: "InputError",
    message: /^the checkpoint is of net other, whose layers are not those of kept: layers\.0/,
  });
  await assert.rejects(net.copyFrom(another), {
    message: "net other has other weights than net kept: their layers differ",
  });
  another.close();
});

Deno.test("weights of a net that is trained in another way are taken, and its training begins anew", async () => {
  const spec = parseSpec({ ...SPEC, training: { ...SPEC.training, optimizer: { type: "adam", learningRate: 0.5 } } });
  const other = await opened(WAYS[0], { spec, seed: 5 });
  await other.step(image, [0]);
  const one = await opened(WAYS[0], { weights: await other.save() });
  const [a, b] = [await saved(one), await saved(other)];
  assert.deepEqual(a.parameters, b.parameters);
  assert([...a.training!.optimizer.values()].every(({ values }) => values.every((value) => value === 0)));
  assert([...b.training!.optimizer.values()].some(({ values }) => values.some((value) => value !== 0)));
  one.close();
  other.close();
});

Deno.test("training that diverges says so, and a checkpoint makes the net whole again", async () => {
  const spec = parseSpec({ ...SPEC, training: { ...SPEC.training, optimizer: { type: "sgd", learningRate: 1e30 } } });
  for (const way of WAYS) {
    const wild = await opened(way, { spec }), before = await wild.save();
    const diverged = { name: "DivergedError", message: /training has diverged; lower the learning rate$/ };
    await assert.rejects(wild.train({ x: samples(320).inputs, y: samples(320).labels }), diverged);
    await assert.rejects(wild.save(), diverged);
    await wild.restore(before);
    assert.deepEqual(await wild.save(), before);
    wild.close();
  }
});
