/** The site's folder is small, of one version, and served on this machine alone; what is wrong is said in a line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildSite } from "../../site/build.ts";
import { packedSize, scriptsFrom } from "../../build/bundle/mod.ts";
import { bytesOf, type Files, writeFiles } from "../../site/build/files.ts";
import { firstFiles, packedSizes } from "../../site/build/size.ts";
import { PROJECT } from "../command_line.ts";
import { withSite } from "./site.ts";

/** Most bytes of the page before data and editor: the bar. */
const MOST = 200e3;

/** Files of a folder and the folders in it. */
function filesIn(folder: string, inside = "", found: Map<string, Uint8Array> = new Map()): Files {
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, inside))) {
    const path = join(inside, name);
    if (isDirectory) filesIn(folder, path, found);
    else found.set(path, Deno.readFileSync(join(folder, path)));
  }
  return found;
}

Deno.test("before data and editor the site is less than 200 kB packed, and nothing in it names another place", () =>
  withSite(async (folder) => {
    const page = await Deno.readTextFile(join(folder, "index.html")),
      [, name] = /src="(app-\w+)\/main\.js"/.exec(page)!;
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, [name, "data", "index.html", "service_worker.js", "site.txt"]);
    const names = (await Deno.readTextFile(join(folder, "site.txt"))).trimEnd().split("\n").slice(1);
    assert.deepEqual(names.sort(), [...filesIn(folder).keys()].sort());
    // screens are loaded when they are shown: those of "Draw and train" are what a visitor waits for
    const app = filesIn(join(folder, name)), shown = firstFiles(app), frame = packedSize(bytesOf(page));
    const compiler = scriptsFrom(app, ["main.js", "site_workers_compiler.js"]);
    const first = frame + packedSizes(app, shown), second = frame + packedSizes(app, ["style.css", ...compiler]);
    const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(`packed: ${kB(first)} to draw and train, ${kB(second)} to compile`);
    assert(first < 60e3 && second < MOST, `${first} and ${second} bytes`);
    // names of namespaces and of what explains an error are no requests
    for (const name of shown) {
      const text = new TextDecoder().decode(app.get(name));
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
    // a page of somebody else is left as it is
    await assert.rejects(buildSite(folder), { message: /^".+index\.html" is there, and no build has written it; .+$/ });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["index.html"]);
    await assert.rejects(buildSite(join(folder, "index.html")), { message: /^".+" is no folder; .+$/ });
    const build = ["--allow-env", "--allow-read", "--allow-write=runs", "site/build.ts", "--out"];
    assert.match(await refused(...build, join(folder, "new")), /^error: cannot write to ".+new": Deno may not; .+$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a site replaces and removes its own files, and no others", async () => {
  const folder = await Deno.makeTempDir(), files = (...names: string[]) => new Map(names.map((n) => [n, bytesOf(n)]));
  const there = () => [...filesIn(folder).keys()].sort();
  try {
    await Deno.mkdir(join(folder, "empty"));
    await Deno.writeTextFile(join(folder, "theirs.txt"), "");
    await writeFiles(folder, files("app-1/main.js", "data/old/a.json", "index.html"));
    await Deno.writeTextFile(join(folder, "data", "theirs.txt"), "");
    // a link is replaced, and what it leads to stays
    await Deno.remove(join(folder, "index.html"));
    await Deno.symlink(join(folder, "theirs.txt"), join(folder, "index.html"));
    await writeFiles(folder, files("app-2/main.js", "index.html"));
    const kept = ["data/theirs.txt", "index.html", "site.txt", "theirs.txt"];
    assert.deepEqual(there(), ["app-2/main.js", ...kept]);
    assert.deepEqual(await Deno.readTextFile(join(folder, "theirs.txt")), "");
    const folders = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
    assert.deepEqual(folders.sort(), ["app-2", "data", "empty"]);
    // nothing is written or removed where one of the files is somebody else's
    await assert.rejects(writeFiles(folder, files("app-3/main.js", "data/theirs.txt")), { message: /theirs\.txt" is/ });
    await assert.rejects(writeFiles(folder, files("app-3/main.js", "theirs.txt/a")), { message: /" is no folder;/ });
    // what a build leaves that is broken off, is the site's own
    const broken = new Map([...files("app-3/main.js"), ["index.html", undefined as never] as const]);
    await assert.rejects(writeFiles(folder, broken), { message: /^cannot write to "/ });
    assert.deepEqual(there(), ["app-2/main.js", "app-3/main.js", ...kept]);
    await writeFiles(folder, files("app-2/main.js", "index.html"));
    assert.deepEqual(there(), ["app-2/main.js", ...kept]);
    // nor by a list that somebody else has written
    await Deno.writeTextFile(join(folder, "site.txt"), "theirs.txt\n");
    await assert.rejects(writeFiles(folder, files("app-3/main.js")), { message: /site\.txt" is there/ });
    assert.deepEqual(there(), ["app-2/main.js", ...kept]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
