/**
 * What a compiled net is to those who run it without its compiler.
 *
 * @module
 */
import type { Spec } from "../../codegen/graph/spec.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import type { Thread } from "../platform/platform.ts";
import type { TrainingRules } from "../run/rules.ts";
import type { Host } from "./host.ts";
import type { ReadGiven } from "./samples.ts";

/** What is code, not data, in a spec: formulas of its optimizer, scheduler and loss, their options bound. */
export interface NetRules extends TrainingRules {
  /** Probability of each class, or output, from the outputs for one sample, where the loss takes these for logits. */
  probabilities?(outputs: Float32Array): Float64Array;
  /** Outputs are numbers, not one for each class. */
  readonly numbers?: true;
}

/** What a step of training from a seed gives, to be compared with what an engine gives. */
export interface Check {
  /** The seed of the net, of its samples and of their classes. */
  readonly seed: number;
  /** Of numbers that may differ from one processor to another, relative to the largest of their tensor; 0: no bit may. */
  readonly tolerance: number;
  /** Mean loss of the step; of a net that only predicts, 0. */
  readonly loss: number;
  /**
   * Of each tensor that the step changes, by name: SHA-256 of its numbers in the usual order, and some of them by index.
   * The optimizer's are among them, by which gradients are seen; of a net that only predicts, there are its `outputs`.
   */
  readonly tensors: Readonly<
    Record<string, { readonly hash: string; readonly samples: Readonly<Record<number, number>> }>
  >;
}

/** A net that was compiled: to WebAssembly, or for a host of another kind. */
export interface NetProgram {
  /** The net, and how it is trained. */
  readonly spec: Spec & { readonly classes?: readonly string[] };
  /** Name of the target. */
  readonly target: string;
  /** Optimizations that were left out, for checkpoints. Default: none. */
  readonly without?: readonly string[];
  /** Tensors, and where they lie. */
  readonly plan: RunPlan;
  /** What the spec's options mean. */
  readonly rules: NetRules;
  /** The module, as it is made for shared memory. Asked for once, and only where there is no `host`. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens what runs the net, where that is no module: a GPU. */
  host?(): Promise<Host>;
  /** Starts a thread that runs `worker.ts`. Where there is none, the calling thread computes alone. */
  worker?(): Thread;
  /** Reads what is given beside samples. Default: classes alone. */
  readonly given?: ReadGiven;
  /** What a step must give, for a test of the engine; asked for by each. */
  check?(): Promise<Check>;
}
