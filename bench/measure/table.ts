/**
 * Tables, as text for terminals and as Markdown.
 *
 * @module
 */

/** A row of cells; or a name, and what is said in place of figures. */
export type TableRow = readonly string[] | { readonly name: string; readonly note: string };

/** Lines whose columns end below each other; the first column begins below each other. Each is as wide as its cells need. */
export function textTable(rows: readonly TableRow[]): string[] {
  const cells = rows.map((row) => "note" in row ? [row.name] : row);
  const widths = Array.from(
    { length: Math.max(0, ...cells.map(({ length }) => length)) },
    (_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    if ("note" in row) return `${row.name.padEnd(widths[0])}  ${row.note}`;
    const [first, ...others] = row;
    return (first.padEnd(widths[0]) + others.map((cell, i) => `  ${cell.padStart(widths[i + 1])}`).join("")).trimEnd();
  });
}

/** A Markdown table as `deno fmt` leaves it; the first row is the header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(3, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |\n`;
  const [header, ...others] = rows.map(line);
  return header + line(widths.map((width) => "-".repeat(width))) + others.join("");
}
