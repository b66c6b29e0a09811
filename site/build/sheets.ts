/**
 * The page, and its style sheet: that of the frame, and behind it those of the screens.
 *
 * @module
 */
import { join } from "node:path";
import * as esbuild from "esbuild";
import { bytesOf } from "./files.ts";

/** The page, whose scripts lie in the app's folder. */
export async function pageOf(source: string, app: string): Promise<Uint8Array> {
  const text = await Deno.readTextFile(join(source, "page", "index.html"));
  return bytesOf(text.replaceAll('"app/', `"${app}/`));
}

/** All style sheets as one. */
export async function styleSheet(source: string): Promise<Uint8Array> {
  const files = await sheets(join(source, "page"));
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  const { code } = await esbuild.transform(texts.join("\n"), { loader: "css", minify: true, charset: "utf8" });
  return bytesOf(code);
}

/** Style sheets of a folder, and those in its folders behind them, by name. */
async function sheets(folder: string): Promise<string[]> {
  const own: string[] = [], folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) folders.push(join(folder, name));
    // what the others build on stands first
    else if (name === "style.css") own.unshift(join(folder, name));
    else if (name.endsWith(".css")) own.push(join(folder, name));
  }
  return [...own, ...(await Promise.all(folders.toSorted().map(sheets))).flat()];
}
