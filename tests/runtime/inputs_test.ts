/** What a net is asked about: PNG, PGM and IDX files and numbers are read right, in the net's size, or refused with one line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { loadIdxImages } from "../../runtime/data/idx/images.ts";
import { fitted, type Image, resized } from "../../runtime/data/images.ts";
import { decodePgm } from "../../runtime/data/pgm.ts";
import { decodePng, encodePng, isPng } from "../../runtime/data/png.ts";
import { decodeNpy } from "../../runtime/data/tensors/npy.ts";
import { decodeNpz } from "../../runtime/data/tensors/npz.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  storedTensor,
} from "../../runtime/files/safetensors.ts";
import { InputError, readInputs } from "../../mod.ts";
import { npy, npz } from "../numpy_files.ts";
import { concatenated, damage, outcomes } from "../random_cases.ts";
import { FUZZED } from "../width.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Writes a file for a moment of the tests. Returns its path. */
async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await Deno.writeFile(path, bytes);
  return path;
}

const text = (...lines: string[]) => new TextEncoder().encode(lines.join("\n"));

/** A chunk of a PNG file. */
function chunk(name: string, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(12 + bytes.length), view = new DataView(all.buffer);
  view.setUint32(0, bytes.length);
  all.set(text(name), 4);
  all.set(bytes, 8);
  view.setUint32(8 + bytes.length, crc32(all.subarray(4, 8 + bytes.length)));
  return all;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG file by hand. `rows`: with the number of each one's filter. */
function png(
  [width, height, bits, kind, interlace = 0]: readonly number[],
  rows: readonly number[],
  more: readonly (readonly [string, readonly number[]])[] = [],
): Uint8Array {
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, kind, 0, 0, interlace], 8);
  return concatenated(
    SIGNATURE,
    chunk("IHDR", header),
    ...more.map(([name, bytes]) => chunk(name, Uint8Array.from(bytes))),
    chunk("IDAT", deflateSync(Uint8Array.from(rows))),
    chunk("IEND", new Uint8Array()),
  );
}

const near = (actual: ArrayLike<number>, expected: readonly number[], message?: string) => {
  assert.equal(actual.length, expected.length, message);
  // one rounding to f32 for a value, and one for its part of a mean
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i] - value) <= 2 ** -22, `${message ?? ""} ${i}: ${actual[i]}, not ${value}`);
  }
};

/** Files of every kind of PNG, with their pixels, 0 to 1, on a dark ground. */
const PICTURES: readonly (readonly [what: string, file: Uint8Array, channels: number, values: readonly number[]])[] = [
  ["grey, 8 bits", png([2, 2, 8, 0], [0, 0, 51, 0, 102, 255]), 1, [0, 0.2, 0.4, 1]],
  ["grey, filtered by what is left and above", png([2, 2, 8, 0], [1, 51, 51, 2, 51, 153]), 1, [0.2, 0.4, 0.4, 1]],
  ["grey, 1 bit", png([10, 1, 1, 0], [0, 0b10110000, 0b01000000]), 1, [1, 0, 1, 1, 0, 0, 0, 0, 0, 1]],
  ["grey, 2 bits", png([5, 1, 2, 0], [0, 0b00011011, 0b11000000]), 1, [0, 1 / 3, 2 / 3, 1, 1]],
  ["grey, 4 bits", png([3, 1, 4, 0], [0, 0x0f, 0x30]), 1, [0, 1, 0.2]],
  ["grey, 16 bits", png([2, 1, 16, 0], [0, 0x33, 0x33, 0xff, 0xff]), 1, [0.2, 1]],
  ["colours", png([2, 1, 8, 2], [0, 255, 0, 51, 0, 102, 153]), 3, [1, 0, 0, 0.4, 0.2, 0.6]],
  ["colours, 16 bits", png([1, 1, 16, 2], [0, 0x33, 0x33, 0x66, 0x66, 0xff, 0xff]), 3, [0.2, 0.4, 1]],
  ["grey with transparency", png([2, 1, 8, 4], [0, 255, 51, 102, 255]), 1, [0.2, 0.4]],
  ["colours with transparency", png([1, 1, 8, 6], [0, 255, 0, 51, 102]), 3, [0.4, 0, 0.08]],
  ["a palette", png([3, 1, 8, 3], [0, 1, 0, 1], [["PLTE", [0, 51, 102, 255, 153, 0]]]), 3, [
    ...[1, 0, 1],
    ...[0.6, 0.2, 0.6],
    ...[0, 0.4, 0],
  ]],
  [
    "a palette, 1 bit, one colour transparent",
    png([2, 1, 1, 3], [0, 0b01000000], [["PLTE", [255, 255, 255, 51, 51, 51]], [
      "tRNS",
      [0],
    ]]),
    3,
    [0, 0.2, 0, 0.2, 0, 0.2],
  ],
  // as bytes, the two would be the same
  ["grey, 16 bits, all of them", png([2, 1, 16, 0], [0, 0x80, 0x01, 0x80, 0x40]), 1, [0x8001 / 65535, 0x8040 / 65535]],
  [
    "grey, 16 bits, one value transparent",
    png([2, 1, 16, 0], [0, 0x80, 0x01, 0x80, 0x40], [["tRNS", [0x80, 0x01]]]),
    1,
    [
      0,
      0x8040 / 65535,
    ],
  ],
  ["grey with transparency, 16 bits", png([1, 1, 16, 4], [0, 0x80, 0x01, 0x40, 0x03]), 1, [
    0x8001 / 65535 * 0x4003 / 65535,
  ]],
  ["colours with transparency, 16 bits, interlaced", png([1, 1, 16, 6, 1], [0, 0, 1, 2, 3, 4, 5, 0xff, 0xff]), 3, [
    0x0001 / 65535,
    0x0203 / 65535,
    0x0405 / 65535,
  ]],
  ["with a byte too much", png([2, 2, 8, 0], [0, 0, 51, 0, 102, 255, 0]), 1, [0, 0.2, 0.4, 1]],
  // a megabyte of zeros packed into a kilobyte
  ["with far more than its size says", png([1, 1, 8, 0], [0, 51, ...Array(2 ** 20).fill(0)]), 1, [0.2]],
  // passes with pixels: 1 (0,0), 6 (1,0), 7 (0,1) and (1,1)
  ["interlaced", png([2, 2, 8, 0, 1], [0, 0, 0, 51, 0, 102, 255]), 1, [0, 0.2, 0.4, 1]],
  ["with a chunk that is of no use", png([1, 1, 8, 0], [0, 51], [["tEXt", [65, 0, 66]]]), 1, [0.2]],
];

Deno.test("PNG: every kind of pixels, interlaced or not, and what this program writes itself", async () => {
  for (const [what, file, channels, values] of PICTURES) {
    const image = await decodePng(file, 0, "FILE");
    assert.equal(image.channels, channels, what);
    near(image.values, values, what);
  }
  assert.equal(PICTURES.length, 20);
  // on a light ground, what is transparent is light
  near((await decodePng(PICTURES[8][1], 1, "FILE")).values, [1, 0.4]);
  for (const channels of [1, 3]) {
    const pixels = Uint8Array.from({ length: channels * 35 }, (_, i) => 7 * i % 256);
    const image = await decodePng(encodePng(pixels, [channels, 5, 7]), 0, "FILE");
    assert.deepEqual([image.channels, image.height, image.width], [channels, 5, 7]);
    near(image.values, [...pixels].map((byte) => byte / 255));
  }
});

Deno.test("PGM: in bytes of one and two, and in text, with comments", () => {
  const body = (header: string, ...bytes: number[]) => concatenated(text(header), Uint8Array.from(bytes));
  const files: readonly (readonly [Uint8Array, readonly number[]])[] = [
    [body("P5\n3 1\n255\n", 0, 51, 255), [0, 0.2, 1]],
    [body("P5 3\t1 # ground\n#more\n10\n", 0, 2, 10), [0, 0.2, 1]],
    // the first pixel is like a blank
    [body("P5 1 1 255 ", 10), [10 / 255]],
    [body("P5 2 1 1000 ", 0, 200, 0x03, 0xe8, 7, 7), [0.2, 1]],
    // comments behind any number: the end of their line is the blank before the pixels, or they lie behind it
    [body("P5#a\n3#b\n1#c\r255# made by me\n", 0, 51, 255), [0, 0.2, 1]],
    [body("P5 3 1 255#\n", 0, 51, 255, 9), [0, 0.2, 1]],
    [body("P5 3 1 255# as netpbm's text has it\n\n", 0, 51, 255), [0, 0.2, 1]],
    [body("P5 3 1 255\n# made by me\n#and me\n", 10, 51, 255), [10 / 255, 0.2, 1]],
    [body("P5\r\n3 1\r\n255\r\n", 0, 51, 255), [0, 0.2, 1]],
    // pixels that look like a comment, or like a blank
    [body("P5 3 1 255\n", 0x23, 10, 51), [0x23 / 255, 10 / 255, 0.2]],
    [body("P5 3 1 255\n", 10, 51, 255, 10), [10 / 255, 0.2, 1]],
    [text("P2#a", "2 1#b", "100#c", "20#d", "100"), [0.2, 1]],
    [text("P2", "# comment", "2 2", "100", "0 20", "100", "50"), [0, 0.2, 1, 0.5]],
  ];
  for (const [file, values] of files) near(decodePgm(file, "FILE").values, values, new TextDecoder().decode(file));
});

const MESSAGES: readonly (readonly [message: string, file: Uint8Array])[] = [
  // PNG
  ["ends at byte 8, inside the image; the PNG file is damaged", SIGNATURE],
  ["bytes, but ends at byte 45", PICTURES[0][1].subarray(0, 45)],
  [`ends at byte ${PICTURES[0][1].length - 1}, inside the image`, PICTURES[0][1].subarray(0, -1)],
  ["the checksum at byte 29 is wrong", PICTURES[0][1].with(20, 7)],
  [
    "its pixels cannot be unpacked",
    concatenated(SIGNATURE, PICTURES[0][1].subarray(8, 33), chunk("IDAT", text("none")), chunk("IEND", text())),
  ],
  ["its pixels are 3 bytes, its size says 6", png([2, 2, 8, 0], [0, 1, 2])],
  [
    "it says that it is 4294967295 x 4294967295, more than the 33554432 pixels that are read",
    png([2 ** 32 - 1, 2 ** 32 - 1, 8, 0], [0]),
  ],
  ["it says that it is 65536 x 65536, more than the", png([65536, 65536, 8, 0], [0])],
  ["it says that it is 0 x 5; it has no pixels", png([0, 5, 8, 0], [0])],
  ["3 bits of kind 0 make no pixels", png([1, 1, 3, 0], [0, 0])],
  ["8 bits of kind 5 make no pixels", png([1, 1, 8, 5], [0, 0])],
  ["it is packed in a way that does not exist", png([1, 1, 8, 0, 2], [0, 0])],
  ["its palette is missing", png([1, 1, 8, 3], [0, 0])],
  ["it has a chunk twice", png([1, 1, 8, 3], [0, 0], [["PLTE", [1, 2, 3]], ["PLTE", [1, 2, 3]]])],
  ["the chunk at byte 33 is of no known kind", png([1, 1, 8, 0], [0, 0], [["CgBI", [1]]])],
  ["it has no pixels", concatenated(PICTURES[0][1].subarray(0, 33), chunk("IEND", text()))],
  ["it does not begin with its size", concatenated(SIGNATURE, chunk("IDAT", text()), chunk("IEND", text()))],
  // PGM
  ["there is no width at byte 2; the PGM file is damaged", text("P5")],
  ["there is no height at byte 9", text("P5 3 # x")],
  ["there is no width at byte 3", text("P5 -3 1 255 abc")],
  ["there is no width at byte 3", text("P5 30000000000 1 255 abc")],
  ["it says that it is 999999999 x 999999999, more than the", text("P5 999999999 999999999 255 ")],
  ["it says that it is 0 x 1; it has no pixels", text("P2 0 1 255 ")],
  ["its largest value is 0; 1 to 65535 are possible", text("P5 1 1 0 a")],
  ["its largest value is 65536; 1 to 65535 are possible", text("P5 1 1 65536 a")],
  ["3 x 1 pixels need 4 bytes from byte 10 on, and there are 3", text("P5 3 1 255 ab")],
  ["1000 x 1000 pixels need 2000000 bytes from byte 16 on, and there are 4", text("P2 1000 1000 255 1 2")],
  ["pixel 1 is 9, its largest value 8", text("P2 2 1 8 1 9")],
  ["there is no pixel 1 at byte 11", text("P2 2 1 8 1 x")],
  // others
  ["is of no known kind; give a PNG, PGM or IDX file, or numbers in a file named .npy or .f32", text("GIF89a")],
  ["is of no known kind", text()],
];

Deno.test("damaged files, and claims of sizes that are not there, get one line", async () => {
  for (const [message, bytes] of MESSAGES) {
    const path = await fileOf("damaged", bytes);
    await assert.rejects(() => readInputs(path, [1, 2, 2]), (error) => {
      assert(error instanceof InputError, String(error));
      assert(error.message.includes(message), `${error.message}, not ${message}`);
      assert(error.message.startsWith(`"${path}"`) && !error.message.includes("\n"), error.message);
      return true;
    }, message);
  }
  assert.equal(MESSAGES.length, 31);
});

Deno.test("areas are averaged: the mean stays, whole factors are plain means, and a pixel becomes many", () => {
  near(resized(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4], [1, 2]), [3.5, 5.5]);
  near(resized(Float32Array.of(3, 6, 9), [1, 3], [1, 2]), [(3 + 3) / 1.5, (3 + 9) / 1.5]);
  near(resized(Float32Array.of(1, 5), [1, 2], [2, 4]), [1, 1, 5, 5, 1, 1, 5, 5]);
  near(resized(Float32Array.of(1, 5), [2, 1], [3, 1]), [1, 3, 5]);
  let sizes = 0;
  for (const [height, width] of [[1, 1], [3, 5], [28, 28], [100, 37]] as const) {
    for (const [rows, columns] of [[1, 1], [4, 3], [28, 28], [64, 7]] as const) {
      const plane = Float32Array.from({ length: height * width }, (_, i) => (i * 37 % 101) / 101);
      const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
      assert.ok(Math.abs(mean(resized(plane, [height, width], [rows, columns])) - mean(plane)) < 1e-6);
      sizes++;
    }
  }
  assert.equal(sizes, 16);
});

Deno.test("images get the net's size and channels", () => {
  const image = (channels: number, values: readonly number[]): Image => ({
    channels,
    height: 1,
    width: 2,
    values: Float32Array.from(values),
  });
  near(fitted(image(1, [0, 1]), [1, 1, 2], "FILE"), [0, 1]);
  near(fitted(image(1, [0, 1]), [3, 1, 1], "FILE"), [0.5, 0.5, 0.5]);
  near(fitted(image(3, [1, 0, 0, 1, 0, 0]), [1, 1, 2], "FILE"), [0.299, 0.587]);
  near(fitted(image(3, [1, 0, 0, 1, 0, 0]), [3, 1, 2], "FILE"), [1, 0, 0, 1, 0, 0]);
  near(fitted(image(3, [1, 0, 0, 1, 0, 0]), [2], "FILE"), [0.299, 0.587]);
  const refused = (shape: readonly number[], message: string) =>
    assert.throws(() => fitted(image(1, [0, 1]), shape, "FILE"), new InputError(message));
  refused(
    [3],
    "FILE is an image of 2 x 1, but the net takes [3]; give numbers, in a file named .npy or .f32, or an image of as many pixels",
  );
  refused(
    [2, 1, 1],
    "FILE: the net takes [2, 1, 1], but images have 1 channel or 3; give numbers in a file named .f32",
  );
});

/** An IDX file of images. */
function idx(dimensions: readonly number[], pixels: readonly number[], magic = 0x803): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + pixels.length), view = new DataView(file.buffer);
  [magic, ...dimensions].forEach((word, i) => view.setUint32(4 * i, word));
  file.set(pixels, 4 + 4 * dimensions.length);
  return file;
}

Deno.test("files become samples: what they are is seen from what is in them", async () => {
  const read = async (name: string, bytes: Uint8Array, shape: readonly number[], darkOnLight = false) =>
    await readInputs(await fileOf(name, bytes), shape, { darkOnLight });
  const pixels = [0, 51, 255, 0, 1, 2, 3, 4], images = idx([2, 2, 2], pixels);
  assert.deepEqual(await read("images", images, [1, 2, 2]), { samples: 2, inputs: Uint8Array.from(pixels) });
  const packed = await read("images.gz", gzipSync(images), [4]);
  assert.deepEqual([packed.samples, ...packed.inputs], [2, ...pixels]);
  const swapped = await read("images", images, [1, 2, 2], true);
  assert.deepEqual(swapped.inputs, Uint8Array.from(pixels, (value) => 255 - value));
  near((await read("picture", PICTURES[0][1], [1, 2, 2])).inputs, [0, 0.2, 0.4, 1]);
  near((await read("picture", PICTURES[0][1], [1, 1, 1], true)).inputs, [0.6]);
  // what is transparent is the ground, which is 0 either way
  near((await read("picture", PICTURES[8][1], [1, 1, 2], true)).inputs, [0, 0.6]);
  near((await read("grey.txt", text("P2 2 1 10", "2 10"), [1, 1, 2])).inputs, [0.2, 1]);
  const numbers = Float32Array.of(-1.5, 2, 3e5, 0);
  const floats = await read("numbers.f32", new Uint8Array(numbers.buffer), [2, 1, 1]);
  assert.deepEqual(floats, { samples: 2, inputs: numbers });

  const refused = async (name: string, bytes: Uint8Array, shape: readonly number[], message: string) =>
    await assert.rejects(() => read(name, bytes, shape), (error) => {
      assert(error instanceof InputError && error.message.includes(message), `${error}, not ${message}`);
      return true;
    });
  await refused("images", images, [1, 4, 1], "its images are [1, 2, 2], but the net takes [1, 4, 1]");
  await refused("images", images, [3], "its images are [1, 2, 2], but the net takes [3]");
  await refused("images", idx([2], [0, 0], 0x801), [1, 2, 2], "found 0x00000801 (labels)");
  await refused("images", idx([2 ** 30, 2, 2], pixels), [1, 2, 2], "is more than the limit of 2147483648 bytes");
  await refused("images", images.subarray(0, -1), [1, 2, 2], "needs a file of 24 bytes, found 23");
  await refused("numbers.f32", new Uint8Array(7), [2], "has 7 bytes, but the net takes [2]: 8 bytes a sample");
  await refused("empty.f32", new Uint8Array(), [2], "has 0 bytes, but the net takes [2]");
  await refused(
    "nan.f32",
    new Uint8Array(Float32Array.of(1, NaN).buffer),
    [2],
    "number 1 is NaN; numbers must be finite",
  );
  await assert.rejects(() => readInputs(join(folder, "none.png"), [2]), /there is no such file or folder/);
  await assert.rejects(() => readInputs(folder, [2]), /it is a folder/);
  if (Deno.build.os !== "windows") await assert.rejects(() => readInputs("/dev/zero", [2]), /is no regular file/);
  // a file with a hole takes no disk
  await fileOf("huge.f32", new Uint8Array(8));
  await Deno.truncate(join(folder, "huge.f32"), 2 ** 28 + 4);
  await assert.rejects(() => readInputs(join(folder, "huge.f32"), [1]), /has 268435460 bytes, more than the 268435456/);
});

/** The same PNG file with checksums that are right: what is wrong is then seen later. */
function withChecksums(file: Uint8Array): Uint8Array {
  const bytes = file.slice(), view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    view.setUint32(end - 4, crc32(bytes.subarray(at + 4, end - 4)));
    at = end;
  }
  return bytes;
}

/** Readers, with sound files; each returns whether what was read is sound. */
const READERS: readonly {
  readonly kind: string;
  readonly files: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>;
}[] = [
  {
    kind: "PNG",
    files: PICTURES.map(([, file]) => file),
    read: async (bytes) => {
      if (!isPng(bytes)) throw new InputError("no PNG file");
      return isSound(await decodePng(withChecksums(bytes), 0, "FILE"));
    },
  },
  {
    kind: "PGM",
    files: [text("P5 3 2 255 abcdef"), text("P2 # x", "2 2 9", "1 2 3 9"), text("P5 2 1 1000", "abcd")],
    read: (bytes) => {
      if (bytes[0] !== 0x50 || ![0x32, 0x35].includes(bytes[1])) throw new InputError("no PGM file");
      return isSound(decodePgm(bytes, "FILE"));
    },
  },
  {
    kind: "IDX",
    files: [idx([2, 2, 3], Array(12).fill(7)), gzipSync(idx([1, 4, 4], Array(16).fill(9)))],
    read: async (bytes) => {
      const gz = bytes[0] === 0x1f ? ".gz" : "";
      const { samples, shape, inputs } = await loadIdxImages(await fileOf(`fuzzed${gz}`, bytes));
      return samples >= 1 && inputs.length === samples * shape.reduce((a, b) => a * b);
    },
  },
  {
    kind: "safetensors",
    files: [concatenated(...encodeSafetensors({
      metadata: new Map([["a", "b"]]),
      tensors: new Map([["x.y", storedTensor([2, 2], Float32Array.of(1, 2, 3, 4))], [
        "z",
        storedTensor([1], Float64Array.of(1)),
      ]]),
    }))],
    read: (bytes) => {
      const { tensors } = decodeSafetensors(bytes, "FILE");
      return [...tensors.values()].every(({ shape, bytes }) => bytes.length >= shape.reduce((a, b) => a * b, 1));
    },
  },
  {
    kind: "NumPy's arrays",
    files: [npy(Float32Array.of(1, 2, 3, 4), [2, 2]), npy(Int16Array.of(1, 2, 3), [3], { version: 2 })],
    read: (bytes) => isWhole(decodeNpy(bytes, "FILE")),
  },
  {
    kind: "NumPy's archives",
    files: [false, true].map((packed) =>
      npz({ "train_x.npy": npy(Float32Array.of(1, 2, 3, 4), [2, 2]), "y.npy": npy(Uint8Array.of(5), [1]) }, packed)
    ),
    read: async (bytes) => [...(await decodeNpz(bytes, () => true, "FILE")).values()].every(isWhole),
  },
];

/** Whether a tensor has as many bytes as its shape says. */
function isWhole({ shape, bytes }: StoredTensor): boolean {
  const elements = shape.reduce((a, b) => a * b, 1);
  return elements === 0 ? bytes.length === 0 : bytes.length % elements === 0;
}

function isSound({ channels, height, width, values }: Image): boolean {
  return (channels === 1 || channels === 3) && values.length === channels * height * width &&
    values.every((value) => value >= 0 && value <= 1 + 1e-6);
}

for (const { kind, files, read } of READERS) {
  Deno.test(`${kind}: ${FUZZED} files damaged at random are read or refused with one line`, async () => {
    const { accepted, refused } = await outcomes(FUZZED, damage(files), async (bytes) => {
      assert.ok(await read(bytes as Uint8Array<ArrayBuffer>), "what was read is not sound");
    });
    // both happen: a fuzzer that damages nothing, or everything, finds nothing
    assert.ok(accepted >= FUZZED / 50 && refused >= FUZZED / 5, `${accepted} read, ${refused} refused`);
  });
}

Deno.test("negative control: a reader that crashes is noticed", async () => {
  const crashes = (bytes: Uint8Array) => {
    if (bytes.length < 16) throw new RangeError("out of bounds");
  };
  await assert.rejects(outcomes(FUZZED, damage([text("P5 3 2 255 abcdef")]), crashes), /Property failed/);
});
