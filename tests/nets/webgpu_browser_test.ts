/** WebGPU in Chromium, whose compiler of WGSL is not Deno's: the same training, on as few buffers as its adapter has. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ignore } from "../adapter.ts";
import { bundleInto } from "../bundled.ts";
import type { Call } from "../browser_module.ts";
import { chromium, inChromium } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { type Compared, comparedNets, differences, STEPS } from "../gpu_trajectory.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

/** Samples of a step of those that ship, where their own are many for an adapter in software. */
const BATCH: Readonly<Record<string, number>> = { mnist_cnn: 16, lenet5: 16 };
/** Random nets of several classes. */
const RANDOM = width(1, 4);

/** Nets that ship, and some random ones. */
async function nets(): Promise<unknown[]> {
  const specs: unknown[] = [];
  for (const name of width(["mnist_cnn"], ["mnist_mlp", "lenet5", "mnist_cnn"])) {
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

if (!chromium) console.log("webgpu: no Chromium here (package chromium has it): nothing is tried in a browser");
Deno.test({
  name: `webgpu in Chromium: ${STEPS} steps go as those of wasm, on the buffers that the adapter has`,
  ignore: !chromium,
  async fn() {
    const folder = await Deno.makeTempDir(), specs = await nets();
    try {
      await bundleInto(folder, "trajectory", "tests/gpu_trajectory.ts");
      const args = [folder, "trajectory.js", "comparedNets", JSON.stringify([specs, "wasm"]), "webgpu"];
      const { returned, messages } = await inChromium<Call>("tests/browser_module.ts", args, ["--allow-net=127.0.0.1"]);
      assert.deepEqual(messages, []);
      const compared = returned as Compared;
      check(compared, specs.length);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
