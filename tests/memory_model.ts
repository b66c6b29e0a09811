/**
 * A model of a net's memory: it runs steps by what kernels touch, and remembers of each word which tensor was written there,
 * and when. It knows no lifetimes: what is overwritten too early is found when it is read.
 *
 * @module
 */
import { plainAxis } from "../codegen/ir/affine.ts";
import { BYTES } from "../codegen/ir/ir.ts";
import type { CompiledNet } from "../codegen/compile.ts";
import { accesses, accessesIn } from "../codegen/plan/kernel.ts";
import type { Plan, PlannedKernel, PlannedTensor } from "../codegen/plan/plan.ts";

/** Rows of a tensor's outermost dimension, from one on up to another. */
type Rows = readonly [from: number, to: number];

/** What is run as one: a kernel, or some on each block. */
interface Unit {
  readonly kernels: readonly PlannedKernel[];
  readonly rows?: number;
  readonly block?: number;
}

const STEPS = ["train", "evaluate", "train", "train", "evaluate"] as const;

/**
 * What a kernel would find that is not what was written for it, in words; undefined if all is well. Between two waits
 * kernels are run in order, and then again the other way round: of a chain, one thread has then ended its half before the
 * other begins.
 */
export function misread(net: CompiledNet): string | undefined {
  try {
    for (const forwards of [true, false]) new Model(net, forwards).run();
  } catch (error) {
    if (error instanceof Misread) return error.message;
    throw error;
  }
}

class Misread extends Error {}

class Model {
  readonly #net: CompiledNet;
  readonly #forwards: boolean;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #arena: Int32Array;
  readonly #scratch: readonly Int32Array[];
  /** Steps, and blocks of a chain, that have begun. */
  #now = 0;
  #block = 0;

  constructor(net: CompiledNet, forwards: boolean) {
    const { tensors, arenaBytes, scratchBytes = 0 } = net.plan;
    this.#net = net;
    this.#forwards = forwards;
    this.#numbers = new Map(Object.keys(tensors).map((name, i) => [name, i + 1]));
    this.#arena = new Int32Array(arenaBytes / 4);
    this.#scratch = [0, 1].map(() => new Int32Array(scratchBytes / 4));
    for (const tensor of Object.values(tensors)) if (!isOfOneStep(tensor)) this.#write(tensor);
  }

  run(): void {
    const { plan } = this.#net, output = this.#storage(`${plan.graph.output}.output`);
    for (const step of STEPS) {
      this.#now++;
      for (const group of groupsOf(plan, step)) {
        for (const unit of this.#forwards ? group : group.toReversed()) this.#unit(unit);
      }
      if (plan[step].kernels.some((planned) => accesses(planned).writes.has(output.name))) this.#read(output, step);
      for (const tensor of Object.values(plan.tensors)) if (!isOfOneStep(tensor)) this.#read(tensor, step);
    }
  }

  #unit({ kernels, rows, block }: Unit): void {
    if (rows === undefined || block === undefined) {
      for (const planned of kernels) this.#kernel(planned);
      return;
    }
    const blocks = rows / block, half = Math.ceil(blocks / 2);
    const shares: [thread: number, from: number, to: number][] = [[0, 0, half], [1, half, blocks]];
    for (const [thread, from, to] of this.#forwards ? shares : shares.toReversed()) {
      for (let i = from; i < to; i++) {
        this.#block++;
        for (const planned of kernels) this.#kernel(planned, [i * block, (i + 1) * block], thread);
      }
    }
  }

  /** What a kernel reads is looked at, then what it writes is marked. */
  #kernel(planned: PlannedKernel, rows?: Rows, thread = 0): void {
    const { reads, writes } = accesses(planned), { kernel: { name } } = planned;
    const own = (tensor: string) => rows && this.#isOwn(planned, tensor) ? rows : undefined;
    for (const tensor of reads) this.#read(this.#storage(tensor), name, own(tensor), thread);
    for (const tensor of writes) this.#write(this.#storage(tensor), own(tensor), thread);
  }

  #isOwn({ kernel, bindings }: PlannedKernel, tensor: string): boolean {
    const { axis } = this.#net.kernels.get(kernel.name)!.nest.parallel!;
    const touched = accessesIn(kernel.parts).filter((access) => bindings[access.tensor] === tensor);
    return touched.every(({ index: [first] }) => first && plainAxis(first)?.name === axis);
  }

  #storage(name: string): PlannedTensor {
    const { tensors } = this.#net.plan;
    return tensors[tensors[name].alias ?? name];
  }

  #mark({ name, scratch, ...tensor }: PlannedTensor): number {
    const age = scratch !== undefined ? this.#block : isOfOneStep(tensor) ? this.#now : 0;
    return age * 4096 + this.#numbers.get(name)!;
  }

  #write(tensor: PlannedTensor, rows?: Rows, thread = 0): void {
    if (tensor.role === "run") return;
    const memory = tensor.scratch === undefined ? this.#arena : this.#scratch[thread], mark = this.#mark(tensor);
    for (const [from, to] of runsOf(tensor, rows)) memory.fill(mark, from, to);
  }

  #read(tensor: PlannedTensor, reader: string, rows?: Rows, thread = 0): void {
    if (tensor.role === "run") return;
    const memory = tensor.scratch === undefined ? this.#arena : this.#scratch[thread], mark = this.#mark(tensor);
    let end: number | undefined;
    for (const [from, to] of runsOf(tensor, rows)) {
      for (let word = from; word < to; word++) {
        if (memory[word] !== mark) throw new Misread(`${reader} finds something else in ${tensor.name}`);
      }
      // between two runs lie the zeros of a halo
      for (let word = end ?? from; word < from; word++) {
        if (memory[word] !== 0) throw new Misread(`${reader} finds no zero around ${tensor.name}`);
      }
      end = to;
    }
  }
}

function isOfOneStep({ role }: Pick<PlannedTensor, "role">): boolean {
  return role === "value" || role === "gradient";
}

/** Kernels between two waits, those of a chain as one. */
function groupsOf(plan: Plan, step: "train" | "evaluate"): Unit[][] {
  const { kernels, barriers, chains = [] } = plan[step], groups: Unit[][] = [[]];
  for (let i = 0; i < kernels.length;) {
    if (barriers[i]) groups.push([]);
    const chain = chains.find(({ first }) => first === i), count = chain?.count ?? 1;
    groups.at(-1)!.push({ kernels: kernels.slice(i, i + count), ...chain && { rows: chain.rows, block: chain.block } });
    i += count;
  }
  return groups;
}

/** The elements inside of a tensor's halo, or of some rows of it, as runs of words. Of scratch, a block is there. */
function* runsOf({ shape, halo, dtype, offset, scratch }: PlannedTensor, rows?: Rows): Generator<Rows> {
  const extents = [scratch ?? shape[0], ...shape.slice(1)], whole = extents.map((e, d) => halo[d][0] + e + halo[d][1]);
  const [first, last] = scratch === undefined && rows ? rows : [0, extents[0]], bytes = BYTES[dtype];
  const strides = whole.map((_, d) => whole.slice(d + 1).reduce((a, b) => a * b, 1));
  // dimensions without a halo, from the innermost one on, lie in one piece
  let inner = extents.length - 1;
  while (inner > 0 && halo[inner][0] + halo[inner][1] === 0) inner--;
  const walk = function* (d: number, place: number): Generator<Rows> {
    const [from, to] = d === 0 ? [first, last] : [0, extents[d]], begin = place + (halo[d][0] + from) * strides[d];
    if (d === inner) {
      yield [Math.floor(begin * bytes / 4), Math.ceil((begin + (to - from) * strides[d]) * bytes / 4)];
      return;
    }
    for (let i = from; i < to; i++) yield* walk(d + 1, place + (halo[d][0] + i) * strides[d]);
  };
  for (const [from, to] of walk(0, 0)) yield [offset / 4 + from, offset / 4 + to];
}
