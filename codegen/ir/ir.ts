/**
 * The compiler's two forms, whole: see kernel.ts and nest.ts.
 *
 * @module
 */
export * from "./operations.ts";
export * from "./kernel.ts";
export * from "./nest.ts";
export * from "./workgroup.ts";
