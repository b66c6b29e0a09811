/**
 * What the grids of a loop nest take of a GPU: invocations, workgroups, and the memory of these.
 *
 * @module
 */
import type { Grid, Stage, Statement } from "./nest.ts";
import { isVector, LANES, type Type } from "./operations.ts";

/** Points of a grid. */
export function gridPoints({ loops, places = [] }: Pick<Grid, "loops" | "places">): number {
  return [...loops, ...places].reduce((product, { to, step }) => product * (to / step), 1);
}

/** Elements of a part of a tensor. */
export function stagedElements({ box }: Pick<Stage, "box">): number {
  return box.reduce((product, { extent }) => product * extent, 1);
}

/** Invocations of each point of a grid. */
export function membersOf({ members = [] }: Pick<Grid, "members">): number {
  return members.reduce((product, { to }) => product * to, 1);
}

/** Invocations of a workgroup: those that can wait for each other. */
export const WORKGROUP = 64;

/** Bytes of a workgroup's memory, on every device. */
export const WORKGROUP_BYTES = 16_384;

/** The most sums, scalars or vectors, that a grid's members have. */
export function combinedSums(body: readonly Statement[], vectors: boolean): number {
  return body.reduce((most, s) => {
    const sums = s.kind === "combine"
      ? s.sums.filter(({ type }) => isVector(type) === vectors).length
      : "body" in s
      ? combinedSums(s.body, vectors)
      : 0;
    return Math.max(most, sums);
  }, 0);
}

/** What workgroups keep of tensors: by name and type the most elements, since grids have them one instead of the other. */
export function stagedArrays(body: readonly Statement[]): { name: string; type: Type; elements: number }[] {
  const arrays = new Map<string, { name: string; type: Type; elements: number }>();
  const visit = (s: Statement): void => {
    if ("body" in s) s.body.forEach(visit);
    if (s.kind !== "stage") return;
    const { name, type } = s, key = `${name} ${type}`;
    arrays.set(key, { name, type, elements: Math.max(arrays.get(key)?.elements ?? 0, stagedElements(s)) });
  };
  body.forEach(visit);
  return [...arrays.values()];
}

/**
 * Bytes of a workgroup's memory for members' sums, where scalars and vectors have a place each, and for what is staged;
 * WebGPU counts each array in whole vectors.
 */
export function workgroupBytes(body: readonly Statement[]): number {
  const sums = WORKGROUP * (combinedSums(body, false) + LANES * combinedSums(body, true));
  return 4 * stagedArrays(body).reduce((all, { elements }) => all + LANES * Math.ceil(elements / LANES), sums);
}

/** Invocations that a grid takes up: where points have several, whole workgroups. */
export function gridInvocations(grid: Pick<Grid, "loops" | "places" | "members">): number {
  const members = membersOf(grid), all = gridPoints(grid) * members;
  return members === 1 ? all : Math.ceil(all / WORKGROUP) * WORKGROUP;
}
