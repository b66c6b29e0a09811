/**
 * What the page loads beside its scripts: images, specs, results.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadMnist } from "../../mod.ts";
import { NETS } from "../page/compiler/nets.ts";
import type { Files } from "./files.ts";

/** Images in a file: training begins with those of the first one, while others are loaded. */
const PART = 6000;

/** What tells an editor which specs there are. */
const SCHEMA = "spec.schema.json";

/** Results that screens show beside what they measure. */
const RESULTS = ["timeline.json", "results.json"];

/**
 * Files of `data/`: images and labels of MNIST, packed by gzip; `data/specs/`,
 * those that the page shows; `data/bench/`.
 *
 * @param folder of a site that may have some of them.
 * @param level from 1 to 9: how much is done to pack images.
 * @throws {InputError} when MNIST is not installed.
 */
export async function dataFiles(project: string, folder: string, level: number): Promise<Files> {
  const files = new Map<string, Uint8Array>(), { train, test } = await loadMnist();
  const size = train.shape.reduce((a, b) => a * b, 1), images = train.inputs as Uint8Array;
  for (let i = 0; i * PART < train.samples; i++) {
    files.set(`train-images-${i}.gz`, images.subarray(i * PART * size, (i + 1) * PART * size));
  }
  files.set("train-labels.gz", Uint8Array.from(train.labels));
  files.set("test-images.gz", test.inputs as Uint8Array);
  files.set("test-labels.gz", Uint8Array.from(test.labels));
  for (const [name, bytes] of files) files.set(name, await packed(bytes, join(folder, "data", name), level));
  // a clone may have got others, which are nobody else's
  for (const name of [...Object.keys(NETS).map((net) => `${net}.json`), SCHEMA]) {
    files.set(`specs/${name}`, await Deno.readFile(join(project, "specs", name)));
  }
  for (const name of RESULTS) files.set(`bench/${name}`, await Deno.readFile(join(project, "bench", name)));
  return new Map([...files].map(([name, bytes]) => [`data/${name}`, bytes]));
}

/** Bytes packed by gzip: those of a file, where it is just that, since packing takes a while. */
async function packed(bytes: Uint8Array, path: string, level: number): Promise<Uint8Array> {
  try {
    const there = await Deno.readFile(path);
    if (Buffer.compare(gunzipSync(there), bytes) === 0) return there;
  } catch {
    // there is none, or it is damaged
  }
  return gzipSync(bytes, { level });
}
