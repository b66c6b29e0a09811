/**
 * Trains random nets for a few steps on each WebAssembly target and prints how they end: run by `unchecked_test.ts` in
 * processes whose engine is started in different ways.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fromArrays, parseSpec, runsHere, targets, train } from "../mod.ts";
import { streamKey, uniform } from "../runtime/random.ts";
import { randomSpec } from "./random_spec.ts";

const seeds = Number(Deno.args[0]);
for (const { name } of targets.filter((target) => target.sample && runsHere(target))) {
  for (let seed = 1; seed <= seeds; seed++) {
    const spec = parseSpec(randomSpec(seed));
    const samples = 3 * spec.batchSize + 1, size = spec.input.reduce((a, b) => a * b, 1);
    const key = streamKey(seed, "unchecked"),
      outputs = spec.layers.findLast(({ type }) => type === "linear")!.outFeatures;
    const inputs = Uint8Array.from({ length: samples * size }, (_, i) => 256 * uniform(key, i));
    const labels = Array.from({ length: samples }, (_, i) => i % Number(outputs));
    const data = fromArrays(inputs, labels, spec.input);
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
