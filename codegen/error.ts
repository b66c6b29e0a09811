/**
 * A mistake in what the user gave (a specification, a flag, a data file). The
 * message is one line that says what is wrong and what to do; programs print it
 * without the stack.
 */
export class InputError extends Error {
  /** Always "InputError". */
  override name = "InputError";
}

/** Line breaks and other invisible characters escaped, so that a message is one line. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
