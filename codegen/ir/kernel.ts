/**
 * The first of the compiler's two forms: a {@linkcode Kernel}, an algorithm in index notation. What is computed, with no
 * order, no tile and no target.
 *
 * @module
 */
import type { DType, Op, Scalar } from "./operations.ts";

/** One dimension of an index space; `extent` iterations from 0. */
export interface Axis {
  readonly name: string;
  readonly extent: number;
}

/** The training step being run: an index whose extent is known only at run time. */
export const STEP: Axis = { name: "step", extent: Infinity };

/** `constant + sum of coefficient * axis`; an axis occurs at most once. */
export interface Affine {
  readonly kind: "affine";
  readonly constant: number;
  readonly terms: readonly { readonly axis: Axis; readonly coefficient: number }[];
}

/** One index of an access: affine, or itself loaded (a gather). */
export type Index = Affine | Load;

/** A number known when the kernel is compiled. */
export interface Constant {
  readonly kind: "constant";
  readonly value: number;
  readonly type: Scalar;
}

/** The value of an index, as an `i32`. */
export interface Position {
  readonly kind: "position";
  readonly index: Affine;
}

/** An element of a tensor. `padded`: an index outside the tensor gives 0, otherwise it is a fault. */
export interface Load {
  readonly kind: "load";
  readonly tensor: string;
  readonly index: readonly Index[];
  readonly padded: boolean;
}

/** A number that is known only when the step runs: a learning rate, the samples in the batch. */
export interface Param {
  readonly kind: "param";
  readonly name: string;
  readonly type: "f32" | "u32";
}

/** An operation on scalars. `name`: what generated code calls its result. */
export interface Operation {
  readonly kind: "op";
  readonly op: Op;
  readonly operands: readonly Expr[];
  readonly name?: string;
}

/** `argmax`: the first position of the maximum, counted over the axes in row-major order, as an `i32`. */
export interface Reduce {
  readonly kind: "reduce";
  readonly reduction: "sum" | "max" | "argmax";
  readonly axes: readonly Axis[];
  readonly body: Expr;
  readonly name?: string;
}

/** A scalar expression in index notation. */
export type Expr = Constant | Position | Load | Param | Operation | Reduce;

/** One tensor element and what is written to it. */
export interface Assignment {
  readonly tensor: string;
  readonly index: readonly Affine[];
  readonly value: Expr;
}

/** Assignments made once for every point of one index space. */
export interface Part {
  readonly axes: readonly Axis[];
  readonly assignments: readonly Assignment[];
}

/** A tensor as a kernel sees it. Storage is row-major over `shape` widened by `halo`. */
export interface TensorType {
  readonly dtype: DType;
  /** The first extent may be `Infinity`: as many rows as the run has. */
  readonly shape: readonly number[];
  /** Elements of zeros stored before and after each dimension, so that padded loads need no test. */
  readonly halo: readonly (readonly [number, number])[];
  /** What integer values it may hold: below a number, or row numbers of the tensors with that many rows. */
  readonly below?: number | "samples";
  /** For a tensor with `Infinity` rows: what its rows are. */
  readonly rows?: "samples" | "steps";
  /** For a table of run-time numbers: what its columns are. */
  readonly columns?: readonly string[];
}

const known = new WeakMap<TensorType, readonly number[]>();

/** Distance between neighbours along each dimension, in elements of the storage. */
export function strides(type: TensorType): readonly number[] {
  const result = known.get(type) ?? stridesOf(type);
  known.set(type, result);
  return result;
}

function stridesOf({ shape, halo }: TensorType): number[] {
  const result: number[] = [];
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    result[d] = stride;
    stride *= shape[d] + halo[d][0] + halo[d][1];
  }
  return result;
}

/** An algorithm: parts over index spaces, no order between their points. */
export interface Kernel {
  readonly name: string;
  /** The file that defines it. */
  readonly source: string;
  readonly parts: readonly Part[];
  /** The tensors it names, in the order of its arguments. */
  readonly tensors: Readonly<Record<string, TensorType>>;
}
