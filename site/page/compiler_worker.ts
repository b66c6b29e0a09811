/// <reference lib="dom" />
/**
 * Workers that run the package, for whichever screen asks.
 *
 * @module
 */
import { connect, type Connection } from "../workers/calls.ts";
import type { CompilerMethods } from "../workers/compiler_methods.ts";

/** A worker that runs the package. */
export const startCompiler = (): Connection<CompilerMethods> =>
  connect<CompilerMethods>(new Worker(new URL("../workers/compiler.ts", import.meta.url), { type: "module" }));
