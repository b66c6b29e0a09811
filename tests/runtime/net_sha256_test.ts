/** The small hash is that of node:crypto, whatever the length. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { digest, sha256 } from "../../runtime/net/hash.ts";
import { hashOf } from "../../runtime/net/sha256.ts";

const expected = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

Deno.test("the hash of bytes of every length around a block, and of many", async () => {
  for (const length of [...Array(200).keys(), 1000, 100_001]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) % 251);
    assert.deepEqual(hashOf(bytes), expected(bytes), `${length} bytes`);
    assert.deepEqual(await digest(bytes), expected(bytes));
  }
  const pieces = [[1, 2], [], [3]].map((bytes) => Uint8Array.from(bytes));
  assert.equal(await sha256(pieces), createHash("sha256").update(Uint8Array.of(1, 2, 3)).digest("hex"));
  // negative control
  assert.notDeepEqual(hashOf(Uint8Array.of(1)), expected(Uint8Array.of(2)));
});

Deno.test("memory that threads share is hashed, too", async () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(100)).fill(3);
  assert.deepEqual(await digest(bytes), expected(bytes));
});
