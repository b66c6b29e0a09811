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
    `arena ${plan.arenaBytes} bytes (${megabytes(plan.arenaBytes)}), the data set and ${
      plan.params.length + plan.keys.length
    } numbers per step behind it`,
    ...plan.scratchBytes
      ? [`and for each thread ${plan.scratchBytes} bytes of scratch (${megabytes(plan.scratchBytes)})`]
      : [],
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
    "kernel of a training step that touches it",
    ...tensorLines(plan),
  ];
  return lines.map((line) => line.trimEnd()).join("\n") + "\n";
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
  return Object.values(tensors).map((tensor) => tensorLine(tensor, lives.get(storage(tensor.name))));
}

/** `uses`: the first and the last kernel of a training step that touch it. */
function tensorLine(
  { name, dtype, shape, halo, alias, offset, role, scratch }: PlannedTensor,
  uses: readonly [first: number, last: number] | undefined,
): string {
  const life = ["parameter", "buffer", "state"].includes(role)
    ? "always"
    : role === "run"
    ? "the run's"
    : uses === undefined
    ? "evaluation"
    : `${uses[0]} to ${uses[1]}`;
  const extents = shape.map((extent, d) => {
    const [before, after] = halo[d];
    return extent === Infinity ? "rows" : before + after > 0 ? `${before}+${extent}+${after}` : extent;
  });
  return [
    `  ${name}`.padEnd(32),
    `${dtype} [${extents.join(", ")}]`.padEnd(32),
    (alias ? `= ${alias}` : role === "run" ? "" : scratch ? `scratch, ${scratch} a thread` : `at ${offset}`).padEnd(28),
    life,
  ].join(" ");
}
