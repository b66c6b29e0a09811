/**
 * Chains: kernels that are run block of samples by block of samples, so that what one leaves is still in the cache when
 * the next one takes it, and what no other needs has no room in the arena at all.
 *
 * @module
 */
import { plainAxis } from "../../ir/affine.ts";
import { BYTES, type Kernel, type LoopNest } from "../../ir/ir.ts";
import { accesses, accessesIn } from "../kernel.ts";
import type { Chain, Plan, PlannedKernel, PlannedTensor, Step } from "../plan.ts";
import { placeTensors } from "./arena.ts";
import { placeBarriers } from "./barriers.ts";

/** Blocks of a chain, at least: threads share them. */
const LEAST_BLOCKS = 16;
/** Bytes that a core keeps near, of which two neighbours in a chain may take about half. */
const CACHE = 2 ** 20, MOST_OF_BLOCK = CACHE / 2;
/** Bytes that all blocks of a chain read, at most: such as stay in the cache behind that, whatever others do. */
const MOST_SHARED = 5 * 2 ** 20;
/** Bytes from one tensor to the next are a multiple of a line. */
const LINE = 64;

/** How a kernel may be a part of a chain. */
interface Link {
  /** Extent of the axis that threads share, and the least of it that they can be given. */
  readonly rows: number;
  readonly step: number;
  /** Storages of which each iteration of that axis touches its own row alone. */
  readonly own: ReadonlySet<string>;
}

/** A kernel, and the storages that it touches. */
interface Member {
  readonly planned: PlannedKernel;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  readonly link?: Link;
}

/**
 * The plan with chains, where that pays; kernels that need nothing of a chain are run before it.
 *
 * @param sharedOf what threads share of a kernel.
 */
export function chainKernels(plan: Plan, sharedOf: (kernel: Kernel) => LoopNest["parallel"]): Plan {
  const { tensors } = plan, storage = (name: string) => tensors[name].alias ?? name;
  const memberOf = (planned: PlannedKernel): Member => {
    const { reads, writes } = accesses(planned), link = linkOf(planned, sharedOf(planned.kernel), plan);
    return { planned, reads: setOf(reads, storage), writes: setOf(writes, storage), ...link && { link } };
  };
  const [train, evaluate] = [plan.train, plan.evaluate].map((step) => chained(step.kernels.map(memberOf), plan));
  if (train.chains.length + evaluate.chains.length === 0) return plan;
  const stepOf = ({ members, chains }: Chained): Step => {
    const kernels = members.map(({ planned }) => planned);
    return { kernels, barriers: placeBarriers(kernels, storage, chains), chains };
  };
  const placed = withScratch(plan, scratchOf(plan, [train, evaluate]));
  return { ...plan, ...placed, train: stepOf(train), evaluate: stepOf(evaluate) };
}

function setOf(names: ReadonlySet<string>, storage: (name: string) => string): Set<string> {
  return new Set([...names].map(storage));
}

function linkOf(
  { kernel, bindings }: PlannedKernel,
  shared: LoopNest["parallel"],
  { tensors }: Pick<Plan, "tensors">,
): Link | undefined {
  if (!shared) return undefined;
  const { axis: name, iterations, step } = shared, rows = iterations * step;
  // all of it is in the parallel loop: nothing is left over for one thread
  if (kernel.parts.some(({ axes }) => !axes.some((axis) => axis.name === name && axis.extent === rows))) {
    return undefined;
  }
  const own = new Set<string>(), others = new Set<string>();
  for (const { tensor, index: [first] } of accessesIn(kernel.parts)) {
    const { shape, halo, alias, name: root } = tensors[bindings[tensor]], axis = first && plainAxis(first);
    const isOwn = axis?.name === name && shape[0] === rows && halo[0].every((width) => width === 0);
    (isOwn ? own : others).add(alias ?? root);
  }
  return { rows, step, own: own.difference(others) };
}

/** A step's kernels in the order in which they are run. */
interface Chained {
  readonly members: readonly Member[];
  readonly chains: readonly Chain[];
}

function chained(members: readonly Member[], plan: Plan): Chained {
  const ordered: Member[] = [], chains: Chain[] = [];
  for (let left = members; left.length > 0;) {
    const { before, chain, behind } = chainFrom(left, plan), block = blockOf(chain, plan);
    if (block === undefined) {
      ordered.push(left[0]);
      left = left.slice(1);
      continue;
    }
    const sooner = chained(before, plan), first = ordered.length + before.length;
    chains.push(...sooner.chains.map((each) => ({ ...each, first: each.first + ordered.length })));
    chains.push({ first, count: chain.length, rows: chain[0].link!.rows, block });
    ordered.push(...sooner.members, ...chain);
    left = behind;
  }
  return { members: ordered, chains };
}

/** The longest chain from the first kernel on, what is run before it, and what is left. */
function chainFrom(
  [first, ...others]: readonly Member[],
  { tensors }: Plan,
): Record<"before" | "chain" | "behind", Member[]> {
  const before: Member[] = [], chain = [first], behind: Member[] = [];
  const all = new Touched(), foreign = new Touched(), later = new Touched();
  const link = ({ reads, writes, link }: Member) => {
    const { own } = link!;
    all.add(reads, writes);
    foreign.add(reads.difference(own), writes.difference(own));
  };
  // with fewer rows there is no chain at all
  const isPossible = first.link !== undefined && first.link.rows >= LEAST_BLOCKS;
  if (isPossible) link(first);
  for (const member of isPossible ? others : []) {
    const isLater = later.conflicts(member).length > 0;
    // it needs what the chain makes, and of all that both touch its own rows only
    const joins = !isLater && member.link?.rows === first.link!.rows && !member.reads.isDisjointFrom(all.writes) &&
      foreign.conflicts(member).length === 0 && all.conflicts(member).every((name) => member.link!.own.has(name)) &&
      bytesOf(foreign.reads.union(member.reads.difference(member.link.own)), tensors) <= MOST_SHARED;
    if (joins) {
      chain.push(member);
      link(member);
    } else if (isLater || all.conflicts(member).length > 0) {
      behind.push(member);
      later.add(member.reads, member.writes);
    } else before.push(member);
  }
  return { before, chain, behind };
}

/** What several kernels touch, all together. */
class Touched {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  add(reads: Iterable<string>, writes: Iterable<string>): void {
    for (const name of reads) this.reads.add(name);
    for (const name of writes) this.writes.add(name);
  }

  /** Storages because of which a kernel must be run behind one of these. */
  conflicts({ reads, writes }: Member): string[] {
    return [
      ...[...reads, ...writes].filter((name) => this.writes.has(name)),
      ...[...writes].filter((name) => this.reads.has(name)),
    ];
  }
}

function bytesOf(names: Iterable<string>, tensors: Plan["tensors"]): number {
  return [...names].reduce((sum, name) => sum + tensors[name].bytes, 0);
}

/** Rows of a block; undefined where a chain would gain nothing. */
function blockOf(chain: readonly Member[], { tensors }: Plan): number | undefined {
  const [{ link }] = chain;
  if (!link || chain.length < 2 || link.rows < LEAST_BLOCKS) return undefined;
  const handedOn = new Set(
    chain.flatMap(({ reads }, i) => chain.slice(0, i).flatMap(({ writes }) => [...writes.intersection(reads)])),
  );
  if (bytesOf(handedOn, tensors) < CACHE) return undefined;
  const near = chain.slice(1).map(({ link: b }, i) => bytesOf(b!.own.union(chain[i].link!.own), tensors) / link.rows);
  const fits = (block: number) => block * Math.max(...near) <= MOST_OF_BLOCK && link.rows / block >= LEAST_BLOCKS;
  const blocks = Array.from({ length: link.rows }, (_, i) => i + 1).filter((block) =>
    link.rows % block === 0 && chain.every(({ link }) => block % link!.step === 0)
  );
  return blocks.findLast(fits) ?? blocks[0];
}

/** Storages that are touched inside of chains alone, in each step of one, where they are written first; and their rows. */
function scratchOf(
  { tensors, graph }: Plan,
  steps: readonly Chained[],
): ReadonlyMap<string, number> {
  const scratch = new Map<string, number>(), output = `${graph.output}.output`;
  const aliased = new Set(
    Object.values(tensors).flatMap(({ name, alias }) => alias === undefined ? [] : [name, alias]),
  );
  for (const { name, role, dtype } of Object.values(tensors)) {
    if (BYTES[dtype] !== 4 || (role !== "value" && role !== "gradient") || aliased.has(name) || name === output) {
      continue;
    }
    const rows = steps.map(({ members, chains }) => {
      const isUser = ({ reads, writes }: Member) => reads.has(name) || writes.has(name), users = members.filter(isUser);
      if (users.length === 0) return 0;
      const chain = chains.find(({ first, count }) =>
        users.every((user) => members.slice(first, first + count).includes(user))
      );
      const [{ reads }] = users;
      return chain && !reads.has(name) && users.every(({ link }) => link!.own.has(name)) ? chain.block : Infinity;
    });
    if (Math.max(...rows) < Infinity && Math.max(...rows) > 0) scratch.set(name, Math.max(...rows));
  }
  return scratch;
}

/** The tensors with their places, once some are scratch. */
function withScratch(
  { tensors, name }: Plan,
  scratch: ReadonlyMap<string, number>,
): Pick<Plan, "tensors" | "arenaBytes" | "scratchBytes"> {
  const all = Object.values(tensors), left = all.filter(({ name }) => !scratch.has(name));
  const aliases = Object.fromEntries(left.flatMap(({ name, alias }) => alias === undefined ? [] : [[name, alias]]));
  const halos = Object.fromEntries(all.map(({ name, halo }) => [name, halo]));
  const arena = placeTensors(left, halos, aliases, name);
  let end = 0;
  const placed = all.flatMap((tensor): [string, PlannedTensor][] => {
    const rows = scratch.get(tensor.name);
    if (rows === undefined) return [];
    const offset = end, bytes = tensor.bytes / tensor.shape[0] * rows;
    end += Math.ceil(bytes / LINE) * LINE;
    return [[tensor.name, { ...tensor, scratch: rows, offset, bytes }]];
  });
  return { tensors: { ...arena.tensors, ...Object.fromEntries(placed) }, arenaBytes: arena.bytes, scratchBytes: end };
}
