/**
 * That what is printed hands each kernel its tensors, in the order in which its loop nest takes them.
 *
 * @module
 */
import type { LoopNest, Statement, Value } from "../../ir/ir.ts";
import type { Plan, PlannedTensor } from "../../plan/plan.ts";
import type { BoundNest } from "../../targets/target.ts";
import { rootOf } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** A load or store in a loop nest. */
export interface Touch {
  readonly tensor: string;
  readonly stores: boolean;
}

/** All loads and stores, in the order of the statements. */
export function touchesIn(body: readonly Statement[]): Touch[] {
  const touches: Touch[] = [];
  const visit = (value: Value): void => {
    if (value.kind === "element") touches.push({ tensor: value.tensor, stores: false });
    if (value.kind === "splat" || value.kind === "total") visit(value.value);
    if (value.kind === "apply") value.operands.forEach(visit);
  };
  const run = (s: Statement): void => {
    if (s.kind === "stage" || s.kind === "store") touches.push({ tensor: s.tensor, stores: s.kind === "store" });
    if ("value" in s) visit(s.value);
    if ("body" in s) s.body.forEach(run);
  };
  body.forEach(run);
  return touches;
}

/**
 * Each symbol of a nest is given the storage that the kernels touch where the nest touches the symbol.
 *
 * @param parts the kernels that it runs, one after the other: itself, if there is one.
 * @param given what is printed, by position.
 * @param printed how a storage is printed.
 * @throws {VerifyError} naming kernels and storages.
 */
export function proveGiven(
  nest: LoopNest,
  parts: readonly BoundNest[],
  given: readonly (string | number)[],
  printed: (storage: PlannedTensor) => string | number,
  { name: net, tensors }: Plan,
): void {
  const fail = (what: string) => unproven(net, `${parts.map(({ nest }) => nest.name).join(" and ")} ${what}`);
  const touches = touchesIn(nest.body), storages = new Map<string, string>();
  const alone = parts.flatMap(({ nest, bindings }) =>
    touchesIn(nest.body).map(({ tensor, stores }) => ({ storage: rootOf(bindings[tensor], tensors), stores }))
  );
  if (touches.length !== alone.length) throw fail(`load and store ${alone.length} times, and as one ${touches.length}`);
  for (const [i, { storage, stores }] of alone.entries()) {
    const { tensor } = touches[i], known = storages.get(tensor) ?? storage;
    if (touches[i].stores !== stores || known !== storage) {
      throw fail(`as one do not touch ${storage} where each of them does`);
    }
    storages.set(tensor, storage);
  }
  const symbols = Object.keys(nest.tensors);
  if (symbols.length !== given.length) throw fail(`of ${symbols.length} tensors is given ${given.length}`);
  for (const [i, symbol] of symbols.entries()) {
    const storage = storages.get(symbol);
    // one that is not touched may be any
    if (storage === undefined || printed(tensors[storage]) === given[i]) continue;
    throw fail(`is given ${given[i]} as its tensor ${i}, and takes ${storage}`);
  }
}
