/**
 * What a module may touch: places in memory, what each kernel reads and writes of them, and how it is called. It follows
 * from the plan. Of a loop nest it only takes which share of a kernel, and which scratch memory, a call hands over: it may
 * say what it likes, since every call is compared with it.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import type { Plan, PlannedKernel, PlannedTensor } from "../../plan/plan.ts";
import { touchedBy } from "../plan/touched.ts";
import { LINE } from "./places.ts";

/** Bytes of memory that belong to one tensor. */
export interface Place {
  readonly tensor: string;
  /** What an address in it is behind, by {@linkcode Unknown.means}: nothing in the arena, else where a table begins. */
  readonly behind: string;
  /** The first byte, from there on; and how many. */
  readonly first: number;
  readonly bytes: number;
  /** Bytes of an element. */
  readonly element: number;
  /** Whole numbers in it are at least 0 and below this, or numbers of samples. */
  readonly below?: number | "samples";
}

/** What a kernel may do, and how it is called. */
export interface KernelContract {
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
  /** Iterations that threads share, and what each adds to the loop's variable: it is told the first and the last one. */
  readonly shared?: { readonly iterations: number; readonly step: number };
  /** Tensors of which it is told where they begin, in elements of four bytes. */
  readonly begins: readonly string[];
}

/** What a module may do. */
export interface Contract {
  readonly arenaBytes: number;
  readonly scratchBytes: number;
  readonly places: readonly Place[];
  readonly kernels: ReadonlyMap<string, KernelContract>;
}

/** What is taken of a kernel's loop nest. */
interface Nest {
  readonly parallel?: { readonly iterations: number; readonly step: number };
  readonly begins?: Readonly<Record<string, string>>;
}

/** Text for so many times what is known by a name, and others. */
export const behind = (...parts: readonly (readonly [means: string, factor: number])[]): string =>
  parts.map(([means, factor]) => factor === 1 ? means : `${factor} times ${means}`).sort().join(" and ");

/** Where a tensor is: in scratch memory the rows of a block, or all of them where whoever calls a kernel says. */
function placesOf({ name: tensor, dtype, shape, rows, below, scratch, offset: first, bytes }: PlannedTensor): Place[] {
  const element = BYTES[dtype], what = { tensor, element, ...below !== undefined && { below } };
  if (rows !== undefined) {
    const row = shape.slice(1).reduce((product, extent) => product * extent, element);
    const means = behind([`rows.${tensor}`, 1], [rows === "steps" ? "step" : "sample", row]);
    return [{ ...what, behind: means, first: 0, bytes: row }];
  }
  if (scratch === undefined) return [{ ...what, behind: "", first, bytes }];
  // what was there before may be anything
  return [
    { tensor, element, behind: behind(["team.scratch", LINE]), first, bytes },
    { tensor, element, behind: behind([`begin of ${tensor}`, 4]), first: 0, bytes: bytes / scratch * shape[0] },
  ];
}

/** The tensors in whose bytes another one lies, too: what is there may be that one's. */
function shared({ tensors }: Plan): ReadonlySet<string> {
  const own = Object.values(tensors).filter(({ rows, scratch }) => rows === undefined && scratch === undefined);
  const root = ({ name, alias }: PlannedTensor) => alias ?? name;
  const limited = own.filter(({ below }) => below !== undefined);
  const isShared = (tensor: PlannedTensor) =>
    own.some((other) =>
      root(other) !== root(tensor) && other.offset < tensor.offset + tensor.bytes &&
      tensor.offset < other.offset + other.bytes
    );
  return new Set(limited.filter(isShared).map(({ name }) => name));
}

/** The contract of a plan. */
export function contractOf(plan: Plan, nests: ReadonlyMap<string, { readonly nest: Nest }>): Contract {
  const anything = shared(plan),
    places = new Map(
      Object.values(plan.tensors).map((tensor) => {
        const { below: _, ...unlimited } = tensor;
        return [tensor.name, placesOf(anything.has(tensor.name) ? unlimited : tensor)];
      }),
    );
  const kernel = (planned: PlannedKernel): [string, KernelContract] => {
    const { kernel: { name }, bindings } = planned, { parallel, begins = {} } = nests.get(name)!.nest;
    const { reads, writes, params } = touchedBy(planned);
    const find = (symbols: Iterable<string>) =>
      [...new Set(symbols)].flatMap((symbol) => places.get(bindings[symbol])!);
    // the numbers of a step stand in tables, by whose names formulas call them
    const tables = params.size > 0 ? ["params", "keys"].filter((table) => table in bindings) : [];
    return [name, {
      reads: find([...reads.map(({ load }) => load.tensor), ...tables]),
      writes: find(writes.map(({ assignment }) => assignment.tensor)),
      ...parallel && { shared: parallel },
      begins: Object.keys(begins).map((symbol) => bindings[symbol]),
    }];
  };
  return {
    arenaBytes: plan.arenaBytes,
    scratchBytes: plan.scratchBytes ?? 0,
    places: [...places.values()].flat(),
    kernels: new Map([...plan.train.kernels, ...plan.evaluate.kernels].map(kernel)),
  };
}
