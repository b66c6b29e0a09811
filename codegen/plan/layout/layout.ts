/**
 * Stage 6: a draft to a {@linkcode Plan}, whose tensors have their places in memory.
 *
 * @module
 */
import type { TensorType } from "../../ir/ir.ts";
import type { Draft, Plan, PlannedKernel, PlannedTensor, Step } from "../plan.ts";
import { inferAliases, renaming, storageOf } from "./aliases.ts";
import { placeTensors } from "./arena.ts";
import { placeBarriers } from "./barriers.ts";
import { inferHalos } from "./halos.ts";
import { columnsOf, tablesFor, tablesOf } from "./tables.ts";

/**
 * Gives tensors their halos, drops the reshapes that need no kernel and the tensors that none uses, places barriers,
 * and lays out the arena.
 *
 * @throws {InputError} when the arena would be too large.
 */
export function layOut(draft: Draft): Plan {
  const { name, batchSize, batchRows, graph } = draft, drafted = [...draft.train, ...draft.evaluate];
  const halos = inferHalos(drafted, draft.tensors), aliases = inferAliases(drafted, halos);
  const storage = (tensor: string) => storageOf(tensor, aliases);
  const [train, evaluate] = [draft.train, draft.evaluate].map((kernels) =>
    kernels.filter((planned) => !renaming(planned, halos))
  );
  const columns = columnsOf([...train, ...evaluate]), all = { ...draft.tensors, ...tablesFor(columns) };
  // what the last layer gives is for those who run the plan
  const used = usedBy([...train, ...evaluate], ["params", "keys", `${graph.output}.output`], storage);
  const { tensors, bytes } = placeTensors(
    Object.values(all).filter(({ name }) => used.has(name)),
    halos,
    aliases,
    name,
  );
  const step = (kernels: readonly PlannedKernel[]): Step => ({
    kernels: kernels.map((planned) => typed(planned, tensors)),
    barriers: placeBarriers(kernels, storage),
  });
  return {
    ...{ name, batchSize, batchRows, graph, tensors, ...columns },
    metrics: graph.metrics.filter(({ symbol }) => symbol in tensors).map(({ type, symbol }) => ({ type, symbol })),
    train: step(train),
    evaluate: step(evaluate),
    arenaBytes: bytes,
  };
}

/** The tensors that kernels touch and `others`, and those that have their storage. */
function usedBy(
  kernels: readonly PlannedKernel[],
  others: readonly string[],
  storage: (name: string) => string,
): ReadonlySet<string> {
  const names = [...others, ...kernels.flatMap(({ bindings }) => Object.values(bindings))];
  return new Set(names.flatMap((name) => [name, storage(name)]));
}

/** The kernel with the types of its tensors, and the tables of run-time numbers among them. */
function typed(planned: PlannedKernel, tensors: Plan["tensors"]): PlannedKernel {
  const tables = tablesOf(planned.kernel).map((name) => [name, name] as const);
  const bindings = { ...planned.bindings, ...Object.fromEntries(tables) };
  const types = Object.entries(bindings).map(([symbol, name]) => [symbol, typeOf(tensors[name])]);
  return { ...planned, kernel: { ...planned.kernel, tensors: Object.fromEntries(types) }, bindings };
}

/** The tensor's type without its place. */
function typeOf({ dtype, shape, halo, below, rows, columns }: PlannedTensor): TensorType {
  return {
    ...{ dtype, shape, halo },
    ...below !== undefined && { below },
    ...rows && { rows },
    ...columns && { columns },
  };
}
