/** The compiler's screen: edits with mistakes and without, code, links, training; a keyboard alone; a phone, in dark. */
import assert from "node:assert/strict";
import { generatedFiles, parseSpec } from "../../mod.ts";
import { packed } from "../../site/page/compiler/share.ts";
import { chromium } from "../chromium.ts";
import type { Edited, Keyboard, Phone } from "./compiler.ts";
import { driven, withSite } from "./site.ts";

const SPEC = `{
  "name": "tiny",
  "input": [12],
  "batchSize": 16,
  "layers": [
    { "type": "linear", "outFeatures": 32 },
    { "type": "tanh" },
    { "type": "linear", "outFeatures": 4 }
  ],
  "loss": { "type": "softmaxCrossEntropy" },
  "training": { "epochs": 100000, "optimizer": { "type": "adam" } }
}`;
/** One that all targets have as a kernel of its own, in a file of its own. */
const KERNEL = "linear1_tanh1_forward";
const link = await packed(SPEC);

/** Lines without what stands before them: in a module, kernels stand further right. */
const flat = (text: string) => text.split("\n").map((line) => line.trim()).join("\n").trim();

Deno.test({
  name:
    "the compiler's screen: mistakes at their places, code as it is generated, links, training, a keyboard, a phone",
  ignore: !chromium,
  fn: () =>
    withSite(async (folder) => {
      const { wrong: [kind, comma], ...edited } = await driven<Edited>(folder, ["compiler.ts", "edit"], link, KERNEL);
      assert.deepEqual(kind.marked, ['"type": "tanhx"']);
      assert.equal(kind.listed.length, 1);
      assert.match(kind.listed[0], /^Go to line 7 layers\[1\]\.type: expected one of .*did you mean "tanh"\?$/);
      assert.match(kind.status, /^One mistake: /);
      assert.match(comma.listed[0], /^Go to line [45] not JSON: /);
      assert.equal(comma.marked.length, 1);
      assert.match(edited.mended, /^tiny: 548 weights, \d+ kernels a step; compiled for wasm_relaxed in \d+ ms\.$/);
      assert.equal(edited.offered[0], "leakyRelu");

      const files = generatedFiles(parseSpec(SPEC));
      const expected = ["typescript", "wasm_relaxed", "webgpu"].map((target) =>
        Object.entries(files).filter(([name]) => name.startsWith(`tiny/${target}/`) && !name.endsWith("plan.txt"))
      );
      for (const [i, code] of edited.code.entries()) {
        assert(code.includes(KERNEL) && code.length > 500, code);
        assert(expected[i].some(([, text]) => flat(text).includes(flat(code))), code);
      }
      // negative control
      assert(!expected[1].some(([, text]) => flat(text).includes(flat(edited.code[0]))));

      const { text, again, damaged } = edited.linked;
      assert.deepEqual([flat(text), flat(again)], [flat(SPEC), flat(SPEC)]);
      assert.match(damaged, /^This link is damaged: .*\.$/);
      const { edited: written, kept, said, undone } = edited.replaced;
      assert.deepEqual([flat(kept), undone], [flat(written), written]);
      assert(written.includes("mnist_mlp") && said.startsWith("Control and Z"), said);
      assert.deepEqual(edited.chosen, ["mnist_mlp", "mnist_mlp"]);
      const { line, figures, threads: [before, during, behind] } = edited.trained;
      assert.match(
        line,
        /^Target wasm_relaxed, \d+ threads?; 4,096 samples made at random .* Stopped: \d+ epochs? done/,
      );
      assert.match(figures, /\d %/);
      assert(during > before && behind <= before, `${before}, ${during}, ${behind} workers`);
      assert.deepEqual([edited.violations, edited.messages, edited.foreign], [[], [], []]);

      const seen = await driven<Phone>(folder, ["compiler.ts", "phone"], link);
      assert.deepEqual([seen.overflow, seen.panels], [0, [["WebAssembly"], ["TypeScript"]]]);
      assert.deepEqual([seen.violations, seen.messages, seen.foreign], [[], [], []]);

      const keys = await driven<Keyboard>(folder, ["compiler.ts", "keyboard"], link);
      assert.match(keys.mistakes.join(), /not JSON/);
      const editor = keys.stops.findIndex((stop) => stop.startsWith("Spec of the net"));
      assert(editor > 0 && !keys.stops[editor + 1].startsWith("Spec of the net"), keys.stops.join(" | "));
      assert.deepEqual(keys.chosen.slice(0, 2), ["1", "2"]);
      assert(Number(keys.chosen[2]) > 5 && keys.trains, JSON.stringify(keys));
      assert.deepEqual([keys.messages, keys.foreign], [[], []]);
    }),
});
