/**
 * What a visitor loads.
 *
 * @module
 */
import { packedSize, scriptsFrom } from "../../build/bundle/mod.ts";
import type { Files } from "./files.ts";

/** Folder of the net that the first screen trains, in the app's. */
const NET = "mnist_cnn";

/** Names of the app's files that a visitor loads to draw and train: the first screen, its worker, and the net. */
export function firstFiles(app: Files): Set<string> {
  const main = new TextDecoder().decode(app.get("main.js"));
  const [, screen] = /\bload:\(\)=>import\("\.\/([^"]+)"\)/.exec(main)!;
  const scripts = scriptsFrom(app, ["main.js", screen, "site_workers_trainer.js"]);
  const trainer = scriptsFrom(app, [`${NET}/${NET}.js`, `${NET}/worker.js`]);
  return new Set(["style.css", ...scripts, ...trainer, `${NET}/${NET}.relaxed.wasm`]);
}

/** Bytes of files as a server packs them. */
export const packedSizes = (app: Files, names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + packedSize(app.get(name)!), 0);
