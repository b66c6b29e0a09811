/**
 * The proof of what a target has made of a plan: see plan.ts.
 *
 * @module
 */
import type { Plan, PlannedKernel, PlannedTensor } from "../../plan/plan.ts";
import type { CompiledKernel, Group, Target } from "../../targets/target.ts";
import { proveChain, proveSame, proveScratch } from "./chains.ts";
import { proveGiven, touchesIn } from "./given.ts";
import { proveOrder } from "./order.ts";
import { proveStorage } from "./storage.ts";
import { proveTenants, proveTurns } from "./tenants.ts";
import { storagesOf, touchedBy, typeKey } from "./touched.ts";
import { unproven } from "./unproven.ts";

const STEPS = ["train", "evaluate"] as const;

/**
 * Of what a target has made of a plan: loop nests touch what their kernels do and nothing else, and the files run them in
 * an order that is right and give each its own tensors.
 *
 * @param before the plan that kernels were chained of: the order of its steps is what counts.
 * @throws {VerifyError} naming kernels and tensors.
 */
export function proveTarget(
  plan: Plan,
  kernels: ReadonlyMap<string, CompiledKernel>,
  files: Readonly<Record<string, string>>,
  target: Pick<Target, "groups" | "merged">,
  before: Plan = plan,
): void {
  if (before !== plan) proveSame(plan, before);
  proveStorage(plan);
  const tenants = proveTenants(plan);
  const planned = new Map(STEPS.flatMap((name) => plan[name].kernels).map((planned) => [planned.kernel.name, planned]));
  for (const kernel of planned.values()) proveNest(kernel, kernels.get(kernel.kernel.name), plan);
  const groups = target.groups(files);
  for (const name of STEPS) {
    if (groups[name].length === 0) throw unproven(plan.name, `no step ${name} is printed`);
    const linked = groups[name].flatMap(({ chains = [] }) =>
      chains.map((chain) => proveChain(chain, kernels, planned, plan))
    );
    proveScratch(plan, before[name], groups[name], kernels, linked);
    proveOrder(plan, before[name], groups[name].map(({ kernels }) => kernels), linked);
    proveTurns(plan, before[name], groups[name].map(({ kernels }) => kernels), linked, tenants);
    const last = groups[name].at(-1)?.kernels;
    if (last?.length !== 0) throw unproven(plan.name, `a step ends, and nothing waits for ${last?.join(" and ")}`);
    for (const group of groups[name]) {
      proveAlone(group, kernels, plan);
      proveBound(group, planned, plan);
      proveHandedOver(group, kernels, planned, plan, target);
      proveBuffers(group, plan);
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
  const written = new Set(writes.map(({ assignment }) => assignment.tensor)), touches = touchesIn(compiled.nest.body);
  const [loads, stores] = [false, true].map((stores) =>
    new Set(touches.filter((touch) => touch.stores === stores).map(({ tensor }) => tensor))
  );
  const [more] = [...loads.difference(read), ...stores.symmetricDifference(written)];
  const other = Object.entries(compiled.nest.tensors).find(([symbol, type]) =>
    !kernel.tensors[symbol] || typeKey(type) !== typeKey(kernel.tensors[symbol])
  );
  if (other) throw unproven(net, `the loop nest of ${kernel.name} takes ${other[0]} for another type than its formula`);
  if (more !== undefined) {
    throw unproven(net, `the loop nest of ${kernel.name} touches ${more} otherwise than its formula`);
  }
}

/** What calls hand over, and what a dispatch binds, comes in the order in which nests take it. */
function proveHandedOver(
  { kernels: names, given, bound }: Group,
  kernels: ReadonlyMap<string, CompiledKernel>,
  planned: ReadonlyMap<string, PlannedKernel>,
  plan: Plan,
  { merged }: Pick<Target, "merged">,
): void {
  const nests = names.map((name) => ({ nest: kernels.get(name)!.nest, bindings: planned.get(name)!.bindings }));
  for (const one of given ? nests : []) {
    const printed = ({ name, role, offset }: PlannedTensor) => role === "run" ? name : offset;
    proveGiven(one.nest, [one], given![one.nest.name], printed, plan);
  }
  if (bound) proveGiven(nests.length === 1 ? nests[0].nest : merged!(nests), nests, bound, ({ name }) => name, plan);
}

/** Where threads run a step, each kernel is shared by them or run by one, as its nest is made for. */
function proveAlone(
  { kernels: names, alone }: Group,
  kernels: ReadonlyMap<string, CompiledKernel>,
  { name }: Plan,
): void {
  if (!alone) return;
  for (const kernel of names) {
    const shared = kernels.get(kernel)!.nest.parallel !== undefined;
    if (shared && alone.includes(kernel)) throw unproven(name, `${kernel} is made for all threads and run by one`);
    if (!shared && !alone.includes(kernel)) throw unproven(name, `${kernel} is made for one thread and run by all`);
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
  const touched = read.union(written);
  for (const name of touched) if (!bound.includes(name)) throw fail(`does not bind ${name}`);
  for (const name of bound) if (!touched.has(name)) throw fail(`binds ${name}, which they do not touch`);
  for (const name of written) if (!writes?.includes(name)) throw fail(`writes ${name} and does not say so`);
  for (const name of writes ?? []) if (!written.has(name)) throw fail(`does not write ${name} and says so`);
  const twice = bound.find((name, i) => written.has(name) && bound.indexOf(name) !== i);
  if (twice !== undefined) throw fail(`writes ${twice} and binds it twice`);
}

/** Tensors that a dispatch binds as one buffer it all writes: a buffer is bound to be read, or to be written. */
function proveBuffers({ kernels: names, bound, writes, buffers }: Group, { name: net }: Plan): void {
  if (!bound || !buffers) return;
  const fail = (what: string) => unproven(net, `the dispatch of ${names.join(" and ")} ${what}`);
  if (buffers.length !== bound.length) throw fail(`binds ${bound.length} tensors in ${buffers.length} buffers`);
  const written = (i: number) => writes!.includes(bound[i]);
  for (const [i, buffer] of buffers.entries()) {
    const j = buffers.indexOf(buffer);
    if (j < i && !(written(i) && written(j))) {
      throw fail(`binds ${bound[j]} and ${bound[i]} as one, and does not write both`);
    }
  }
}
