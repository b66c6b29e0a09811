/** A bundle that is made for a GPU, too: it trains there as on threads, in Deno and in Chromium, and without one on threads. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { buildNet, writeBundle } from "../../build/bundle/mod.ts";
import { InputError } from "../../mod.ts";
import { disguised, ignore, withGpu } from "../adapter.ts";
import type { Call } from "../browser_module.ts";
import { chromium, inChromium } from "../chromium.ts";
import { samples, SPEC } from "../small_net.ts";
import { width } from "../width.ts";

const folder = await Deno.makeTempDir({ prefix: "bundle for a gpu " });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const SINGLE = width([false], [false, true]);
const place = (singleFile: boolean) => join(folder, singleFile ? "single" : "folder");
for (const singleFile of SINGLE) {
  await writeBundle(place(singleFile), await buildNet(SPEC, { gpu: true, singleFile }));
}

/** What a page or a program does with the bundle: it is plain JavaScript. */
const DRIVER = `
export async function trained(target, data, threads) {
  const { open } = await import("./kept.js"), x = Uint8Array.from(data.x), { y } = data;
  const net = await open({ target, threads, seed: 7 }), size = x.length / y.length;
  try {
    const { epochs } = await net.train({ x, y }, { epochs: 2 });
    const { loss } = await net.step(x.subarray(0, 16 * size), y.slice(0, 16)), test = await net.evaluate({ x, y });
    const saved = await net.save();
    await net.selfTest();
    await net.restore(saved);
    const again = await net.evaluate({ x, y }), labels = (await net.predict(x)).map(({ label }) => label);
    return { target: net.target, losses: [...epochs.map(({ loss }) => loss), loss, test.loss], again: again.loss, labels };
  } finally {
    net.close();
  }
}`;
for (const singleFile of SINGLE) await Deno.writeTextFile(join(place(singleFile), "driver.js"), DRIVER);

interface Trained {
  readonly target: string;
  readonly losses: readonly number[];
  readonly again: number;
  readonly labels: readonly number[];
}
const all = samples(100), data = { x: [...all.inputs], y: [...all.labels] };
const here = async (singleFile: boolean, ...args: unknown[]): Promise<Trained> =>
  await (await import(new URL(`file://${place(singleFile)}/driver.js`).href)).trained(...args);

/** What two trainings differ by, beyond rounding. */
function differing(own: Trained, expected: Trained): string[] {
  const far = own.losses.filter((loss, i) => !(Math.abs(loss - expected.losses[i]) < 1e-4 * expected.losses[i]));
  const wrong = own.labels.filter((label, i) => label !== expected.labels[i]).length;
  return [
    ...far.map(String),
    ...wrong > 1 || own.labels.length !== expected.labels.length ? [`${wrong} labels`] : [],
    ...own.again === own.losses.at(-1) ? [] : ["what was saved is not what is restored"],
  ];
}

for (const singleFile of SINGLE) {
  const kind = singleFile ? "in one file" : "in a folder";
  Deno.test({
    name: `webgpu in Deno: a bundle ${kind} trains as on threads`,
    ignore,
    async fn() {
      const expected = await here(singleFile, "wasm", data), own = await here(singleFile, "webgpu", data);
      assert.match(expected.target, /^wasm/);
      assert.deepEqual([own.target, differing(own, expected)], ["webgpu", []]);
      // negative control
      assert.equal(differing({ ...own, losses: own.losses.map((loss) => 1.001 * loss) }, expected).length, 5);
    },
  });

  Deno.test({
    name: `webgpu in Chromium: a bundle ${kind} trains as on threads in Deno`,
    ignore: !chromium,
    async fn() {
      const args = [place(singleFile), "driver.js", "trained", JSON.stringify(["webgpu", data])];
      const options = JSON.stringify({ gpu: true, isolated: false, policy: true });
      const call = await inChromium<Call>("tests/browser_module.ts", [...args, options], ["--allow-net=127.0.0.1"]);
      assert.deepEqual([call.messages, call.thrown, call.outside, call.workers], [[], undefined, [], 0]);
      const own = call.returned as Trained;
      assert.deepEqual([own.target, differing(own, await here(singleFile, "wasm", data))], ["webgpu", []]);
      // no module is loaded, and of workers none
      assert.deepEqual(call.files.filter((file) => /wasm$|worker/.test(file)), []);
    },
  });
}

Deno.test({
  name:
    "webgpu: what a bundle takes where nobody says: threads, where a step has little work, there is no GPU, or it is asked for",
  ignore,
  async fn() {
    const { gpu } = disguised({ info: { description: "Card of a bundle", isFallbackAdapter: false, vendor: "4318" } });
    const little = await withGpu(gpu, () => here(false, undefined, data, 1));
    assert.match(little.target, /^wasm/);
    assert.match((await withGpu(gpu, () => here(false, "auto", data))).target, /^wasm/);
    await assert.rejects(
      here(false, "cuda", data),
      /^InputError: target is "cuda"; expected "auto", "webgpu" or "wasm"$/,
    );
    await assert.rejects(
      withGpu(undefined, () => here(false, "webgpu", data)),
      /^InputError: target webgpu needs a WebGPU adapter/,
    );
  },
});

Deno.test("webgpu: a bundle binds no more than every device has, and one that predicts is refused", async () => {
  const files = await buildNet(SPEC, { gpu: true }),
    text = new TextDecoder().decode(files.get("kept.webgpu.json"));
  const { code: { dispatches, texts } } = JSON.parse(text), most: number[] = [];
  for (const [name, { bindings }] of Object.entries<{ bindings: number[] }>(dispatches.kernels)) {
    most.push(Math.max(...bindings) + 1);
    assert.equal(texts[name].match(/@group\(1\) @binding/g).length, most.at(-1));
    assert.doesNotMatch(texts[name], /\/\/ kernel|\n\n|^ /m);
  }
  assert(Math.max(...most) <= 8 && most.length > 4, most.join());
  assert(files.has("gpu.js"));
  assert(![...(await buildNet(SPEC)).keys()].some((name) => /gpu/.test(name)));
  await assert.rejects(buildNet(SPEC, { gpu: true, predict: true }), (error) => error instanceof InputError);
});
