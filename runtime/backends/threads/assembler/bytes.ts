/**
 * Bytes that are written one behind the other, numbers as WebAssembly has them.
 *
 * @module
 */

const number = new DataView(new ArrayBuffer(4));

/** Bytes so far. */
export class Bytes {
  #data = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }

  /** Begins again with nothing. */
  clear(): void {
    this.#length = 0;
  }

  /** A byte. */
  byte(value: number): void {
    if (this.#length === this.#data.length) this.#grow(1);
    this.#data[this.#length++] = value;
  }

  /** Bytes as they are. */
  all(values: Bytes | readonly number[]): void {
    const { length } = values;
    if (this.#length + length > this.#data.length) this.#grow(length);
    this.#data.set(values instanceof Bytes ? values.#data.subarray(0, length) : values, this.#length);
    this.#length += length;
  }

  /** An integer of up to 32 bits without a sign, seven bits a byte. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 127) {
      this.byte(rest & 127 | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** An integer of up to 32 bits with its sign, seven bits a byte. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte(rest & 127 | 128);
      rest >>= 7;
    }
    this.byte(rest & 127);
  }

  /** Four bytes of an integer, the lowest first. */
  i32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte(value >> shift & 255);
  }

  /** Four bytes of the float next to a number. */
  f32(value: number): void {
    number.setFloat32(0, value, true);
    this.i32(number.getInt32(0, true));
  }

  /** A text, its length before it. */
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.unsigned(bytes.length);
    this.all([...bytes]);
  }

  #grow(more: number): void {
    const data = new Uint8Array(2 * (this.#data.length + more));
    data.set(this.#data);
    this.#data = data;
  }
}
