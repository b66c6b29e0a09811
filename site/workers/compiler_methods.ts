/**
 * What the worker `compiler.ts` does for a page: a spec's text goes in, what can be shown comes out. Types alone: a page
 * that imports them loads no compiler.
 *
 * @module
 */
import type { KernelStages, LayerSummary, Optimization, SpecMistake, TrainingStep } from "../../mod.ts";

/** What is wrong with a spec, in one line, and where. An empty path is the whole of it. */
export interface Mistake extends SpecMistake {
  /** It is no JSON, or has a key twice: where it stands nobody has read. */
  readonly unreadable?: true;
}

/** A net as its spec has it. */
export interface NetSummary {
  readonly name: string;
  readonly input: readonly number[];
  readonly batchSize: number;
  /** Its input before them. */
  readonly layers: readonly LayerSummary[];
  /** Numbers that are trained. */
  readonly parameters: number;
  /** Shape of what the last layer gives for one sample. */
  readonly output: readonly number[];
  readonly epochs: number;
  /** Whether it takes the digits of MNIST, and tells ten classes. */
  readonly takesDigits: boolean;
  /** The graph drawn, as SVG, for a wide page and for a narrow one; nothing where it cannot be drawn. */
  readonly drawings: { readonly wide?: string; readonly narrow?: string };
}

/** A spec that was checked. */
export type Checked =
  | { readonly net: NetSummary; readonly mistakes?: undefined }
  | { readonly net?: undefined; readonly mistakes: readonly Mistake[] };

/** How a net is compiled. */
export interface CompileChoice {
  /** Name of a target, or "auto". */
  readonly target: string;
  /** Optimizations that are left out. Default: none. */
  readonly without?: readonly Optimization[];
}

/** What a net becomes for one target. */
export interface CompiledNet extends TrainingStep {
  /** Whether this browser may run it. */
  readonly runsHere: boolean;
  /** Milliseconds that it took. */
  readonly milliseconds: number;
  readonly graphText: string;
  readonly planText: string;
}

/** A kernel at every stage: formulas, schedule, loop nest, and the target's text. */
export interface KernelCode extends Pick<KernelStages, "kernel" | "schedule" | "nest" | "source"> {
  readonly name: string;
  readonly flops: number;
  readonly read: number;
  readonly written: number;
}

/** A target's kernels that make what a kernel of another target makes. */
export interface TargetCode {
  readonly target: string;
  readonly kernels: readonly KernelCode[];
}

/** How a net is trained. */
export interface TrainChoice extends CompileChoice {
  /** Default: all cores, and 1 where threads cannot share memory. */
  readonly threads?: number;
  /** Default: those of the spec. */
  readonly epochs?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Whether to take the digits of MNIST, for a net that takes them. Default: data made at random that can be learned. */
  readonly digits?: boolean;
}

/** What is told while a net is trained. */
export type TrainProgress =
  | { readonly kind: "loading"; readonly images: number; readonly of: number }
  | {
    readonly kind: "began";
    readonly target: string;
    /** 0: a GPU trains. */
    readonly threads: number;
    /** What it is trained on, in words. */
    readonly data: string;
    readonly samples: number;
    readonly epochs: number;
    readonly stepsInEpoch: number;
  }
  | {
    readonly kind: "steps";
    readonly epoch: number;
    /** The last step that is done, from 1, over all epochs of the run. */
    readonly step: number;
    /** Mean loss of the steps since the last time. */
    readonly loss: number;
    /** Samples each second since the last time. */
    readonly samplesPerSecond: number;
  }
  | {
    readonly kind: "epoch";
    readonly epoch: number;
    readonly loss: number;
    /** Of the samples that it is tested on, where the net tells classes: from 0 to 1. */
    readonly accuracy?: number;
    readonly testLoss: number;
    readonly samplesPerSecond: number;
  };

/** What training gave. */
export interface TrainResult {
  readonly epochs: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /** It was stopped before its end. */
  readonly stopped: boolean;
}

/** What a kernel takes, measured. */
export interface KernelMilliseconds {
  readonly kernel: string;
  /** The kernels that it consists of: several where a thread or a GPU runs them as one. */
  readonly merged: readonly string[];
  readonly milliseconds: number;
  readonly gflops: number;
  /** Its part of the sum of all kernels, from 0 to 1. */
  readonly share: number;
}

/** Kernels of a training step as they were timed. */
export interface KernelTimes {
  readonly target: string;
  readonly threads: number;
  /** How, in words. */
  readonly how: string;
  readonly rows: readonly KernelMilliseconds[];
}

/** What a page may ask. Whoever has asked for too much ends the worker and starts another. */
export interface CompilerMethods {
  /** Reads a spec, which takes milliseconds. */
  check(text: string): Checked | Promise<Checked>;
  /** Compiles a net. @throws {InputError} when it cannot be. */
  compile(text: string, choice: CompileChoice): CompiledNet | Promise<CompiledNet>;
  /** What targets make of what a kernel of another one makes; each target is compiled when it is first asked for. */
  code(text: string, kernel: { target: string; name: string }, target: string): TargetCode | Promise<TargetCode>;
  /** Trains a net in workers of its own. @throws {InputError} when it cannot be trained here. */
  train(text: string, choice: TrainChoice, tell: (progress: TrainProgress) => void): Promise<TrainResult>;
  /** Stops training after a step. */
  stop(): void | Promise<void>;
  /** Times the kernels of a training step. `tell`: what is going on, in words. */
  timeKernels(text: string, choice: CompileChoice, tell: (doing: string) => void): Promise<KernelTimes>;
}
