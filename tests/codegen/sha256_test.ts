/** The compiler's hash is SHA-256: what the engine's own says, for texts and for bytes in pieces. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { sha256, sha256OfBytes } from "../../codegen/sha256.ts";

const expected = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

Deno.test("a text's hash is SHA-256 of its UTF-8, at every length around the blocks", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (let length = 0; length <= 200; length++) {
    for (const text of ["a".repeat(length), "ä€𝄞".repeat(length)]) assert.equal(sha256(text), expected(text), text);
  }
  // negative control
  assert.notEqual(sha256("a"), expected("b"));
});

Deno.test("how bytes are cut into pieces does not change their hash", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251);
  for (const size of [1, 7, 63, 64, 65, 128, 999, 1000]) {
    const pieces = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size), new Uint8Array());
    assert.equal(sha256OfBytes(pieces), expected(bytes), `pieces of ${size}`);
  }
});
