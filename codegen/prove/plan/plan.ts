/**
 * The proof of a plan: that its kernels can run in one memory, by many threads or on a GPU, and compute what was drafted.
 *
 * 1. Places ({@linkcode proveStorage}, {@linkcode proveApart}): tensors lie in the arena, from a line of 64 bytes on, and
 *    do not overlap before a target shares their bytes (7); one that has another's storage has equal bytes.
 * 2. Reach ({@linkcode proveReach}): in each dimension a padded read goes no further out than the halo is wide, and all
 *    else lies inside, writes too: halos stay zero. What a kernel writes, it reads only element by element.
 * 3. Flow ({@linkcode proveFlow}): every read finds what it would find if each tensor had a place of its own, so no alias
 *    is overwritten too early, and when a step has ended.
 * 4. Order ({@linkcode proveOrder}): between two kernels, one of which touches what the other one writes, threads wait, or
 *    a dispatch ends. That is proven of the plan's barriers, and once more of what a target has made of them
 *    ({@linkcode proveTarget} in target.ts), read back from its files. Every step ends with a wait, so the next one finds nobody at work.
 * 5. Bindings ({@linkcode proveGiven} in given.ts): the files give each kernel the tensors of the plan in the order in
 *    which its loop nest takes them. Where kernels are merged, their nest touches what they do, in the same order.
 * 6. Chains ({@linkcode proveChain} and {@linkcode proveScratch} in chains.ts): where threads run kernels block by block,
 *    what one writes and another touches is touched in the block's own rows alone, by the formulas; what is scratch is
 *    touched in one chain of a step alone, first by who writes it. That addresses in it stay in the rows
 *    of a thread is proven of the loop nest. The printed chain is read back word for word, and the order that counts is
 *    that of the plan before kernels were moved.
 * 7. Tenants ({@linkcode proveTenants} and {@linkcode proveTurns} in tenants.ts): where a target lays tensors in the bytes of
 *    others, none is kept, halos stay zero, and in each step the one is done with before the other one begins.
 *
 * All of it follows from formulas, shapes and places alone: nothing that lays out, places barriers or merges dispatches is
 * used here. Each takes time in proportion to what it looks at, but for the sorting of addresses.
 *
 * It is taken as given that memory begins as zeros, that at a wait every thread waits for all others, and that a GPU starts a
 * dispatch of a queue when the one before has ended and its writes can be seen, as WebGPU says. That each element of an
 * output is written once, and by one thread, is proven of the loop nest.
 *
 * What a step hands over is taken as printed where it is no place of a tensor: the row number, a thread's part of a loop,
 * the type and length of a view. So are the addresses of tensors in WebAssembly's text: they are proven of the
 * bytes that run (prove/binary).
 *
 * @module
 */
import type { Draft, Plan, PlannedKernel, Step } from "../../plan/plan.ts";
import { proveFlow } from "./flow.ts";
import { proveOrder } from "./order.ts";
import { proveReach } from "./reach.ts";
import { proveApart, proveStorage } from "./storage.ts";
import { rootOf } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** @throws {VerifyError} when anything about a plan is left unproven: naming kernels and tensors. */
export function provePlan(plan: Plan, draft: Draft): void {
  proveStorage(plan);
  proveApart(plan);
  if (!plan.tensors[`${plan.graph.output}.output`]) throw unproven(plan.name, "what the net puts out has no place");
  const known = new Map<string, PlannedKernel>();
  for (const name of ["train", "evaluate"] as const) {
    const step = plan[name];
    for (const planned of step.kernels) proveOnce(planned, known, plan);
    if (name === "evaluate") { for (const planned of step.kernels) proveKept(planned, plan); }
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

/** A test changes nothing that is kept from step to step. */
function proveKept({ kernel, bindings }: PlannedKernel, { name: net, tensors }: Plan): void {
  for (const { tensor } of kernel.parts.flatMap(({ assignments }) => assignments)) {
    const { name, role } = tensors[rootOf(bindings[tensor], tensors)];
    if (!["parameter", "buffer", "state"].includes(role)) continue;
    throw unproven(net, `${kernel.name} writes ${name} in a test, and only training may`);
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
