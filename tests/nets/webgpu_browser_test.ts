/** WebGPU in Chromium, whose compiler of WGSL is not Deno's: the same training, on as few buffers as its adapter has. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ignore } from "../adapter.ts";
import { bundleInto } from "../bundled.ts";
import type { Call } from "../browser_module.ts";
import { chromium, inChromium } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { type Compared, comparedNets, differences, STEPS } from "../gpu_trajectory.ts";
import { netOutcome, otherwise, type Outcome } from "../gpu_net.ts";
import { randomSpec } from "../random_spec.ts";
import { SPEC } from "../small_net.ts";
import { width } from "../width.ts";

/** Samples of a step of those that ship, where their own are many for an adapter in software. */
const BATCH: Readonly<Record<string, number>> = { mnist_cnn: 16, lenet5: 16 };
/** Random nets of several classes. */
const RANDOM = width(1, 4);

/** Nets that ship, and some random ones. */
async function nets(): Promise<unknown[]> {
  const specs: unknown[] = [];
  for (const name of width(["lenet5"], ["mnist_mlp", "lenet5", "mnist_cnn"])) {
    const spec = JSON.parse(await Deno.readTextFile(join(PROJECT, "specs", `${name}.json`)));
    specs.push({ ...spec, batchSize: BATCH[name] ?? spec.batchSize });
  }
  for (let seed = 1, left = RANDOM; left > 0; seed++) {
    const spec = randomSpec(seed), { outFeatures } = (spec.layers as { outFeatures?: number }[]).at(-1)!;
    if (!(outFeatures! > 1)) continue;
    specs.push({ ...spec, name: `random${seed}` });
    left--;
  }
  return specs;
}

function check({ nets, devices, exceeded }: Compared, count: number): void {
  assert.deepEqual(nets.flatMap(differences), []);
  assert.deepEqual(exceeded, []);
  assert.equal(nets.length, count);
  assert.ok(devices > 0);
  // negative control: what another net comes to
  const [first] = nets;
  assert.equal(differences({ ...first, away: first.moved / 2 }).length, 1);
  assert.ok(
    differences({ ...first, own: first.own.map(({ loss, correct }) => ({ loss: 1.1 * loss, correct })) }).length >= 3,
  );
}

Deno.test({
  name: `webgpu in Deno: ${STEPS} steps go as those of wasm`,
  ignore,
  async fn() {
    const specs = await nets();
    check(await comparedNets(specs, "wasm"), specs.length);
  },
});

/** Calls a function of a module in a page that has WebGPU; nothing may stand on the console. */
async function inPage<Returned>(module: string, name: string, args: readonly unknown[]): Promise<Returned> {
  const folder = await Deno.makeTempDir();
  try {
    await bundleInto(folder, "page", module);
    const words = [folder, "page.js", name, JSON.stringify(args), JSON.stringify({ gpu: true })];
    const call = await inChromium<Call>("tests/browser_module.ts", words, ["--allow-net=127.0.0.1"]);
    assert.deepEqual(call.messages, []);
    return call.returned as Returned;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (!chromium) console.log("webgpu: no Chromium here (package chromium has it): nothing is tried in a browser");
Deno.test({
  name: `webgpu in Chromium: ${STEPS} steps go as those of wasm, on the buffers that the adapter has`,
  ignore: !chromium,
  async fn() {
    const specs = await nets();
    check(await inPage<Compared>("tests/gpu_trajectory.ts", "comparedNets", [specs, "wasm"]), specs.length);
  },
});

Deno.test({
  name: "webgpu in Chromium: a net in memory does what it does on threads in Deno",
  ignore: !chromium,
  async fn() {
    const own = await inPage<Outcome>("tests/gpu_net.ts", "netOutcome", [SPEC, "webgpu"]);
    const expected = await netOutcome(SPEC, "wasm");
    assert.deepEqual([own.target, otherwise(own, expected)], ["webgpu", []]);
    assert.deepEqual(own.tests[2], own.tests[1]);
  },
});

Deno.test({
  name: "webgpu in Chromium: a device that is lost, memory and shaders that are refused are one line each",
  ignore: !chromium,
  async fn() {
    const said = await inPage<readonly string[]>("tests/gpu_faults.ts", "faults", [SPEC]);
    const expected = [
      /^DeviceError: net kept on the GPU: google swiftshader was lost \(destroyed.*\); resume from the last checkpoint, .+ wasm$/,
      /^DeviceError: a large buffer: .+; use (?:fewer samples|another target).+$/,
      /^DeviceError: kernel broken is refused by WebGPU: .+; use another target, such as wasm$/,
      /^InputError: this GPU's maxStorageBuffersPerShaderStage is 10, and kernel wide needs 11; .+$/,
    ];
    assert.equal(said.length, expected.length, said.join("\n"));
    for (const [i, line] of said.entries()) assert.match(line, expected[i]);
  },
});
