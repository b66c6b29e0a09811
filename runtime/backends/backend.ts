/**
 * What a backend is: it runs what some targets generate. Each is a folder beside this file, found by the name that its
 * targets give; whoever trains, predicts, checks, tunes or times asks this interface.
 *
 * @module
 */
import type { CompiledNet } from "../../codegen/compile.ts";
import type { Storage } from "../../codegen/ir/interpret.ts";
import type { Bound } from "../../codegen/prove/binary/module.ts";
import type { Dataset } from "../data/data.ts";
import type { RowCounts } from "./rows.ts";
import type { NetSession } from "./session.ts";

/** What runs generated code. `Prepared`: its kernels as they are sent to a worker. */
export interface Backend<Prepared = unknown> {
  /** As targets name it. */
  readonly name: string;
  /** Whether it runs on threads of the processor, as many as one likes. */
  readonly takesThreads: boolean;
  /** What a run that is to stop still does, in words. */
  readonly lastWork: string;
  /** What there is here to run on. */
  available(): Availability | Promise<Availability>;
  /** @throws {InputError} when there is nothing to run on. */
  requireDevice(): void | Promise<void>;
  /**
   * Checks all that a session of a net with some data sets can be refused for. No code is loaded, and no memory taken; a
   * GPU is asked for a device with the limits that the session needs.
   *
   * @throws {InputError} when a data set does not fit the net, or both together what they would run on.
   */
  fit(net: CompiledNet, sets: readonly Dataset[], options: SessionOptions): FittedNet | Promise<FittedNet>;
  /**
   * A net that was compiled for nothing but predictions, with its weights.
   *
   * @param parameters by name, in the usual order: all of them, and all buffers.
   * @throws {InputError} when there is nothing to run on, or the net does not fit it.
   */
  predictor(net: CompiledNet, parameters: Parameters): Promise<BoundPredictor>;
  /**
   * The kernels of a net, for {@linkcode bindKernels} in any thread: what comes of it can be sent to a worker.
   *
   * @param counts rows of the tensors that a run would supply.
   * @param only the one kernel that is going to be called.
   */
  prepareKernels(net: CompiledNet, counts: RowCounts, only?: string): Prepared | Promise<Prepared>;
  /**
   * What was found of each access of memory in what it runs of a net; undefined where the engine checks each.
   *
   * @throws {VerifyError} when one cannot be bounded.
   */
  boundsOf?(net: CompiledNet): readonly Bound[] | undefined;
  /**
   * The module that it runs of a net, as bytes; undefined where it runs none.
   *
   * @throws {VerifyError} when an access in it cannot be bounded.
   */
  moduleOf?(net: CompiledNet): Uint8Array<ArrayBuffer> | undefined;
  /** Kernels by name, in a memory of their own. */
  bindKernels(prepared: Prepared): Promise<(name: string) => LoadedKernel>;
}

/** What a backend would run on. */
export interface Availability {
  /** What it is, in its driver's words; undefined where there is nothing. */
  readonly device?: string;
  /** Whether it is said to be faster than threads: training then takes it by default. */
  readonly preferred: boolean;
  /** Why, or why not, in words. */
  readonly reason: string;
}

/** How a session is opened. */
export interface SessionOptions {
  /** Workers, where the backend takes any. */
  readonly threads: number;
  /** Whether kernels are going to be timed: {@linkcode NetSession.profile}. */
  readonly profile?: boolean;
  /** URL of the generated script, which is loaded in place of the one in memory. */
  readonly module?: string;
}

/** A net and data sets that fit what they are to run on. */
export interface FittedNet {
  /** Loads the code, takes memory, and puts the data sets into it. */
  open(): Promise<NetSession>;
}

/** Parameters by name, in the usual order. */
export type Parameters = ReadonlyMap<string, { readonly values: Float32Array }>;

/** The step that makes outputs, with the weights it takes, for one batch of samples. */
export interface BoundPredictor {
  /** Whether the thread that asks also computes: `run` then gives no promise. */
  readonly immediate: boolean;
  /** Samples of the next run: batch x shape, row-major. */
  readonly input: Float32Array;
  /** What the last layer gives for them: a copy, batch x classes, row-major. Runs must not overlap. */
  run(): Float32Array | Promise<Float32Array>;
  /** Gives back what it holds. */
  close(): void;
}

/** A kernel, ready to be called on storages of its own. */
export interface LoadedKernel {
  /** Puts storages, in the order of its tensors, where the kernel reads and writes. */
  load(storages: readonly Storage[]): void;
  /** Runs it; `from` and `to`: the share of a parallel loop. */
  run(step: number, from: number, to: number): void;
  /** Where runs stand in a queue: runs it so often, handed over at once, and waits for the end. */
  repeat?(step: number, times: number): Promise<void>;
  /** Milliseconds of a run, of so many that they take about so long. Only where single runs cannot be timed. */
  measure?(step: number, milliseconds: number): Promise<number>;
  /** Copies what is where the kernel writes into the storages; where runs stand in a queue, it has to be waited for. */
  read(storages: readonly Storage[]): void | Promise<void>;
}
