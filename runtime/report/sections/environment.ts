/**
 * The section on what a run was started with, and on what machine.
 *
 * @module
 */
import { boundsChecksWords, PACKING_WORDS } from "../../measure/machine/facts.ts";
import { count } from "../../run/progress.ts";
import type { TrainingReport } from "../../run/training_report.ts";
import { section } from "../elements.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { plural, seconds } from "../numbers.ts";

/** Facts with their names; those that are unknown are left out. */
export function environment(report: TrainingReport): Markup {
  const facts = [...runFacts(report), ...machineFacts(report)].filter(([, fact]) =>
    fact !== undefined && fact !== false
  );
  return section(
    "Environment",
    markup`<dl class="facts">${facts.map(([name, fact]) => markup`<dt>${name}</dt><dd>${fact}</dd>\n`)}</dl>`,
  );
}

type Fact = readonly [name: string, fact: Content];

function runFacts(report: TrainingReport): readonly Fact[] {
  const { command, net, parameters, batchSize, seed, without, data, target, threads, resumed } = report;
  return [
    ["command", command && markup`<code>deno task ${command.join(" ")}</code>`],
    ["net", `${net}: ${count(parameters)} parameters, batches of ${batchSize}`],
    [
      "data",
      markup`${data.name ?? markup`<code>${data.source}</code>`}: ${count(data.train)} training and ${
        count(data.test)
      } test samples of ${data.shape.join(" × ")}`,
    ],
    ["target", threads > 0 ? `${target}, ${plural(threads, "thread")}` : target],
    ["left out", without.length > 0 && `${without.join(", ")} (optimizations)`],
    ["seed", seed],
    [
      "resumed",
      resumed && `from a checkpoint, after ${plural(resumed.epochs, "epoch")} and ${plural(resumed.steps, "step")}; ` +
        "the facts here are those of the last part",
    ],
  ];
}

function machineFacts({ gpu, machine, versions }: TrainingReport): readonly Fact[] {
  const { cpu = "processor not known", cores, os, arch, mode } = machine;
  return [
    ["machine", `${cpu}, ${plural(cores, "thread")} at once, ${os} ${arch}`],
    [
      "GPU",
      gpu &&
      `${gpu.adapter}${gpu.fallback ? ", in software" : ""}: ${plural(gpu.dispatchesPerStep, "dispatch", "es")} a ` +
        `step, ${plural(gpu.submitsPerEpoch, "submit")} and ${plural(gpu.readBacksPerEpoch, "read-back")} an epoch; ` +
        `compiled in ${seconds(gpu.compileSeconds)}, uploaded in ${seconds(gpu.uploadSeconds)}`,
    ],
    ["packing", mode && PACKING_WORDS[mode.packing]],
    ["bounds checks", mode && boundsChecksWords(mode, versions)],
    ["versions", Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
}
