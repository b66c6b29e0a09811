/**
 * Generated files to one module in memory, which workers load without anything being written to disk.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";

/** A line that imports from a file beside it. What is imported stands in the same module. */
const IMPORT = /^import \{[^}]*\} from "\.\/[\w.]+";$/gm;

/**
 * Joins files that import each other as `./NAME` and strips their types. No two of them may export the same name.
 *
 * @returns a data URL; of JavaScript, since Deno keeps what it makes of TypeScript on the disk.
 */
export function bundle(files: Readonly<Record<string, string>>): string {
  const text = Object.values(files).map((file) => file.replaceAll(IMPORT, "")).join("\n");
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(stripTypeScriptTypes(text))}`;
}
