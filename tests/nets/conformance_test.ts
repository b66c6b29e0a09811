/** Every kernel of random nets on every target against the interpreter; gradients; fused against unfused. */
import assert from "node:assert/strict";
import { plan } from "../../codegen/compile.ts";
import type { Kernel, Op } from "../../codegen/ir/ir.ts";
import { kernelText } from "../../codegen/ir/text.ts";
import { elementsOf } from "../../codegen/plan/arrange/layouts.ts";
import { scheduleText } from "../../codegen/schedule/schedule.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { VerifyRow } from "../../runtime/check/row.ts";
import { verifyNet as verifyWith } from "../../runtime/check/verify.ts";
import { beginSteps } from "../../cli/verify/steps.ts";
import {
  type Optimization,
  parseSpec,
  processorTargets as targets,
  registry,
  type Spec,
  verifyNet,
} from "../../mod.ts";
import { hasMask } from "../channel_nets.ts";
import { LARGE_NETS } from "../large_nets.ts";
import { randomSpec } from "../random_spec.ts";
import { withRandomTraining } from "../random_training.ts";
import { wideSpec } from "../wide_spec.ts";
import { width } from "../width.ts";

const NETS = width(12, 100);
/** Layers of the random nets. */
const LAYERS = ["avgPool2d", "conv2d", "dropout", "flatten", "linear", "maxPool2d", "relu", "sigmoid", "tanh"];
/** Of them, trained in other ways. */
const TRAINED = width(10, 50);
/** Nets that are tried in several ways. */
const VARIED = width(2, 12);
/** Random nets with their channels innermost though they are few, and nets of many. */
const FORCED = width(6, 36, 100), WIDE = width(4, 16, 40);
const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const describe = (rows: readonly VerifyRow[]) =>
  rows.filter(({ ok }) => !ok).map(({ check, error, tolerance, note }) =>
    `${check}: ${error} > ${tolerance} ${note ?? ""}`
  ).join("; ");

/** Random nets by seed, each once: its gradients are the same for all targets. */
const specs = new Map<number, Spec>();
function specOf(seed: number): Spec {
  const spec = specs.get(seed) ?? parseSpec(randomSpec(seed));
  specs.set(seed, spec);
  return spec;
}

for (const target of targets) {
  Deno.test(`${target.name}: ${NETS} random nets agree with the interpreter`, async () => {
    let nets = 0, kernels = 0, gradients = 0;
    const seen = new Set<string>();
    for (let seed = 1; seed <= NETS; seed++) {
      const spec = specOf(seed);
      const rows = await verifyWith(spec, registry, target, { seed, data: seed % 2 === 0 ? "u8" : "f32" });
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
    // those that were there first; random graphs have all kinds
    for (const type of [...LAYERS, "softmaxCrossEntropy", "mse"]) assert.ok(seen.has(type), `${type} never came`);
  });

  Deno.test(`${target.name}: ${TRAINED} random ways to train agree with the interpreter`, async () => {
    const seen: Record<string, number> = { clips: 0, frozen: 0, factors: 0 };
    for (let seed = 1; seed <= TRAINED; seed++) {
      const spec = parseSpec(withRandomTraining(randomSpec(seed), seed)), { training } = spec;
      const rows = await verifyNet(spec, { target: target.name, seed, data: seed % 2 === 0 ? "u8" : "f32" });
      const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
      assert.equal(bad.length, 0, `seed ${seed}: ${describe(bad)}\n${JSON.stringify(spec)}`);
      const clips = rows.filter(({ check }) => check.endsWith("_clip_squares") || check === "gradients_clip_scale");
      assert.equal(clips.length > 0, training.clipNorm !== undefined, `seed ${seed}: ${clips.length} kernels clip`);
      if (clips.length > 0) seen.clips++;
      if (training.groups?.some(({ frozen }) => frozen)) seen.frozen++;
      if (training.groups?.some(({ learningRateFactor }) => learningRateFactor !== undefined)) seen.factors++;
      seen[training.optimizer.type] = (seen[training.optimizer.type] ?? 0) + 1;
    }
    for (const { type } of registry.optimizers) assert(seen[type] > 0, `${type} never came`);
    for (const [what, times] of Object.entries(seen)) assert(times >= 1, `${what}: ${times} times`);
  });

  Deno.test(`${target.name}: nets with sums in two kernels agree with the interpreter`, async () => {
    const checked = new Set<string>();
    for (const [what, spec] of LARGE_NETS) {
      const rows = await verifyNet(spec, { target: target.name, seed: 1 });
      const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
      assert.equal(bad.length, 0, `${what}: ${describe(bad)}`);
      for (const { check } of rows) checked.add(check);
    }
    assert.ok(checked.has("conv1_pool1_relu1_forward"));
    if (target.layout === "row_major") return;
    for (const check of ["linear1_forward_chunks", "pool1_conv1_backward_weight_lanes", "relu1_output_rows"]) {
      assert.ok(checked.has(check), check);
    }
  });

  if (target.layout === "lanes") {
    Deno.test(`${target.name}: with channels innermost, ${FORCED} random nets and ${WIDE} of many agree with the interpreter`, async () => {
      const seen: Record<string, number> = { exchanged: 0, padded: 0, full: 0, mask: 0, gradients: 0 };
      const optimizers = new Set<string>();
      let ran = 0;
      for (let i = 0; i < FORCED + WIDE; i++) {
        const seed = i < FORCED ? i + 1 : i - FORCED + 1, json = i < FORCED ? randomSpec(seed) : wideSpec(seed);
        const spec = parseSpec(json), data = seed % 2 === 0 ? "u8" : "f32";
        const rows = await verifyWith(spec, registry, { ...target, layout: "channels" }, { seed, data });
        const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
        assert.equal(bad.length, 0, `${json.name}: ${describe(bad)}\n${JSON.stringify(spec)}`);
        ran += rows.length;
        seen.gradients += rows.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
        const { plan: planned } = plan(spec, registry, { layout: "channels", data });
        const innermost = Object.values(planned.tensors).filter(({ layout }) => layout?.dimensions.at(-1)?.of === 1);
        for (const { layout, shape } of innermost) {
          seen[elementsOf({ layout, shape }) < elements(shape) ? "padded" : "full"]++;
        }
        if ("conv2.weight.exchanged" in planned.tensors) seen.exchanged++;
        if (planned.train.kernels.some(({ kernel }) => hasMask(kernel))) seen.mask++;
        if (i >= FORCED) optimizers.add(spec.training.optimizer.type);
      }
      assert.ok(ran > 15 * (FORCED + WIDE), `${ran} checks`);
      assert.equal(optimizers.size, 3);
      for (const [what, times] of Object.entries(seen)) assert.ok(times >= 3, `${what}: ${times} times`);
    });
  }

  Deno.test(`${target.name}: every candidate schedule agrees with the interpreter`, async () => {
    const used = new Set<string>();
    let cases = 0;
    for (const choice of [0, 1, 2]) {
      const candidates = (kernel: Kernel) => {
        const all = [...target.candidates(kernel)], schedule = all[Math.min(choice, all.length - 1)];
        used.add(`${kernelText(kernel)} ${scheduleText(schedule)}`);
        return [schedule];
      };
      for (let seed = 1; seed <= VARIED; seed++) {
        const rows = await verifyWith(parseSpec(randomSpec(seed)), registry, { ...target, candidates }, { seed });
        const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
        assert.equal(bad.length, 0, `seed ${seed}, choice ${choice}: ${describe(bad)}`);
        cases += rows.length;
      }
    }
    assert.ok(cases > 50 * VARIED && used.size > 20 * VARIED, `${cases} cases of ${used.size} schedules`);
  });

  Deno.test(`${target.name}: plain loops, tiles without vectors and indices in full agree with the interpreter`, async () => {
    const variants: Optimization[][] = [["tiles"], ["vectors"]];
    if (!target.wholeAddresses) variants.push(["hoist"], ["hoist", "tiles"]);
    let cases = 0;
    for (const without of variants) {
      for (let seed = 1; seed <= VARIED; seed++) {
        const rows = await verifyNet(parseSpec(randomSpec(seed)), { target: target.name, seed, without });
        const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
        assert.equal(bad.length, 0, `seed ${seed}, without ${without}: ${describe(bad)}`);
        cases += rows.length;
      }
    }
    assert.ok(cases > 15 * VARIED * variants.length, `${cases} cases of ${variants.length} variants`);
  });

  Deno.test(`${target.name}: a wrong row of the syntax table is noticed`, async () => {
    const swapped = <Row>({ add, mul, ...rows }: Record<Op, Row>) => ({ ...rows, add: mul, mul: add });
    const syntax: Target["syntax"] = (...nest) => {
      const { operations, vectors, ...rows } = target.syntax(...nest);
      return {
        ...rows,
        operations: swapped(operations),
        ...(vectors && { vectors: { ...vectors, operations: swapped(vectors.operations) } }),
      };
    };
    const rows = await verifyWith(parseSpec(randomSpec(1)), registry, { ...target, syntax });
    assert.ok(rows.some(({ ok }) => !ok));
  });
}

Deno.test("kernels and whole steps, each checked alone, are all that is checked", async () => {
  const spec = parseSpec(randomSpec(1)), all = await verifyNet(spec, { target: "wasm", seed: 1 });
  const [kernels, steps] = await Promise.all(
    (["kernels", "steps"] as const).map((only) =>
      verifyNet(parseSpec(randomSpec(1)), { target: "wasm", seed: 1, only })
    ),
  );
  assert.deepEqual([...kernels, ...steps], all);
  assert.equal(steps.at(-1)!.check, "fused step");
  assert(kernels.length > 0 && kernels.every(({ check }) => !/^gradient|^fused step/.test(check)));
});

Deno.test("whole steps that are checked in another thread give the same rows, and tell what goes wrong there", async () => {
  const small = { ...randomSpec(1), input: [3], layers: [{ type: "linear", outFeatures: 2 }] };
  const spec = parseSpec(small), task = { spec, targets: ["wasm", "typescript"], seed: 1, without: [] };
  const there = beginSteps(task), broken = beginSteps({ ...task, targets: ["wasm", "none"] });
  try {
    for (const target of task.targets) {
      assert.deepEqual(await there.of(target), await verifyNet(spec, { target, seed: 1, only: "steps" }));
    }
    await broken.of("wasm");
    await assert.rejects(broken.of("none"), /there is no target "none"/);
  } finally {
    there.end();
    broken.end();
  }
});
