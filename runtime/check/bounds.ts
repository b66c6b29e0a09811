/**
 * What was found of the accesses in the bytes that will run, told.
 *
 * @module
 */
import type { Bound } from "../../codegen/prove/binary/module.ts";
import type { VerifyRow } from "./row.ts";

/** What `verify` calls the check of all accesses. */
export const ACCESSES = "accesses in the module";

/** A line of the table of `verify`. */
export function boundsRow(bounds: readonly Bound[]): VerifyRow {
  const instructions = new Set(bounds.map(({ at }) => at)).size;
  return { check: ACCESSES, cases: instructions, error: 0, tolerance: 0, ok: true, note: "each is inside its tensor" };
}

/** Columns of text, those of numbers to the right. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => `${row[column]}`.length)));
  const cell = (value: string | number, column: number) => {
    const isNumber = typeof rows.at(-1)![column] === "number", text = `${value}`;
    return isNumber ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  };
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

/** All accesses of a kernel, in the order of the file, as text. */
export function boundsText(kernel: string, net: string, bounds: readonly Bound[]): string {
  const rows = bounds.toSorted((a, b) => a.at - b.at).map((bound) => [
    ...[
      bound.at,
      bound.instruction,
      bound.stores ? "writes" : "reads",
      bound.tensor,
      bound.low,
      bound.high,
      bound.bytes,
    ],
    bound.behind === "" ? `byte ${bound.begins}` : `${bound.behind}${bound.begins > 0 ? ` and ${bound.begins}` : ""}`,
  ]);
  const unique = [...new Map(rows.map((row) => [row.join(), row])).values()];
  const head = ["file", "instruction", "", "tensor", "first", "last", "of bytes", "which begin at"];
  return [
    `${kernel} of ${net}: all accesses of memory in its code, each by its byte in the file. Over all iterations it touches`,
    "bytes of one tensor, or of a row of it, from the first to the last one that is told here, and no other.",
    "",
    `${table([head, ...unique])}\n`,
  ].join("\n");
}
