/** Commands that the program names work where it was started; a Deno that is too old is told so in one line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SHIPPED } from "../../cli/shipped.ts";
import { waysOf } from "../../cli/ways.ts";
import {
  asStarted,
  CHECKED_DENO,
  isClone,
  PACKAGE,
  PERMISSIONS,
  type ProgramStart,
  startHere,
} from "../../runtime/platform/commands.ts";
import { specNames } from "../../mod.ts";
import { PROJECT, tasks } from "../command_line.ts";

const FETCHED = "/home/me/.npm/_npx/7a40be787520bede/node_modules/deno/deno";

Deno.test("where npx has fetched Deno, commands are those of npx, which ask nothing; elsewhere they stay", () => {
  const npx = `npx --yes deno@${CHECKED_DENO}`;
  const texts: readonly (readonly [text: string, fetched: string])[] = [
    ["see deno task train --help", `see ${npx} task train --help`],
    ['run "deno install" to', `run "${npx} install" to`],
    ["deno run --v8-flags=$(deno run a.ts) b.ts", `${npx} run --v8-flags=$(${npx} run a.ts) b.ts`],
    ["<code>deno task x</code>", `<code>${npx} task x</code>`],
    ["Deno may not; runs/deno task; a.deno run; deno is", "Deno may not; runs/deno task; a.deno run; deno is"],
  ];
  for (const [text, fetched] of texts) {
    for (const program of ["/usr/bin/deno", "C:\\deno.exe", "/usr/lib/node_modules/deno/deno"]) {
      assert.equal(asStarted(text, { ...startHere(), clone: program }), text);
    }
    assert.equal(asStarted(text, { ...startHere(), clone: FETCHED }), fetched);
    assert.equal(asStarted(fetched, { ...startHere(), clone: FETCHED.replaceAll("/", "\\") }), fetched);
  }
});

Deno.test("a package has no tasks: its commands are those of the program that npm, Bun or Deno start", () => {
  assert.equal(startHere().clone, Deno.execPath());
  const texts: readonly (readonly [text: string, behind: string | undefined])[] = [
    ["see deno task train --help", "see COMMAND train --help"],
    ["see deno run cli.ts --help", "see COMMAND --help"],
    ['run "deno task generate" again', 'run "COMMAND generate" again'],
    ["Usage: deno task COMMAND", "Usage: COMMAND COMMAND"],
    ["runs/deno task; a.deno task; deno tasks; deno run a.ts; deno install", undefined],
  ];
  const commands = ["npx kernelwright", "bunx --bun kernelwright", `deno run ${PERMISSIONS} ${PACKAGE}`];
  for (const command of commands) {
    for (const [text, behind = text] of texts) {
      // in place of the first one
      assert.equal(asStarted(text, { command, install: "" }), behind.replace("COMMAND", command));
    }
  }
  // what is imported as JavaScript, from a registry or from a folder of packages, is no clone
  assert(isClone("file:///home/me/kernelwright/runtime/platform/commands.ts"));
  for (
    const module of [
      "file:///home/me/app/node_modules/kernelwright/cli.js",
      "https://jsr.io/@kernelwright/kernelwright/0.1.0/runtime/platform/commands.ts",
    ]
  ) assert(!isClone(module), module);
});

Deno.test("the fastest way is one that the engine and the processor have", () => {
  const intel = { arch: "x86_64" }, arm = { arch: "aarch64" };
  const clone = { ...startHere(), clone: Deno.execPath() }, npm = { command: "npx kernelwright", install: "" };
  const deno = { command: `deno run ${PERMISSIONS} ${PACKAGE}`, install: "" };
  const both = (way: string) => ({ fastest: way, checked: way });
  const of = (machine: { arch: string }, versions: Record<string, string>, start: ProgramStart) =>
    waysOf({ ...machine, versions }, start);
  const v8 = { deno: "2.9.6", v8: "15.0.245.2-rusty" };
  for (const machine of [intel, arm]) {
    assert.deepEqual(of(machine, v8, clone), { fastest: "deno task train", checked: "deno task train:checked" });
  }
  const flags = (flags: string) => `deno run ${PERMISSIONS} --v8-flags=${flags} ${PACKAGE} train`;
  assert.deepEqual(of(intel, v8, deno), {
    fastest: flags("--experimental-wasm-revectorize,--no-wasm-bounds-checks,--max-semi-space-size=8"),
    checked: flags("--experimental-wasm-revectorize,--max-semi-space-size=8"),
  });
  assert.deepEqual(of(arm, v8, deno), {
    fastest: flags("--no-wasm-bounds-checks,--max-semi-space-size=8"),
    checked: flags("--max-semi-space-size=8"),
  });
  const node26 = { node: "26.10.0", v8: "14.6.202.34" }, node24 = { node: "24.21.0", v8: "13.6.233.17" };
  const other = "npx --yes -p node@26 -- kernelwright train";
  assert.deepEqual(of(intel, node26, npm), both("npx kernelwright train"));
  assert.deepEqual(of(intel, node24, npm), both(other));
  assert.deepEqual(of(intel, { bun: "1.4.5" }, npm), both(other));
  assert.deepEqual(of(arm, node24, npm), both("npx kernelwright train"));
});

/** Runs text as a module of the project, as another version of Deno would if it is told to be one. */
async function runAs(
  version: string,
  line: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `Object.defineProperty(Deno, "version", { value: { ...Deno.version, deno: "${version}" } });\n` +
      `const { main } = await import(${JSON.stringify(new URL("../../cli.ts", import.meta.url).href)});\n` +
      `Deno.exit(await main(${JSON.stringify(line)}));\n`,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", `--config=${join(PROJECT, "deno.json")}`, file],
    cwd: PROJECT,
  }).output();
  await Deno.remove(file);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("a Deno that is too old is told so in one line, before anything else", async () => {
  const { code, stdout, stderr } = await runAs("2.7.14", ["--version"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(
    stderr,
    "error: this is Deno 2.7.14, and Kernelwright needs 2.8 or newer; " +
      `run "deno upgrade", or put "npx --yes deno@${CHECKED_DENO}" in place of "deno"\n`,
  );
  for (const version of ["2.8.0", "2.10.0", "3.0.0-rc.1"]) {
    assert.deepEqual((await runAs(version, ["--version"])).stderr, "", version);
  }
});

/** What Deno 2.3, the oldest that reads deno.json, has of what Node has: another name would be missed before all else. */
const SINCE_2_3: Readonly<Record<string, readonly string[]>> = {
  "node:crypto": ["createHash"],
  "node:os": ["cpus"],
  "node:path": ["basename", "dirname", "isAbsolute", "join", "relative", "resolve"],
  "node:stream": ["pipeline", "Readable"],
  "node:url": ["fileURLToPath", "pathToFileURL"],
  "node:util": ["parseArgs", "styleText"],
  "node:worker_threads": ["Worker", "parentPort", "workerData", "isMainThread"],
  "node:zlib": ["crc32", "createGunzip", "createInflate", "deflateSync"],
};

Deno.test("nothing keeps an old Deno from coming as far as that line", async () => {
  let imports = 0;
  const files = ["cli.ts", "mod.ts"];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(PROJECT, folder))) {
      if (isDirectory) await walk(join(folder, name));
      else if (name.endsWith(".ts")) files.push(join(folder, name));
    }
  };
  for (const folder of ["api", "cli", "codegen", "kernels", "runtime"]) await walk(folder);
  for (const file of files) {
    const source = await Deno.readTextFile(join(PROJECT, file));
    for (const [, names, from] of source.matchAll(/^import \{([^}]+)\} from "(node:[\w/]+)";$/gm)) {
      for (const name of names.split(",").map((name) => name.trim())) {
        assert(SINCE_2_3[from]?.includes(name), `${file}: ${name}`);
      }
      imports++;
    }
  }
  assert(imports >= 10);
  const source = await Deno.readTextFile(join(PROJECT, "cli.ts"));
  assert.equal(/^import .*$/m.exec(source)?.[0], 'import "./runtime/platform/engine_version.ts";');
  for (const { command } of Object.values(tasks)) assert(!command.includes("npx"), command);
});

Deno.test("a package brings the nets of specs/, all of them and as they are", async () => {
  const names = await specNames(join(PROJECT, "specs"));
  assert(names.length >= 3);
  assert.deepEqual(Object.keys(SHIPPED).toSorted(), names.toSorted());
  for (const name of names) {
    assert.deepEqual(SHIPPED[name], JSON.parse(await Deno.readTextFile(join(PROJECT, "specs", `${name}.json`))));
  }
});
