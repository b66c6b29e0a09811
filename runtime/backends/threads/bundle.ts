/**
 * Generated files to one module in memory, which workers load without anything being written to disk.
 *
 * @module
 */
import { withoutTypes } from "./needs.ts";

/** A generated file's import of another one: in one module all are there. */
const IMPORT = /^import \{ \w+ \} from "\.\/\w+\.ts";\n/gm;

const UTF8 = new TextEncoder();

/**
 * Joins files that import each other as `./NAME`, without their types, as a data URL.
 *
 * @throws {InputError} where nothing can take types off.
 */
export function bundle(files: Readonly<Record<string, string>>): string {
  return scriptUrl(Object.values(files).map((file) => file.replaceAll(IMPORT, "")).join("\n"));
}

/**
 * A script without its types, as a data URL.
 *
 * @throws {InputError} where nothing can take them off.
 */
export function scriptUrl(text: string): string {
  let bytes = "";
  for (const byte of UTF8.encode(withoutTypes(text))) bytes += String.fromCharCode(byte);
  // Bun takes some texts in percent signs for no module
  return `data:text/javascript;charset=utf-8;base64,${btoa(bytes)}`;
}
