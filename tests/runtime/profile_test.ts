/** Profiles time what a training step really runs, and change nothing of what is trained. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runPytorch } from "../../bench/gpu/pytorch.ts";
import { cost } from "../../codegen/ir/cost.ts";
import type { Target } from "../../codegen/targets/target.ts";
import {
  findTarget,
  InputError,
  measureMachine,
  ProfileError,
  profileTable,
  registry,
  targets,
  type Trace,
  type TraceEvent,
  train,
  type Trained,
  type TrainingReport,
} from "../../mod.ts";
import type { NetSession, Span, Timing } from "../../runtime/backends/session.ts";
import { loadCode, type TimedCode } from "../../runtime/backends/threads/load.ts";
import { fitMemory } from "../../runtime/backends/threads/memory.ts";
import { ThreadSession } from "../../runtime/backends/threads/session.ts";
import { stopwatch } from "../../runtime/backends/threads/stopwatch.ts";
import { findAdapter } from "../../runtime/backends/webgpu/find_adapter.ts";
import { gpuCode } from "../../runtime/backends/webgpu/printed.ts";
import { PROFILED_STEPS, profileOf } from "../../runtime/measure/profile.ts";
import { run } from "../../runtime/run/train.ts";
import { ignore, lacksAdapter } from "../adapter.ts";
import { asInstalled } from "../command_line.ts";
import { openSession } from "../open_session.ts";
import { compiled, epochOf, samples, SPEC } from "../small_net.ts";
import { QUICK } from "../width.ts";

const THREADS = 2;
const adapter = await findAdapter();

/** The last batch of three is a short one. */
const STEPS = 3, DATA = samples(40);
const SPLIT = { train: DATA, test: DATA };

/** What a step starts, in order. */
function startedBy(target: Target): string[] {
  const net = compiled(target);
  return target.needsGrid
    ? [...gpuCode(net).dispatches.train]
    : net.plan.train.kernels.map(({ kernel }) => kernel.name);
}

const bits = ({ parameters }: Trained) =>
  [...parameters].map(([name, { values }]) => [name, [...new Uint32Array(values.buffer, 0, values.length)]]);

/** A report without what time changes. */
function lasting({ date: _d, epochs, training: { images }, gpu, profile: _, ...report }: TrainingReport) {
  const { compileSeconds: _c, uploadSeconds: _u, ...counts } = gpu ?? {};
  return { ...report, images, counts, epochs: epochs.map(({ seconds: _, ...rest }) => rest) };
}

/** Kernels' events of a trace by track and step. */
function runs(trace: Trace): Map<string, TraceEvent[]> {
  const events = trace.traceEvents.filter(({ ph }) => ph === "X");
  return Map.groupBy(events, ({ tid, args }) => `${tid} ${args.step}`);
}

/** What is wrong with a trace of steps that start these. */
function faults(trace: Trace, started: readonly string[], tracks: number): string[] {
  const found: string[] = [];
  const read = JSON.parse(JSON.stringify(trace)) as Trace;
  const named = (what: string) => read.traceEvents.filter(({ ph, name }) => ph === "M" && name === what);
  if (named("process_name").length !== 1) found.push("the process has no name");
  const threads = new Set(named("thread_name").map(({ tid }) => tid));
  if (threads.size !== tracks) found.push(`${threads.size} tracks`);
  const seen = new Map<unknown, Set<string>>();
  for (const [key, events] of runs(read)) {
    let from = 0, before = -Infinity;
    for (const { name, tid, ts, dur, cat, args } of events) {
      const at = started.indexOf(name, from);
      if (at < 0) found.push(`${key}: ${name} is out of order`);
      from = at + 1;
      if (!(ts! >= 0 && dur! >= 0 && cat === "kernel" && threads.has(tid))) found.push(`${key}: ${name} is no event`);
      // both are rounded to nanoseconds
      if (ts! < before - 0.002) found.push(`${key}: ${name} begins before the one before it has ended`);
      before = ts! + dur!;
      seen.set(args.step, (seen.get(args.step) ?? new Set()).add(name));
    }
  }
  for (const [step, names] of seen) if (names.size !== started.length) found.push(`step ${step} has ${names.size}`);
  if (seen.size !== PROFILED_STEPS) found.push(`${seen.size} steps`);
  return found;
}

for (const target of targets) {
  Deno.test({
    name: `${target.name}: a profile has every kernel of a step, in order, and trains nothing else`,
    ignore: lacksAdapter(target),
    async fn() {
      const options = { target: target.name, threads: THREADS, seed: 3 }, started = startedBy(target);
      const plain = await train(SPEC, SPLIT, options);
      const profiled = await train(SPEC, SPLIT, { ...options, profile: true });
      assert.deepEqual([plain.report.profile, plain.trace], [undefined, undefined]);
      assert.deepEqual(bits(profiled), bits(plain));
      assert.deepEqual(lasting(profiled.report), lasting(plain.report));

      const tracks = target.needsGrid ? 1 : THREADS, trace = profiled.trace!;
      assert.deepEqual(faults(trace, started, tracks), []);
      // negative controls
      assert.notDeepEqual(faults(trace, started.toReversed(), tracks), []);
      assert.notDeepEqual(faults(trace, [...started, "more"], tracks), []);
      const late = trace.traceEvents.map((event) => event.ph === "X" ? { ...event, dur: event.dur! + 1e6 } : event);
      assert.notDeepEqual(faults({ ...trace, traceEvents: late }, started, tracks), []);

      const { kernels, steps, stepSeconds, clock } = profiled.report.profile!;
      assert.deepEqual([kernels.map(({ kernel }) => kernel), steps], [started, PROFILED_STEPS]);
      assert.match(clock, target.needsGrid ? /^timestamps of the GPU/ : /^the threads' clocks/);
      const all = compiled(target).plan.train.kernels.map(({ kernel }) => kernel);
      assert.deepEqual(kernels.flatMap(({ merged }) => merged).toSorted(), all.map(({ name }) => name).toSorted());
      const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      assert.equal(sum(kernels.map(({ flops }) => flops)), sum(all.map((kernel) => cost(kernel).flops)));
      const moved = all.map((kernel) => cost(kernel)).map(({ read, written }) => read + written);
      assert.equal(sum(kernels.map(({ bytes }) => bytes)), sum(moved));
      // each share rounds once, and their sum as often as there are kernels
      const rounding = 2 * kernels.length * Number.EPSILON;
      assert.ok(Math.abs(sum(kernels.map(({ share }) => share)) - 1) <= rounding);
      // in every step no kernel takes longer than the step, so no median does
      for (const { kernel, seconds } of kernels) {
        assert.ok(seconds >= 0 && seconds <= stepSeconds, `${kernel}: ${seconds} s of ${stepSeconds} s`);
      }
      assert.ok(stepSeconds > 0);
      // a line for each, those of merged ones, a head, a sum, and what they add up to
      const lines = kernels.length + kernels.filter(({ merged }) => merged.length > 1).length + 4;
      assert.equal(profileTable(profiled.report).length, lines);
    },
  });

  Deno.test({
    name: `${target.name}: steps that are timed compute what steps of training do`,
    ignore: lacksAdapter(target),
    async fn() {
      const net = compiled(target), epoch = epochOf(net.plan, 3, 0, DATA.samples);
      const after = async (body: (session: NetSession) => Promise<unknown>) => {
        const session = await openSession(net, [DATA], { threads: THREADS, timed: true });
        try {
          session.initialize(3);
          await body(session);
          const values: number[] = [];
          for (const { name, role } of Object.values(net.plan.tensors)) {
            if (role === "parameter" || role === "state") values.push(...await session.read(name));
          }
          return values;
        } finally {
          session.close();
        }
      };
      const trained = await after((session) => session.train(0, epoch));
      const timed = await after((session) => session.profile(0, epoch, STEPS - 1, 1));
      assert.ok(trained.length > 1000);
      assert.deepEqual(timed, trained);
      // twice over the epoch's steps; and other steps are others
      const twice = await after(async (session) => {
        await session.train(0, epoch);
        await session.train(0, epoch);
      });
      assert.deepEqual(await after((session) => session.profile(0, epoch, STEPS, STEPS)), twice);
      assert.notDeepEqual(await after((session) => session.profile(0, epoch, STEPS, 1)), trained);
    },
  });
}

Deno.test("a stopwatch waits where there is a barrier, and notes when each kernel ended", () => {
  const times = new Float64Array(2 * 2 * 3 * 2), waits: number[] = [];
  let kernels = 0;
  const watch = stopwatch({ barriers: [true, false, true], times, origin: performance.timeOrigin }, {
    thread: 1,
    threads: 2,
    wait: () => waits.push(kernels),
  });
  const before = performance.now();
  for (let step = 0; step < 2; step++) {
    watch.begin();
    for (let kernel = 0; kernel < 3; kernel++) {
      kernels++;
      watch.wait();
    }
  }
  assert.deepEqual(waits, [1, 3, 4, 6]);
  const [first, own] = [times.slice(0, 12), times.slice(12)];
  assert.deepEqual([...first], Array(12).fill(0));
  assert.deepEqual(own, own.toSorted());
  assert.ok(own[0] >= before && own[11] <= performance.now());
});

Deno.test("threads that are timed wait for each other where the plan has a barrier, and nowhere else", async () => {
  const net = compiled(findTarget("wasm")), { kernels, barriers } = net.plan.train;
  /** A step whose first thread is slow, and which notices that the others have gone on where they must not. */
  const profile = async (waits: readonly boolean[]) => {
    const script = `export function bind(memory, rows, { thread, threads, wait }) {
      const runs = new Int32Array(memory, 0, ${kernels.length}), waits = ${JSON.stringify(waits)};
      let steps = 0;
      return {
        train() {
          steps++;
          for (let i = 0; i < waits.length; i++) {
            for (const end = performance.now() + 20; thread === 0 && performance.now() < end;);
            Atomics.add(runs, i, 1);
            wait();
            if (waits[i] && Atomics.load(runs, i) < threads * steps) throw new Error("gone on behind " + i);
          }
        },
      };
    }`;
    const timed = { code: `data:text/javascript,${encodeURIComponent(script)}`, shares: () => true };
    const session = ThreadSession.open(
      net.plan,
      await loadCode(net),
      fitMemory(net.plan, [DATA], THREADS),
      THREADS,
      timed,
    );
    try {
      return await session.profile(0, { seed: 0, epoch: 0, params: () => ({}) }, STEPS, 0);
    } finally {
      session.close();
    }
  };
  const behind = [...barriers.slice(1), true];
  assert.equal((await profile(behind)).spans.length, STEPS * THREADS * kernels.length);
  const free = behind.indexOf(false);
  assert.ok(free >= 0 && behind.indexOf(true) < kernels.length - 1);
  await assert.rejects(
    profile(behind.map((waits, i) => waits || i === free)),
    new RegExp(`gone on behind ${free}|another thread failed`),
  );
});

/** A timing of a net's kernels, whatever they are: `spans` are [step, track, started, begin, end]. */
function timing(tracks: number, spans: readonly (readonly [number, number, number, number, number])[]): Timing {
  const names = compiled(findTarget("typescript")).plan.train.kernels.map(({ kernel }) => kernel.name);
  return {
    clock: "a clock",
    tracks: Array.from({ length: tracks }, (_, i) => `track ${i}`),
    started: [{ name: names[0], kernels: [names[0]] }, { name: "two_more", kernels: names.slice(1, 3) }],
    spans: spans.map(([step, track, started, begin, end]): Span => ({ step, track, started, begin, end })),
  };
}

Deno.test("a profile of times written by hand", () => {
  const { plan } = compiled(findTarget("typescript"));
  // three steps on two tracks; the first kernel takes 2, 3 and 5 s in the slower one, the second 1, 1 and 4 in its only one
  const spans = [
    ...[[0, 0, 0, 10, 11], [0, 1, 0, 10, 12], [0, 0, 1, 12, 13]],
    ...[[1, 0, 0, 20, 23], [1, 1, 0, 20, 22], [1, 0, 1, 23, 24]],
    ...[[2, 0, 0, 30, 35], [2, 1, 0, 30, 30], [2, 0, 1, 36, 40]],
  ] as [number, number, number, number, number][];
  const { profile, trace } = profileOf(timing(2, spans), plan, "paper");
  assert.deepEqual(profile.kernels.map(({ seconds, share }) => [seconds, share]), [[3, 0.75], [1, 0.25]]);
  assert.deepEqual([profile.steps, profile.stepSeconds], [3, 4]);
  assert.equal(profile.kernels[1].merged.length, 2);
  const events = trace.traceEvents.filter(({ ph }) => ph === "X");
  assert.deepEqual([events.length, events[0].ts, events[1].dur, events[8].ts], [9, 0, 2e6, 26e6]);
  assert.deepEqual(events.map(({ tid }) => tid).slice(0, 3), [1, 2, 1]);

  const report = { profile, batchSize: 16, epochs: [{ seconds: 15 }], training: { images: 48 } };
  const lines = profileTable(report as unknown as TrainingReport);
  assert.match(lines[1], / 3000000\.0 +75\.0 % /);
  assert.match(lines[3], /^all +4000000\.0 +100\.0 % /);
  assert.match(lines[4], /^two_more: \w+, \w+$/);
  assert.equal(lines[5], "medians of 3 steps after the test, by a clock");
  assert.equal(
    lines[6],
    "together 100.0 % of such a step (4000000.0 us), 80.0 % of one of the last epoch (5000000.0 us)",
  );
  assert.deepEqual(profileTable({ ...report, profile: undefined } as unknown as TrainingReport), []);
  const coarse = { ...report, profile: { ...profile, stepSeconds: 0 } } as unknown as TrainingReport;
  assert.match(profileTable(coarse)[6], /^together - of such a step/);

  // a trace is bounded: of 20 steps of 40,000 runs it has five, the profile all
  const runs = Array.from({ length: 800_000 }, (_, i) => [i % 20, 0, 0, i, i + 1] as const);
  const long = profileOf(timing(1, runs), plan, "paper");
  const traced = long.trace.traceEvents.filter(({ ph }) => ph === "X");
  assert.deepEqual([long.profile.steps, traced.length, new Set(traced.map(({ args }) => args.step)).size], [
    20,
    200_000,
    5,
  ]);

  // a step in which the clock goes back is left out; where it always does there is no profile
  const odd = spans.map((span): typeof span =>
    span[0] === 1 ? [span[0], span[1], span[2], span[4], span[3] - 9] : span
  );
  assert.deepEqual([profileOf(timing(2, odd), plan, "paper").profile.steps], [2]);
  assert.throws(
    () => profileOf(timing(1, [[0, 0, 0, 2, 1]]), plan, "paper"),
    /the clock goes back in every step \(a clock\)/,
  );
});

Deno.test("a profile that fails after the training loses nothing of it", async () => {
  const target = findTarget("wasm"), net = compiled(target), code = await loadCode(net);
  const machine = () => measureMachine({ probes: [] });
  const fitted = (timed?: TimedCode) => ({
    open: () =>
      Promise.resolve(ThreadSession.open(net.plan, code, fitMemory(net.plan, [DATA, DATA], THREADS), THREADS, timed)),
  });
  const what = { spec: SPEC, net, without: [], registry, machine };
  const options = { threads: THREADS, epochs: 1, seed: 3 };
  const plain = await run({ ...what, fitted: fitted() }, SPLIT, options);
  const broken = "data:text/javascript,export const bind = () => ({ train() { throw new Error('timed boom'); } })";
  await assert.rejects(
    run({ ...what, fitted: fitted({ code: broken, shares: () => true }) }, SPLIT, { ...options, profile: true }),
    (error) => {
      assert.ok(error instanceof ProfileError);
      assert.match(error.message, /^no profile: (timed boom|another thread failed)$/);
      assert.deepEqual(bits(error.trained), bits(plain));
      assert.deepEqual(lasting(error.trained.report), lasting(plain.report));
      return true;
    },
  );
});

Deno.test("a GPU without timestamps is refused a profile before it trains", async () => {
  const { requestAdapter } = navigator.gpu;
  const limits = { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30, maxStorageBuffersPerShaderStage: 32 };
  const bare = { limits, info: { description: "a GPU", vendor: "" }, features: new Set(["shader-f16"]) };
  let epochs = 0;
  try {
    navigator.gpu.requestAdapter = () => Promise.resolve(bare as unknown as GPUAdapter);
    const options = { target: "webgpu", profile: true, onEpoch: () => epochs++ };
    await assert.rejects(train(SPEC, SPLIT, options), (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /no timestamp queries \(the WebGPU feature timestamp-query\).* without a profile/);
      return true;
    });
    assert.equal(epochs, 0);
  } finally {
    navigator.gpu.requestAdapter = requestAdapter;
  }
});

const PROJECT = join(import.meta.dirname!, "..", "..");

/** Runs `deno task bench:gpu`. */
async function benchGpu(args: readonly string[], path?: string) {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT, "deno.json")));
  const [, ...command] = tasks["bench:gpu"].command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...command, ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", ...path !== undefined && { PATH: path } },
  }).output();
  const text = (bytes: Uint8Array) => asInstalled(new TextDecoder().decode(bytes));
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("bench:gpu refuses wrong usage, places that it cannot write to, and a machine without a GPU", async () => {
  for (
    const args of [["--epochs", "0"], ["--limit", "1.5"], ["--tune=-1"], ["--tune", ""], ["--fast"], ["mnist_cnn"]]
  ) {
    const { code, stderr } = await benchGpu(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^error: .*\nusage: deno task bench:gpu/);
  }
  const nowhere = await benchGpu(["--json", "runs/there_is_no_such_folder/all.json"]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /^error: cannot write "runs\/there_is_no_such_folder\/all.json": /);
  if (adapter && !adapter.info.isFallbackAdapter) {
    return console.log("bench:gpu: there is a GPU here, and it is not refused");
  }
  const { code, stderr } = await benchGpu([]);
  assert.equal(code, 1);
  const what = adapter ? "the only WebGPU adapter, .*, is the processor itself" : "there is no WebGPU adapter";
  assert.match(stderr, new RegExp(`error: ${what};.* Vulkan .*\n$`));
});

/** Calls `body` with a folder that has a `python3` which prints this, and fails if it prints nothing. */
async function withPython(prints: string, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const script = `#!/bin/sh\n${prints === "" ? "echo it broke >&2; exit 3" : `echo warning; echo '${prints}'`}\n`;
    await Deno.writeTextFile(join(folder, "python3"), script, { mode: 0o755 });
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What PyTorch gives a program of its own, whose search path is this one: that of this process is other tests' too. */
async function pytorch(path: string): Promise<unknown> {
  const program = new URL("../../bench/gpu/pytorch.ts", import.meta.url).href;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { runPytorch } from "${program}"; console.log(JSON.stringify(await runPytorch(1, 64)));`,
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1", PATH: path },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("what PyTorch gives, or why it gives nothing", async () => {
  const path = Deno.env.get("PATH")!;
  const row = { seconds: 2, imagesPerSecond: 100, correct: 9, total: 10 };
  const measured = { torch: "2", cuda: "12", gpu: "a GPU", rows: { eager: row, "CUDA graph": { reason: "no room" } } };
  await withPython(JSON.stringify(measured), async (folder) => {
    assert.deepEqual(await pytorch(`${folder}:${path}`), measured);
  });
  await withPython("", async (folder) => {
    assert.deepEqual(await pytorch(`${folder}:${path}`), { reason: "it broke" });
  });
  assert.deepEqual(await pytorch("/nowhere"), { reason: "python3 is not there" });
  // as it is here
  const { reason } = await runPytorch(1, 64);
  assert.match(
    reason ?? "it ran",
    /^(it ran|python3 is not there|python3 has no PyTorch|PyTorch .* finds no CUDA GPU)/,
  );
});

Deno.test({
  name: "bench:gpu checks, trains and times, and writes all of it",
  ignore: QUICK || ignore,
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      await withPython('{"reason":"no PyTorch in this test"}', async (folder) => {
        const args = ["--software", "--epochs", "1", "--limit", "128", "--tune", "1", "--json", file];
        const { code, stdout } = await benchGpu(args, `${folder}:${Deno.env.get("PATH")}`);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /(\d+) of \1 checks passed/);
        assert.match(stdout, /a step: [\d.]+ us, dispatches: \d+; an epoch: submits 2, read-backs 1\n/);
        assert.match(stdout, / s, [\d,]+ images\/s, \d+ of 128 test images right\n/);
        assert.match(stdout, /medians of 50 steps after the test/);
        assert.match(stdout, /\n {2}linear1_backward_update_weight: .*, \d+ tried: tile .* grid /);
        assert.equal(stdout.match(/ test images right\n/g)!.length, 2);
        assert.match(stdout, /not measured: no PyTorch in this test\n/);
      });
      const { machine, limit, epochs, verify, train, tune, trainTuned, pytorch } = JSON.parse(
        await Deno.readTextFile(file),
      );
      assert.deepEqual([limit, epochs, pytorch], [128, 1, { reason: "no PyTorch in this test" }]);
      assert.ok(machine.gpu.limits.maxBufferSize > 0 && machine.gpu.features.length > 0 && machine.gpu.name !== "");
      assert.ok(verify.length > 20 && verify.every(({ ok }: { ok: boolean }) => ok));
      assert.equal(train.report.training.images, 128);
      assert.equal(trainTuned.report.training.images, 128);
      assert.deepEqual([Object.keys(tune), tune.wrong], [["nets", "wrong"], []]);
      const [loss, tunedLoss] = [train, trainTuned].map(({ report }) => report.epochs[0].loss);
      assert.ok(Math.abs(loss - tunedLoss) < 1e-4 * loss, `${loss}, ${tunedLoss}`);
      assert.equal(train.report.profile.kernels.length, train.report.gpu.dispatchesPerStep);
      assert.ok(train.trace.traceEvents.length > PROFILED_STEPS * train.report.gpu.dispatchesPerStep);
    } finally {
      await Deno.remove(file);
    }
  },
});
