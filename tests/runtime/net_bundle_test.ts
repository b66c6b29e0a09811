/** What runs a compiled net bundles without the compiler and without zod, and is small. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import * as esbuild from "esbuild";
import { npmNames } from "../../build/npm_names.ts";
import { PROJECT } from "../command_line.ts";

/** Entries of a bundle, and the most that they may take together, each file compressed by brotli alone. */
const ENTRIES = {
  trains: {
    source:
      'export { openNet } from "./runtime/net/net.ts"; export { startWorker } from "./runtime/net/start_worker.ts";',
    worker: ["runtime/net/worker.ts"],
    most: 12_100,
    later: 2,
  },
  "runs on a GPU": { source: 'export { GpuHost } from "./runtime/net/gpu_host.ts";', worker: [], most: 5200, later: 0 },
  predicts: {
    source: 'export { openPredictNet } from "./runtime/net/predict_net.ts";',
    worker: [],
    most: 6650,
    later: 2,
  },
};

/** Bundles what an entry imports: the files, and what is loaded at once. */
async function bundle(source: string, worker: readonly string[]) {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: ["entry", ...worker],
    outdir: "/bundle",
    plugins: [npmNames, {
      name: "entry",
      setup(build) {
        build.onResolve({ filter: /^entry$/ }, ({ path }) => ({ path, namespace: "entry" }));
        build.onLoad(
          { filter: /^/, namespace: "entry" },
          () => ({ contents: source, resolveDir: PROJECT, loader: "ts" }),
        );
      },
    }],
    ...{ bundle: true, splitting: true, minify: true, metafile: true, write: false },
    ...{ format: "esm", platform: "browser", target: "es2022", logLevel: "silent" },
  });
  await esbuild.stop();
  const outputs = Object.entries(metafile.outputs),
    later = new Set(
      outputs.flatMap(([, { imports }]) =>
        imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path)
      ),
    );
  const atOnce = outputs.filter(([path]) => !later.has(path));
  const compressed = (path: string) => {
    const { contents } = outputFiles.find((file) => join("/", file.path).endsWith(path.split("/").at(-1)!))!;
    return brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  };
  return {
    later: later.size,
    inputs: outputs.flatMap(([, { inputs }]) =>
      Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)
    ),
    bytes: atOnce.reduce((sum, [path]) => sum + compressed(path), 0),
  };
}

/** What a bundle may not have: the compiler but for a few files, and packages. */
const heavy = (inputs: readonly string[]) =>
  inputs.filter((path) =>
    /node_modules|^kernels\/|^cli|^api\/|platform\/here/.test(path) ||
    /^codegen\//.test(path) &&
      !/(?:error|amounts|plan\/plan|arrange\/layouts|layout\/lines|binary\/places|ir\/\w+)\.ts$/.test(path)
  );

for (const [name, { source, worker, most, later: apart }] of Object.entries(ENTRIES)) {
  Deno.test(`what ${name} has no compiler in it, and is small`, async () => {
    const { bytes, inputs, later } = await bundle(source, worker);
    assert.deepEqual(heavy(inputs), []);
    assert(inputs.length > 15);
    // the self-test, and a hash where the platform has none
    assert.equal(later, apart);
    console.log(`net_bundle: what ${name} takes ${bytes} bytes`);
    assert(bytes <= most, `${bytes} bytes, and may be ${most}`);
  });
}

Deno.test("negative control: the compiler is noticed", async () => {
  const { bytes, inputs } = await bundle('export { open } from "./api/open.ts";', []);
  assert(heavy(inputs).length > 100 && bytes > 10 * ENTRIES.trains.most);
});
