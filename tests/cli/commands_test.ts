/** Commands that the program names work where it was started; a Deno that is too old is told so in one line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { asStarted, CHECKED_DENO } from "../../runtime/platform/commands.ts";
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
      assert.equal(asStarted(text, program), text);
    }
    assert.equal(asStarted(text, FETCHED), fetched);
    assert.equal(asStarted(fetched, FETCHED.replaceAll("/", "\\")), fetched);
  }
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
    for (const [, names, from] of source.matchAll(/^import \{([^}]+)\} from "(node:\w+)";$/gm)) {
      for (const name of names.split(",").map((name) => name.trim())) {
        assert(SINCE_2_3[from]?.includes(name), `${file}: ${name}`);
      }
      imports++;
    }
  }
  assert(imports >= 10);
  const source = await Deno.readTextFile(join(PROJECT, "cli.ts"));
  assert.equal(/^import .*$/m.exec(source)?.[0], 'import "./runtime/platform/deno_version.ts";');
  for (const { command } of Object.values(tasks)) assert(!command.includes("npx"), command);
});
