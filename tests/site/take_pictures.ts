/**
 * Takes the pictures of the site that the manual has, into docs/images.
 *
 *     deno run --no-prompt --allow-env --allow-read --allow-run --allow-write=docs,runs tests/site/take_pictures.ts
 *
 * @module
 */
import { join } from "node:path";
import { SITE } from "../../site/build.ts";
import { PROJECT } from "../command_line.ts";
import { driven } from "./site.ts";

const folder = join(PROJECT, "docs", "images");
await Deno.mkdir(folder, { recursive: true });
for (const name of ["pictures", "compiler", "costs"]) {
  for (const file of await driven<string[]>(SITE, ["pictures.ts", name], folder)) {
    console.log(`${file}: ${((await Deno.stat(file)).size / 1000).toFixed(0)} kB`);
  }
}
