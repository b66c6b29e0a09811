/**
 * Names of packages for bundlers, which know none in full: `npm:zod@4.6.7` is `zod` to them, wherever it is installed.
 *
 * @module
 */
import type { Plugin } from "esbuild";

/** A package's name in full, and a file in it. */
const FULL = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]+)?(\/.*)?$/;

/** A package's name without its version, with the file that is meant in it; other names as they are. */
export function shortName(name: string): string {
  return name.replace(FULL, (_, own: string, file = "") => `${own}${file}`);
}

/** For esbuild: packages are found by their short names. */
export const npmNames: Plugin = {
  name: "npm-names",
  setup(build) {
    build.onResolve(
      { filter: FULL },
      ({ path, importer, kind, resolveDir }) => build.resolve(shortName(path), { importer, kind, resolveDir }),
    );
  },
};
