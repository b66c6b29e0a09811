/**
 * esbuild, which is started as a program of its own. Run by itself, this prints that program's path, for the permission
 * to start it.
 *
 *     deno run --no-prompt --allow-read build/bundle/esbuild.ts
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import type * as esbuild from "esbuild";
import { InputError } from "../../codegen/error.ts";

/** The path of the program that the package esbuild starts on this machine. */
export function esbuildPath(): string {
  const { platform, arch } = process, file = platform === "win32" ? "esbuild.exe" : "bin/esbuild";
  return createRequire(import.meta.resolve("esbuild")).resolve(`@esbuild/${platform}-${arch}/${file}`);
}

/** Bundles, in memory. */
export type Build = (
  options: esbuild.BuildOptions & { readonly write: false },
) => Promise<esbuild.BuildResult<{ write: false }>>;

/**
 * Does something with esbuild, and ends it.
 *
 * @throws {InputError} when it cannot be started.
 */
export async function withEsbuild<Value>(work: (build: Build) => Promise<Value>): Promise<Value> {
  const { build, stop } = await started();
  try {
    return await work(build);
  } finally {
    await stop();
  }
}

async function started(): Promise<typeof esbuild> {
  try {
    const program = await import("esbuild");
    await program.transform("");
    return program;
  } catch (error) {
    const [why] = String((error as Error).message).split("\n");
    throw new InputError(
      `esbuild cannot be started: ${why}; run "npm install esbuild", or build in a clone by its task`,
    );
  }
}

if (import.meta.main) console.log(esbuildPath());
