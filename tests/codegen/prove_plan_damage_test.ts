/** Every refusal that the proof of plans can make is made here, by damages to the plan of a small net. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CompiledNet, compileTarget } from "../../codegen/compile.ts";
import { plainAxis } from "../../codegen/ir/affine.ts";
import type { Dispatches } from "../../codegen/targets/webgpu/dispatch.ts";
import type { Affine, LoopNest, Reduce } from "../../codegen/ir/ir.ts";
import { affine, axis, part, sum, Tensor } from "../../codegen/language/notation.ts";
import type { Plan, PlannedKernel, PlannedTensor, Step } from "../../codegen/plan/plan.ts";
import { proveOrder } from "../../codegen/prove/plan/order.ts";
import { provePlan } from "../../codegen/prove/plan/plan.ts";
import { proveReach } from "../../codegen/prove/plan/reach.ts";
import { proveTarget } from "../../codegen/prove/plan/target.ts";
import { proveTenants, proveTurns } from "../../codegen/prove/plan/tenants.ts";
import type { BoundNest, CompiledKernel } from "../../codegen/targets/target.ts";
import { printedNet } from "../../codegen/net.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import { findTarget } from "../../mod.ts";
import { chained, RELAXED } from "../chained_net.ts";
import { assertRefused, laid, refusal, withTensor } from "../laid_out.ts";
import { SPEC } from "../small_net.ts";

const { plan: PLAN, drafted: DRAFTED } = laid(SPEC, "row_major");

/** What is damaged, how, and what the proof says. */
type Damage = readonly [what: string, damage: (plan: Plan) => Plan, message: string];

const tensor = (plan: Plan, name: string, change: Partial<PlannedTensor>): Plan => ({
  ...plan,
  tensors: { ...plan.tensors, [name]: { ...plan.tensors[name], ...change } },
});
const without = (plan: Plan, name: string): Plan => {
  const { [name]: _, ...tensors } = plan.tensors;
  return { ...plan, tensors };
};
const train = (plan: Plan, change: (step: Step) => Partial<Step>): Plan => ({
  ...plan,
  train: { ...plan.train, ...change(plan.train) },
});
/** The plan with a kernel of the training step changed. */
const kernel = (plan: Plan, name: string, change: (planned: PlannedKernel) => PlannedKernel): Plan =>
  train(plan, ({ kernels }) => ({ kernels: kernels.map((own) => own.kernel.name === name ? change(own) : own) }));
const rebound = (plan: Plan, name: string, symbol: string, to: string): Plan =>
  kernel(plan, name, (own) => ({
    ...own,
    bindings: { ...own.bindings, [symbol]: to },
    kernel: { ...own.kernel, tensors: { ...own.kernel.tensors, [symbol]: typeOf(plan.tensors[to]) } },
  }));
const typeOf = ({ dtype, shape, halo, below, rows, columns }: PlannedTensor) => ({
  dtype,
  shape,
  halo,
  ...below !== undefined && { below },
  ...rows && { rows },
  ...columns && { columns },
});

const FORWARD = "linear2_forward", GATHER = "batch_gather";

const DAMAGES: readonly Damage[] = [
  ["an arena of a line and a byte", (p) => ({ ...p, arenaBytes: p.arenaBytes + 1 }), "is no whole number of lines"],
  ["too large an arena", (p) => ({ ...p, arenaBytes: 2 ** 32 }), "is no whole number of lines up to 2147483648"],
  ["a name", (p) => tensor(p, "label", { name: "labels" }), "label goes by the name of labels"],
  ["rows of no one's", (p) => tensor(p, "data", { rows: undefined }), "data has rows of the run's, or should have"],
  ["rows of samples in the arena", (p) => tensor(p, "label", { rows: "samples" }), "label has rows of the run's"],
  ["no elements", (p) => tensor(p, "label", { shape: [0] }), "label has a shape of 0"],
  ["half an element", (p) => tensor(p, "label", { shape: [1.5] }), "label has a shape of 1.5"],
  [
    "a halo less than nothing",
    (p) => tensor(p, "label", { halo: [[0, -1]] }),
    "label has 1 dimensions and a halo of 0,-1",
  ],
  ["a halo of no dimension", (p) => tensor(p, "label", { halo: [] }), "label has 1 dimensions and a halo of "],
  [
    "a halo of a parameter",
    (p) => tensor(p, "linear1.bias", { halo: [[1, 0]] }),
    "linear1.bias is written by the run and has a halo",
  ],
  ["bytes", (p) => tensor(p, "label", { bytes: 60 }), "label needs 64 bytes and has 60"],
  [
    "a place before the arena",
    (p) => tensor(p, "label", { offset: -64 }),
    "label begins at byte -64, which begins no line",
  ],
  ["a place behind it", (p) => tensor(p, "label", { offset: p.arenaBytes }), "label ends at byte"],
  ["a place twice", (p) => tensor(p, "label", { offset: 0 }), "overlap"],
  ["a place that is no number", (p) => tensor(p, "label", { offset: NaN }), "which begins no line"],
  [
    "a storage that is not there",
    (p) => tensor(p, "label", { alias: "nowhere" }),
    "the storage of nowhere, which has none",
  ],
  [
    "a storage of the run's",
    (p) => tensor(p, "label", { alias: "data" }),
    "label has the storage of data, which has none",
  ],
  [
    "a storage with a halo",
    (p) => tensor(p, "label", { alias: "input" }),
    "label has the storage of input, and there is a halo",
  ],
  [
    "a storage at another place",
    (p) => tensor(p, "dropout1.output", { alias: "dropout1.mask", offset: 0 }),
    "dropout1.output has the storage of dropout1.mask, but not its type, bytes and place",
  ],
  [
    "a test that trains",
    (p) => ({
      ...p,
      evaluate: {
        ...p.evaluate,
        kernels: [...p.evaluate.kernels, p.train.kernels.find(({ title }) => title.pass.includes("update"))!],
      },
    }),
    "in a test, and only training may",
  ],
  ["no place for what comes out", (p) => without(p, "linear2.output"), "what the net puts out has no place"],
  ["no tensor", (p) => without(p, "label"), "batch_gather_label has no tensor"],
  [
    "a type",
    (p) => tensor(p, "label", { below: 2 }),
    "batch_gather_label takes label for another type than the plan does",
  ],
  ["no column", (p) => withTensor(p, "params", { columns: [] }), "which is no column of params"],
  [
    "a write to the run's",
    (p) => rebound(p, GATHER, "x", "data"),
    "batch_gather writes data, which is the run's",
  ],
  [
    "a write to another step's row",
    (p) =>
      kernel(p, "loss_forward_backward", (own) => ({
        ...own,
        kernel: {
          ...own.kernel,
          parts: own.kernel.parts.map((part) => ({
            ...part,
            assignments: part.assignments.map((a) =>
              own.bindings[a.tensor] === "loss" ? { ...a, index: [affine(0), ...a.index.slice(1)] } : a
            ),
          })),
        },
      })),
    "loss_forward_backward writes loss by no row number",
  ],
  [
    "a write by too many indices",
    (p) => withTensor(p, "label", { shape: [4, 4], halo: [[0, 0], [0, 0]] }),
    "batch_gather_label writes label by 1 indices of 2",
  ],
  [
    "a write to the halo",
    (p) => withTensor(p, "input", { shape: [16, 1, 7, 8], halo: [[0, 0], [0, 0], [1, 2], [1, 1]] }),
    "batch_gather writes dimension 2 of input from 0 to 7, and its extent is 7",
  ],
  [
    "a read by too few indices",
    (p) => withTensor(p, "linear2.weight", { shape: [48], halo: [[0, 0]] }),
    "linear2_forward reads linear2.weight by 2 indices of 1",
  ],
  ["an order of other things", (p) => withTensor(p, "order", { below: 7 }), "batch_gather reads data by no row number"],
  [
    "a read outside",
    (p) => withTensor(p, "linear2.weight", { shape: [4, 12] }),
    "linear2_forward reads dimension 1 of linear2.weight from 0 to 15, and its extent is 12 with 0 before and 0 behind",
  ],
  [
    "two outputs in one",
    (p) => rebound(p, "linear2_backward_update_bias", "v", "linear2.bias.m"),
    "linear2_backward_update_bias writes linear2.bias.m by two names",
  ],
  [
    "an operand in place of another",
    (p) => rebound(p, FORWARD, "b", "linear2.bias.m"),
    "linear2_forward has linear2.bias.m in place of linear2.bias (train)",
  ],
  [
    "a kernel too many",
    (p) =>
      train(p, ({ kernels, barriers }) => {
        const [first] = kernels;
        return {
          kernels: [...kernels, { ...first, kernel: { ...first.kernel, name: "more" } }],
          barriers: [...barriers, true],
        };
      }),
    "more runs where it was not drafted (train)",
  ],
  [
    "a kernel too few",
    (p) =>
      train(p, ({ kernels, barriers }) => {
        const i = kernels.findIndex((own) => own.kernel.name === FORWARD);
        return { kernels: kernels.toSpliced(i, 1), barriers: barriers.toSpliced(i, 1) };
      }),
    "linear2_forward is left out, and does more than rename elements (train)",
  ],
  [
    "a kernel that differs between the steps",
    (p) =>
      kernel(p, GATHER, (own) => ({
        ...own,
        bindings: { ...own.bindings, more: "linear1.bias" },
        kernel: { ...own.kernel, tensors: { ...own.kernel.tensors, more: typeOf(p.tensors["linear1.bias"]) } },
      })),
    "there are two kernels batch_gather",
  ],
  [
    "barriers of another step",
    (p) => train(p, ({ barriers }) => ({ barriers: barriers.slice(1) })),
    `${PLAN.train.kernels.length} kernels have ${PLAN.train.kernels.length - 1} barriers`,
  ],
];

/** All that was refused. */
const messages: string[] = [];

Deno.test("damaged plans are refused", () => {
  assert.equal(refusal(() => provePlan(PLAN, DRAFTED)), undefined);
  for (const [what, damage, message] of DAMAGES) {
    const escaped = new RegExp(message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    messages.push(assertRefused(() => provePlan(damage(PLAN), DRAFTED), escaped, what));
  }
});

Deno.test("storages shared too early or too long are refused", () => {
  const share = (name: string, alias: string) => {
    const { offset, bytes } = PLAN.tensors[alias];
    assert.equal(PLAN.tensors[name].bytes, bytes);
    return () => provePlan(tensor(PLAN, name, { alias, offset }), DRAFTED);
  };
  const cases: [string, string, RegExp][] = [
    // still needed when the other is written
    [
      "dropout1.output",
      "flatten1.output.gradient",
      /linear1_backward_update_weight would not find in dropout1\.output/,
    ],
    // kept from step to step
    ["linear2.weight.m", "linear2.output", /linear2_backward_update_weight would not find in linear2\.weight\.m/],
    // read for the last time by the kernel that writes the other, element by element
    ["dropout1.mask", "flatten1.output.gradient", /dropout1\.mask would not hold what was written there when the step/],
  ];
  for (const [name, alias, message] of cases) messages.push(assertRefused(share(name, alias), message, name));
});

/** A kernel by hand that reads and writes tensors of one plan. */
function byHand(write: Parameters<typeof part>[1][], bindings: Record<string, string>, plan: Plan): PlannedKernel {
  const [n, o] = AXES;
  return {
    title: { stem: "by", pass: "hand" },
    bindings,
    kernel: {
      name: "by_hand",
      source: "",
      parts: write.map((assignment) => part([n, o], assignment)),
      tensors: Object.fromEntries(
        Object.entries(bindings).map(([symbol, name]) => [symbol, typeOf(plan.tensors[name])]),
      ),
    },
  };
}

const AXES = [axis("n", 16), axis("o", 16)] as const;

Deno.test("in place: each element alone is accepted, others, sums and other parts are refused", () => {
  const [n, o] = AXES, shape = [16, 16], name = "linear1.output.gradient";
  const plan = withTensor(PLAN, name, {});
  assert.deepEqual(plan.tensors[name].shape, shape);
  const x = new Tensor("x", shape), y = new Tensor("y", shape), i = axis("i", 16);
  const both = { x: name, y: name };
  const prove = (...write: Parameters<typeof part>[1][]) => () => proveReach(byHand(write, both, plan), plan);
  const copy = y.set([n, o], x.at(n, o));
  assert.equal(refusal(prove(copy)), undefined);
  const total = sum([i], x.at(n, i)) as Reduce;
  for (
    const [what, ...write] of [
      ["transposed", y.set([n, o], x.at(o, n))],
      ["the first of a row", y.set([n, o], x.at(n, 0))],
      ["a sum", y.set([n, o], total)],
      ["a sum of one element", y.set([n, o], { ...total, body: x.at(n, o) })],
    ] as const
  ) messages.push(assertRefused(prove(...write), /at another element than/, what));
  // parts come in any order, and have points of their own
  const z = new Tensor("z", shape),
    parts = byHand([copy, z.set([n, o], x.at(n, o))], {
      ...both,
      z: "linear2.weight.v",
    }, withTensor(plan, "linear2.weight.v", { shape }));
  const other = withTensor(plan, "linear2.weight.v", { shape });
  messages.push(assertRefused(() => proveReach(parts, other), /at another element than/, "another part"));
});

Deno.test("damaged turns are refused", () => {
  const names = PLAN.train.kernels.map(({ kernel: { name } }) => [name]);
  assert.equal(refusal(() => proveOrder(PLAN, PLAN.train, names)), undefined);
  const refuse = (groups: string[][], message: RegExp) =>
    messages.push(assertRefused(() => proveOrder(PLAN, PLAN.train, groups), message, String(message)));
  refuse([names[0], ...names], /batch_gather runs twice in a step$/);
  refuse(names.slice(1), /a step has \d+ kernels, and \d+ run$/);
  refuse([["other"], ...names.slice(1)], /batch_gather does not run$/);
  refuse(names.toReversed(), /and does not wait for it$/);
});

Deno.test("damaged nests and steps are refused", () => {
  const target = findTarget("typescript"), planned = { plan: PLAN, fusions: [], swaps: [] };
  const { plan, kernels, files } = compileTarget(planned, target, undefined, ["tiles"]), own = kernels.get(FORWARD)!;
  const prove = (changed?: CompiledKernel) => () => {
    const { [FORWARD]: _, ...others } = Object.fromEntries(kernels);
    proveTarget(plan, new Map(Object.entries(changed ? { ...others, [FORWARD]: changed } : others)), files, target);
  };
  assert.equal(refusal(prove(own)), undefined);
  const nest = (change: Partial<LoopNest>) => ({ ...own, nest: { ...own.nest, ...change } });
  const refuse = (changed: CompiledKernel | undefined, message: RegExp) =>
    messages.push(assertRefused(prove(changed), message, String(message)));
  refuse(undefined, /linear2_forward has no loop nest$/);
  refuse(nest({ body: [] }), /the loop nest of linear2_forward touches y otherwise than its formula$/);
  const store = { kind: "store", tensor: "w", offset: { constant: 0, terms: [] } } as const;
  const value = { kind: "constant", value: 0, type: "f32" } as const;
  refuse(nest({ body: [...own.nest.body, { ...store, value }] }), /touches w otherwise than its formula$/);
  const { w, ...rest } = own.nest.tensors;
  refuse(nest({ tensors: { ...rest, w: { ...w, shape: w.shape.toReversed() } } }), /takes w for another type/);
  refuse(nest({ parallel: undefined }), /linear2_forward is made for one thread and run by all$/);
  const run = (printed: string, message: RegExp) => {
    const changed = { ...files, "step.ts": printed };
    messages.push(assertRefused(() => proveTarget(plan, kernels, changed, target), message, String(message)));
  };
  const printed = files["step.ts"], last = printed.lastIndexOf("wait();");
  run(printed.slice(0, last) + printed.slice(last + 7), /a step ends, and nothing waits for loss_forward$/);
  run(printed.replace(`  ${FORWARD}(`, `  if (thread === 0) ${FORWARD}(`), /is made for all threads and run by one$/);
  const parts = new RegExp(`(?<=  ${FORWARD}\\()(.*), (.*), (.*), (.*), (.*), (.*)(?=\\);)`);
  const call = (parameters: string, message: RegExp) => run(printed.replace(parts, parameters), message);
  call("$1, $3, $2, $4, $5, $6", /linear2_forward is given \d+ as its tensor 1, and takes tanh1\.output$/);
  call("$1, $5, $6", /linear2_forward of 4 tensors is given 1$/);
  call("$1, $2, $3, $4, step, step, $5, $6", /linear2_forward of 4 tensors is given 5$/);
  call("$1, $2, $3, $4, $6, $5", /linear2_forward of 4 tensors is given 6$/);
  const bias = plan.tensors["linear2.bias"].offset, other = plan.tensors["linear2.bias.m"].offset;
  run(
    printed.replace(`linear2_bias = new Float32Array(memory, ${bias},`, (own) => own.replace(`${bias}`, `${other}`)),
    new RegExp(`linear2_forward is given ${other} as its tensor 0, and takes linear2\\.bias$`),
  );
});

Deno.test("a step that is not printed is refused, one without kernels is not", () => {
  for (const name of ["typescript", "wasm", "webgpu"]) {
    const target = findTarget(name);
    for (const predict of [false, true]) {
      const planned = laid(SPEC, target.layout, predict).plan, step = predict ? "train" : "evaluate";
      if (predict) assert.equal(planned.train.kernels.length, 0);
      const { plan, kernels, files } = compileTarget({ plan: planned, fusions: [], swaps: [] }, target, undefined, [
        "tiles",
      ]);
      const text = files[target.entry], head = new RegExp(`\\b${step}(?=\\(step\\) |"\\) |": \\[)`);
      const printed = { ...files, [target.entry]: text.replace(head, "other") };
      const message = new RegExp(`no step ${step} is printed$`);
      messages.push(assertRefused(() => proveTarget(plan, kernels, printed, target), message, name));
    }
  }
});

Deno.test("damaged dispatches are refused", () => {
  const target = findTarget("webgpu"), { plan, drafted } = laid(SPEC, target.layout);
  provePlan(plan, drafted);
  const { kernels, files } = compileTarget({ plan, fusions: [], swaps: [] }, target, undefined, ["tiles"]);
  const list: Dispatches = JSON.parse(files[target.entry]);
  let refused = 0;
  for (const [name, own] of Object.entries(list.kernels)) {
    const refuse = (change: Partial<typeof own>, message: RegExp) => {
      const changed = { ...list, kernels: { ...list.kernels, [name]: { ...own, ...change } } };
      const printed = { ...files, [target.entry]: JSON.stringify(changed) };
      messages.push(assertRefused(() => proveTarget(plan, kernels, printed, target), message, name));
      refused++;
    };
    const { tensors, writes, bindings } = own, read = tensors.find((tensor) => !writes.includes(tensor))!;
    const other = Object.keys(plan.tensors).find((tensor) => !tensors.includes(tensor))!;
    refuse({ tensors: tensors.slice(1) }, /does not bind/);
    refuse({ tensors: [...tensors, other] }, /which they do not touch$/);
    refuse({ writes: writes.slice(1) }, /and does not say so$/);
    refuse({ writes: [...writes, read] }, /does not write .* and says so$/);
    refuse({ tensors: [...tensors, writes[0]] }, /and binds it twice$/);
    refuse({ tensors: [...tensors, read] }, /of \d+ tensors is given \d+$/);
    refuse({ bindings: bindings.slice(1) }, /binds \d+ tensors in \d+ buffers$/);
    refuse({ bindings: bindings.map(() => 0) }, /as one, and does not write both$/);
    refuse({ tensors: [...tensors.slice(1), tensors[0]] }, /is given \S+ as its tensor 0, and takes \S+$/);
  }
  assert(refused >= 70, `${refused}`);
  const merging = (damage: (nest: LoopNest) => Partial<LoopNest>, message: RegExp) => {
    const merged = (own: readonly BoundNest[], nest = target.merged!(own)) => ({ ...nest, ...damage(nest) });
    const prove = () => proveTarget(plan, kernels, files, { ...target, merged });
    messages.push(assertRefused(prove, message, String(message)));
  };
  merging(({ body }) => ({ body: body.slice(1) }), /load and store \d+ times, and as one \d+$/);
  merging(
    ({ body }) => ({ body: JSON.parse(JSON.stringify(body).replaceAll('"tensor":"labels"', '"tensor":"data"')) }),
    /batch_gather and batch_gather_label as one do not touch labels where each of them does$/,
  );
  merging(
    ({ tensors }) => ({ tensors: Object.fromEntries(Object.entries(tensors).toReversed()) }),
    /is given order as its tensor 0, and takes label$/,
  );
});

Deno.test("each damage to a chain, or to what is scratch: refused", () => {
  const net = chained(), { plan, kernels, files } = net, { kernels: list, barriers, chains } = plan.train;
  const [first, second] = chains!, names = list.map(({ kernel: { name } }) => name), waits = barriers.map(() => true);
  const scratch = Object.values(plan.tensors).find((tensor) => tensor.scratch)!.name;
  const writer = list.findIndex((planned) => accesses(planned).writes.has(scratch));
  const refuse = (prove: () => unknown, message: RegExp) => {
    messages.push(assertRefused(prove, message, String(message)));
  };
  const printed = (step: Partial<Step>) => () => printedNet({ ...net, plan: train(plan, () => step) });
  const proven = (changed: Partial<CompiledNet>, text = files[RELAXED.entry]) => () => {
    const { plan, unchained, kernels } = { ...net, ...changed };
    proveTarget(plan, kernels, { [RELAXED.entry]: text }, RELAXED, unchained);
  };
  proven({})();
  refuse(
    printed({ chains: [{ ...first, rows: 64 }, second] }),
    /by blocks of \d+ of 64 rows, and is not made for that$/,
  );
  refuse(printed({ chains: [{ ...first, block: 2 * first.block }, second] }), /rows at a time, and \S+ has \d+$/);
  refuse(printed({ chains: [second], barriers: waits }), /which is scratch, outside of a chain$/);
  const count = writer + 1 - first.first;
  const halves = [{ ...first, count }, { ...first, first: writer + 1, count: first.count - count }];
  refuse(printed({ chains: [...halves, second], barriers: waits }), /is scratch, and several chains touch it$/);
  const gone = (step: Step) => ({ kernels: step.kernels.filter((planned) => planned !== list[writer]) });
  const fewer = train(plan, (step) => ({
    ...gone(step),
    barriers: barriers.toSpliced(writer, 1),
    chains: [{ ...first, count: first.count - 1 }, { ...second, first: second.first - 1 }],
  }));
  const without = { ...net, plan: fewer, unchained: train(net.unchained!, gone) };
  refuse(() => printedNet(without), /is scratch, and \S+ reads it before it is written$/);
  const copied = list.map((planned, i) => i === writer ? { ...planned } : planned);
  refuse(proven({ plan: train(plan, () => ({ kernels: copied })) }), /was not planned$/);
  const other = (of: Plan, change: Partial<PlannedTensor>) => tensor(of, scratch, change);
  refuse(proven({ plan: other(plan, { role: "parameter" }) }), /is another tensor than was planned$/);
  refuse(proven({ plan: other(plan, { scratch: 0 }) }), /has 0 of 32 rows in scratch memory$/);
  const kept = { role: "parameter" } as const;
  refuse(
    proven({ plan: other(plan, kept), unchained: other(net.unchained!, kept) }),
    /is scratch, and kept from step to step$/,
  );
  const { nest: { begins: _, ...nest } } = kernels.get(names[writer])!;
  const elsewhere = new Map(kernels).set(names[writer], { ...kernels.get(names[writer])!, nest });
  refuse(proven({ kernels: elsewhere }), /takes \S+ for where it is not$/);
  const moved = files[RELAXED.entry].replace(/(call \$place \(i32\.const )\d+/, "$164000000");
  refuse(proven({}, moved), /is not given its places in scratch memory$/);
  // the first row in place of the sample's own
  const shared = kernels.get(names[writer])!.nest.parallel!.axis;
  const firstRow = (index: Affine) => plainAxis(index)?.name === shared ? affine(0) : index;
  const parts = list[writer].kernel.parts.map((part) => ({
    ...part,
    assignments: part.assignments.map((a) => ({ ...a, index: a.index.map(firstRow) })),
  }));
  const changed = { ...list[writer], kernel: { ...list[writer].kernel, parts } };
  const swapped = ({ kernels }: Step) => ({
    kernels: kernels.map((planned) => planned.kernel.name === names[writer] ? changed : planned),
  });
  const swap = (of: Plan): Plan => ({ ...train(of, swapped), evaluate: { ...of.evaluate, ...swapped(of.evaluate) } });
  refuse(
    proven({ plan: swap(plan), unchained: swap(net.unchained!) }),
    /touches other rows of \S+, which is scratch, than its own$/,
  );
});

/** Why something is refused; undefined if it is not. */
function refusalOf(prove: () => void): string | undefined {
  try {
    prove();
  } catch (error) {
    return (error as Error).message;
  }
}

Deno.test("each damage to tensors that share memory: refused", () => {
  const net = chained(), { plan, unchained, kernels, files } = net, { tensors } = plan;
  const refuse = (changed: Plan, message: RegExp, before = unchained) => {
    const prove = () => proveTarget(changed, kernels, files, RELAXED, before);
    messages.push(assertRefused(prove, message, String(message)));
  };
  const at = (name: string, offset: number) => tensor(plan, name, { offset });
  const padded = Object.values(tensors).find(({ role, halo }) => role === "value" && halo.flat().some((w) => w > 0))!;
  const first = tensors["conv1.weight"].offset;
  refuse(at("label", first), /conv1\.weight and label overlap, and conv1\.weight is kept$/);
  refuse(at("label", tensors["linear1.output"].offset), /overlap, and linear1\.output is kept$/);
  refuse(at("label", padded.offset), /overlap, and one would be written where the other has zeros around it$/);
  // two that are needed at one time, with no zeros around them
  const bare = Object.values(tensors).filter(({ role, halo, alias, scratch }) =>
    (role === "value" || role === "gradient") && !halo.flat().some((w) => w > 0) && alias === undefined &&
    scratch === undefined
  );
  const both = bare.flatMap((own) =>
    bare.filter(({ bytes, name }) => name !== own.name && bytes <= own.bytes).map((other) => [own, other])
  )
    .find(([own, other]) =>
      /need both$/.test(
        refusalOf(() => proveTarget(at(other.name, own.offset), kernels, files, RELAXED, unchained)) ?? "",
      )
    );
  assert(both, "no two tensors are needed at one time");
  refuse(at(both[1].name, both[0].offset), /overlap, and \S+ and \S+ need both$/);
  // without the kernel that writes it, where another one lay
  const lodger = tensors["conv2.weight.gradient.products"].name;
  const gone = (step: Step) => ({
    kernels: step.kernels.filter((planned) => !(accesses(planned).writes.has(lodger))),
  });
  const groups = RELAXED.groups(files).train.map(({ kernels }) => kernels),
    [pair] = proveTenants(plan)
      .filter((pair) => pair.some(({ name }) => name === lodger));
  const turns = (step: Step) => () => proveTurns(plan, step, groups, [], [pair]);
  turns(unchained!.train)();
  messages.push(assertRefused(
    turns({ ...unchained!.train, ...gone(unchained!.train) }),
    /reads conv2\.weight\.gradient\.products, where others lay, before it is written$/,
    lodger,
  ));
});

Deno.test("every refusal that the proof of plans can make is made here", async () => {
  const folder = join(import.meta.dirname!, "..", "..", "codegen", "prove", "plan"), templates: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(join(folder, name));
    const own = source.matchAll(/(?:fail|unproven)\((?:\s*[\w.]+,)?\s*([`"])(.+?)\1/g);
    templates.push(...[...own].map(([, , text]) => text));
  }
  // how a refusal begins and ends
  const whole = templates.filter((text) => !text.includes("${what}") && !text.startsWith("the dispatch of"));
  assert(whole.length >= 38, `only ${whole.length} refusals found`);
  for (const template of whole) {
    const pattern = new RegExp(
      template.split(/\$\{[^}]+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"),
    );
    assert(messages.some((message) => pattern.test(message)), `nothing is refused with "${template}"`);
  }
});
