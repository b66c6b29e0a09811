/** The format safetensors: files of the reference's writer, what this writer makes, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  storedTensor,
  toFloat32,
  toFloat64,
} from "../../runtime/files/safetensors.ts";
import { readSafetensors } from "../../runtime/files/safetensors_file.ts";
import { InputError } from "../../mod.ts";

/** Written by the Python package safetensors 0.8.0: seven tensors of six types, one empty, one a scalar. */
const FOREIGN =
  "8AEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoiw6QgXCJxdW90ZWRcIlxuIiwiZm9ybWF0IjoicHQifSwic3RlcHMiOnsiZHR5cGUiOiJJNjQi" +
  "LCJzaGFwZSI6WzEsMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiZG91YmxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRz" +
  "IjpbMTYsMjRdfSwiY29udjEud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDEsMiwyXSwiZGF0YV9vZmZzZXRzIjpbMjQsNTZdfSwiZW1w" +
  "dHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsM10sImRhdGFfb2Zmc2V0cyI6WzU2LDU2XX0sImxpbmVhcjEuYmlhcyI6eyJkdHlwZSI6IkYzMiIs" +
  "InNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzU2LDY4XX0sImhhbGYiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls2" +
  "OCw3Ml19LCJzY2FsYXIiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbNzIsNzNdfX0gICAgAQAAAAAAAAACAAAAAAAAAJqZ" +
  "mZmZmbk/AAAAAAAAAD4AAIA+AADAPgAAAD8AACA/AABAPwAAYD8AAMA/AAAAgEdEAwBmLv97Bw==";

/** By the same writer: what `ours()` is to give, byte for byte. */
const SAME =
  "8AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJoaXN0b3J5Lmxvc3MiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6WzJdLCJkYXRh" +
  "X29mZnNldHMiOlswLDE2XX0sImNvbnYxLndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwxLDIsMl0sImRhdGFfb2Zmc2V0cyI6WzE2LDQ4" +
  "XX0sImxpbmVhcjEuYmlhcyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzQ4LDYwXX19ICAgICCamZmZmZm5P5qZmZmZ" +
  "mck/AAAAAAAAAD4AAIA+AADAPgAAAD8AACA/AABAPwAAYD8AAMA/AAAAgEdEAwA=";

const WEIGHT = Float32Array.from({ length: 8 }, (_, i) => i / 8), BIAS = Float32Array.of(1.5, -0, 3e-40);

function ours(): Uint8Array<ArrayBuffer> {
  return joined(encodeSafetensors({
    metadata: new Map([["format", "pt"]]),
    tensors: new Map([
      ["conv1.weight", storedTensor([2, 1, 2, 2], WEIGHT)],
      ["linear1.bias", storedTensor([3], BIAS)],
      // first in the file: its elements are the largest
      ["history.loss", storedTensor([2], Float64Array.of(0.1, 0.2))],
    ]),
  }));
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

Deno.test("a file of the reference's writer is read: every type, shape, element and text", () => {
  const { metadata, tensors } = decodeSafetensors(Uint8Array.fromBase64(FOREIGN), "FILE");
  assert.deepEqual(Object.fromEntries(metadata), { format: "pt", note: 'ä "quoted"\n' });
  const types = [...tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape}]`).sort();
  assert.deepEqual(types, [
    "conv1.weight F32 [2,1,2,2]",
    "double F64 [1]",
    "empty F32 [0,3]",
    "half F16 [2]",
    "linear1.bias F32 [3]",
    "scalar U8 []",
    "steps I64 [1,2]",
  ]);
  const floats = (name: string) => toFloat32(tensors.get(name)!);
  assert.deepEqual(floats("conv1.weight"), WEIGHT);
  assert.deepEqual(floats("linear1.bias"), BIAS);
  assert.deepEqual(floats("half"), Float32Array.of(Math.f16round(0.1), 65504));
  assert.deepEqual(floats("double"), Float32Array.of(0.1));
  assert.deepEqual(toFloat64(tensors.get("double")!), Float64Array.of(0.1));
  assert.deepEqual([floats("steps"), toFloat64(tensors.get("half")!)], [undefined, undefined]);
  assert.deepEqual(tensors.get("scalar")!.bytes, Uint8Array.of(7));
});

Deno.test("what is written is what the reference's writer makes, byte for byte, and is read again", async () => {
  assert.equal(ours().toBase64(), SAME);
  const path = join(await Deno.makeTempDir(), "a.safetensors");
  await Deno.writeFile(path, ours());
  const { tensors } = await readSafetensors(path);
  assert.deepEqual(toFloat32(tensors.get("conv1.weight")!), WEIGHT);
  // names that objects treat in their own way stay what they are
  const odd = new Map(["__proto__", "7", "constructor", ""].map((name) => [name, storedTensor([1], BIAS.slice(0, 1))]));
  const again = decodeSafetensors(joined(encodeSafetensors({ metadata: new Map(), tensors: odd })), "FILE");
  assert.deepEqual([...again.tensors.keys()].sort(), [...odd.keys()].sort());
  const wrong: StoredTensor = { dtype: "F32", shape: [2], bytes: new Uint8Array(4) };
  for (const [name, tensor] of [["x", wrong], ["__metadata__", { ...wrong, shape: [1] }]] as const) {
    assert.throws(() => encodeSafetensors({ metadata: new Map(), tensors: new Map([[name, tensor]]) }), TypeError);
  }
});

Deno.test("bfloat16 is the upper half of f32", () => {
  const bytes = Uint8Array.of(0x80, 0x3f, 0xf7, 0xc2, 0x80, 0xff);
  assert.deepEqual(toFloat32({ dtype: "BF16", shape: [3], bytes }), Float32Array.of(1, -123.5, -Infinity));
});

/** A file of a header, given as text, and so many bytes of data. `length`: what is announced. */
function file(header: string, data = 0, length?: bigint): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header), bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: string, offsets: string, more = "") =>
  `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}${more}}`;
const one = f32("[1]", "[0,4]");

/** What is wrong with a file, and the file. */
const REFUSED: readonly (readonly [message: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["it has 0 bytes, a header's length alone takes 8", new Uint8Array()],
  ["it has 7 bytes, a header's length alone takes 8", new Uint8Array(7)],
  ["announce a header of 4294967296 bytes; the file has 10", file("{}", 0, 2n ** 32n)],
  ["announce a header of 18446744073709551615 bytes; the file has 10", file("{}", 0, 2n ** 64n - 1n)],
  ["announce a header of 3 bytes; the file has 10", file("{}", 0, 3n)],
  ["its header is not JSON: ", file("")],
  ["its header is not JSON: ", file("{}", 0, 1n)],
  ["its header is not JSON: ", file("{'a':1}")],
  ["its header is not JSON: ", file("\ufeff{}")],
  ["its header is not JSON: ", file("{}]]]]{")],
  ["its header is not in UTF-8", Uint8Array.of(...file("{}", 0, 3n), 0xff)],
  ["its header is no object", file("[]")],
  ["its header is no object", file("null")],
  ["its header has more than 3 lists and objects inside each other", file(`{"a":{"b":[[]]}}`)],
  ["its header has more than 3 lists and objects inside each other", file("[".repeat(1_000_000))],
  ["its header has a name twice", file(`{"a":${one},"a":${one}}`, 4)],
  ["its header has a name twice", file(`{"a":${one},"\\u0061":${one}}`, 4)],
  ["its header has a name twice", file(`{"a":${f32("[1]", "[0,4]", ',"dtype":"F32"')}}`, 4)],
  ["its header has a name twice", file(`{"__metadata__":{},"__metadata__":{}}`)],
  [`header, "a": it is no object`, file(`{"a":[]}`)],
  [`header, "a": it is no object`, file(`{"a":null}`)],
  [`header, "__metadata__": it is no object`, file(`{"__metadata__":"x"}`)],
  [`header, "__metadata__": "x" is no text`, file(`{"__metadata__":{"x":1}}`)],
  [`header, "a": its dtype is "f32"; known are F64, I64,`, file(`{"a":${one.replace("F32", "f32")}}`, 4)],
  [`header, "a": its dtype is "constructor"`, file(`{"a":${one.replace("F32", "constructor")}}`, 4)],
  [`header, "a": its dtype is missing`, file(`{"a":{}}`)],
  [`header, "a": its shape is no list of whole numbers from 0`, file(`{"a":${f32("[-1]", "[0,4]")}}`, 4)],
  [`header, "a": its shape is no list of whole numbers from 0`, file(`{"a":${f32("[1.5]", "[0,6]")}}`, 6)],
  [`header, "a": its shape is no list of whole numbers from 0`, file(`{"a":${f32("1", "[0,4]")}}`, 4)],
  [`header, "a": its shape is no list of whole numbers from 0`, file(`{"a":${f32("[1e300]", "[0,4]")}}`, 4)],
  [`header, "a": its data_offsets are no two whole numbers`, file(`{"a":${f32("[1]", "[0,4,4]")}}`, 4)],
  [`header, "a": its data_offsets are no two whole numbers`, file(`{"a":${f32("[1]", '["0","4"]')}}`, 4)],
  [`header, "a": it has an unknown key "more"`, file(`{"a":${f32("[1]", "[0,4]", ',"more":1')}}`, 4)],
  [`header, "a": it has an unknown key "__proto__"`, file(`{"a":${f32("[1]", "[0,4]", ',"__proto__":1')}}`, 4)],
  // four gigabytes claimed in a small file
  [`bytes 0 to 4294967296 of 4 that the file has`, file(`{"a":${f32("[1073741824]", "[0,4294967296]")}}`, 4)],
  [`header, "a": its data are bytes 4 to 0 of 4 that the file has`, file(`{"a":${f32("[1]", "[4,0]")}}`, 4)],
  [`header, "a": F32 [2] does not take 4 bytes`, file(`{"a":${f32("[2]", "[0,4]")}}`, 4)],
  [
    `header, "a": F32 [9007199254740991, 9007199254740991, 0] does not take 4 bytes`,
    file(`{"a":${f32("[9007199254740991,9007199254740991,0]", "[0,4]")}}`, 4),
  ],
  [`header, "b": its data begin at byte 0, not 4`, file(`{"a":${one},"b":${one}}`, 4)],
  [`header, "b": its data begin at byte 8, not 4`, file(`{"b":${f32("[1]", "[8,12]")},"a":${one}}`, 12)],
  [`4 bytes behind the last tensor belong to none`, file(`{"a":${one}}`, 8)],
  [`4 bytes behind the last tensor belong to none`, file(`{}`, 4)],
];

Deno.test("what is damaged is refused with one line that says what is wrong", () => {
  for (const [message, bytes] of REFUSED) {
    const check = (error: unknown) => {
      assert(error instanceof InputError, String(error));
      assert(error.message.startsWith("FILE") && error.message.includes(message), `${error.message}, not ${message}`);
      assert(error.message.endsWith("; it is damaged, or not a safetensors file"), error.message);
      assert(!error.message.includes("\n") && error.message.length < 300, error.message);
      return true;
    };
    assert.throws(() => decodeSafetensors(bytes, "FILE"), check, message);
  }
  assert.equal(REFUSED.length, 42);
  // negative control: what is like them, but sound
  const offsets = f32("[1]", "[4,8]");
  const sound = [
    file("{}"),
    file(`{"a":${one}}  \n`, 4),
    file(`{"b":${offsets},"a":${one}}`, 8),
    file(`{"a:{[":${f32("[0]", "[0,0]")},"\\"":${f32("[]", "[0,4]")}}`, 4),
  ];
  assert.deepEqual(sound.map((bytes) => decodeSafetensors(bytes, "FILE").tensors.size), [0, 1, 2, 2]);
});

Deno.test("types that are newer than this reader are named, and their file is not called damaged", () => {
  for (const type of ["F4", "F6_E2M3", "F6_E3M2", "F8_E4M3FNUZ", "F128", "I4", "BF8"]) {
    assert.throws(
      () => decodeSafetensors(file(`{"a":${one.replace("F32", type)}}`, 4), "FILE"),
      {
        name: "InputError",
        message: `FILE, header, "a": its type is "${type}", which is not known; save it as F32, F64, F16 or BF16`,
      },
    );
  }
});

Deno.test("every byte of a file changed, and the file cut at every length: refused with one line, or read", () => {
  let refused = 0, read = 0;
  const whole = Uint8Array.fromBase64(FOREIGN);
  const attempt = (bytes: Uint8Array<ArrayBuffer>) => {
    try {
      decodeSafetensors(bytes, "FILE");
      read++;
    } catch (error) {
      assert(error instanceof InputError && !error.message.includes("\n"), String(error));
      refused++;
    }
  };
  for (let i = 0; i < whole.length; i++) {
    attempt(whole.slice(0, i));
    for (const mask of [0x01, 0x04, 0x20, 0x80, 0xff]) attempt(whole.with(i, whole[i] ^ mask));
  }
  assert.equal(refused + read, 577 * 6);
  // of 504 bytes of header and length, names and texts may be others; data may be anything
  assert(refused > 577 + 504 * 5 / 2 && read > 73 * 5, `${refused} refused, ${read} read`);
});

Deno.test("files that cannot be or are not read", async () => {
  const folder = await Deno.makeTempDir(), path = (name: string) => join(folder, name);
  const refuses = (name: string, message: RegExp) =>
    assert.rejects(() => readSafetensors(path(name)), (error) => {
      assert(error instanceof InputError, String(error));
      assert.match(error.message, message);
      return true;
    });
  await refuses("none", /^cannot read ".*none": there is no such file or folder/);
  await Deno.mkdir(path("folder"));
  await refuses("folder", /^cannot read ".*folder": it is a folder/);
  await Deno.writeFile(path("empty"), new Uint8Array());
  await refuses("empty", /it has 0 bytes/);
  // 4 GB announced in 1 kB: said at once, and nothing is allocated for it
  await Deno.writeFile(path("bomb"), file("{}", 1000, 2n ** 32n));
  await refuses("bomb", /announce a header of 4294967296 bytes; the file has 1010/);
  // a file with a hole takes no disk
  await Deno.writeFile(path("huge"), file("{}"));
  await Deno.truncate(path("huge"), 2_314_592_513);
  await refuses("huge", /has 2314592513 bytes, more than the 2314592512 that are read/);
  if (Deno.build.os !== "windows") {
    await assert.rejects(() => readSafetensors("/dev/zero"), /is no regular file/);
  }
  await Deno.remove(folder, { recursive: true });
});
