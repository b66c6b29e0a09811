/**
 * A net's memory where this thread sees it.
 *
 * @module
 */
import type { Numbers } from "./host.ts";

/** Memory that is made larger by making another one. */
export class MemoryHost {
  readonly #shared: boolean;
  #memory: WebAssembly.Memory | undefined;
  #pages = 0;

  /** `shared`: whether other threads see it, too. */
  constructor(shared: boolean) {
    this.#shared = shared;
  }

  /** See `Host`. */
  put(address: number, { buffer, byteOffset, byteLength }: Numbers): void {
    this.#bytes(address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** See `Host`. */
  get(address: number, bytes: number): ArrayBuffer {
    const copy = new Uint8Array(bytes);
    copy.set(this.#bytes(address, bytes));
    return copy.buffer;
  }

  /** A memory of at least so many pages, in which the first so many bytes are as they were. */
  protected atLeast(pages: number, kept: number): WebAssembly.Memory {
    if (pages > this.#pages) {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: this.#shared });
      if (this.#memory) new Uint8Array(memory.buffer).set(this.#bytes(0, kept));
      this.#memory = memory;
      this.#pages = pages;
    }
    return this.#memory!;
  }

  #bytes(address: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#memory!.buffer, address, bytes);
  }
}
