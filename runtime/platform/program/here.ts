/**
 * Where the command line runs. It is chosen when this is loaded.
 *
 * @module
 */
import { denoProgram } from "./deno.ts";
import { nodeProgram } from "./node.ts";
import type { Program } from "./program.ts";

/** The program that this is. */
export const program: Program = "Deno" in globalThis ? denoProgram() : nodeProgram();
