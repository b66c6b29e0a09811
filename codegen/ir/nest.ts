/**
 * The second of the compiler's two forms: a {@linkcode LoopNest}, which is what a schedule made of a kernel. Loops, locals,
 * loads and stores.
 *
 * @module
 */
import type { Constant, TensorType } from "./kernel.ts";
import { isVector, type Op, OPS, type Scalar, type Type } from "./operations.ts";

/**
 * `constant + sum of coefficient * variable`, in elements of a tensor. Variables are loop variables or integer locals.
 *
 * Where the last pass of a target has put it in bytes it says so: `constant + scale * sum`.
 */
export interface Offset {
  readonly constant: number;
  readonly terms: readonly { readonly variable: string; readonly coefficient: number }[];
  /** Default: elements. */
  readonly unit?: "byte";
  /** Of an offset in bytes whose variables count elements: bytes of one. Default 1. */
  readonly scale?: number;
}

/** A scalar expression of a loop nest. */
export type Value =
  | Constant
  | { readonly kind: "local"; readonly name: string; readonly type: Type }
  | { readonly kind: "offset"; readonly offset: Offset }
  /** `offset`, `offset + step`, ...: an index in four lanes. */
  | { readonly kind: "ramp"; readonly offset: Offset; readonly step: number }
  /** A scalar in every lane. */
  | { readonly kind: "splat"; readonly value: Value }
  /** The sum of the lanes, those of each half first: (0 + 1) + (2 + 3). */
  | { readonly kind: "total"; readonly value: Value }
  /** An element; of a vector type, four neighbours from `offset` on. */
  | { readonly kind: "element"; readonly tensor: string; readonly offset: Offset; readonly type: Type }
  /** The same of what a `stage` has copied. */
  | { readonly kind: "staged"; readonly name: string; readonly offset: Offset; readonly type: Type }
  | { readonly kind: "apply"; readonly op: Op; readonly operands: readonly Value[] };

/** A statement of a loop nest. */
export type Statement =
  | {
    readonly kind: "loop";
    readonly variable: string;
    readonly from: number;
    readonly to: number;
    readonly step: number;
    /** Split among the threads of a team: each runs a range of iterations of its own. */
    readonly parallel: boolean;
    readonly body: readonly Statement[];
  }
  /** A block with names of its own. `last`: run only by the thread that has the parallel loop's last iteration. */
  | { readonly kind: "block"; readonly last: boolean; readonly body: readonly Statement[] }
  /**
   * The points of a grid, each run by a GPU's invocation of its own: that of number `first` and those after it. The last
   * of the variables counts fastest, each from 0 by its step.
   *
   * With `places` the loops are those of workgroups, each of which has a point for each combination of the places.
   *
   * With `members` a point has several invocations, one for each combination of their numbers: all of them run the body
   * up to its `combine`, and one goes on behind it, where members and what follows from them are gone.
   */
  | {
    readonly kind: "grid";
    readonly first: number;
    readonly loops: readonly { readonly variable: string; readonly to: number; readonly step: number }[];
    readonly places?: readonly { readonly variable: string; readonly to: number; readonly step: number }[];
    readonly members?: readonly { readonly variable: string; readonly to: number }[];
    readonly body: readonly Statement[];
  }
  /** In a grid with members: these accumulators become the sums of those of all members. */
  | { readonly kind: "combine"; readonly sums: readonly { readonly name: string; readonly type: Type }[] }
  /**
   * In a grid with places, where all invocations of a workgroup come by: a box of a tensor goes to the workgroup's memory,
   * by the name, in row-major order. It holds what lies at `offset`, moved by each dimension's stride so many times.
   */
  | {
    readonly kind: "stage";
    readonly name: string;
    readonly tensor: string;
    readonly offset: Offset;
    readonly box: readonly { readonly extent: number; readonly stride: number }[];
    /** How it is accessed: where four neighbours at a time, from multiples of four. */
    readonly type: Type;
  }
  | { readonly kind: "let"; readonly name: string; readonly type: Type; readonly value: Value }
  /** A local that `set` changes: an accumulator. */
  | { readonly kind: "variable"; readonly name: string; readonly type: Type; readonly value: Value }
  | { readonly kind: "set"; readonly name: string; readonly value: Value }
  | { readonly kind: "store"; readonly tensor: string; readonly offset: Offset; readonly value: Value }
  | { readonly kind: "comment"; readonly text: string };

/** A scheduled kernel. */
export interface LoopNest {
  readonly name: string;
  readonly tensors: Readonly<Record<string, TensorType>>;
  /** The tensors it must write, each of their elements once. */
  readonly outputs: readonly string[];
  /** Iterations of the parallel loop that threads may share, and how far each moves it; `undefined`: one thread runs it all. */
  readonly parallel?: { readonly axis: string; readonly iterations: number; readonly step: number };
  /** Tensors of which the caller says where they begin, and the variables that tell, in elements. Default: none. */
  readonly begins?: Readonly<Record<string, string>>;
  /** Invocations that run its grids; `undefined`: it has none, and is for threads. */
  readonly invocations?: number;
  readonly body: readonly Statement[];
}

/** The points of some kernel as invocations. */
export type Grid = Extract<Statement, { kind: "grid" }>;

/** A part of a tensor in the workgroup's memory. */
export type Stage = Extract<Statement, { kind: "stage" }>;

/** The type of a value. */
export function typeOf(value: Value): Type {
  switch (value.kind) {
    case "offset":
      return "i32";
    case "ramp":
      return "i32x4";
    case "splat":
      return `${typeOf(value.value) as Scalar}x4`;
    case "total":
      return "f32";
    case "apply": {
      const { result } = OPS[value.op];
      return value.operands.some((operand) => isVector(typeOf(operand))) ? `${result}x4` : result;
    }
    default:
      return value.type;
  }
}
