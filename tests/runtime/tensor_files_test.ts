import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Dataset,
  type DataSplit,
  fromArrays,
  InputError,
  limitSamples,
  loadData,
  loadTestData,
  parseSpec,
  readInputs,
  type Spec,
} from "../../mod.ts";
import { readDataset } from "../../runtime/data/data.ts";
import { hashDataset } from "../../runtime/data/hash.ts";
import { typeText } from "../../runtime/data/tensors/numbers.ts";
import { encodeSafetensors, storedTensor, type StoredType } from "../../runtime/files/safetensors.ts";
import { npy, npz } from "../numpy_files.ts";
import { concatenated } from "../random_cases.ts";

const folder = Deno.makeTempDirSync();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const net = (input: number[], outFeatures: number, loss: object) =>
  parseSpec({
    ...{ name: "n", input, batchSize: 2, layers: [{ type: "linear", outFeatures }] },
    ...{ loss, training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } } },
  });
const NUMBERS = net([3], 2, { type: "mae" }), CLASSES = net([3], 4, { type: "softmaxCrossEntropy" });
const ONE = net([3], 1, { type: "binaryCrossEntropy" }), ITSELF = net([3], 3, { type: "mse", target: "input" });

/** Three training and two test samples of three numbers, with two targets each. */
const X = Float32Array.of(1, -2, 0.5, 4, 5, 6, -7, 8, 9), Y = Float32Array.of(0.25, -1, 2, 3, 4, 5);
const TEST_X = X.slice(0, 6), TEST_Y = Y.slice(2);
const ARRAYS = {
  train_x: [X, [3, 3]],
  train_y: [Y, [3, 2]],
  test_x: [TEST_X, [2, 3]],
  test_y: [TEST_Y, [2, 2]],
} as const;
type Arrays = Readonly<Record<string, readonly [values: ArrayBufferView<ArrayBuffer>, shape: readonly number[]]>>;

let files = 0;
/** Writes a file, or a folder of files. */
async function write(ending: string, content: Uint8Array | Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = join(folder, `${files++}${ending}`);
  if (content instanceof Uint8Array) await Deno.writeFile(path, content);
  else {
    await Deno.mkdir(path);
    for (const [name, bytes] of Object.entries(content)) await Deno.writeFile(join(path, name), bytes);
  }
  return path;
}

const npys = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, [values, shape]]) => [`${name}.npy`, npy(values, shape)]));
const DTYPES = new Map<unknown, "F32" | "F64" | "I64" | "I32" | "U8">([
  ...[[Float32Array, "F32"], [Float64Array, "F64"], [BigInt64Array, "I64"]] as const,
  ...[[Int32Array, "I32"], [Uint8Array, "U8"]] as const,
]);
const safetensors = (arrays: Arrays) =>
  concatenated(...encodeSafetensors({
    metadata: new Map(),
    tensors: new Map(
      Object.entries(arrays).map(([name, [values, shape]]) => {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        return [name, { dtype: DTYPES.get(values.constructor)!, shape, bytes }];
      }),
    ),
  }));

/** The ways in which arrays can be written. */
const WAYS: Readonly<Record<string, (arrays: Arrays) => Promise<string>>> = {
  safetensors: (arrays) => write(".safetensors", safetensors(arrays)),
  "an archive": (arrays) => write(".npz", npz(npys(arrays))),
  "a packed archive": (arrays) => write(".npz", npz(npys(arrays), true)),
  "a folder": (arrays) => write("", npys(arrays)),
};

const plain = ({ samples, shape, inputs, labels, targets, targetShape, weights, weightShape }: Dataset) => ({
  ...{ samples, shape, inputs: inputs && [...inputs], labels: labels && [...labels], targets: targets && [...targets] },
  ...{ targetShape, weights: weights && [...weights], weightShape },
});

for (const [way, written] of Object.entries(WAYS)) {
  Deno.test(`${way}: samples, targets, labels and weights are those that were written`, async () => {
    const { train, test } = await loadData(await written(ARRAYS), { spec: NUMBERS });
    const nothing = { labels: undefined, weights: undefined, weightShape: undefined };
    assert.deepEqual(plain(train), {
      ...{ samples: 3, shape: [3], inputs: [...X], targets: [...Y], targetShape: [2], ...nothing },
    });
    assert.deepEqual(plain(test).targets, [...TEST_Y]);
    // the hash, by which a run that goes on knows its data, is that of the same arrays in memory
    assert.equal(await hashDataset(train), await hashDataset(fromArrays(X, { targets: Y, targetShape: [2] }, [3])));

    // names as in Keras, numbers as NumPy has them by default, bytes, and names that are no part of a data set
    const path = await written({
      x_train: [Uint8Array.of(1, 2, 3, 4, 5, 255), [2, 3]],
      y_train: [BigInt64Array.of(3n, 0n), [2]],
      weights_train: [Float64Array.of(0.5, 2), [2, 1]],
      x_test: [Uint8Array.of(0, 0, 9), [1, 3]],
      y_test: [Int32Array.of(1), [1, 1]],
      other: [Float32Array.of(NaN), [1]],
    });
    const { train: own, test: ownTest } = await loadData(path, { spec: CLASSES });
    assert(own.inputs instanceof Uint8Array && ownTest.inputs instanceof Uint8Array);
    assert.deepEqual([[...own.inputs], [...own.labels!], [...own.weights!], own.weightShape], [
      ...[[1, 2, 3, 4, 5, 255], [3, 0], [0.5, 2], []],
    ]);
    assert.deepEqual([ownTest.samples, [...ownTest.labels!]], [1, [1]]);
    assert.deepEqual([...(await loadTestData(path, { spec: CLASSES })).labels!], [1]);
  });

  Deno.test(`${way}: test samples alone are enough to test, and inputs alone for a net that compares with them`, async () => {
    const alone = await written({ test_x: [TEST_X, [2, 3]], test_y: [TEST_Y, [2, 2]] });
    assert.deepEqual([...(await loadTestData(alone, { spec: NUMBERS })).targets!], [...TEST_Y]);
    await assert.rejects(() => loadData(alone, { spec: NUMBERS }), /has no train_x; tensors of a data set are called/);
    const inputs = await written({
      train_x: [X, [3, 3]],
      test_x: [TEST_X, [2, 3]],
      test_y: [Int32Array.of(0, 1), [2]],
    });
    const { train, test } = await loadData(inputs, { spec: ITSELF });
    assert.deepEqual([train.labels, train.targets, test.targets, [...test.labels!]], [undefined, undefined, undefined, [
      0,
      1,
    ]]);
  });
}

Deno.test("whole numbers are labels, unless the net compares its one output with them", async () => {
  const x = [X, [3, 3]] as const, wholes = Int32Array.of(0, 1, 1);
  const load = async (spec: Spec | undefined, y: ArrayBufferView<ArrayBuffer>, shape: number[]) =>
    (await loadData(await WAYS["a folder"]({ train_x: x, train_y: [y, shape], test_x: x }), { spec })).train;
  const labels = await load(CLASSES, wholes, [3]), targets = await load(ONE, wholes, [3]);
  assert.deepEqual([[...labels.labels!], labels.targets], [[0, 1, 1], undefined]);
  assert.deepEqual([[...targets.targets!], targets.targetShape, targets.labels], [[0, 1, 1], [], undefined]);
  assert.deepEqual([...(await load(undefined, wholes, [3])).labels!], [0, 1, 1]);
  // several for each sample can be no labels
  const rows = await load(CLASSES, Int8Array.of(0, 1, 1, 0, 0, 0), [3, 2]);
  assert.deepEqual([[...rows.targets!], rows.targetShape], [[0, 1, 1, 0, 0, 0], [2]]);
});

Deno.test("messages call an array by its type and its shape, as NumPy tells them", async () => {
  const x = [X, [3, 3]] as const,
    told = async (y: ArrayBufferView<ArrayBuffer>, shape: number[], way = "a folder") =>
      (await loadData(await WAYS[way]({ train_x: x, train_y: [y, shape], test_x: x }), { spec: ONE })).train.answers!
        .replace(/^.*" is |^.*, train_y is /, "");
  assert.equal(await told(new Float32Array(3), [3]), "float32 [3]");
  assert.equal(await told(new Float64Array(6), [3, 2], "safetensors"), "float64 [3, 2]");
  assert.equal(await told(new BigInt64Array(3), [3, 1]), "int64 [3, 1]");
  assert.equal(await told(new Uint8Array(3), [3], "an archive"), "uint8 [3]");
  const types = ["F16", "BF16", "BOOL", "U32", "I8", "F8_E4M3"] as const;
  assert.deepEqual(
    types.map((dtype) => typeText({ dtype: dtype as StoredType, shape: [1], bytes: new Uint8Array(0) })),
    [
      ...["float16 [1]", "bfloat16 [1]", "bool [1]", "uint32 [1]", "int8 [1]", "f8_e4m3 [1]"],
    ],
  );
});

Deno.test("every type of NumPy's numbers, in either order of bytes, becomes the same floats", async () => {
  const values = [0, 1, 2, 100],
    types = [
      ...[Float64Array, Float32Array, Float16Array, Int32Array, Int16Array, Int8Array, Uint16Array, Uint32Array],
    ];
  const wide = [BigInt64Array, BigUint64Array];
  const read = async (
    bytes: Uint8Array,
  ) => [...(await loadData(await write(".npz", npz({ "train_x.npy": bytes, "test_x.npy": bytes })))).train.inputs];
  for (const Type of types) assert.deepEqual(await read(npy(Type.from(values), [2, 2])), values, Type.name);
  for (const Type of wide) assert.deepEqual(await read(npy(Type.from(values.map(BigInt)), [2, 2])), values, Type.name);
  for (const version of [2, 3] as const) {
    assert.deepEqual(await read(npy(Float32Array.from(values), [2, 2], { version })), values);
  }
  const swapped = new DataView(new ArrayBuffer(16));
  for (const [i, value] of values.entries()) swapped.setFloat32(4 * i, value);
  assert.deepEqual(await read(npy(new Float32Array(swapped.buffer), [2, 2], { descr: ">f4" })), values);
  assert.deepEqual(await read(npy(Uint8Array.of(0, 1, 1, 0), [2, 2], { descr: "|b1" })), [0, 1, 1, 0]);
  // one column stored first is the same as stored last
  assert.deepEqual(await read(npy(Float32Array.from(values), [4, 1], { columnsFirst: false })), values);
});

Deno.test("what a file has is not copied: inputs and targets are its bytes, where these lie as numbers do", async () => {
  for (const way of ["safetensors", "a folder"]) {
    const { train } = await loadData(await WAYS[way](ARRAYS), { spec: NUMBERS });
    const { inputs, targets } = readDataset(train);
    assert(inputs.buffer.byteLength > inputs.byteLength && inputs.buffer === train.inputs.buffer, way);
    assert.equal(inputs.buffer === targets!.buffer, way === "safetensors", way);
  }
  const given = { targets: Y, targetShape: [2], weights: Float32Array.of(1, 2, 0) }, set = fromArrays(X, given, [3]);
  assert(set.inputs === X && set.targets!.buffer === Y.buffer && set.weights!.buffer === given.weights.buffer);
  const first = limitSamples(set, 2);
  assert.deepEqual([first.samples, [...first.targets!], [...first.weights!]], [2, [...Y.slice(0, 4)], [1, 2]]);
  assert.equal(first.targets!.buffer, Y.buffer);
});

Deno.test("what does not fit is refused with one line: the file, the tensor, the place", async () => {
  const refused = async (load: () => Promise<unknown>, message: string) =>
    await assert.rejects(load, (error) => {
      assert(error instanceof InputError && !error.message.includes("\n"), `${error}`);
      assert(error.message.includes(message), `${error.message}, not ${message}`);
      return true;
    });
  /** Arrays with some in place of others. */
  const altered = async (arrays: Arrays, way = "an archive", spec = NUMBERS) => {
    const path = await WAYS[way]({ ...ARRAYS, ...arrays });
    return { path, load: () => loadData(path, { spec }) };
  };
  const nan = await altered({ train_x: [X.with(4, NaN), [3, 3]] });
  await refused(nan.load, `"${nan.path}", train_x[4], at [1] of sample 1, is NaN`);
  const infinite = await altered({ test_y: [TEST_Y.with(3, -Infinity), [2, 2]] }, "a folder");
  await refused(infinite.load, `"${join(infinite.path, "test_y.npy")}"[3], at [1] of sample 1, is -Infinity`);
  const large = await altered({ train_y: [Float64Array.from([...Y.slice(0, 5), 1e39]), [3, 2]] });
  await refused(large.load, `"${large.path}", train_y[5], at [1] of sample 2, is Infinity`);
  const short = await altered({ train_y: [Y, [2, 3]] }, "safetensors");
  await refused(short.load, `"${short.path}", train_y is [2, 3], but there are 3 samples in "${short.path}", train_x`);
  const negative = await altered({ train_y: [Int32Array.of(0, -1, 2), [3]] }, "an archive", CLASSES);
  await refused(negative.load, `"${negative.path}", train_y[1] is -1: give a class index`);
  await refused((await altered({ train_x: [X, [9]] })).load, "train_x is [9]; give samples first");
  await refused(
    (await altered({ train_x: [new Float32Array(0), [0, 3]] })).load,
    "train_x is [0, 3]; give samples first",
  );
  await refused((await altered({ x_train: [X, [3, 3]] })).load, "it is there twice, under another name too; keep one");

  const file = async (ending: string, bytes: Uint8Array) => {
    const path = await write(ending, bytes);
    return () => loadData(path);
  };
  const all = npys(ARRAYS), archive = npz(all), one = all["train_x.npy"];
  const inArchive = (bytes: Uint8Array) => file(".npz", npz({ ...all, "train_x.npy": bytes }));
  await refused(await file(".npy", one), "is one array; give a folder with train_x.npy, train_y.npy");
  await refused(
    await file(".csv", new TextEncoder().encode("1,2,3\n")),
    "is of no known kind; give a file named .safetensors",
  );
  await refused(await file(".npz", new Uint8Array(0)), "is empty; save it again");
  await refused(await file(".safetensors", new Uint8Array(4)), "a header's length alone takes 8");
  await refused(await file(".npz", archive.subarray(0, -30)), "its list of arrays is missing");
  await refused(() => loadData(join(folder, "none.npz")), "there is no such file or folder");
  await refused(
    await inArchive(npy(X, [3, 3], { columnsFirst: true })),
    "train_x: it is stored columns first; save numpy.ascontiguousarray",
  );
  await refused(await inArchive(npy(X, [3, 3], { descr: "|O" })), "train_x: its elements are of type O");
  await refused(
    await inArchive(npy(X, [3, 3], { descr: "<c8" })),
    "train_x: its elements are of type c8; save floats or integers",
  );
  await refused(await inArchive(npy(X, [3, 2])), "f4 [3, 2] takes 24 bytes behind the header, and there are 36");
  await refused(await inArchive(one.subarray(0, 40)), "it announces a header of 118 bytes; it is damaged");
  await refused(await inArchive(new TextEncoder().encode("hello world")), "it is no file that numpy.save has written");
  const packed = npz(all, true);
  for (
    const [bytes, message] of [[archive, "its bytes have another sum (CRC-32)"], [packed, "it is damaged"]] as const
  ) {
    // in the data of train_x: behind the header of the archive, and that of the array
    await refused(await file(".npz", bytes.with(bytes === archive ? 61 + 128 + 3 : 61 + 20, 0x5a)), message);
  }
});

Deno.test("fromArrays takes targets, weights, or inputs alone, and names what it does not take", () => {
  const lists = fromArrays([[1, 2, 3], [4, 5, 6]], { targets: [[1, 2], [3, 4]], weights: [1, 0] }, [3]);
  assert.deepEqual([[...lists.targets!], lists.targetShape, [...lists.weights!], lists.weightShape], [
    ...[[1, 2, 3, 4], [2], [1, 0], []],
  ]);
  const bare = fromArrays(X, {}, [3]);
  assert.deepEqual([bare.samples, bare.labels, bare.targets], [3, undefined, undefined]);
  const bytes = fromArrays(X, { targets: Uint8Array.of(0, 1, 255), labels: [2, 1, 0] }, [3]);
  assert.deepEqual([[...bytes.targets!], bytes.targetShape, [...bytes.labels!]], [[0, 1, 255], [], [2, 1, 0]]);
  const shaped = fromArrays(X, { targets: new Float32Array(12), targetShape: [2, 1, 2] }, [3]);
  assert.deepEqual(shaped.targetShape, [2, 1, 2]);

  const refused = (make: () => unknown, message: string) =>
    assert.throws(make, (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      return true;
    });
  refused(
    () => fromArrays(X, { targets: Y.slice(1), targetShape: [2] }, [3]),
    "targets has 5 values for 3 samples of [2]",
  );
  refused(() => fromArrays(X, { targets: Y.slice(2) }, [3]), "targets has 4 values for 3 samples");
  refused(
    () => fromArrays(X, { targets: Y.with(3, NaN), targetShape: [2] }, [3]),
    "targets[3], at [1] of sample 1, is NaN",
  );
  refused(
    () => fromArrays(X, { weights: [1, -1, 1] }, [3]),
    "weights[1], of sample 1, is -1: give weights of at least 0",
  );
  refused(() => fromArrays(X, { labels: [1, 2] }, [3]), "inputs has 9 values, but 2 labels");
  refused(() => fromArrays(X.slice(1), { targets: Y }, [3]), "inputs has 8 values: give whole samples of [3]");
  refused(() => fromArrays(X, { target: Y } as object, [3]), '"target" is unknown beside inputs: give labels');
  refused(() => fromArrays(X, { targets: Y, targetShape: [0] }, [3]), "targetShape is [0]");
});

Deno.test("a set that was made by hand is checked when it is read, and memory that was given away is missed", () => {
  const set = fromArrays(X, { targets: Y, targetShape: [2], weights: [1, 2, 3] }, [3]);
  const refused = (change: Partial<Dataset>, message: string) =>
    assert.throws(() => readDataset({ ...set, ...change }), (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      return true;
    });
  refused({ targets: Y.slice(1) }, "targets must be a Float32Array of 6 numbers: [2] for each of 3 samples");
  refused({ targetShape: undefined }, "targets: the shape is undefined");
  refused({ targets: Y.with(0, Infinity) }, "targets[0], at [0] of sample 0, is Infinity");
  refused({ weights: Float32Array.of(1, 1, -2) }, "weights[2], of sample 2, is -2");
  refused({ labels: Uint8Array.of(1) }, "there are 1 labels for 3 samples");
});

Deno.test("arrays of NumPy are asked about: samples, or one", async () => {
  const read = async (bytes: Uint8Array, shape: number[]) => await readInputs(await write(".npy", bytes), shape);
  assert.deepEqual(await read(npy(X, [3, 3]), [3]), { samples: 3, inputs: X });
  assert.deepEqual(await read(npy(TEST_X, [2, 3]), [2, 3]), { samples: 1, inputs: TEST_X });
  assert.deepEqual((await read(npy(TEST_X, [6]), [2, 3])).samples, 1);
  assert.deepEqual((await read(npy(TEST_X, [1, 2, 3]), [2, 3])).samples, 1);
  assert.deepEqual((await read(npy(Uint8Array.of(1, 2, 3), [3]), [3])).inputs, Uint8Array.of(1, 2, 3));
  await assert.rejects(() => read(npy(X, [9, 1]), [3]), /is \[9, 1\], but the net takes \[3\]; give whole samples/);
});

Deno.test("negative control: another shape of the same numbers is another set of targets", async () => {
  const other: DataSplit = await loadData(await WAYS["a folder"]({ ...ARRAYS, train_y: [Y, [3, 1, 2]] }), {
    spec: NUMBERS,
  });
  assert.notDeepEqual(other.train.targetShape, [2]);
  assert.notEqual(await hashDataset(other.train), await hashDataset(fromArrays(X, {}, [3])));
  assert.notEqual(storedTensor([1], Float32Array.of(1)).dtype, storedTensor([1], Float64Array.of(1)).dtype);
});
