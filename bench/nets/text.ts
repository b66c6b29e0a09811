/**
 * What `../nets.ts` prints.
 *
 * @module
 */
import { count } from "../../mod.ts";
import { median, noiseNotes } from "../measure/summary.ts";
import { textTable } from "../measure/table.ts";
import { CONFIGURATIONS } from "./configurations.ts";
import { describe, type RandomSpec } from "./random.ts";
import { bestOf, failures, type NetResult, oursOf, ratedOf, ratioOf, type Results, type Row } from "./results.ts";

/** Images/s. */
const rate = (value: number): string => value < 100 ? value.toFixed(1) : count(Math.round(value));

/** Whatever was not compared comes last. */
const worstFirst = ([, a]: readonly [string, NetResult], [, b]: readonly [string, NetResult]) =>
  (ratioOf(a) ?? Infinity) - (ratioOf(b) ?? Infinity);

/** Results as text; nets at random begin with the worst. */
export function netsText(results: Results): string {
  const all = Object.entries(results.nets), nets = all.some(([, { spec }]) => spec) ? all.toSorted(worstFirst) : all;
  return [
    ratesText(results, nets),
    ...nets.some(([, net]) => ratedOf(net, "kernelwright").some(({ row }) => row.firstSteps.length > 0))
      ? [startsText(nets)]
      : [],
    notesText(results),
  ].map((lines) => lines.join("\n")).join("\n\n");
}

type Nets = readonly (readonly [name: string, net: NetResult])[];

/** How fast each is. */
function ratesText({ rounds, quick }: Results, nets: Nets): string[] {
  const columns = CONFIGURATIONS.filter(({ name }) => nets.some(([, net]) => net.configurations[name]));
  const cell = (row: Row | undefined) =>
    row === undefined ? "" : row.reason !== undefined || row.rates.length === 0 ? "failed" : rate(median(row.rates));
  const ratios = nets.flatMap(([, net]) => ratioOf(net) ?? []);
  return [
    `training images/s, ${rounds === 1 ? "one round" : `medians of ${rounds} rounds`} in turn` +
    (quick ? ", so short that it is no more than a hint" : ""),
    "ratio: ours beside PyTorch's best; GFLOP/s: ours",
    "",
    ...textTable([
      ["", "batch", "MFLOP", ...columns.map(({ name }) => name), "ratio", "best", "GFLOP/s"],
      ...nets.map(([name, net]) => {
        const { reason, batchSize, work, spec } = net, ratio = ratioOf(net), ours = oursOf(net);
        if (reason !== undefined) return { name, note: `failed: ${reason}` };
        return [
          spec ? `${name}  ${describe(spec as RandomSpec)}` : name,
          `${batchSize}`,
          (work / batchSize / 1e6).toFixed(1),
          ...columns.map((each) => cell(net.configurations[each.name])),
          ratio?.toFixed(2) ?? "",
          bestOf(net)?.name ?? "",
          ours ? (ours.rate * work / batchSize / 1e9).toFixed(1) : "",
        ];
      }),
    ]),
    "",
    ...columns.map(({ name, title, explained }) => `${name}: ${title}: ${explained}`),
    ...ratios.length > 0
      ? [
        `worst ratio ${Math.min(...ratios).toFixed(2)}, median ${median(ratios).toFixed(2)}; ` +
        `${ratios.filter((ratio) => ratio < 1).length} of ${ratios.length} under 1`,
      ]
      : [],
  ];
}

/** The least of PyTorch's medians. */
const leastOf = (net: NetResult, values: (row: Row) => readonly number[]) =>
  Math.min(...ratedOf(net, "pytorch").map(({ row }) => median(values(row))));

/** How soon each begins, and what memory it takes. */
function startsText(nets: Nets): string[] {
  return [
    "from the start of a process to the end of its first step, and the most memory in training; PyTorch: its least",
    "",
    ...textTable([
      ["", "first step s", "PyTorch", "ratio", "MB", "PyTorch"],
      ...nets.flatMap(([name, net]) => {
        const ours = oursOf(net);
        if (!ours) return [];
        const first = median(ours.row.firstSteps), bytes = median(ours.row.peakBytes);
        const own = [name, first.toFixed(2)], memory = (bytes / 1e6).toFixed(0);
        if (!bestOf(net)) return [[...own, "", "", memory]];
        const theirs = leastOf(net, ({ firstSteps }) => firstSteps), least = leastOf(net, (row) => row.peakBytes);
        return [[...own, theirs.toFixed(2), (first / theirs).toFixed(2), memory, (least / 1e6).toFixed(0)]];
      }),
    ]),
  ];
}

/** On what it was measured, how far it can be trusted, and what failed. */
function notesText(results: Results): string[] {
  const { machine: { cpu, cores, os, arch, load, peak }, pytorch, versions, v8Flags, nets } = results;
  const rows = Object.entries(nets).flatMap(([net, { configurations }]) =>
    Object.entries(configurations).map(([name, { rates, slow }]) =>
      [`${net} ${name}`, { values: rates, slow }] as const
    )
  );
  return [
    ...noiseNotes(Object.fromEntries(rows)),
    `machine: ${cpu ?? "processor not known"}, ${cores} cores, ${os} ${arch}; load average before: ${load.toFixed(2)}`,
    `peak: ${peak.one.toFixed(0)} GFLOP/s of one core, ${peak.all.toFixed(0)} of all at once`,
    `V8 flags: ${v8Flags}`,
    `versions: ${Object.entries(versions).map((of) => of.join(" ")).join(", ")}`,
    "reason" in pytorch
      ? `ours alone: there is no PyTorch: ${pytorch.reason}`
      : `PyTorch ${pytorch.version}, matrices by ${pytorch.library}` +
        (pytorch.library === "reference" ? ", which is slow: give it OpenBLAS (Debian: libopenblas0-openmp)" : ""),
    ...failures(results).map((line) => `FAILED ${line}`),
  ];
}
