/**
 * Where the sources are that bundles are made of: in a clone in TypeScript, in a package in JavaScript.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { readText } from "../../runtime/files/files.ts";
import { platform } from "../../runtime/platform/here.ts";

/** What names of modules end with, as this one's does. */
export const ENDING: string = /\.\w+$/.exec(new URL(import.meta.url).pathname)![0];

/**
 * The folder of the project.
 *
 * @throws {InputError} when its sources are no files.
 */
export function sourcesFolder(): string {
  const root = new URL("../../", import.meta.url);
  if (root.protocol === "file:") return platform.files.fromUrl(root);
  throw new InputError(`a bundle is made of sources that are files, and these are at ${root.href}; clone the project`);
}

/** The text of a file of the project. */
export async function projectFile(name: string): Promise<string> {
  return await readText(platform.files.join(sourcesFolder(), name));
}
