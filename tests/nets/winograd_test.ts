/** Generated kernels of convolutions by tiles: their error is within the bound, on every target; and nets train alike. */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { DIRECT, roundingOf, type TileSizes } from "../../codegen/plan/algorithm/algorithm.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, fromArrays, parseSpec, processorTargets, registry, verifyNet } from "../../mod.ts";
import { loadKernels } from "../../runtime/backends/backends.ts";
import { teamCalls } from "../../runtime/check/kernel.ts";
import { rowsFor } from "../../runtime/check/random_data.ts";
import { uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import { type Course, differences, type Trained, trainGenerated, trainPlainly } from "../plain_model.ts";
import {
  Contents,
  interpreted,
  kernelsOfConvolution,
  MADE,
  randomShape,
  rounding,
  type Shape,
  specFor,
  UNMERGED,
  worst,
} from "../tiles.ts";
import { width } from "../width.ts";

const SIZES: readonly TileSizes[] = [{ outputs: [4], taps: [4], gain: 0 }, { outputs: [6], taps: [6], gain: 0 }];
const CASES = width(2, 12);

/** Both: those of 4 by 4 where the image is large. */
const MIXED: TileSizes = { outputs: [6, 4], taps: [6, 4], gain: 0 };

/** What generated code makes of the contents of a convolution. */
async function generated(shape: Shape, target: Target, tiles: TileSizes, seed: number) {
  const planned = plan(specFor(shape), registry, { layout: target.layout, tiles, without: UNMERGED });
  const net = compileTarget(planned, target), load = await loadKernels(net, rowsFor(net.plan));
  const contents = new Contents(net.plan, false, seed);
  for (const each of kernelsOfConvolution(net.plan)) {
    const { nest } = net.kernels.get(each.kernel.name)!, kernel = load(each.kernel.name), own = contents.of(each);
    const storages = Object.keys(nest.tensors).map((symbol) => own[symbol]);
    kernel.load(storages);
    for (const call of teamCalls(nest)) kernel.run(...call);
    await kernel.read(storages);
  }
  return { planned, found: new Map<string, Float64Array>(MADE.map((name) => [name, contents.values(name)])) };
}

/** Targets that are tried here, with the number of their cases: a GPU's compiler takes its time. */
const TRIED = [...processorTargets, findTarget("webgpu")].filter((target) => !lacksAdapter(target))
  .map((target) => ({ target, cases: target.needsGrid ? width(1, 3) : CASES }));

Deno.test(`${2 * CASES} random convolutions by tiles are as exact as their bound says, on every target`, async () => {
  const counts = new Map(TRIED.map(({ target }) => [target, { compared: 0, kernels: 0, largest: 0 }]));
  for (let seed = 1; seed <= CASES; seed++) {
    for (const tiles of SIZES) {
      const shape = randomShape(seed, tiles === SIZES[0] ? 4 : 6);
      const expected = interpreted(plan(specFor(shape), registry, { tiles: DIRECT, without: UNMERGED }), seed);
      // what is interpreted is the same wherever tensors lie alike
      const bounds = new Map<Target["layout"], Map<string, Float64Array>>();
      for (const { target, cases } of TRIED) {
        if (seed > cases) continue;
        const { planned, found } = await generated(shape, target, tiles, seed), count = counts.get(target)!;
        const allowed = bounds.get(target.layout) ?? rounding(planned, seed);
        bounds.set(target.layout, allowed);
        for (const [name, values] of expected) {
          const share = worst(found.get(name)!, values, allowed.get(name)!);
          const told = `${target.name}, ${JSON.stringify(shape)}, tiles of ${tiles.outputs}, ${name}`;
          assert(share <= 1, `${told}: ${share}`);
          // negative control: the bound is no larger than the numbers that it is about
          const [bound, size] = [allowed.get(name)!, values].map((all) => all.reduce((a, b) => a + Math.abs(b), 0));
          assert(bound < 0.1 * size, `${told}: ${bound} of ${size}`);
          count.largest = Math.max(count.largest, share);
          count.compared += values.length;
        }
        count.kernels += kernelsOfConvolution(planned.plan).length;
      }
    }
  }
  for (const { target: { name }, target, cases } of TRIED) {
    const { compared, kernels, largest } = counts.get(target)!;
    assert(compared > 10_000 * cases && kernels >= 2 * 8 * cases, `${name}: ${compared} numbers of ${kernels} kernels`);
    assert(largest > 1e-4, `${name}: the largest error is ${largest} of what is allowed`);
  }
});

const NET = {
  name: "tiles",
  input: [3, 13, 12],
  batchSize: 16,
  layers: [
    { type: "conv2d", outChannels: 16, kernel: 3, padding: 1 },
    { type: "relu" },
    { type: "conv2d", outChannels: 20, kernel: 3, padding: 1 },
    { type: "maxPool2d", kernel: 2 },
    { type: "relu" },
    { type: "conv2d", outChannels: 16, kernel: 3, padding: 1 },
    { type: "tanh" },
    { type: "flatten" },
    { type: "linear", outFeatures: 5 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.05 } },
};
const STEPS = width(4, 8);
/** Batches that make a block of samples, and that do not. */
const BATCHES = width([8], [8, 3]);

/** What plain loops make of the net, whose start is the same on all targets. */
const plain = new Map<Storage, Trained>();
function plainly(course: Course, { initial }: { initial: ReadonlyMap<string, Float32Array> }, storage: Storage) {
  const known = plain.get(storage) ?? trainPlainly(course, initial, storage);
  plain.set(storage, known);
  return known;
}
type Storage = Float32ArrayConstructor | Float64ArrayConstructor;

for (const target of [...processorTargets, findTarget("webgpu")]) {
  Deno.test({
    name: `${target.name}: ${STEPS} steps of a net by tiles follow the plain f64 model`,
    ignore: lacksAdapter(target),
    async fn() {
      const spec = parseSpec(NET), size = 3 * 13 * 12, samples = STEPS * spec.batchSize - 5;
      const inputs = Float32Array.from({ length: samples * size }, (_, i) => 2 * uniform(1, i) - 1);
      const data = fromArrays(inputs, Array.from({ length: samples }, (_, i) => i % 5), spec.input);
      const course: Course = { spec, data, steps: STEPS, seed: 3 };
      let compared = 0;
      for (const tiles of width([MIXED], [MIXED, ...SIZES])) {
        const planned = plan(spec, registry, { data: "f32", layout: target.layout, tiles });
        assert(planned.chosen!.length > 0);
        const ours = await trainGenerated(compileTarget(planned, target), course, 2);
        const model = plainly(course, ours, Float64Array);
        // how much f32 storage alone does is measured on the model itself; a target that also sums in f32 adds the
        // roundings of its longest sum, and both are larger by as much as the bound of tiles is
        const rounded = plainly(course, ours, Float32Array);
        const most = roundingOf(planned.chosen!);
        const factor = 4 * (1 + Math.sqrt(9 * 20) * target.epsilon.sum / 2 ** -23) * Math.sqrt(most);
        for (const [name, values] of model.parameters) {
          const own = differences(ours.parameters.get(name)!, values).rms;
          const allowed = factor * differences(rounded.parameters.get(name)!, values).rms + 2 ** -23;
          assert(own <= allowed, `tiles of ${tiles.outputs}, ${name}: ${own} > ${allowed}`);
          // negative control: training itself is far larger than the tolerance
          const moved = differences(ours.initial.get(name)!, values).rms;
          assert(moved > 10 * allowed, `${name} moved by ${moved}, allowed are ${allowed}`);
          compared += values.length;
        }
        assert(Math.abs(ours.loss - model.loss) < 1e-4 * model.loss, `loss ${ours.loss}, model ${model.loss}`);
      }
      assert(compared > 9_000, `${compared} numbers`);
    },
  });
}

Deno.test("verify takes nets by tiles, on every target that has them, and they can be left out", async () => {
  const wide = NET.layers.map((layer) => "outChannels" in layer ? { ...layer, outChannels: 32 } : layer);
  const products: Record<string, number> = {};
  for (const batchSize of BATCHES) {
    const spec = parseSpec({ ...NET, layers: wide, batchSize });
    for (const target of processorTargets) {
      const rows = await verifyNet(spec, { target: target.name });
      assert.deepEqual(rows.filter(({ ok }) => !ok), []);
      const kind = `${target.layout}, ${batchSize}`, found = rows.filter(({ check }) => check.endsWith("products"));
      products[kind] = found.length;
      if (target.layout === "lanes") continue;
      const without = await verifyNet(spec, { target: target.name, without: ["winograd"] });
      assert.deepEqual(without.filter(({ ok, check }) => !ok || check.endsWith("products")), []);
    }
  }
  // forward and gradients of two layers
  const expected = { "lanes, 8": 6, "row_major, 8": 6, ...BATCHES.includes(3) && { "lanes, 3": 6, "row_major, 3": 6 } };
  assert.deepEqual(products, expected);
});
