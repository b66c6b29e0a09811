/**
 * What the worker `trainer.ts` does for a page: it trains mnist_cnn by its bundle. Types alone.
 *
 * @module
 */

/** How the net runs. */
export interface OpenChoice {
  /** A GPU, or threads. */
  readonly target: "webgpu" | "wasm";
  /** Default: all cores, and 1 where threads cannot share memory. */
  readonly threads?: number;
  /** What random numbers follow from. */
  readonly seed: number;
}

/** The net as it runs. */
export interface Opened {
  /** wasm_relaxed, wasm or webgpu. */
  readonly target: string;
  /** 0: a GPU trains. */
  readonly threads: number;
}

/** What a test found. */
export interface Tested {
  /** Images seen up to then. */
  readonly images: number;
  /** Test images that were right, and how many there were. */
  readonly right: number;
  readonly total: number;
  readonly loss: number;
}

/** What is told while it trains. */
export type TrainerProgress =
  /** Images that are loaded, of all. */
  | { readonly kind: "data"; readonly loaded: number; readonly all: number }
  /** Steps are done: images seen since the net was opened, mean loss since the last time, images each second lately. */
  | { readonly kind: "steps"; readonly images: number; readonly loss: number; readonly rate?: number }
  | { readonly kind: "test"; readonly test: Tested }
  /** So many passes over all images are done. */
  | { readonly kind: "pass"; readonly pass: number };

/** What a page may ask. */
export interface TrainerMethods {
  /** Opens a net with new weights, in place of the one that was there. @throws {InputError} when it cannot run so. */
  open(choice: OpenChoice): Promise<Opened>;
  /** What there is for WebGPU. */
  gpu(): Promise<"none" | "software" | "a GPU">;
  /** Trains until it is paused; what is done stays. @throws {DivergedError} when the loss is not finite any more. */
  train(tell: (progress: TrainerProgress) => void): Promise<void>;
  /** Ends training after a step. */
  pause(): void;
  /** Ten probabilities for an image of 28 x 28 bytes; while it trains, it is answered between two steps. */
  predict(image: Uint8Array): Promise<number[]>;
  /** Tests the net on all test images. */
  test(): Promise<Tested>;
  /** Gives images of the page's own, which are learned too from the next pass on. */
  own(images: Uint8Array, labels: Uint8Array): void;
  /** A checkpoint, in the format safetensors. */
  save(): Promise<Uint8Array>;
  /** Takes weights and training of a checkpoint. @throws {InputError} when it is none of this net. */
  restore(file: Uint8Array): Promise<Tested>;
}
