/**
 * A bundle trains, in whatever engine this is called. It imports nothing but the bundle, and is given to engines with its
 * types taken out.
 *
 * @module
 */

/** What is to be done. */
export interface BundleWork {
  /** The bundle's script, as an address from this module's. */
  readonly bundle: string;
  /** The folder with images and labels, likewise. */
  readonly data: string;
  readonly threads: number;
  /** Steps with the first batch, whose losses are told. */
  readonly steps: number;
  /** Seconds that are timed, about, and half as many before. None: nothing is timed. */
  readonly seconds: number;
}

/** What it found. */
export interface BundleOutcome {
  readonly target: string;
  readonly threads: number;
  readonly losses: readonly number[];
  /** Images in a second; where nothing was timed, nothing. */
  readonly rate?: number;
}

/** What is used of a bundle's net. */
interface Net {
  readonly target: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly shape: readonly number[];
  train(data: { x: Float32Array; y: Int32Array }, options: { epochs: number }): Promise<unknown>;
  step(x: Float32Array, y: Int32Array): Promise<{ loss: number }>;
  close(): Promise<void> | void;
}

async function read(address: string): Promise<Uint8Array> {
  const url = new URL(address, import.meta.url);
  if (url.protocol === "file:") return await (await import("node:fs/promises")).readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`there is no ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Trains, and times it: whole epochs, as a user would. */
export async function trainBundle({ bundle, data, threads, steps, seconds }: BundleWork): Promise<BundleOutcome> {
  const { open } = await import(new URL(bundle, import.meta.url).href);
  const x = Float32Array.from(await read(`${data}/images`), (byte) => byte / 255);
  const y = Int32Array.from(await read(`${data}/labels`)), losses: number[] = [];
  const net: Net = await open({ threads, seed: 0 });
  const { target, batchSize, shape } = net, size = batchSize * shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < steps; i++) losses.push((await net.step(x.subarray(0, size), y.subarray(0, batchSize))).loss);
  const found = { target, threads: net.threads, losses };
  /** Seconds that some epochs take. */
  const timed = async (epochs: number) => {
    const begin = performance.now();
    await net.train({ x, y }, { epochs });
    return (performance.now() - begin) / 1000;
  };
  let rate: number | undefined;
  if (seconds > 0) {
    // the engine compiles a second time, to faster code, what has run for a while
    const warm = Math.max(1, Math.round(seconds / 2 / await timed(1))), each = await timed(warm) / warm;
    const epochs = Math.max(1, Math.round(seconds / each));
    rate = epochs * y.length / await timed(epochs);
  }
  await net.close();
  return { ...found, rate };
}
