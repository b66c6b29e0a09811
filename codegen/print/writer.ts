/**
 * Lines of text with indentation.
 *
 * @module
 */

/** Columns that a line of generated code should not go beyond. */
export const COLUMNS = 120;

/** Words in as few lines as they fit in. */
export function packed(words: readonly string[], separator: string, columns = COLUMNS): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = [...lines.slice(-1), word].join(separator);
    if (lines.length > 0 && line.length <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** Collects lines. */
export class Writer {
  readonly indentation: string;
  readonly #lines: string[] = [];
  #depth = 0;

  constructor(indentation = "  ") {
    this.indentation = indentation;
  }

  /** Adds a line; an empty one only where one makes sense: never first in a block, never two in a row. */
  line(text = ""): void {
    if (text === "") {
      const last = this.#lines.at(-1);
      if (last === undefined || last === "" || /[{(]$/.test(last)) return;
    }
    this.#lines.push(text === "" ? "" : this.indentation.repeat(this.#depth) + text);
  }

  /** Adds what `body` writes between two lines, further in. */
  block(open: string, body: () => void, close: string): void {
    this.line(open);
    this.#depth++;
    body();
    this.#depth--;
    if (this.#lines.at(-1) === "") this.#lines.pop();
    this.line(close);
  }

  /** All lines, each ended. */
  toString(): string {
    return this.#lines.join("\n") + "\n";
  }
}
