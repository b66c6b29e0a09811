/**
 * Makes a bundle of a net: its own trainer, or predictor, as files for wherever JavaScript runs.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { BundleFiles, BundleOptions, Download } from "../../build/bundle/mod.ts";
import { count, type Spec, type Weights } from "../../mod.ts";
import { type Command, type Line, OK, UsageError } from "../command.ts";
import { seed, specNote, weights } from "../flags.ts";
import { GENERATED, RUNS, tuningIn } from "../folders.ts";
import { loadNetWithWeights, loadSpecs } from "../nets.ts";
import { print } from "../output.ts";
import { shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "make a net's own trainer: scripts and WebAssembly that need nothing else",
  words: "[SPEC]",
  most: 1,
  notes: [
    specNote,
    "A checkpoint in place of SPEC, or after --weights, is a net with its weights. The folder has a README that shows how",
    "the bundle is used.",
    "It replaces another bundle only, and files only that are as a build has left them. The task may write to runs/ only.",
  ],
  flags: {
    out: { value: "DIR", text: "the bundle's folder (default: runs/NET)" },
    weights: { ...weights, text: `${weights.text}: what the net begins with` },
    predict: { text: "leave training out: a small bundle that predicts" },
    batch: { value: "N", text: "with --predict: samples that are computed at once (default: 1)", range: [1, 4096] },
    data: {
      value: "KIND",
      text: "f32: samples are floats, or bytes that are scaled by 1/255; u8: such bytes only (default: f32)",
      choices: ["f32", "u8"],
    },
    seed: { ...seed, text: "what random numbers follow from where a program gives no seed (default: 0)" },
    target: {
      value: "webgpu",
      text: "the net trains on a GPU, too, where a program asks for that",
      choices: ["webgpu"],
    },
    "single-file": { text: "put modules, worker and weights into the script, as text: one file, and a larger one" },
  },
  example: "deno task build runs/lenet5.safetensors --predict",
  writes: true,
  run: build,
};

async function build({ args, words: [net], flags }: Line): Promise<number> {
  const predict = flags.predict !== undefined;
  if (flags.batch !== undefined && !predict) throw new UsageError("--batch is of use only with --predict");
  if (flags.target !== undefined && predict) throw new UsageError("--target is of no use with --predict");
  const { spec, parameters } = await loadNet(net, flags.weights);
  const folder = flags.out === undefined ? join(RUNS, spec.name) : resolve(flags.out);
  // it knows esbuild, which no other command needs
  const { buildNet, downloadOf, prepareFolder, writeBundle } = await import("../../build/bundle/mod.ts");
  await prepareFolder(folder);
  const files = await buildNet(spec, {
    ...{ predict, weights: parameters, seed: Number(flags.seed ?? 0), tuning: await tuningIn(GENERATED) },
    ...flags.batch !== undefined && { batchSize: Number(flags.batch) },
    ...flags.data !== undefined && { data: flags.data as BundleOptions["data"] },
    gpu: flags.target !== undefined,
    singleFile: flags["single-file"] !== undefined,
    command: ["deno task build", ...args].join(" "),
  });
  await writeBundle(folder, files);
  print(summary(folder, files, downloadOf(files)));
  return OK;
}

/** The net that is named, and its weights where some are given. */
async function loadNet(
  named: string | undefined,
  flag: string | undefined,
): Promise<{ spec: Spec; parameters?: Weights["parameters"] }> {
  const isFile = named?.endsWith(".safetensors"), [net, file] = isFile ? [undefined, named] : [named, flag];
  if (isFile && flag !== undefined) throw new UsageError("--weights is of no use with a checkpoint in place of SPEC");
  if (file !== undefined) {
    const { spec, named, parameters } = await loadNetWithWeights(file, net, "build SPEC");
    return { spec: named ?? spec, parameters };
  }
  if (net === undefined) throw new UsageError("SPEC is missing: give a net, or a checkpoint");
  const [{ spec }] = await loadSpecs([net]);
  return { spec };
}

/** What was written, and what a browser downloads of it. */
function summary(folder: string, files: BundleFiles, { all }: Download): string {
  const rows = [...files].map(([name, { length }]) => [count(length), name] as const);
  const width = Math.max(...rows.map(([size]) => size.length));
  return [
    ...rows.map(([size, name]) => `${size.padStart(width + 2)} bytes  ${name}`),
    `wrote ${shortPath(folder)}: ${(all / 1000).toFixed(1)} kB to download, packed by brotli, without weights`,
    "",
  ].join("\n");
}
