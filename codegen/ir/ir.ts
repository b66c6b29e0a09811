/**
 * The two forms a kernel has inside the compiler, and nothing else.
 *
 * - {@linkcode Kernel}: index notation. What is computed, with no order, no tile and no target.
 * - {@linkcode LoopNest}: what a schedule made of it. Loops, locals, loads and stores.
 *
 * @module
 */

/** How an element is stored. */
export type DType = "f32" | "i32" | "u32" | "u8";
/** What a scalar in flight is; `u8` elements are widened to `i32` when loaded. */
export type Scalar = "f32" | "i32" | "u32" | "bool";
/** What a value in flight is: a scalar, or four of them side by side. */
export type Type = Scalar | `${Scalar}x4`;

/** Values side by side in a vector. */
export const LANES = 4;

/** The scalar that a type has one or four of. */
export function scalarOf(type: Type): Scalar {
  return type.replace("x4", "") as Scalar;
}

/** Whether a type is of four lanes. */
export function isVector(type: Type): boolean {
  return type.endsWith("x4");
}

/** The type of an element once it has been loaded. */
export const LOADED: Readonly<Record<DType, Scalar>> = { f32: "f32", i32: "i32", u32: "u32", u8: "i32" };
/** Bytes of one stored element. */
export const BYTES: Readonly<Record<DType, number>> = { f32: 4, i32: 4, u32: 4, u8: 1 };

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

/** Every operation, with the types of its operands and of its result; on vectors it works lane by lane. */
export const OPS = {
  add: { operands: ["f32", "f32"], result: "f32" },
  sub: { operands: ["f32", "f32"], result: "f32" },
  mul: { operands: ["f32", "f32"], result: "f32" },
  div: { operands: ["f32", "f32"], result: "f32" },
  /** `a * b + c`, rounded once or twice as the target has it; only `contract.ts` makes it. */
  fma: { operands: ["f32", "f32", "f32"], result: "f32" },
  /** The larger of two, NaN where either is NaN. */
  max: { operands: ["f32", "f32"], result: "f32" },
  abs: { operands: ["f32"], result: "f32" },
  neg: { operands: ["f32"], result: "f32" },
  sqrt: { operands: ["f32"], result: "f32" },
  exp: { operands: ["f32"], result: "f32" },
  log: { operands: ["f32"], result: "f32" },
  tanh: { operands: ["f32"], result: "f32" },
  /** `a < b`, false where either is NaN; so is `le`. */
  lt: { operands: ["f32", "f32"], result: "bool" },
  le: { operands: ["f32", "f32"], result: "bool" },
  /** Equality of two integers. */
  eq: { operands: ["i32", "i32"], result: "bool" },
  /** `condition ? a : b`. */
  select: { operands: ["bool", "f32", "f32"], result: "f32" },
  /** `select` for integers. */
  pick: { operands: ["bool", "i32", "i32"], result: "i32" },
  /** Integer to float. */
  float: { operands: ["i32"], result: "f32" },
  /** Unsigned integer to float. */
  ufloat: { operands: ["u32"], result: "f32" },
  /** Integer to unsigned integer, same bits. */
  unsigned: { operands: ["i32"], result: "u32" },
  /** Unsigned 32-bit arithmetic, modulo 2^32. */
  umul: { operands: ["u32", "u32"], result: "u32" },
  uxor: { operands: ["u32", "u32"], result: "u32" },
  /** Logical shift right. */
  ushr: { operands: ["u32", "u32"], result: "u32" },
} as const satisfies Record<string, { operands: readonly Scalar[]; result: Scalar }>;

/** The name of a scalar operation. */
export type Op = keyof typeof OPS;

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

/** Distance between neighbours along each dimension, in elements of the storage. */
export function strides({ shape, halo }: TensorType): number[] {
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

/** `constant + sum of coefficient * variable`, in elements of a tensor. Variables are loop variables or integer locals. */
export interface Offset {
  readonly constant: number;
  readonly terms: readonly { readonly variable: string; readonly coefficient: number }[];
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
  /** Invocations that run its grids; `undefined`: it has none, and is for threads. */
  readonly invocations?: number;
  readonly body: readonly Statement[];
}

/** The points of some kernel as invocations. */
export type Grid = Extract<Statement, { kind: "grid" }>;

/** A part of a tensor in the workgroup's memory. */
export type Stage = Extract<Statement, { kind: "stage" }>;

/** Points of a grid. */
export function gridPoints({ loops, places = [] }: Pick<Grid, "loops" | "places">): number {
  return [...loops, ...places].reduce((product, { to, step }) => product * (to / step), 1);
}

/** Elements of a part of a tensor. */
export function stagedElements({ box }: Pick<Stage, "box">): number {
  return box.reduce((product, { extent }) => product * extent, 1);
}

/** Invocations of each point of a grid. */
export function membersOf({ members = [] }: Pick<Grid, "members">): number {
  return members.reduce((product, { to }) => product * to, 1);
}

/** Invocations of a workgroup: those that can wait for each other. */
export const WORKGROUP = 64;

/** Bytes of a workgroup's memory, on every device. */
export const WORKGROUP_BYTES = 16_384;

/** The most sums, scalars or vectors, that a grid's members have. */
export function combinedSums(body: readonly Statement[], vectors: boolean): number {
  return body.reduce((most, s) => {
    const own = s.kind === "combine"
      ? s.sums.filter(({ type }) => isVector(type) === vectors).length
      : "body" in s
      ? combinedSums(s.body, vectors)
      : 0;
    return Math.max(most, own);
  }, 0);
}

/** What workgroups keep of tensors: by name and type the most elements, since grids have them one instead of the other. */
export function stagedArrays(body: readonly Statement[]): { name: string; type: Type; elements: number }[] {
  const arrays = new Map<string, { name: string; type: Type; elements: number }>();
  const visit = (s: Statement): void => {
    if ("body" in s) s.body.forEach(visit);
    if (s.kind !== "stage") return;
    const { name, type } = s, key = `${name} ${type}`;
    arrays.set(key, { name, type, elements: Math.max(arrays.get(key)?.elements ?? 0, stagedElements(s)) });
  };
  body.forEach(visit);
  return [...arrays.values()];
}

/**
 * Bytes of a workgroup's memory for members' sums, where scalars and vectors have a place each, and for what is staged;
 * WebGPU counts each array in whole vectors.
 */
export function workgroupBytes(body: readonly Statement[]): number {
  const sums = WORKGROUP * (combinedSums(body, false) + LANES * combinedSums(body, true));
  return 4 * stagedArrays(body).reduce((all, { elements }) => all + LANES * Math.ceil(elements / LANES), sums);
}

/** Invocations that a grid takes up: where points have several, whole workgroups. */
export function gridInvocations(grid: Pick<Grid, "loops" | "places" | "members">): number {
  const members = membersOf(grid), all = gridPoints(grid) * members;
  return members === 1 ? all : Math.ceil(all / WORKGROUP) * WORKGROUP;
}

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
