/** Tensors that lie where others lay: the same bits, and a proof that can tell, compared with a model of the memory. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CompiledNet, compileTarget, type Optimization, plan } from "../../codegen/compile.ts";
import { printedNet } from "../../codegen/net.ts";
import type { Plan, PlannedTensor } from "../../codegen/plan/plan.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, loadSpec, parseSpec, processorTargets, registry, runsHere, type Spec } from "../../mod.ts";
import { CHAINED } from "../chained_net.ts";
import { conv, specOf } from "../channel_nets.ts";
import { assertRefused, moved, refusal } from "../laid_out.ts";
import { LARGE_NETS } from "../large_nets.ts";
import { misread } from "../memory_model.ts";
import { randomSpec } from "../random_spec.ts";
import { trainedBits } from "../trained_bits.ts";
import { wideSpec } from "../wide_spec.ts";
import { portion, QUICK, width } from "../width.ts";

const STEPS = ["train", "evaluate"] as const, RELU = { type: "relu" }, POOL = { type: "maxPool2d", kernel: 2 };
/** Random nets of each kind whose memory is modelled, and whose tensors are moved. */
const MODELLED = width(6, 40), DAMAGED = width(1, 6);

/** Few channels and images with halos of several widths. */
const FEW = specOf([2, 12, 12], [
  ...[conv(4), RELU, POOL, conv(6, 5, { padding: 2 }), RELU, conv(6), RELU, POOL],
  ...[{ type: "flatten" }, { type: "linear", outFeatures: 20 }, RELU, { type: "linear", outFeatures: 3 }],
], 32);

/** Images of one size, so that gradients with halos lie where others lay. */
const ALIKE = specOf([2, 8, 8], [
  ...Array.from({ length: 6 }, () => [conv(4), { type: "tanh" }]).flat(),
  ...[{ type: "flatten" }, { type: "linear", outFeatures: 3 }],
], 16);

function compiled(
  spec: Spec,
  target: Target,
  without: readonly Optimization[] = [],
  predict = false,
): CompiledNet {
  return compileTarget(
    plan(spec, registry, { layout: target.layout, data: "f32", predict }),
    target,
    undefined,
    without,
  );
}

const shipped = (net: string) => loadSpec(join(import.meta.dirname!, "..", "..", "specs", `${net}.json`));

// ---- what it gives

Deno.test("memory that is used again gives the same bits, by any number of threads, and is less", async () => {
  let compared = 0;
  for (const [what, spec] of [["chained", CHAINED], ["few channels", FEW], ["alike", ALIKE]] as const) {
    for (const target of portion(processorTargets.filter(runsHere), 3, compared)) {
      const apart = compiled(spec, target, ["reuse"]), net = compiled(spec, target);
      assert(net.plan.arenaBytes < apart.plan.arenaBytes, what);
      assert.deepEqual(net.plan.train.barriers, apart.plan.train.barriers, "a barrier is added");
      const expected = await trainedBits(apart, spec, 1);
      for (const threads of [1, 3]) {
        assert.deepEqual(await trainedBits(net, spec, threads), expected, `${what}, ${target.name}, ${threads}`);
        compared++;
      }
    }
  }
  assert(compared >= (QUICK ? 6 : 12), `${compared}`);
});

Deno.test("what is kept, and what the net puts out, has a place of its own", async () => {
  for (const net of ["lenet5", "mnist_cnn"]) {
    for (const target of processorTargets) {
      const { plan: { tensors, graph } } = compiled(await shipped(net), target, ["tiles"]);
      const own = Object.values(tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);
      for (const tensor of own) {
        if (isFree(tensor) && tensor.name !== `${graph.output}.output`) continue;
        assert.deepEqual(own.filter((other) => other !== tensor && overlap(other, tensor)), [], tensor.name);
      }
    }
  }
});

const isFree = ({ role }: PlannedTensor) => role === "value" || role === "gradient";

/** Whether two tensors of one memory share bytes. */
function overlap(a: PlannedTensor, b: PlannedTensor): boolean {
  const inOne = (a.scratch === undefined) === (b.scratch === undefined);
  return inOne && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/** Pairs of tensors that share bytes. */
function tenants({ tensors }: Plan): [PlannedTensor, PlannedTensor][] {
  const own = Object.values(tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);
  return own.flatMap((a, i) =>
    own.slice(i + 1).filter((b) => overlap(a, b)).map((b) => [a, b] as [typeof a, typeof b])
  );
}

// ---- the model

/** Nets of all kinds, with plain loops. */
async function* nets(random: number): AsyncGenerator<CompiledNet> {
  const specs = [CHAINED, FEW, ALIKE, await shipped("lenet5"), ...LARGE_NETS.map(([, spec]) => spec)];
  for (let seed = 1; seed <= random; seed++) specs.push(parseSpec(randomSpec(seed)), parseSpec(wideSpec(seed)));
  for (const spec of specs) {
    for (const target of [findTarget("wasm"), findTarget("typescript")]) {
      yield compiled(spec, target, ["tiles"]);
      yield compiled(spec, target, ["tiles"], true);
    }
  }
}

Deno.test("a model of the memory finds what was written, whatever the order between two waits, and zeros around it", async () => {
  let shared = 0, halos = 0, scratch = 0;
  for await (const net of nets(MODELLED)) {
    assert.equal(misread(net), undefined, `${net.plan.name}, ${net.target.name}`);
    for (const [a] of tenants(net.plan)) {
      shared++;
      if (a.halo.flat().some((width) => width > 0)) halos++;
      if (a.scratch !== undefined) scratch++;
    }
  }
  assert(
    shared > 300 && halos > 10 && scratch > 10,
    `${shared} pairs, ${halos} with halos, ${scratch} in scratch memory`,
  );
});

// ---- a fault is refused

/** The net with another plan, printed anew. */
const withPlan = (net: CompiledNet, change: Partial<Plan>): CompiledNet =>
  printedNet({ ...net, plan: { ...net.plan, ...change } });

Deno.test("each barrier of a step that shares memory deleted in turn: refused", () => {
  let refused = 0;
  for (const target of [findTarget("wasm"), findTarget("typescript")]) {
    const net = compiled(CHAINED, target, ["tiles"]);
    for (const step of STEPS) {
      for (const [i, barrier] of net.plan[step].barriers.entries()) {
        if (!barrier) continue;
        const barriers = net.plan[step].barriers.with(i, false);
        const without = () => withPlan(net, { [step]: { ...net.plan[step], barriers } });
        assertRefused(without, /and does not wait for it$|overlap, and \S+ and \S+ need both$/, `${step}, before ${i}`);
        refused++;
      }
    }
  }
  assert(refused > 40, `${refused}`);
});

Deno.test("each tensor moved to where another one lies: what the model finds wrong is refused", async () => {
  let refused = 0, wrong = 0, harmless = 0;
  let at = 0;
  for await (const net of nets(DAMAGED)) {
    // of each spec one of its nets, by turns
    if (QUICK && at++ % 4 !== (at >> 2) % 4) continue;
    const { plan } = net, own = Object.values(plan.tensors).filter(({ role, alias }) => role !== "run" && !alias);
    const free = own.filter(isFree);
    for (const [i, { name, offset, scratch, bytes }] of free.entries()) {
      // the place of one of the others, and a line further on
      const others = own.filter((other) => (other.scratch === undefined) === (scratch === undefined));
      for (const place of [others[i * 7 % others.length].offset, offset + 64]) {
        const end = scratch === undefined ? plan.arenaBytes : plan.scratchBytes!;
        if (place === offset || place + bytes > end) continue;
        const changed = moved(plan, name, place), found = refusal(() => withPlan(net, changed));
        const model = found === undefined || ++refused % 8 === 0 ? misread({ ...net, plan: changed }) : undefined;
        assert(found !== undefined || model === undefined, `${plan.name}: ${name} at ${place} is accepted: ${model}`);
        if (found === undefined) harmless++;
        if (model !== undefined) wrong++;
      }
    }
  }
  // the model, which is asked of each eighth, finds most of them wrong
  assert(
    refused > width(100, 500) && wrong > 0.5 * refused / 8 && harmless > width(2, 5),
    `${refused} refused, ${wrong}, ${harmless} harmless`,
  );
});
