/** What is committed is what the compiler writes now. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMITTED } from "../../cli/shipped.ts";
import { compareGenerated, generatedFiles, jsonSchema, loadSpec, loadTuning, targets } from "../../mod.ts";

const PROJECT = join(import.meta.dirname!, "..", ".."),
  SPECS = join(PROJECT, "specs"),
  GENERATED = join(PROJECT, "generated");
const NETS = COMMITTED, tuning = await loadTuning(join(GENERATED, "tuning.json"));

Deno.test("targets, fastest first, and the file of each that is loaded", () => {
  assert.deepEqual(targets.map(({ name, entry }) => `${name}/${entry}`), [
    "wasm_relaxed/module.wat",
    "wasm/module.wat",
    "typescript/step.ts",
    "webgpu/step.json",
  ]);
});

Deno.test("what is generated is of nets whose code is committed, and of no others", () => {
  const folders = [...Deno.readDirSync(GENERATED)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  assert.deepEqual(folders.toSorted(), NETS.toSorted());
  assert(NETS.length >= 4);
});

for (const net of NETS) {
  Deno.test(`generated/${net} is what the compiler writes, byte for byte`, async () => {
    const files = generatedFiles(await loadSpec(join(SPECS, `${net}.json`)), { tuning });
    for (const { name, entry } of targets) assert(`${net}/${name}/${entry}` in files, `no ${entry} for ${name}`);
    assert.deepEqual(await compareGenerated(GENERATED, files), []);
    for (const [path, text] of Object.entries(files)) {
      assert(Deno.readTextFileSync(join(GENERATED, path)) === text, `${path} differs`);
    }
  });
}

Deno.test("a byte more, a file less and a file too many are noticed", async () => {
  const files = generatedFiles(await loadSpec(join(SPECS, "mnist_mlp.json")), { tuning });
  const { "mnist_mlp/typescript/plan.txt": plan, "mnist_mlp/typescript/step.ts": step, ...others } = files;
  const changed = { ...others, "mnist_mlp/typescript/plan.txt": `${plan} `, "mnist_mlp/typescript/other.ts": step };
  assert.deepEqual(await compareGenerated(GENERATED, changed), [
    { path: "mnist_mlp/typescript/plan.txt", state: "differs" },
    { path: "mnist_mlp/typescript/other.ts", state: "missing" },
    { path: "mnist_mlp/typescript/step.ts", state: "superfluous" },
  ]);
  const { "mnist_mlp/wasm/module.wat": module, ...rest } = files;
  const moved = {
    ...rest,
    "mnist_mlp/wasm_relaxed/module.wat": `${files["mnist_mlp/wasm_relaxed/module.wat"]} `,
    "mnist_mlp/wasm/other.wat": module,
  };
  assert.deepEqual(await compareGenerated(GENERATED, moved), [
    { path: "mnist_mlp/wasm_relaxed/module.wat", state: "differs" },
    { path: "mnist_mlp/wasm/other.wat", state: "missing" },
    { path: "mnist_mlp/wasm/module.wat", state: "superfluous" },
  ]);
});

Deno.test("specs/spec.schema.json is the schema that specs are checked by", async () => {
  const text = await Deno.readTextFile(join(SPECS, "spec.schema.json"));
  assert(text === JSON.stringify(jsonSchema(), null, 2) + "\n", 'run "deno task schema"');
});

Deno.test("every spec that ships names the schema's file", async () => {
  for (const net of NETS) {
    const { $schema } = JSON.parse(await Deno.readTextFile(join(SPECS, `${net}.json`)));
    assert.equal($schema, "./spec.schema.json", net);
  }
});
