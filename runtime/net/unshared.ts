/**
 * A module as it is for memory that is not shared.
 *
 * @module
 */

/** Bytes before the first section. */
const HEADER = 8;
/** The section of imports, and kinds of what is imported: a function, a memory, a global. */
const IMPORTS = 2, FUNCTION = 0, MEMORY = 2, GLOBAL = 3;
/** The bit of a memory's limits that says that it is shared. */
const SHARED = 2;

/**
 * A copy of a module whose memory, which it imports, is not shared: one bit is another one. The accesses are the same.
 *
 * @throws {TypeError} when it imports none.
 */
export function unshared(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = module.slice() as Uint8Array<ArrayBuffer>;
  let at = HEADER;
  const number = () => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skip = () => {
    const length = number();
    at += length;
  };
  for (; at < bytes.length; skip()) {
    if (bytes[at++] !== IMPORTS) continue;
    number();
    for (let left = number(); left > 0; left--) {
      // names of a module and of what is imported of it
      skip();
      skip();
      const kind = bytes[at++];
      if (kind === MEMORY) {
        bytes[at] &= ~SHARED;
        return bytes;
      }
      if (kind === FUNCTION) number();
      else if (kind === GLOBAL) at += 2;
    }
    break;
  }
  throw new TypeError("the module imports no memory");
}
