/** The functions that WebAssembly lacks, against JavaScript's, over the whole range of f32; and the vector forms against the scalar ones. */
import assert from "node:assert/strict";
import { prelude } from "../../codegen/targets/wasm/prelude.ts";
import { assemble } from "../../runtime/backends/threads/load.ts";

const NAMES = ["exp", "log"] as const;
/** One unit in the last place of an f32, relative. */
const ULP = 2 ** -23;

/** Each function exported, and its vector form applied to one number in a chosen lane. */
async function functions() {
  const called = [...NAMES.flatMap((name) => [name, `${name}.4`] as const), "total" as const];
  const exported = NAMES.map((name) => `
    (export "${name}" (func $${name}))
    ${
    [0, 1, 2, 3].map((lane) =>
      `(func (export "${name}${lane}") (param $x f32) (result f32)
      (f32x4.extract_lane ${lane} (call $${name}.4 (f32x4.replace_lane ${lane} (v128.const f32x4 1 2 3 4) (local.get $x)))))`
    ).join("\n")
  }`);
  const total = `(func (export "total") (param $a f32) (param $b f32) (param $c f32) (param $d f32) (result f32)
    (call $total (f32x4.replace_lane 3 (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.splat (local.get $a)) (local.get $b)) (local.get $c)) (local.get $d))))`;
  const module = await assemble(`(module ${prelude(called).join("\n")} ${exported.join("\n")} ${total})`);
  return new WebAssembly.Instance(module).exports as Record<string, (...args: number[]) => number>;
}

/** The largest f32 whose power is one. */
const LARGEST_POWER = 88.72283172607422;

/** Numbers of all sizes and both signs. */
const inputs = [0, -0, 1, -1, 0.5, 2, Math.E, 88.36, -87.3, 1e-8, -1e-8, 3e38, -3e38, 1e-38];
for (let i = -1500; i <= 1500; i++) inputs.push(i / 16, i / 997);
for (let e = -36; e <= 38; e += 0.25) inputs.push(10 ** e, -(10 ** e));
// every exponent, the largest and smallest numbers of each, and where e^x ends
for (let e = -149; e < 128; e++) for (const m of [1, 1.4, 1.5, 2 - ULP]) inputs.push(m * 2 ** e, -m * 2 ** e);
for (let x = 87; x < 90; x += 1 / 256) inputs.push(x, -x);
inputs.push(LARGEST_POWER, 88.72284, 88.8, 88.81, 103.9, 104, -103.9, -104, 128 * Math.LN2, 2 ** 31, -(2 ** 31));

Deno.test("exp and log are within a few units in the last place", async () => {
  const own = await functions();
  let cases = 0;
  for (const name of NAMES) {
    for (const raw of inputs) {
      const x = Math.fround(raw), expected = Math[name](x), found = own[name](x);
      cases++;
      if (Number.isNaN(expected)) {
        assert.ok(Number.isNaN(found), `${name}(${x}) is ${found}`);
        continue;
      }
      // below the smallest normal number there is 0
      if (name === "exp" && x < -87.33) assert.equal(found, 0, `exp(${x})`);
      else if (name === "exp" && x > LARGEST_POWER) assert.equal(found, Infinity, `exp(${x})`);
      else if (!Number.isFinite(expected)) assert.equal(found, expected, `${name}(${x})`);
      else {
        const error = Math.abs(found - expected),
          allowed = 4 * ULP * Math.max(Math.abs(expected), name === "log" ? 1 : 0);
        assert.ok(error <= allowed, `${name}(${x}) is ${found}, not ${expected}`);
      }
      for (const lane of [0, 1, 2, 3]) {
        assert.ok(Object.is(own[`${name}${lane}`](x), found), `${name}(${x}) in lane ${lane}`);
      }
    }
  }
  assert.equal(cases, NAMES.length * inputs.length);
  assert.ok(cases > 10_000);
});

Deno.test("special values", async () => {
  const { exp, log, total } = await functions();
  for (const f of [exp, log]) assert.ok(Number.isNaN(f(NaN)));
  assert.deepEqual([exp(Infinity), exp(-Infinity), exp(0)], [Infinity, 0, 1]);
  assert.deepEqual([log(Infinity), log(0), log(1)], [Infinity, -Infinity, 0]);
  assert.ok(Number.isNaN(log(-1)));
  assert.equal(total(1, 10, 100, 1000), 1111);
  // (0 + 1) + (2 + 3): the small ones are lost in another order
  assert.equal(total(1, 1, 2 ** 24, -(2 ** 24)), 2);
});

Deno.test("negative control: a prelude without what is called does not assemble", async () => {
  assert.deepEqual(prelude([]), []);
  await assert.rejects(assemble("(module (func (result f32) (call $exp (f32.const 1))))"));
});
