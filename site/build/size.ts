/**
 * What a visitor loads.
 *
 * @module
 */
import { type Files, packedSize } from "./files.ts";

/** Folder of the net that the first screen trains, in the app's. */
const NET = "mnist_cnn";

/** Names of scripts, and of those that these load at once. */
export function scriptsFrom(app: Files, first: readonly string[]): Set<string> {
  const names = new Set(first);
  // what is put in while it is gone through, is gone through
  for (const name of names) {
    const text = new TextDecoder().decode(app.get(name));
    const imported = text.matchAll(/\b(?:from|import)\s*"\.\/([\w-]+\.js)"/g);
    for (const [, other] of imported) names.add(name.startsWith(`${NET}/`) ? `${NET}/${other}` : other);
  }
  return names;
}

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
