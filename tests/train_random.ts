/**
 * Trains random nets for a few steps on each WebAssembly target and prints how they end: run by `unchecked_test.ts` in
 * processes whose engine is started in different ways.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseSpec, runsHere, targets, train } from "../mod.ts";
import { randomData } from "./random_data.ts";
import { randomSpec } from "./random_spec.ts";

const seeds = Number(Deno.args[0]);
for (const { name } of targets.filter((target) => target.sample && runsHere(target))) {
  for (let seed = 1; seed <= seeds; seed++) {
    const spec = parseSpec(randomSpec(seed));
    const data = randomData(spec, 3 * spec.batchSize + 1, seed, "unchecked");
    const { report, parameters } = await train(spec, { train: data, test: data }, {
      target: name,
      threads: 2,
      epochs: 2,
      seed,
    });
    const hash = createHash("sha256");
    for (const { values } of parameters.values()) hash.update(values);
    console.log(name, seed, report.epochs[1].loss, report.test.correct, hash.digest("hex"));
  }
}
