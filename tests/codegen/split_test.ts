/** Sums that invocations of a GPU share, and what goes into one dispatch: proven and interpreted, no GPU is needed. */
import assert from "node:assert/strict";
import { compileKernel, compileTarget, plan } from "../../codegen/compile.ts";
import { gpuCode } from "../../runtime/backends/webgpu/printed.ts";
import { interpretNest } from "../../codegen/ir/interpret_nest.ts";
import { type Grid, type LoopNest, membersOf, type Statement, WORKGROUP, workgroupBytes } from "../../codegen/ir/ir.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import type { PlannedKernel } from "../../codegen/plan/plan.ts";
import { proveOrder } from "../../codegen/prove/plan/order.ts";
import { type Schedule, ScheduleError } from "../../codegen/schedule/schedule.ts";
import { rounds } from "../../codegen/targets/webgpu/merge.ts";
import { scatter } from "../../codegen/targets/webgpu/print/head.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { compareStorages } from "../../runtime/check/differences.ts";
import { kernelCase } from "../../runtime/check/kernel.ts";
import { findTarget, loadSpec, parseSpec, registry } from "../../mod.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const webgpu = findTarget("webgpu");

async function mnist() {
  const spec = await loadSpec(new URL("../../specs/mnist_cnn.json", import.meta.url).pathname);
  return compileTarget(plan(spec, registry, { layout: webgpu.layout }), webgpu);
}

const grids = (body: readonly Statement[]): Grid[] =>
  body.flatMap((s) => s.kind === "grid" ? [s] : s.kind === "block" ? grids(s.body) : []);

Deno.test("split: shared sums of random nets, interpreted, are what their kernels say", () => {
  let shared = 0, missing = 0, wrong = 0;
  const teams = new Set<number>();
  for (let seed = 1; seed <= width(7, 20); seed++) {
    const spec = parseSpec(randomSpec(seed)), planned = plan(spec, registry, { layout: webgpu.layout });
    for (const { kernel, bindings } of planned.plan.train.kernels) {
      const schedule = [...webgpu.candidates(kernel)].find(({ split }) => split);
      if (!schedule) continue;
      const { nest } = compileKernel(kernel, schedule, webgpu);
      const { given, expected } = kernelCase(kernel, bindings, planned.plan, spec, seed);
      const before = structuredClone(given);
      interpretNest(nest, given, 1);
      const row = compareStorages(kernel, given, expected, webgpu);
      assert.ok(row.ok, `seed ${seed}, ${kernel.name}: ${row.error}`);
      for (const grid of grids(nest.body)) {
        teams.add(membersOf(grid));
        assert.equal(grid.first % WORKGROUP, 0);
      }
      shared++;
      // without one member's share the sum is another
      const [{ members }] = grids(nest.body);
      const short = changed(nest, (grid) => ({ ...grid, members: members!.map((m) => ({ ...m, to: m.to / 2 })) }));
      interpretNest(short, before, 1);
      missing++;
      if (!compareStorages(kernel, before, expected, webgpu).ok) wrong++;
    }
  }
  assert.ok(
    shared > width(10, 30) && teams.size >= width(2, 4),
    `${shared} kernels, teams of ${[...teams].join(", ")}`,
  );
  // a gradient may be 0 in some cases
  assert.ok(wrong > 0.9 * missing, `${wrong} of ${missing}`);
});

Deno.test("dispatches: kernels that touch what another one writes, or that share invocations, are refused", async () => {
  const net = await mnist(), { kernels } = net.plan.train;
  const named = (name: string) => kernels.find(({ kernel }) => kernel.name === name)!;
  const [forward, later] = [named("linear1_relu2_forward"), named("linear2_forward")];
  const together = (...group: PlannedKernel[]) =>
    proveOrder(net.plan, { kernels: group, barriers: [] }, [group.map(({ kernel: { name } }) => name)]);
  together(forward);
  together(named("batch_gather"), named("batch_gather_label"));
  const refuse = (group: PlannedKernel[], what: string) =>
    assert.throws(() => together(...group), {
      name: "VerifyError",
      message: `unproven, generation stops: net mnist_cnn: ${what}, and does not wait for it`,
    });
  refuse([forward, later], "linear2_forward reads relu2.output, which linear1_relu2_forward writes");
  refuse([later, forward], "linear1_relu2_forward writes relu2.output, which linear2_forward reads");
  // the same storage under another name
  const conv = named("conv1_pool1_relu1_forward");
  assert.ok(Object.values(net.plan.tensors).some(({ alias }) => alias !== undefined));
  refuse([conv, forward], "linear1_relu2_forward reads flatten1.output, which conv1_pool1_relu1_forward writes");
  const { nest } = net.kernels.get("linear1_relu2_forward")!;
  const twice = { ...nest, invocations: 2 * nest.invocations!, body: [...nest.body, ...nest.body] };
  assert.throws(() => proveNest(twice), /a grid begins at invocation 0, which another one has/);
});

/** The nest with its first grid changed. */
function changed(nest: LoopNest, change: (grid: Grid) => Grid): LoopNest {
  let first = true;
  const visit = (body: readonly Statement[]): Statement[] =>
    body.map((s): Statement => {
      if (s.kind === "block") return { ...s, body: visit(s.body) };
      if (s.kind !== "grid" || !first) return s;
      first = false;
      return change(s);
    });
  return { ...nest, body: visit(nest.body) };
}

Deno.test("split: what members do apart is not stored, and what they have in common is what the proof says", async () => {
  const net = await mnist(), { nest } = net.kernels.get("linear1_relu2_forward")!;
  proveNest(nest);
  const [grid] = grids(nest.body), at = grid.body.findIndex(({ kind }) => kind === "combine");
  const combine = grid.body[at] as Extract<Statement, { kind: "combine" }>;
  assert.ok(membersOf(grid) > 1 && combine.sums.length > 0);
  const store = grid.body.findLast(({ kind }) => kind === "store") as Extract<Statement, { kind: "store" }>;
  const [member] = grid.members!;
  let refused = 0;
  const refuse = (change: (grid: Grid) => Grid, message: RegExp) => {
    assert.throws(() => proveNest(changed(nest, change)), { name: "VerifyError", message });
    refused++;
  };
  const spliced = (place: number, remove: number, ...insert: Statement[]) => (grid: Grid): Grid => ({
    ...grid,
    body: grid.body.toSpliced(place, remove, ...insert),
  });
  refuse(spliced(at, 1), /members have nothing in common/);
  refuse(spliced(at, 0, store), /written by every thread|is not defined/);
  refuse(spliced(at, 1, { ...combine, sums: combine.sums.slice(1) }), /is not defined/);
  refuse(
    spliced(at, 1, { ...combine, sums: [{ name: "nothing", type: "f32" }] }),
    /nothing is undefined, combined as f32/,
  );
  refuse(
    spliced(at, 1, { ...combine, sums: [...combine.sums, { name: "x00", type: "f32" }] }),
    /x00 is undefined|combined/,
  );
  refuse(spliced(grid.body.length, 0, combine), /combined outside of a grid/);
  const moved = { ...store.offset, terms: [...store.offset.terms, { variable: member.variable, coefficient: 1 }] };
  refuse(spliced(grid.body.indexOf(store), 1, { ...store, offset: moved }), /is not defined/);
  refuse((grid) => ({ ...grid, first: 1 }), /of no one workgroup|needs more than/);
  refuse((grid) => ({ ...grid, members: [{ ...member, to: 3 }] }), /of no one workgroup/);
  refuse((grid) => ({ ...grid, members: [{ ...member, to: 2 * WORKGROUP }] }), /of no one workgroup|needs more than/);
  refuse((grid) => ({ ...grid, members: [{ ...member, to: 2 * member.to }] }), /reaches from|needs more than/);
  assert.equal(refused, 11);
});

Deno.test("split: schedules that cannot be carried out are refused", async () => {
  const net = await mnist(), { kernel, schedule } = net.kernels.get("linear1_relu2_forward")!;
  const refuse = (change: Partial<Schedule>, message: RegExp, of = kernel) =>
    assert.throws(() => lower(of, { ...schedule, ...change }, webgpu.spread), (error: Error) => {
      assert.ok(error instanceof ScheduleError);
      assert.match(error.message, message);
      return true;
    });
  refuse({ split: { i: 3 } }, /cannot be split among 3: that takes a grid, and a power of two up to 64/);
  refuse({ split: { i: 128 } }, /cannot be split among 128/);
  refuse({ grid: undefined, split: { i: 4 } }, /that takes a grid/);
  refuse({ split: { nowhere: 4 } }, /has no axis nowhere/);
  refuse({ split: { o: 4 } }, /4 cannot share a sum along o/);
  const odd = net.kernels.get("linear2_relu2_backward_input")!.kernel;
  refuse(
    { tile: {}, unroll: {}, grid: ["nb", "ib", "i", "n"], vectorize: undefined, split: { o: 4 } },
    /leave a rest of its 10/,
    odd,
  );
  // a maximum, and a sum over the same axis behind it
  const loss = net.kernels.get("loss_forward")!;
  refuse(
    { ...loss.schedule, tile: {}, unroll: {}, vectorize: undefined, split: { j: 2 } },
    /must be one sum/,
    loss.kernel,
  );
  refuse(
    { tile: { o: 8, n: 4 }, split: { i: 32 } },
    /shared sums and what is staged take 32768 bytes of a workgroup's 16384; use smaller tiles/,
  );
  assert.ok(lower(kernel, { ...schedule, split: { i: 4 } }, webgpu.spread).invocations! > 0);
});

Deno.test("a grid that one target has carried out is still refused for a target that has none", async () => {
  const { kernel, schedule } = (await mnist()).kernels.get("linear1_relu2_forward")!;
  const nest = lower(kernel, schedule, webgpu.spread);
  assert.throws(() => lower(kernel, schedule), {
    name: "ScheduleError",
    message: "linear1_relu2_forward has a grid, and its target has none",
  });
  assert.equal(lower(kernel, schedule, webgpu.spread), nest, "what is known is not made again");
});

Deno.test("dispatches: with fewer storage buffers there are more of them, in an order that is right", async () => {
  const net = await mnist();
  const items = net.plan.train.kernels.map((planned) => ({
    ...net.kernels.get(planned.kernel.name)!,
    bindings: planned.bindings,
    planned,
  }));
  const alias = (name: string) => net.plan.tensors[name].alias ?? name;
  const counts = [64, 16, 8, 1].map((most) => {
    const all = rounds(items, net.plan, most), place = new Map(all.flatMap((r, i) => r.map((item) => [item, i])));
    assert.equal(place.size, items.length);
    for (const [i, a] of items.entries()) {
      for (const b of items.slice(i + 1)) {
        const [first, second] = [a, b].map(({ planned }) => {
          const { reads, writes } = accesses(planned);
          return { all: new Set([...reads, ...writes].map(alias)), writes: new Set([...writes].map(alias)) };
        });
        if (first.writes.isDisjointFrom(second.all) && second.writes.isDisjointFrom(first.all)) continue;
        assert.ok(place.get(a)! < place.get(b)!, `${a.planned.kernel.name} before ${b.planned.kernel.name}`);
      }
    }
    return all.length;
  });
  assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
  assert.equal(counts.at(-1), items.length);
  assert.equal(counts[1], gpuCode(net).dispatches.train.length);
  // scalars and vectors have a place of their own each: those who need much of both are not together
  const shared = items.filter(({ nest }) => workgroupBytes(nest.body) > 0);
  const kinds = new Map(shared.map((item, i) => [item.nest.name, i % 2 === 0 ? "f32" as const : "f32x4" as const]));
  const big = shared.map((item) => {
    const body = item.nest.body.map((s) => widened(s, kinds.get(item.nest.name)!));
    return { ...item, nest: { ...item.nest, body } };
  });
  const before = rounds(shared, net.plan, 64), after = rounds(big, net.plan, 64);
  const mixed = (all: typeof before) =>
    all.filter((round) => new Set(round.map(({ nest }) => kinds.get(nest.name))).size > 1).length;
  assert.ok(mixed(before) > 0, `${mixed(before)} of ${before.length}`);
  assert.equal(mixed(after), 0);
});

Deno.test("dispatches: scattered workgroups are all of them, each once, and every run of them has its share of all", () => {
  for (let workgroups = 1; workgroups < 2000; workgroups++) {
    const factor = scatter(workgroups);
    const all = Array.from({ length: workgroups }, (_, i) => i * factor % workgroups);
    assert.equal(new Set(all).size, workgroups);
    if (workgroups < 16) continue;
    // the last quarter, where one kernel may be, in each half of them
    const half = all.slice(0, Math.floor(workgroups / 2)).filter((group) => group >= 0.75 * workgroups).length;
    assert.ok(Math.abs(half / workgroups - 0.125) < 0.09, `${half} of ${workgroups}`);
  }
  // products of more would not be i32
  assert.equal(scatter(65_535), 1);
});

/** A grid whose members have 12 kB more sums of a kind. */
function widened(s: Statement, type: "f32" | "f32x4"): Statement {
  if (s.kind !== "grid") return s;
  const sums = Array.from({ length: type === "f32" ? 48 : 12 }, (_, i) => ({ name: `more_${i}`, type }));
  return { ...s, body: s.body.map((s) => s.kind === "combine" ? { ...s, sums: [...s.sums, ...sums] } : s) };
}
