/// <reference lib="dom" />
/**
 * The images of MNIST, loaded part by part.
 *
 * @module
 */
import type { Spec } from "../../mod.ts";
import { dataAddress, loaded } from "../page/files.ts";

/** Bytes of an image, 28 x 28. */
export const PIXELS = 784;
/** Images to learn from, those in a file, and those that a net is tested on. */
export const IMAGES = 60000, TESTED = 10000;
const PART = 6000;

/** Images, one behind the other, and the digit that each shows. */
export interface DigitSet {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Whether a net takes the digits of MNIST, and tells ten classes. `output`: shape of what it gives for a sample. */
export const takesDigits = ({ input, loss }: Spec, output: readonly number[]): boolean =>
  input.join() === "1,28,28" && output.join() === "10" && loss.type === "softmaxCrossEntropy";

/**
 * The bytes that a file of `data/` has packed.
 *
 * @throws {Error} in one line, when it cannot be loaded.
 */
async function unpacked(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await loaded(dataAddress(name), `data/${name}`, "try again");
  const bytes = new Uint8Array(await response.arrayBuffer());
  // some hosts have the browser unpack it
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The test images. */
export async function loadTest(): Promise<DigitSet> {
  const [images, labels] = await Promise.all([unpacked("test-images.gz"), unpacked("test-labels.gz")]);
  return { images, labels };
}

/**
 * Images to learn from, each part as it comes.
 *
 * @param into where images and labels are put.
 * @param come called with how many are there.
 * @param there images that are there already, of whole parts.
 */
export async function loadTraining(into: DigitSet, come: (images: number) => void, there = 0): Promise<void> {
  for (let from = there; from < IMAGES; from += PART) {
    const image = unpacked(`train-images-${from / PART}.gz`);
    if (from === 0) {
      const [, labels] = await Promise.all([image, unpacked("train-labels.gz")]);
      into.labels.set(labels);
    }
    into.images.set(await image, from * PIXELS);
    come(from + PART);
  }
}
