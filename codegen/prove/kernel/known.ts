/**
 * What the proof of a loop nest knows: of the nest, of the names in a body, and of where a statement stands.
 *
 * @module
 */
import type { LoopNest, Offset, Type } from "../../ir/ir.ts";
import type { VerifyError } from "../error.ts";

/** A nest that is being proven. */
export interface Proof {
  readonly nest: LoopNest;
  /** Whether an index may be negative before its constant is added. */
  readonly signed: boolean;
  /** The error that says what is left unproven. */
  fail(what: string): VerifyError;
  /** Where elements are stored, by tensor: collected on the way. */
  readonly stores: Map<string, Store[]>;
}

/** Where one element is stored: its index, and the meaning of the variables in it. */
export interface Store {
  readonly offset: Offset;
  readonly meanings: Meanings;
}

/** What an integer may be. */
export type Meaning =
  | {
    readonly kind: "loop";
    readonly loop: { readonly from: number; readonly step: number; readonly count: number };
    /** Whether threads share it. */
    readonly shared?: true;
  }
  | { readonly kind: "derived"; readonly offset: Offset }
  | { readonly kind: "below"; readonly limit: number }
  /** A row number of the run's tensors. */
  | { readonly kind: "row"; readonly of: "samples" | "steps" }
  /** Where a tensor begins whose place the caller gives. */
  | { readonly kind: "begin"; readonly of: string }
  /** So many elements of a tensor in the workgroup's memory. */
  | { readonly kind: "box"; readonly elements: number; readonly type: Type }
  | { readonly kind: "unknown" };

/** Meanings by name. */
export type Meanings = ReadonlyMap<string, Meaning>;

/** The names in a body: those around it, and its own as they come. */
export interface Known {
  readonly meanings: Map<string, Meaning>;
  readonly types: Map<string, Type>;
  /** Accumulators that it may set. */
  readonly mutable: Set<string>;
}

/** For a body inside of another one. */
export function inner({ meanings, types, mutable }: Known, accumulators: ReadonlySet<string> = mutable): Known {
  return { meanings: new Map(meanings), types: new Map(types), mutable: new Set(accumulators) };
}

/** @throws {VerifyError} when a name is taken already. */
export function proveNew(name: string, { types, meanings }: Known, { fail }: Proof): void {
  if (types.has(name) || meanings.has(name)) throw fail(`${name} is defined twice`);
}

/** Where a statement stands. */
export interface Context {
  /** Loops around it. */
  readonly loops: number;
  /** Whether one thread or invocation runs it, or each its own iterations. */
  readonly alone: boolean;
  /** Where all invocations of a workgroup come by: the variables that they have in common. */
  readonly joint?: ReadonlySet<string>;
}
