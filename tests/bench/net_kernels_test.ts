/** `bench:nets --kernels` lists the kernels that take a good share of a step by their distance from what bounds them. */
import assert from "node:assert/strict";
import type { KernelTime } from "../../mod.ts";
import { type KernelResults, kernelsText, worstKernels } from "../../bench/nets/kernels.ts";
import { randomSpec } from "../../bench/nets/random.ts";
import { needsOf } from "../../bench/step/kernels.ts";
import { asInstalled, PROJECT, taskArguments } from "../command_line.ts";
import { QUICK, width } from "../width.ts";

const LIMITS = { peak: 100, memory: 10, secondCache: 50 };

const timed = (kernel: string, milliseconds: number, more: Partial<KernelTime> = {}): KernelTime => ({
  ...{ kernel, schedule: "", seconds: milliseconds / 1000, median: milliseconds / 1000, runs: 10 },
  ...{ flops: 0, executed: 0, bytes: 0, slow: 0, gathers: false, vectors: true, ...more },
});

const RESULTS: KernelResults = {
  ...{ date: "2026-11-29T00:00:00.000Z", versions: {}, v8Flags: "--fast", limits: LIMITS },
  machine: { cpu: "some", os: "linux", arch: "x86_64", cores: 2, load: 0, peak: { one: 100, all: 200 }, gpu: null },
  nets: {
    a: {
      kernels: [
        // 100 GFLOP/s would take 8 ms; by tiles it stands for more than it executes
        timed("products", 10, { flops: 1800e6, executed: 800e6, bytes: 1e6 }),
        timed("slow", 10, { flops: 100e6, executed: 100e6, bytes: 5e5 }),
        timed("small", 0.5, { executed: 1 }),
      ],
    },
    b: { spec: randomSpec(7, 1), kernels: [timed("copy", 4, { bytes: 3e7 }), timed("near", 4, { bytes: 1e6 })] },
    c: { reason: "it is no net" },
  },
};

Deno.test("what bounds a kernel is what it needs most of, by what it executes and where its bytes are", () => {
  const [first] = needsOf(timed("k", 10, { executed: 800e6, bytes: 1e6 }), LIMITS);
  assert.deepEqual([first.short, first.share.toFixed(2)], ["arithmetic", "0.80"]);
  const near = needsOf(timed("k", 1, { bytes: 1e6 }), LIMITS)[0],
    far = needsOf(timed("k", 1, { bytes: 2e6 }), LIMITS)[0];
  assert.deepEqual([near.short, near.share.toFixed(2)], ["the second cache", "0.02"]);
  assert.deepEqual([far.short, far.share.toFixed(2)], ["memory", "0.20"]);
  assert.equal(needsOf(timed("k", 1, { slow: 1e6 }), LIMITS)[0].short, "divisions, roots");
});

Deno.test("kernels are listed worst first, those of small share are not, and those under a third are counted", () => {
  const worst = worstKernels(RESULTS);
  assert.deepEqual(worst.map(({ time, ofBound }) => `${time.kernel} ${ofBound.toFixed(3)}`), [
    "near 0.005",
    "slow 0.100",
    "copy 0.750",
    "products 0.800",
  ]);
  const text = kernelsText(RESULTS), lines = text.split("\n");
  assert.match(text, /^a +products +10\.000 +49% +180\.0 +80\.0 +0\.1 +80% +arithmetic$/m);
  assert.match(text, /^worst 1%, median 75%; 2 of 4 kernels under a third, in 2 of 3 nets$/m);
  assert(lines.some((line) => /^b {2}\d+x\d+x\d+: \d+@/.test(line)), "a net at random is described");
  assert(lines.includes("FAILED c: it is no net"));
  // negative control: a kernel that is faster by four is no longer counted
  const { nets: { b, ...nets } } = RESULTS;
  assert.match(
    kernelsText({ ...RESULTS, nets: { ...nets, b: { ...b, kernels: [] } } }),
    /; 1 of 2 kernels under a third/,
  );
  assert.match(kernelsText({ ...RESULTS, nets: {} }), /^no kernels$/m);
});

/** Runs the task. */
async function task(words: readonly string[]) {
  const args = [...taskArguments("bench:nets"), ...words];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: PROJECT }).output();
  const [out, err] = [stdout, stderr].map((bytes) => asInstalled(new TextDecoder().decode(bytes)));
  return { code, out, err };
}

Deno.test("--kernels refuses what times whole nets", async () => {
  const cases = [["--quick"], ["--first"], ["--rounds", "2"], ["--only", "ours1"], ["--python", "python3"]];
  for (const words of cases.slice(0, width(1, cases.length))) {
    const { code, err } = await task(["tiny", "--kernels", ...words]);
    assert.equal(code, 2);
    assert(err.startsWith(`error: --kernels times kernels alone, so ${words[0]} may not be given\n`), err);
  }
});

Deno.test({ name: "bench:nets --kernels times a net", ignore: QUICK }, async () => {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { code, out, err } = await task(["tiny", "--kernels", "--json", json]);
    assert.equal(code, 0, err);
    assert.match(out, /^tiny +conv2_\w+ /m);
    const results: KernelResults = JSON.parse(await Deno.readTextFile(json));
    assert(worstKernels(results).length > 2);
  } finally {
    await Deno.remove(json);
  }
});
