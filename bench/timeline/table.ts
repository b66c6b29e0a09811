/**
 * What the timeline prints.
 *
 * @module
 */
import { summary } from "../measure/summary.ts";
import { textTable } from "../measure/table.ts";
import { arithmetic, type Measured, type Results, wrongOnes } from "./results.ts";
import { factor, figure, noiseOf, percent, rateOf, stepsOf } from "./steps.ts";
import { storyOf } from "./stories.ts";

/** A line for each configuration, and what must be said of them. */
export function timelineTable(results: Results): string {
  const steps = stepsOf(results), [first] = steps;
  const line = (title: string, measured: Measured, ratios: readonly string[]) => {
    const { median: rate, most: best, spread } = summary(measured.rates);
    const { gflops, share } = arithmetic(results, rate, measured.threads);
    return [
      title,
      figure(rate),
      figure(best),
      percent(spread),
      figure(gflops, 1),
      measured.threads === 0 ? "" : percent(share),
      ...ratios,
      measured.losses.at(-1)!.toFixed(6),
    ];
  };
  const names = steps.map(({ rung }) => rung.name);
  const { ladder, leftOut } = storyOf(results.net);
  const others = [...ladder, ...leftOut].filter(({ name }) =>
    results.configurations[name] !== undefined && !names.includes(name)
  );
  return [
    ...textTable([
      ["", "images/s", "best", "spread", "GFLOP/s", "of peak", "x before", "x first", "loss"],
      ...steps.map(({ rung, measured, before }) =>
        line(rung.title, measured, [
          before ? factor(rateOf(measured) / rateOf(before.measured)) : "",
          factor(rateOf(measured) / rateOf(first.measured)),
        ])
      ),
      ...others.map(({ name, title }) => {
        const measured = results.configurations[name];
        if (measured.reason !== undefined) return { name: title, note: `cannot run: ${measured.reason}` };
        return line(title, measured, ["", first ? factor(rateOf(measured) / rateOf(first.measured)) : ""]);
      }),
    ]),
    ...noiseOf(results).map((sentence) => `\n${sentence}`),
    ...wrongOnes(results).map((name) => `\n${name} does other work: its loss is not the others'`),
  ].join("\n");
}
