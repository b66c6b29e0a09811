/**
 * Groups of layers that are trained otherwise than the rest: with other rates, or not at all.
 *
 * @module
 */
import { didYouMean } from "./messages.ts";
import { mistakeAt, SpecError, type SpecPath } from "./mistakes.ts";
import type { Group, Spec } from "./spec.ts";

/** What of a layer groups ask for. */
interface Layer {
  readonly name: string;
  readonly kind: { readonly type: string };
  readonly parameters: readonly unknown[];
}

/** What a group says of a layer. */
interface Grouped {
  readonly frozen?: true;
  readonly group?: number;
}

/**
 * Layers with what their groups say of them.
 *
 * @throws {InputError} when a name is of no layer, or of one that learns nothing or is in another group, or nothing learns.
 */
export function grouped<Node extends Layer>(
  nodes: readonly Node[],
  { training: { groups = [] } }: Pick<Spec, "training">,
  origin: string,
): (Node & Grouped)[] {
  const numbers = new Map<string, number>();
  for (const [number, { layers }] of groups.entries()) {
    for (const [i, name] of layers.entries()) {
      const path = ["training", "groups", number, "layers", i];
      for (const layer of named(name, nodes, origin, path)) {
        const other = numbers.get(layer);
        if (other !== undefined && other !== number) {
          const message = `"${layer}" is in training.groups[${other}], too; leave it in one of them`;
          throw new SpecError(origin, mistakeAt(path, message));
        }
        numbers.set(layer, number);
      }
    }
  }
  const all = nodes.map((node): Node & Grouped => {
    const number = numbers.get(node.name), group = number === undefined ? undefined : groups[number];
    if (group?.frozen) return { ...node, frozen: true as const };
    return group && hasNumbers(group) ? { ...node, group: number } : node;
  });
  if (all.some(({ parameters, frozen }) => parameters.length > 0 && !frozen)) return all;
  const message = "all layers that can be trained are frozen; leave out one of them";
  throw new SpecError(origin, mistakeAt(["training", "groups"], message));
}

/** Whether layers of a group are updated with numbers of their own. */
export function hasNumbers({ frozen, learningRateFactor, decay }: Group): boolean {
  return !frozen && (learningRateFactor !== undefined || decay !== undefined);
}

/** A param of an optimizer, as the updates of a group call it. */
export const groupParam = (name: string, group: number): string => `${name}_group${group}`;

/** Layers that a name or pattern means: those that learn something. */
function named(name: string, nodes: readonly Layer[], origin: string, path: SpecPath): string[] {
  const learning = nodes.filter(({ parameters }) => parameters.length > 0).map(({ name }) => name);
  const pattern = new RegExp(`^${name.replaceAll("*", ".*")}$`),
    found = learning.filter((layer) => pattern.test(layer));
  if (found.length > 0) return found;
  const other = nodes.find((node) => node.name === name);
  if (other) {
    const message = `"${name}" is a ${other.kind.type}, which learns nothing; leave it out`;
    throw new SpecError(origin, mistakeAt(path, message));
  }
  const what = name.includes("*") ? "fits" : "is called";
  const message = `no layer that can be trained ${what} "${name}"${didYouMean(name, learning)}`;
  throw new SpecError(origin, mistakeAt(path, message));
}
