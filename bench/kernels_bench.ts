/**
 * Each kernel of a training step, as loops that know no shapes, in TypeScript and in WebAssembly, one thread, and on a
 * GPU where there is one.
 *
 *     deno bench                          no permissions, no V8 flags, mnist_cnn
 *     deno task bench -- lenet5           at full speed, another net
 *     deno task bench --filter linear1    what has it in its name
 *
 * All are checked against the interpreter before they are timed, and a GPU is asked for its adapter only, until a row on
 * it runs. Kernels that make the same tensors are a group, since targets cut a step into different kernels.
 *
 * @module
 */
import { asStarted, type GpuKernelRow, kernelGroups, loadSpec, loadTuning, measureMachine, parseSpec } from "../mod.ts";
import { projectFile, specFile } from "./measure/programs.ts";
import mnistCnn from "../specs/mnist_cnn.json" with { type: "json" };

/** Iterations on a GPU, each of many dispatches. */
const GPU_ITERATIONS = 5;

const USAGE = "Usage: deno bench [--filter TEXT] [--json], or deno task bench, with -- SPEC for another net: " +
  "a JSON file or the name of a net in specs/";

/** @throws {Error} saying what is wrong. */
async function chosenSpec() {
  const [word, more] = Deno.args;
  if (more !== undefined) throw new Error(`"${more}" is too much`);
  if (word === undefined) return parseSpec(mnistCnn);
  const path = specFile(word);
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    throw new Error(`${word} may not be read: use "deno task bench -- ${word}", or --allow-read`);
  }
  return await loadSpec(path, word);
}

/** Tuned schedules, if they may be read. */
async function tuning() {
  const path = projectFile("generated/tuning.json"), { state } = Deno.permissions.querySync({ name: "read", path });
  return state === "granted" ? await loadTuning(path) : undefined;
}

/** An iteration on a GPU. The first one, which is not timed, opens the row. */
function opened(name: string, gpu: GpuKernelRow): () => Promise<void> {
  let opening: ReturnType<GpuKernelRow["open"]> | undefined;
  return async () => {
    const first = opening === undefined, { times, run } = await (opening ??= gpu.open());
    if (first) console.error(`${name}: an iteration is ${times.toLocaleString("en")} dispatches of each kernel`);
    await run();
  };
}

try {
  const spec = await chosenSpec();
  console.error(`${spec.name}, batch ${spec.batchSize}: checking and compiling all kernels`);
  const groups = await kernelGroups(spec, { tuning: await tuning() });
  const { mode } = await measureMachine({ probes: ["mode"] });
  console.error(
    `WebAssembly: bounds checks ${mode?.boundsChecks ? "on" : "off"}; vectors of 256 bits: ${mode?.packing}` +
      (mode?.packing === "engaged" ? "" : " (deno task bench sets V8's flags, deno bench does not)"),
  );
  const adapter = groups[0].gpu?.adapter;
  if (adapter) {
    console.error(`WebGPU: ${adapter}; an iteration is many dispatches: how many, is said before it is timed`);
  }
  for (const { name, shape, rows, gpu } of groups) {
    const group = `${spec.name} ${name} (${shape})`;
    for (const { name: row, run } of rows) {
      Deno.bench({ name: `${name} ${row}`, group, baseline: row === "typescript", fn: () => run() });
    }
    if (!gpu) continue;
    Deno.bench({
      name: `${name} ${gpu.name}`,
      // no ratio: an iteration is many runs
      group: `${group}, many times`,
      n: GPU_ITERATIONS,
      warmup: 1,
      fn: opened(`${name} ${gpu.name}`, gpu),
    });
  }
} catch (error) {
  console.error(asStarted(`error: ${(error as Error).message}\n${USAGE}`));
  Deno.exit(1);
}
