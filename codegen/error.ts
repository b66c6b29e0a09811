/**
 * A mistake in what the user gave (a specification, a flag, a data file). The
 * message is one line that says what is wrong and what to do; programs print it
 * without the stack.
 */
export class InputError extends Error {
  /** Always "InputError". */
  override name = "InputError";
}
