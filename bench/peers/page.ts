/**
 * A peer trains in a page of a browser, for `../browser.ts`: the page's folder has the spec, images, labels and initial
 * weights as `work.ts` reads them.
 *
 * @module
 */
import { type OpenPeer, type PageOutcome, type PageWork, sampleSize } from "./peer.ts";

const PEERS: Readonly<Record<PageWork["peer"], () => Promise<OpenPeer>>> = {
  "jax-js": async () => (await import("./jax_js.ts")).open,
  "TensorFlow.js": async () => (await import("./tfjs.ts")).open,
};

/** So many steps are on their way at once, at most: a GPU's take memory until they are over. */
const QUEUED = 8;

/** Trains, and times it. */
export async function trainInPage({ peer: library, form, data, steps, seconds }: PageWork): Promise<PageOutcome> {
  const read = async (name: string) => {
    const response = await fetch(new URL(`${data}/${name}`, import.meta.url));
    if (!response.ok) throw new Error(`there is no ${name}`);
    return await response.arrayBuffer();
  };
  const spec = JSON.parse(new TextDecoder().decode(await read("spec.json")));
  const pixels = Float32Array.from(new Uint8Array(await read("images")), (byte) => byte / 255);
  const labels = Int32Array.from(new Uint8Array(await read("labels")));
  const initial = new Map<string, Float32Array<ArrayBuffer>>();
  for (const name of JSON.parse(new TextDecoder().decode(await read("parameters.json"))) as string[]) {
    initial.set(name, new Float32Array(await read(name)));
  }
  const peer = await (await PEERS[library]())({ form, spec, parameter: (name) => initial.get(name)! });

  const { batchSize } = spec, size = sampleSize(spec), batches = labels.length / batchSize;
  // copies, as a loader's batches would be
  const step = (i: number) =>
    peer.step(
      pixels.slice(i * batchSize * size, (i + 1) * batchSize * size),
      labels.slice(i * batchSize, (i + 1) * batchSize),
    );
  /** Seconds that some steps take. */
  const timed = async (count: number) => {
    const begin = performance.now();
    for (let i = 0; i < count; i++) {
      await step(i % batches);
      if ((i + 1) % QUEUED === 0 || i + 1 === count) await peer.losses();
    }
    return (performance.now() - begin) / 1000;
  };
  const losses: number[] = [];
  let last = 0;
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    await step(0);
    losses.push(await peer.losses());
    last = (performance.now() - begin) / 1000;
  }
  const found = { losses, adapter: peer.adapter, note: peer.note };
  if (seconds === 0) return found;
  // a step that takes longer than what is timed has been timed
  if (last > seconds) return { ...found, rate: batchSize / last };
  const warm = Math.max(1, Math.round(seconds / 2 / last)), each = await timed(warm) / warm;
  const count = Math.max(1, Math.round(seconds / each));
  return { ...found, rate: count * batchSize / await timed(count) };
}
