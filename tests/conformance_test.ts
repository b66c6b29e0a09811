/** Every kernel of random nets on every target against the interpreter; gradients; fused against unfused. */
import assert from "node:assert/strict";
import { compileKernel, kernelsOf, kernelSource, plan } from "../codegen/compile.ts";
import { bundle } from "../runtime/bundle.ts";
import { verifyKernelCode, type VerifyRow } from "../runtime/verify.ts";
import { parseSpec, registry, targets, verifyNet } from "../mod.ts";
import { randomSpec } from "./random_spec.ts";

const NETS = 200;
const describe = (rows: readonly VerifyRow[]) =>
  rows.filter(({ ok }) => !ok).map(({ check, error, tolerance, note }) =>
    `${check}: ${error} > ${tolerance} ${note ?? ""}`
  ).join("; ");

for (const target of targets) {
  Deno.test(`${target.name}: ${NETS} random nets agree with the interpreter`, async () => {
    let nets = 0, kernels = 0, gradients = 0;
    const seen = new Set<string>();
    for (let seed = 1; seed <= NETS; seed++) {
      const spec = parseSpec(randomSpec(seed));
      const rows = await verifyNet(spec, { target: target.name, seed, data: seed % 2 === 0 ? "u8" : "f32" });
      // a dead relu can leave every entry of a gradient 0 or at a kink; that is for the other seeds to check
      const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
      assert.equal(bad.length, 0, `seed ${seed}: ${describe(bad)}\n${JSON.stringify(spec)}`);
      nets++;
      gradients += rows.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
      kernels += rows.filter(({ check }) => !check.startsWith("gradient") && check !== "fused step").length;
      for (const { type } of [...spec.layers, spec.loss, spec.training.optimizer]) seen.add(type);
    }
    assert.equal(nets, NETS);
    assert.ok(kernels > 10 * NETS, `${kernels} kernels`);
    assert.ok(gradients > 2 * NETS, `${gradients} gradients`);
    for (const { type } of [...registry.layers, ...registry.losses, ...registry.optimizers]) {
      assert.ok(seen.has(type), `${type} never came`);
    }
  });

  Deno.test(`${target.name}: every candidate schedule agrees with the interpreter`, async () => {
    let cases = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const spec = parseSpec(randomSpec(seed));
      const { plan: planned } = plan(spec, registry);
      const all = [...planned.train.kernels, ...planned.evaluate.kernels];
      for (const kernel of kernelsOf(planned)) {
        for (const schedule of target.candidates(kernel)) {
          const compiled = compileKernel(kernel, schedule);
          const module = await import(await bundle({ "kernel.ts": kernelSource(compiled, target, spec.name) }));
          const { bindings } = all.find((p) => p.kernel.name === kernel.name)!;
          const row = verifyKernelCode(compiled, module[kernel.name], bindings, planned, spec, target, seed);
          assert.ok(row.ok, `seed ${seed} ${kernel.name} ${JSON.stringify(schedule)}: ${row.error} > ${row.tolerance}`);
          cases++;
        }
      }
    }
    assert.ok(cases > 400, `${cases} cases`);
  });

  Deno.test(`${target.name}: a wrong row of the syntax table is noticed`, async () => {
    const { mul } = target.syntax.operations;
    const wrong = {
      ...target,
      syntax: {
        ...target.syntax,
        operations: { ...target.syntax.operations, mul: target.syntax.operations.add, add: mul },
      },
    };
    const spec = parseSpec(randomSpec(1));
    const { verifyNet: verify } = await import("../runtime/verify.ts");
    const rows = await verify(spec, registry, wrong);
    assert.ok(rows.some(({ ok }) => !ok));
  });
}
