/**
 * Generated files to one module in memory, which workers load without anything being written to disk.
 *
 * @module
 */
/** A module that offers all that the files do. */
const ALL = "all.ts";

/**
 * Strips types and joins files that import each other as `./NAME`.
 *
 * @returns a data URL.
 */
export async function bundle(files: Readonly<Record<string, string>>): Promise<string> {
  const sources: Record<string, string> = {
    ...files,
    [ALL]: Object.keys(files).map((name) => `export * from "./${name}";`).join("\n"),
  };
  // imported here: it asks for permissions that training from files does not need
  const { build, stop } = await import("esbuild");
  try {
    const { outputFiles: [{ text }] } = await build({
      entryPoints: [ALL],
      bundle: true,
      write: false,
      format: "esm",
      target: "esnext",
      logLevel: "silent",
      plugins: [{
        name: "memory",
        setup(build) {
          build.onResolve({ filter: /.*/ }, ({ path }) => ({ path: path.replace(/^\.\//, ""), namespace: "memory" }));
          build.onLoad(
            { filter: /.*/, namespace: "memory" },
            ({ path }) => ({ contents: sources[path], loader: "ts" }),
          );
        },
      }],
    });
    return `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`;
  } finally {
    await stop();
  }
}
