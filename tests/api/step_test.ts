/** A training step as data: its costs, its memory, and which kernels of two targets make the same. */
import assert from "node:assert/strict";
import { compile, kernelsBeside, loadSpec, netLayers, networkDrawing, trainingStep } from "../../mod.ts";

const spec = await loadSpec("specs/lenet5.json");

Deno.test("a step tells its kernels in order, with what the plan says that they cost", () => {
  const step = trainingStep(spec, { target: "wasm" }), { planText } = compile(spec, { target: "wasm" });
  assert.equal(step.target, "wasm");
  const lines = planText.slice(planText.indexOf("\ntrain:"), planText.indexOf("\nevaluate:")).split("\n");
  const named = lines.flatMap((line) => /^ +\d+ {2}(\w+) /.exec(line)?.[1] ?? []);
  assert.deepEqual(step.kernels.map(({ name }) => name), named);
  assert.equal(
    step.kernels.filter(({ barrier }) => barrier).length,
    lines.filter((line) => line.trim() === "---").length,
  );
  for (const { name, flops, read, written, reads, writes } of step.kernels) {
    assert(flops >= 0 && read > 0 && written > 0 && reads.length > 0 && writes.length > 0, name);
  }
});

Deno.test("tensors that are in use at one time lie apart in the arena", () => {
  for (const target of ["wasm", "typescript", "webgpu"]) {
    const { tensors, arenaBytes, kernels } = trainingStep(spec, { target });
    let pairs = 0;
    for (const [i, a] of tensors.entries()) {
      assert(a.offset >= 0 && a.offset + a.bytes <= arenaBytes, a.name);
      for (const b of tensors.slice(0, i)) {
        const [x, y] = [a, b].map(({ kept, used }) => kept ? [0, kernels.length] : used);
        if (!x || !y || x[1] < y[0] || y[1] < x[0]) continue;
        assert(a.offset >= b.offset + b.bytes || b.offset >= a.offset + a.bytes, `${target}: ${a.name} and ${b.name}`);
        pairs++;
      }
    }
    assert(pairs > 100, `${target}: ${pairs} pairs`);
  }
});

Deno.test("kernels of two targets that make the same are found from both sides", () => {
  let found = 0;
  for (const [target, other] of [["wasm", "typescript"], ["wasm", "webgpu"], ["typescript", "wasm"]] as const) {
    const others = trainingStep(spec, { target: other }).kernels.map(({ name }) => name);
    for (const { name } of trainingStep(spec, { target }).kernels) {
      const beside = kernelsBeside(spec, name, { target, other });
      assert(beside.length > 0 && beside.every((each) => others.includes(each)), `${name}: ${beside}`);
      assert(beside.every((each) => kernelsBeside(spec, each, { target: other, other: target }).includes(name)), name);
      found++;
    }
  }
  assert(found > 40, `${found}`);
  assert.deepEqual(kernelsBeside(spec, "no_kernel", { target: "wasm", other: "webgpu" }), []);
});

Deno.test("a net's layers are drawn, and what they are called is no markup", () => {
  const layers = netLayers(spec), drawn = networkDrawing(layers, 'a "graph" <b>', 400)!;
  assert.equal(layers.length, spec.layers.length + 1);
  assert(drawn.startsWith("<svg") && drawn.includes("&quot;graph&quot; &lt;b&gt;"));
});
