/**
 * SHA-256, small: what a program that is downloaded can do without what its platform has.
 *
 * @module
 */

/** Bytes of a block. */
const BLOCK = 64;

/** The first 32 bits of the fractions of roots of the first 64 primes: cube roots, and of the first 8 square roots. */
function constants(): { readonly cubes: Int32Array; readonly squares: Int32Array } {
  const cubes = new Int32Array(64), squares = new Int32Array(8);
  const fraction = (root: number) => (root - Math.floor(root)) * 2 ** 32 | 0;
  for (let prime = 2, found = 0; found < 64; prime++) {
    let divisor = 2;
    while (prime % divisor !== 0) divisor++;
    if (divisor < prime) continue;
    if (found < 8) squares[found] = fraction(Math.sqrt(prime));
    cubes[found++] = fraction(Math.cbrt(prime));
  }
  return { cubes, squares };
}

/** The hash of bytes, in this thread. */
export function hashOf(given: Uint8Array): Uint8Array {
  const { length } = given, bytes = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  bytes.set(given);
  const view = new DataView(bytes.buffer), w = new Int32Array(64), { cubes, squares: state } = constants();
  bytes[length] = 0x80;
  view.setBigUint64(bytes.length - 8, BigInt(length) * 8n);
  const turn = (x: number, by: number) => x >>> by | x << 32 - by;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = view.getInt32(at + 4 * i);
        continue;
      }
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + cubes[i] + w[i] | 0;
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c) | 0;
      h = g, g = f, f = e, e = d + one | 0, d = c, c = b, b = a, a = one + two | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => state[i] += word);
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => out.setInt32(4 * i, word));
  return new Uint8Array(out.buffer);
}
