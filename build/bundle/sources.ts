/**
 * Where the sources are that bundles are made of: in a clone in TypeScript, in a package in JavaScript.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { readText } from "../../runtime/files/files.ts";
import { isClone } from "../../runtime/platform/commands.ts";
import { platform } from "../../runtime/platform/here.ts";

/** What names of modules end with, as this one's does. */
export const ENDING: string = /\.\w+$/.exec(new URL(import.meta.url).pathname)![0];

/**
 * The folder of the project.
 *
 * @param module the address of this module.
 * @throws {InputError} when it is a package: that has not all sources, or no files.
 */
export function sourcesFolder(module: string = import.meta.url): string {
  const root = new URL("../../", module);
  if (isClone(module)) return platform.files.fromUrl(root);
  throw new InputError(`a bundle is made of the sources of a clone, and ${root.href} is a package; clone the project`);
}

/** The text of a file of the project. */
export async function projectFile(name: string): Promise<string> {
  return await readText(platform.files.join(sourcesFolder(), name));
}
