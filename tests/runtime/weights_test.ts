/** Weights of other programs: which tensor is which, by names, by shapes and numbers, or by a mapping; nothing is guessed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeSafetensors, type StoredTensor, storedTensor } from "../../runtime/files/safetensors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../runtime/files/checkpoint.ts";
import { importParameters, parseNames, type WeightNames } from "../../runtime/files/weights.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { uniform } from "../../runtime/run/random.ts";
import {
  evaluate,
  fromArrays,
  InputError,
  loadNames,
  loadPredictor,
  loadWeights,
  parseSpec,
  registry,
  saveCheckpoint,
  type Spec,
} from "../../mod.ts";

const net = (layers: readonly object[]): Spec =>
  parseSpec({
    name: "net",
    input: [1, 6, 6],
    batchSize: 4,
    layers,
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
const CNN = net([
  { type: "conv2d", outChannels: 3, kernel: 3 },
  { type: "relu" },
  { type: "flatten" },
  { type: "linear", outFeatures: 8 },
  { type: "tanh" },
  { type: "linear", outFeatures: 8 },
  { type: "linear", outFeatures: 8 },
  { type: "linear", outFeatures: 3 },
]);
/** Its layers as a module of PyTorch might call them. */
const LAYERS = {
  conv1: [[3, 1, 3, 3], [3]],
  linear1: [[8, 48], [8]],
  linear2: [[8, 8], [8]],
  linear3: [[8, 8], [8]],
  linear4: [[3, 8], [3]],
} as const;
type Layer = keyof typeof LAYERS;

/** Tensors of a file; each has numbers of its own. */
function tensors(names: Readonly<Record<Layer, string>>): Map<string, StoredTensor> {
  const entries = (Object.keys(LAYERS) as Layer[]).flatMap((layer, place) =>
    LAYERS[layer].map((shape, i) => {
      const values = Float32Array.from(
        { length: (shape as readonly number[]).reduce((a, b) => a * b, 1) },
        (_, at) => uniform(2 * place + i, at) - 0.5,
      );
      const name = names[layer], what = ["weight", "bias"][i];
      return [name === "" ? what : `${name}.${what}`, storedTensor(shape, values)] as const;
    })
  );
  // as the writer of PyTorch has them: by name
  return new Map(entries.toSorted(([a], [b]) => a < b ? -1 : 1));
}

const find = (file: ReadonlyMap<string, StoredTensor>, names?: WeightNames, spec = CNN) =>
  importParameters({ metadata: new Map(), tensors: file }, inferShapes(spec, registry), names, "FILE");

const OURS = Object.fromEntries(Object.keys(LAYERS).map((layer) => [layer, layer])) as Record<Layer, string>;
const expected = find(tensors(OURS)).parameters;

Deno.test("layers are found by name, by shapes, and by the numbers in their names", () => {
  const calls: readonly Readonly<Record<Layer, string>>[] = [
    OURS,
    { conv1: "0", linear1: "3", linear2: "5", linear3: "6", linear4: "7" },
    // 9 stands before 10, which a list by letters has the other way round
    { conv1: "0", linear1: "3", linear2: "9", linear3: "10", linear4: "12" },
    { conv1: "features.0", linear1: "classifier.1", linear2: "hidden.2.fc", linear3: "hidden.11.fc", linear4: "a.b" },
    { conv1: "c", linear1: "x", linear2: "fc1", linear3: "fc2", linear4: "" },
  ];
  for (const names of calls) {
    const found = find(tensors(names));
    assert.deepEqual(found.parameters, expected);
    for (const [layer, theirs] of Object.entries(names)) {
      assert.equal(found.names.get(`${layer}.bias`), theirs === "" ? "bias" : `${theirs}.bias`);
    }
  }
  // negative control: the two layers of one shape the other way round
  const swapped = find(tensors({ ...calls[1], linear2: "6", linear3: "5" })).parameters;
  assert.notDeepEqual(swapped, expected);
  assert.deepEqual(swapped.get("linear2.weight"), expected.get("linear3.weight"));
});

Deno.test("a mapping of layers or of single tensors says which is which, and what is left out", () => {
  const file = tensors({ conv1: "c", linear1: "x", linear2: "first", linear3: "second", linear4: "linear4" });
  file.set("left.running_mean", storedTensor([3], new Float32Array(3)));
  file.set("odd", file.get("c.bias")!);
  file.delete("c.bias");
  const names = { conv1: "c", "conv1.bias": "odd", linear1: "x", linear2: "first", linear3: "second" };
  assert.deepEqual(find(file, names).parameters, expected);
  assert.deepEqual(parseNames(JSON.stringify(names), "MAP"), names);
});

Deno.test("numbers of other types are read", () => {
  const file = tensors(OURS), values = expected.get("linear4.bias")!.values;
  file.set("linear4.bias", storedTensor([3], Float64Array.from(values)));
  assert.deepEqual(find(file).parameters, expected);
  file.set("linear4.bias", { dtype: "F16", shape: [3], bytes: new Uint8Array(Float16Array.from(values).buffer) });
  const half = find(file).parameters.get("linear4.bias")!.values;
  assert.ok(half.every((value, i) => Math.abs(value - values[i]) <= 2 ** -12));
});

function without(file: Map<string, StoredTensor>, name: string): Map<string, StoredTensor> {
  assert(file.delete(name), name);
  return file;
}

/** What is wrong, and the file, the mapping or the net. */
const REFUSED: readonly (readonly [message: string, file: Map<string, StoredTensor>, names?: WeightNames])[] = [
  [
    'which of "first", "second" is linear2? Their shapes are the same and their names do not tell',
    tensors({
      ...OURS,
      linear2: "first",
      linear3: "second",
    }),
  ],
  [
    "net net has 1 layer with bias [3], weight [3, 8] (linear4), the file none; take the weights of this net, or give a mapping",
    new Map([...tensors({ ...OURS, conv1: "c" })].filter(([name]) => !name.startsWith("linear4"))),
  ],
  [
    'the file 2 ("c", "d")',
    new Map([
      ...tensors({ ...OURS, conv1: "c" }),
      ...[...tensors({ ...OURS, conv1: "d" })].filter(([n]) => n[0] === "d"),
    ]),
  ],
  [
    'net net has no place for "norm.weight"',
    new Map([...tensors(OURS), ["norm.weight", storedTensor([5], new Float32Array(5))]]),
  ],
  [
    '"linear4.bias": its numbers are I32; give F32, F64, F16 or BF16',
    new Map([...tensors(OURS), ["linear4.bias", { dtype: "I32", shape: [3], bytes: new Uint8Array(12) }]]),
  ],
  [
    '"linear4.bias": element 1 is NaN; weights must be finite',
    new Map([...tensors(OURS), ["linear4.bias", storedTensor([3], Float32Array.of(1, NaN, 2))]]),
  ],
  [
    ': "fc.bias" [3] is missing, which net net needs for linear4; take a file that has it, or give a mapping of names',
    without(tensors({ ...OURS, linear4: "fc" }), "fc.bias"),
  ],
  ['"bias" [3] is missing, which net net needs for linear4', without(tensors({ ...OURS, linear4: "" }), "bias")],
  ['"linear2.weight" [8, 8] is missing, which net net needs for', without(tensors(OURS), "linear2.weight")],
  [
    '"6.bias" [8] is missing, which net net needs for one of linear2, linear3;',
    without(tensors({ conv1: "0", linear1: "3", linear2: "5", linear3: "6", linear4: "7" }), "6.bias"),
  ],
  // two that might be it: it does not tell
  [
    "net net has 1 layer with bias [3], weight [3, 8] (linear4), the file none",
    new Map([...without(tensors({ ...OURS, linear4: "a" }), "a.bias"), [
      "b.bias",
      storedTensor([3], new Float32Array(3)),
    ]]),
  ],
  [
    '"linear1.weight": there is no such tensor, and linear1 is not in the mapping: what is left out must have the net\'s ' +
    "own names in the file; add linear1 to the mapping",
    tensors({ ...OURS, linear1: "x" }),
    { conv1: "conv1" },
  ],
  ['"x.weight": there is no such tensor, and conv1.weight should be it; check the mapping', tensors(OURS), {
    conv1: "x",
  }],
  [
    '"linear1.bias": it is [8], but conv1.bias is [3]; take the weights of this net',
    tensors(OURS),
    { "conv1.bias": "linear1.bias" },
  ],
  ['the mapping has "conv2", but the net has only conv1, linear1,', tensors(OURS), { conv2: "x" }],
  ["net net has 1 layer with bias [3], weight [3, 1, 3, 3] (conv1), the file none", new Map()],
  // names that objects treat in their own way, and that would break a line
  [
    'net net has no place for "__proto__"',
    new Map([...tensors(OURS), ["__proto__", storedTensor([1], new Float32Array(1))]]),
  ],
  [
    'net net has no place for "a\\\\nb"',
    new Map([...tensors(OURS), ["a\\nb", storedTensor([1], new Float32Array(1))]]),
  ],
];

Deno.test("what is missing, too much, of another shape or not to be told apart is refused with one line", () => {
  for (const [message, file, names] of REFUSED) {
    assert.throws(() => find(file, names), (error) => {
      assert(error instanceof InputError && error.message.startsWith("FILE"), String(error));
      assert(error.message.includes(message), `${error.message}, not ${message}`);
      assert(!error.message.includes("\n") && error.message.length < 500, error.message);
      return true;
    });
  }
  assert.equal(REFUSED.length, 18);
  for (
    const text of ["", "[]", "{", '{"a":1}', '{"a":{}}', "null", `{"a":"${"x".repeat(300)}"}`, " ".repeat(1_000_001)]
  ) {
    assert.throws(() => parseNames(text, "MAP"), /^InputError: MAP: it is no mapping: give an object of texts in JSON/);
  }
});

Deno.test("files of both kinds are loaded: weights for a net, and checkpoints, which have one", async () => {
  const folder = await Deno.makeTempDir(), path = (name: string) => join(folder, name);
  try {
    const write = async (name: string, file: Map<string, StoredTensor>) => {
      const pieces = encodeSafetensors({ metadata: new Map([["format", "pt"]]), tensors: file });
      await Deno.writeFile(path(name), Uint8Array.from(pieces.flatMap((piece) => [...piece])));
    };
    const foreign = { conv1: "0", linear1: "3", linear2: "5", linear3: "6", linear4: "7" };
    await write("foreign", tensors(foreign));
    const imported = await loadWeights(path("foreign"), { spec: CNN });
    assert.deepEqual([imported.parameters, imported.names?.get("linear1.weight")], [expected, "3.weight"]);
    await saveCheckpoint(path("own"), { spec: imported.spec, parameters: imported.parameters });
    const own = await loadWeights(path("own"));
    assert.deepEqual([own.spec, own.parameters, own.names, own.training], [CNN, expected, undefined, undefined]);
    assert.deepEqual((await loadWeights(path("own"), { spec: CNN })).parameters, expected);
    // of use at once
    const inputs = Float32Array.from({ length: 36 }, (_, i) => i / 36);
    const outputs = await Promise.all([imported, own].map(async (w) => (await loadPredictor(w)).outputs(inputs)));
    assert.deepEqual(outputs[0], outputs[1]);
    await Deno.writeTextFile(path("names.json"), JSON.stringify({ linear2: "6", linear3: "5", conv1: "0" }));
    const names = { ...await loadNames(path("names.json")), linear1: "3", linear4: "7" };
    const mapped = await loadWeights(path("foreign"), { spec: CNN, names });
    assert.deepEqual(mapped.parameters.get("linear2.weight"), expected.get("linear3.weight"));

    const refuses = async (what: Promise<unknown>, message: RegExp) =>
      await assert.rejects(what, (error) => {
        assert(error instanceof InputError, String(error));
        assert.match(error.message, message);
        return true;
      });
    await refuses(
      loadWeights(path("foreign")),
      /it is no checkpoint, but weights of another program; name the net that they are of: option spec$/,
    );
    const other = net([{ type: "flatten" }, { type: "linear", outFeatures: 3 }]);
    await refuses(
      loadWeights(path("own"), { spec: other }),
      /it is a checkpoint of net net, whose layers are not those/,
    );
    await refuses(
      loadWeights(path("foreign"), { spec: other }),
      /net net has 1 layer with bias \[3\], weight \[3, 36\]/,
    );
    await refuses(loadWeights(path("none")), /there is no such file or folder/);
    const bytes = await Deno.readFile(path("own"));
    await Deno.writeFile(path("cut"), bytes.subarray(0, -4));
    await refuses(loadWeights(path("cut")), /it is damaged, or not a safetensors file/);
    await Deno.writeFile(path("changed"), bytes.with(bytes.length - 1, bytes[bytes.length - 1] ^ 1));
    await refuses(loadWeights(path("changed")), /it is not what was written/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a variance below 0 is refused wherever weights are read, and 0 is taken", async () => {
  const spec = net([{ type: "conv2d", outChannels: 2, kernel: 3 }, { type: "batchNorm2d" }, { type: "flatten" }, {
    type: "linear",
    outFeatures: 3,
  }]);
  const shapes = { "conv1.weight": [2, 1, 3, 3], "conv1.bias": [2], "linear1.weight": [3, 32], "linear1.bias": [3] };
  const norm = ["weight", "bias", "running_mean", "running_var"].map((name) => [`norm1.${name}`, [2]] as const);
  const all = (variance: number) =>
    new Map(
      [...Object.entries(shapes), ...norm].map(([name, shape]) => {
        const values = new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5);
        if (name.endsWith("running_var")) values[1] = variance;
        return [name, { shape, values }] as const;
      }),
    );
  const stored = (variance: number) =>
    new Map([...all(variance)].map(([name, { shape, values }]) => [name, storedTensor(shape, values)]));
  const data = fromArrays(new Float32Array(72).fill(0.1), [0, 1], [1, 6, 6]);
  const reads: readonly (readonly [string, (variance: number) => unknown])[] = [
    ["FILE", (variance) => find(stored(variance), undefined, spec)],
    ["CHECKPOINT", (variance) => {
      const file = encodeCheckpoint({ spec, parameters: all(variance) });
      return decodeCheckpoint(file, registry, "CHECKPOINT");
    }],
    ["the weights", (variance) => evaluate({ spec, parameters: all(variance) }, data, { target: "typescript" })],
  ];
  for (const [origin, read] of reads) {
    const message = `${origin}: element 1 of norm1.running_var is -0.25; it must be at least 0`;
    await assert.rejects(async () => await read(-0.25), { name: "InputError", message });
    assert(await read(0));
  }
});

Deno.test("a test whose loss is not finite ends with one line", async () => {
  const layers = [{ type: "flatten" }, { type: "linear", outFeatures: 3 }];
  const parameters = new Map([
    ["linear1.weight", { shape: [3, 36], values: new Float32Array(108).fill(3e38) }],
    ["linear1.bias", { shape: [3], values: new Float32Array(3) }],
  ]);
  const data = fromArrays(new Float32Array(72).fill(1), [0, 1], [1, 6, 6]);
  for (const target of ["typescript", "wasm"]) {
    await assert.rejects(evaluate({ spec: net(layers), parameters }, data, { target, threads: 1 }), {
      name: "InputError",
      message: /^the loss on .+ has become NaN: the samples' inputs or the net's weights are too large$/,
    });
  }
});
