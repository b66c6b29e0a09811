/**
 * The tables of training in a browser: in README.md, and with all engines in docs/results.md.
 *
 * @module
 */
import { betweenMarks, dateText, figure, type Marks, paragraph, percent, ratio } from "../measure/page.ts";
import { slowNote, summary } from "../measure/summary.ts";
import { markdownTable } from "../measure/table.ts";
import { failures, rateOf, type Reached, reached, type Results } from "./results.ts";
import { BARS, BASE, NETS, OURS, PEERS, type Trainer } from "./rows.ts";

/** Where pages have them: between these lines. */
const MARKS: Marks = { begin: "made by deno task bench:browser --from bench/browser.json", end: "end of browser" };

const [MAIN] = NETS;

/** Whether a row is a bundle's. */
export const isOurs = (row: string): boolean => OURS.some(({ name }) => name === row);

/**
 * Makes sure that results are whole, and that nothing failed.
 *
 * @throws {Error} when they are not.
 */
function checkResults(results: Results): void {
  const { nets, machine } = results;
  if (!nets || !machine) throw new Error("it is not what deno task bench:browser --json writes");
  if (results.quick) throw new Error("it was measured with --quick: its figures are no more than a hint");
  const [failed] = failures(results, isOurs);
  if (failed !== undefined) throw new Error(`what failed gets into no page: ${failed}`);
  for (const net of NETS) {
    if (!nets[net]) throw new Error(`net "${net}" was not measured`);
    const missing = OURS.find(({ name }) => rateOf(nets[net].rows[name]) === undefined);
    if (missing) throw new Error(`net "${net}": row "${missing.name}" was not measured`);
  }
  if (rateOf(nets[MAIN].rows[BASE]) === undefined) throw new Error(`row "${BASE}" was not measured`);
}

/** Rows in Chromium, the slowest first; those that cannot run before. */
function chromiumRows({ nets }: Results, net: string): readonly Trainer[] {
  const { rows } = nets[net], rate = ({ name }: Trainer) => rateOf(rows[name]) ?? 0;
  return [...PEERS, ...OURS.filter(({ engine }) => engine === "chromium")].filter(({ name }) => rows[name])
    .toSorted((a, b) => rate(a) - rate(b));
}

/** Of those rows ours, the one that others are compared with, and the fastest of each library. */
function fewRows(results: Results, net: string): readonly Trainer[] {
  const rows = chromiumRows(results, net);
  const fastest = new Map(rows.map(({ name, peer }) => [peer?.peer, name]));
  return rows.filter(({ name, peer }) => !peer || name === BASE || fastest.get(peer.peer) === name);
}

/** Rows in Chromium beside jax-js as one would write it. */
function chromiumTable({ nets }: Results, net: string, trainers: readonly Trainer[]): string {
  const { rows } = nets[net], base = rateOf(rows[BASE])!;
  return markdownTable([
    [`${net} in Chromium`, "images/s", "times jax-js"],
    ...trainers.map(({ name, title, peer, threads, isolated }) => {
      const rate = rateOf(rows[name]), own = isolated ? `${threads} thread${threads === 1 ? "" : "s"}` : "";
      const label = peer ? title : `**Kernelwright**, ${own || "page not isolated, 1 thread"}`;
      return [label, rate ? figure(rate) : "cannot run", rate ? ratio(rate / base) : ""];
    }),
  ]);
}

/** From the least to the most. */
function range(shares: readonly Reached[]): string {
  const [least, most] = [Math.min, Math.max].map((of) => percent(of(...shares.map(({ share }) => share))));
  return least === most ? least : `${least.replace(" %", "")} to ${most}`;
}

const WORDS: Readonly<Record<string, string>> = {
  "Node 26, packed": "Node 26 with one flag and all bounds checks on",
  "Chromium": "Chromium on two threads",
  "Chromium, not isolated": "a page that is not isolated, on one thread,",
  "Deno, full speed": "of Deno at full speed",
  "Deno": "of Deno without flags on two",
  "Deno, 1 thread": "of Deno without flags on one thread",
};

/** What bundles reach in other engines, in a sentence. */
function barsText(results: Results): string {
  const all = reached(results);
  const parts = BARS.map(({ row, of }) => {
    const shares = all.filter((each) => each.row === row && each.of === of);
    return `${WORDS[row]} reaches ${range(shares)} ${WORDS[of]}`;
  });
  const text = `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}.`;
  return text[0].toUpperCase() + text.slice(1);
}

/** On what it was measured, and what makes it no more than a hint. */
function originText({ date, machine: { cpu, cores, load }, versions, rounds }: Results): string {
  const doubt = load > 0.5 * cores ? ` Other programs kept the machine busy (load average ${load.toFixed(1)}).` : "";
  return `Measured on ${dateText(date)} on a ${cores}-core ${cpu ?? "machine"}, all in one run in turn, ${
    rounds === 1 ? "one round" : `medians of ${rounds} rounds`
  }: Deno ${versions.deno}, Node ${versions.node24} and ${versions.node26}, Bun ${versions.bun}, Chromium ${versions.chromium}, jax-js ${
    versions["@jax-js/jax"]
  }, TensorFlow.js ${versions["@tensorflow/tfjs"]}.${doubt}`;
}

/**
 * README's table: the reference net in Chromium, the fastest of each library.
 *
 * @throws {Error} when results are not whole, or something failed.
 */
export function shortText(results: Results): string {
  checkResults(results);
  const names = NETS.map((name) => `\`${name}\``), nets = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return [
    chromiumTable(results, MAIN, fewRows(results, MAIN)),
    paragraph(
      `Of each library the fastest backend. The same bundle elsewhere, on ${nets}: ${barsText(results)} ${
        originText(results)
      }`,
    ),
  ].join("\n");
}

/** How steady the figures are. */
function noiseText({ nets }: Results): string {
  const all = Object.entries(nets).flatMap(([net, { rows }]) =>
    Object.entries(rows).filter(([, { rates }]) => rates.length > 1).map(([row, { rates, slow }]) => ({
      ...{ name: `${net}: ${row}`, values: rates, slow },
      spread: summary(rates).spread,
    }))
  );
  if (all.length === 0) return "";
  const worst = all.reduce((a, b) => b.spread > a.spread ? b : a);
  const slow = slowNote(Object.fromEntries(all.map(({ name, ...rounds }) => [name, rounds])));
  return [
    `The rounds of a figure differ by at most ${percent(worst.spread)} (${worst.name}).`,
    ...slow === undefined ? [] : [`${slow[0].toUpperCase()}${slow.slice(1)}.`],
  ].join(" ");
}

/**
 * The tables of docs/results.md.
 *
 * @throws {Error} when results are not whole, or something failed.
 */
export function longText(results: Results): string {
  checkResults(results);
  const { nets } = results;
  const engines = markdownTable([
    ["a bundle's training, images/s", ...NETS],
    ...OURS.map(({ name, title }) => [title, ...NETS.map((net) => figure(rateOf(nets[net].rows[name])!))]),
  ]);
  const reasons = Object.entries(nets).flatMap(([net, { rows }]) =>
    Object.entries(rows).flatMap(([row, { reason }]) => reason === undefined ? [] : [`${net}: ${row}: ${reason}`])
  );
  return [
    engines,
    paragraph(`On 2 threads where nothing else is said. ${barsText(results)}`),
    ...NETS.filter((net) => rateOf(nets[net].rows[BASE])).map((net) =>
      chromiumTable(results, net, chromiumRows(results, net))
    ),
    paragraph(`${originText(results)} ${noiseText(results)}`.trim()),
    ...reasons.length > 0 ? [`What cannot run, and what it says:\n\n\`\`\`text\n${reasons.join("\n")}\n\`\`\`\n`] : [],
  ].join("\n");
}

/** The pages, each with its text. */
export const PAGES: Readonly<Record<string, (results: Results) => string>> = {
  "README.md": shortText,
  "docs/results.md": longText,
};

/**
 * A page with other results.
 *
 * @throws {Error} when it has no place for them.
 */
export const withBrowser = (page: string, text: string): string => betweenMarks(page, MARKS, text);
