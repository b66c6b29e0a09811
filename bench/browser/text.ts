/**
 * What `../browser.ts` prints.
 *
 * @module
 */
import { figure, percent, ratio } from "../measure/page.ts";
import { noiseNotes, summary } from "../measure/summary.ts";
import { textTable } from "../measure/table.ts";
import { isOurs } from "./pages.ts";
import { failures, type NetResult, rateOf, reached, type Results } from "./results.ts";
import { BASE } from "./rows.ts";

/** Results as text. */
export function browserText(results: Results): string {
  const { nets, machine: { cpu, cores, os, arch, load }, versions, flags, rounds, quick } = results;
  const bars = reached(results), failed = failures(results, isOurs);
  return [
    `training images/s, medians of ${rounds} round${rounds === 1 ? "" : "s"} in turn${
      quick ? ": a hint, no more" : ""
    }`,
    ...Object.entries(nets).map(([name, net]) => netText(name, net)),
    textTable(bars.map(({ net, row, of, share, least }) => [
      `${net}: ${row}, of ${of}`,
      percent(share),
      `at least ${percent(least)}: ${share >= least ? "reached" : "MISSED"}`,
    ])).join("\n"),
    [
      `V8 flags: full speed ${flags.full}; packed ${flags.packed}`,
      `machine: ${cpu ?? "processor not known"}, ${cores} cores, ${os} ${arch}; load average before: ${
        load.toFixed(2)
      }`,
      `versions: ${Object.entries(versions).map((of) => of.join(" ")).join(", ")}`,
      ...failed.map((line) => `failed: ${line}`),
    ].join("\n"),
  ].filter((part) => part !== "").join("\n\n");
}

/** The rows of a net. */
function netText(name: string, { batchSize, rows }: NetResult): string {
  const base = rateOf(rows[BASE]);
  const notes = noiseNotes(
    Object.fromEntries(Object.entries(rows).map(([row, { rates, slow }]) => [row, { values: rates, slow }])),
  );
  return [
    ...textTable([
      [`${name}, batch ${batchSize}`, "images/s", "times jax-js", "spread", "target", "threads"],
      ...Object.entries(rows).map(([row, { rates, reason, target = "", threads, adapter }]) => {
        const rate = rateOf(rows[row]);
        if (rate === undefined) return { name: row, note: `cannot run: ${reason}` };
        const times = base ? ratio(rate / base) : "", spread = rates.length > 1 ? percent(summary(rates).spread) : "";
        return [row, figure(rate), times, spread, adapter ?? target, threads === undefined ? "" : `${threads}`];
      }),
    ]),
    ...notes,
  ].join("\n");
}
