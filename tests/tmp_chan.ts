import { findTarget, parseSpec, registry } from "../mod.ts";
import { verifyNet } from "../runtime/check/verify.ts";
import { randomSpec } from "./random_spec.ts";
const [a, b, t = "wasm_relaxed"] = Deno.args;
let bad = 0, n = 0;
for (let seed = Number(a); seed <= Number(b); seed++) {
  try {
    const rows = await verifyNet(parseSpec(randomSpec(seed)), registry, { ...findTarget(t), layout: "channels" }, {
      seed,
      data: seed % 2 ? "u8" : "f32",
    });
    n += rows.length;
    for (const r of rows) {
      if (!r.ok && r.cases > 0) {
        bad++;
        console.log(seed, r);
      }
    }
  } catch (e) {
    bad++;
    console.log(seed, (e as Error).stack?.slice(0, 600));
  }
}
console.log(n, "rows", bad, "bad");
Deno.exit();
