/** Kernels as grids of invocations: proven and interpreted without a GPU, and run on one where there is an adapter. */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, plan } from "../../codegen/compile.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import type { LoopNest, Op, Statement } from "../../codegen/ir/ir.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import { ScheduleError, scheduleText } from "../../codegen/schedule/schedule.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { rowCounts } from "../../runtime/backends/rows.ts";
import { readBuffers, STAGED_BYTES } from "../../runtime/backends/webgpu/buffers.ts";
import { openGpu } from "../../runtime/backends/webgpu/device.ts";
import { checked } from "../../runtime/backends/webgpu/errors.ts";
import { needAdapter } from "../../runtime/backends/webgpu/find_adapter.ts";
import { needsOf } from "../../runtime/backends/webgpu/needs.ts";
import { createPipeline, stepLayout } from "../../runtime/backends/webgpu/pipelines.ts";
import { gpuCode } from "../../runtime/backends/webgpu/printed.ts";
import { stepsTogether } from "../../runtime/backends/webgpu/submissions.ts";
import { uniform } from "../../runtime/run/random.ts";
import { timeKernels as timeWith } from "../../runtime/measure/time_kernels.ts";
import { compareStorages } from "../../runtime/check/differences.ts";
import { kernelCase } from "../../runtime/check/kernel.ts";
import type { VerifyRow } from "../../runtime/check/row.ts";
import {
  chooseTarget,
  findTarget,
  fromArrays,
  InputError,
  limitSamples,
  loadMnist,
  loadSpec,
  type Optimization,
  parseSpec,
  registry,
  type Spec,
  timeKernels,
  train,
} from "../../mod.ts";
import { disguised, ignore, withGpu } from "../adapter.ts";
import { compiled, verified, verifiedNets } from "../gpu_conformance.ts";
import { compared, differences, STEPS } from "../gpu_trajectory.ts";
import { openSession } from "../open_session.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

const webgpu = findTarget("webgpu"), processor = findTarget("typescript"), workers = findTarget("auto").name;
const NETS = width(4, 40), SEED = 5;

/** Storage buffers of a dispatch of several kernels, at most. */
const MOST = 10;
const SHIPPED = ["mnist_cnn", "mnist_mlp", "lenet5"];
const shipped = (net: string) => loadSpec(new URL(`../../specs/${net}.json`, import.meta.url).pathname);

Deno.test("webgpu: the grids of random nets, interpreted, do what their kernels say", () => {
  const schedules = new Set<string>();
  let points = 0, several = 0;
  for (let seed = 1; seed <= width(4, 12); seed++) {
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
  assert.ok(
    points > width(3000, 10_000) && several > width(1, 5) && schedules.size > width(33, 100),
    `${points}, ${several}, ${schedules.size}`,
  );
});

/** The nest with its first grid changed. */
function damaged(nest: LoopNest, change: (grid: Extract<Statement, { kind: "grid" }>) => Statement): LoopNest {
  const visit = (body: readonly Statement[]): Statement[] =>
    body.map((s) => s.kind === "grid" ? change(s) : s.kind === "block" ? { ...s, body: visit(s.body) } : s);
  return { ...nest, body: visit(nest.body) };
}

Deno.test("webgpu: a grid that writes too little, twice, or has too few invocations is refused; so is one with a rest", () => {
  const { net } = compiled(3), { kernel, nest, schedule } = net.kernels.get("batch_gather")!;
  proveNest(nest);
  const refused = (bad: LoopNest, message: RegExp) => assert.throws(() => proveNest(bad), { message });
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
  if (axis.extent % 3 !== 0) assert.throws(() => lower(kernel, odd, webgpu.spread), ScheduleError);
  assert.throws(() => lower(kernel, { ...schedule, parallel: axis.name }, webgpu.spread), ScheduleError);
});

Deno.test("webgpu: what has no grid is not printed with one, and threads have none", () => {
  const { net } = compiled(3), { kernel } = net.kernels.get("batch_gather")!;
  assert.equal(compileKernel(kernel, {}, webgpu).nest.invocations, undefined);
  const texts = Object.entries(net.files).filter(([name]) => name.endsWith(".wgsl")).map(([, text]) => text);
  assert.ok(texts.length > 0 && texts.every((text) => text.includes("@builtin(global_invocation_id)")));
  for (const each of [...net.kernels.values()]) assert.ok(each.nest.invocations! > 0);
});

const shippedNets = Promise.all(
  SHIPPED.map(async (net) => compileTarget(plan(await shipped(net), registry, { layout: webgpu.layout }), webgpu)),
);

/** Dispatches of a step of each net that ships, checked: they are all kernels, each once, behind what it waits for. */
async function dispatchCounts(mostBindings?: number): Promise<number[]> {
  const counts: number[] = [];
  for (const net of await shippedNets) {
    const { dispatches, texts } = gpuCode(net, mostBindings);
    for (const [name, { kernels, bindings }] of Object.entries(dispatches.kernels)) {
      const buffers = new Set(bindings).size;
      assert.equal(Math.max(...bindings), buffers - 1);
      assert.ok(buffers <= Math.min(mostBindings ?? MOST, MOST) || kernels.length === 1, name);
      assert.equal(texts[name].match(/@binding/g)!.length, buffers + Number(texts[name].includes("step_row:")));
    }
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
  return counts;
}

Deno.test("webgpu: dispatches are all kernels of a step, each once, behind what it waits for", async () => {
  assert.deepEqual(await dispatchCounts(), [8, 6, 16]);
  // every device has eight
  assert.deepEqual(await dispatchCounts(8), [9, 6, 16]);
});

Deno.test("webgpu: where a kernel may have fewer storage buffers there are more dispatches", async () => {
  const usual = await dispatchCounts(), few = await dispatchCounts(6), single = await dispatchCounts(1);
  assert.deepEqual(await dispatchCounts(MOST), usual);
  for (const i of SHIPPED.keys()) assert.ok(usual[i] < few[i] && few[i] < single[i], `${usual}, ${few}, ${single}`);
});

const describe = (rows: readonly VerifyRow[]) =>
  rows.filter(({ ok }) => !ok).map(({ check, error, tolerance }) => `${check}: ${error} > ${tolerance}`).join("; ");

Deno.test({
  name: `webgpu: the kernels of ${NETS} random nets agree with the interpreter`,
  ignore,
  async fn() {
    const nets = await verifiedNets(NETS);
    let kernels = 0;
    for (const [seed, rows] of nets) {
      assert.equal(describe(rows), "", `seed ${seed}`);
      kernels += rows.length;
    }
    assert.equal(nets.size, NETS);
    assert.ok(kernels > 10 * NETS, `${kernels} kernels`);
  },
});

Deno.test({
  name: "webgpu: a wrong row of the syntax table is noticed",
  ignore,
  async fn() {
    const swapped = <Row>({ add, mul, ...rows }: Record<Op, Row>) => ({ ...rows, add: mul, mul: add });
    const syntax: Target["syntax"] = (...nest) => {
      const { operations, vectors, ...rows } = webgpu.syntax(...nest);
      return {
        ...rows,
        operations: swapped(operations),
        vectors: { ...vectors!, operations: swapped(vectors!.operations) },
      };
    };
    assert.notEqual(describe(await verified(1, { ...webgpu, syntax })), "");
  },
});

/** Blocks of samples; none, with bytes for the places of maxima; dropout. */
const SMALL_NETS: Readonly<Record<string, Record<string, unknown>>> = {
  "a conv net in blocks of 8": { batchSize: 8, layers: [] },
  "a conv net in rows": { batchSize: 6, layers: [] },
  "a conv net with dropout": { batchSize: 16, layers: [{ type: "dropout", rate: 0.25 }] },
};

async function trajectoryNets(): Promise<[string, Spec][]> {
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
  return [["mnist_mlp", await shipped("mnist_mlp")], ...small];
}

for (const [what, spec] of await trajectoryNets()) {
  Deno.test({
    name: `webgpu: ${STEPS} steps of ${what} go as those of ${processor.name}`,
    ignore,
    async fn() {
      const comparison = await compared(spec, processor.name), { own: [first, , test] } = comparison;
      assert.deepEqual(differences(comparison), []);
      assert.ok(test.loss < 0.9 * first.loss, "it learns");
    },
  });
}

/** A net, its training images, its test images, and a seed that gives another loss. */
const EPOCHS = [
  ["mnist_cnn", 2_000, 500, SEED + 1],
  ["mnist_mlp", 10_000, 2_000, SEED + 1],
  ["lenet5", 2_000, 500, SEED + 3],
] as const;

Deno.test({
  name: "webgpu: the loss of a whole epoch of MNIST is within 1 % of that of threads",
  ignore: QUICK || ignore,
  async fn() {
    const all = await loadMnist();
    for (const [net, samples, tests, otherSeed] of EPOCHS) {
      const spec = await shipped(net);
      const data = { train: limitSamples(all.train, samples), test: limitSamples(all.test, tests) };
      const losses = async (target: string, seed: number) => {
        const { report: { epochs: [{ loss }], test } } = await train(spec, data, { target, seed, epochs: 1 });
        return [loss, test.loss];
      };
      const expected = await losses(workers, SEED), own = await losses("webgpu", SEED);
      for (const i of [0, 1]) {
        assert.ok(Math.abs(own[i] - expected[i]) < 0.01 * expected[i], `${net}: ${own}, ${expected}`);
      }
      // negative control: with other weights, and another order, it is another loss
      const [other] = await losses(workers, otherSeed);
      assert.ok(Math.abs(other - expected[0]) > 0.01 * expected[0], `${net}: ${other} with another seed`);
    }
  },
});

/** Calls `body` while `before` is called before every submission to any device. */
async function beforeSubmits(before: () => void, body: () => Promise<void>): Promise<void> {
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (...given) {
    before();
    return submit.apply(this, given);
  };
  try {
    await body();
  } finally {
    GPUQueue.prototype.submit = submit;
  }
}

/** Calls `body` with counts of what all devices are asked for meanwhile. */
async function counted(body: (counts: { submits: number; readBacks: number }) => Promise<void>): Promise<void> {
  const counts = { submits: 0, readBacks: 0 };
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...given) {
    counts.readBacks++;
    return mapAsync.apply(this, given);
  };
  try {
    await beforeSubmits(() => counts.submits++, () => body(counts));
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync;
  }
}

Deno.test({
  name: "webgpu: a run reports what it asked of the GPU: 100 steps or more a submit, and one read-back an epoch",
  ignore,
  async fn() {
    const spec = parseSpec({ ...randomSpec(1), name: "reported", batchSize: 2 }), steps = 1000;
    const size = spec.input.reduce((a, b) => a * b), outputs = spec.layers.at(-1)!.outFeatures as number;
    const inputs = Float32Array.from({ length: 2 * steps * size }, (_, i) => uniform(2, i));
    const labels = Array.from({ length: 2 * steps }, (_, i) => i % outputs);
    const data = { train: fromArrays(inputs, labels, spec.input), test: fromArrays(inputs, labels, spec.input) };
    await counted(async (counts) => {
      const ends: { submits: number; readBacks: number }[] = [];
      const { report } = await train(spec, data, {
        target: "webgpu",
        epochs: 3,
        onEpoch: () => void ends.push({ ...counts }),
        // what a checkpoint asks for is none of an epoch's; there is one after the second epoch
        checkpointEvery: 2,
        onCheckpoint: () => {},
      });
      const { gpu, target, threads } = report;
      assert.ok(gpu && gpu.adapter.length > 0 && gpu.compileSeconds > 0 && gpu.uploadSeconds > 0);
      assert.ok(gpu.dispatchesPerStep > 3);
      const submits = ends[1].submits - ends[0].submits, readBacks = ends[1].readBacks - ends[0].readBacks;
      assert.deepEqual(
        [target, threads, gpu.submitsPerEpoch, gpu.readBacksPerEpoch],
        ["webgpu", 0, submits, readBacks],
      );
      assert.ok(ends[2].submits - ends[1].submits > submits, "negative control: a checkpoint asks for more");
      assert.ok(steps / submits >= 100, `${submits} submits for ${steps} steps`);
      assert.equal(readBacks, 1);
      assert.ok(Number.isFinite(report.test.loss));
    });
  },
});

Deno.test({
  name: "webgpu: a limit that is too low is named with the need and what for; a wrong kernel by its name",
  ignore,
  async fn() {
    const refused = async (buffers: Record<string, number>, bindings: Record<string, number>, message: RegExp) =>
      await assert.rejects(openGpu({ buffers, bindings }, await needAdapter()), (error: Error) => {
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
    const { device } = await openGpu({ buffers: {}, bindings: {} }, await needAdapter());
    const dispatch = { kernels: ["broken"], workgroups: [1, 1], tensors: ["x"], writes: ["x"], bindings: [0] } as const;
    await assert.rejects(
      createPipeline(device, "broken", "fn broken( {", dispatch, stepLayout(device)),
      /^DeviceError: kernel broken is refused by WebGPU: .+$/,
    );
    assert.equal(await checked(device, "nothing", () => 7), 7);
  },
});

Deno.test({
  name: "webgpu: what is read back, of any size, goes through a buffer that every device may have",
  ignore,
  async fn() {
    const gpu = await openGpu({ buffers: {}, bindings: {} }, await needAdapter()), { device } = gpu;
    // two that are read in two pieces each, and some that fit between
    const words = [0.00001, 0.3, 0.9, 0.0001, 0.9].map((share) => Math.floor(share * STAGED_BYTES / 4));
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffers = words.map((length, i) => {
      const buffer = device.createBuffer({ size: 4 * length, usage });
      device.queue.writeBuffer(buffer, 0, Uint32Array.from({ length }, (_, word) => word ^ (i << 28)));
      return { buffer, bytes: 4 * length };
    });
    const sizes: number[] = [], createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      sizes.push(descriptor.size);
      return createBuffer(descriptor);
    };
    try {
      const contents = await checked(device, "a large read", () => readBuffers(gpu, buffers));
      for (const [i, content] of contents.entries()) {
        const wrong = new Uint32Array(content).findIndex((value, word) => value !== ((word ^ (i << 28)) >>> 0));
        assert.deepEqual([content.byteLength, wrong], [4 * words[i], -1], `buffer ${i}`);
      }
      assert.ok(Math.max(...sizes) <= STAGED_BYTES, `${sizes}`);
      assert.ok(STAGED_BYTES <= device.limits.maxBufferSize);
    } finally {
      Reflect.deleteProperty(device, "createBuffer");
      for (const { buffer } of buffers) buffer.destroy();
    }
  },
});

Deno.test({
  name:
    "webgpu: the numbers of an epoch's steps may need more than a kernel may bind, but no more than a buffer may have",
  ignore,
  async fn() {
    const spec = parseSpec({ ...smallRun().spec, input: [1], batchSize: 1 }), samples = 600_000;
    const data = fromArrays(new Uint8Array(samples), new Uint8Array(samples), [1]);
    const net = compileTarget(plan(spec, registry, { layout: webgpu.layout, data: "u8" }), webgpu);
    const needs = needsOf(net.plan, gpuCode(net), [rowCounts(net.plan, data.samples)]);
    const most = { maxStorageBufferBindingSize: 2 ** 27 };
    assert.ok(needs.numbers! > most.maxStorageBufferBindingSize);
    await withGpu(disguised({ limits: most }).gpu, async () => openGpu(needs, await needAdapter()));
    await assert.rejects(
      withGpu(
        disguised({ limits: { ...most, maxBufferSize: 2 ** 27 } }).gpu,
        async () => openGpu(needs, await needAdapter()),
      ),
      /^InputError: this GPU's maxBufferSize is 134\.2 MB, and the numbers of all steps of an epoch need 153\.6 MB; use /,
    );
  },
});

/** A session that trains a net in small batches for long enough to be interrupted. */
async function longSession() {
  const spec = parseSpec({ ...randomSpec(1), name: "interrupted", batchSize: 2 });
  const size = spec.input.reduce((a, b) => a * b), outputs = spec.layers.at(-1)!.outFeatures as number;
  const inputs = Float32Array.from({ length: 4000 * size }, (_, i) => uniform(2, i));
  const data = fromArrays(inputs, Array.from({ length: 4000 }, (_, i) => i % outputs), spec.input);
  const planned = plan(spec, registry, { layout: webgpu.layout, data: "f32" });
  const session = await openSession(compileTarget(planned, webgpu), [data], { threads: 1 });
  session.initialize(SEED);
  return { session, run: () => session.train(0, { seed: SEED, epoch: 0, params: () => ({}) }) };
}

Deno.test({
  name: "webgpu: in software no submission waits behind another one, so that a stop waits for one only",
  ignore,
  async fn() {
    const trained = async (isFallbackAdapter: boolean) => {
      const description = isFallbackAdapter ? "Software" : "Card 10";
      const { gpu } = disguised({ info: { description, isFallbackAdapter, vendor: "4318" } });
      const { session, run } = await withGpu(gpu, longSession), done: number[] = [];
      let steps = 0;
      await beforeSubmits(() => {
        done.push(session.progress);
        if (done.length === 3) session.stop();
      }, async () => {
        ({ steps } = await run());
      });
      session.close();
      return { done, steps };
    };
    const software = await trained(true);
    // three submissions of 128 steps, and that of the sums
    assert.deepEqual([software.done.slice(0, 3), software.done.length, software.steps], [[0, 128, 256], 4, 384]);
    // on a GPU one always does; how many steps it has depends on how long some took
    const { done: [first, second, third], steps } = await trained(false);
    assert.deepEqual([first, second, third], [0, 0, steps / 3]);
  },
});

Deno.test({
  name: "webgpu: a device that is lost ends the run with one line, and the next run gets another one",
  ignore,
  async fn() {
    const { gpu, devices } = disguised({ info: { description: "Card 1" } });
    await withGpu(gpu, async () => {
      const { session, run } = await longSession();
      const running = run();
      devices[0].destroy();
      const message =
        /^DeviceError: net interrupted on the GPU: Card 1 was lost \(.+\); resume from the last checkpoint, or .+$/;
      await assert.rejects(running, message);
      await assert.rejects(run(), message, "it stays lost");
      await assert.rejects(
        session.readAll(["conv1.weight"]),
        /^DeviceError: tensor conv1\.weight of net interrupted: Card 1 was/,
      );
      session.close();
      const again = await longSession();
      assert.equal(devices.length, 2);
      await again.run();
      again.session.close();
    });
  },
});

Deno.test({
  name: "webgpu: what the device finds wrong while nobody waits is told by the next call",
  ignore,
  async fn() {
    const { gpu, devices } = disguised({ info: { description: "Card 2" } });
    await withGpu(gpu, async () => {
      const { session, run } = await longSession();
      await run();
      devices[0].createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
      // the event comes with the next turn
      await new Promise((resolve) => setTimeout(resolve, 10));
      await assert.rejects(run(), /^DeviceError: net interrupted on the GPU: Buffer size \d+ is greater than .+$/);
      session.close();
    });
  },
});

Deno.test({
  name: "webgpu: a tensor that gets no memory is named; what waits for no answer does not hang",
  ignore,
  async fn() {
    // the adapter claims what its devices do not have, as one does whose memory is full
    const { gpu } = disguised({
      info: { description: "Card 3" },
      limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
      granted: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
    });
    await withGpu(gpu, async () => {
      const spec = parseSpec({
        name: "huge",
        input: [4096],
        batchSize: 4,
        layers: [{ type: "linear", outFeatures: 20_000 }, { type: "linear", outFeatures: 2 }],
        loss: { type: "softmaxCrossEntropy" },
        training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
      });
      const data = fromArrays(new Float32Array(4096 * 4), [0, 1, 0, 1], [4096]);
      await assert.rejects(
        train(spec, { train: data, test: data }, { target: "webgpu" }),
        /^DeviceError: tensor linear1\.weight of net huge, 327\.7 MB, is refused by WebGPU: .+$/,
      );
    });
    const { device } = await openGpu({ buffers: {}, bindings: {} }, await needAdapter());
    const never = checked(device, "never", () => new Promise(() => {}));
    device.destroy();
    await assert.rejects(never, /^DeviceError: never: .+ was lost/);
  },
});

/** Eight samples of two kinds, and a net for them. */
function smallRun() {
  const spec = parseSpec({
    name: "chosen",
    input: [8],
    batchSize: 4,
    layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 2, optimizer: { type: "adam" } },
  });
  const inputs = Float32Array.from({ length: 64 }, (_, i) => uniform(6, i));
  const set = fromArrays(inputs, Array.from({ length: 8 }, (_, i) => i % 2), [8]);
  return { spec, data: { train: set, test: set } };
}

Deno.test("webgpu: auto is never a GPU but for training, and not without one: none, one in software, one that fails", async () => {
  assert.notEqual(findTarget("auto").backend, "webgpu");
  const { spec } = smallRun();
  const none = "no GPU, or no driver for it: navigator.gpu.requestAdapter() gives none; see deno task doctor";
  const software = (info: object) => ({ requestAdapter: () => Promise.resolve({ info }) });
  const cases: [gpu: unknown, reason: string][] = [
    [undefined, none],
    [{ requestAdapter: () => Promise.resolve(null) }, none],
    [{ requestAdapter: () => Promise.reject(new Error("no driver")) }, none],
    [software({ description: "Card 1", isFallbackAdapter: true }), "no GPU here, Card 1 is a software adapter"],
    ...["llvmpipe (LLVM 15.0.6, 256 bits)", "SwiftShader Device (Subzero)", "Microsoft Basic Render Driver"].map(
      (description): [unknown, string] => [
        software({ description, isFallbackAdapter: false }),
        `no GPU here, ${description} is a software adapter`,
      ],
    ),
    [
      software({ description: "", vendor: "6880", device: "49374", isFallbackAdapter: false }),
      "no GPU here, 6880 is a software adapter",
    ],
  ];
  for (const [gpu, reason] of cases) {
    // the data is not waited for
    const choice = await withGpu(gpu, () => chooseTarget(spec, new Promise<never>(() => {})));
    assert.deepEqual(choice, { target: workers, reason });
  }
  assert.equal(cases.length, 8);
});

Deno.test("webgpu: what a message proposes where a GPU binds few buffers is enough: merge less, fewer inputs", () => {
  /** Storage buffers of the kernel that has most. */
  const most = (layers: readonly object[], loss: object, without: readonly Optimization[]) => {
    const spec = parseSpec({
      ...{ name: "wide", input: [8], batchSize: 16, layers: [...layers, { type: "linear", outFeatures: 3 }], loss },
      training: { epochs: 1, optimizer: { type: "adam" } },
    });
    const { kernels } = compileTarget(
      plan(spec, registry, { layout: webgpu.layout, without }),
      webgpu,
      undefined,
      without,
    );
    return Math.max(...Array.from(kernels.values(), ({ nest }) => Object.keys(nest.tensors).length));
  };
  const loss = { type: "softmaxCrossEntropy" }, weighted = { ...loss, weighted: true, classWeights: [1, 2, 3] };
  const LESS = ["loss", "cases", "elementwise", "window"] as const;
  // what every device has
  assert(most([], weighted, []) > 8 && most([], weighted, LESS) <= 8);
  for (const type of ["add", "concat"]) {
    const joined = (inputs: number) => {
      const branches = Array.from(
        { length: inputs },
        (_, i) => ({ type: "linear", outFeatures: 8, name: `branch${i}`, input: "input" }),
      );
      return [...branches, { type, input: branches.map(({ name }) => name) }];
    };
    assert(most(joined(7), loss, LESS) <= 8 && most(joined(8), loss, LESS) > 8, type);
  }
});

Deno.test("webgpu: auto takes a GPU for training where it can hold net and data", async () => {
  const { spec, data } = smallRun();
  /** A GPU with few of its limits known, and a device that is good for nothing. */
  const card = (description: string, limits: object = {}, requestDevice?: () => Promise<unknown>) => ({
    requestAdapter: () =>
      Promise.resolve({
        info: { description, vendor: "4318", device: "9009", isFallbackAdapter: false },
        features: new Set(),
        limits: {
          maxStorageBufferBindingSize: 2 ** 31,
          maxBufferSize: 2 ** 31,
          maxStorageBuffersPerShaderStage: 16,
          ...limits,
        },
        requestDevice: requestDevice ??
          (() => Promise.resolve({ lost: new Promise(() => {}), addEventListener() {} })),
      }),
  });
  const choose = (gpu: unknown) => withGpu(gpu, () => chooseTarget(spec, Promise.resolve(data)));
  assert.deepEqual(await choose(card("Card 4")), { target: "webgpu", reason: "Card 4 is a GPU" });
  // more dispatches, but no refusal
  assert.equal((await choose(card("Card 5", { maxStorageBuffersPerShaderStage: 8 }))).target, "webgpu");
  const refused: [gpu: unknown, reason: RegExp][] = [
    [
      card("Card 6", { maxStorageBufferBindingSize: 100 }),
      /^this GPU's maxStorageBufferBindingSize is .+, and tensor /,
    ],
    [
      card("Card 7", { maxBufferSize: 100 }),
      /^this GPU's maxBufferSize is .+, and tensor .+ needs .+; use fewer samples/,
    ],
    [
      card("Card 8", { maxStorageBuffersPerShaderStage: 4 }),
      /StorageBuffersPerShaderStage is 4, and kernel \w+ needs \d; merge less \(--without loss,.*\), give layers fewer inputs, /,
    ],
    [
      card("Card 9", {}, () => Promise.reject(new Error("a\nb"))),
      /^Card 9 gives no device \(a b\); use another target$/,
    ],
  ];
  for (const [gpu, reason] of refused) {
    const choice = await choose(gpu);
    assert.equal(choice.target, workers);
    assert.match(choice.reason, reason);
  }
  // what would be wrong on any target is an error
  const labels = fromArrays(data.train.inputs, [0, 1, 2, 3, 0, 1, 2, 3], [8]);
  await assert.rejects(
    withGpu(card("Card 4"), () => chooseTarget(spec, { train: labels, test: labels })),
    InputError,
  );
});

Deno.test({
  name: "webgpu: training by default runs on a GPU, with as many dispatches as its storage buffers ask for",
  ignore,
  async fn() {
    const { spec, data } = smallRun();
    const trained = async (target: string | undefined, most: number, others: Partial<GPUSupportedLimits> = {}) => {
      const info = { description: `Card with ${most}`, isFallbackAdapter: false, vendor: "4318" };
      const { gpu } = disguised({ info, limits: { maxStorageBuffersPerShaderStage: most, ...others } });
      const { report, parameters } = await withGpu(
        gpu,
        () => train(spec, data, target === undefined ? {} : { target }),
      );
      return { report, bits: [...parameters.values()].map(({ values }) => values) };
    };
    const usual = await trained(undefined, 16), few = await trained(undefined, 6), told = await trained("webgpu", 16);
    for (const { report: { target, gpu } } of [usual, few]) {
      assert.deepEqual([target, gpu?.fallback], ["webgpu", false]);
    }
    assert.ok(few.report.gpu!.dispatchesPerStep > usual.report.gpu!.dispatchesPerStep);
    assert.deepEqual([usual.bits, few.bits], [told.bits, told.bits]);
    // negative control: another seed gives other bits
    const { parameters } = await train(spec, data, { target: "webgpu", seed: 1 });
    assert.notDeepEqual([...parameters.values()].map(({ values }) => values), told.bits);
    const refused = await trained(undefined, 16, { maxBufferSize: 100 });
    assert.deepEqual([refused.report.target, refused.report.gpu], [workers, undefined]);
    await assert.rejects(trained("webgpu", 4), /maxStorageBuffersPerShaderStage is 4, and kernel \w+ needs \d/);
  },
});

Deno.test({
  name: "webgpu: kernels are timed, by the device's clock and without one",
  ignore,
  async fn() {
    const { spec } = smallRun();
    const { train: { kernels } } = plan(spec, registry, { layout: webgpu.layout }).plan;
    const names = [...new Set(kernels.map(({ kernel: { name } }) => name))];
    const times = await timeKernels(spec, { target: "webgpu" });
    assert.deepEqual(times.map(({ kernel }) => kernel), names);
    const { gpu } = disguised({ info: { description: "Card without a clock" }, features: new Set() });
    const [unclocked, ...others] = await withGpu(gpu, () => timeWith(spec, registry, webgpu, undefined, 0, names[0]));
    assert.deepEqual([unclocked.kernel, others], [names[0], []]);
    for (const { kernel, seconds, median, runs } of [...times, unclocked]) {
      assert.ok(seconds > 0 && seconds <= median && runs >= 3, `${kernel}: ${seconds}, ${median}, ${runs}`);
    }
  },
});

Deno.test("webgpu: without an adapter one line says what was looked for", async () => {
  await withGpu({ requestAdapter: () => Promise.resolve(null) }, async () => {
    await assert.rejects(needAdapter(), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /^target webgpu needs .*requestAdapter\(\) .*mesa-vulkan-drivers.*$/);
      return true;
    });
  });
});

Deno.test("webgpu: a submission has many steps, but takes no longer than a system waits", () => {
  assert.equal(stepsTogether(0.01, 8), 128);
  assert.equal(stepsTogether(0.012, 8), 128);
  assert.equal(stepsTogether(0.01 + 8 * 0.05, 8), 10);
  assert.equal(stepsTogether(60, 8), 1);
  assert.equal(stepsTogether(0, 1), 128);
});
