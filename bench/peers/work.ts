/**
 * What each process of the comparison (`../peers.ts`) is given, what it does with it, and what it gives back. Ours and
 * the peers run with different packages, so this imports none.
 *
 * @module
 */
import process from "node:process";

/** Sizes along y and x. */
export type Pair = [number, number];

/** A layer as a spec has it, of those that peers are written for. */
export type Layer =
  | { type: "conv2d"; outChannels: number; kernel: number | Pair; stride?: number | Pair; padding?: number | Pair }
  | { type: "maxPool2d" | "avgPool2d"; kernel: number | Pair; stride?: number | Pair }
  | { type: "linear"; outFeatures: number }
  | { type: "relu" | "flatten" };

/** The net's spec, of which only this is read. */
export interface NetSpec {
  readonly name: string;
  readonly input: number[];
  /** Images per step. */
  readonly batchSize: number;
  readonly layers: readonly Layer[];
  readonly training: { readonly optimizer: { type: string; learningRate: number; l2?: number } };
}

/** What a process is to do: passes over some images, from the same initial weights as all the others. */
export interface Work {
  /** Which of its forms a peer is to run. */
  readonly form: string;
  /** How many images; whole batches. */
  readonly images: number;
  /** How often all of them, at most. */
  readonly passes: number;
  /** For peers: so long after the first pass no other begins, unless it is one of the first `LEAST_PASSES`. */
  readonly seconds: number;
  /** The net, at a constant learning rate. */
  readonly spec: NetSpec;
  /** A byte for each number of the images. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** A class per image. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Initial values by a parameter's name in our net, laid out as there: conv [out, in, h, w], linear [out, in]. */
  parameter(name: string): Float32Array<ArrayBuffer>;
}

/** What one pass brought. */
export interface Pass {
  /** Mean over the images, each as it was seen before its update. */
  readonly loss: number;
  /** Time it took, until the loss and all updates were there. */
  readonly seconds: number;
}

/** What a process gives back: its last line, as JSON. */
export interface Outcome {
  /** One after the other. */
  readonly passes: readonly Pass[];
  /** Seconds from the start of the process to the end of the first pass. */
  readonly sinceStart: number;
  /** The same without the start of Deno and without loading code and data: compilation and the pass itself. */
  readonly sinceReady: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
  /** What its driver calls the WebGPU adapter it used, if it did. */
  readonly adapter?: string;
  /** What is to be known about how it ran. */
  readonly note?: string;
}

/** A network of a peer. */
export interface Peer extends Pick<Outcome, "adapter" | "note"> {
  /** One step of training with a batch that the library has not seen yet; it need not be over when this returns. */
  step(images: Float32Array<ArrayBuffer>, labels: Int32Array<ArrayBuffer>): Promise<void> | void;
  /** Waits for all steps; the sum of their losses since this was last called. */
  losses(): Promise<number> | number;
}

/** The command line of a process after its file. */
export function workArguments(
  { form, folder, images, passes, seconds }:
    & Pick<Work, "form" | "images" | "passes" | "seconds">
    & { folder: string },
): string[] {
  return [form, folder, `${images}`, `${passes}`, `${seconds}`, `${Date.now()}`];
}

/** A peer makes so many passes, however slow: the first warms up, and one alone has no spread. */
const LEAST_PASSES = 3;

/** The net that all peers are written for. */
const ALL_PEERS = "mnist_cnn";

/** @throws {Error} where a peer is written for one net and is to train another. */
export function onlyItsNet({ name }: NetSpec): void {
  if (name !== ALL_PEERS) throw new Error(`it is written for ${ALL_PEERS} only`);
}

/** Numbers of an image. */
const sampleSize = ({ input }: NetSpec) => input.reduce((product, size) => product * size, 1);

const [form, folder, images, passes, seconds, started] = Deno.args;

/** Reads what this process is to do. */
export function readWork(): Work {
  const spec: NetSpec = JSON.parse(Deno.readTextFileSync(`${folder}/spec.json`));
  const read = (name: string) => Deno.readFileSync(`${folder}/${name}`);
  return {
    form,
    images: Number(images),
    passes: Number(passes),
    seconds: Number(seconds),
    spec,
    pixels: read("images").subarray(0, Number(images) * sampleSize(spec)),
    labels: read("labels").subarray(0, Number(images)),
    parameter: (name) => new Float32Array(read(name).buffer),
  };
}

/** What its driver calls the adapter of a device. */
export function adapterOf({ adapterInfo }: { readonly adapterInfo: GPUAdapterInfo }): string {
  return adapterInfo.description || adapterInfo.vendor || "GPU";
}

/** Ends this process. `ready`: when its code and data were loaded; `first`: when its first pass was over. */
export function finish(
  passes: readonly Pass[],
  ready: number,
  first: number,
  { adapter, note }: Pick<Outcome, "adapter" | "note">,
): never {
  const outcome: Outcome = {
    passes,
    sinceStart: (performance.timeOrigin + first - Number(started)) / 1000,
    sinceReady: (first - ready) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    adapter,
    note,
  };
  console.log(JSON.stringify(outcome));
  Deno.exit();
}

/** All the work of a peer's process. Pixels become floats before the clock runs; handing them over is part of a step. */
export async function trainPeer(open: (work: Work) => Promise<Peer> | Peer): Promise<never> {
  const work = readWork();
  const { images, spec } = work, { batchSize } = spec, size = sampleSize(spec);
  const pixels = Float32Array.from(work.pixels, (byte) => byte / 255), labels = Int32Array.from(work.labels);
  const ready = performance.now();
  const peer = await open(work);
  const passes: Pass[] = [];
  let first = 0;
  for (let pass = 0; pass < work.passes; pass++) {
    const start = performance.now();
    if (pass >= LEAST_PASSES && start - first > 1000 * work.seconds) break;
    for (let i = 0; i < images; i += batchSize) {
      // copies, as a loader's batches would be
      await peer.step(pixels.slice(i * size, (i + batchSize) * size), labels.slice(i, i + batchSize));
    }
    const loss = await peer.losses() / (images / batchSize);
    const end = performance.now();
    passes.push({ loss, seconds: (end - start) / 1000 });
    first ||= end;
  }
  finish(passes, ready, first, peer);
}
