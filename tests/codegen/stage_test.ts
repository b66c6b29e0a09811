/** What a workgroup stages: boxes of tensors, in loop nests that are proven and interpreted, and on an adapter. */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, kernelSource, plan } from "../../codegen/compile.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import {
  type Grid,
  isVector,
  type LoopNest,
  membersOf,
  type Stage,
  stagedElements,
  type Statement,
  WORKGROUP_BYTES,
  workgroupBytes,
} from "../../codegen/ir/ir.ts";
import { nestText } from "../../codegen/ir/text.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { neighbours } from "../../codegen/schedule/neighbours.ts";
import { type Schedule, ScheduleError, scheduleText } from "../../codegen/schedule/schedule.ts";
import { compareStorages } from "../../runtime/check/differences.ts";
import { kernelCase } from "../../runtime/check/kernel.ts";
import { findTarget, fromArrays, loadSpec, parseSpec, registry, train, type Tuning } from "../../mod.ts";
import { formulaHash, normalized } from "../../codegen/schedule/tuning.ts";
import { uniform } from "../../runtime/run/random.ts";
import { ignore } from "../adapter.ts";
import { staging } from "../gpu_conformance.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

const webgpu = findTarget("webgpu");

function collect<Kind extends Statement["kind"]>(body: readonly Statement[], kind: Kind) {
  type Found = Extract<Statement, { kind: Kind }>;
  const visit = (s: Statement): Found[] => [
    ...s.kind === kind ? [s as Found] : [],
    ..."body" in s ? s.body.flatMap(visit) : [],
  ];
  return body.flatMap(visit);
}

/** The nest with what it stages changed. */
function changed(nest: LoopNest, change: (stage: Stage) => Stage): LoopNest {
  const visit = (s: Statement): Statement =>
    s.kind === "stage" ? change(s) : "body" in s ? { ...s, body: s.body.map(visit) } : s;
  return { ...nest, body: nest.body.map(visit) };
}

async function mnist() {
  const spec = await loadSpec(new URL("../../specs/mnist_cnn.json", import.meta.url).pathname);
  return { spec, net: compileTarget(plan(spec, registry, { layout: webgpu.layout }), webgpu) };
}

Deno.test("stage: what random nets stage, interpreted, is what their kernels load", () => {
  let ran = 0, wrong = 0, vectors = 0, windows = 0;
  const tiles = new Set<string>();
  for (let seed = 1; seed <= width(8, 72); seed++) {
    const spec = parseSpec(randomSpec(seed)), planned = plan(spec, registry, { layout: webgpu.layout });
    for (const { kernel, bindings } of planned.plan.train.kernels) {
      for (const schedule of [...webgpu.candidates(kernel)].filter(({ stage }) => stage)) {
        const { nest } = compileKernel(kernel, schedule, webgpu), stages = collect(nest.body, "stage");
        const { given, expected } = kernelCase(kernel, bindings, planned.plan, spec, seed);
        const before = structuredClone(given);
        interpretNest(nest, given, 1);
        const row = compareStorages(kernel, given, expected, webgpu);
        assert.ok(row.ok, `seed ${seed}, ${kernel.name}, ${scheduleText(schedule)}: ${row.error}`);
        assert.ok(workgroupBytes(nest.body) <= WORKGROUP_BYTES / 2);
        ran++;
        if (stages.some(({ type }) => isVector(type))) vectors++;
        if (kernel.parts.length > 1 || stages.some(({ box }) => box.length > 1)) windows++;
        tiles.add(JSON.stringify(schedule.workgroup));
        // negative control: rows that do not move on are other rows
        const still = changed(nest, (stage) => ({ ...stage, box: stage.box.map((side) => ({ ...side, stride: 0 })) }));
        interpretNest(still, before, 1);
        if (!compareStorages(kernel, before, expected, webgpu).ok) wrong++;
      }
    }
  }
  assert.ok(
    ran > width(13, 40) && (QUICK || vectors > 2) && windows > width(1, 5) && tiles.size > width(3, 8),
    `${ran}, ${vectors}, ${windows}, ${tiles.size}`,
  );
  assert.ok(wrong > 0.9 * ran, `${wrong} of ${ran} damaged ones are wrong`);
});

Deno.test("stage: sums that members share, windows, and terms of several axes", () => {
  const spec = parseSpec({
    name: "small",
    input: [1, 12, 12],
    batchSize: 32,
    layers: [
      { type: "conv2d", outChannels: 8, kernel: 5, padding: 2 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "linear", outFeatures: 32 },
      { type: "relu" },
      { type: "linear", outFeatures: 10 },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
  const net = compileTarget(plan(spec, registry, { layout: webgpu.layout }), webgpu);
  const rows: readonly (readonly [kernel: string, schedule: Schedule, staged: Record<string, number>])[] = [
    ["linear1_relu2_forward", {
      grid: ["nb", "ob", "o", "n"],
      tile: { o: 4, n: 4 },
      workgroup: { o: 4, n: 4 },
      split: { i: 4 },
      stage: { i: 32 },
      unroll: { i: 8 },
    }, { x: 16 * 32, w: 16 * 32 }],
    ["pool1_conv1_backward_update_weight", {
      grid: ["c", "r", "o", "s"],
      tile: { s: 5 },
      vectorize: "n",
      workgroup: { o: 4 },
      split: { n: 4, i: 2, j: 2 },
      stage: { i: 2, j: 6, n: 16 },
    }, { x: 4 * 16 * 16 }],
    ["conv1_pool1_relu1_forward", {
      grid: ["nb", "p", "c", "q", "n"],
      tile: { c: 2 },
      vectorize: "n",
      workgroup: { n: 4, c: 4, q: 2, nb: 2 },
      stage: { r: 5, s: 5 },
      unroll: { u: 2, v: 2, s: 5 },
    }, { x: 2 * 6 * 8 * 16, w: 8 * 25 }],
  ];
  for (const [name, schedule, expected] of rows) {
    const { kernel } = net.kernels.get(name)!, { nest } = compileKernel(kernel, schedule, webgpu);
    const stages = collect(nest.body, "stage");
    assert.deepEqual(Object.fromEntries(stages.map((s) => [s.tensor, stagedElements(s)])), expected, name);
    for (const grid of collect(nest.body, "grid")) {
      const members = Object.values(schedule.split ?? {}).reduce((all, size) => all * size, 1);
      assert.deepEqual([membersOf(grid as Grid), grid.first % 64], [members, 0]);
    }
    const { bindings } = net.plan.train.kernels.find((planned) => planned.kernel.name === name)!;
    const { given, expected: right } = kernelCase(kernel, bindings, net.plan, spec, 1);
    interpretNest(nest, given, 1);
    const { ok, error } = compareStorages(kernel, given, right, webgpu);
    assert.ok(ok, `${name}: ${error}`);
  }
});

/** A net whose second convolution has, for the gradient of its input, four kinds of windows: sums over other axes each. */
function strided() {
  const conv = (padding: number, stride: number) => ({ type: "conv2d", outChannels: 4, kernel: 3, padding, stride });
  const layers = [conv(1, 1), { type: "tanh" }, conv(0, 2), { type: "tanh" }, conv(1, 1), { type: "flatten" }, {
    type: "linear",
    outFeatures: 8,
  }];
  const spec = parseSpec({
    name: "strided",
    input: [2, 8, 8],
    batchSize: 16,
    layers,
    loss: { type: "mse" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
  });
  return { spec, planned: plan(spec, registry, { layout: webgpu.layout }) };
}

/** What in WGSL accesses an array of a workgroup with no barrier after others did: a loop is gone through twice. */
function races(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim()), found = new Set<string>();
  const read = new Set<string>(), written = new Set<string>();
  const run = (from: number): number => {
    for (let i = from; i < lines.length; i++) {
      const line = lines[i];
      if (line === "}") return i;
      if (line.endsWith("{")) {
        if (line.startsWith("for ")) run(i + 1);
        i = run(i + 1);
      } else if (line === "workgroupBarrier();") {
        read.clear();
        written.clear();
      } else {
        for (const [array] of line.matchAll(/\b\w+_staged\w*(?=\[)/g)) {
          const [own, others] = line.startsWith(`${array}[`) ? [written, read] : [read, written];
          if (others.has(array)) found.add(line);
          own.add(array);
        }
      }
    }
    return lines.length;
  };
  run(lines.findIndex((line) => line.startsWith("fn ")) + 1);
  return [...found];
}

Deno.test("stage: no invocation reads too early or overwrites too early, whichever sums are in chunks", () => {
  const { planned } = strided();
  const { kernel } = planned.plan.train.kernels.find(({ kernel }) => kernel.name === "conv2_tanh1_backward_input")!;
  const text = (stage: Record<string, number>) => {
    const schedule = { grid: ["i", "j", "c", "n"], workgroup: { n: 16, c: 4 }, stage };
    return kernelSource(compileKernel(kernel, schedule, webgpu), webgpu, planned.plan);
  };
  // all terms at once; sums in loops before sums that are not; all in loops
  for (const [o, t, u] of [[4, 2, 2], [4, 1, 2], [4, 2, 1], [2, 2, 2]]) {
    const stage = { o, t, u };
    assert.deepEqual(races(text(stage)), [], JSON.stringify(stage));
  }
  // negative control: where all are in loops, no barrier can be left out
  const parts = text({ o: 2, t: 2, u: 2 }).split("workgroupBarrier();");
  assert.equal(parts.length - 1, 8);
  for (let i = 1; i < parts.length; i++) {
    const without = `${parts.slice(0, i).join("workgroupBarrier();")}${parts.slice(i).join("workgroupBarrier();")}`;
    assert.ok(races(without).length > 0, `barrier ${i}`);
  }
});

Deno.test("stage: what nobody loads twice stays where it is", async () => {
  const { net } = await mnist(), { kernel } = net.kernels.get("linear1_relu2_forward")!;
  const staged = (workgroup: Record<string, number>) => {
    const { body } = lower(kernel, { grid: ["nb", "ob", "o", "n"], workgroup, stage: { i: 16 } }, webgpu.spread);
    return collect(body, "stage").map(({ tensor }) => tensor);
  };
  assert.deepEqual(staged({ o: 8, n: 8 }), ["x", "w"]);
  // 16 samples for each of 4 outputs: each weight is loaded 16 times, and each input 4 times
  assert.deepEqual(staged({ o: 4, n: 16 }), ["x", "w"]);
  // one output of each of 8 blocks and 8 more: all invocations load one sample's inputs, and each weights of its own
  assert.deepEqual(staged({ ob: 8, o: 8 }), ["x"]);
});

Deno.test("stage: schedules that cannot be carried out are refused", async () => {
  const { spec, net } = await mnist(), { kernel } = net.kernels.get("linear1_relu2_forward")!;
  const good: Schedule = {
    grid: ["nb", "ob", "o", "n"],
    tile: { o: 2 },
    workgroup: { o: 8, n: 8 },
    stage: { i: 16 },
  };
  const refuse = (change: Partial<Schedule>, message: RegExp, of = kernel) =>
    assert.throws(() => lower(of, { ...good, ...change }, webgpu.spread), (error: Error) => {
      assert.ok(error instanceof ScheduleError);
      assert.match(error.message, message);
      return true;
    });
  assert.ok(lower(kernel, good, webgpu.spread).invocations! > 0);
  refuse({ grid: undefined }, /has workgroups only in a grid/);
  refuse({ workgroup: undefined }, /cannot be staged without workgroup tiles/);
  refuse({ workgroup: { o: 8, n: 4 } }, /workgroup tiles of 32 invocations, not 64/);
  refuse({ workgroup: { o: 16, n: 4 } }, /workgroups of 32 along o leave a rest of its 16/);
  refuse({ workgroup: { nowhere: 64 } }, /has no axis nowhere/);
  refuse({ stage: { nowhere: 2 } }, /has no axis nowhere/);
  refuse({ stage: { i: 5 } }, /5 terms at a time along i are no part of its 6272$/);
  refuse({ stage: { i: 14 }, split: { i: 4 }, workgroup: { o: 8, n: 2 } }, /along i .* or no multiple of 4$/);
  refuse({ stage: { i: 6272 } }, /what is staged take \d+ bytes of a workgroup's 16384; use smaller tiles/);
  refuse({ stage: { o: 4 } }, /has nothing to stage/);
  // each invocation of its own
  refuse({ workgroup: { n: 8, nb: 4, ob: 2 }, tile: { o: 8 }, grid: ["nb", "ob", "n"] }, /that no loop is around/);
  // a grid that has an axis which is not its own
  const conv = net.kernels.get("conv1_pool1_relu1_forward")!.kernel;
  const around: Schedule = {
    grid: ["nb", "p", "c", "q", "n"],
    tile: {},
    workgroup: { n: 16, c: 4 },
    stage: { r: 5, s: 5 },
  };
  refuse({ ...around }, /that no loop is around/, conv);
  assert.ok(lower(conv, { ...around, unroll: { u: 2, v: 2 } }, webgpu.spread).invocations! > 0);
  // a sum of sums: the average of what a convolution makes
  const averaged = parseSpec({
    ...spec,
    input: [2, 8, 8],
    batchSize: 16,
    layers: [
      { type: "conv2d", outChannels: 4, kernel: 3, padding: 1 },
      { type: "avgPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "linear", outFeatures: 8 },
    ],
  });
  const { kernel: sums } = plan(averaged, registry, { layout: webgpu.layout }).plan.train.kernels
    .find(({ kernel }) => kernel.name === "conv1_pool1_forward")!;
  const average: Schedule = { grid: ["c", "p", "q", "n"], tile: {}, workgroup: { n: 16, c: 4 }, stage: { u: 2 } };
  refuse(average, /a sum with no other one in it; unroll it, and stage that one/, sums);
  refuse({ ...average, stage: { c2: 2, u: 2 }, unroll: { u: 2, v: 2 } }, /a sum with no other one in it/, sums);
  const flat = { u: 2, v: 2, c2: 2, r: 3, s: 3 };
  refuse(
    { ...average, stage: undefined, workgroup: undefined, split: { u: 2 }, unroll: flat },
    /must be one sum/,
    sums,
  );
  assert.ok(
    lower(sums, { ...average, stage: { c2: 2, r: 3, s: 3 }, unroll: { u: 2, v: 2 } }, webgpu.spread).invocations! > 0,
  );
});

Deno.test("stage: what is 1 says nothing, in a schedule as in a file of tuned ones", () => {
  const { planned } = strided();
  const { kernel } = planned.plan.train.kernels.find(({ kernel }) => kernel.name === "conv2_tanh1_backward_input")!;
  const grid = ["i", "j", "c", "n"], workgroup = { n: 16, c: 4 };
  for (
    const schedule of [
      // of four sums three have an axis t or u
      { grid, workgroup, stage: { o: 1, t: 2, u: 1 } },
      { grid, workgroup, stage: { t: 1 } },
      { grid, workgroup: { c: 1 } },
    ] as Schedule[]
  ) {
    const texts = [schedule, normalized(schedule)].map((same) => {
      try {
        return nestText(lower(kernel, same, webgpu.spread));
      } catch (error) {
        return (error as Error).message;
      }
    });
    assert.equal(texts[0], texts[1], scheduleText(schedule));
  }
});

Deno.test("stage: a workgroup's memory has whole vectors, as devices count", () => {
  const stage = (name: string, extent: number): Stage => ({
    kind: "stage",
    name,
    tensor: "x",
    offset: { constant: 0, terms: [] },
    box: [{ extent, stride: 1 }],
    type: "f32",
  });
  assert.equal(workgroupBytes([stage("a", 1), stage("b", 5), stage("c", 8), stage("b", 2)]), 16 + 32 + 32);
});

Deno.test("stage: tuning goes on to other shapes of a workgroup, to more and to fewer terms", async () => {
  const { net } = await mnist(), { kernel } = net.kernels.get("linear1_relu2_forward")!;
  const texts = neighbours(kernel, {
    grid: ["nb", "ob", "o", "n"],
    workgroup: { o: 16, n: 4 },
    stage: { i: 16 },
  }, webgpu.spread).map(scheduleText);
  for (
    const text of [
      "workgroup n 4, o 16 · stage i 32",
      "workgroup n 4, o 16 · stage i 8",
      "workgroup n 8, o 8 · stage i 16",
      "workgroup n 4, o 8, ob 2 · stage i 16",
    ]
  ) assert.ok(texts.includes(`grid nb, ob, o, n · ${text}`), `${text} is not among\n${texts.join("\n")}`);
});

/** Schedules of all kernels that can stage, as a file of tuned schedules has them. */
async function stagedTuning(): Promise<{ tuning: Tuning; staged: number }> {
  const { spec, net } = await mnist();
  const found = [...net.kernels.values()].flatMap(({ kernel }) => {
    const [schedule] = staging.candidates(kernel);
    return schedule.stage ? [[kernel.name, { hash: formulaHash(kernel), schedule }] as const] : [];
  });
  const nets = { [spec.name]: { webgpu: Object.fromEntries(found) } };
  return { tuning: { origin: "staged", nets }, staged: found.length };
}

/** The arrays of the workgroup's memory that WGSL declares: name, type, length. */
const arraysIn = (text: string) => [...text.matchAll(/^var<workgroup> (\w+): array<(\S+), (\d+)>;$/gm)];

Deno.test("stage: kernels of one dispatch have one array in place of two of a name", async () => {
  const { spec } = await mnist();
  const net = compileTarget(plan(spec, registry, { layout: webgpu.layout }), staging);
  let arrays = 0;
  for (const [name, text] of Object.entries(net.files)) {
    const declared = arraysIn(text);
    assert.equal(new Set(declared.map(([, array]) => array)).size, declared.length, name);
    const bytes = declared.reduce((all, [, , type, length]) => all + (type === "f32" ? 4 : 16) * Number(length), 0);
    assert.ok(bytes <= WORKGROUP_BYTES, `${name}: ${bytes}`);
    arrays += declared.filter(([, array]) => array.includes("_staged")).length;
  }
  assert.ok(arrays >= 6, `${arrays} arrays`);
});

Deno.test("stage: the fourth array of a name is not the one of vectors by that name", () => {
  const schedules: Record<string, Schedule> = {
    conv2_tanh1_backward_input: {
      grid: ["i", "j", "c", "n"],
      workgroup: { n: 16, c: 4 },
      stage: { o: 4, t: 2, u: 2 },
    },
    conv3_backward_update_weight: {
      grid: ["o", "c", "r", "s"],
      workgroup: { o: 4, c: 4 },
      split: { n: 4 },
      vectorize: "n",
      stage: { n: 16 },
    },
  };
  const { files } = compileTarget(strided().planned, webgpu, ({ name }) => schedules[name]);
  const own = (name: string) => arraysIn(files[`${name}.wgsl`] ?? "").map(([, array, type]) => `${array}: ${type}`);
  const names = own("conv3_backward_update_weight_and_2_more").filter((name) => name.startsWith("dy_"));
  assert.deepEqual(names, [
    "dy_staged_x4: vec4<f32>",
    "dy_staged: f32",
    "dy_staged_2: f32",
    "dy_staged_3: f32",
    "dy_staged_4: f32",
  ]);
});

Deno.test({
  name: "stage: mnist_cnn trains to the same loss with what is staged",
  ignore: QUICK || ignore,
  async fn() {
    const { spec } = await mnist(), { tuning, staged } = await stagedTuning();
    assert.ok(staged >= 4, `${staged} kernels`);
    const size = 28 * 28, inputs = Uint8Array.from({ length: 320 * size }, (_, i) => 255 * uniform(1, i));
    const data = fromArrays(inputs, Array.from({ length: 320 }, (_, i) => i % 10), [1, 28, 28]);
    const losses = async (tuning?: Tuning) => {
      const { report } = await train(spec, { train: data, test: data }, {
        target: "webgpu",
        epochs: 2,
        seed: 1,
        tuning,
      });
      return [...report.epochs.map(({ loss }) => loss), report.test.loss];
    };
    const [own, usual] = [await losses(tuning), await losses()];
    for (const [i, loss] of own.entries()) assert.ok(Math.abs(loss - usual[i]) < 1e-5 * usual[i], `${own}, ${usual}`);
  },
});
