/**
 * Specs, checkpoints and command lines at random: sound ones work, and others get one line; nothing crashes or hangs.
 * Files of pixels and numbers are in `inputs_test.ts`.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { join } from "node:path";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  storedTensor,
  type TensorFile,
} from "../../runtime/files/safetensors.ts";
import {
  type Checkpoint,
  exportOnnx,
  findTarget,
  fromArrays,
  generatedFiles,
  loadWeights,
  parseSpec,
  registry,
  type Spec,
  train,
} from "../../mod.ts";
import { ignore } from "../adapter.ts";
import { PROJECT } from "../command_line.ts";
import { assertRefusal, concatenated, damage, FUZZ_SEED, outcomes } from "../random_cases.ts";
import { randomData } from "../random_data.ts";
import { randomSpec } from "../random_spec.ts";
import { FUZZED, width } from "../width.ts";

/** Of the specs, so many are trained on every target, which takes a second: the longer task has ten minutes in all. */
const TRAINED = width(5, 25, 100), EVERY = Math.ceil(FUZZED / TRAINED);
/** Of those, one in so many is trained on an adapter too, which may be software. */
const EVERY_ON_ADAPTER = 5;
/** And one in so many is planned, which takes some 30 ms: all have shapes that fit. */
const EVERY_PLANNED = 10;
/** Largest memory of a net that is compiled, and not just planned, in bytes: proofs take a byte for each element. */
const SMALL = 2 ** 18;
/** Random specs that no other test has. */
const FIRST = 100_000;

/** Samples for a net, as many as a step takes. */
const samplesFor = (spec: Spec, seed: number) => randomData(spec, spec.batchSize, seed, "fuzz");

const targets = ["typescript", "wasm", "wasm_relaxed", ...ignore ? [] : ["webgpu"]];

Deno.test(`specs made at random: ${FUZZED} fit together, ${Math.ceil(FUZZED / EVERY)} train a step on every target`, async () => {
  let trained = 0;
  for (let i = 0; i < FUZZED; i++) {
    const json = JSON.stringify(randomSpec(FIRST + i)), spec = parseSpec(json);
    assert.equal(inferShapes(spec, registry).name, spec.name);
    if (i % EVERY_PLANNED === 0) plan(spec, registry, { layout: findTarget("wasm").layout });
    if (i % EVERY > 0) continue;
    const data = samplesFor(spec, i);
    for (const target of targets) {
      if (target === "webgpu" && i % (EVERY * EVERY_ON_ADAPTER) > 0) continue;
      const { report, parameters } = await train(spec, { train: data, test: data }, { target, threads: 2, seed: i })
        .catch((error) => assert.fail(`${target}, ${json}: ${error.stack}`));
      const numbers = [
        report.epochs[0].loss,
        report.test.loss,
        ...[...parameters.values()].map(({ values }) => values.reduce((sum, value) => sum + value, 0)),
      ];
      assert(numbers.every(Number.isFinite), `${target}, ${json}: ${numbers}`);
      trained++;
    }
  }
  assert.equal(trained, Math.ceil(FUZZED / EVERY) * 3 + (ignore ? 0 : Math.ceil(FUZZED / (EVERY * EVERY_ON_ADAPTER))));
});

/** A text in JSON of so many lists inside each other. */
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

/** What no spec and no state of a run should have somewhere, in JSON. */
const NASTY = [
  ...["null", "true", "-1", "0", "1", "1.5", "7", "255", "65536", "2147483648", "9007199254740993", "1e999", "-0"],
  ...['""', '"../../x"', '"constructor"', '"__proto__"', '"a\\u0000b"', '"*/ evil() //"', '"relu"', '"linear"'],
  ...["[]", "{}", "[1]", "[1,2]", "[3,4,5]", '{"__proto__":1}', '{"type":"relu"}', deep(33), deep(2000)],
];

/** Where values are in a value: paths of keys. */
function places(value: unknown, path: string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, next]) => places(next, [...path, key]))
    : [];
  return [path, ...inner];
}

/** JSON text with something nasty in the place of a value, or beside it. */
function withNasty(json: string, at: number, nasty: string, how: "replace" | "remove" | "add" | "repeat"): string {
  // a mark, since what is nasty need not be a value that survives being parsed
  const value = JSON.parse(json), all = places(value), path = all[Math.floor(at * all.length)], last = path.at(-1);
  if (last === undefined) return nasty;
  const owner = path.slice(0, -1).reduce((inner, key) => inner[key], value);
  if (how === "add" && !Array.isArray(owner)) owner.more = "MARK";
  else if (how === "remove" && !Array.isArray(owner)) delete owner[last];
  else if (how === "remove") owner.splice(Number(last), 1);
  else if (how === "repeat" && Array.isArray(owner)) owner.push(...Array(300).fill(owner[Number(last)]));
  else owner[last] = "MARK";
  return JSON.stringify(value).replace('"MARK"', () => nasty);
}

const nastiness = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  nasty: fc.constantFrom(...NASTY),
  how: fc.constantFrom("replace" as const, "replace" as const, "remove" as const, "add" as const, "repeat" as const),
});

/** Takes a spec as far as one that is accepted comes. */
function compileText(json: string): void {
  const spec = parseSpec(json), { layout } = findTarget("wasm"), planned = plan(spec, registry, { layout });
  if (planned.plan.arenaBytes < SMALL) compileTarget(planned, findTarget("wasm"));
}

Deno.test(`specs: ${FUZZED} damaged at random are compiled or refused with one line`, async () => {
  const texts = fc.oneof(
    damage(Array.from({ length: 50 }, (_, i) => new TextEncoder().encode(JSON.stringify(randomSpec(FIRST + i)))))
      .map((bytes) => new TextDecoder().decode(bytes)),
    fc.tuple(fc.integer({ min: 0, max: 10_000 }), nastiness).map(([seed, { at, nasty, how }]) =>
      withNasty(JSON.stringify(randomSpec(FIRST + seed)), at, nasty, how)
    ),
  );
  const { accepted, refused } = await outcomes(FUZZED, texts, compileText);
  assert(accepted >= FUZZED / 50 && refused >= FUZZED / 5, `${accepted} compiled, ${refused} refused`);
});

Deno.test("names that a spec or a file of weights brings do not reach what is generated", async () => {
  const evil = ["../up", "a/b", "a b", "*/ evil() //", 'a"; evil(); "', "a\nb", "A", "1a", "__proto__", "a".repeat(65)];
  for (const name of evil) {
    assert.throws(() => parseSpec({ ...randomSpec(1), name }), (error) => {
      assertRefusal(error);
      return (error as Error).message.startsWith("spec: name: expected 1 to 64 characters a-z, 0-9 and _");
    });
  }
  // a name that every object has is one like others
  compileText(JSON.stringify({ ...randomSpec(1), name: "constructor" }));
  compileText(JSON.stringify({ ...randomSpec(1), name: "valueof" }));
  const [{ spec, parameters }] = await checkpoints();
  for (const name of evil) {
    const theirs = (own: string) => own.replace(/^linear/, () => `${name}.`);
    const tensors = [...parameters].map(([own, { shape, values }]) =>
      [theirs(own), storedTensor(shape, values)] as const
    );
    const file = { metadata: new Map([["format", name]]), tensors: new Map(tensors) };
    const bytes = concatenated(...encodeSafetensors(file)), path = await Deno.makeTempFile();
    try {
      await Deno.writeFile(path, bytes);
      const weights = await loadWeights(path, { spec });
      assert.equal(weights.names?.get("linear1.weight"), theirs("linear1.weight"));
      const model = new TextDecoder().decode(await exportOnnx(weights));
      const texts = [...Object.entries(generatedFiles(weights.spec)).flat(), model, ...weights.parameters.keys()];
      if (name.length > 2) assert(!texts.some((text) => text.includes(`${name}.`)), name);
    } finally {
      await Deno.remove(path);
    }
  }
});

/** SHA-256 of a checkpoint's contents, as an attacker would make it too. */
function seal({ metadata, tensors }: TensorFile): TensorFile {
  const KEY = "kernelwright.sha256", hash = createHash("sha256");
  const sorted = [...tensors].sort(([a], [b]) => a < b ? -1 : 1);
  hash.update(JSON.stringify([
    [...metadata].sort(([a], [b]) => a < b ? -1 : 1).filter(([key]) => key !== KEY),
    sorted.map(([name, { dtype, shape }]) => [name, dtype, shape]),
  ]));
  for (const [, { bytes }] of sorted) hash.update(bytes);
  return { metadata: new Map(metadata).set(KEY, hash.digest("hex")), tensors };
}

/** Checkpoints of a small net: weights alone, at the end, and inside an epoch. */
async function checkpoints(): Promise<Checkpoint[]> {
  const spec = parseSpec({
    name: "kept",
    input: [3],
    batchSize: 4,
    layers: [{ type: "linear", outFeatures: 3 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 2, optimizer: { type: "adam" } },
  });
  const data = fromArrays(Float32Array.from({ length: 30 }, (_, i) => i / 30), Array.from("0110100101", Number), [3]);
  const { checkpoint } = await train(spec, { train: data, test: data }, { target: "wasm", threads: 1 });
  const { parameters, training } = checkpoint, partial = { steps: 1, seconds: 0.5, sums: { loss: 2.5, hit: 3 } };
  return [
    { spec, parameters },
    checkpoint,
    { spec, parameters, training: { ...training!, history: training!.history.slice(0, 1), partial } },
  ];
}

/** Whether all that a checkpoint says is possible. */
function assertSound({ parameters, training }: Checkpoint): void {
  const tensors = [...parameters.values(), ...training?.optimizer.values() ?? []];
  for (const { shape, values } of tensors) {
    assert.equal(values.length, shape.reduce((a, b) => a * b, 1));
    assert(values.every(Number.isFinite));
  }
  if (!training) return;
  const { epochs, seed, history, partial, data: { samples } } = training;
  assert([epochs, seed, samples].every(Number.isSafeInteger));
  assert(history.length <= epochs && history.every(({ epoch, loss }, i) => epoch === i + 1 && Number.isFinite(loss)));
  assert(!partial || (partial.steps < Math.ceil(samples / 4) && history.length < epochs));
}

/** Reads a file's bytes. Returns what is then written of it. */
function readAgain(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  const checkpoint = decodeCheckpoint(decodeSafetensors(bytes, "FILE"), registry, "FILE");
  assertSound(checkpoint);
  return concatenated(...encodeSafetensors(encodeCheckpoint(checkpoint)));
}

Deno.test(`checkpoints: ${FUZZED} damaged at random are refused with one line, or what they were`, async () => {
  const files = (await checkpoints()).map((each) => concatenated(...encodeSafetensors(encodeCheckpoint(each))));
  const texts = new Set(files.map((file) => String(readAgain(file))));
  const { accepted, refused } = await outcomes(FUZZED, damage(files), (bytes) => {
    assert(texts.has(String(readAgain(bytes as Uint8Array<ArrayBuffer>))), "what was damaged was taken for sound");
  });
  assert(accepted >= FUZZED / 50 && refused >= FUZZED / 2, `${accepted} the same, ${refused} refused`);
});

/** How a checkpoint is changed by somebody who knows how to make its hash. */
const forgery = fc.record({
  what: fc.constantFrom("spec", "state", "shape", "type", "number", "drop", "rename", "add"),
  which: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  ...{ nastiness, number: fc.constantFrom(NaN, Infinity, -Infinity, 3e38, -1, 0, 2 ** 53) },
  name: fc.constantFrom("history.__proto__", "history.epoch", "optimizer.x", "epoch.loss_sum", "__proto__", "../../x"),
});

Deno.test(`checkpoints: ${FUZZED} changed at random, with a hash that fits, are sound or refused with one line`, async () => {
  const originals = (await checkpoints()).map(encodeCheckpoint);
  const cases = fc.tuple(fc.constantFrom(...originals), fc.array(forgery, { minLength: 1, maxLength: 3 }));
  const { accepted, refused } = await outcomes(FUZZED, cases, ([original, changes]) => {
    const metadata = new Map(original.metadata), tensors = new Map(original.tensors);
    for (const { what, which, nastiness: { at, nasty, how }, number, name } of changes) {
      const names = [...tensors.keys()], chosen = names[Math.floor(which * names.length)];
      const tensor = tensors.get(chosen)!;
      const key = what === "spec" ? "kernelwright.spec" : "kernelwright.training", text = metadata.get(key);
      if (what === "spec" || what === "state") {
        // of what is no JSON any more, nothing can be changed
        if (text !== undefined && !/1e999|\[{33}/.test(text)) metadata.set(key, withNasty(text, at, nasty, how));
      } else if (what === "shape") {
        const shapes = [[tensor.bytes.length / 4, 1], [0, 2 ** 53 - 1], [], [1, ...tensor.shape], [2 ** 31, 2 ** 31]];
        tensors.set(chosen, { ...tensor, shape: shapes[Math.floor(at * shapes.length)] });
      } else if (what === "type") tensors.set(chosen, { ...tensor, dtype: at < 0.5 ? "F16" : "F64" });
      else if (what === "number") {
        const bytes = tensor.bytes.slice(),
          place = Math.floor(at * bytes.length / 8) * 4,
          view = new DataView(bytes.buffer);
        if (tensor.dtype === "F64") view.setFloat64(0, number, true);
        else if (bytes.length >= 4) view.setFloat32(place, number, true);
        tensors.set(chosen, { ...tensor, bytes });
      } else if (what === "drop") tensors.delete(chosen);
      else tensors.set(name, tensor);
      if (what === "rename") tensors.delete(chosen);
    }
    const file = seal({ metadata, tensors: tensors as ReadonlyMap<string, StoredTensor> });
    const checkpoint = decodeCheckpoint(file, registry, "FILE");
    assertSound(checkpoint);
    // what was taken can be kept, and read again
    readAgain(concatenated(...encodeSafetensors(encodeCheckpoint(checkpoint))));
  });
  assert(accepted >= FUZZED / 50 && refused >= FUZZED / 2, `${accepted} sound, ${refused} refused`);
  // negative control: the very same file is sound, and a number in it counts
  const [original] = originals, [name, tensor] = [...original.tensors][0];
  assertSound(decodeCheckpoint(seal(original), registry, "FILE"));
  const bytes = new Uint8Array(Float32Array.from({ length: tensor.bytes.length / 4 }, () => NaN).buffer);
  const poisoned = seal({ ...original, tensors: new Map(original.tensors).set(name, { ...tensor, bytes }) });
  assert.throws(() => decodeCheckpoint(poisoned, registry, "FILE"), /element 0 of "\S+" is NaN; it must be finite/);
});

Deno.test(`command lines: ${FUZZED} made at random end with a code of their own, and say why in one line`, async () => {
  const folder = join("runs", `fuzz_test_${Deno.pid}`), permissions = ["--allow-read", `--allow-write=${folder}`];
  await Deno.mkdir(join(PROJECT, folder), { recursive: true });
  try {
    // a process that may write to this folder only: an argument can name any file
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...permissions, "tests/fuzz_arguments.ts", folder, `${FUZZ_SEED}`, `${FUZZED}`],
      cwd: PROJECT,
      env: { DENO_WEBGPU_BACKEND: "noop", NO_COLOR: "1" },
    }).output();
    const [out, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, `${out.slice(-2000)}${said}`);
    const codes: Record<string, number> = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    assert.equal(Object.values(codes).reduce((a, b) => a + b, 0), FUZZED);
    for (const each of [0, 1, 2, 3]) assert(codes[each] >= FUZZED / 200, `too few end with ${each}: ${out}`);
  } finally {
    await Deno.remove(join(PROJECT, folder), { recursive: true });
  }
});
