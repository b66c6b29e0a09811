/**
 * What each process of the comparison (`../peers.ts`) is given, what it does with it, and what it gives back. Ours and
 * the peers run with different packages, so this imports none.
 *
 * @module
 */
import process from "node:process";
import { type OpenPeer, type Peer, type PeerNet, sampleSize } from "./peer.ts";

/** What a process is to do: passes over some images, from the same initial weights as all the others. */
export interface Work extends PeerNet {
  /** How many images; whole batches. */
  readonly images: number;
  /** How often all of them, at most. */
  readonly passes: number;
  /** For peers: so long after the first pass no other begins, unless it is one of the first `LEAST_PASSES`. */
  readonly seconds: number;
  /** A byte for each number of the images. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** A class per image. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** What one pass brought. */
export interface Pass {
  /** Mean over the images, each as it was seen before its update. */
  readonly loss: number;
  /** Time it took, until the loss and all updates were there. */
  readonly seconds: number;
}

/** What a process gives back: its last line, as JSON. */
export interface Outcome extends Pick<Peer, "adapter" | "note"> {
  /** One after the other. */
  readonly passes: readonly Pass[];
  /** Seconds from the start of the process to the end of the first pass. */
  readonly sinceStart: number;
  /** The same without the start of Deno and without loading code and data: compilation and the pass itself. */
  readonly sinceReady: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
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

const [form, folder, images, passes, seconds, started] = Deno.args;

/** Reads what this process is to do. */
export function readWork(): Work {
  const spec: PeerNet["spec"] = JSON.parse(Deno.readTextFileSync(`${folder}/spec.json`));
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

/** Ends this process. `ready`: when its code and data were loaded; `first`: when its first pass was over. */
export function finish(
  passes: readonly Pass[],
  ready: number,
  first: number,
  { adapter, note }: Pick<Peer, "adapter" | "note">,
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
export async function trainPeer(open: OpenPeer): Promise<never> {
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
