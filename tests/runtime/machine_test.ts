/** The probes of a machine: what they compute and tell, never how fast it was. */
import assert from "node:assert/strict";
import { v8Flags } from "../../runtime/v8_flags.ts";
import { join } from "node:path";
import { type Machine, measureMachine } from "../../mod.ts";
import { assemble } from "../../runtime/backends/threads/load.ts";
import { fuses, type Kernels, probeText, TILES, warmUp, wrongAnswers } from "../../runtime/measure/machine/probe.ts";
import { withGpu } from "../adapter.ts";
import { width } from "../width.ts";
import { asInstalled } from "../command_line.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const KERNELS = [...Object.keys(TILES), "access", "access_constant", "read", "copy"];

/** Kernels of a text in memory of no more than what the check of answers needs: what is out of bounds traps. */
async function load(text: string): Promise<{ kernels: Kernels; memory: WebAssembly.Memory }> {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const { exports } = new WebAssembly.Instance(await assemble(text), { machine: { memory } });
  return { kernels: exports as unknown as Kernels, memory };
}

/** Names of the kernels of a text that compute something wrong. */
async function wrongOf(text: string): Promise<string[]> {
  const { kernels, memory } = await load(text);
  return wrongAnswers(kernels, memory);
}

Deno.test("the probes compute what they should, before and after V8 optimises them, fused or not", async () => {
  for (const relaxed of [true, false]) {
    const { kernels, memory } = await load(probeText(relaxed));
    assert.deepEqual(Object.keys(kernels).toSorted(), KERNELS.toSorted());
    assert.deepEqual(wrongAnswers(kernels, memory), []);
    const jobs = [...Object.keys(TILES), "access", "access_constant"]
      .map((kernel) => ({ kernel, args: [0, 1000], calls: 20 }));
    await warmUp(kernels, jobs, 50, 1000);
    assert.deepEqual(wrongAnswers(kernels, memory), []);
    if (!relaxed) assert.equal(fuses(kernels, memory), false, "products are rounded by themselves");
  }
});

Deno.test("negative control: every kernel that computes or writes something else is named, and no other", async () => {
  const text = probeText(true);
  /** The text with the first place of a kernel that fits changed. */
  const damage = (kernel: string, place: RegExp, by: string) => {
    const [before, own, after] = [text.indexOf(`(func (export "${kernel}")`)].flatMap((at) => {
      const next = text.indexOf("(func", at + 1), end = next < 0 ? text.length : next;
      return [text.slice(0, at), text.slice(at, end), text.slice(end)];
    });
    assert.match(own, place, kernel);
    return before + own.replace(place, by) + after;
  };
  let cases = 0;
  for (const kernel of KERNELS) {
    const damages: [place: RegExp, by: string][] = kernel in TILES
      ? [
        [/f32x4\.relaxed_madd/, "f32x4.relaxed_nmadd"],
        [/v128\.store offset=2048 /, "v128.store offset=3072 "],
        [/\(local\.get \$y5\)\)\)/, "(local.get $y4)))"],
        [/\(loop/, "(v128.store offset=128 (i32.const 0) (local.get $a)) (loop"],
      ]
      : kernel.startsWith("access")
      ? [[/i32\.add/, "i32.sub"], [/i32\.load offset=4100/, "i32.load offset=4096"]]
      : kernel === "read"
      ? [[/i32x4\.add/, "i32x4.sub"], [/v128\.load offset=16/, "v128.load offset=32"]]
      : [[/v128\.load offset=16/, "v128.load offset=32"], [/v128\.store offset=112/, "v128.store offset=128"]];
    for (const [place, by] of damages) {
      assert.deepEqual(await wrongOf(damage(kernel, place, by)), [kernel], `${kernel}: ${place}`);
      cases++;
    }
  }
  assert.equal(cases, 28);
});

const positive = (...figures: number[]) => assert.ok(figures.every((x) => x > 0 && Number.isFinite(x)), `${figures}`);

/** That a machine has every finding, each of its kind. */
function checkFindings({ mode, arithmetic, bandwidth, gpu, ...machine }: Machine): void {
  assert.deepEqual(machine.versions, { deno: Deno.version.deno, v8: Deno.version.v8 });
  assert.deepEqual([machine.os, machine.arch], [Deno.build.os, Deno.build.arch]);
  assert.equal(machine.cores, navigator.hardwareConcurrency);
  assert.equal(machine.simd && machine.relaxedSimd, true);
  assert.deepEqual(machine.wrong, []);
  assert.ok(mode && arithmetic && bandwidth && gpu !== undefined);
  assert.ok(["engaged", "bounds checks are on", "flag not given", "no AVX2", "not x64"].includes(mode.packing));
  assert.equal(typeof mode.boundsChecks, "boolean");
  positive(mode.packingGain, mode.boundsChecksCost, bandwidth.firstCache, bandwidth.secondCache);
  for (const { one, all } of [arithmetic, bandwidth.read, bandwidth.copy]) positive(one, all);
  if (!gpu) return;
  assert.deepEqual([typeof gpu.name, typeof gpu.fallback, typeof gpu.timestamps], ["string", "boolean", "boolean"]);
  assert.equal(Object.keys(gpu.limits).length, 5);
  positive(...Object.values(gpu.limits));
}

Deno.test("what is asked for is measured, with any number of threads", async () => {
  const machine = await measureMachine({ threads: 3 });
  checkFindings(machine);
  assert.equal(machine.threads, 3);
  const findings = async (...probes: ("mode" | "arithmetic" | "bandwidth" | "gpu")[]) =>
    Object.keys(await measureMachine({ probes, threads: 1 })).filter((key) =>
      ["mode", "arithmetic", "bandwidth", "gpu"].includes(key)
    );
  for (const probe of width(["gpu"] as const, ["mode", "arithmetic", "bandwidth", "gpu"] as const)) {
    assert.deepEqual(await findings(probe), [probe]);
  }
  assert.deepEqual(await findings(), []);
  const { arithmetic } = await measureMachine({ probes: ["arithmetic"], threads: 1 });
  assert.equal(arithmetic!.one, arithmetic!.all, "one thread is all threads");
  for (const threads of [0, 1.5, 257, NaN]) {
    await assert.rejects(measureMachine({ threads }), {
      message: `threads is ${threads}; expected a whole number from 1 to 256`,
    });
  }
});

Deno.test("a GPU, one in software, none, and a driver that fails", async () => {
  const limits = {
    maxStorageBufferBindingSize: 1,
    maxBufferSize: 2,
    maxStorageBuffersPerShaderStage: 3,
    maxComputeWorkgroupStorageSize: 4,
    maxComputeInvocationsPerWorkgroup: 5,
  };
  const card = (info: object, features: string[] = []) => ({
    requestAdapter: () => Promise.resolve({ info, features: new Set(features), limits: { ...limits, others: 6 } }),
  });
  const cases: [gpu: unknown, found: Machine["gpu"]][] = [
    [card({ description: "Card 1", vendor: "7", isFallbackAdapter: false }, ["timestamp-query"]), {
      name: "Card 1",
      fallback: false,
      timestamps: true,
      limits,
    }],
    [card({ description: "", vendor: "7", isFallbackAdapter: true }), {
      name: "7",
      fallback: true,
      timestamps: false,
      limits,
    }],
    [{ requestAdapter: () => Promise.resolve(null) }, null],
    [{ requestAdapter: () => Promise.reject(new Error("no driver")) }, null],
    [undefined, null],
  ];
  for (const [gpu, found] of cases) {
    assert.deepEqual((await withGpu(gpu, () => measureMachine({ probes: ["gpu"] }))).gpu, found);
  }
});

/** Runs the command as its task does. */
async function doctor(...args: string[]): Promise<string> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT, "deno.json")));
  // the shell of deno task puts in what this prints
  const task = tasks.doctor.command.replace("$(deno run runtime/v8_flags.ts)", v8Flags(Deno.build.arch, false));
  const command = [...task.split(" ").slice(1), ...args];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: command, cwd: PROJECT }).output();
  const text = (bytes: Uint8Array) => asInstalled(new TextDecoder().decode(bytes));
  // what the driver of an adapter says on a machine without a desktop is not ours
  assert.deepEqual([code, text(stderr).replace(/^error: XDG_RUNTIME_DIR .*\n/gm, "")], [0, ""]);
  return text(stdout);
}

Deno.test("doctor tells everything, in lines and as JSON", async () => {
  const rate = (unit: string) => `[\\d.]+ ${unit} in one thread, [\\d.]+ in ${navigator.hardwareConcurrency} at once`;
  const expected = [
    /^engine {9}Deno \S+, V8 \S+, \w+ \w+$/,
    /^processor {6}.+; \d+ threads? at once$/,
    /^vectors {8}SIMD: (yes|no); relaxed SIMD: (yes|no)$/,
    /^packing {8}(on|off): .+ \(\d+\.\d\d times as fast as what cannot be packed\)$/,
    /^bounds checks {2}(on|off) \(unknown addresses take \d+\.\d\d times as long as constant ones\)$/,
    new RegExp(`^multiply-add {3}${rate("GFLOP/s")}, (un)?packed$`),
    new RegExp(`^memory read {4}${rate("GB/s")}$`),
    new RegExp(`^memory copied {2}${rate("GB/s")}, bytes read and written$`),
    /^caches read {4}[\d.]+ GB\/s of 16 KiB, [\d.]+ GB\/s of 256 KiB, in one thread$/,
    /^fastest {8}deno task train$/,
    /^with checks {4}deno task train:checked$/,
  ];
  const adapter = [
    /^WebGPU {9}\S.*$/,
    /^its limits {5}[\d.]+ MB for a tensor, [\d.]+ MB for a buffer, \d+ tensors in a kernel; \S+ bytes and \S+ invocations in a workgroup; timestamp-query: (yes|no)$/,
    /^target webgpu {2}runs on (this GPU; deno task train takes it where|the processor, slowly: .+ only with --target webgpu).*$/,
  ];
  const none = [
    /^WebGPU {9}no adapter: .+requestAdapter\(\) finds no driver for .+$/,
    /^target webgpu {2}refused here; .+$/,
  ];
  const lines = (await doctor()).trimEnd().split("\n");
  const at = expected.length - 2;
  expected.splice(at, 0, ...lines[at].includes("no adapter") ? none : adapter);
  assert.equal(lines.length, expected.length, lines.join("\n"));
  expected.forEach((line, i) => assert.match(lines[i], line));
  const { ways, ...machine } = JSON.parse(await doctor("--json"));
  assert.deepEqual(ways, { fastest: "deno task train", checked: "deno task train:checked" });
  checkFindings(machine);
});
