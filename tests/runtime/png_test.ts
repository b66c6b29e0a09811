/** PNG files of every kind, of bytes at random, are the pixels that pngjs reads in them, to the last bit. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import pngjs from "pngjs";
import { InputError } from "../../codegen/error.ts";
import { crc32 as own } from "../../runtime/data/crc32.ts";
import { decodePng } from "../../runtime/data/png.ts";
import { bytesOfRows, type PngLayout } from "../../runtime/data/png_pixels.ts";
import { concatenated, FUZZ_SEED } from "../random_cases.ts";
import { FUZZED } from "../width.ts";

/** PNG's kinds of colours: number, numbers of a pixel, bits of one. */
const KINDS = [
  ...[1, 2, 4, 8, 16].map((bits) => [0, 1, bits] as const),
  ...[8, 16].flatMap((bits) => [[2, 3, bits], [4, 2, bits], [6, 4, bits]] as const),
  ...[1, 2, 4, 8].map((bits) => [3, 1, bits] as const),
];
const PALETTE = 3;

interface Case extends PngLayout {
  readonly kind: number;
  readonly rows: Uint8Array;
  readonly palette: Uint8Array;
  readonly transparency?: Uint8Array;
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const side = fc.integer({ min: 1, max: 20 });

const cases: fc.Arbitrary<Case> = fc.record({
  kinds: fc.constantFrom(...KINDS),
  width: side,
  height: side,
  interlaced: fc.boolean(),
}).chain(({ kinds: [kind, numbers, bits], ...size }) => {
  const layout = { ...size, bits, numbers }, colors = Math.min(256, 2 ** bits);
  const opacities = kind === PALETTE ? fc.uint8Array({ minLength: 1, maxLength: colors }) : bytes(2 * numbers);
  return fc.record({
    rows: bytes(bytesOfRows(layout)),
    // seldom too few
    palette: fc.oneof({ weight: 9, arbitrary: bytes(3 * colors) }, bytes(3)),
    transparency: fc.option(opacities, { nil: undefined }),
  }).map((contents) => ({ ...layout, kind, ...contents, rows: withFilters(contents.rows, layout) }));
});

/** Rows whose filters are there, each as likely as the others, but for a few. */
function withFilters(rows: Uint8Array, { width, height, bits, numbers, interlaced }: PngLayout): Uint8Array {
  if (interlaced) return rows.map((byte) => byte > 4 && byte < 9 ? byte - 4 : byte % 5);
  const all = rows.slice(), length = 1 + Math.ceil(width * numbers * bits / 8);
  for (let row = 0; row < height; row++) if (all[row * length] > 0) all[row * length] %= 5;
  return all;
}

function fileOf({ kind, bits, width, height, interlaced, rows, palette, transparency }: Case): Uint8Array {
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, kind, 0, 0, interlaced ? 1 : 0], 8);
  return concatenated(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    ...kind === PALETTE ? [chunk("PLTE", palette)] : [],
    ...transparency ? [chunk("tRNS", transparency)] : [],
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  );
}

function chunk(name: string, bytes: Uint8Array): Uint8Array {
  const named = concatenated(new TextEncoder().encode(name), bytes), ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, bytes.length);
  ends.setUint32(4, crc32(named));
  return concatenated(new Uint8Array(ends.buffer, 0, 4), named, new Uint8Array(ends.buffer, 4, 4));
}

/** What pngjs reads, on a ground; undefined where it refuses. */
function expected(file: Uint8Array, { kind, bits, width, height }: Case, background: number): Float32Array | undefined {
  const most = bits === 16 ? 65535 : 255, channels = kind === 0 || kind === 4 ? 1 : 3, area = width * height;
  let pixels: ArrayLike<number>;
  try {
    pixels = pngjs.PNG.sync.read(Buffer.from(file), { skipRescale: bits === 16 }).data;
  } catch {
    return undefined;
  }
  return Float32Array.from({ length: channels * area }, (_, i) => {
    const at = 4 * (i % area), alpha = pixels[at + 3] / most;
    return pixels[at + Math.floor(i / area)] / most * alpha + background * (1 - alpha);
  });
}

Deno.test("PNG files at random are what pngjs reads, or refused as there", async () => {
  let read = 0, refused = 0;
  const check = fc.asyncProperty(cases, fc.constantFrom(0, 1), async (given, background) => {
    const file = fileOf(given), values = expected(file, given, background);
    const reading = decodePng(file, background, "FILE");
    if (values === undefined) {
      refused++;
      await assert.rejects(reading, InputError);
    } else {
      read++;
      assert.deepEqual((await reading).values, values);
    }
  });
  await fc.assert(check, { numRuns: 3 * FUZZED, seed: FUZZ_SEED });
  assert(read > 2 * FUZZED && refused > 0, `${read} read, ${refused} refused`);
});

Deno.test("the checksum is CRC-32", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251);
  for (const length of [0, 1, 9, 1000]) assert.equal(own(bytes.subarray(0, length)), crc32(bytes.subarray(0, length)));
});
