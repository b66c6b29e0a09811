/** What the targets propose: every schedule fits, and the target whose engine packs vectors gets them in pairs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { kernelsOf, plan } from "../../codegen/compile.ts";
import { cost } from "../../codegen/ir/cost.ts";
import { type Kernel, LANES, type LoopNest, type Statement, typeOf } from "../../codegen/ir/ir.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { type Schedule, scheduleText } from "../../codegen/schedule/schedule.ts";
import { simplify } from "../../codegen/passes/simplify.ts";
import type { LayoutName } from "../../codegen/plan/arrange/arrange.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { kernelStages, loadSpec, parseSpec, processorTargets as targets, registry, targets as all } from "../../mod.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const SPECS = join(import.meta.dirname!, "..", "..", "specs");
/** The target for engines that put two neighbouring vectors of four into one register of eight. */
const PACKED = targets.find(({ name }) => name === "wasm_relaxed")!;
const NETS = ["mnist_cnn", "mnist_mlp", "lenet5"];

async function shippedKernels(layout: LayoutName): Promise<(readonly [net: string, kernel: Kernel])[]> {
  const found: (readonly [string, Kernel])[] = [];
  for (const net of NETS) {
    const { plan: planned } = plan(await loadSpec(join(SPECS, `${net}.json`)), registry, { layout });
    for (const kernel of kernelsOf(planned)) found.push([net, kernel]);
  }
  return found;
}

/** What is wrong with the vectors of a schedule for an engine that packs two neighbours, in words. */
function unpaired({ parts }: Kernel, { vectorize, tile = {} }: Schedule): string | undefined {
  const axis = parts.flatMap(({ axes }) => axes).find(({ name }) => name === vectorize);
  // along an axis of a sum there are no neighbours among the outputs
  if (!axis || axis.extent < 2 * LANES) return undefined;
  const count = tile[axis.name] ?? 1;
  return count % 2 === 0 ? undefined : `${count} vectors along ${axis.name} of ${axis.extent}`;
}

/** Stores of vectors without a neighbour right before or behind them. */
function lonelyStores(body: readonly Statement[]): number {
  const stores = body.filter((s) => s.kind === "store").filter((s) => typeOf(s.value) === "f32x4");
  let lonely = 0;
  for (let i = 0; i < stores.length; i++) {
    const next = stores[i + 1];
    if (next?.tensor === stores[i].tensor && next.offset.constant === stores[i].offset.constant + LANES) i++;
    else lonely++;
  }
  return body.reduce((sum, s) => s.kind === "loop" || s.kind === "block" ? sum + lonelyStores(s.body) : sum, lonely);
}

/** The vectors that an odd number of them along the axis leaves over, so that one cannot be paired. */
const hasOdd = ({ parts }: Kernel, { vectorize }: Schedule) =>
  parts.flatMap(({ axes }) => axes).some(({ name, extent }) =>
    name === vectorize && Math.floor(extent / LANES) % 2 === 1
  );

Deno.test("packed: an even number of vectors wherever there are two, in every kernel of the nets that ship", async () => {
  let ran = 0, paired = 0, odd = 0;
  for (const [net, kernel] of await shippedKernels(PACKED.layout)) {
    const [best] = PACKED.candidates(kernel), what = `${net} ${kernel.name}: ${scheduleText(best)}`;
    assert.equal(unpaired(kernel, best), undefined, what);
    const lonely = lonelyStores(lower(kernel, best).body);
    if (hasOdd(kernel, best)) odd++;
    else assert.equal(lonely, 0, `${what}: ${lonely} stores of vectors without a neighbour`);
    if (best.vectorize !== undefined) paired++;
    ran++;
  }
  assert(ran >= 60 && paired > ran / 2, `${paired} of ${ran} kernels in vectors`);
  assert(odd < ran / 10, `${odd} of ${ran} kernels with an odd number of vectors`);
});

Deno.test("packed: the same for random nets", () => {
  let ran = 0, vectors = 0;
  for (let seed = 1; seed <= width(10, 30); seed++) {
    const { plan: planned } = plan(parseSpec(randomSpec(seed)), registry, { layout: PACKED.layout });
    for (const kernel of kernelsOf(planned)) {
      const [best] = PACKED.candidates(kernel);
      assert.equal(unpaired(kernel, best), undefined, `seed ${seed}, ${kernel.name}: ${scheduleText(best)}`);
      if (best.vectorize !== undefined) vectors++;
      ran++;
    }
  }
  assert(ran > width(100, 300) && vectors > width(33, 100), `${vectors} of ${ran} kernels in vectors`);
});

Deno.test("the kernels that do the work of mnist_cnn are in vectors, shared by threads, and none is left out", async () => {
  const { plan: planned } = plan(await loadSpec(join(SPECS, "mnist_cnn.json")), registry, { layout: "lanes" });
  let ran = 0;
  for (const target of targets.filter(({ layout }) => layout === "lanes")) {
    for (const kernel of kernelsOf(planned).filter((kernel) => cost(kernel).flops > 1e6)) {
      const [best] = target.candidates(kernel), what = `${target.name}, ${kernel.name}: ${scheduleText(best)}`;
      assert(best.vectorize !== undefined && best.parallel !== undefined, what);
      ran++;
    }
  }
  assert.equal(ran, 2 * 6);
});

Deno.test("a batch is gathered block by block; one block is shared by its rows", async () => {
  const spec = await loadSpec(join(SPECS, "mnist_cnn.json"));
  for (const [batchSize, shared] of [[64, "nb"], [16, "h"]] as const) {
    const { plan: planned } = plan({ ...spec, batchSize }, registry, { layout: PACKED.layout });
    const gather = [...kernelsOf(planned)].find(({ name }) => name === "batch_gather")!;
    const [{ tile, parallel }] = PACKED.candidates(gather);
    assert.deepEqual([tile, parallel], [{ w: 4, n: 16 }, shared], `batch ${batchSize}`);
  }
});

Deno.test("of an unrolled window all values but the first are compared", async () => {
  const kernels = await shippedKernels(PACKED.layout);
  const [, pool] = kernels.find(([net, { name }]) => net === "mnist_cnn" && name === "conv1_pool1_relu1_forward")!;
  const schedule: Schedule = { unroll: { u: 2, v: 2 } };
  const comparisons = (unrolled: Schedule) => {
    const count = (body: readonly Statement[]): number =>
      body.reduce(
        (sum, s) => sum + ("body" in s ? count(s.body) : s.kind === "let" && s.name.startsWith("stays") ? 1 : 0),
        0,
      );
    return count(lower(pool, unrolled).body);
  };
  assert.equal(comparisons(schedule), 3);
  // negative control: with a loop around it, the first one is no other than the next
  assert.equal(comparisons({ unroll: { v: 2 } }), 2);
});

Deno.test("every schedule that a target proposes fits and is proven", async () => {
  let ran = 0;
  for (const target of targets) {
    for (const [net, kernel] of await shippedKernels(target.layout)) {
      const all = [...target.candidates(kernel)];
      assert(all.length > 0, `${target.name}: nothing for ${net} ${kernel.name}`);
      // proofs of large outputs take long
      const points = kernel.parts.flatMap(({ axes }) => axes).reduce((product, { extent }) => product * extent, 1);
      for (const schedule of all) {
        const nest: LoopNest = simplify(lower(kernel, schedule, target.spread), target.wholeAddresses);
        if (points < 1e4) proveNest(nest);
        ran++;
      }
    }
  }
  assert(ran > 500, `${ran} schedules`);
});

Deno.test("tiles, vectors and the hoisting of indices are left out where they shall be", async () => {
  let ran = 0, tiled = 0, full = 0;
  for (const net of width(["mnist_mlp"], NETS)) {
    const spec = await loadSpec(join(SPECS, `${net}.json`));
    for (const { name } of all) {
      for (const [kernel, { schedule }] of kernelStages(spec, { target: name, without: ["tiles"] })) {
        assert.match(schedule, /^(plain loops|parallel \w+|grid [\w, ]+)\n$/, `${net} ${name} ${kernel}`);
        ran++;
      }
      for (const [kernel, { schedule }] of kernelStages(spec, { target: name, without: ["vectors"] })) {
        assert(!schedule.includes("vectorize"), `${net} ${name} ${kernel}: ${schedule}`);
        if (schedule.includes("tile")) tiled++;
      }
    }
    const hoisted = kernelStages(spec, { target: "typescript" });
    for (const [kernel, { source }] of kernelStages(spec, { target: "typescript", without: ["hoist"] })) {
      assert(!source.includes("_at_"), kernel);
      if (hoisted.get(kernel)!.source.includes("_at_")) full++;
    }
  }
  assert(
    ran > width(40, 180) && tiled > width(10, 60) && full > width(8, 40),
    `${ran} kernels, ${tiled} with tiles, ${full} with indices in full`,
  );
});

Deno.test("negative control: an odd tile, and stores without neighbours, are noticed", async () => {
  const all = await shippedKernels(PACKED.layout);
  const [, kernel] = all.find(([, { name }]) => name === "linear1_relu2_forward")!;
  assert.equal(unpaired(kernel, { vectorize: "n", tile: { n: 3 } }), "3 vectors along n of 16");
  assert.equal(unpaired(kernel, { vectorize: "n" }), "1 vectors along n of 16");
  assert.equal(unpaired(kernel, { vectorize: "n", tile: { n: 2 } }), undefined);
  assert.equal(lonelyStores(lower(kernel, { vectorize: "n", tile: { n: 2 } }).body), 0);
  assert(lonelyStores(lower(kernel, { vectorize: "n" }).body) > 0);
  assert(lonelyStores(lower(kernel, { vectorize: "n", tile: { n: 3 } }).body) > 0);
});
