/**
 * What a plan is: every kernel of a step in order, every tensor in one arena. And what it is before its memory is laid
 * out, a draft: stages 3 to 5 make, arrange and fuse it, stage 6 makes a plan of it.
 *
 * @module
 */
import type { Axis, Kernel, TensorType } from "../ir/ir.ts";
import type { Drawn } from "../language/init.ts";
import type { MetricKind } from "../language/loss.ts";
import type { Graph } from "../graph/shapes.ts";

/**
 * What a tensor is for. Kept from step to step: what is learned, what layers keep beside (buffers), and what the
 * optimizer keeps (state). Of one step: values and gradients. And what the run supplies or is told.
 */
export type Role = "parameter" | "buffer" | "state" | "value" | "gradient" | "run";

/** Roles of what makes a trained net: it is saved and loaded, and a test reads it. */
export const WEIGHT_ROLES: readonly Role[] = ["parameter", "buffer"];

/** How a tensor's elements are ordered in memory. */
export interface Layout {
  /** The shape under which it is known outside. */
  readonly shape: readonly number[];
  /** The stored dimensions, outermost first: `floor(index[of] / every) % extent`. */
  readonly dimensions: readonly { readonly of: number; readonly every: number; readonly extent: number }[];
}

/** A tensor of the plan. */
export interface PlannedTensor extends TensorType {
  readonly name: string;
  readonly role: Role;
  /** How it begins: what it is drawn from, or what all elements are. */
  readonly initial?: Drawn | number;
  /** Of samples: the least and the most that the loss takes for a value. */
  readonly range?: readonly [least: number, most: number];
  /** No value is below this. */
  readonly least?: number;
  /** It is stored although kernels could be merged over it. */
  readonly kept?: true;
  /** How it is stored, where that is not row-major; `shape` is that of the storage. */
  readonly layout?: Layout;
  /** It is another tensor's storage under another shape. */
  readonly alias?: string;
  /**
   * Scratch: it is touched inside of chains only, and each thread stores no more than so many of its outermost dimension,
   * those of a block, at `offset` in a memory of the thread's own.
   */
  readonly scratch?: number;
  /** Byte offset in the arena; tensors whose rows the run supplies lie behind the arena. */
  readonly offset: number;
  readonly bytes: number;
}

/** A tensor whose place in memory is not known yet. */
export type DraftTensor = Omit<PlannedTensor, "offset" | "bytes" | "halo" | "scratch">;

/** A kernel and the tensors of the plan that its symbols stand for. */
export interface PlannedKernel {
  readonly kernel: Kernel;
  readonly bindings: Readonly<Record<string, string>>;
  /** For names of fused kernels: the layer, the pass, and what a gradient is with respect to. */
  readonly title: { readonly stem: string; readonly pass: string; readonly wrt?: string };
  /** It only renames elements. */
  readonly reshapes?: true;
  /**
   * Operations that it does without, beside the formula as it was drafted; below 0 where it has more. Over all kernels of
   * a step, what they execute and what they save is what the mathematics take.
   */
  readonly saves?: number;
}

/**
 * Kernels that follow each other in a step and are run block by block: a thread runs all of them on a block of the rows
 * of its share before it goes on to the next one, and waits for nobody in between.
 */
export interface Chain {
  /** The number of the first kernel, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Extent of the axis that threads share in all of them, and how much of it is a block. */
  readonly rows: number;
  readonly block: number;
}

/** Kernels in order; each is run by all threads, which then wait for each other where `barrier` says so. */
export interface Step {
  readonly kernels: readonly PlannedKernel[];
  /** Whether threads must wait for each other before the kernel of the same place. */
  readonly barriers: readonly boolean[];
  /** Those that are run block by block. Default: none. */
  readonly chains?: readonly Chain[];
}

/** A network, ready for lowering. */
export interface Plan {
  readonly name: string;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Rows of the batch's axis; those from the run-time number `count` on hold no sample. */
  readonly batchRows: number;
  readonly graph: Graph;
  readonly tensors: Readonly<Record<string, PlannedTensor>>;
  /** Columns of the tensor `params`. */
  readonly params: readonly string[];
  /** Columns of the tensor `keys`. */
  readonly keys: readonly string[];
  /** What is told of each sample beside its loss: kinds, and the tensors with a row for each step. None to predict. */
  readonly metrics: readonly Pick<MetricKind, "type" | "symbol">[];
  readonly train: Step;
  readonly evaluate: Step;
  readonly arenaBytes: number;
  /** Bytes of each thread's scratch memory. Default: none. */
  readonly scratchBytes?: number;
}

/** What a run reads of a tensor. */
export type RunTensor =
  & Pick<PlannedTensor, "name" | "role" | "dtype" | "shape" | "rows" | "below" | "initial" | "range" | "layout">
  & Pick<PlannedTensor, "alias" | "offset" | "bytes" | "scratch">;

/** What a run reads of a plan: no kernel's formula, and no kind of layer, so that it can be written as JSON. */
export interface RunPlan extends
  Pick<
    Plan,
    "name" | "batchSize" | "batchRows" | "params" | "keys" | "metrics" | "arenaBytes" | "scratchBytes"
  > {
  readonly tensors: Readonly<Record<string, RunTensor>>;
  readonly graph: Pick<Graph, "shapes" | "output">;
  /** Kernels by name, in order. */
  readonly train: { readonly kernels: readonly { readonly kernel: Pick<Kernel, "name"> }[] };
}

/** A plan before its memory is laid out. */
export interface Draft
  extends Omit<Plan, "tensors" | "train" | "evaluate" | "arenaBytes" | "scratchBytes" | "params" | "keys" | "metrics"> {
  /** The axis over the samples, in all kernels. */
  readonly batch: Axis;
  readonly tensors: Readonly<Record<string, DraftTensor>>;
  readonly train: readonly PlannedKernel[];
  readonly evaluate: readonly PlannedKernel[];
}

/** Choices of the plan that the spec does not make. */
export interface PlanOptions {
  /** How the data set is stored: bytes are scaled by 1/255. Default "u8". */
  readonly data?: "u8" | "f32";
  /** Only what makes outputs of inputs, as the step `evaluate`: no labels, no loss, nothing kept for gradients. Default false. */
  readonly predict?: boolean;
}
