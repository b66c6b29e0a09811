/**
 * What a library is to the comparisons, wherever it runs: `work.ts` has it train in a process of Deno, `page.ts` in a
 * page of a browser.
 *
 * @module
 */

/** Sizes along y and x. */
export type Pair = [number, number];

/** A layer as a spec has it, of those that peers are written for. */
export type Layer =
  | { type: "conv2d"; outChannels: number; kernel: number | Pair; stride?: number | Pair; padding?: number | Pair }
  | { type: "maxPool2d" | "avgPool2d"; kernel: number | Pair; stride?: number | Pair }
  | { type: "linear"; outFeatures: number }
  | { type: "relu" | "tanh" | "flatten" };

/** The net's spec, of which only this is read. */
export interface NetSpec {
  readonly name: string;
  readonly input: number[];
  /** Images per step. */
  readonly batchSize: number;
  readonly layers: readonly Layer[];
  readonly training: { readonly optimizer: { type: string; learningRate: number; l2?: number } };
}

/** What a peer makes its network of. */
export interface PeerNet {
  /** Which of its forms a peer is to run. */
  readonly form: string;
  /** The net, at a constant learning rate. */
  readonly spec: NetSpec;
  /** Initial values by a parameter's name in our net, laid out as there: conv [out, in, h, w], linear [out, in]. */
  parameter(name: string): Float32Array<ArrayBuffer>;
}

/** A network of a peer. */
export interface Peer {
  /** One step of training with a batch that the library has not seen yet; it need not be over when this returns. */
  step(images: Float32Array<ArrayBuffer>, labels: Int32Array<ArrayBuffer>): Promise<void> | void;
  /** Waits for all steps; the sum of their losses since this was last called. */
  losses(): Promise<number> | number;
  /** What its driver calls the WebGPU adapter it used, if it did. */
  readonly adapter?: string;
  /** What is to be known about how it ran. */
  readonly note?: string;
}

/** Opens a network of a peer. */
export type OpenPeer = (net: PeerNet) => Promise<Peer> | Peer;

/** What a page of a browser is to do. */
export interface PageWork {
  readonly peer: "jax-js" | "TensorFlow.js";
  readonly form: string;
  /** The folder with the spec and what else is read, as an address from that of `page.ts`. */
  readonly data: string;
  /** Steps with the first batch, whose losses are told. */
  readonly steps: number;
  /** Seconds that are timed, about, and half as many before. None: nothing is timed. */
  readonly seconds: number;
}

/** What it found. */
export interface PageOutcome extends Pick<Peer, "adapter" | "note"> {
  readonly losses: readonly number[];
  /** Images in a second; where nothing was timed, nothing. */
  readonly rate?: number;
}

/** Numbers of an image. */
export const sampleSize = ({ input }: NetSpec): number => input.reduce((product, size) => product * size, 1);

/** One number for both axes, or one each. */
export const pair = (value: number | Pair): Pair => typeof value === "number" ? [value, value] : value;

/** What its driver calls the adapter of a device. */
export function adapterOf({ adapterInfo }: { readonly adapterInfo: GPUAdapterInfo }): string {
  const { description, vendor, architecture } = adapterInfo;
  return description || [vendor, architecture].filter((word) => word).join(" ") || "GPU";
}
