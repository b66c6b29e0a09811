/**
 * The one batch of single steps, and what they are told.
 *
 * @module
 */
import type { Core } from "./core.ts";
import { BATCH } from "./core.ts";
import type { Read } from "./samples.ts";
import { streamKey } from "../run/random.ts";

/** The tables of a step. */
export class Batch {
  readonly #core: Core;
  readonly #order: Int32Array;
  readonly #params: Float32Array;
  readonly #keys: Uint32Array;
  /** Samples that the order is of. */
  #samples = -1;

  /** Nothing is put yet. */
  constructor(core: Core) {
    const { batchRows, params, keys } = core.plan;
    this.#core = core;
    this.#order = new Int32Array(batchRows);
    this.#params = new Float32Array(params.length);
    this.#keys = new Uint32Array(keys.length);
  }

  /** Puts samples, and in which rows they are: rows that hold none repeat the first one. */
  put(read: Parameters<Core["putSamples"]>[1], params: Readonly<Record<string, number>> = {}): void {
    const core = this.#core, { samples } = read;
    core.putSamples(BATCH, read);
    if (this.#samples !== samples) {
      for (let i = 0; i < this.#order.length; i++) this.#order[i] = i < samples ? i : 0;
      core.put(BATCH, "order", this.#order);
      this.#samples = samples;
    }
    for (const [column, name] of core.plan.params.entries()) {
      this.#params[column] = name === "count" ? samples : params[name] ?? 0;
    }
    core.put(BATCH, "params", this.#params);
  }

  /** Puts what dropout drops, by the number of the step. */
  putKeys(seed: number, step: number): void {
    const { plan } = this.#core;
    for (const [column, name] of plan.keys.entries()) this.#keys[column] = streamKey(seed, name, step);
    this.#core.put(BATCH, "keys", this.#keys);
  }
}

/** Some of the inputs of samples. */
export function part(inputs: Read["inputs"], size: number, from: number, to: number): Omit<Read, "labels"> {
  const some = inputs.subarray(from * size, to * size);
  return { samples: some.length / size, inputs: some };
}
