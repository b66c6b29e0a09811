/**
 * Generated files to one module in memory, which workers load without anything being written to disk.
 *
 * @module
 */
// by its name, a Deno without it would refuse the whole program before it could say that it is too old
import module from "node:module";

/** A generated file's import of another one: in one module all are there. */
const IMPORT = /^import \{ \w+ \} from "\.\/\w+\.ts";\n/gm;

/** Joins files that import each other as `./NAME`, without their types, as a data URL. */
export function bundle(files: Readonly<Record<string, string>>): string {
  const text = Object.values(files).map((file) => file.replaceAll(IMPORT, "")).join("\n");
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(module.stripTypeScriptTypes(text))}`;
}
