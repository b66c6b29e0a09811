/**
 * Large kernels are checked at some points, and what is wrong with one is found all the same.
 */
import assert from "node:assert/strict";
import { compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import { type Coordinates, interpretKernel, interpretPoints, type Storage } from "../../codegen/ir/interpret.ts";
import { nestFunction } from "../../codegen/ir/run_nest.ts";
import { plannedKernel } from "../../codegen/plan/kernel.ts";
import { compileKernel } from "../../codegen/compile.ts";
import { tiled } from "../../runtime/check/exact.ts";
import { copiesOf, kernelCase, verifyKernelCode } from "../../runtime/check/kernel.ts";
import { checkedPoints, placesOf, somePoints } from "../../runtime/check/points.ts";
import { draws, ROW } from "../../runtime/check/random_data.ts";
import { findTarget } from "../../api/targets.ts";
import { parseSpec, registry } from "../../mod.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const SEEDS = width(3, 6);

/** A convolution of odd sizes: 13 x 15 x 11 outputs of 37 samples, 108 terms each. */
const SPEC = parseSpec({
  name: "odd",
  input: [12, 15, 11],
  batchSize: 37,
  layers: [
    { type: "conv2d", outChannels: 13, kernel: 3, padding: 1 },
    { type: "tanh" },
    { type: "flatten" },
    { type: "linear", outFeatures: 3 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
});
const target = findTarget("typescript");
const net = compileTarget(plan(SPEC, registry, { layout: target.layout }), target);
const conv = net.kernels.get("conv1_tanh1_forward")!, [part] = conv.kernel.parts;
const { bindings } = plannedKernel(net.plan, conv.kernel.name);

/** All points of an index space. */
const everyPoint = (extents: readonly number[]): Coordinates[] =>
  extents.reduce<number[][]>(
    (all, extent) => all.flatMap((at) => Array.from({ length: extent }, (_, i) => [...at, i])),
    [[]],
  );

const POINTS = everyPoint(part.axes.map(({ extent }) => extent));

/** Checks the convolution, computed by the interpreter and then wrong at some points. */
async function checkWrong(wrong: (point: Coordinates) => boolean, seed: number) {
  const { expected } = kernelCase(conv.kernel, bindings, net.plan, SPEC, seed), name = part.assignments[0].tensor;
  const [places] = Object.values(
    interpretPoints(conv.kernel, Object.fromEntries(Object.entries(expected).map(([s, v]) => [s, v.slice()])), [
      POINTS,
    ]),
  );
  POINTS.forEach((point, i) => {
    if (wrong(point)) expected[name][places[i]] += 0.5;
  });
  const read = (storages: readonly Storage[]) =>
    Object.keys(conv.nest.tensors).forEach((symbol, i) => storages[i].set(expected[symbol]));
  return await verifyKernelCode(conv, { load() {}, run() {}, read }, bindings, net.plan, SPEC, target, seed);
}

Deno.test("some points of a space: all corners, every coordinate, every combination of places, each once", () => {
  const axes = [{ name: "o", extent: 13 }, { name: "p", extent: 15 }, { name: "q", extent: 11 }, {
    name: "n",
    extent: 40,
  }];
  const schedule = { tile: { o: 2, q: 4, n: 2 }, vectorize: "n" };
  for (let seed = 0; seed < SEEDS; seed++) {
    const points = somePoints(axes, schedule, draws(seed, "points"), 3000), texts = new Set(points.map(String));
    assert.equal(texts.size, points.length);
    assert(points.length >= 3000 && points.length < 5000, `${points.length} points`);
    for (const [i, { extent }] of axes.entries()) {
      assert.deepEqual(new Set(points.map((point) => point[i])).size, extent);
      assert(points.every((point) => point[i] >= 0 && point[i] < extent));
    }
    for (const corner of everyPoint([2, 2, 2, 2])) {
      assert(texts.has(corner.map((end, i) => end * (axes[i].extent - 1)).join()));
    }
    const places = axes.map((axis) => placesOf(axis, schedule));
    // two and what is left of 13, any of 15, four and what is left of 11, two vectors and what is left of 40
    assert.deepEqual(places.map(({ length }) => length), [3, 1, 7, 8]);
    const placeOf = (point: Coordinates) =>
      point.map((at, i) => places[i].findIndex((place) => place.includes(at))).join();
    assert.equal(new Set(points.map(placeOf)).size, 3 * 7 * 8);
  }
  const [a, b] = [0, 1].map((seed) => somePoints(axes, schedule, draws(seed, "points"), 3000).join(" "));
  assert.notEqual(a, b);
});

Deno.test("a large kernel that is right passes, and is told to be checked in part", async () => {
  const { ok, cases, of } = await checkWrong(() => false, 0);
  assert(ok && of === POINTS.length && cases < of / 2, `${cases} of ${of}`);
});

Deno.test("negative control: wrong in one channel, row, column or sample, at one place of tiles, in a corner", async () => {
  const draw = draws(0, "damage"), places = part.axes.map((axis) => placesOf(axis, conv.schedule));
  let tried = 0;
  const caught = async (what: string, wrong: (point: Coordinates) => boolean) => {
    tried++;
    assert.equal((await checkWrong(wrong, tried)).ok, false, what);
  };
  for (const [i, { name, extent }] of part.axes.entries()) {
    for (const at of [0, Math.floor(draw() * extent), extent - 1]) {
      await caught(`${name} ${at}`, (point) => point[i] === at);
    }
  }
  // what one statement of the code computes: each of them once, or some
  for (let n = 0; n < 4 * SEEDS; n++) {
    const one = places.map((all) => all[Math.floor(draw() * all.length)]);
    await caught(`place ${one.map(([first]) => first)}`, (point) => point.every((at, i) => one[i].includes(at)));
  }
  await caught("last", (point) => point.every((at, i) => at === part.axes[i].extent - 1));
  assert(places.some(({ length }) => length > 1) && tried === 3 * part.axes.length + 4 * SEEDS + 1);
});

Deno.test("small kernels are checked everywhere, and kernels are the same at a point as anywhere", () => {
  let kernels = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const spec = parseSpec(randomSpec(seed)), { plan: planned } = plan(spec, registry, {});
    for (const kernel of kernelsOf(planned)) {
      kernels++;
      assert.equal(checkedPoints(kernel, {}, draws(seed, "points")), undefined);
      const { bindings } = plannedKernel(planned, kernel.name);
      const { given, expected } = kernelCase(kernel, bindings, planned, spec, seed);
      const found = copiesOf(given);
      const points = kernel.parts.map(({ axes }) => everyPoint(axes.map(({ extent }) => extent)).reverse());
      interpretPoints(kernel, found, points, ROW);
      assert.deepEqual(found, expected);
    }
  }
  assert(kernels > 5 * SEEDS);
});

Deno.test("kernels that are lowered to run sooner compute what the interpreter does", () => {
  let kernels = 0, tiles = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const spec = parseSpec(randomSpec(seed)), { plan: planned } = plan(spec, registry, {});
    for (const kernel of kernelsOf(planned)) {
      const { bindings } = plannedKernel(planned, kernel.name);
      const { given } = kernelCase(kernel, bindings, planned, spec, seed);
      const [lowered, plain] = [0, 1].map(() =>
        Object.fromEntries(
          Object.entries(given).map(([symbol, storage]) => [
            symbol,
            storage instanceof Float32Array ? Float64Array.from(storage) : storage.slice(),
          ]),
        )
      );
      const schedule = tiled(kernel);
      nestFunction(compileKernel(kernel, schedule).nest)(lowered, ROW);
      interpretKernel(kernel, plain, ROW);
      for (const [symbol, values] of Object.entries(plain)) {
        for (const [i, value] of values.entries()) {
          assert(
            Math.abs(lowered[symbol][i] - value) <= 1e-12 * (1 + Math.abs(value)),
            `${kernel.name} ${symbol}[${i}]`,
          );
        }
      }
      kernels++;
      if (Object.keys(schedule.tile!).length > 0) tiles++;
    }
  }
  assert(kernels > 5 * SEEDS && tiles > SEEDS, `${tiles} of ${kernels}`);
});
