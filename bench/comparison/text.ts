/**
 * What `../peers.ts` prints.
 *
 * @module
 */
import { BASE, median, NOISY, type Results, type Row, SAMPLE_FLOPS, TOLERANCE } from "../results.ts";

/** Of these steps the losses are printed. */
export const SHOWN_STEPS = [1, 2, 3, 5, 10, 20, 30, 40, 50] as const;

/** Widths of the first column and of the others. */
const NAME = 34, CELL = 11, OWN = 13, LOSS = 8;

const line = (first: string, cells: readonly string[], width: number = CELL): string =>
  (first.padEnd(NAME) + cells.map((cell) => cell.padStart(width)).join("")).trimEnd();

const fixed = (value: number): string => value.toFixed(value < 20 ? 1 : 0);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Results as text. `ours`: the names of this compiler's rows. */
export function peersText(
  { net, batchSize, machine, v8Flags, versions, rounds, rows, wholeRun }: Results,
  ours: readonly string[],
): string {
  const ran = Object.entries(rows).filter(([, { reason }]) => reason === undefined);
  const rateOf = ({ rates }: Row) => median(rates);
  const [ownRows, peerRows] = [true, false].map((own) => ran.filter(([name]) => ours.includes(name) === own));
  const base = rows[BASE]?.reason === undefined && rows[BASE] ? rateOf(rows[BASE]) : undefined;

  const table = [
    `${net}, batch ${batchSize}: medians of ${rounds} rounds in turn`,
    `ratio: images/s beside ${BASE}; spread: from the slowest to the fastest round`,
    "first step: seconds from the start of the process; compile: of these, after code and data were loaded",
    "",
    line("", ["images/s", "ratio", "spread", "first step", "compile", "peak MB"]),
    ...Object.entries(rows).map(([name, row]) =>
      row.reason !== undefined ? `${name.padEnd(NAME)} cannot run: ${row.reason}` : line(name, [
        fixed(rateOf(row)),
        base === undefined ? "" : (rateOf(row) / base).toFixed(rateOf(row) < base ? 2 : 1),
        percent(row.spread!),
        median(row.sinceStart).toFixed(2),
        median(row.sinceReady).toFixed(2),
        (Math.max(...row.peakBytes) / 1e6).toFixed(0),
      ])
    ),
  ];

  const noisy = ran.filter(([, { spread }]) => spread! > NOISY).map(([name]) => name);
  const once = ran.filter(([, { images }]) => images === undefined).map(([name]) => name);
  const { cpu, os, arch, cores, peak, adapter, load } = machine;
  const adapters = new Set(ran.flatMap(([, { adapter }]) => adapter ?? []));
  const notes = [
    ...once.length > 0 ? [`one process, step by step, since a step takes so long: ${once.join("; ")}`] : [],
    ...noisy.length > 0 ? [`noisy, spread over ${100 * NOISY} %: ${noisy.join("; ")}`] : [],
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

  const shares = [
    `share of the peak, at ${(SAMPLE_FLOPS / 1e6).toFixed(2)} MFLOP a sample whatever is saved`,
    "",
    ...ownRows.filter(([, { adapter }]) => adapter === undefined).map(([name, row]) => {
      const share = rateOf(row) * SAMPLE_FLOPS / 1e9 / (name.includes("1 thread") ? peak.one : peak.all);
      return line(name, [percent(share)]);
    }),
  ];

  // a name such as "wasm, V8 flags" is a column's heading of two lines
  const headings = ownRows.map(([name]) => name.split(", "));
  const ratios = [
    "ours, times as fast as each peer",
    "",
    ...Array.from(
      { length: Math.max(0, ...headings.map(({ length }) => length)) },
      (_, i) => line("", headings.map((parts) => parts[i] ?? ""), OWN),
    ),
    ...peerRows.map(([name, row]) => line(name, ownRows.map(([, own]) => fixed(rateOf(own) / rateOf(row))), OWN)),
  ];

  const losses = [
    "losses of the first steps, all on the same batch from the same weights, and how far they are from ours",
    "",
    line("step", [...SHOWN_STEPS.map(String), " largest gap"], LOSS),
    ...Object.entries(rows).filter(([, { losses }]) => losses.length > 0).flatMap(([name, { losses, gap }]) => [
      line(name, [
        ...SHOWN_STEPS.map((step) => losses[step - 1]?.toFixed(4) ?? ""),
        gap === undefined ? "" : gap.toExponential(1).padStart(12),
      ], LOSS),
      ...gap !== undefined && !(gap <= TOLERANCE) ? [`  ${name} does other work: its losses are not ours`] : [],
    ]),
  ];

  return [
    table,
    notes,
    ...ownRows.length > 0 ? [shares] : [],
    ...ownRows.length > 0 && peerRows.length > 0 ? [ratios] : [],
    losses,
  ].map((lines) => lines.join("\n")).join("\n\n");
}
