/**
 * Lines of text with indentation.
 *
 * @module
 */

/** Collects lines. */
export class Writer {
  readonly #lines: string[] = [];
  #depth = 0;

  constructor(readonly indentation = "  ") {}

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
