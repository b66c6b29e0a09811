/**
 * The trainer of mnist_cnn, as `deno task build` makes it, but that its learning rate stays what it is: so a pass over the
 * images may have any number of them, those that have come up to now, say.
 *
 * @module
 */
import { join } from "node:path";
import { buildNet } from "../../build/bundle/mod.ts";
import { loadSpec } from "../../mod.ts";
import type { Files } from "./files.ts";

/** Files of the bundle in a folder of its name; without what nobody loads. */
export async function bundleFiles(project: string): Promise<Files> {
  const spec = await loadSpec(join(project, "specs", "mnist_cnn.json"));
  const training = { ...spec.training, scheduler: { type: "constant" } };
  const files = await buildNet({ ...spec, training }, { data: "u8", gpu: true });
  return new Map(
    [...files].filter(([name]) => /\.(?:js|wasm|json)$/.test(name) && name !== "package.json")
      .map(([name, bytes]) => [`${spec.name}/${name}`, bytes]),
  );
}
