/** How a step is drafted where a net has other losses, targets and metrics than those that ship, and what of it is needed. */
import assert from "node:assert/strict";
import { z } from "../../codegen/zod.ts";
import { plan } from "../../codegen/compile.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { STEP } from "../../codegen/ir/ir.ts";
import { kernelText } from "../../codegen/ir/text.ts";
import type { LossKind, MetricKind } from "../../codegen/language/loss.ts";
import { add, axis, max, part, sub, sum, Tensor } from "../../codegen/language/notation.ts";
import { draft } from "../../codegen/plan/draft/draft.ts";
import { together } from "../../codegen/plan/draft/together.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { registry as shipped } from "../../mod.ts";

const graphOf = (registry: Registry, loss = "softmaxCrossEntropy", metrics?: readonly string[]) =>
  inferShapes(
    parseSpec({
      name: "net",
      input: [4],
      batchSize: 3,
      layers: [{ type: "linear", outFeatures: 6 }],
      loss: { type: loss },
      ...metrics && { metrics },
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
    }, registry),
    registry,
  );
const drafted = (registry: Registry, loss?: string, metrics?: readonly string[]) =>
  draft(graphOf(registry, loss, metrics), registry.batch);
const kernelOf = ({ train }: ReturnType<typeof draft>, name: string) =>
  train.find(({ kernel }) => kernel.name === name)!;
const written = (kernels: ReturnType<typeof kernelOf>) =>
  kernels.kernel.parts.map(({ assignments }) => assignments.map(({ tensor }) => tensor));

/** How far the largest output is above the mean, of each sample. */
const lead: MetricKind = {
  type: "lead",
  source: "tests/codegen/draft_test.ts",
  summary: "largest output",
  symbol: "lead",
  fits: () => true,
  forward(n, { x, lead }) {
    const j = axis("j", x.shape[1]);
    return [part([n], lead.set([STEP, n], max([j], x.at(n, j))))];
  },
};

Deno.test("a net is told the metrics that its spec names, or those usual for its loss, in the kernel of the loss", () => {
  const [accuracy] = shipped.metrics, shape = [6];
  for (const loss of shipped.losses) assert(accuracy.fits(shape, loss.given(shape, {})[0]), loss.type);
  assert(!accuracy.fits([6, 2, 2], { symbol: "target", shape: [6, 2, 2], dtype: "f32" }));
  assert(!accuracy.fits([6], { symbol: "target", shape: [5], dtype: "f32" }));
  for (
    const [metrics, expected] of [
      [[], ["loss"]],
      [[accuracy], ["loss", "hit"]],
      [[lead, accuracy], ["loss", "lead", "hit"]],
    ] as const
  ) {
    const own = drafted({ ...shipped, metrics }, undefined, metrics.map(({ type }) => type));
    assert.deepEqual(written(kernelOf(own, "loss_forward")), [expected]);
    for (const name of expected) assert.equal(own.tensors[name].rows, "steps");
    assert.equal("hit" in own.tensors, expected.includes("hit" as never));
    // nothing is learned from metrics
    assert.deepEqual(written(kernelOf(own, "loss_backward")), [["dx"]]);
  }
});

Deno.test("what several formulas go over is one axis, so that one loop can compute them", () => {
  const text = kernelText(
    kernelOf(
      drafted({ ...shipped, metrics: [lead, ...shipped.metrics] }, undefined, ["lead", "accuracy"]),
      "loss_forward",
    )
      .kernel,
  );
  const own = drafted({ ...shipped, metrics: [lead] }, undefined, ["lead"]);
  const { kernel: { parts: [{ assignments }] } } = kernelOf(own, "loss_forward");
  const axes = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("kind" in value && value.kind === "reduce" && "axes" in value) {
      (value.axes as unknown[]).forEach((a) => axes.add(a));
    }
    Object.values(value).forEach(visit);
  };
  visit(assignments);
  assert.equal(axes.size, 1, text);
  // other points are another part
  const n = axis("n", 3), other = axis("n", 3), j = axis("j", 6), x = new Tensor("x", [3, 6]), y = new Tensor("y", [3]);
  const total = (at: typeof n) => part([at], y.set([at], sum([j], x.at(at, j))));
  assert.deepEqual(together([total(n), total(n)]).map(({ assignments }) => assignments.length), [2]);
  assert.deepEqual(together([total(n), total(other)]).map(({ assignments }) => assignments.length), [1, 1]);
});

/** The sum of the differences from a target of another shape than the output. */
const halves: LossKind = {
  type: "halves",
  source: "tests/codegen/draft_test.ts",
  schema: z.strictObject({ type: z.literal("halves") }),
  summary: "x - target",
  given: ([outputs]) => [{ symbol: "half", shape: [2, outputs / 2], dtype: "f32" }],
  metrics: () => ["accuracy"],
  forward(n, { x, half, loss }) {
    const j = axis("j", half.shape[2]);
    return [part([n], loss.set([STEP, n], sum([j], sub(add(x.at(n, j), half.at(n, 0, j)), half.at(n, 1, j)))))];
  },
  backward(n, { x, dx }) {
    const o = axis("o", x.shape[1]);
    return [part([n, o], dx.set([n, o], x.at(n, o)))];
  },
};

Deno.test("targets are a tensor of the shape and type that the loss states", () => {
  const own = drafted({ ...shipped, losses: [halves] }, "halves"), { half, halfs } = own.tensors;
  assert.deepEqual([half.shape, half.role, half.dtype], [[3, 2, 3], "value", "f32"]);
  assert.deepEqual([halfs.shape, halfs.role, halfs.rows], [[Infinity, 2, 3], "run", "samples"]);
  const { bindings } = kernelOf(own, "batch_gather_half");
  assert.deepEqual(Object.values(bindings).sort(), ["half", "halfs", "order"]);
  assert.deepEqual(written(kernelOf(own, "loss_forward")), [["loss"]], "no accuracy without classes");
});

Deno.test("a test step and predictions have no part of what training alone needs", () => {
  const spec = parseSpec({
    name: "net",
    input: [2, 4, 4],
    batchSize: 3,
    layers: [{ type: "conv2d", outChannels: 2, kernel: 3 }, { type: "maxPool2d", kernel: 2 }, { type: "flatten" }],
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  }, shipped);
  const without = ["elementwise", "window", "cases", "loss"] as const;
  const { plan: { evaluate, tensors } } = plan(spec, shipped, { predict: true, without });
  const pool = evaluate.kernels.find(({ kernel }) => kernel.name === "pool1_forward")!;
  assert.deepEqual(pool.kernel.parts[0].assignments.map(({ tensor }) => tensor), ["y"]);
  assert(!("pool1.code" in tensors) && !("loss" in tensors) && !("target" in tensors));
  const { plan: { train } } = plan(spec, shipped, { without });
  const kept = train.kernels.find(({ kernel }) => kernel.name === "pool1_forward")!;
  assert.deepEqual(kept.kernel.parts[0].assignments.map(({ tensor }) => tensor), ["y", "code"]);
});
