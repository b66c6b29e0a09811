/**
 * Tells what this machine gives.
 *
 * @module
 */
import { boundsChecksWords, count, type Machine, measureMachine, PACKING_WORDS, type Rate } from "../../mod.ts";
import { isClone } from "../../runtime/platform/commands.ts";
import { systemOf } from "../../runtime/platform/systems.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { json } from "../flags.ts";
import { complain, print } from "../output.ts";
import { figure, plural } from "../text.ts";
import { waysOf } from "../ways.ts";

/** The command. */
export const command: Command = {
  text: "tell what this machine gives, and the fastest way to train on it",
  words: "",
  most: 0,
  notes: [
    `It measures as its own process was started${isClone() ? ": the task does it as training is started" : ""}.`,
    "The exit code is 1 when a probe computes something wrong.",
  ],
  flags: { json },
  example: "deno task doctor",
  run: doctor,
};

/** What runs the program, as people call it. */
const ENGINES: Readonly<Record<string, string>> = { deno: "Deno", node: "Node", bun: "Bun", v8: "V8" };

async function doctor({ flags: { json } }: Line): Promise<number> {
  const machine = await measureMachine();
  if (json !== undefined) print(`${JSON.stringify({ ...machine, ways: waysOf(machine) }, null, 2)}\n`);
  else print(diagnosis(machine).map(([what, finding]) => `${what.padEnd(15)}${finding}\n`).join(""));
  if (machine.wrong.length === 0) return OK;
  complain(
    `this engine computes wrong results here, in ${machine.wrong.join(", ")}; use deno task train --target typescript`,
  );
  return ERROR;
}

/** What the doctor tells, line by line. */
function diagnosis(machine: Machine): [what: string, finding: string][] {
  const { versions, os, arch, cpu, cores, threads, simd, relaxedSimd, mode, arithmetic, bandwidth, gpu } = machine;
  const rate = ({ one, all }: Rate, unit: string) =>
    `${figure(one)} ${unit} in one thread, ${figure(all)} in ${threads} at once`;
  const engines = Object.entries(versions).map(([name, version]) => `${ENGINES[name] ?? name} ${version}`);
  const lines: [string, string][] = [
    ["engine", `${engines.join(", ")}, ${os} ${arch}`],
    ["processor", `${cpu ?? "model not known without --allow-sys=cpus"}; ${plural(cores, "thread")} at once`],
    ["vectors", `SIMD: ${simd ? "yes" : "no"}; relaxed SIMD: ${relaxedSimd ? "yes" : "no"}`],
  ];
  if (mode) {
    const { packing, packingGain, boundsChecksCost } = mode;
    lines.push(
      ["packing", `${PACKING_WORDS[packing]} (${packingGain.toFixed(2)} times as fast as what cannot be packed)`],
      [
        "bounds checks",
        `${boundsChecksWords(mode, versions)} (unknown addresses take ${
          boundsChecksCost.toFixed(2)
        } times as long as constant ones)`,
      ],
    );
  }
  const packed = mode?.packing === "engaged" ? "packed" : "unpacked";
  if (arithmetic) lines.push(["multiply-add", `${rate(arithmetic, "GFLOP/s")}, ${packed}`]);
  if (bandwidth) {
    const { read, copy, firstCache, secondCache } = bandwidth;
    lines.push(
      ["memory read", rate(read, "GB/s")],
      ["memory copied", `${rate(copy, "GB/s")}, bytes read and written`],
      ["caches read", `${figure(firstCache)} GB/s of 16 KiB, ${figure(secondCache)} GB/s of 256 KiB, in one thread`],
    );
  }
  const { fastest, checked } = waysOf(machine);
  lines.push(...gpuDiagnosis(gpu ?? null, os), ["fastest", fastest], ["with checks", checked]);
  return lines;
}

/** What is told of the adapter and of the target that needs one. */
function gpuDiagnosis(gpu: NonNullable<Machine["gpu"]> | null, os: string): [what: string, finding: string][] {
  if (!gpu && navigator.gpu === undefined) {
    return [
      ["WebGPU", "no adapter: this engine has no navigator.gpu"],
      ["target webgpu", "refused here; it needs an engine with WebGPU, such as Deno, and the driver of a GPU"],
    ];
  }
  if (!gpu) {
    const drivers = systemOf(os).gpuDrivers;
    return [
      ["WebGPU", `no adapter: navigator.gpu.requestAdapter() finds no driver for ${drivers} that it can use`],
      [
        "target webgpu",
        "refused here; it needs the driver of a GPU, with Vulkan on Linux, where the package mesa-vulkan-drivers has " +
        "many, and one that needs no GPU",
      ],
    ];
  }
  const { name, fallback, timestamps, limits } = gpu;
  const bytes = (limit: string) => `${figure(limits[limit] / 1e6)} MB`,
    number = (limit: string) => count(limits[limit]);
  return [
    ["WebGPU", `${name}${fallback ? ", in software" : ""}`],
    [
      "its limits",
      `${bytes("maxStorageBufferBindingSize")} for a tensor, ${bytes("maxBufferSize")} for a buffer, ` +
      `${number("maxStorageBuffersPerShaderStage")} tensors in a kernel; ` +
      `${number("maxComputeWorkgroupStorageSize")} bytes and ${
        number("maxComputeInvocationsPerWorkgroup")
      } invocations ` +
      `in a workgroup; timestamp-query: ${timestamps ? "yes" : "no"}`,
    ],
    [
      "target webgpu",
      fallback
        ? "runs on the processor, slowly: to check kernels; deno task train takes it only with --target webgpu"
        : "runs on this GPU; deno task train takes it where net and data keep within the limits",
    ],
  ];
}
