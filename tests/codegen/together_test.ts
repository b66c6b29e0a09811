/** A parameter and what the optimizer keeps of it are one buffer of a GPU: as it is planned, printed and proven. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { proveTarget } from "../../codegen/prove/plan/target.ts";
import type { Dispatches } from "../../codegen/targets/webgpu/dispatch.ts";
import { togetherOf } from "../../codegen/targets/webgpu/together.ts";
import { findTarget, parseSpec, registry } from "../../mod.ts";
import { assertRefused } from "../laid_out.ts";

const webgpu = findTarget("webgpu");

function net(optimizer: string, outFeatures = 10) {
  const spec = parseSpec({
    name: "kept",
    input: [16],
    batchSize: 8,
    layers: [{ type: "linear", outFeatures }, { type: "relu" }, { type: "linear", outFeatures: 4 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: optimizer, learningRate: 0.01 } },
  });
  return plan(spec, registry, { layout: webgpu.layout });
}

const PARAMETERS = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"];

Deno.test("a parameter lies together with what the optimizer keeps of it, if anything, and if it is not too large", () => {
  const kept = (optimizer: string) => togetherOf(net(optimizer).plan);
  assert.deepEqual(kept("sgd"), {});
  for (const [optimizer, state] of [["momentum", 1], ["adam", 2]] as const) {
    const together = kept(optimizer);
    assert.deepEqual(Object.keys(together), PARAMETERS);
    for (const [first, names] of Object.entries(together)) {
      assert.equal(names.length, 1 + state);
      assert(names[0] === first && names.slice(1).every((name) => name.startsWith(`${first}.`)), names.join());
    }
  }
  // 16 x 1,000,000 floats are 64 MB, and three times that no kernel may bind on every device
  assert.deepEqual(Object.keys(togetherOf(net("adam", 1_000_000).plan)), PARAMETERS.slice(1));
});

Deno.test("what lies together is a field each of one buffer, in the same order, and bound once", () => {
  let structs = 0;
  for (const optimizer of ["momentum", "adam"]) {
    const { files, plan: { tensors } } = compileTarget(net(optimizer), webgpu),
      list: Dispatches = JSON.parse(files["step.json"]);
    for (const [name, { tensors: bound, bindings, writes }] of Object.entries(list.kernels)) {
      const text = files[`${name}.wgsl`];
      for (const { 1: struct, 2: fields } of text.matchAll(/^struct (\w+) \{ (.+) \}$/gm)) {
        const variable = struct.replace("All", "all");
        const binding = Number(
          new RegExp(`@binding\\((\\d+)\\) var<storage, read_write> ${variable}: ${struct};`).exec(text)![1],
        );
        const inside = bound.filter((_, i) => bindings[i] === binding),
          names = list.together[inside.find((n) => n in list.together)!];
        assert.deepEqual(inside.toSorted(), names.toSorted());
        assert(inside.every((tensor) => writes.includes(tensor)));
        // the symbol of a parameter is w, and those of the optimizer's tensors are its own
        const symbols = names.map((tensor, i) => i === 0 ? "w" : tensor.split(".").at(-1)!);
        const found = [...fields.matchAll(/(\w+): array<(f32|vec4<f32>), (\d+)>/g)];
        assert.deepEqual(found.map(([, field]) => field.replace(/_\d+$/, "")), symbols);
        for (const [i, [, , type, length]] of found.entries()) {
          assert.equal(Number(length) * (type === "f32" ? 4 : 16), tensors[names[i]].bytes);
        }
        structs++;
      }
    }
  }
  assert.equal(structs, 2 * PARAMETERS.length);
});

Deno.test("the proof refuses a dispatch that binds as one what it does not all write", () => {
  const compiled = compileTarget(net("adam"), webgpu), { plan: planned, kernels, files } = compiled;
  const list: Dispatches = JSON.parse(files["step.json"]);
  const prove = (name: string, bindings: readonly number[]) => () => {
    const changed = { ...list, kernels: { ...list.kernels, [name]: { ...list.kernels[name], bindings } } };
    proveTarget(planned, kernels, { ...files, "step.json": JSON.stringify(changed) }, webgpu);
  };
  let refused = 0, accepted = 0;
  for (const [name, { tensors, bindings, writes }] of Object.entries(list.kernels)) {
    prove(name, bindings)();
    assertRefused(prove(name, bindings.slice(1)), /binds \d+ tensors in \d+ buffers$/, name);
    for (let i = 1; i < tensors.length; i++) {
      const joined = bindings.with(i, bindings[0]), both = [0, i].every((k) => writes.includes(tensors[k]));
      if (joined[i] === bindings[i]) continue;
      if (both) {
        prove(name, joined)();
        accepted++;
      } else {
        assertRefused(
          prove(name, joined),
          /as one, and does not write both$/,
          `${name}: ${tensors[0]} and ${tensors[i]}`,
        );
        refused++;
      }
    }
  }
  assert(refused > 20 && accepted > 0, `${refused} refused, ${accepted} accepted`);
});
