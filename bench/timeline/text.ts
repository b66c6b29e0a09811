/**
 * A story's text and its chart, from what the timeline measured and from generated code.
 *
 * @module
 */
import type { Spec } from "../../mod.ts";
import { summary } from "../measure/summary.ts";
import { type Bar, timelineChart } from "./chart.ts";
import { excerptOf } from "./code.ts";
import type { Configuration, ExcerptPlace } from "./ladder.ts";
import { arithmetic, type Measured, type Results, SAME } from "./results.ts";
import { factor, figure, isExtra, noiseOf, percent, plural, rateOf, type Step, stepsOf } from "./steps.ts";
import { commandOf, fromText, storyOf } from "./stories.ts";

/** What a step brought, in words that follow from the figures. */
function verdict({ rung, measured, before }: Step, results: Results): string {
  const { median: rate, spread } = summary(measured.rates);
  const { gflops, share } = arithmetic(results, rate, measured.threads);
  const speed = `${figure(rate)} images/s, ${figure(gflops, 1)} GFLOP/s` +
    (measured.threads === 0
      ? ""
      : `, ${percent(share)} of what ${measured.threads === 1 ? "a core" : "the cores"} can do`);
  if (!before) return `**${speed}.** ${rung.why}`;
  const own = summary(before.measured.rates), ratio = rate / own.median, change = Math.abs(ratio - 1);
  const noise = Math.max(spread, own.spread);
  const times = ratio >= 1 + SAME
    ? `${factor(ratio)} times as fast`
    : ratio <= 1 - SAME
    ? `${factor(1 / ratio)} times as slow`
    : "as fast as before";
  const result = `**${speed}: ${times}.** `;
  // what lies within the spread may be nothing
  const doubt = change >= SAME && change <= noise
    ? ` The rounds differ by ${percent(noise)}, so this may be chance.`
    : "";
  return `${result}${ratio >= 1 + SAME ? rung.why : `It did not help here: ${lower(rung.otherwise)}`}${doubt}`;
}

/** A sentence as it goes on after a colon. */
const lower = (sentence: string) =>
  /^[A-Z]{2}|^(Deno|V8)\b/.test(sentence) ? sentence : sentence[0].toLowerCase() + sentence.slice(1);

/** Pieces of a configuration's code, in Markdown. */
async function excerpt(configuration: Configuration, places: readonly ExcerptPlace[], spec: Spec): Promise<string> {
  const { language, text } = await excerptOf(configuration, places, spec);
  return [`\`\`\`${language}`, text, "```"].join("\n");
}

/** A section of the story. */
async function section(step: Step, number: number, spec: Spec, results: Results): Promise<string> {
  const { rung } = step, { shown } = rung, story = storyOf(results.net);
  const before = story.ladder[story.ladder.indexOf(rung) - 1];
  const code = shown === undefined
    ? ["The code is the same as before."]
    : before === undefined
    ? [await excerpt(rung, shown.after, spec)]
    : ["Before:", await excerpt(before, shown.before, spec), "After:", await excerpt(rung, shown.after, spec)];
  return [
    `## ${number}. ${rung.title}`,
    rung.what,
    ...code,
    verdict(step, results),
    `By hand: \`${commandOf(rung, story)}\``,
  ].join("\n\n");
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The whole text, but for the width of its lines. */
export async function timelineText(results: Results, spec: Spec): Promise<string> {
  const story = storyOf(results.net), steps = stepsOf(results), [first] = steps, last = steps.at(-1)!;
  const { machine, versions, check, rounds, configurations, batchSize } = results;
  const total = check.images * check.epochs / batchSize;
  const rows = steps.map(({ rung, measured, before }, i) => {
    const { median: rate, most: best } = summary(measured.rates),
      { gflops, share } = arithmetic(results, rate, measured.threads);
    return [
      `${i + 1}`,
      rung.title,
      figure(rate),
      figure(best),
      figure(gflops, 1),
      measured.threads === 0 ? "" : percent(share),
      before ? factor(rate / rateOf(before.measured)) : "",
      factor(rate / rateOf(first.measured)),
      measured.losses.at(-1)!.toFixed(5),
    ];
  });
  const published = story.published === undefined ? [] : [[
    "",
    "reference program in C, as published for its author's machine: NOT measured here",
    `${figure(story.published.images / story.published.seconds)} (from ${
      figure(story.published.seconds, 1)
    } s for 10 epochs)`,
    ...Array(6).fill(""),
  ]];
  const full = configurations.threads;
  const left = full.reason !== undefined ? [] : story.leftOut.flatMap((configuration) => {
    const measured = configurations[configuration.name];
    if (measured === undefined || measured.reason !== undefined) return [];
    const rate = rateOf(measured);
    return [[configuration.title, figure(rate), factor(rateOf(full) / rate), `\`${commandOf(configuration, story)}\``]];
  });
  const date = new Date(results.date).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  return [
    `<!-- made by deno task timeline from ${story.results}: change bench/timeline/ -->`,
    `# ${story.title}`,
    story.introduction(steps.length),
    `Measured on ${date} on a ${machine.cores}-core ${
      machine.cpu ?? "machine"
    } (${machine.os}, ${machine.arch}) with Deno ` +
    `${versions.deno}, V8 ${versions.v8}. A core can multiply and add ${
      figure(machine.peak.one)
    } GFLOP/s in registers, ` +
    `all at once ${figure(machine.peak.all)}. ${noiseOf(results).join(" ")}`,
    `![Training images per second of each configuration](${fromText(story, story.chart)})`,
    table(
      [
        "",
        "",
        "images/s",
        "best",
        "GFLOP/s",
        "of peak",
        "times the one before",
        "times the first",
        `loss, ${total} steps`,
      ],
      [
        ...published,
        ...rows,
      ],
    ),
    `\`images/s\` is the median of ${plural(rounds)}, \`best\` that of the fastest, and \`GFLOP/s\` counts ` +
    `${figure(results.work / batchSize / 1e6, 2)} MFLOP an image, the products and sums of the layers, whatever a ` +
    "configuration saves of them or does besides. The loss is that after the same steps from the same weights with the " +
    "same images: a configuration that is wrong would show there.",
    ...await Promise.all(steps.map((step, i) => section(step, i + 1, spec, results))),
    ...gpuText(results),
    ...configurations.threads && left.length > 0
      ? [
        "## What is still needed at the end",
        "What a step brought depends on what was there already. So here is the last configuration on the processor, " +
        "without one thing at a time, on all cores:",
        table(["", "images/s", "times slower", "by hand"], left),
      ]
      : [],
    "## How it was measured",
    `\`deno task timeline\` trains each configuration in a process of its own. First all do the same work, ` +
    `${check.epochs} epochs of ${figure(check.images)} images; their losses must agree. Then they are timed in ` +
    `${
      plural(rounds)
    }, in turn: an epoch to warm up, and two that count, of about a second each, so slow configurations ` +
    `train fewer images (here ${figure(first.measured.images)} an epoch, and the fastest ${
      figure(last.measured.images)
    }). All of it is in [${story.results}](${fromText(story, story.results)}).`,
  ].join("\n\n") + "\n";
}

/** What is said where there is no GPU. */
function gpuText(results: Results): string[] {
  const { configurations, machine: { gpu } } = results, story = storyOf(results.net);
  const rung = story.ladder.find(({ target }) => target === "webgpu");
  if (rung === undefined) return [];
  const measured = configurations[rung.name];
  if (gpu && !gpu.fallback && measured?.reason === undefined) return [];
  const said = !gpu
    ? "There was none on this machine, nor a driver that does without."
    : measured === undefined || measured.reason !== undefined
    ? `There was ${gpu.name}, but it could not train: ${measured?.reason ?? "it was not asked to"}.`
    : `There was none on this machine, so this is no step. The same WGSL ran on the processor, by ${gpu.name}, with ` +
      `${figure(rateOf(measured))} images/s and a loss of ${
        measured.losses.at(-1)!.toFixed(5)
      }: that it is right can ` +
      "be seen there, and how fast a GPU is cannot.";
  return [[`## ${rung.title}`, rung.what, said, `By hand: \`${commandOf(rung, story)}\``].join("\n\n")];
}

/** The chart. */
export function timelineSvg(results: Results): string {
  const bar = (name: string, measured: Measured): Bar => ({
    name,
    rate: rateOf(measured),
    slowest: Math.min(...measured.rates),
    fastest: Math.max(...measured.rates),
  });
  const bars = stepsOf(results).map(({ rung, measured, before }): Bar => ({
    ...bar(rung.title, measured),
    ...before && { gain: rateOf(measured) / rateOf(before.measured) },
  }));
  const { ladder, published } = storyOf(results.net);
  const extras = ladder.filter((rung) => isExtra(rung, results)).flatMap(({ name }): Bar[] => {
    const measured = results.configurations[name];
    return measured && measured.reason === undefined ? [{ ...bar("WebGPU without a GPU", measured), extra: true }] : [];
  });
  const description = `Training images per second: ${
    [...bars, ...extras].map(({ name, rate }) => `${name} ${figure(rate)}`).join(", ")
  }`;
  const elsewhere = published && { name: "Reference program in C", rate: published.images / published.seconds };
  return timelineChart([...bars, ...extras], elsewhere, description);
}
