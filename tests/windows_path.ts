/** `node:path` as it is on Windows, for programs that are to think that they run there: see `windows.ts`. */
import process from "node:process";

// an import of it would be replaced, too
const { win32 } = process.getBuiltinModule("node:path");

/** The current folder. */
export const FOLDER = "C:\\work";

export const { basename, dirname, isAbsolute, join, relative } = win32;
export const resolve = (...paths: string[]): string => win32.resolve(FOLDER, ...paths);
