/**
 * Archives in the format that npm takes: tar, packed by gzip.
 *
 * @module
 */
import { gunzipSync, gzipSync } from "node:zlib";

/** Files by their paths, with `/` between folders. */
export type Archive = ReadonlyMap<string, Uint8Array>;

/** Bytes of a header, and what contents are padded to. */
const BLOCK = 512;
/** Where fields of a header are, in bytes. */
const NAME = 0, MODE = 100, OWNER = 108, GROUP = 116, SIZE = 124, TIME = 136, SUM = 148, TYPE = 156, MAGIC = 257;
const PREFIX = 345;
/** Longest name that has a field of its own. */
const LONGEST = 100;
/** What the files of an archive may be used for: read by all, written by their owner; programs are npm's business. */
const RIGHTS = 0o644;
/** The date of all files: npm's, so that the same sources make the same bytes. */
const DATE = Date.UTC(1985, 9, 26, 8, 15) / 1000;

const UTF8 = new TextEncoder(), TEXT = new TextDecoder();

/**
 * The bytes of an archive; the same for the same files, whatever their order.
 *
 * @throws {Error} when a path is longer than 100 bytes.
 */
export function tar(files: Archive): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  for (const [path, bytes] of [...files].sort(([a], [b]) => a < b ? -1 : 1)) {
    pieces.push(header(path, bytes.length), bytes, new Uint8Array(-bytes.length & (BLOCK - 1)));
  }
  return new Uint8Array(gzipSync(Buffer.concat([...pieces, new Uint8Array(2 * BLOCK)]), { level: 9 }));
}

function header(path: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK), name = UTF8.encode(path);
  if (name.length > LONGEST) throw new Error(`${path} is too long for an archive`);
  const octal = (at: number, digits: number, value: number) =>
    block.set(UTF8.encode(value.toString(8).padStart(digits, "0")), at);
  block.set(name, NAME);
  for (const [at, value] of [[MODE, RIGHTS], [OWNER, 0], [GROUP, 0]]) octal(at, 7, value);
  for (const [at, value] of [[SIZE, size], [TIME, DATE]]) octal(at, 11, value);
  block.set(UTF8.encode("0"), TYPE);
  block.set(UTF8.encode("ustar\x0000"), MAGIC);
  // the sum is made with spaces in its place
  block.fill(0x20, SUM, SUM + 8);
  octal(SUM, 6, block.reduce((a, b) => a + b));
  block[SUM + 6] = 0;
  return block;
}

/**
 * The files of an archive.
 *
 * @throws {Error} when something in it is no file or folder.
 */
export function untar(archive: Uint8Array): Map<string, Uint8Array> {
  const bytes = new Uint8Array(gunzipSync(archive)), files = new Map<string, Uint8Array>();
  const text = (at: number, length: number) => TEXT.decode(bytes.subarray(at, at + length)).replace(/\0.*/s, "");
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const size = parseInt(text(at + SIZE, 12), 8), type = text(at + TYPE, 1);
    const path = [text(at + PREFIX, 155), text(at + NAME, LONGEST)].filter((part) => part !== "").join("/");
    if (type === "0" || type === "") files.set(path, bytes.slice(at + BLOCK, at + BLOCK + size));
    else if (type !== "5") throw new Error(`${path} is of type ${type}`);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
