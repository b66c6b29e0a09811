/**
 * What allows running without the engine's bounds checks: only what was proven is run, and it computes the same bits.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { boundsOf, checkedBinary } from "../../runtime/backends/threads/binary.ts";
import { loadCode } from "../../runtime/backends/threads/load.ts";
import { v8Flags } from "../../runtime/v8_flags.ts";
import { parseSpec, registry, runsHere, targets } from "../../mod.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const SEEDS = width(6, 24);

/**
 * Last losses and a checksum of the parameters of nets that a process of its own trains. Without V8's first compiler, which
 * would run these few steps and neither packs nor reorders.
 */
async function trained(flags: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--v8-flags=--no-liftoff,${flags}`,
      "--allow-read",
      "tests/train_random.ts",
      `${SEEDS}`,
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("without bounds checks and packed, the same bits as with them", async () => {
  const [checked, packed, fast] = await Promise.all([
    trained("--wasm-bounds-checks"),
    trained(v8Flags(Deno.build.arch, true)),
    trained(v8Flags(Deno.build.arch, false)),
  ]);
  const wasm = targets.filter((target) => target.sample && runsHere(target)).length;
  assert(wasm > 0);
  assert.equal(checked.length, wasm * SEEDS);
  assert.deepEqual(packed, checked);
  assert.deepEqual(fast, checked);
  // nets that all ended alike would show nothing
  assert.equal(new Set(checked.map((line) => line.split(" ").at(-1))).size > SEEDS / 2, true);
});

Deno.test("a module is not run when one of its accesses may be outside of its tensor", async () => {
  let refused = 0;
  const other = compileTarget(plan(parseSpec(randomSpec(2)), registry, { layout: "lanes" }), targets[0]);
  for (const target of targets.filter(({ entry }) => entry.endsWith(".wat"))) {
    const net = compileTarget(plan(parseSpec(randomSpec(1)), registry, { layout: target.layout }), target);
    const { [target.entry]: text } = net.files;
    await loadCode(net);
    // an access that is further than it was, a loop that goes on, and another net's module
    for (
      const damaged of [
        text.replace(/\.store offset=(\d+)/, (_, at) => `.store offset=${Number(at) + net.plan.arenaBytes}`),
        text.replace(/\(i32\.lt_s (\(local\.get \$\w+\)) \(i32\.const \d+\)\)/, "(i32.lt_s $1 (i32.const 999999))"),
        other.files[target.entry],
      ]
    ) {
      assert.notEqual(damaged, text);
      const wrong = { ...net, files: { ...net.files, [target.entry]: damaged } },
        refusal = {
          name: "VerifyError",
          message: /^net random_1, module\.wat: (?:function \w+: byte \d+: |it ).*; it is not run$/,
        };
      assert.throws(() => boundsOf(wrong), refusal);
      await assert.rejects(loadCode(wrong), refusal);
      refused++;
      // bytes that were checked are loaded, whatever has become of the text, and once
      const own = { ...net, files: { ...net.files } };
      assert(boundsOf(own)!.length > 0);
      own.files[target.entry] = damaged;
      assert.deepEqual(checkedBinary(own), checkedBinary(net));
      assert.throws(() => checkedBinary(own), refusal);
    }
  }
  assert.equal(refused, 6);
});

Deno.test("the flags of a task are known to V8 on every processor", () => {
  assert.equal(
    v8Flags("x86_64", false),
    "--experimental-wasm-revectorize,--no-wasm-bounds-checks,--max-semi-space-size=8",
  );
  assert.equal(v8Flags("x86_64", true), "--experimental-wasm-revectorize,--max-semi-space-size=8");
  assert.equal(v8Flags("x86_64", false, false), "--no-wasm-bounds-checks,--max-semi-space-size=8");
  assert.equal(v8Flags("aarch64", false), "--no-wasm-bounds-checks,--max-semi-space-size=8");
  assert.equal(v8Flags("aarch64", true), "--max-semi-space-size=8");
});
