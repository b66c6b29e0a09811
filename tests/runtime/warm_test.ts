/**
 * Calls with empty shares make V8 compile kernels well before the first step, and change nothing.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Tiers } from "../tiers.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

/** What a process of its own finds, whose functions nobody has called. */
async function tiers(spec: string, least: number): Promise<Tiers> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--v8-flags=--allow-natives-syntax", "--allow-read", "tests/tiers.ts"],
      ...[spec, `${least}`],
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("before the first step V8 has compiled every large kernel well, and the memory is as it was", async () => {
  let kernels = 0;
  for (const net of ["mnist_cnn", "lenet5"]) {
    const { large, before, after, unchanged, unchangedByWork } = await tiers(`specs/${net}.json`, 1e6);
    kernels += large.length;
    // negative controls: it was not so before, and a share that is not empty does change something
    assert.deepEqual(before, []);
    assert.equal(unchangedByWork, false);
    assert.deepEqual(large.filter((name) => !after.includes(name)), []);
    assert.equal(unchanged, true);
  }
  assert(kernels >= 12, `${kernels} kernels`);
});
