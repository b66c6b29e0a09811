/**
 * That every tensor has a place, and, before any are given to several, one of its own.
 *
 * @module
 */
import { BYTES } from "../../ir/ir.ts";
import type { Plan, PlannedTensor } from "../../plan/plan.ts";
import type { Tensors } from "./touched.ts";
import { unproven } from "./unproven.ts";

/** Where a tensor may begin: at a multiple of so many bytes, of which no two tensors share any. */
const LINE = 64;
/** Most bytes of an arena: addresses have 32 bits, with room for the run's data behind it. */
const MOST = 2 ** 31;

/**
 * Tensors lie in the arena, from a whole line on. What has another one's storage has as many
 * bytes, and neither has a halo. What the run supplies lies behind the arena and has none either. What is scratch lies in
 * a thread's scratch memory in the same way, and has room for whole rows there.
 *
 * @throws {VerifyError} naming the tensors.
 */
export function proveStorage({ name: net, tensors, arenaBytes, scratchBytes = 0 }: Plan): void {
  const fail = (what: string) => unproven(net, what);
  for (const [what, bytes] of [["an arena", arenaBytes], ["scratch memory", scratchBytes]] as const) {
    if (!(bytes >= 0 && bytes <= MOST && bytes % LINE === 0)) {
      throw fail(`${what} of ${bytes} bytes is no whole number of lines up to ${MOST}`);
    }
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor.name !== name) throw fail(`${name} goes by the name of ${tensor.name}`);
    proveShape(tensor, fail);
    if (tensor.alias !== undefined) proveAlias(tensor, tensors, fail);
    else if (tensor.scratch !== undefined) {
      proveRows(tensor, fail);
      provePlace(tensor, scratchBytes, fail, "scratch memory");
    } else if (tensor.role !== "run") provePlace(tensor, arenaBytes, fail);
  }
}

/**
 * No tensor overlaps another one.
 *
 * @throws {VerifyError} naming both.
 */
export function proveApart({ name: net, tensors }: Plan): void {
  for (const [{ name }, { name: other }] of overlaps(tensors)) throw unproven(net, `${name} and ${other} overlap`);
}

/** Tensors with storages of their own that share bytes, the one that begins first before the other. */
export function overlaps(tensors: Tensors): [PlannedTensor, PlannedTensor][] {
  const placed = Object.values(tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);
  return [false, true].flatMap((inScratch) => {
    const sorted = placed.filter(({ scratch }) => (scratch !== undefined) === inScratch)
      .sort((a, b) => a.offset - b.offset);
    return sorted.flatMap((tensor, i) => {
      const end = tensor.offset + tensor.bytes;
      let behind = i + 1;
      while (behind < sorted.length && sorted[behind].offset < end) behind++;
      return sorted.slice(i + 1, behind).map((other): [PlannedTensor, PlannedTensor] => [tensor, other]);
    });
  });
}

type Fail = (what: string) => Error;

function proveShape({ name, role, shape, halo, rows }: PlannedTensor, fail: Fail): void {
  const runs = role === "run", least = runs ? 0 : 1;
  const extents = rows === undefined ? shape : shape.slice(1);
  if (runs !== (rows !== undefined) || runs && shape[0] !== Infinity) {
    throw fail(`${name} has rows of the run's, or should have`);
  }
  if (!extents.every((extent) => Number.isSafeInteger(extent) && extent >= least)) {
    throw fail(`${name} has a shape of ${shape.join(", ")}`);
  }
  if (halo.length !== shape.length || !halo.flat().every((width) => Number.isSafeInteger(width) && width >= 0)) {
    throw fail(`${name} has ${shape.length} dimensions and a halo of ${halo.join(" and ")}`);
  }
  // what others write whole would write the zeros too
  if (isPadded({ halo }) && role !== "value" && role !== "gradient") {
    throw fail(`${name} is written by the run and has a halo`);
  }
}

function isPadded({ halo }: Pick<PlannedTensor, "halo">): boolean {
  return halo.some(([before, after]) => before + after > 0);
}

/** Bytes of a tensor, halo and all. */
function bytesOf({ dtype, shape: [rows, ...inner], halo, scratch }: PlannedTensor): number {
  return [scratch ?? rows, ...inner].reduce(
    (bytes, extent, d) => bytes * (extent + halo[d][0] + halo[d][1]),
    BYTES[dtype],
  );
}

/** What is kept for a block is of one step, and in whole rows. */
function proveRows({ name, role, scratch, shape: [rows], halo: [first], dtype }: PlannedTensor, fail: Fail): void {
  const fits = Number.isInteger(scratch) && scratch! > 0 && scratch! <= rows && first[0] + first[1] === 0;
  if (!fits || BYTES[dtype] !== 4) throw fail(`${name} has ${scratch} of ${rows} rows in scratch memory`);
  if (role !== "value" && role !== "gradient") throw fail(`${name} is scratch, and kept from step to step`);
}

function provePlace(tensor: PlannedTensor, end: number, fail: Fail, where = "an arena"): void {
  const { name, offset, bytes } = tensor, needed = bytesOf(tensor);
  if (bytes !== needed) throw fail(`${name} needs ${needed} bytes and has ${bytes}`);
  if (!(offset >= 0 && offset % LINE === 0)) throw fail(`${name} begins at byte ${offset}, which begins no line`);
  if (offset + bytes > end) {
    throw fail(`${name} ends at byte ${offset + bytes} of ${where} of ${end}`);
  }
}

function proveAlias(tensor: PlannedTensor, tensors: Tensors, fail: Fail): void {
  const { name, alias, dtype, offset, bytes, role } = tensor, storage = tensors[alias!];
  if (!storage || storage.alias !== undefined || storage.role === "run" || role === "run") {
    throw fail(`${name} has the storage of ${alias}, which has none`);
  }
  if (isPadded(tensor) || isPadded(storage)) throw fail(`${name} has the storage of ${alias}, and there is a halo`);
  if (
    dtype !== storage.dtype || bytesOf(tensor) !== bytesOf(storage) || bytes !== storage.bytes ||
    offset !== storage.offset
  ) {
    throw fail(`${name} has the storage of ${alias}, but not its type, bytes and place`);
  }
}
