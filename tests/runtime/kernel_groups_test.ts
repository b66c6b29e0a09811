/** What is compared in `deno bench` makes the same tensors and is right: groups of kernels, and loops that know no shapes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Op } from "../../codegen/ir/ir.ts";
import { MERGING, plan } from "../../codegen/compile.ts";
import { genericLoops } from "../../codegen/ir/interpret.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, kernelGroups, loadSpec, parseSpec, processorTargets, registry, runsHere } from "../../mod.ts";
import { findAdapter } from "../../runtime/backends/webgpu/find_adapter.ts";
import { groupedKernels, groupKernels } from "../../runtime/measure/kernel_groups.ts";
import { kernelCase } from "../../runtime/check/kernel.ts";
import { ROW } from "../../runtime/check/random_data.ts";
import { disguised, ignore, withGpu } from "../adapter.ts";
import { LARGE_NETS } from "../large_nets.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const SHIPPED = ["mnist_cnn", "mnist_mlp", "lenet5"];
const shipped = (net: string) => loadSpec(join(PROJECT, "specs", `${net}.json`));

/** Fused in rows, layer by layer, and in the layouts of the other targets. */
function plansOf(spec: Spec): Plan[] {
  const merging = MERGING.filter((rule) => rule !== "reorder");
  return [{}, { without: merging }, { layout: "lanes" }, { layout: "blocks" }, { layout: "lanes", without: merging }]
    .map((options) => plan(spec, registry, options as Parameters<typeof plan>[2]).plan);
}

/** Parameters and optimizer states that some kernels of a plan write. */
function lasting({ tensors, train }: Plan, names: readonly string[]): string {
  const written = train.kernels.filter(({ kernel }) => names.includes(kernel.name))
    .flatMap((planned) => [...accesses(planned).writes]);
  return written.filter((name) => ["parameter", "state"].includes(tensors[name].role)).toSorted().join();
}

Deno.test("every kernel of every plan is in one group, and each plan's part of a group makes the same", async () => {
  const specs: Spec[] = [
    ...await Promise.all(SHIPPED.map(shipped)),
    ...LARGE_NETS.map(([, spec]) => spec),
    ...Array.from({ length: 60 }, (_, i) => parseSpec(randomSpec(i + 1))),
  ];
  let groups = 0, split = 0, updates = 0;
  for (const spec of specs) {
    const plans = plansOf(spec), found = groupKernels(plans[0], plans);
    for (const [i, { train: { kernels } }] of plans.entries()) {
      const names = found.flatMap((group) => group[i]);
      assert.deepEqual(names.toSorted(), kernels.map(({ kernel }) => kernel.name).toSorted(), spec.name);
    }
    for (const group of found) {
      const made = new Set(group.map((names, i) => lasting(plans[i], names)));
      assert.equal(made.size, 1, `${spec.name}: ${group.map((names) => names.join(" ")).join(" | ")}`);
      assert(group.every((names) => names.length > 0), JSON.stringify(group));
      if (!made.has("")) updates++;
      if (group.some((names) => names.length > 1)) split++;
    }
    groups += found.length;
  }
  assert(groups > 400 && split > 200 && updates > 100, `${groups} groups, ${split} split, ${updates} with updates`);
});

Deno.test("the groups of mnist_cnn: as few kernels together as can be", async () => {
  const plans = plansOf(await shipped("mnist_cnn")), [fused, , lanes] = plans;
  const groups = groupKernels(fused, [fused, lanes]);
  assert.equal(groups.length, fused.train.kernels.length);
  const of = (name: string) => groups.find(([[first]]) => first === name)![1];
  assert.deepEqual(of("linear1_relu2_forward"), ["linear1_forward_chunks", "linear1_relu2_forward"]);
  assert.deepEqual(of("linear1_backward_update_weight"), [
    "linear1_output_gradient_rows",
    "linear1_backward_update_weight",
  ]);
  assert.deepEqual(of("pool1_conv1_backward_update_weight"), [
    "pool1_conv1_backward_weight_lanes",
    "conv1_backward_update_weight",
  ]);
  // layer by layer the pool's gradient is for weight and bias
  assert.deepEqual(groupKernels(fused, plans).filter(([names]) => names.length > 1).map(([names]) => names), [
    ["pool1_conv1_backward_update_weight", "pool1_conv1_backward_update_bias"],
  ]);
});

Deno.test("loops that know no shapes do just what the interpreter does", () => {
  const nets = width(10, 40);
  let kernels = 0, changed = 0;
  for (let seed = 1; seed <= nets; seed++) {
    const spec = parseSpec(randomSpec(seed));
    for (const options of [{}, { without: MERGING }, { layout: "lanes" as const }]) {
      const { plan: planned } = plan(spec, registry, options);
      for (const { kernel, bindings } of planned.train.kernels) {
        const { given, expected } = kernelCase(kernel, bindings, planned, spec, seed);
        const before = Object.values(given).map((values) => values.slice());
        genericLoops(kernel)(given, ROW);
        assert.deepEqual(given, expected, `seed ${seed}, ${kernel.name}`);
        kernels++;
        if (Object.values(given).some((values, i) => values.some((value, k) => value !== before[i][k]))) changed++;
      }
    }
  }
  assert(kernels > 25 * nets && changed > 0.9 * kernels, `${changed} of ${kernels} kernels`);
});

const TINY = parseSpec({
  name: "tiny",
  input: [1, 6, 6],
  batchSize: 4,
  layers: [
    { type: "conv2d", outChannels: 2, kernel: 3 },
    { type: "relu" },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 3 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
});

Deno.test("a net's groups have a row for each form, and what they offer runs", async () => {
  const groups = await kernelGroups(TINY), adapter = await findAdapter();
  const names = ["generic loops", "typescript", "typescript, plain loops"];
  for (const { rows, shape, gpu } of groups) {
    assert.deepEqual(rows.slice(0, 3).map(({ name }) => name), names);
    assert.equal(rows.length, 2 + processorTargets.filter(runsHere).length);
    assert.match(shape, /^(one point|\w+ = \d+(, \w+ = \d+)*)( \+ \w+ = \d+(, \w+ = \d+)*)*$/);
    assert.equal(gpu !== undefined, adapter !== undefined);
    if (gpu) {
      const { times, run } = await gpu.open();
      assert.match(String(times), /^10*$/);
      await run();
    }
  }
  assert(groups.length >= 6, `${groups.length} groups`);
  for (const { run } of groups[0].rows) run();
});

Deno.test("a GPU makes no device for rows that are not run", { ignore }, async () => {
  const { gpu, devices } = disguised({ info: { description: "an adapter of its own" } });
  await withGpu(gpu, async () => {
    const groups = await kernelGroups(TINY);
    for (const { rows } of groups) rows[0].run();
    assert(groups.every(({ gpu }) => gpu?.adapter.startsWith("an adapter of its own")));
    assert.equal(devices.length, 0);
    // negative control: one row does, and the others share it
    const [first, second] = groups.map(({ gpu }) => gpu!);
    await (await first.open()).run();
    assert.equal(devices.length, 1);
    await second.open();
    assert.equal(devices.length, 1);
  });
});

Deno.test("negative control: a wrong kernel is not timed, and plans of different nets make no groups", async () => {
  const target = findTarget("typescript");
  const syntax: Target["syntax"] = (...nest) => {
    const { operations: { add, mul, ...others }, ...rows } = target.syntax(...nest);
    return { ...rows, operations: { ...others, add: mul, mul: add } satisfies Record<Op, unknown> };
  };
  const wrong = { name: "wrong", target: { ...target, syntax } };
  await assert.rejects(groupedKernels(TINY, registry, [wrong]), /^Error: wrong: \w+ is wrong: its error is /);
  const [mlp, cnn] = await Promise.all(["mnist_mlp", "mnist_cnn"].map(shipped));
  assert.throws(() => groupKernels(plansOf(mlp)[0], plansOf(cnn)), /nothing is made of what \w+ makes/);
});

// in the quick run permissions_test.ts has a smaller one
Deno.test("deno bench runs without permissions, and prints nothing but JSON when asked to", {
  ignore: QUICK,
}, async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bench", "--no-prompt", "--json", "--filter", "/^batch_gather_label (typescript|wasm|generic loops)$/"],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { benches } = JSON.parse(new TextDecoder().decode(stdout)) as {
    benches: { group: string; name: string; baseline: boolean; results: { ok?: { n: number } }[] }[];
  };
  assert.deepEqual(benches.map(({ name, baseline }) => [name, baseline]), [
    ["batch_gather_label generic loops", false],
    ["batch_gather_label typescript", true],
    ["batch_gather_label wasm", false],
  ]);
  for (const { group, results: [{ ok }] } of benches) {
    assert.equal(group, "mnist_cnn batch_gather_label (n = 64)");
    assert(ok && ok.n > 10);
  }
});
