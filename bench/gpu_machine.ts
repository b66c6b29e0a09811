/**
 * All that is worth knowing of a machine with a GPU, in one go and unattended: the adapter, whether each kernel is right
 * there, training of `mnist_cnn`, what its kernels take, whether other schedules are faster there, and the same training
 * in PyTorch, where that is installed.
 *
 *     deno task bench:gpu [--epochs N] [--limit N] [--tune N] [--software] [--json FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  count,
  type DataSplit,
  limitSamples,
  loadMnist,
  loadSpec,
  measureMachine,
  MOST_EPOCHS,
  ProfileError,
  profileTable,
  type Spec,
  stepsInEpoch,
  train,
  type Trained,
  tune,
  type Tuning,
  verifyNet,
  type VerifyRow,
} from "../mod.ts";
import { outcome, printRivals, runPytorch } from "./gpu/pytorch.ts";
import { commandLine, whole } from "./measure/command_line.ts";
import { environmentOf, fail, jsonFile } from "./measure/environment.ts";
import { projectFile } from "./measure/programs.ts";

const USAGE = `Usage: deno task bench:gpu [--epochs N] [--limit N] [--tune N] [--software] [--json FILE]
  --epochs N   passes over the training images (default: the spec's; 1 in software)
  --limit N    use the first N training images (default: all; 1280 in software, and as many to test)
  --tune N     look for faster schedules for N seconds and train with those, too; 0: do not (default: 120; 0 in software)
  --software   go on where the only adapter is the processor itself
  --json FILE  write all that was found`;
/** What is done where there is no GPU. */
const IN_SOFTWARE = { epochs: 1, limit: 1280, tune: 0 };
/** Seconds that schedules are looked for on a GPU. */
const TUNE_SECONDS = 120;
/** Limits that computing can meet: those that are printed. */
const COMPUTING = /^max(Compute|Storage(?!Textures).*(Size|Stage$)|Buffer|UniformBufferB|Bind)/;
const parse = () =>
  parseArgs({
    options: {
      epochs: { type: "string" },
      limit: { type: "string" },
      tune: { type: "string" },
      software: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });

function check({ values: { epochs, limit, tune, ...values } }: ReturnType<typeof parse>) {
  return {
    ...values,
    epochs: whole("epochs", epochs, 1, MOST_EPOCHS),
    limit: whole("limit", limit, 1, 2 ** 31 - 1),
    tune: whole("tune", tune, 0, 86_400),
  };
}

/** What one part of the whole gave, or why it gave nothing: the others go on. */
type Part<Result> = { readonly result: Result } | { readonly result?: undefined; readonly failed: string };

async function part<Result>(title: string, body: () => Promise<Result>): Promise<Part<Result>> {
  console.log(`\n${title}`);
  try {
    return { result: await body() };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    console.error(`  failed: ${failed}`);
    return { failed };
  }
}

/** What an adapter says of itself; its limits and features by name. */
async function describeAdapter() {
  const { info, limits, features } = (await navigator.gpu.requestAdapter({ powerPreference: "high-performance" }))!;
  const { vendor, architecture, device, description } = info;
  const numbers = Object.fromEntries(
    Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)))
      .map((name) => [name, limits[name as keyof GPUSupportedLimits]]).filter(([, value]) => typeof value === "number"),
  );
  return { vendor, architecture, device, description, features: [...features], limits: numbers };
}

/** What matters of an adapter, line by line. */
function printAdapter({ limits, ...rest }: Awaited<ReturnType<typeof describeAdapter>>): void {
  for (const [name, value] of Object.entries(rest)) console.log(`  ${name}: ${JSON.stringify(value)}`);
  for (const [name, value] of Object.entries(limits)) if (COMPUTING.test(name)) console.log(`  ${name}: ${value}`);
}

/** Every kernel against the interpreter. */
async function verify(spec: Spec): Promise<readonly VerifyRow[]> {
  const checks = await verifyNet(spec, { target: "webgpu" }), wrong = checks.filter(({ ok }) => !ok);
  for (const { check, error, tolerance } of wrong) {
    console.log(`  ${check} is WRONG by ${error}; rounding explains ${tolerance}`);
  }
  console.log(`  ${checks.length - wrong.length} of ${checks.length} checks passed`);
  return checks;
}

/** What this program wants of a data-centre GPU: seconds of ten epochs, and test images right of all. */
const GOAL = { epochs: 10, seconds: 3, right: 9850, total: 10_000 };

/** Tells whether the goals are met by one of the runs; runs of other work tell nothing. */
function printGoals(runs: readonly Trained["report"][], epochs: number): void {
  if (runs.length === 0 || epochs !== GOAL.epochs || runs[0].test.total !== GOAL.total) return;
  const { training: { seconds }, test: { correct } } = runs.reduce((a, b) =>
    a.training.seconds <= b.training.seconds ? a : b
  );
  const said = (met: boolean) => met ? "met" : "missed";
  console.log(
    `\ngoals on a data-centre GPU: training under ${GOAL.seconds} s ${said(seconds < GOAL.seconds)} ` +
      `(${seconds.toFixed(2)} s), at least ${count(GOAL.right)} right ${said(correct! >= GOAL.right)} (${
        count(correct!)
      })`,
  );
}

/** Our own run; without a profile where there cannot be one. */
async function trainNet(
  spec: Spec,
  data: DataSplit,
  epochs: number,
  profile: boolean,
  tuning?: Tuning,
): Promise<Trained> {
  const trained = await train(spec, data, {
    target: "webgpu",
    epochs,
    profile,
    ...tuning && { tuning },
    onEpoch: ({ epoch, loss, seconds }) =>
      console.log(`  epoch ${epoch}  loss ${loss.toFixed(4)}  ${seconds.toFixed(3)} s`),
  }).catch((error) => {
    if (!(error instanceof ProfileError)) throw error;
    console.log(`  ${error.message}`);
    return error.trained;
  });
  if (!profile) console.log("  the adapter has no timestamp queries: kernels are not timed");
  const { training: { seconds, imagesPerSecond, images }, test, gpu } = trained.report;
  const { dispatchesPerStep, submitsPerEpoch, readBacksPerEpoch, compileSeconds, uploadSeconds } = gpu!;
  const steps = epochs * stepsInEpoch(trained.report, images / epochs);
  for (
    const line of [
      outcome(seconds, imagesPerSecond, test.correct!, test.total),
      `a step: ${(1e6 * seconds / steps).toFixed(1)} us, dispatches: ${dispatchesPerStep}; ` +
      `an epoch: submits ${submitsPerEpoch}, read-backs ${readBacksPerEpoch}`,
      `compiled in ${compileSeconds.toFixed(2)} s, uploaded in ${uploadSeconds.toFixed(2)} s`,
      ...profileTable(trained.report),
    ]
  ) console.log(`  ${line}`);
  return trained;
}

/** Schedules that are faster here than the first guesses, and those that are wrong. */
async function tuneNet(spec: Spec, budget: number): Promise<{ tuning: Tuning; wrong: readonly string[] }> {
  const wrong: string[] = [];
  const tuning = await tune(spec, {
    target: "webgpu",
    budget,
    onKernel({ kernel, before, after, schedule, tried, refused }) {
      const times = after < before ? `${(1e6 * before).toFixed(1)} us to ${(1e6 * after).toFixed(1)} us` : "as it was";
      console.log(`  ${kernel}: ${times}, ${tried} tried: ${schedule}`);
      const found = refused.filter((refusal) => refusal.wrong);
      wrong.push(...found.map(({ schedule, reason }) => `${kernel}: ${schedule}: ${reason}`));
      for (const { schedule, reason } of found) console.log(`    WRONG: ${schedule}: ${reason}`);
    },
  });
  return { tuning, wrong };
}

async function main(): Promise<boolean> {
  const { software, json, ...wanted } = commandLine({ usage: USAGE }, parse, check);
  const file = await jsonFile(json);
  const load = Deno.loadavg()[0];
  const measured = await measureMachine({ probes: ["arithmetic", "gpu"] }), { gpu, ...machine } = measured;
  const remedy = "a GPU is found by its Vulkan driver and the Vulkan loader (on Debian the package libvulkan1)";
  if (!gpu) throw new Error(`there is no WebGPU adapter; ${remedy}`);
  if (gpu.fallback && !software) {
    throw new Error(
      `the only WebGPU adapter, ${gpu.name}, is the processor itself; ${remedy}; --software measures this one`,
    );
  }
  const environment = environmentOf(measured, load), adapter = await describeAdapter();
  console.log(`${gpu.name}${gpu.fallback ? ", in software" : ""}`);
  printAdapter(adapter);

  const spec = await loadSpec(projectFile("specs/mnist_cnn.json")), all = await loadMnist();
  const limit = Math.min(wanted.limit ?? (gpu.fallback ? IN_SOFTWARE.limit : Infinity), all.train.samples);
  const epochs = wanted.epochs ?? (gpu.fallback ? IN_SOFTWARE.epochs : spec.training.epochs);
  const data = {
    train: limitSamples(all.train, limit),
    test: gpu.fallback ? limitSamples(all.test, Math.min(limit, all.test.samples)) : all.test,
  };
  const checks = await part("verify: each kernel against the interpreter", () => verify(spec));
  const trained = await part(
    `train: ${spec.name}, batch ${spec.batchSize}, ${count(limit)} images, passes: ${epochs}`,
    () => trainNet(spec, data, epochs, adapter.features.includes("timestamp-query")),
  );
  const seconds = wanted.tune ?? (gpu.fallback ? IN_SOFTWARE.tune : TUNE_SECONDS);
  const tuned = seconds > 0
    ? await part(`tune: faster schedules, looked for ${seconds} s long`, () => tuneNet(spec, seconds))
    : undefined;
  const again = tuned?.result && await part(
    "train: the same with these schedules",
    () => trainNet(spec, data, epochs, adapter.features.includes("timestamp-query"), tuned.result?.tuning),
  );
  const pytorch = await part("PyTorch: the same in f32", () => runPytorch(epochs, limit));
  if (pytorch.result) printRivals(pytorch.result);
  printGoals([trained, again].flatMap((part) => part?.result ? [part.result.report] : []), epochs);
  if (file) {
    const found = {
      ...environment,
      machine: { ...machine, ...environment.machine, gpu: { ...gpu, ...adapter } },
      limit,
      epochs,
      verify: checks.result ?? checks,
      train: trained.result ? { report: trained.result.report, trace: trained.result.trace } : trained,
      ...tuned && { tune: tuned.result ? { nets: tuned.result.tuning.nets, wrong: tuned.result.wrong } : tuned },
      ...again && { trainTuned: again.result ? { report: again.result.report } : again },
      pytorch: pytorch.result ?? pytorch,
    };
    console.log(`\nwrote ${await file.write(found)}`);
  }
  const right = checks.result?.every(({ ok }) => ok) && !tuned?.result?.wrong.length;
  return Boolean(right && trained.result);
}

Deno.exit(await main().catch(fail) ? 0 : 1);
