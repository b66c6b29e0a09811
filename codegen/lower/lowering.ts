/**
 * What the functions of this folder are given, and what a target may do otherwise than by loops.
 *
 * @module
 */
import type { Axis, Expr, Kernel, Load, LoopNest, Offset, Reduce, Statement } from "../ir/ir.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Point } from "./points.ts";
import type { Local, Scope } from "./scope.ts";

/** A part of a kernel on its way to a loop nest. */
export interface Lowering {
  readonly kernel: Kernel;
  readonly schedule: Schedule;
  /** The axes of the part's index space: the order of tile coordinates in names. */
  readonly axes: readonly Axis[];
  /** How often each expression of the part is used, by its key. */
  readonly uses: ReadonlyMap<string, number>;
  /** The tensor that each reduction of the part is for, by its key. */
  readonly purposes: ReadonlyMap<string, string>;
  /** Inside of what a target has opened: how it takes reductions. */
  readonly taking?: Taking;
  /** Where an element is loaded from instead of its tensor, if it is. */
  readonly copyOf?: (load: Load, point: Point) => { readonly name: string; readonly offset: Offset } | undefined;
}

/** An index space whose axes are opened one after the other. */
export interface Space {
  /** The axes that are still to be opened, outermost first. */
  readonly axes: readonly Axis[];
  readonly opened: ReadonlySet<Axis>;
  /** The points of the register tile, as far as axes are open. */
  readonly points: readonly Point[];
  /** What is computed at each of them. */
  readonly values: readonly Expr[];
}

/** Fills the innermost body of an index space. */
export type Body = (points: readonly Point[], scope: Scope, lowering: Lowering) => void;

/** A target's own way to go through index spaces, in place of loops that threads share: for one kernel. */
export interface Spread {
  /** Opens some axes of a part's index space and calls `inside` for the others. */
  open(
    space: Space,
    scope: Scope,
    lowering: Lowering,
    inside: (space: Space, scope: Scope, lowering: Lowering) => void,
  ): void;
  /**
   * What the nest says of it when all parts are done.
   *
   * @throws {ScheduleError} when the whole does not fit.
   */
  finish(body: readonly Statement[]): Partial<LoopNest>;
}

/** Makes the way of a target through the index spaces of a kernel whose schedule asks for it. */
export type SpreadOf = (kernel: Kernel, schedule: Schedule) => Spread;

/** Several invocations that share the terms along an axis: the variable that tells one, and how many there are. */
export interface Members {
  readonly variable: string;
  readonly to: number;
}

/** A reduction at a point. */
export interface Instance {
  readonly node: Reduce;
  readonly point: Point;
}

/** The locals of a reduction at a point. */
export interface Accumulator extends Instance {
  /** Sum, or largest so far. */
  readonly best: Local;
  /** Of a sum along lanes: of the terms that do not fill a vector. */
  readonly rest?: Local;
  /** For argmax: where. */
  place?: Local;
}

/** Reductions over the same axes, which are taken together. */
export interface Reductions {
  readonly accumulators: readonly Accumulator[];
  /** The axes in the order in which they are gone through. */
  readonly axes: readonly Axis[];
  /** Whether all of them are sums. */
  readonly sums: boolean;
}

/** Goes through terms of reductions by loops, along each axis from where it begins. */
export type TakeTerms = (
  axes: readonly Axis[],
  begins: ReadonlyMap<string, Offset>,
  scope: Scope,
  lowering: Lowering,
) => void;

/** How a target takes reductions inside of what it has opened. */
export interface Taking {
  /** Those that share the terms along an axis: each takes every so-many-th. */
  membersAlong(axis: string): Members | undefined;
  /** Takes reductions, terms of which loops go through. */
  take(reductions: Reductions, scope: Scope, lowering: Lowering, terms: TakeTerms): void;
}
