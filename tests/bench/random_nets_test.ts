/** Nets of convolutions at random, which bench:nets measures. */
import assert from "node:assert/strict";
import { parseSpec, trainingWork } from "../../mod.ts";
import { describe, randomSpec, RANGES, STEP_WORK } from "../../bench/nets/random.ts";
import { width } from "../width.ts";

Deno.test("nets at random follow from seed and number, keep to what is said of them, and are of many kinds", () => {
  const specs = Array.from({ length: 200 }, (_, number) => randomSpec(7, number));
  assert.deepEqual(randomSpec(7, 3), specs[3]);
  assert.notDeepEqual(randomSpec(8, 3).layers, specs[3].layers);
  assert.equal(new Set(specs.map((spec) => JSON.stringify({ ...spec, name: "" }))).size, specs.length);
  const within = (value: number, [least, most]: readonly [number, number]) =>
    assert(Number.isInteger(value) && least <= value && value <= most, `${value} is not in ${least} to ${most}`);
  const kinds: Record<string, number> = {};
  const seen = (kind: string, is: boolean) => kinds[kind] = (kinds[kind] ?? 0) + (is ? 1 : 0);
  for (const spec of specs) {
    parseSpec(spec);
    assert.match(describe(spec), /^\d+x\d+x\d+: \d+@/);
    within(spec.input[0], RANGES.inputChannels);
    within(spec.batchSize, RANGES.batchSize);
    for (const size of spec.input.slice(1)) within(size, RANGES.size);
    const convolutions = spec.layers.filter(({ type }) => type === "conv2d");
    within(convolutions.length, RANGES.convolutions);
    for (const { outChannels, kernel, stride, padding } of convolutions) {
      within(outChannels as number, RANGES.outputChannels);
      for (const side of [kernel].flat()) within(side as number, RANGES.kernel);
      for (const step of [stride].flat()) within(step as number, RANGES.stride);
      seen("kernel not square", Array.isArray(kernel));
      seen("1x1", kernel === 1);
      seen("7 wide", [kernel].flat().includes(7));
      seen("stride", stride !== 1);
      seen("stride of 4", [stride].flat().includes(4));
      seen("padding", padding !== 0);
      seen("channels of no vector", outChannels as number % 16 !== 0);
    }
    seen("odd size", spec.input[1] % 2 === 1);
    seen("batch of no block", spec.batchSize % 16 !== 0);
    for (const count of [1, 2, 3, 4, 5]) seen(`convolutions: ${count}`, convolutions.length === count);
    for (const type of ["maxPool2d", "avgPool2d"]) seen(type, spec.layers.some((layer) => layer.type === type));
    const features = spec.layers.filter(({ type }) => type === "linear").map(({ outFeatures }) =>
      outFeatures as number
    );
    for (const between of features.slice(0, -1)) within(between, RANGES.features);
    seen("features between", features.length > 1);
    seen("few channels in", spec.input[0] < 4);
    seen("many channels in", spec.input[0] > 32);
  }
  for (const [kind, count] of Object.entries(kinds)) assert(count >= 5, `${kind}: ${count}`);
  assert.equal(Object.keys(kinds).length, 19);
  for (const spec of specs.slice(0, width(4, 40))) {
    const work = trainingWork(parseSpec(spec));
    assert(STEP_WORK.least <= work && work <= STEP_WORK.most, `${describe(spec)}: ${work}`);
  }
});
