/**
 * PGM: grey pixels in bytes or in text, the simplest format that there is.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { checkSize, type Image } from "./images.ts";

/** Longest comments behind a header, in bytes. */
const LONGEST_COMMENT = 65536;

/** Whether bytes begin as a PGM file does. */
export function isPgm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && (bytes[1] === 0x32 || bytes[1] === 0x35);
}

/**
 * The pixels of a PGM file: P5, in bytes, or P2, in text.
 *
 * @throws {InputError} when it is damaged, or too large.
 */
export function decodePgm(file: Uint8Array, origin: string): Image {
  const damaged = (why: string) => new InputError(`${origin}: ${why}; the PGM file is damaged, take another copy`);
  let at = 2;
  const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
  const isEnd = (byte: number) => byte === 0x0a || byte === 0x0d;
  /** Behind a comment, which goes from # up to the end of the line: at that end. */
  const behindComment = (at: number) => {
    while (at < file.length && !isEnd(file[at])) at++;
    return at;
  };
  /** The next number; comments may stand before and behind it. */
  const number = (what: string) => {
    for (; isSpace(file[at]) || file[at] === 0x23; at++) if (file[at] === 0x23) at = behindComment(at);
    const begin = at;
    let value = 0;
    for (; file[at] >= 0x30 && file[at] <= 0x39; at++) value = 10 * value + file[at] - 0x30;
    if (at === begin || at - begin > 10) throw damaged(`there is no ${what} at byte ${begin}`);
    return value;
  };
  const width = number("width"), height = number("height"), most = number("largest value");
  checkSize(width, height, origin);
  if (most < 1 || most > 65535) throw damaged(`its largest value is ${most}; 1 to 65535 are possible`);
  const pixels = width * height,
    checked = (value: number, i: number) => {
      if (value > most) throw damaged(`pixel ${i} is ${value}, its largest value ${most}`);
      return value / most;
    };
  const asText = file[1] === 0x32, bytes = most < 256 ? 1 : 2;
  const behind = at;
  // the end of a comment's line is that of the number, too
  if (file[at] === 0x23) at = behindComment(at);
  if (!asText) at = beforePixels(file, behind, bytes * pixels) ?? at;
  // exactly one blank stands before pixels in bytes; in text, a pixel takes two at least
  const needed = asText ? 2 * pixels : 1 + bytes * pixels, rest = file.length - at;
  if (!isSpace(file[at]) || rest < needed) {
    throw damaged(`${width} x ${height} pixels need ${needed} bytes from byte ${at} on, and there are ${rest}`);
  }
  const values = new Float32Array(pixels);
  if (asText) { for (let i = 0; i < pixels; i++) values[i] = checked(number(`pixel ${i}`), i); }
  else {
    const view = new DataView(file.buffer, file.byteOffset + at + 1);
    for (let i = 0; i < pixels; i++) values[i] = checked(bytes === 1 ? view.getUint8(i) : view.getUint16(2 * i), i);
  }
  return { channels: 1, height, width, values };
}

/**
 * The last byte before the pixels, where more than a blank stands between them and the header. By the letter that is none
 * but a comment and a blank; programs write lines of comments, or the two bytes of a line's end. It is that if nothing
 * else lies there, and the file ends with the last pixel.
 *
 * @param at behind the largest value.
 * @param bytes of all pixels.
 */
function beforePixels(file: Uint8Array, at: number, bytes: number): number | undefined {
  const last = file.length - bytes - 1;
  if (last <= at || last - at >= LONGEST_COMMENT) return undefined;
  const between = new TextDecoder("latin1").decode(file.subarray(at, last + 1));
  return /^(?:\r\n|(?:\s*#[^\r\n]*[\r\n])+\s*)$/.test(between) ? last : undefined;
}
