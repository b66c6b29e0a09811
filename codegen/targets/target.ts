/**
 * What a target must be: spelling, candidates of schedules, and how a step is put together.
 *
 * @module
 */
import type { Kernel, LoopNest, Offset, Op, Statement, Type } from "../ir/ir.ts";
import type { SpreadOf } from "../lower/lowering.ts";
import type { LayoutName } from "../plan/arrange/arrange.ts";
import type { Plan } from "../plan/plan.ts";
import type { Schedule } from "../schedule/schedule.ts";

/** A piece of an expression; pieces of a lower level need parentheses inside those of a higher one. */
export interface Piece {
  readonly text: string;
  readonly level: number;
  /** The number that it is, or that is in all its lanes, where a language has better words for some numbers. */
  readonly number?: number;
}

/** How a language spells each construct. It only spells: nothing here decides what is computed. */
export interface Syntax {
  constant(value: number, type: Type): Piece;
  local(name: string, type: Type): Piece;
  offset(offset: Offset): Piece;
  element(tensor: string, offset: Offset, type: Type): Piece;
  /** Vectors of four lanes; a language without them has none. */
  readonly vectors?: {
    readonly operations: Readonly<Record<Op, (...operands: Piece[]) => Piece>>;
    ramp(offset: Offset, step: number): Piece;
    splat(value: Piece, type: Type): Piece;
    /** A loaded f32 in every lane, where one instruction does both. */
    loadSplat?(tensor: string, offset: Offset): Piece;
    total(value: Piece): Piece;
  };
  readonly operations: Readonly<Record<Op, (...operands: Piece[]) => Piece>>;
  /** The line before and after the body of a loop. */
  loop(variable: string, from: number, to: number, step: number, parallel: boolean): readonly [string, string];
  /** What only nests with grids have; a language for threads has none. */
  readonly grids?: GridSyntax;
  /** The line before and after a block; `last`: it is for the thread that ends the parallel loop at `to`. */
  block(last: boolean, to: number): readonly [string, string];
  let(name: string, type: Type, value: Piece): string;
  variable(name: string, type: Type, value: Piece): string;
  set(name: string, type: Type, value: Piece): string;
  /** `name = name + value`. */
  accumulate(name: string, type: Type, value: Piece): string;
  store(tensor: string, offset: Offset, type: Type, value: Piece): string;
  comment(text: string): string;
  /** The lines before and after a kernel's body, and those that begin it. */
  kernel(): readonly [open: string, close: string, ...first: string[]];
}

/** How a language for GPUs spells what only nests with grids have. */
export interface GridSyntax {
  /** An element of what was staged by a name. */
  staged(name: string, offset: Offset, type: Type): Piece;
  /**
   * Writes what a body begins with: a grid, a stage or a combine.
   *
   * @returns how many of the body's statements that were: all, where the rest goes inside of it.
   */
  write(body: readonly Statement[], writer: BodyWriter): number;
}

/** What a target writes statements of its own with. */
export interface BodyWriter {
  line(text: string): void;
  /** A line, and further in some lines and statements, and a line. */
  block(open: string, first: readonly string[], body: readonly Statement[], close: string): void;
}

/**
 * Where a tensor is: at a byte address; for one whose rows the run supplies, at one known by its name; or in scratch
 * memory, where whoever calls the kernel says: its nest adds that to every index.
 */
export type Address = { readonly address: number } | { readonly rows: string } | { readonly scratch: true };

/** A kernel with its schedule and its proven loop nest. */
export interface CompiledKernel {
  readonly kernel: Kernel;
  readonly schedule: Schedule;
  readonly nest: LoopNest;
}

/** A nest, and the tensors of the plan that its symbols stand for. */
export interface BoundNest {
  readonly nest: LoopNest;
  readonly bindings: Readonly<Record<string, string>>;
}

/** The tensors of a plan that a nest's symbols stand for. */
export interface BoundTensors {
  readonly bindings: Readonly<Record<string, string>>;
  readonly plan: Plan;
}

/** Kernels of a step that nothing keeps apart: between two waits of the threads, or in one dispatch. */
export interface Group {
  readonly kernels: readonly string[];
  /** For threads: those that one of them runs alone. */
  readonly alone?: readonly string[];
  /**
   * Where calls hand over tensors: those of each kernel, by position. A storage stands by its byte address, and one whose
   * rows the run supplies by its name.
   */
  readonly given?: Readonly<Record<string, readonly (string | number)[]>>;
  /** For threads: kernels that each of them runs block by block, in the order in which it does. */
  readonly chains?: readonly PrintedChain[];
  /** For a dispatch: its tensors by binding, and those that it writes; each by the name of its storage. */
  readonly bound?: readonly string[];
  readonly writes?: readonly string[];
  /** For a dispatch: the number of the buffer that has each of its tensors. */
  readonly buffers?: readonly number[];
}

/** Kernels that are run block by block, as they are printed. */
export interface PrintedChain {
  readonly kernels: readonly string[];
  /** Blocks that threads share, and rows of each. */
  readonly blocks: number;
  readonly block: number;
  /** For each of the kernels, what it is given as its tensors in scratch memory. */
  readonly scratch: readonly (readonly ScratchPlace[])[];
}

/** Where a tensor begins in scratch memory, and from which row to which, in bytes. */
export interface ScratchPlace {
  readonly offset: number;
  readonly row: number;
}

/** A language that kernels are printed in. */
export interface Target {
  readonly name: string;
  /** Spelling, for a nest whose tensors are at these places, and are these of a plan. */
  syntax(nest: LoopNest, places: Readonly<Record<string, Address>>, bound?: BoundTensors): Syntax;
  /** What runs its code: the name of a folder in runtime/backends/. */
  readonly backend: string;
  /** The file that is loaded: it has all kernels, or imports them. */
  readonly entry: string;
  /** Whether that file is a script, which can be loaded from where it was written to, too. */
  readonly script?: true;
  /** How it goes through the index spaces of a kernel, where a schedule says more than loops and threads can do. */
  readonly spread?: SpreadOf;
  /** Puts arithmetic in place of what the language has no good operation for. */
  expand?(kernel: Kernel): Kernel;
  /** Puts the offsets of a proven nest in the units that it is printed with. Default: elements. */
  inUnits?(nest: LoopNest): LoopNest;
  /** Whether the whole index of an access is computed once, as a local that accesses share. */
  readonly wholeAddresses: boolean;
  /** Whether a product and the sum it goes into become one operation. */
  readonly fma: boolean;
  /** A WebAssembly module with every feature that the code needs: engines that refuse it cannot run the target. */
  readonly sample?: Uint8Array<ArrayBuffer>;
  /** Whether schedules must say which invocations of a grid compute what, as on a GPU; others must not. */
  readonly needsGrid?: true;
  /** Whether index arithmetic must go out of loops: its proof wants indices that are never negative on the way. */
  readonly mustHoist: boolean;
  /** How sums are kept, for headers. */
  readonly numbers: string;
  /** Relative rounding errors: of each addition of a sum, and of a store. */
  readonly epsilon: { readonly sum: number; readonly store: number };
  readonly commentMark: string;
  /** How its tensors lie in memory. */
  readonly layout: LayoutName;
  /** Whether its steps can run kernels block by block. */
  readonly chains?: true;
  /**
   * Whether its steps run kernels in the plan's order, with its barriers, in one memory: tensors can then lie where others
   * lay.
   */
  readonly reuses?: true;
  /** Schedules that fit the kernel, best guess first; one at a time, since most callers want the first. */
  candidates(kernel: Kernel): Iterable<Schedule>;
  /** Cycles of one run of a kernel on one thread, about: what candidates are sorted by. */
  estimate?(kernel: Kernel, schedule: Schedule): number;
  /**
   * The files of a net by name, from its kernels and their printed text; for a GPU, with dispatches of several kernels
   * that have at most so many storage buffers.
   */
  files(
    plan: Plan,
    kernels: ReadonlyMap<string, CompiledKernel>,
    texts: ReadonlyMap<string, string>,
    mostBindings?: number,
  ): Record<string, string>;
  /**
   * The order in which its files run the kernels of a step, read back from them: each group begins when all before it have
   * ended. The last one is what nothing waits for when the step ends: nothing, if all is well. A step that is not there
   * has no groups.
   */
  groups(files: Readonly<Record<string, string>>): Readonly<Record<"train" | "evaluate", readonly Group[]>>;
  /** For a GPU: the nest of a dispatch of several kernels, which does what they do, one after the other. */
  merged?(kernels: readonly BoundNest[]): LoopNest;
}
