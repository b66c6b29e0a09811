/**
 * Where tensors lie: one behind the other in one memory, each from a cache line on.
 *
 * @module
 */
import { megabytes } from "../../amounts.ts";
import { InputError } from "../../error.ts";
import { BYTES } from "../../ir/ir.ts";
import type { DraftTensor, PlannedTensor, Role } from "../plan.ts";
import { type Aliases, storageOf } from "./aliases.ts";
import type { Halos } from "./halos.ts";
import { lineFrom } from "./lines.ts";

/** Largest arena, in bytes. */
const LARGEST = 2 ** 31;
/** What tensors are for, in the order in which they lie. */
const ROLES: readonly Role[] = ["parameter", "buffer", "state", "value", "gradient", "run"];

/** Tensors in their places, aliases behind all others. */
export interface Arena {
  readonly tensors: Readonly<Record<string, PlannedTensor>>;
  readonly bytes: number;
}

/**
 * Gives each tensor its place; those whose rows the run supplies have theirs behind the arena.
 *
 * @param net how messages call it.
 * @throws {InputError} when the arena would be too large.
 */
export function placeTensors(all: readonly DraftTensor[], halos: Halos, aliases: Aliases, net: string): Arena {
  const tensors: Record<string, PlannedTensor> = {};
  const ordered = all.toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  let end = 0;
  for (const tensor of ordered.filter(({ name }) => aliases[name] === undefined)) {
    const halo = halos[tensor.name] ?? tensor.shape.map(() => [0, 0] as const);
    if (tensor.role === "run") tensors[tensor.name] = { ...tensor, halo, offset: 0, bytes: 0 };
    else {
      const bytes = bytesOf(tensor, halo);
      tensors[tensor.name] = { ...tensor, halo, offset: end, bytes };
      end = lineFrom(end + bytes);
    }
  }
  for (const tensor of ordered.filter(({ name }) => aliases[name] !== undefined)) {
    const alias = storageOf(tensor.name, aliases), { offset, bytes } = tensors[alias];
    tensors[tensor.name] = { ...tensor, alias, halo: tensor.shape.map(() => [0, 0]), offset, bytes };
  }
  checkSize(end, tensors, net);
  return { tensors, bytes: end };
}

function bytesOf({ dtype, shape }: DraftTensor, halo: PlannedTensor["halo"]): number {
  return BYTES[dtype] * shape.reduce((product, extent, d) => product * (extent + halo[d][0] + halo[d][1]), 1);
}

function checkSize(bytes: number, tensors: Arena["tensors"], net: string): void {
  if (bytes <= LARGEST) return;
  const largest = Object.values(tensors).reduce((a, b) => a.bytes >= b.bytes ? a : b);
  throw new InputError(
    `net ${net} needs ${megabytes(bytes)} of memory, at most ${megabytes(LARGEST)} are possible; ` +
      `its largest tensor is ${largest.name} with ${megabytes(largest.bytes)}: make the batch or the layers smaller`,
  );
}
