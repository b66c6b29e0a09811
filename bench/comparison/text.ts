/**
 * What `../peers.ts` prints.
 *
 * @module
 */
import { median, noiseNotes, summary } from "../measure/summary.ts";
import { textTable } from "../measure/table.ts";
import { BASE, type Results, type Row, SAMPLE_FLOPS, TOLERANCE } from "./results.ts";

/** Of these steps the losses are printed. */
export const SHOWN_STEPS = [1, 2, 3, 5, 10, 20, 30, 40, 50] as const;

const fixed = (value: number): string => value.toFixed(value < 20 ? 1 : 0);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const rateOf = ({ rates }: Row): number => median(rates);
const ranIn = (rows: Results["rows"]) => Object.entries(rows).filter(([, { reason }]) => reason === undefined);
/** Rows that ran, by their names. */
type Ran = ReturnType<typeof ranIn>;

/** Results as text. `ours`: the names of this compiler's rows. */
export function peersText(results: Results, ours: readonly string[]): string {
  const ran = ranIn(results.rows);
  const [ownRows, peerRows] = [true, false].map((own) => ran.filter(([name]) => ours.includes(name) === own));
  return [
    rowsText(results),
    notesText(results, ran),
    ...ownRows.length > 0 && results.net === "mnist_cnn" ? [sharesText(results, ownRows)] : [],
    ...ownRows.length > 0 && peerRows.length > 0 ? [ratiosText(ownRows, peerRows)] : [],
    lossesText(results),
  ].map((lines) => lines.join("\n")).join("\n\n");
}

/** What was measured of each row. */
function rowsText({ net, batchSize, rounds, rows }: Results): string[] {
  const base = rows[BASE]?.reason === undefined && rows[BASE] ? rateOf(rows[BASE]) : undefined;
  return [
    `${net}, batch ${batchSize}: medians of ${rounds} rounds in turn`,
    `ratio: images/s beside ${BASE}; spread: from the slowest to the fastest round`,
    "first step: seconds from the start of the process; compile: of these, after code and data were loaded",
    "",
    ...textTable([
      ["", "images/s", "ratio", "spread", "first step", "compile", "peak MB"],
      ...Object.entries(rows).map(([name, row]) =>
        row.reason !== undefined ? { name, note: `cannot run: ${row.reason}` } : [
          name,
          fixed(rateOf(row)),
          base === undefined ? "" : (rateOf(row) / base).toFixed(rateOf(row) < base ? 2 : 1),
          percent(summary(row.rates).spread),
          median(row.sinceStart).toFixed(2),
          median(row.sinceReady).toFixed(2),
          (Math.max(...row.peakBytes) / 1e6).toFixed(0),
        ]
      ),
    ]),
  ];
}

/** On what it was measured, and how far it can be trusted. */
function notesText({ machine, v8Flags, versions, wholeRun }: Results, ran: Ran): string[] {
  const once = ran.filter(([, { images }]) => images === undefined).map(([name]) => name);
  const { cpu, os, arch, cores, peak, adapter, load } = machine;
  const adapters = new Set(ran.flatMap(([, { adapter }]) => adapter ?? []));
  return [
    ...once.length > 0 ? [`one process, step by step, since a step takes so long: ${once.join("; ")}`] : [],
    ...noiseNotes(Object.fromEntries(ran.map(([name, { rates, slow }]) => [name, { values: rates, slow }]))),
    `V8 flags: ${v8Flags}`,
    `machine: ${cpu ?? "processor not known"}, ${cores} cores, ${os} ${arch}; load average before: ${load.toFixed(2)}`,
    `peak: ${peak.one.toFixed(0)} GFLOP/s of one core, ${
      peak.all.toFixed(0)
    } of all at once (multiply-adds in registers)`,
    `adapter: ${adapter ? `${adapter.name}${adapter.fallback ? ", on the processor: no GPU" : ""}` : "none"}`,
    ...adapters.size > 1 ? [`rows used several adapters, and cannot be compared: ${[...adapters].join("; ")}`] : [],
    `versions: ${Object.entries(versions).map((of) => of.join(" ")).join(", ")}`,
    ...new Set(ran.flatMap(([, { note }]) => note ?? [])),
    ...wholeRun
      ? [
        `${wholeRun.epochs} epochs by ${wholeRun.target}: ${wholeRun.seconds.toFixed(1)} s, ${wholeRun.correct} of ` +
        `${wholeRun.tested} test images right, ${(wholeRun.peakBytes / 1e6).toFixed(0)} MB`,
      ]
      : [],
  ];
}

/** How much of the processor's arithmetic our rows use. */
function sharesText({ machine: { peak } }: Results, own: Ran): string[] {
  const onProcessor = own.filter(([, { adapter }]) => adapter === undefined);
  return [
    `share of the peak, at ${(SAMPLE_FLOPS / 1e6).toFixed(2)} MFLOP a sample whatever is saved`,
    "",
    ...textTable(onProcessor.map(([name, row]) => {
      const share = rateOf(row) * SAMPLE_FLOPS / 1e9 / (name.includes("1 thread") ? peak.one : peak.all);
      return [name, percent(share)];
    })),
  ];
}

/** Each of our rows beside each peer. */
function ratiosText(own: Ran, peers: Ran): string[] {
  // a name such as "wasm, V8 flags" is a column's heading of some lines
  const headings = own.map(([name]) => name.split(", "));
  const lines = Math.max(0, ...headings.map(({ length }) => length));
  return [
    "ours, times as fast as each peer",
    "",
    ...textTable([
      ...Array.from({ length: lines }, (_, i) => ["", ...headings.map((parts) => parts[i] ?? "")]),
      ...peers.map(([name, row]) => [name, ...own.map(([, each]) => fixed(rateOf(each) / rateOf(row)))]),
    ]),
  ];
}

/** Whether all did the same work. */
function lossesText({ rows }: Results): string[] {
  const measured = Object.entries(rows).filter(([, { losses }]) => losses.length > 0);
  const [header, ...lines] = textTable([
    ["step", ...SHOWN_STEPS.map(String), "largest gap"],
    ...measured.map(([name, { losses, gap }]) => [
      name,
      ...SHOWN_STEPS.map((step) => losses[step - 1]?.toFixed(4) ?? ""),
      gap === undefined ? "" : gap.toExponential(1),
    ]),
  ]);
  return [
    "losses of the first steps, all on the same batch from the same weights, and how far they are from ours",
    "",
    header,
    ...measured.flatMap(([name, { gap }], i) => [
      lines[i],
      ...gap !== undefined && !(gap <= TOLERANCE) ? [`  ${name} does other work: its losses are not ours`] : [],
    ]),
  ];
}
