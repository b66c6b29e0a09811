/** A GPU that is lost, or refuses something, ends a training in one line; what was saved before is there to go on from. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Checkpoint,
  DeviceError,
  findTarget,
  fromArrays,
  loadCheckpoint,
  parseSpec,
  train,
  type Trained,
} from "../../mod.ts";
import { checked, oneLine, watch } from "../../runtime/backends/webgpu/errors.ts";
import { uniform } from "../../runtime/run/random.ts";
import { disguised, ignore, withGpu } from "../adapter.ts";
import { idx, PROJECT, taskArguments } from "../command_line.ts";

const EPOCHS = 4;

const spec = parseSpec({
  name: "lost",
  input: [8],
  batchSize: 4,
  layers: [{ type: "linear", outFeatures: 8 }, { type: "tanh" }, { type: "linear", outFeatures: 2 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: EPOCHS, optimizer: { type: "adam" } },
});
const inputs = Float32Array.from({ length: 8 * 22 }, (_, i) => uniform(6, i));
const set = fromArrays(inputs, Array.from({ length: 22 }, (_, i) => i % 2), [8]), data = { train: set, test: set };

/** What a device says that was not destroyed; Deno's types do not know it. */
const unknown = (message: string) => ({ reason: "unknown", message }) as unknown as GPUDeviceLostInfo;

/** What ends a wait that nobody answers: a test that fails is better than one that hangs. */
async function answered<Result>(body: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(new Error("no answer")), 60_000));
  return await Promise.race([body, late]).finally(() => clearTimeout(timer));
}

const bits = ({ parameters }: Trained) => [...parameters.values()].map(({ values }) => values);

/** Ways to lose a device: what is done to it, and what it then says. */
const LOSSES: Readonly<Record<string, { readonly says: RegExp; readonly fakes: boolean }>> = {
  "destroyed": { says: /^.+ was lost \(.*destroyed.*\); /i, fakes: false },
  "unknown, with words of a driver, and no answer to what waits": {
    says: /^.+ was lost \(The GPU process crashed; twice\); /,
    fakes: true,
  },
};

for (const [how, { says, fakes }] of Object.entries(LOSSES)) {
  Deno.test({
    name: `webgpu: a training whose device is lost says so in one line, and can go on: ${how}`,
    ignore,
    async fn() {
      const whole = await train(spec, data, { target: "webgpu" });
      const lost = Promise.withResolvers<GPUDeviceLostInfo>();
      const { gpu, devices } = disguised({
        info: { description: `Card that is ${how.slice(0, 7)}` },
        prepare(device) {
          if (fakes) Object.defineProperty(device, "lost", { value: lost.promise });
        },
      });
      const { mapAsync } = GPUBuffer.prototype, saved: Checkpoint[] = [];
      const lose = () => {
        if (!fakes) return devices[0].destroy();
        GPUBuffer.prototype.mapAsync = () => new Promise(() => {});
        lost.resolve(unknown("The GPU process crashed;\n  twice"));
      };
      try {
        const running = withGpu(gpu, () =>
          train(spec, data, {
            target: "webgpu",
            onCheckpoint: (checkpoint) => void saved.push(checkpoint),
            onEpoch: ({ epoch }) => {
              if (epoch === 3) lose();
            },
          }));
        await assert.rejects(answered(running), (error: unknown) => {
          assert(error instanceof DeviceError && error.lost, `${error}`);
          assert(!error.message.includes("\n"), error.message);
          assert.match(error.message, /^(?:net|\d tensors of net) .+: Card that is /);
          assert.match(error.message.replace(/^.*?: /, ""), says);
          assert.match(
            error.message,
            /; resume from the last checkpoint, or start again with .+ another target, such as wasm$/,
          );
          return true;
        });
      } finally {
        GPUBuffer.prototype.mapAsync = mapAsync;
      }
      assert.equal(saved.at(-1)?.training?.history.length, 2);
      // nothing that was saved is lost, on another device, on another target
      assert.deepEqual(bits(await train(spec, data, { target: "webgpu", resume: saved.at(-1) })), bits(whole));
      const { report } = await train(spec, data, { target: "wasm", resume: saved.at(-1), threads: 1 });
      assert.deepEqual([report.target, report.epochs.length], ["wasm", EPOCHS]);
      // negative control: another beginning ends elsewhere
      assert.notDeepEqual(
        bits(await train(spec, data, { target: "webgpu", resume: saved[0], epochs: 3 })),
        bits(whole),
      );
    },
  });
}

Deno.test({
  name: "webgpu: a GPU that nobody asked for, and that fails before the first step, is no error: threads train",
  ignore,
  async fn() {
    const card = { description: "Card that begins nothing", isFallbackAdapter: false, vendor: "4318" };
    const { gpu, devices } = disguised({
      info: card,
      prepare: (device) => device.createComputePipelineAsync = () => Promise.reject(new Error("no compiler")),
    });
    let started = 0;
    const onStart = () => void started++;
    const { report } = await withGpu(gpu, () => train(spec, data, { onStart }));
    assert.deepEqual([report.target, report.gpu, devices.length, started], [findTarget("auto").name, undefined, 1, 1]);
    await assert.rejects(
      withGpu(gpu, () => train(spec, data, { target: "webgpu" })),
      /^DeviceError: kernel \w+ is refused by WebGPU: no compiler$/,
    );
    // negative control: one that begins is taken, and its loss is an error
    const good = disguised({ info: { ...card, description: "Card that begins" } });
    const trained = withGpu(good.gpu, () => train(spec, data, { onEpoch: () => good.devices[0].destroy() }));
    await assert.rejects(answered(trained), (error) => error instanceof DeviceError && error.lost);
  },
});

/** A device that says what it is told to, for what is not easily had of a real one. */
function talking(error?: { scope: GPUErrorFilter; message: string }) {
  const lost = Promise.withResolvers<GPUDeviceLostInfo>(), scopes: GPUErrorFilter[] = [];
  let uncaptured: (event: unknown) => void = () => {};
  const device = {
    lost: lost.promise,
    addEventListener: (_: string, listener: typeof uncaptured) => uncaptured = listener,
    pushErrorScope: (scope: GPUErrorFilter) => void scopes.push(scope),
    popErrorScope: () => Promise.resolve(scopes.pop() === error?.scope ? { message: error!.message } : null),
  } as unknown as GPUDevice;
  return { device, lose: lost.resolve, tell: (error: unknown) => uncaptured({ error, preventDefault() {} }) };
}

Deno.test("webgpu: what a device refuses is one line each, with what to do", async () => {
  const said: Record<string, RegExp> = {
    "out-of-memory": /^buffer x: out of it; use fewer samples, a smaller batch .+ another target, such as wasm$/,
    internal: /^buffer x: out of it; use another target, such as wasm$/,
    validation: /^buffer x: out of it; use another target, such as wasm$/,
  };
  for (const [scope, expected] of Object.entries(said)) {
    const { device } = talking({ scope: scope as GPUErrorFilter, message: "out\n of it" });
    watch(device, "Card", () => {});
    await assert.rejects(checked(device, "buffer x", () => 7), (error: unknown) => {
      assert(error instanceof DeviceError && !error.lost);
      assert.match(error.message, expected);
      return true;
    });
  }
  // negative control: a device that says nothing
  assert.equal(await checked(talking().device, "buffer x", () => 7), 7);
});

Deno.test("webgpu: what nobody waited for is told by the next call, and that the device is lost comes before it", async () => {
  const { device, lose, tell } = talking();
  let forgotten = 0;
  watch(device, "Card", () => forgotten++);
  tell({ message: "no\nsuch buffer", constructor: { name: "GPUValidationError" } });
  await assert.rejects(checked(device, "a step", () => 7), {
    name: "DeviceError",
    message: "a step: no such buffer; use another target, such as wasm",
  });
  lose(unknown(""));
  await device.lost;
  await assert.rejects(checked(device, "a step", () => new Promise(() => {})), {
    lost: true,
    message: /^a step: Card was lost \(unknown\); resume from the last checkpoint, /,
  });
  assert.equal(forgotten, 2);
  assert.equal(oneLine("a\n\tb "), "a b");
});

Deno.test({
  name: "webgpu: the command line whose device is lost says so, and how to go on; the exit code is 1",
  ignore,
  async fn() {
    await Deno.mkdir(join(PROJECT, "runs"), { recursive: true });
    const folder = await Deno.makeTempDir({ dir: join(PROJECT, "runs"), prefix: "lost_device_test_" });
    try {
      const write = (name: string, bytes: Uint8Array) => Deno.writeFile(join(folder, name), bytes);
      const name = `lost_device_test_${Deno.pid}`;
      await write(
        "net.json",
        new TextEncoder().encode(JSON.stringify({
          ...spec,
          name,
          input: [1, 2, 4],
          layers: [
            { type: "flatten" },
            ...spec.layers,
          ],
        })),
      );
      for (const [name, count] of [["train", 40], ["t10k", 8]] as const) {
        const pixels = Array.from({ length: 8 * count }, (_, i) => Math.floor(256 * uniform(7, i)));
        await write(`${name}-images-idx3-ubyte`, idx(0x803, [count, 2, 4], pixels));
        await write(`${name}-labels-idx1-ubyte`, idx(0x801, [count], Array.from({ length: count }, (_, i) => i % 2)));
      }
      const save = join(folder, "net.safetensors"), [subcommand, ...rest] = taskArguments("train");
      const train = async (...preload: string[]) => {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [
            ...[subcommand, ...preload, ...rest, join(folder, "net.json"), "--data", folder, "--target", "webgpu"],
            ...["--save", save, "--out", join(folder, "generated"), "--report", join(folder, "report.json")],
          ],
          cwd: PROJECT,
          signal: AbortSignal.timeout(120_000),
        }).output();
        const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        return { code, out, err };
      };
      const { code, out, err } = await train("--preload", "tests/losing_device.ts");
      assert.equal(code, 1, out + err);
      const lines = err.trim().split("\n").filter((line) => !line.includes("XDG_RUNTIME_DIR"));
      assert.equal(lines.length, 1, err);
      assert.match(
        lines[0],
        /^error: net \S+ on the GPU: .+ was lost \(.+\); resume from the last checkpoint, or /,
      );
      assert.match(out, /^checkpoint: .+, 1 of 4 epochs done$/m);
      assert.match(out, /^to go on: deno task train --resume .+$/m);
      assert.equal((await loadCheckpoint(save)).training?.history.length, 1);
      // negative control: the same command on a device that stays
      const whole = await train();
      assert.deepEqual([whole.code, /was lost/.test(whole.err)], [0, false], whole.err);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
