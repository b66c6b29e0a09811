/** Kernels as grids of invocations: proven and interpreted without a GPU, and run on one where there is an adapter. */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, kernelsOf, plan } from "../codegen/compile.ts";
import { interpretNest } from "../codegen/interpret.ts";
import type { LoopNest, Op, Statement } from "../codegen/ir.ts";
import { lower, ScheduleError } from "../codegen/lower.ts";
import { accesses } from "../codegen/plan.ts";
import { scheduleText } from "../codegen/schedule.ts";
import { initialLearningRate } from "../codegen/spec.ts";
import type { Target } from "../codegen/target.ts";
import { verifyNest } from "../codegen/verify.ts";
import { checked, createPipeline, findAdapter, gpuCode, openGpu, stepLayout } from "../runtime/gpu.ts";
import { GpuSession } from "../runtime/gpu_session.ts";
import { loadCode, loadKernels } from "../runtime/load.ts";
import { uniform } from "../runtime/random.ts";
import { type NetSession, Session } from "../runtime/session.ts";
import { compareStorages, kernelCase, roomFor, verifyKernelCode, type VerifyRow } from "../runtime/verify.ts";
import {
  type Dataset,
  findTarget,
  fromArrays,
  InputError,
  loadSpec,
  parseSpec,
  registry,
  type Spec,
  train,
} from "../mod.ts";
import { randomSpec } from "./random_spec.ts";

const webgpu = findTarget("webgpu"), processor = findTarget("typescript");
const NETS = 24, STEPS = 20, SEED = 5;

const adapter = await findAdapter();
const ignore = adapter === undefined;
if (ignore) console.log("webgpu: no adapter here (package mesa-vulkan-drivers has one): kernels are not run");

/** Plan and kernels of a random net. */
function compiled(seed: number, target: Target = webgpu) {
  const spec = parseSpec(randomSpec(seed));
  return {
    spec,
    net: compileTarget(
      plan(spec, registry, { layout: target.layout, data: seed % 2 === 0 ? "u8" : "f32" }),
      target,
    ),
  };
}

Deno.test("webgpu: the grids of random nets, interpreted, do what their kernels say", () => {
  const schedules = new Set<string>();
  let points = 0, several = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const { spec, net } = compiled(seed), planned = [...net.plan.train.kernels, ...net.plan.evaluate.kernels];
    for (const { kernel, nest, schedule } of net.kernels.values()) {
      const { bindings } = planned.find((p) => p.kernel.name === kernel.name)!;
      const { given, expected } = kernelCase(kernel, bindings, net.plan, spec, seed);
      interpretNest(nest, given, 1);
      const row = compareStorages(kernel, given, expected, webgpu);
      assert.ok(row.ok, `seed ${seed}, ${kernel.name}: ${row.error}`);
      points += nest.invocations!;
      if (kernel.parts.length > 1) several++;
      schedules.add(scheduleText(schedule));
    }
  }
  assert.ok(points > 10_000 && several > 5 && schedules.size > 100, `${points}, ${several}, ${schedules.size}`);
});

/** The nest with its first grid changed. */
function damaged(nest: LoopNest, change: (grid: Extract<Statement, { kind: "grid" }>) => Statement): LoopNest {
  const visit = (body: readonly Statement[]): Statement[] =>
    body.map((s) => s.kind === "grid" ? change(s) : s.kind === "block" ? { ...s, body: visit(s.body) } : s);
  return { ...nest, body: visit(nest.body) };
}

Deno.test("webgpu: a grid that writes too little, twice, or has too few invocations is refused; so is one with a rest", () => {
  const { net } = compiled(3), { kernel, nest, schedule } = net.kernels.get("batch_gather")!;
  verifyNest(nest);
  const refused = (bad: LoopNest, message: RegExp) => assert.throws(() => verifyNest(bad), { message });
  refused({ ...nest, invocations: nest.invocations! - 1 }, /a grid needs more than \d+ invocations/);
  refused(damaged(nest, (grid) => ({ ...grid, first: 1 })), /a grid needs more than/);
  refused(
    damaged(nest, (grid) => ({ ...grid, loops: grid.loops.map((l, i) => i === 0 ? { ...l, to: l.to - l.step } : l) })),
    /elements of x are written/,
  );
  refused(
    damaged(nest, (grid) => ({ ...grid, loops: [...grid.loops, { variable: "again", to: 2, step: 1 }] })),
    /once for every again|needs more than/,
  );
  refused({ ...damaged(nest, (grid) => ({ kind: "block", last: false, body: grid.body })) }, /is not defined/);
  const axis = kernel.parts[0].axes.find(({ extent }) => extent > 3)!;
  const odd = { ...schedule, tile: { [axis.name]: 3 }, vectorize: undefined };
  if (axis.extent % 3 !== 0) assert.throws(() => lower(kernel, odd), ScheduleError);
  assert.throws(() => lower(kernel, { ...schedule, parallel: axis.name }), ScheduleError);
});

Deno.test("webgpu: what has no grid is not printed with one, and threads have none", () => {
  const { net } = compiled(3), { kernel } = net.kernels.get("batch_gather")!;
  assert.equal(compileKernel(kernel, {}, webgpu).nest.invocations, undefined);
  const texts = Object.entries(net.files).filter(([name]) => name.endsWith(".wgsl")).map(([, text]) => text);
  assert.ok(texts.length > 0 && texts.every((text) => text.includes("@builtin(global_invocation_id)")));
  for (const each of [...net.kernels.values()]) assert.ok(each.nest.invocations! > 0);
});

Deno.test("webgpu: dispatches are all kernels of a step, each once, behind what it waits for", async () => {
  const shipped = ["mnist_cnn", "mnist_mlp", "lenet5"].map((net) =>
    loadSpec(new URL(`../specs/${net}.json`, import.meta.url).pathname)
  );
  const counts: number[] = [];
  for (const spec of await Promise.all(shipped)) {
    const planned = plan(spec, registry, { layout: webgpu.layout }), net = compileTarget(planned, webgpu);
    const { dispatches } = gpuCode(net);
    for (
      const [step, list] of [[net.plan.train, dispatches.train], [net.plan.evaluate, dispatches.evaluate]] as const
    ) {
      const order = list.flatMap((name) => dispatches.kernels[name].kernels);
      assert.deepEqual(order.toSorted(), step.kernels.map(({ kernel: { name } }) => name).toSorted());
      // of two kernels one of which writes what the other touches, the earlier one stays the earlier one
      const place = (name: string) => list.findIndex((d) => dispatches.kernels[d].kernels.includes(name));
      for (const [i, a] of step.kernels.entries()) {
        for (const b of step.kernels.slice(i + 1)) {
          const [first, second] = [a, b].map((k) => {
            const { reads, writes } = accesses(k), alias = (name: string) => net.plan.tensors[name].alias ?? name;
            return { all: new Set([...reads, ...writes].map(alias)), writes: new Set([...writes].map(alias)) };
          });
          if (first.writes.isDisjointFrom(second.all) && second.writes.isDisjointFrom(first.all)) continue;
          assert.ok(place(a.kernel.name) < place(b.kernel.name), `${a.kernel.name} before ${b.kernel.name}`);
        }
      }
    }
    counts.push(dispatches.train.length);
  }
  assert.deepEqual(counts, [8, 6, 15]);
});

/** Every kernel of a net against the interpreter, on the adapter. */
async function verified(seed: number, target: Target = webgpu): Promise<VerifyRow[]> {
  const { spec, net } = compiled(seed, target), rows: VerifyRow[] = [];
  const load = await loadKernels(net, roomFor(net.plan));
  const planned = [...net.plan.train.kernels, ...net.plan.evaluate.kernels];
  for (const { name } of kernelsOf(net.plan)) {
    const { bindings } = planned.find((p) => p.kernel.name === name)!;
    rows.push(
      await verifyKernelCode(net.kernels.get(name)!, load(name), bindings, net.plan, spec, target, seed),
    );
  }
  return rows;
}

const describe = (rows: readonly VerifyRow[]) =>
  rows.filter(({ ok }) => !ok).map(({ check, error, tolerance }) => `${check}: ${error} > ${tolerance}`).join("; ");

Deno.test({
  name: `webgpu: the kernels of ${NETS} random nets agree with the interpreter`,
  ignore,
  async fn() {
    let kernels = 0;
    for (let seed = 1; seed <= NETS; seed++) {
      // the first guess, and for some nets another one
      const candidates: Target["candidates"] = (kernel) => [...webgpu.candidates(kernel)].slice(1, 2);
      const rows = await verified(seed, seed % 6 === 0 ? { ...webgpu, candidates } : webgpu);
      assert.equal(describe(rows), "", `seed ${seed}`);
      kernels += rows.length;
    }
    assert.ok(kernels > 10 * NETS, `${kernels} kernels`);
  },
});

Deno.test({
  name: "webgpu: a wrong row of the syntax table is noticed",
  ignore,
  async fn() {
    const swapped = <Row>({ add, mul, ...rows }: Record<Op, Row>) => ({ ...rows, add: mul, mul: add });
    const syntax: Target["syntax"] = (places) => {
      const { operations, vectors, ...rows } = webgpu.syntax(places);
      return {
        ...rows,
        operations: swapped(operations),
        vectors: { ...vectors!, operations: swapped(vectors!.operations) },
      };
    };
    assert.notEqual(describe(await verified(1, { ...webgpu, syntax })), "");
  },
});

/** Blobs of ink whose place depends on the label. */
function digits(samples: number, [channels, height, width]: readonly number[]): Dataset {
  const size = channels * height * width, inputs = new Uint8Array(samples * size);
  const labels = Int32Array.from({ length: samples }, (_, n) => Math.floor(uniform(3, n) * 10));
  for (let i = 0; i < inputs.length; i++) {
    const noise = uniform(4, i), label = labels[Math.floor(i / size)];
    const ink = Math.abs((i % width) / width * 12 - label - 1) < 2 && noise < 0.7;
    inputs[i] = ink ? 128 + 127 * noise : noise < 0.1 ? 255 * noise : 0;
  }
  return fromArrays(inputs, labels, [channels, height, width]);
}

/** Two epochs of training and a test: losses and hits, and parameters before and after. */
async function trajectory(spec: Spec, data: Dataset, target: Target) {
  const planned = plan(spec, registry, { layout: target.layout }), net = compileTarget(planned, target);
  const session: NetSession = target.gpu
    ? await GpuSession.open(planned.plan, gpuCode(net), [data])
    : await Session.open(planned.plan, await loadCode(net), [data], 2);
  try {
    session.initialize(SEED);
    const names = Object.values(planned.plan.tensors).filter(({ role }) => role === "parameter").map((t) => t.name);
    const parameters = async () => {
      const values: number[] = [];
      for (const name of names) values.push(...await session.read(name));
      return values;
    };
    const before = await parameters(), results: { loss: number; correct: number }[] = [];
    const rate = initialLearningRate(spec), steps = STEPS / 2;
    for (const epoch of [0, 1]) {
      const params = (step: number) =>
        planned.plan.graph.optimizer.params(spec.training.optimizer, rate, epoch * steps + step + 1);
      results.push(await session.train(0, { seed: SEED, epoch, params }, steps));
    }
    results.push(await session.evaluate(0));
    assert.equal(session.progress, Math.ceil(data.samples / spec.batchSize));
    return { before, after: await parameters(), results };
  } finally {
    session.close();
  }
}

/** Blocks of samples; none, with bytes for the places of maxima; dropout. */
const SMALL_NETS: Readonly<Record<string, Record<string, unknown>>> = {
  "a conv net in blocks of 8": { batchSize: 8, layers: [] },
  "a conv net in rows": { batchSize: 6, layers: [] },
  "a conv net with dropout": { batchSize: 16, layers: [{ type: "dropout", rate: 0.25 }] },
};

async function trajectoryNets(): Promise<[string, Spec][]> {
  const shipped = await loadSpec(new URL("../specs/mnist_mlp.json", import.meta.url).pathname);
  const small = Object.entries(SMALL_NETS).map(([what, { batchSize, layers }]): [string, Spec] => [
    what,
    parseSpec({
      name: "small",
      input: [1, 12, 12],
      batchSize,
      layers: [
        { type: "conv2d", outChannels: 4, kernel: 3, padding: 1 },
        { type: "relu" },
        { type: "maxPool2d", kernel: 2 },
        { type: "flatten" },
        ...layers as [],
        { type: "linear", outFeatures: 16 },
        { type: "tanh" },
        { type: "linear", outFeatures: 10 },
      ],
      loss: { type: "softmaxCrossEntropy" },
      training: { epochs: 1, optimizer: { type: "adam", learningRate: 0.01, l2: 0.0001 } },
    }),
  ]);
  return [["mnist_mlp", shipped], ...small];
}

for (const [what, spec] of await trajectoryNets()) {
  Deno.test({
    name: `webgpu: ${STEPS} steps of ${what} go as those of ${processor.name}`,
    ignore,
    async fn() {
      // the last batch is a short one
      const data = digits(STEPS / 2 * spec.batchSize - Math.ceil(spec.batchSize / 3), spec.input);
      const [own, expected] = [await trajectory(spec, data, webgpu), await trajectory(spec, data, processor)];
      const rms = (a: readonly number[], b: readonly number[]) =>
        Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
      assert.deepEqual(own.before, expected.before);
      const moved = rms(expected.before, expected.after), away = rms(own.after, expected.after);
      assert.ok(away < 1e-3 * moved, `parameters moved by ${moved} and differ by ${away}`);
      for (const [i, { loss, correct }] of own.results.entries()) {
        const other = expected.results[i];
        assert.ok(Math.abs(loss - other.loss) < 1e-4 * other.loss, `loss ${loss}, not ${other.loss}`);
        assert.ok(Math.abs(correct - other.correct) <= 1, `${correct} right, not ${other.correct}`);
      }
      assert.ok(own.results[2].loss < 0.9 * own.results[0].loss, "it learns");
    },
  });
}

Deno.test({
  name: "webgpu: a run reports what it asked of the GPU",
  ignore,
  async fn() {
    const spec = parseSpec({ ...randomSpec(1), name: "reported", batchSize: 2 });
    const size = spec.input.reduce((a, b) => a * b), outputs = spec.layers.at(-1)!.outFeatures as number;
    const inputs = Float32Array.from({ length: 300 * size }, (_, i) => uniform(2, i));
    const data = fromArrays(inputs, Array.from({ length: 300 }, (_, i) => i % outputs), spec.input);
    const { report } = await train(spec, { train: data, test: data }, { target: "webgpu", epochs: 2 });
    const { gpu, target, threads } = report;
    assert.ok(gpu && gpu.adapter.length > 0 && gpu.compileSeconds > 0 && gpu.uploadSeconds > 0);
    assert.ok(gpu.dispatchesPerStep > 3);
    // 150 steps: two submissions, and one that copies the sums
    assert.deepEqual([target, threads, gpu.submitsPerEpoch, gpu.readBacksPerEpoch], ["webgpu", 0, 3, 1]);
    assert.ok(Number.isFinite(report.test.loss));
  },
});

Deno.test({
  name: "webgpu: a limit that is too low is named with the need and what for; a wrong kernel by its name",
  ignore,
  async fn() {
    const refused = async (buffers: Record<string, number>, bindings: Record<string, number>, message: RegExp) =>
      await assert.rejects(openGpu({ buffers, bindings }), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      { small: 16, data: 2 ** 50 },
      {},
      /maxStorageBufferBindingSize is \S+ MB, and tensor data needs \S+ MB; use fewer samples/,
    );
    await refused({}, { wide: 1e6 }, /maxStorageBuffersPerShaderStage is \d+, and kernel wide needs 1000000/);
    const { device } = await openGpu({ buffers: {}, bindings: {} });
    const dispatch = { kernels: ["broken"], workgroups: [1, 1], tensors: ["x"], writes: ["x"] } as const;
    await assert.rejects(
      createPipeline(device, "broken", "fn broken( {", dispatch, stepLayout(device)),
      /^Error: kernel broken is refused by WebGPU: .+$/,
    );
    assert.equal(await checked(device, "nothing", () => 7), 7);
  },
});

Deno.test("webgpu: without an adapter one line says what was looked for; the default is never this target", async () => {
  const { gpu } = navigator;
  Object.defineProperty(navigator, "gpu", { value: { requestAdapter: () => null }, configurable: true });
  try {
    await assert.rejects(openGpu({ buffers: {}, bindings: {} }), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /^target webgpu needs .*requestAdapter\(\) .*mesa-vulkan-drivers.*$/);
      return true;
    });
  } finally {
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  }
  assert.equal(findTarget("auto").gpu, undefined);
});
