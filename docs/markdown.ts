/**
 * Markdown of the pages that are made from the code.
 *
 * @module
 */

/** A table. A bar in a cell is escaped. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text as code. */
export const code = (text: string): string => `\`${text}\``;

/** A block of code. */
export const block = (text: string, language = "text"): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** Parts of a page, a blank line between any two. */
export const page = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n") + "\n";
