/** What compiles, trains and predicts runs in browsers, in Node and in Deno, from the same bundle, without a shim. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import type { Metafile } from "esbuild";
import { bundleInto } from "../bundled.ts";
import { chromium, inPage } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { engine, type EngineName } from "../engines.ts";
import { type Outcome, trial } from "../trial.ts";
import { width } from "../width.ts";

const THREADS = 2;

const spec: unknown = JSON.parse(await Deno.readTextFile(join(PROJECT, "specs", "lenet5.json")));
const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Bundles a program and the worker into the folder. */
const bundle = (program: string) => bundleInto(folder, "trial", program);

/** All that a bundle's programs import, at once or later, by whether it is in the bundle. */
function importsOf({ outputs }: Metafile): { readonly inside: Set<string>; readonly outside: Set<string> } {
  const inside = new Set<string>(), outside = new Set<string>();
  const follow = (name: string) => {
    if (inside.has(name)) return;
    inside.add(name);
    for (const { path, external } of outputs[name].imports) {
      if (external) outside.add(path);
      else follow(path);
    }
  };
  for (const name of Object.keys(outputs)) if (["trial.js", "worker.js"].includes(basename(name))) follow(name);
  return { inside, outside };
}

const metafile = await bundle("tests/trial.ts");
/** What Deno makes of it, unbundled. */
const expected: Record<string, Outcome> = {};
for (const target of width(["wasm"], ["wasm", "wasm_relaxed"])) expected[target] = await trial(spec, target, THREADS);

Deno.test("what compiles, trains and predicts bundles for a browser, and imports nothing", async () => {
  const { inside, outside } = importsOf(metafile);
  assert(inside.size > 2);
  assert.deepEqual([...outside], []);
  const trained = expected.wasm;
  assert(Object.keys(trained.files.webgpu).length > 5 && trained.threads === THREADS);
  assert(trained.losses.at(-1)! < 0.8 * trained.losses[0]);
  // negative control
  const program = join(folder, "asks_node.ts");
  await Deno.writeTextFile(program, 'import { join } from "node:path";\nconsole.log(join("a", "b"));\n');
  await assert.rejects(bundle(program), /Could not resolve "node:path"/);
});

for (const target of Object.keys(expected)) {
  Deno.test({
    name: `in Chromium: the same files, losses and predictions, ${target}`,
    ignore: !chromium,
    async fn() {
      const call = await inPage(folder, ["trial.js", "trial"], [spec, target, THREADS]);
      const { returned, isolated, messages, files, outside, workers } = call;
      assert.deepEqual([messages, outside, workers], [[], [], 0]);
      assert(isolated && files.includes("worker.js"), files.join());
      assert.deepEqual(returned, expected[target]);
    },
  });
}

for (const name of width<EngineName[]>(["node26"], ["node24", "node26"])) {
  const node = engine(name);
  for (const target of Object.keys(expected)) {
    Deno.test({
      name: `in ${name}: the same files, losses and predictions, ${target}`,
      ignore: !node,
      async fn() {
        const file = join(folder, `${target}.js`);
        const args = JSON.stringify([spec, target, THREADS]).slice(1, -1);
        await Deno.writeTextFile(
          file,
          `import { trial } from "./trial.js";\nconsole.log(JSON.stringify(await trial(${args})));\n`,
        );
        const { code, stdout, stderr } = await new Deno.Command(node!, {
          args: [file],
          signal: AbortSignal.timeout(300_000),
        }).output();
        assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
        assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), expected[target]);
      },
    });
  }
}
