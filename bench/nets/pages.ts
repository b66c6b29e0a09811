/**
 * The tables of nets beside PyTorch: in README.md, and with all configurations in docs/results.md.
 *
 * @module
 */
import { betweenMarks, dateText, figure, type Marks, paragraph, percent } from "../measure/page.ts";
import { median, NOISY, summary } from "../measure/summary.ts";
import { markdownTable } from "../measure/table.ts";
import { CONFIGURATIONS } from "./configurations.ts";
import { bestOf, failures, type NetResult, oursOf, ratedOf, ratioOf, type Results } from "./results.ts";
import { SHOWN, SUITE } from "./suite.ts";

/** Which configurations the pages need: ours, and at least one of PyTorch's. */
const COLUMNS = CONFIGURATIONS.filter(({ name }) => name !== "ours1");

/** Where pages have them: between these lines. */
const MARKS: Marks = { begin: "made by deno task bench:nets --from bench/nets.json", end: "end of nets" };

/** The nets of the suite that were measured, in its order: a long run may be made in parts. */
const netsIn = ({ nets }: Results): string[] => SUITE.filter((name) => nets[name]);

/**
 * Makes sure that results are of the suite and beside PyTorch, and that nothing failed.
 *
 * @throws {Error} when they are not.
 */
function checkResults(results: Results): void {
  const { nets, machine, pytorch } = results;
  if (!nets || !machine || !pytorch) throw new Error("it is not what deno task bench:nets --json writes");
  if ("reason" in pytorch) throw new Error(`there was no PyTorch to compare with: ${pytorch.reason}`);
  if (Object.keys(nets).length === 0) throw new Error("there is no net in it");
  for (const name of Object.keys(nets)) {
    if (!SUITE.includes(name)) throw new Error(`there is a net "${name}", which the suite lacks`);
  }
  const [failed] = failures(results);
  if (failed !== undefined) throw new Error(`what failed gets into no page: ${failed}`);
  for (const name of netsIn(results)) {
    if (ratioOf(nets[name]) === undefined) throw new Error(`net "${name}" was not compared`);
  }
}

/** How often one is another, always with two decimals: 0.99 is a loss, and 1.01 none. */
const ratioText = (net: NetResult): string => {
  const ratio = figure(ratioOf(net)!, 2);
  return ratioOf(net)! < 1 ? ratio : `**${ratio}**`;
};

/** Names of nets in a sentence. */
const named = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

/** Of how many nets ours is faster, where not, and what was not measured. */
function balance(results: Results): string {
  const measured = netsIn(results), all = measured.length;
  const slower = measured.filter((name) => ratioOf(results.nets[name])! < 1);
  const missing = SUITE.filter((name) => !measured.includes(name));
  const who = slower.length === 0
    ? `Kernelwright is faster on all ${all}.`
    : slower.length === all
    ? `PyTorch is faster on all ${all}.`
    : `Kernelwright is faster on ${all - slower.length} of ${all}, PyTorch on ${slower.length}: ${named(slower)}.`;
  return [who, narrower(results, slower), missing.length > 0 ? `Not in this run: ${named(missing)}.` : ""]
    .filter((sentence) => sentence !== "").join(" ");
}

/** Where PyTorch is faster: whether it is so without vectors that the engine of JavaScript lacks. */
function narrower({ nets }: Results, slower: readonly string[]): string {
  const rates = slower.map((name) => ({
    ours: oursOf(nets[name])!.rate,
    avx2: ratedOf(nets[name], "pytorch").find((each) => each.name === "avx2")?.rate,
  }));
  if (slower.length === 0 || rates.some(({ avx2 }) => avx2 === undefined)) return "";
  const faster = rates.filter(({ ours, avx2 }) => ours > avx2!).length;
  return "There PyTorch has AVX-512, whose vectors are twice as wide as those that V8 makes; without it, Kernelwright is " +
    `faster on ${faster} of these ${slower.length}.`;
}

/** Mean number of processes for each core, of others, from which on a machine is called busy. */
const BUSY = 0.5;

/** On what it was measured, and what makes it no more than a hint. */
function originText(results: Results): string {
  const { date, machine: { cpu, cores, load }, versions, pytorch, rounds, quick } = results;
  const { version, library } = pytorch as { version: string; library: string };
  const matrices = library === "unknown"
    ? ""
    : ` with ${library === "reference" ? "the reference BLAS, which is slow" : library}`;
  const absent = COLUMNS.filter(({ name }) => netsIn(results).some((net) => !results.nets[net].configurations[name]));
  const doubts = [
    ...absent.length > 0 ? [`some ways were left out (${absent.map(({ title }) => title).join("; ")})`] : [],
    ...quick ? ["each was measured very briefly"] : [],
    ...load > BUSY * cores ? [`other programs kept the machine busy (load average ${load.toFixed(1)})`] : [],
  ];
  return [
    `Measured on ${dateText(date)} on a ${cores}-core ${cpu ?? "machine"}, both on the processor, each net by all in ` +
    `turn: Deno ${versions.deno}, PyTorch ${version}${matrices}, ${
      rounds === 1 ? "one round" : `medians of ${rounds} rounds`
    }.`,
    ...doubts.length > 0 ? [`No more than a hint: ${doubts.join("; ")}.`] : [],
  ].join(" ");
}

/**
 * README's table: most nets, and PyTorch's best; the sentence below counts all of them.
 *
 * @throws {Error} when results are of something else, or something failed.
 */
export function shortText(results: Results): string {
  checkResults(results);
  const rows = SHOWN.filter((name) => results.nets[name]).map((name) => {
    const net = results.nets[name], best = bestOf(net)!;
    return [
      `${name}, ${net.batchSize}`,
      figure(net.work / net.batchSize / 1e6),
      figure(oursOf(net)!.rate, 0),
      figure(best.rate, 0),
      best.title.replace(/^PyTorch /, ""),
      ratioText(net),
    ];
  });
  return [
    markdownTable([
      ["net, batch", "MFLOP an image", "images/s", "PyTorch's best", "which is", "times as fast"],
      ...rows,
    ]),
    paragraph(`${balance(results)} ${originText(results)}`),
  ].join("\n");
}

/** How steady the figures are. */
function noiseText(results: Results): string {
  const { nets, machine: { load } } = results;
  const rows = netsIn(results).flatMap((net) =>
    Object.entries(nets[net].configurations).map(([name, { rates, slow = 0 }]) => ({
      name: `${net}, ${CONFIGURATIONS.find((each) => each.name === name)?.title ?? name}`,
      spread: summary(rates).spread,
      slow,
    }))
  );
  const widest = rows.reduce((a, b) => a.spread >= b.spread ? a : b);
  const noisy = rows.filter(({ spread }) => spread > NOISY).length;
  const slow = rows.filter(({ slow }) => slow > 0).length;
  return [
    noisy > 0
      ? `Noisy: ${noisy} of ${rows.length} figures are medians of rounds that differ by more than ${
        percent(NOISY)
      }, at ` +
        `most by ${percent(widest.spread)} (${widest.name}).`
      : `The rounds of a figure differ by at most ${percent(widest.spread)} (${widest.name}).`,
    ...slow > 0 ? [`The machine gave less than it can in rounds of ${slow} of them.`] : [],
    `Its load average before was ${load.toFixed(1)}.`,
  ].join(" ");
}

/** The time to the first step and the memory of each, if they were measured. */
function startsTable(results: Results): string | undefined {
  const { nets } = results, measured = netsIn(results);
  const columns = COLUMNS.filter(({ threads }) => threads === "all")
    .filter(({ name }) => measured.every((net) => nets[net].configurations[name]?.firstSteps.length > 0));
  if (columns.length < 2) return undefined;
  const cells = (net: NetResult) =>
    columns.map(({ name }) => {
      const { firstSteps, peakBytes } = net.configurations[name];
      return `${figure(median(firstSteps), 1)} s, ${figure(median(peakBytes) / 1e6, 0)} MB`;
    });
  return markdownTable([
    ["first step, memory", ...columns.map(({ title }) => title)],
    ...measured.map((name) => [`\`${name}\``, ...cells(nets[name])]),
  ]);
}

/**
 * All figures, and on what they were measured.
 *
 * @throws {Error} when results are of something else, or something failed.
 */
export function resultsText(results: Results): string {
  checkResults(results);
  const { nets, machine: { peak } } = results;
  const columns = COLUMNS.filter(({ name }) => netsIn(results).some((net) => nets[net].configurations[name]));
  const share = (net: NetResult) => percent(oursOf(net)!.rate * net.work / net.batchSize / 1e9 / peak.all);
  const starts = startsTable(results);
  return [
    paragraph(`${balance(results)} ${originText(results)} ${noiseText(results)}`),
    markdownTable([
      ["net", "batch", "MFLOP an image", ...columns.map(({ title }) => title), "times PyTorch's best", "of peak"],
      ...netsIn(results).map((name) => {
        const net = nets[name];
        const cells = columns.map((each) => {
          const row = net.configurations[each.name];
          return row ? figure(median(row.rates), 0) : "";
        });
        const { batchSize, work } = net;
        return [
          `\`${name}\``,
          `${batchSize}`,
          figure(work / batchSize / 1e6),
          ...cells,
          ratioText(net),
          share(net),
        ];
      }),
    ]),
    paragraph(
      "Training images/s. MFLOP an image: multiplications and additions of the sums of products in its layers, forward " +
        "and backward, whatever a program saves of them. Of peak: how much of what all cores can multiply and add at " +
        `all (${figure(peak.all, 0)} GFLOP/s, in 256 bits) Kernelwright's rate comes to by this count.`,
    ),
    ...starts === undefined ? [] : [
      starts,
      paragraph(
        "Seconds from the start of a process to the end of its first step, and the most memory that it had in training.",
      ),
    ],
  ].join("\n");
}

/** The pages with these tables, and what stands there. */
export const PAGES: Readonly<Record<string, (results: Results) => string>> = {
  "README.md": shortText,
  "docs/results.md": resultsText,
};

/** @throws {Error} when a page does not have the two marks. */
export const withNets = (page: string, text: string): string => betweenMarks(page, MARKS, text);
