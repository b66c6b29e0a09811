/** The pieces of a bundle: functions of kernels that stand alone, sections of modules, and a folder that loses nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseSpec, registry } from "../../mod.ts";
import { prepareFolder, withIndex, writeBundle } from "../../build/bundle/folder.ts";
import { predictionRulesText, rulesText, standingAlone } from "../../build/bundle/rules.ts";
import { exportNames, withExports } from "../../build/bundle/sections.ts";
import { binaryOf } from "../../runtime/backends/threads/assembler/module.ts";
import { trainingRules } from "../../runtime/run/rules.ts";
import { PROJECT } from "../command_line.ts";

const OPTIMIZERS = [
  { type: "adam" },
  { type: "adamw", weightDecay: 0.1 },
  { type: "momentum", learningRate: 0.1, nesterov: true },
  { type: "rmsprop", momentum: 0.5, centered: true },
  { type: "sgd", learningRate: 0.1, l2: 1e-4 },
];
const SCHEDULERS = [
  { type: "constant" },
  { type: "constant", warmup: { steps: 5, startFactor: 0 } },
  { type: "step", every: 3, factor: 0.3 },
  { type: "multiStep", by: "step", milestones: [2, 9], factor: 0.3 },
  { type: "exponential", factor: 0.97, warmup: { epochs: 2 } },
  { type: "cosine", period: 20, minimum: 1e-5 },
  { type: "cosine", by: "step" },
  { type: "linear", by: "step", warmup: { steps: 5 } },
  { type: "linear", period: 9, minimum: 1e-5 },
  { type: "oneCycle", cycleMomentum: false },
  { type: "oneCycle", totalSteps: 30, annealStrategy: "linear" },
  { type: "oneCycle", pctStart: 0, maxMomentum: 0.9 },
];
const GROUPS = [undefined, [{ layers: ["linear1"], learningRateFactor: 0.1, decay: 0.5 }, {
  layers: ["linear2"],
  frozen: true,
}, { layers: ["last"], learningRateFactor: 3 }]];

function spec(optimizer: unknown, scheduler: unknown, loss: string, groups?: unknown) {
  const linear = { type: "linear", outFeatures: 3 }, layers = [linear, linear, { ...linear, name: "last" }];
  const training = { epochs: 4, optimizer, scheduler, groups };
  return parseSpec({ name: "small", input: [2], batchSize: 4, layers, loss: { type: loss }, training });
}

/** What an expression is, with nothing around it. */
const evaluate = (text: string) => new Function(`"use strict"; return (${text});`)();

Deno.test("params, rates and probabilities of a bundle are those of the kernels, and need nothing of their files", () => {
  const rates = new Set<number>();
  let cases = 0;
  for (const optimizer of OPTIMIZERS) {
    for (const scheduler of SCHEDULERS) {
      const isUnfit = optimizer.type === "sgd" && scheduler.type === "oneCycle" && scheduler.cycleMomentum !== false;
      if (isUnfit) continue;
      for (const groups of GROUPS) {
        const given = spec(optimizer, scheduler, "mse", groups), own = evaluate(rulesText(given, registry, 3));
        const { rate, params } = trainingRules(given, registry);
        for (
          const [epoch, step, steps] of [[0, 0, 7], [0, 3, 7], [1, 7, 7], [4, 30, 7], [19, 80, 4], [0, 3, Infinity]]
        ) {
          assert.equal(own.rate(epoch, step, steps), rate(epoch, step, steps));
          assert.deepEqual(own.params(epoch, step, steps), params(epoch, step, steps));
          rates.add(rate(epoch, step, steps));
        }
        assert.equal(Object.keys(own.params(0, 0, 1)).some((name) => name.endsWith("_group0")), groups !== undefined);
      }
      for (const loss of registry.losses) {
        const given = spec(optimizer, scheduler, loss.type), own = evaluate(rulesText(given, registry, 3));
        const outputs = Float32Array.of(-1, 3, 0.5), predicting = evaluate(predictionRulesText(given, registry, 3));
        assert.deepEqual(own.probabilities?.(outputs), loss.probabilities?.(outputs));
        assert.deepEqual(predicting.probabilities?.(outputs), loss.probabilities?.(outputs));
        cases++;
      }
    }
  }
  assert.equal(cases, (OPTIMIZERS.length * SCHEDULERS.length - 2) * registry.losses.length);
  assert(rates.size > 90, `${rates.size} rates`);
  assert.equal(registry.optimizers.length, OPTIMIZERS.length);
  assert.equal(registry.schedulers.length, new Set(SCHEDULERS.map(({ type }) => type)).size);
});

Deno.test("negative control: a function that needs its file, or that its file changes, is refused", () => {
  const half = 0.5;
  const refused = (own: (x: number) => unknown, samples: unknown[][], why: RegExp) =>
    assert.throws(() => standingAlone(own, "it", samples), why);
  refused(
    (x) => x * half,
    [[1]],
    /it cannot stand alone: it gives ReferenceError: half is not defined in place of "0\.5"/,
  );
  refused(Math.sin, [[1]], /its text is no function/);
  // only a sample that comes there shows it
  const seldom = (x: number) => x > 5 ? half : 1;
  assert.doesNotThrow(() => standingAlone(seldom, "it", [[1]]));
  refused(seldom, [[1], [6]], /half is not defined/);
  const kinds = {
    short(x: number) {
      return 2 * x;
    },
    long: function (x: number) {
      return 2 * x;
    },
    arrow: (x: number) => 2 * x,
  };
  for (const [name, own] of Object.entries(kinds)) {
    assert.equal(evaluate(standingAlone(own, name, [[3], [-0]]))(21), 42, name);
  }
});

Deno.test("a module with fewer exports, under other names, is the same module", async () => {
  const bytes = binaryOf(await Deno.readTextFile(join(PROJECT, "generated", "lenet5", "wasm", "module.wat")));
  const names = exportNames(bytes), { length } = names;
  assert(length > 30 && names.includes("train") && names.includes("evaluate"));
  assert.deepEqual(withExports(bytes, new Map(names.map((name) => [name, name]))), bytes);
  const fewer = withExports(bytes, new Map([["train", "train"], [names[0], "k0"]])), [first] = names;
  const module = await WebAssembly.compile(fewer), whole = await WebAssembly.compile(bytes);
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.deepEqual(
    exported,
    names.filter((name) => name === first || name === "train").map((name) => name === first ? "k0" : name),
  );
  assert.deepEqual(WebAssembly.Module.imports(module), WebAssembly.Module.imports(whole));
  // behind the exports is the code, and it is what was there
  const code = (all: Uint8Array) => all.subarray(all.length - 10_000);
  assert(fewer.length < bytes.length);
  assert.deepEqual(code(fewer), code(bytes));
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const files = (names: string, text: string) =>
  withIndex({ name: "x" }, new Map(names.split(" ").map((name) => [name, bytesOf(text)])), "1.0.0");
const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

Deno.test("a bundle replaces the one before it, and nothing else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bundles ü " }), place = join(folder, "deep", "x");
  try {
    await writeBundle(place, files("x.js x.wasm worker.js", "1"));
    await Deno.writeTextFile(join(place, "own.txt"), "mine");
    await writeBundle(place, files("x.js x.wasm", "2"));
    assert.deepEqual(await names(place), ["own.txt", "package.json", "x.js", "x.wasm"]);
    assert.equal(await Deno.readTextFile(join(place, "x.js")), "2");
    // what npm adds to a package is no change of the bundle's files
    const before = await names(place);
    const refuse = async (names: string, why: RegExp) => {
      await assert.rejects(() => writeBundle(place, files(names, "3")), why);
      assert.equal(await Deno.readTextFile(join(place, "own.txt")), "mine");
    };
    await refuse("x.js own.txt", /own\.txt" is there, and no build has written it; give another folder, or remove it$/);
    await Deno.writeTextFile(join(place, "x.js"), "changed");
    await refuse("x.js", /x\.js" has been changed since it was built/);
    // one that would be removed, too
    await refuse("y.js", /x\.js" has been changed since it was built/);
    assert.equal(await Deno.readTextFile(join(place, "x.js")), "changed");
    await Deno.remove(join(place, "x.js"));
    await writeBundle(place, files("x.js", "4"));
    const manifest = JSON.parse(await Deno.readTextFile(join(place, "package.json")));
    await Deno.writeTextFile(join(place, "package.json"), JSON.stringify({ ...manifest, name: "mine" }));
    await refuse("x.js", /package\.json" has been changed since it was built/);
    assert.notDeepEqual(await names(place), before);
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(prepareFolder(join(folder, "file"), []), /is no folder/);
    // a package of somebody else's
    await Deno.mkdir(join(folder, "other"));
    await Deno.writeTextFile(
      join(folder, "other", "package.json"),
      '{ "kernelwright": { "files": { "../../x": "" } } }',
    );
    await assert.rejects(
      writeBundle(join(folder, "other"), files("x.js", "5")),
      /package\.json" is there, and no build has written it/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
