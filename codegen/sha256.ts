/**
 * SHA-256 (FIPS 180-4), so that the compiler needs nothing of where it runs: what platforms have is asynchronous, or not
 * everywhere.
 *
 * @module
 */

const BLOCK = 64, ROUNDS = 64;
/** The constants of the rounds, and what a hash begins with: fractional parts of roots of the first primes. */
const PRIMES = firstPrimes(ROUNDS);
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const UTF8 = new TextEncoder();

/** The hash of a text in UTF-8, in 64 hexadecimal digits. */
export function sha256(text: string): string {
  return sha256OfBytes([UTF8.encode(text)]);
}

/** The hash of bytes, given in pieces, in 64 hexadecimal digits. */
export function sha256OfBytes(pieces: Iterable<Uint8Array>): string {
  const state = START.slice(), schedule = new Int32Array(ROUNDS), rest = new Uint8Array(2 * BLOCK);
  let length = 0, held = 0;
  for (const piece of pieces) {
    length += piece.length;
    let at = 0;
    if (held > 0) {
      at = Math.min(piece.length, BLOCK - held);
      rest.set(piece.subarray(0, at), held);
      held += at;
      if (held < BLOCK) continue;
      addBlocks(state, rest.subarray(0, BLOCK), schedule);
    }
    const whole = at + Math.floor((piece.length - at) / BLOCK) * BLOCK;
    addBlocks(state, piece.subarray(at, whole), schedule);
    held = piece.length - whole;
    rest.set(piece.subarray(whole));
  }
  // behind the last byte: a bit that is set, zeros, and the number of bits
  const end = held + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  rest.fill(0, held, end)[held] = 0x80;
  new DataView(rest.buffer).setBigUint64(end - 8, 8n * BigInt(length));
  addBlocks(state, rest.subarray(0, end), schedule);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Takes whole blocks into a hash's state. `w`: room for the schedule of a block. */
function addBlocks(state: Int32Array, blocks: Uint8Array, w: Int32Array): void {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
  for (let at = 0; at < blocks.length; at += BLOCK) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < ROUNDS; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
      const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < ROUNDS; i++) {
      const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const t1 = h + s1 + (g ^ e & (f ^ g)) + K[i] + w[i] | 0;
      const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
      h = g;
      g = f;
      f = e;
      e = d + t1 | 0;
      d = c;
      c = b;
      b = a;
      a = t1 + t2 | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/** The first 32 bits behind the point. */
function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
