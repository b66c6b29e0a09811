/** IDX files of every type and number of dimensions, under every usual name. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  fromArrays,
  InputError,
  loadIdxDirectory,
  loadIdxTestSet,
  parseSpec,
  readInputs,
  storageNote,
  train,
} from "../../mod.ts";
import { checkLabels } from "../../runtime/data/labels.ts";
import { loadIdxImages } from "../../runtime/data/idx/images.ts";
import { idx } from "../command_line.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

let folders = 0;
/** A folder with these files. Returns its path. */
async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = join(folder, String(folders++));
  await Deno.mkdir(path);
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(path, name), bytes);
  return path;
}

const range = (count: number, start = 0) => Array.from({ length: count }, (_, i) => start + i);
/** The bytes of numbers, big-endian. */
function bytesOf(method: "setInt8" | "setInt16" | "setInt32" | "setFloat32" | "setFloat64", values: readonly number[]) {
  const size = Number(/\d+/.exec(method)![0]) / 8, view = new DataView(new ArrayBuffer(size * values.length));
  for (const [i, value] of values.entries()) view[method](i * size, value);
  return [...new Uint8Array(view.buffer)];
}

/** Four files: two training images of these dimensions, one test image. */
function files(magic: number, size: readonly number[], bytes: readonly number[]): Record<string, Uint8Array> {
  return {
    "train-images-idx3-ubyte": idx(magic, [2, ...size], [...bytes, ...bytes]),
    "train-labels-idx1-ubyte": idx(0x801, [2], [1, 0]),
    "t10k-images-idx3-ubyte": idx(magic, [1, ...size], bytes),
    "t10k-labels-idx1-ubyte": idx(0x801, [1], [1]),
  };
}

Deno.test("images of every type: bytes stay bytes, all other numbers become floats as they are", async () => {
  const values = [-3, 0, 1, 100];
  const floats = [-0.1, 0, 1e-30, 3e38];
  const cases: readonly (readonly [magic: number, bytes: number[], inputs: Uint8Array | Float32Array])[] = [
    [0x803, [0, 1, 254, 255], Uint8Array.of(0, 1, 254, 255)],
    [0x903, bytesOf("setInt8", values), Float32Array.from(values)],
    [0xb03, bytesOf("setInt16", values), Float32Array.from(values)],
    [0xc03, bytesOf("setInt32", values), Float32Array.from(values)],
    [0xd03, bytesOf("setFloat32", floats), Float32Array.from(floats)],
    [0xe03, bytesOf("setFloat64", floats), Float32Array.from(floats)],
  ];
  for (const [magic, bytes, inputs] of cases) {
    const path = await folderOf(files(magic, [2, 2], bytes)), { train, test } = await loadIdxDirectory(path);
    assert.deepEqual([test.inputs, test.shape, test.samples], [inputs, [1, 2, 2], 1], magic.toString(16));
    assert.deepEqual([...train.inputs], [...inputs, ...inputs]);
    const read = await readInputs(test.source, [1, 2, 2]);
    assert.deepEqual([read.inputs, read.samples], [inputs, 1]);
    // what is light and what is dark is known of bytes only
    const swapped = readInputs(test.source, [1, 2, 2], { darkOnLight: true });
    if (magic === 0x803) assert.deepEqual((await swapped).inputs, Uint8Array.of(255, 254, 1, 0));
    else await assert.rejects(swapped, InputError);
  }
});

Deno.test("images in two to four dimensions; the net tells whether channels come first or last", async () => {
  // 2 channels, 1 row, 3 columns: 0 1 2 and 10 11 12
  const first = files(0x804, [2, 1, 3], [0, 1, 2, 10, 11, 12]);
  const last = files(0x804, [1, 3, 2], [0, 10, 1, 11, 2, 12]);
  const packed = Object.fromEntries(Object.entries(last).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
  for (const set of [first, last, packed]) {
    const { train, test } = await loadIdxDirectory(await folderOf(set), { shape: [2, 1, 3] });
    assert.deepEqual([train.shape, test.shape], [[2, 1, 3], [2, 1, 3]]);
    assert.deepEqual([...test.inputs], [0, 1, 2, 10, 11, 12]);
    assert.deepEqual([...train.inputs], [0, 1, 2, 10, 11, 12, 0, 1, 2, 10, 11, 12]);
  }
  const floats = files(0xd04, [1, 3, 2], bytesOf("setFloat32", [0, 10, 1, 11, 2, 12]));
  const colors = await folderOf(floats), { inputs } = await loadIdxTestSet(colors, { shape: [2, 1, 3] });
  assert.deepEqual(inputs, Float32Array.of(0, 1, 2, 10, 11, 12));
  assert.deepEqual((await readInputs(join(colors, "t10k-images-idx3-ubyte"), [2, 1, 3])).inputs, inputs);
  // without a net, and where both would fit, they come first
  assert.deepEqual((await loadIdxTestSet(await folderOf(last))).shape, [1, 3, 2]);
  const cube = await loadIdxTestSet(await folderOf(files(0x804, [2, 2, 2], range(8))), { shape: [2, 2, 2] });
  assert.deepEqual([...cube.inputs], range(8));
  // a net that neither fits is told by its own check
  assert.deepEqual((await loadIdxTestSet(await folderOf(first), { shape: [1, 4, 4] })).shape, [2, 1, 3]);
  const vectors = await loadIdxTestSet(await folderOf(files(0x802, [5], range(5))), { shape: [5] });
  assert.deepEqual([vectors.shape, [...vectors.inputs]], [[5], range(5)]);
});

Deno.test("labels of every integer type, and QMNIST's, of which the first number is the class", async () => {
  const images = idx(0x803, [3, 1, 1], [7, 8, 9]);
  const columns = [2, 0, 300].flatMap((label) => [label, ...range(7, 1000)]);
  const cases: readonly (readonly [name: string, file: Uint8Array, byte: number])[] = [
    ["test-labels-idx1-byte", idx(0x901, [3], bytesOf("setInt8", [2, 0, 100])), 10],
    ["test-labels-idx1-short", idx(0xb01, [3], bytesOf("setInt16", [2, 0, 300])), 12],
    ["test-labels-idx1-int", idx(0xc01, [3], bytesOf("setInt32", [2, 0, 300])), 16],
    ["test-labels-idx2-int", idx(0xc02, [3, 1], bytesOf("setInt32", [2, 0, 300])), 20],
    ["qmnist-test-labels-idx2-int", idx(0xc02, [3, 8], bytesOf("setInt32", columns)), 12 + 2 * 32],
  ];
  for (const [name, file, byte] of cases) {
    const prefix = name.startsWith("qmnist-") ? "qmnist-" : "";
    const path = await folderOf({ [`${prefix}test-images-idx3-ubyte`]: images, [name]: file });
    const set = await loadIdxTestSet(path);
    assert.deepEqual([...set.labels], [2, 0, name.includes("byte") ? 100 : 300], name);
    assert.throws(
      () => checkLabels(set, 10),
      ({ message }) => message.startsWith(`"${join(path, name)}", byte ${byte}: `),
    );
  }
});

Deno.test("a label below 0 is told by its file and byte, before anything is trained", async () => {
  const set = files(0x803, [1, 2], [3, 4]), name = "train-labels-idx1-short";
  const { "train-labels-idx1-ubyte": _, ...others } = set;
  const path = await folderOf({ ...others, [name]: idx(0xb01, [2], bytesOf("setInt16", [1, -1])) });
  const net = parseSpec({
    name: "tiny",
    input: [1, 1, 2],
    batchSize: 2,
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 2 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
  const data = await loadIdxDirectory(path);
  await assert.rejects(() => train(net, data, { target: "typescript", threads: 1 }), {
    name: "InputError",
    message: `"${join(path, name)}", byte 10: sample 1 has label -1; expected a class index from 0`,
  });
});

Deno.test("files under other usual names are found, and of several sets the one that is named", async () => {
  const set = files(0x803, [1, 2], [3, 4]), images = "images-idx3-ubyte", labels = "labels-idx1-ubyte";
  const renamed = (name: (part: string, content: string) => string, test = "t10k") =>
    Object.fromEntries(
      ["train", test].flatMap((part) =>
        [images, labels].map((content) => [name(part, content), set[`${part === "train" ? part : "t10k"}-${content}`]])
      ),
    );
  const emnist = renamed((part, content) => `emnist-letters-${part}-${content}`, "test");
  const folders = [
    renamed((part, content) => `${part}-${content.replace("-idx", ".idx")}`),
    renamed((part, content) => `${part}_${content.slice(0, 6)}.idx`, "test"),
    emnist,
    Object.fromEntries(Object.entries(emnist).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)])),
    renamed((part, content) => `qmnist-${part}-${content}`, "test"),
    // names that look like them but are none
    {
      ...set,
      "emnist-letters-mapping.txt": set["t10k-labels-idx1-ubyte"],
      "train-images-idx3-ubyte (1)": new Uint8Array(),
    },
    // MNIST's own names before others
    { ...set, ...emnist, "train-images.idx3-ubyte": new Uint8Array() },
  ];
  for (const files of folders) {
    const { train, test } = await loadIdxDirectory(await folderOf(files));
    assert.deepEqual([[...train.inputs], [...test.inputs], [...train.labels]], [[3, 4, 3, 4], [3, 4], [1, 0]]);
  }
  const two = await folderOf({ ...emnist, ...renamed((part, content) => `emnist-digits-${part}-${content}`, "test") });
  const { test } = await loadIdxDirectory(join(two, "emnist-letters"));
  assert.equal(test.source, join(two, "emnist-letters-test-images-idx3-ubyte"));
  assert.match(storageNote(test) ?? "", /transposed/);
  assert.equal(storageNote({ source: join(two, "t10k-images-idx3-ubyte") }), undefined);
  await assert.rejects(() => loadIdxDirectory(join(two, "emnist-balanced")), /emnist-balanced" does not exist/);
});

Deno.test("what is missing is told beside what is there; test files alone are enough to test", async () => {
  const { "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels } = files(0x803, [1, 2], [3, 4]);
  const path = await folderOf({ "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels });
  assert.deepEqual([...(await loadIdxTestSet(path)).inputs], [3, 4]);
  await assert.rejects(() => loadIdxDirectory(path), {
    message: `Folder "${path}" has no training images, such as train-images-idx3-ubyte, plain or .gz; ` +
      "it has t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. Add the file.",
  });
  await assert.rejects(async () => loadIdxDirectory(await folderOf({})), /such as .+; it is empty\. Add the file\.$/);
  const many = await folderOf(Object.fromEntries(range(12).map((i) => [`image${i}.png`, images])));
  await Deno.mkdir(join(many, "MNIST"));
  await assert.rejects(() => loadIdxDirectory(many), /it has MNIST\/, image0\.png, .+, and 5 more\. Add the file\.$/);
});

Deno.test("labels that are counted from 1 are told from wrong ones", () => {
  const inputs = new Float32Array(3), counted = fromArrays(inputs, [1, 3, 2], [1]);
  assert.throws(() => checkLabels(counted, 3), {
    message: "arrays in memory, labels[1]: sample 1 has label 3, but the net has 3 classes (labels 0 to 2). " +
      "Labels are 1 to 3: counted from 1, they take 4 outputs, of which the first stays unused. " +
      "Correct the label or the net's number of outputs.",
  });
  assert.throws(
    () => checkLabels(fromArrays(inputs, [0, 3, 2], [1]), 3),
    ({ message }) => !message.includes("counted"),
  );
});

Deno.test("a net trains on floats and on colours with the channels last as on the same samples in arrays", async () => {
  const spec = parseSpec({
    name: "colors",
    input: [2, 1, 3],
    batchSize: 2,
    layers: [{ type: "flatten" }, { type: "linear", outFeatures: 2 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 2, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
  const values = [0, 0.5, 1, -1, 0.25, 2], lying = [0, -1, 0.5, 0.25, 1, 2];
  const path = await folderOf(files(0xe04, [1, 3, 2], bytesOf("setFloat64", lying)));
  const arrays = fromArrays(Float32Array.from([...values, ...values]), [1, 0], [2, 1, 3]);
  const test = fromArrays(Float32Array.from(values), [1], [2, 1, 3]);
  const options = { target: "typescript", threads: 1 };
  const [a, b] = [
    await train(spec, await loadIdxDirectory(path, { shape: spec.input }), options),
    await train(spec, { train: arrays, test }, options),
  ];
  assert.deepEqual([...a.parameters], [...b.parameters]);
  await assert.rejects(
    async () => train(spec, await loadIdxDirectory(path), options),
    /samples are \[1, 3, 2\], but net/,
  );
  // images alone, for predictions
  assert.deepEqual((await loadIdxImages(join(path, "t10k-images-idx3-ubyte"), [2, 1, 3])).inputs, test.inputs);
});
