/**
 * Who has a net's memory and runs its steps: a team of workers that share it with this thread, this thread alone, or one
 * worker with a memory that no other thread sees.
 *
 * @module
 */
import type { RowPlaces } from "../backends/rows.ts";
import type { Work } from "../backends/threads/team.ts";

/** Something at once, or later. */
export type Soon<Value> = Value | Promise<Value>;

/** Numbers of any type, to be put into memory. */
export type Numbers = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Where all lies in a net's memory. */
export interface Layout {
  /** Of the whole memory, in pages; it is never made smaller. */
  readonly pages: number;
  /** Bytes from the first one on that stay what they are. */
  readonly kept: number;
  /** Where the scratch memory of the first thread begins, and how many bytes each thread has. */
  readonly scratch: { readonly from: number; readonly bytes: number };
  /** The rows of each data set. */
  readonly rows: readonly RowPlaces[];
}

/** A single step: of which data set, and whether it trains. */
export type Mode = Work["mode"];

/** How far training is. */
export interface Reached {
  /** Updates. */
  readonly steps: number;
  /** Those of an epoch that is not whole. */
  readonly partial?: { readonly steps: number };
}

/** Who has a net's memory and runs its steps. */
export interface Host {
  /** Threads that train beside the one that calls; 0 where that one trains. */
  readonly threads: number;
  /** Steps done of the work that is running. */
  readonly progress: number;
  /** Takes memory, and binds the code to it. */
  place(layout: Layout): Soon<void>;
  /** Puts numbers at an address; what is asked later sees them. */
  put(address: number, values: Numbers): void;
  /** A copy of bytes from an address on. */
  get(address: number, bytes: number): Soon<ArrayBuffer>;
  /** Runs the first step of a data set. */
  once(set: number, mode: Mode): Soon<void>;
  /** Runs steps; the number of the first one that is not done. */
  run(work: Work): Promise<number>;
  /**
   * Where memory may be lost: gives what was read of all of it, and keeps that; or, where it was lost in the epoch that
   * followed, what was kept last.
   */
  orLast?<Read extends Reached>(reached: Reached, read: Promise<Read>): Promise<Read>;
  /** Lets the work that is running end after a step. */
  halt(): void;
  /** Ends the workers; what is asked of them, and what is running, is rejected with the error. */
  close(error: Error): void;
}
