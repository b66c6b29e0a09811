/**
 * `plan.txt`: kernels in order with formula, shape, work and traffic; tensors with shape, place and lifetime.
 *
 * @module
 */
import { cost } from "../ir/cost.ts";
import type { Chosen } from "../plan/algorithm/algorithm.ts";
import type { Fusion } from "../plan/fuse/rule.ts";
import type { Swap } from "../graph/reorder.ts";
import { formulaLines, operations } from "./header.ts";
import { accesses, workOf } from "../plan/kernel.ts";
import { megabytes } from "../amounts.ts";
import type { Plan, PlannedTensor, Role, Step } from "../plan/plan.ts";

/** The plan for people. */
export function planText(
  { plan, fusions, swaps, chosen = [] }: {
    readonly plan: Plan;
    readonly fusions: readonly Fusion[];
    readonly swaps: readonly Swap[];
    readonly chosen?: readonly Chosen[];
  },
): string {
  const count = numbersOf(plan, "parameter"), buffers = numbersOf(plan, "buffer");
  const padded = plan.batchRows > plan.batchSize ? ` in ${plan.batchRows} rows` : "";
  const work = plan.train.kernels.reduce((sum, planned) => sum + workOf(planned), 0);
  const executed = plan.train.kernels.reduce((sum, { kernel }) => sum + cost(kernel).flops, 0);
  const lines = [
    `net ${plan.name}: batch ${plan.batchSize}${padded}, ${count} parameters${
      buffers > 0 ? `, ${buffers} in buffers` : ""
    }`,
    `arena ${bytesFor(plan, false)}, the data set and ${
      plan.params.length + plan.keys.length
    } numbers per step behind it`,
    ...plan.scratchBytes ? [`and for each thread ${bytesFor(plan, true)} of scratch`] : [],
    `work ${operations(work)} a training step, ${operations(work / plan.batchSize)} a sample` +
    (executed === work ? "" : `; executed ${operations(executed)}`),
    "",
    "each kernel: its work, bytes that it reads and writes, and its formulas; at a barrier (---) threads wait for each other",
    "",
    ...stepLines("train", plan.train),
    "",
    ...stepLines("evaluate", plan.evaluate),
    "",
    ...swaps.map(({ node, behind }) => `reordered: ${node} behind ${behind}`),
    ...chosen.map(({ rule, kernel, tile }) => `${rule}: ${kernel} by tiles of ${tile[0]} by ${tile[1]}`),
    fusions.length === 0 ? "fused: nothing" : "fused, by rule (the tensor in between is not stored)",
    ...fusions.map(({ rule, producer, consumer, tensor }) =>
      `  ${rule.padEnd(11)} ${producer} + ${consumer}${tensor === undefined ? "" : `: ${tensor}`}`
    ),
    "",
    "tensors, by bytes from the arena's begin; 2+28+2: 28 with two zeros on each side; in use from the first to the last",
    "kernel of a training step that touches it; after what lay in its place before",
    ...tensorLines(plan),
  ];
  return lines.map((line) => line.trimEnd()).join("\n") + "\n";
}

/** How large the arena or scratch memory is, and what lies in it, where that is more. */
function bytesFor({ tensors, arenaBytes, scratchBytes = 0 }: Plan, inScratch: boolean): string {
  const bytes = inScratch ? scratchBytes : arenaBytes;
  const all = ownPlaces(tensors).filter(({ scratch }) => (scratch !== undefined) === inScratch)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  return `${bytes} bytes (${megabytes(bytes)}${all > bytes ? ` for tensors of ${megabytes(all)}` : ""})`;
}

/** Tensors with storages of their own. */
function ownPlaces(tensors: Plan["tensors"]): PlannedTensor[] {
  return Object.values(tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);
}

/** How many numbers the tensors of a role have. */
function numbersOf({ tensors }: Plan, of: Role): number {
  return Object.values(tensors).filter(({ role }) => role === of)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function stepLines(name: string, { kernels, barriers, chains = [] }: Step): string[] {
  return [
    `${name}: ${kernels.length} kernels, ${barriers.filter((b) => b).length + 1} barriers (---)`,
    ...kernels.flatMap(({ kernel }, i) => {
      const { flops, read, written } = cost(kernel);
      const [first, ...more] = formulaLines(kernel);
      return [
        ...barriers[i] ? ["      ---"] : [],
        ...chains.filter((chain) => chain.first === i).map(({ first: from, count, rows, block }) =>
          `      ${from + 1} to ${from + count} on ${block} of ${rows} rows at a time`
        ),
        `  ${String(i + 1).padStart(2)}  ${kernel.name.padEnd(40)} ${operations(flops).padStart(13)} ${
          megabytes(read).padStart(9)
        } read ` +
        `${megabytes(written).padStart(9)} written`,
        ...[first, ...more].map((formula) => `        ${formula}`),
      ];
    }),
  ];
}

function tensorLines({ tensors, train: { kernels } }: Plan): string[] {
  // a tensor lives as long as those that share its storage
  const storage = (name: string) => tensors[name].alias ?? name;
  const lives = new Map<string, [first: number, last: number]>();
  for (const [i, planned] of kernels.entries()) {
    const { reads, writes } = accesses(planned);
    for (const name of [...reads, ...writes].map(storage)) lives.set(name, [lives.get(name)?.[0] ?? i + 1, i + 1]);
  }
  const before = tenantsBefore(ownPlaces(tensors), lives);
  return Object.values(tensors).map((tensor) =>
    tensorLine(tensor, lives.get(storage(tensor.name)), before.get(tensor.name) ?? [])
  );
}

/** What lay last in each tensor's bytes, before its first use in a training step. */
function tenantsBefore(
  places: readonly PlannedTensor[],
  lives: ReadonlyMap<string, readonly [first: number, last: number]>,
): Map<string, string[]> {
  const found = new Map<string, string[]>(), used = places.filter(({ name }) => lives.has(name));
  for (const inScratch of [false, true]) {
    // who has which bytes, by address
    const taken: { readonly from: number; readonly to: number; readonly name: string }[] = [];
    const own = used.filter(({ scratch }) => (scratch !== undefined) === inScratch);
    for (const { name, offset, bytes } of own.sort((a, b) => lives.get(a.name)![0] - lives.get(b.name)![0])) {
      const end = offset + bytes, first = firstFrom(taken, offset), last = firstFrom(taken, end, "from");
      const left = taken.slice(first, last),
        rest = left.flatMap(({ from, to, name }) => [
          ...from < offset ? [{ from, to: offset, name }] : [],
          ...to > end ? [{ from: end, to, name }] : [],
        ]);
      taken.splice(first, last - first, ...[...rest, { from: offset, to: end, name }].sort((a, b) => a.from - b.from));
      found.set(name, [...new Set(left.map(({ name }) => name))]);
    }
  }
  return found;
}

/** The number of the first of some ranges that does not end, or begin, before an address. */
function firstFrom(
  ranges: readonly { readonly from: number; readonly to: number }[],
  address: number,
  by: "from" | "to" = "to",
): number {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (by === "to" ? ranges[middle].to <= address : ranges[middle].from < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param uses the first and the last kernel of a training step that touch it.
 * @param before what lay in its place.
 */
function tensorLine(
  { name, dtype, shape, halo, alias, offset, role, scratch }: PlannedTensor,
  uses: readonly [first: number, last: number] | undefined,
  before: readonly string[],
): string {
  const life = ["parameter", "buffer", "state"].includes(role)
    ? "always"
    : role === "run"
    ? "the run's"
    : uses === undefined
    ? "evaluation"
    : `${uses[0]} to ${uses[1]}`;
  const place = scratch === undefined ? `at ${offset}` : `scratch at ${offset}, ${scratch} a thread`;
  const extents = shape.map((extent, d) => {
    const [before, after] = halo[d];
    return extent === Infinity ? "rows" : before + after > 0 ? `${before}+${extent}+${after}` : extent;
  });
  return [
    `  ${name}`.padEnd(32),
    `${dtype} [${extents.join(", ")}]`.padEnd(32),
    (alias ? `= ${alias}` : role === "run" ? "" : place).padEnd(28),
    before.length === 0 ? life : `${life.padEnd(9)} after ${listed(before)}`,
  ].join(" ");
}

/** The first two of some names, and how many there are beside them. */
function listed(names: readonly string[]): string {
  const more = names.length > 3 ? `${names.length - 2} others` : "";
  return more === "" ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${more}`;
}
