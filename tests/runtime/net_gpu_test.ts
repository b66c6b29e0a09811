/** A net in memory on a GPU: all that one can ask of it, from a plan and texts alone, and where `auto` takes one. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { programOf } from "../../api/open.ts";
import { withBindings } from "../../codegen/compile.ts";
import { workOf } from "../../codegen/plan/kernel.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { DeviceError, findTarget, InputError, type Net, open, parseSpec } from "../../mod.ts";
import { fittedCode, GpuHost } from "../../runtime/net/gpu_host.ts";
import { makeCheck } from "../../runtime/net/make_check.ts";
import { openNet } from "../../runtime/net/net.ts";
import { disguised, ignore, withGpu } from "../adapter.ts";
import { netOutcome, otherwise } from "../gpu_net.ts";
import { bitsOf, saved } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const data = samples(100), set = { x: data.inputs, y: data.labels };
/** For a training that is to be interrupted: many steps. */
const long = samples(40_000), longSet = { x: long.inputs, y: long.labels };

Deno.test({
  name: "webgpu: a net trains, steps, tests, predicts, saves and restores as on threads",
  ignore,
  async fn() {
    const [own, expected] = [await netOutcome(SPEC, "webgpu"), await netOutcome(SPEC, "wasm")];
    assert.deepEqual([own.target, expected.target], ["webgpu", "wasm"]);
    assert.deepEqual(otherwise(own, expected), []);
    assert(own.tests[1].loss < own.tests[0].loss && own.losses[2] < own.losses[0], "it learns");
    // what was saved has the bits that it had
    assert.deepEqual(own.tests[2], own.tests[1]);
    // negative control
    const steps = own.steps.map((loss) => 1.001 * loss);
    assert.equal(otherwise({ ...own, steps }, expected).length, steps.length);
  },
});

/** A net from nothing but JSON. */
async function fromJson(text: string): Promise<Net> {
  const { plan, files }: { plan: RunPlan; files: Record<string, string> } = JSON.parse(text);
  const { rules } = programOf(SPEC, compileNet(SPEC, findTarget("wasm"), { data: "u8" }));
  const again = () => assert.fail("every device has eight");
  return await openNet({
    ...{ spec: SPEC, target: "webgpu", plan, rules, bytes: () => assert.fail("it has no module") },
    host: () => GpuHost.open(plan, (most) => fittedCode(files, most, again)),
  }, { seed: 3 });
}

Deno.test({
  name: "webgpu: a net that is closed while it is busy leaves the device to others",
  ignore,
  async fn() {
    const [net, other] = [await open(SPEC, { target: "webgpu" }), await open(SPEC, { target: "webgpu" })];
    const asked = [() => net.predict(set.x), () => makeCheck(net), () => net.evaluate(set)].map((call) => call());
    const closed = asked.map((call) => assert.rejects(call, { name: "InputError", message: /is closed/ }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    net.close();
    await Promise.all(closed);
    const single = await open(SPEC, { target: "webgpu" }), tested = makeCheck(single);
    single.close();
    await assert.rejects(tested, { name: "InputError", message: /is closed/ });
    const { total } = await other.evaluate(set);
    assert.equal(total, data.samples);
    other.close();
  },
});

Deno.test({
  name: "webgpu: a net runs from its plan and its texts, as JSON, with the same bits; on eight buffers, too",
  ignore,
  async fn() {
    const { plan, files } = withBindings(compileNet(SPEC, findTarget("webgpu"), { data: "u8" }), 8);
    const tensors = Object.fromEntries(
      Object.values(plan.tensors).map((tensor) => {
        const { name, role, dtype, shape, rows, below, initial, layout, alias, offset, bytes } = tensor;
        return [name, { name, role, dtype, shape, rows, below, initial, layout, alias, offset, bytes }];
      }),
    );
    const { name, batchSize, batchRows, params, keys, metrics, arenaBytes, graph: { shapes, output } } = plan;
    const kernels = plan.train.kernels.map(({ kernel: { name } }) => ({ kernel: { name } }));
    const bare: RunPlan = {
      ...{ name, batchSize, batchRows, params, keys, metrics, arenaBytes, tensors, train: { kernels } },
      graph: { shapes: { input: shapes.input, [output]: shapes[output] }, output },
    };
    const text = JSON.stringify({ plan: bare, files });
    const { gpu } = disguised({
      info: { description: "Card of eight" },
      limits: { maxStorageBuffersPerShaderStage: 8 },
    });
    const nets = [await open(SPEC, { target: "webgpu", data: "u8", seed: 3 }), await fromJson(text)];
    nets.push(await withGpu(gpu, () => fromJson(text)), await open(SPEC, { target: "webgpu", data: "u8", seed: 4 }));
    const bits = [];
    for (const net of nets) {
      await net.train(set, { epochs: 2 });
      bits.push(bitsOf(await saved(net)));
      net.close();
    }
    assert.deepEqual([bits[1], bits[2]], [bits[0], bits[0]]);
    assert.notDeepEqual(bits[3], bits[0], "negative control: another seed");
  },
});

/** A net whose step has the work that a GPU is worth, but little memory. */
const LARGE = parseSpec({
  name: "worth",
  input: [1, 16, 16],
  batchSize: 64,
  layers: [
    { type: "conv2d", outChannels: 16, kernel: 3, padding: 1 },
    { type: "relu" },
    { type: "conv2d", outChannels: 16, kernel: 3, padding: 1 },
    { type: "relu" },
    { type: "maxPool2d", kernel: 4 },
    { type: "flatten" },
    { type: "linear", outFeatures: 3 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.01 } },
});

Deno.test({
  name:
    "webgpu: auto takes a GPU for what is worth one, and threads where there is none, it fails, or they are asked for",
  ignore,
  async fn() {
    const work = compileNet(LARGE, findTarget("wasm"), {}).plan.train.kernels.reduce(
      (sum, kernel) => sum + workOf(kernel),
      0,
    );
    assert(work > 2 ** 27, `${work}`);
    const card = { description: "Card for auto", isFallbackAdapter: false, vendor: "4318" };
    const chosen = async (gpu: unknown, spec = LARGE, threads?: number) => {
      const net = await withGpu(gpu, () => open(spec, { threads }));
      net.close();
      return net.target;
    };
    const auto = findTarget("auto").name, { gpu } = disguised({ info: card });
    assert.equal(await chosen(gpu), "webgpu");
    assert.equal(await chosen(gpu, SPEC), auto, "too little work");
    assert.equal(await chosen(gpu, LARGE, 1), auto, "threads are asked for");
    assert.equal(await chosen(disguised({ info: { ...card, isFallbackAdapter: true } }).gpu), auto, "in software");
    assert.equal(await chosen(undefined), auto);
    const few = disguised({ info: card, limits: { maxStorageBuffersPerShaderStage: 3 } });
    assert.equal(await chosen(few.gpu), auto, "too few buffers");
    const broken = disguised({
      info: { ...card, description: "Card that breaks" },
      prepare: (device) => device.createComputePipelineAsync = () => Promise.reject(new Error("no\ncompiler")),
    });
    assert.equal(await chosen(broken.gpu), auto, "its compiler fails");
    // who asks for it is told
    await assert.rejects(withGpu(broken.gpu, () => open(LARGE, { target: "webgpu" })), {
      name: "DeviceError",
      message: /^kernel \w+ is refused by WebGPU: no compiler$/,
    });
  },
});

Deno.test({
  name: "webgpu: a net that is closed while it trains, or whose device is lost, ends with an error, and holds nothing",
  ignore,
  async fn() {
    const closed = await open(SPEC, { target: "webgpu" }), running = closed.train(longSet, { epochs: 100 });
    setTimeout(() => closed.close(), 50);
    await assert.rejects(running, (error: Error) => error instanceof InputError && /is closed/.test(error.message));
    await assert.rejects(closed.predict(data.inputs), /is closed/);
    const { gpu, devices } = disguised({ info: { description: "Card to lose" } });
    const net = await withGpu(gpu, () => open(SPEC, { target: "webgpu", seed: 2 }));
    const two = await net.train(set, { epochs: 2 }).then(() => saved(net));
    const training = net.train(longSet, { epochs: 100 });
    setTimeout(() => devices[0].destroy(), 50);
    await assert.rejects(training, (error: Error) => {
      assert(error instanceof DeviceError && error.lost);
      assert.match(
        error.message,
        /^net kept on the GPU: Card to lose was lost \(destroyed.*\); resume from the last checkpoint/,
      );
      return true;
    });
    await assert.rejects(net.predict(data.inputs), DeviceError);
    // what the last whole epoch has left is not lost
    const left = await saved(net);
    assert.deepEqual(left.parameters, two.parameters);
    assert.deepEqual(left.training?.optimizer, two.training?.optimizer);
    net.close();
    // the next one gets another device
    const again = await withGpu(gpu, () => open(SPEC, { target: "webgpu" }));
    await again.step(data.inputs.subarray(0, 64), [0]);
    assert.equal(devices.length, 2);
    again.close();
  },
});

Deno.test({
  name:
    "webgpu: a prediction is made between submissions of a training; data that is too large is refused, and the net goes on",
  ignore,
  async fn() {
    const net = await open(SPEC, { target: "webgpu" }), controller = new AbortController();
    const training = net.train(longSet, { epochs: 100, signal: controller.signal });
    const [{ label }] = await net.predict(data.inputs.subarray(0, 64));
    assert(label! >= 0);
    controller.abort(new Error("enough"));
    await assert.rejects(training, /enough/);
    const { loss } = await net.step(data.inputs.subarray(0, 64), [data.labels[0]]);
    assert(Number.isFinite(loss));
    net.close();
    const limits = { maxStorageBufferBindingSize: 2 ** 20, maxBufferSize: 2 ** 28 };
    const { gpu } = disguised({
      info: { description: "Card of 1 MB" },
      prepare: (device) => Object.defineProperty(device, "limits", { value: limits }),
    });
    const small = await withGpu(gpu, () => open(SPEC, { target: "webgpu" }));
    await assert.rejects(
      small.train(longSet),
      /^InputError: this GPU's maxStorageBufferBindingSize is .+, and tensor data needs .+; use fewer samples/,
    );
    await small.train(set, { epochs: 1 });
    small.close();
  },
});
