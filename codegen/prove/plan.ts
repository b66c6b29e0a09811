/**
 * The proof of a plan: that its kernels can run in one memory, by many threads or on a GPU, and compute what was drafted.
 *
 * 1. Places ({@linkcode proveStorage}): tensors lie in the arena, from a line of 64 bytes on, and do not overlap; one that
 *    has another's storage has equal bytes.
 * 2. Reach ({@linkcode proveReach}): in each dimension a padded read goes no further out than the halo is wide, and all
 *    else lies inside, writes too: halos stay zero. What a kernel writes, it reads only element by element.
 * 3. Flow ({@linkcode proveFlow}): every read finds what it would find if each tensor had a place of its own, so no alias
 *    is overwritten too early, and all tensors can be looked at when a step has ended.
 * 4. Order ({@linkcode proveOrder}): between two kernels, one of which touches what the other one writes, threads wait, or
 *    a dispatch ends. That is proven of the plan's barriers, and once more of what a target has made of them, read back
 *    from its files: from the last kernels of a step to the first of the next one too.
 *
 * All of it follows from formulas, shapes and places alone: nothing that lays out, places barriers or merges dispatches is
 * used here. Each takes time in proportion to what it looks at, but for the sorting of addresses.
 *
 * It is taken as given that memory begins as zeros, that an array of threads waits for all of them, and that a GPU starts a
 * dispatch of a queue when the one before has ended and its writes can be seen, as WebGPU says. That each element of an
 * output is written once, and by one thread, is proven of the loop nest.
 *
 * @module
 */
import type { Statement, Value } from "../ir.ts";
import type { Draft, Plan, PlannedKernel, Step } from "../plan.ts";
import type { CompiledKernel, Group, Target } from "../target.ts";
import { proveFlow } from "./flow.ts";
import { proveOrder, proveTurnover } from "./order.ts";
import { proveReach } from "./reach.ts";
import { proveStorage } from "./storage.ts";
import { storagesOf, touchedBy } from "./touched.ts";
import { unproven } from "./unproven.ts";

const STEPS = ["train", "evaluate"] as const;

/** @throws {VerifyError} when anything about a plan is left unproven: naming kernels and tensors. */
export function provePlan(plan: Plan, draft: Draft): void {
  proveStorage(plan);
  if (!plan.tensors[`${plan.graph.output}.output`]) throw unproven(plan.name, "what the net puts out has no place");
  const known = new Map<string, PlannedKernel>();
  for (const name of STEPS) {
    const step = plan[name];
    for (const planned of step.kernels) proveOnce(planned, known, plan);
    proveFlow(plan, draft, name);
    proveOrder(plan, step, betweenBarriers(step, plan));
  }
}

/** Proves a kernel, unless it is one of the other step's: those of one name are one. */
function proveOnce(planned: PlannedKernel, known: Map<string, PlannedKernel>, plan: Plan): void {
  const { kernel: { name, parts }, bindings } = planned, before = known.get(name);
  if (!before) {
    proveReach(planned, plan);
    known.set(name, planned);
  } else if (before.kernel.parts !== parts || JSON.stringify(before.bindings) !== JSON.stringify(bindings)) {
    throw unproven(plan.name, `there are two kernels ${name}`);
  }
}

function betweenBarriers({ kernels, barriers }: Step, { name }: Plan): string[][] {
  if (barriers.length !== kernels.length) {
    throw unproven(name, `${kernels.length} kernels have ${barriers.length} barriers`);
  }
  const groups: string[][] = [[]];
  for (const [i, { kernel }] of kernels.entries()) {
    if (barriers[i]) groups.push([]);
    groups.at(-1)!.push(kernel.name);
  }
  return groups;
}

/**
 * Of what a target has made of a plan: loop nests touch what their kernels do and nothing else, and the files run them in
 * an order that is right.
 *
 * @throws {VerifyError} naming kernels and tensors.
 */
export function proveTarget(
  plan: Plan,
  kernels: ReadonlyMap<string, CompiledKernel>,
  files: Readonly<Record<string, string>>,
  target: Pick<Target, "groups">,
): void {
  const planned = new Map(STEPS.flatMap((name) => plan[name].kernels).map((own) => [own.kernel.name, own]));
  for (const own of planned.values()) proveNest(own, kernels.get(own.kernel.name), plan);
  const groups = target.groups(files);
  for (const name of STEPS) {
    proveOrder(plan, plan[name], groups[name].map(({ kernels }) => kernels));
    for (const group of groups[name]) {
      proveAlone(group, kernels, plan);
      proveBound(group, planned, plan);
    }
  }
  for (const name of STEPS) {
    for (const next of STEPS) {
      proveTurnover(plan, groups[name].at(-1)?.kernels ?? [], groups[next].at(0)?.kernels ?? []);
    }
  }
}

/** A nest loads and stores the tensors that its kernel reads and writes. */
function proveNest(planned: PlannedKernel, compiled: CompiledKernel | undefined, { name: net }: Plan): void {
  const { kernel } = planned, { reads, writes, params } = touchedBy(planned);
  if (!compiled) throw unproven(net, `${kernel.name} has no loop nest`);
  const read = new Set([
    ...reads.map(({ load }) => load.tensor),
    ...[...params].map(({ type }) => type === "f32" ? "params" : "keys"),
  ]);
  const written = new Set(writes.map(({ assignment }) => assignment.tensor)), { loads, stores } = touchedIn(compiled);
  const [more] = [...loads.difference(read), ...stores.symmetricDifference(written)];
  if (more !== undefined) {
    throw unproven(net, `the loop nest of ${kernel.name} touches ${more} otherwise than its formula`);
  }
}

function touchedIn({ nest: { body } }: CompiledKernel): { loads: Set<string>; stores: Set<string> } {
  const loads = new Set<string>(), stores = new Set<string>();
  const visit = (value: Value): void => {
    if (value.kind === "element") loads.add(value.tensor);
    if (value.kind === "splat" || value.kind === "total") visit(value.value);
    if (value.kind === "apply") value.operands.forEach(visit);
  };
  const run = (s: Statement): void => {
    if (s.kind === "stage") loads.add(s.tensor);
    if (s.kind === "store") stores.add(s.tensor);
    if ("value" in s) visit(s.value);
    if ("body" in s) s.body.forEach(run);
  };
  body.forEach(run);
  return { loads, stores };
}

/** Where threads run a step, each kernel is shared by them or run by one, as its nest is made for. */
function proveAlone(
  { kernels: names, alone }: Group,
  kernels: ReadonlyMap<string, CompiledKernel>,
  { name }: Plan,
): void {
  if (!alone) return;
  for (const own of names) {
    const shared = kernels.get(own)!.nest.parallel !== undefined;
    if (shared === alone.includes(own)) {
      throw unproven(
        name,
        `${own} is ${shared ? "made for all threads and run by one" : "made for one thread and run by all"}`,
      );
    }
  }
}

/** A dispatch binds what its kernels touch and nothing else; what it writes it binds once, as WebGPU wants it. */
function proveBound(
  { kernels: names, bound, writes }: Group,
  planned: ReadonlyMap<string, PlannedKernel>,
  { name: net, tensors }: Plan,
): void {
  if (!bound) return;
  const fail = (what: string) => unproven(net, `the dispatch of ${names.join(" and ")} ${what}`);
  const read = new Set<string>(), written = new Set<string>();
  for (const name of names) {
    const { reads, writes } = storagesOf(planned.get(name)!, tensors);
    for (const storage of reads) read.add(storage);
    for (const storage of writes) written.add(storage);
    for (const { type } of touchedBy(planned.get(name)!).params) read.add(type === "f32" ? "params" : "keys");
  }
  const [other] = new Set(bound).symmetricDifference(read.union(written));
  if (other !== undefined) throw fail(`binds ${other} without need, or needs it and does not bind it`);
  const [wrong] = new Set(writes).symmetricDifference(written);
  if (wrong !== undefined) throw fail(`is said to write ${wrong} or not, and is not so`);
  const twice = bound.find((name, i) => written.has(name) && bound.indexOf(name) !== i);
  if (twice !== undefined) throw fail(`writes ${twice} and binds it twice`);
}
