/**
 * What the screen of costs shows and runs: the timeline's rungs, their committed results, and scripts of those whose code a
 * browser cannot take from the compiler, since it is TypeScript.
 *
 * @module
 */
import { join } from "node:path";
import * as esbuild from "esbuild";
import { excerptOf } from "../../bench/timeline/code.ts";
import { LADDER, type Rung as Configuration } from "../../bench/timeline/ladder.ts";
import { trainNaive } from "../../bench/timeline/plain.ts";
import { type Results, SAME, TOLERANCE } from "../../bench/timeline/results.ts";
import { isExtra, rateOf } from "../../bench/timeline/steps.ts";
import { compile, findTarget, limitSamples, loadMnist, loadSpec, type Spec } from "../../mod.ts";
import type { Rung, Story } from "../page/costs/story.ts";
import { bytesOf, type Files } from "./files.ts";

/** The net that the rungs train. */
const SPEC = "specs/mnist_cnn.json", RESULTS = "bench/timeline.json";
/** What each trains first: plain loops take two seconds for it. */
const CHECK = { images: 128, epochs: 2 };

/**
 * The story in `costs.json`, and scripts.
 *
 * @throws {InputError} when MNIST is not installed.
 */
export async function costsFiles(project: string): Promise<Files> {
  const spec = await loadSpec(join(project, SPEC)), { train } = await loadMnist();
  const results: Results = JSON.parse(await Deno.readTextFile(join(project, RESULTS)));
  const losses = trainNaive(spec, limitSamples(train, CHECK.images), CHECK.epochs).map(({ loss }) => loss);
  const scripts = new Map<string, Uint8Array>(), rungs: Rung[] = [];
  for (const [i, configuration] of LADDER.entries()) {
    const script = await scriptOf(spec, configuration), module = `rung_${configuration.name}.js`;
    if (script) scripts.set(module, script);
    rungs.push({ ...await rungOf(spec, configuration, LADDER[i - 1], results), ...script && { module } });
  }
  const { machine, date, versions, work, batchSize } = results;
  const story: Story = {
    ...{ spec: JSON.parse(await Deno.readTextFile(join(project, SPEC))), batchSize, work, rungs },
    measured: { date, cpu: machine.cpu, cores: machine.cores, deno: versions.deno },
    ...{ check: { ...CHECK, losses }, tolerance: TOLERANCE, same: SAME },
  };
  return new Map([...scripts, ["costs.json", bytesOf(JSON.stringify(story))]]);
}

/** What is told of a rung. */
async function rungOf(
  spec: Spec,
  configuration: Configuration,
  before: Configuration | undefined,
  results: Results,
): Promise<Rung> {
  const { shown, ...told } = configuration, measured = results.configurations[configuration.name];
  return {
    ...told,
    ...shown && before && { before: await excerptOf(before, shown.before, spec) },
    ...shown && { after: await excerptOf(configuration, shown.after, spec) },
    ...measured && measured.reason === undefined && { rate: rateOf(measured) },
    ...isExtra(configuration, results) && { standIn: true as const },
  };
}

/** The code of a rung as one script, with its types taken out. */
async function scriptOf(spec: Spec, { target, without }: Configuration): Promise<Uint8Array | undefined> {
  if (target === "naive" || !findTarget(target).script) return undefined;
  const { files } = compile(spec, { target, without });
  const { outputFiles: [{ contents }] } = await esbuild.build({
    ...{ entryPoints: ["./step.ts"], bundle: true, format: "esm", target: "es2022", charset: "utf8", write: false },
    logLevel: "silent",
    plugins: [{
      name: "generated",
      setup({ onLoad, onResolve }) {
        onResolve({ filter: /^/ }, ({ path }) => ({ path, namespace: "generated" }));
        onLoad({ filter: /^/ }, ({ path }) => ({ contents: files[path.replace("./", "")], loader: "ts" }));
      },
    }],
  });
  return contents;
}
