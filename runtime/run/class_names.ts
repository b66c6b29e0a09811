/**
 * Classes as people see them, and which nets have any.
 *
 * @module
 */
import { sizeOf } from "../data/numbers.ts";
import type { Graph } from "../../codegen/graph/shapes.ts";

/** Whether the outputs of a net are one number for each class: its loss takes labels, or it is told how many are right. */
export function tellsClasses({ loss, metrics }: Pick<Graph, "loss" | "metrics">): boolean {
  return loss.classes === true || metrics.some(({ type }) => type === "accuracy");
}

/** Numbers of a sample's targets, where a net compares its outputs with those that a data set gives. */
export function targetNumbers({ given: [target] }: Pick<Graph, "given">): number | undefined {
  return target.dtype === "f32" && !target.isInput ? sizeOf(target.shape) : undefined;
}

/** Whether a net compares its outputs with its input, as an autoencoder does. */
export function comparesInput({ given: [target] }: Pick<Graph, "given">): boolean {
  return target.isInput === true;
}

/** Longest name that is shown whole, in characters. */
const SHOWN = 24;

/**
 * A class by its number and, where it has one, its name: `7 sneaker`.
 *
 * @param names of all classes, by label; default none.
 * @param most characters of the name; one that has more is cut.
 */
export function classText(label: number, names?: readonly string[], most = SHOWN): string {
  const name = names?.[label];
  if (name === undefined) return String(label);
  const characters = [...name];
  return `${label} ${characters.length <= most ? name : `${characters.slice(0, most - 1).join("")}…`}`;
}
