/**
 * Figures, tables and paths as they are printed.
 *
 * @module
 */
import { relative } from "node:path";
import { count } from "../mod.ts";
import { program } from "../runtime/platform/program/here.ts";

/** A share of one. */
export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** A number of things, with their noun. */
export const plural = (number: number, noun: string, ending = "s") =>
  `${count(number)} ${noun}${number === 1 ? "" : ending}`;

/** Three digits of a number. */
export const figure = (value: number) => Number(value.toPrecision(3)).toString();

/** Most classes whose confusion fits a terminal. */
export const SHOWN_CLASSES = 20;

/** Rows of two columns as lines. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** Rows as lines whose columns end below each other. */
export function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] + 2)).join(""));
}

/** A path as seen from the current folder, unless it is elsewhere. */
export function shortPath(path: string): string {
  const short = relative(program.folder(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
