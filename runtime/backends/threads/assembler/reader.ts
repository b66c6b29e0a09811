/**
 * The words of WebAssembly's text format, one after the other.
 *
 * @module
 */

const OPEN = 40, CLOSE = 41, SEMICOLON = 59, QUOTE = 34, SPACE = 32;

/** A text that is read from its beginning to its end. */
export class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether a parenthesis opens here; it is passed then. */
  opens(): boolean {
    return this.#passes(OPEN);
  }

  /** Whether a parenthesis closes here; it is passed then. */
  closes(): boolean {
    return this.#passes(CLOSE);
  }

  /** Passes a parenthesis that opens, and the word behind it. */
  open(): string {
    if (!this.opens()) throw this.fault("expected (");
    return this.word();
  }

  /** Passes a parenthesis that closes. */
  close(): void {
    if (!this.closes()) throw this.fault("expected )");
  }

  /** Whether a word begins with a character here. */
  begins(character: string): boolean {
    this.#space();
    return this.#text.startsWith(character, this.#at);
  }

  /** The next word: up to a space or a parenthesis. */
  word(): string {
    this.#space();
    const text = this.#text, from = this.#at;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code <= SPACE || code === OPEN || code === CLOSE || code === SEMICOLON) break;
    }
    if (at === from) throw this.fault("expected a word");
    this.#at = at;
    return text.substring(from, at);
  }

  /** The next word, which is between quotes: without them. */
  quoted(): string {
    if (!this.#passes(QUOTE)) throw this.fault("expected a text");
    const end = this.#text.indexOf('"', this.#at), word = this.#text.substring(this.#at, end);
    if (end < 0 || word.includes("\\")) throw this.fault("expected a text without escapes");
    this.#at = end + 1;
    return word;
  }

  /** What is wrong, and where. */
  fault(what: string): SyntaxError {
    const line = this.#text.substring(0, this.#at).split("\n").length;
    return new SyntaxError(`line ${line} of the module: ${what}`);
  }

  #passes(code: number): boolean {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  /** Passes spaces, ends of lines and comments. */
  #space(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code <= SPACE) this.#at++;
      else if (code === SEMICOLON && text.charCodeAt(this.#at + 1) === SEMICOLON) {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else return;
    }
  }
}
