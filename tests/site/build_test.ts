/** The site's folder is small, of one version, and served on this machine alone; what is wrong is said in a line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildSite } from "../../site/build.ts";
import { packedSize } from "../../site/build/files.ts";
import { PROJECT } from "../command_line.ts";
import { withSite } from "./site.ts";

/** Most bytes of the page before data and editor: the bar. */
const MOST = 200e3;

/** Names of the scripts that a script loads at once, and those that these load. */
async function scriptsFrom(folder: string, first: readonly string[]): Promise<Set<string>> {
  const names = new Set(first);
  // what is put in while it is gone through, is gone through
  for (const name of names) {
    const text = await Deno.readTextFile(join(folder, name));
    const imported = text.matchAll(/\b(?:from|import)\s*"\.\/([\w-]+\.js)"/g);
    for (const [, other] of imported) names.add(name.startsWith("mnist_cnn/") ? `mnist_cnn/${other}` : other);
  }
  return names;
}

Deno.test("before data and editor the site is less than 200 kB packed, and nothing in it names another place", () =>
  withSite(async (folder) => {
    const page = await Deno.readTextFile(join(folder, "index.html")), [, app] = /src="(app-\w+)\/main\.js"/.exec(page)!;
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, [app, "data", "index.html", "service_worker.js"]);
    const names = [...Deno.readDirSync(join(folder, app))].map(({ name }) => name);
    const size = (name: string) => packedSize(Deno.readFileSync(join(folder, app, name)));
    const sum = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + size(name), 0);
    // screens are loaded when they are shown: those of "Draw and train" are what a visitor waits for
    const main = await Deno.readTextFile(join(folder, app, "main.js"));
    const [, screen] = /\bload:\(\)=>import\("\.\/([^"]+)"\)/.exec(main)!;
    const shown = await scriptsFrom(join(folder, app), ["main.js", screen, "site_workers_trainer.js"]);
    const trainer = await scriptsFrom(join(folder, app), ["mnist_cnn/mnist_cnn.js", "mnist_cnn/worker.js"]);
    const frame = packedSize(Deno.readFileSync(join(folder, "index.html"))) + size("style.css");
    const first = frame + sum([...shown, ...trainer, "mnist_cnn/mnist_cnn.relaxed.wasm"]);
    const compiler = frame + sum(await scriptsFrom(join(folder, app), ["main.js", "site_workers_compiler.js"]));
    const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(`packed: ${kB(first)} to draw and train, ${kB(compiler)} to compile`);
    assert(![...shown].some((name) => !names.includes(name)), [...shown].join());
    assert(first < 60e3 && compiler < MOST, `${first} and ${compiler} bytes`);
    // names of namespaces and of what explains an error are no requests
    for (const name of [...shown]) {
      const text = await Deno.readTextFile(join(folder, app, name));
      assert.deepEqual(text.match(/https?:\/\/(?!www\.w3\.org\/)[^"'`\s]+/g) ?? [], [], name);
    }
  }));

/** Runs a program of the site, until it ends. */
async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: PROJECT,
  })
    .output();
  assert.equal(code, 1);
  return new TextDecoder().decode(stderr).trimEnd();
}

Deno.test("what cannot be served or built is said in a line", async () => {
  const serve = ["--allow-env=KERNELWRIGHT_DEBUG", "--allow-read", "--allow-net=127.0.0.1", "site/serve.ts"];
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(
      await refused(...serve, folder),
      `error: there is no site in "${folder}"; build it by "deno task site"`,
    );
    assert.match(await refused(...serve, "--port", "x"), /^error: --port is x; it takes a number from 0 to 65535$/);
    assert.match(await refused(...serve, "--open"), /^error: --open is not known; there are --plain and --port PORT$/);
    await Deno.writeTextFile(join(folder, "index.html"), "");
    const args = ["run", "--no-prompt", ...serve, "--port", "0", folder];
    const first = new Deno.Command(Deno.execPath(), { args, cwd: PROJECT, stdout: "piped" }).spawn();
    const reader = first.stdout.getReader(), said = new TextDecoder().decode((await reader.read()).value);
    const [, port] = /^http:\/\/127\.0\.0\.1:(\d+)\/; Ctrl\+C ends it\n$/.exec(said)!;
    assert.match(await refused(...serve, "--port", port, folder), /^error: port \d+ is in use; give another one: .+$/);
    first.kill();
    await Promise.all([reader.cancel(), first.status]);
    // a folder of somebody else is left as it is
    await Deno.rename(join(folder, "index.html"), join(folder, "theirs.txt"));
    await assert.rejects(buildSite(folder), { message: /^".+" has files that are no site's; .+$/ });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["theirs.txt"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
