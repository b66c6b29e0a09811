/** Projects of Vite and of esbuild that import a bundle build, and what they build runs, in Chromium too. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import { chromium, inPage } from "../chromium.ts";
import { engine, tool } from "../engines.ts";
import { built, driven, runIn, RUNNERS, shipped } from "./drive.ts";

const NET = "lenet5", OPTIONS = { steps: 3, threads: 2, seed: 7 };

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** One whose modules are so small that Vite puts them into its script. */
const SMALL = "mnist_mlp", SMALL_OPTIONS = { count: 2 };
const small = join(folder, "src", SMALL);

const source = join(folder, "src", NET), single = join(folder, "single", NET);
await built(await shipped(NET), source);
await built(await shipped(NET), single, { singleFile: true });
await built(await shipped(SMALL), small, { predict: true });
/** What the bundle does unbuilt. */
const expected = await driven(RUNNERS.deno!, source, NET, "train", OPTIONS);

/** A program that imports a bundle, and leaves behind what it does. */
const MAIN = `\
import * as bundle from "./${NET}/${NET}.js";
import { train } from "./${NET}/driver.js";
globalThis.outcome = train(bundle, ${JSON.stringify(OPTIONS)});
`;
/** A second one in the same project. */
const PREDICTS = `\
import * as small from "./${SMALL}/${SMALL}.js";
import { predict } from "./${SMALL}/driver.js";
globalThis.predicted = predict(small, ${JSON.stringify(SMALL_OPTIONS)});
`;
/** In a page that runs such a program: what that does. */
const ASK = `\
export async function ask() {
  while (!globalThis.outcome) await new Promise((resolve) => setTimeout(resolve, 50));
  return [await globalThis.outcome, await globalThis.predicted];
}
`;

/** What a built program does in an engine. */
async function outcomeIn(runner: readonly string[], program: string): Promise<unknown> {
  const file = join(folder, "run.mjs");
  await Deno.writeTextFile(
    file,
    `await import(${JSON.stringify(`file://${program}`)});\nconsole.log(JSON.stringify(await globalThis.outcome));\n`,
  );
  return await runIn(runner, file);
}

const node = engine("node26"), vite = tool("vite");
Deno.test({
  name: "Vite follows a bundle's files and its worker, and what it builds runs",
  ignore: !node || !vite,
  async fn() {
    const out = join(folder, "dist"), page = '<!doctype html><script type="module" src="/main.js"></script>';
    await Deno.writeTextFile(join(folder, "src", "index.html"), page);
    await Deno.writeTextFile(join(folder, "src", "main.js"), MAIN + PREDICTS);
    const { code, stdout, stderr } = await new Deno.Command(node!, {
      args: [
        vite!,
        "build",
        join(folder, "src"),
        "--outDir",
        out,
        "--emptyOutDir",
        "--base",
        "./",
        "--logLevel",
        "warn",
      ],
      cwd: folder,
    }).output();
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], new TextDecoder().decode(stdout));
    const files = [...Deno.readDirSync(join(out, "assets"))].map(({ name }) => name);
    const kinds = files.map((name) => name.replace(/-[\w-]{8}(?=\.\w+$)/, "")).sort();
    for (const name of [`${NET}.relaxed.wasm`, `${NET}.wasm`, "check.json", "worker.js"]) {
      assert(kinds.filter((kind) => kind === name).length === 1, `${name}: ${files.join()}`);
    }
    if (chromium) {
      const predicted = await driven(RUNNERS.deno!, small, SMALL, "predict", SMALL_OPTIONS);
      await Deno.writeTextFile(join(out, "ask.js"), ASK);
      for (const isolated of [true, false]) {
        const call = await inPage(out, ["ask.js", "ask"], [], { isolated, policy: true });
        assert.deepEqual([call.thrown, call.messages, call.outside], [undefined, [], []]);
        const [trained, found] = call.returned as [object, object];
        assert.deepEqual({ ...trained, threads: 0 }, { ...expected as object, threads: 0 });
        assert.deepEqual(found, predicted);
        // of the two modules, one is loaded
        assert.equal(new Set(call.files.filter((file) => file.endsWith(".wasm"))).size, 1, call.files.join());
      }
    }
  },
});

/** What esbuild makes of a program beside a bundle's folder. */
async function esbuilt(program: string, out: string): Promise<string> {
  await Deno.writeTextFile(program, MAIN);
  await esbuild.build({
    entryPoints: [program],
    outdir: out,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  });
  await esbuild.stop();
  return join(out, basename(program));
}

Deno.test("esbuild takes a bundle of one file as it is, and what it builds runs", async () => {
  const program = await esbuilt(join(folder, "single", "main.js"), join(folder, "one"));
  assert.deepEqual([...Deno.readDirSync(join(folder, "one"))].map(({ name }) => name), ["main.js"]);
  for (const runner of [RUNNERS.deno, RUNNERS.node26]) {
    if (runner) assert.deepEqual(await outcomeIn(runner, program), expected);
  }
});

Deno.test("esbuild takes a bundle's folder, whose other files lie beside what it builds", async () => {
  const out = join(folder, "many"), program = await esbuilt(join(folder, "src", "main.js"), out);
  for (const name of ["worker.js", "shared.js", "check.json", `${NET}.wasm`, `${NET}.relaxed.wasm`]) {
    await Deno.copyFile(join(source, name), join(out, name));
  }
  await Deno.writeTextFile(join(out, "package.json"), '{ "type": "module" }');
  for (const runner of [RUNNERS.deno, RUNNERS.node26]) {
    if (runner) assert.deepEqual(await outcomeIn(runner, program), expected);
  }
});

Deno.test({
  name: "a bundle of one file trains in a page, isolated or not",
  ignore: !chromium,
  async fn() {
    const ask = `import * as bundle from "./${NET}.js";\nimport { train } from "./driver.js";\n` +
      "export const ask = (options) => train(bundle, options);\n";
    await Deno.writeTextFile(join(single, "ask.js"), ask);
    for (const isolated of [true, false]) {
      const { returned, thrown, messages, files } = await inPage(single, ["ask.js", "ask"], [OPTIONS], { isolated });
      assert.deepEqual([thrown, messages, files.toSorted()], [undefined, [], ["ask.js", "driver.js", `${NET}.js`]]);
      assert.deepEqual({ ...returned as object, threads: 0 }, { ...expected as object, threads: 0 });
    }
  },
});
