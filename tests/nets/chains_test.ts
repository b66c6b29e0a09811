/** Kernels that are run block of samples by block of samples: the same bits, and a proof that can tell. */
import assert from "node:assert/strict";
import type { CompiledNet } from "../../codegen/compile.ts";
import { plainAxis } from "../../codegen/ir/affine.ts";
import { rewriter } from "../../codegen/ir/expr.ts";
import type { LoopNest, Statement } from "../../codegen/ir/ir.ts";
import { printedNet } from "../../codegen/net.ts";
import type { Plan, PlannedKernel } from "../../codegen/plan/plan.ts";
import { VerifyError } from "../../codegen/prove/error.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { proveTarget } from "../../codegen/prove/plan/target.ts";
import { CHAINED as SPEC, chained as compiled, RELAXED as WASM } from "../chained_net.ts";
import { CHOOSING } from "../channel_nets.ts";
import { assertRefused } from "../laid_out.ts";
import { trainedBits } from "../trained_bits.ts";

const STEPS = ["train", "evaluate"] as const, THREADS = [1, 2, 3];
Deno.test("chains give the bits of the kernels one after the other, for any number of threads", async () => {
  let compared = 0;
  for (const target of CHOOSING) {
    const net = compiled(target), { train, evaluate, tensors, scratchBytes } = net.plan;
    assert.deepEqual([train, evaluate].map(({ chains }) => chains?.length), [2, 1]);
    assert(Object.values(tensors).filter(({ scratch }) => scratch).length >= 5 && scratchBytes! > 0);
    const plain = compiled(target, ["chain"]);
    assert.equal(plain.plan.train.chains, undefined);
    const apart = [compiled(target, ["chain", "reuse"]), compiled(target, ["reuse"])];
    const [more, less] = apart.map(({ plan }) => plan.arenaBytes);
    assert(more > 1.5 * less, `${more} ${less}`);
    const expected = await trainedBits(plain, SPEC, 1);
    for (const threads of THREADS) {
      assert.deepEqual(await trainedBits(net, SPEC, threads), expected, `${target.name}, ${threads} threads`);
      compared++;
    }
  }
  assert.equal(compared, CHOOSING.length * THREADS.length);
});

// ---- a fault is refused

/** What the proof says to other text. */
const prove = ({ plan, unchained, kernels, files, target }: CompiledNet, text = files[target.entry]) =>
  proveTarget(plan, kernels, { ...files, [target.entry]: text }, target, unchained);

Deno.test("each line of a printed chain left out, and each number in it one more: refused", () => {
  const net = compiled(), lines = net.files[WASM.entry].split("\n");
  prove(net);
  let left = 0, numbers = 0;
  for (const [begin, line] of lines.entries()) {
    if (!/^ *;; on \d+ of \d+ rows/.test(line)) continue;
    const end = lines.findIndex((each, i) => i > begin && each.includes("(br $blocks)"));
    for (let i = begin - 1; i <= end; i++) {
      // the wait before it, where there is one
      if (i < begin && !lines[i].includes("(call $wait)")) continue;
      assertRefused(() => prove(net, lines.toSpliced(i, 1).join("\n")), /./, `without ${lines[i]}`);
      left++;
      for (const { index, 0: digits } of lines[i].matchAll(/(?<=[ (])\d+(?=[ )])/g)) {
        const more = lines[i].slice(0, index) + (Number(digits) + 1) + lines[i].slice(index + digits.length);
        assertRefused(() => prove(net, lines.with(i, more).join("\n")), /./, `${lines[i].trim()} with ${more.trim()}`);
        numbers++;
      }
    }
  }
  assert(left > 30 && numbers > 40, `${left} lines, ${numbers} numbers`);
});

/** The net with another plan, printed anew. */
const withPlan = (net: CompiledNet, change: Partial<Plan>) => () =>
  printedNet({ ...net, plan: { ...net.plan, ...change } });

Deno.test("scratch outside of a chain, of too few rows, in one place, or kept: refused", () => {
  const net = compiled(), { train, tensors } = net.plan, [first, second] = train.chains!;
  const scratch = Object.values(tensors).filter((tensor) => tensor.scratch !== undefined);
  const tensor = (name: string, change: object) =>
    withPlan(net, { tensors: { ...tensors, [name]: { ...tensors[name], ...change } } });
  const chains = (...chains: typeof train.chains & object) => withPlan(net, { train: { ...train, chains } });
  assertRefused(chains(first), /outside of a chain|does not wait for it/, "one chain less");
  assertRefused(
    chains({ ...first, block: 2 * first.block }, second),
    /on \d+ rows at a time, and \S+ has \d+$/,
    "larger blocks",
  );
  assertRefused(chains({ ...first, count: first.count - 1 }, second), /./, "a shorter chain");
  assertRefused(chains({ ...first, count: first.count + 1 }, second), /./, "a longer chain");
  const own = train.kernels.map(({ bindings }) => scratch.filter(({ name }) => Object.values(bindings).includes(name)));
  // both with zeros at the same distances, or those are the reason
  const [one, other] = own.find(([one, other, ...more]) =>
    other && more.length === 0 && String(one.halo) === String(other.halo)
  )!;
  assertRefused(tensor(one.name, { offset: other.offset }), /overlap, and \S+ and \S+ need both$/, "two in one place");
  assertRefused(tensor(scratch[0].name, { role: "parameter" }), /another tensor/, "a parameter");
  assertRefused(
    tensor(scratch[0].name, { scratch: scratch[0].scratch! + 1 }),
    /needs \d+ bytes and has/,
    "more rows than bytes",
  );
  assertRefused(tensor(scratch[0].name, { scratch: undefined }), /./, "no scratch, and handed over as such");
  assertRefused(withPlan(net, { scratchBytes: 64 }), /of scratch memory of 64$/, "less scratch memory");
});

Deno.test("a kernel in a chain that reads another sample: refused", () => {
  const net = compiled(), { train, tensors } = net.plan, [{ first, count, rows }] = train.chains!;
  let refused = 0;
  for (const planned of train.kernels.slice(first + 1, first + count)) {
    const { kernel, bindings } = planned,
      other = rewriter(() => undefined, (index) => {
        const axis = plainAxis(index);
        return axis?.name === "n" && axis.extent === rows ? { ...index, terms: [] } : index;
      });
    assert(Object.values(bindings).every((name) => tensors[name]));
    const parts = kernel.parts.map((part) => ({
      ...part,
      assignments: part.assignments.map((a) => ({ ...a, value: other(a.value) })),
    }));
    const changed: PlannedKernel = { ...planned, kernel: { ...kernel, parts } };
    const swap = (plan: Plan): Plan => ({
      ...plan,
      ...Object.fromEntries(STEPS.map((step) => [step, {
        ...plan[step],
        kernels: plan[step].kernels.map((each) => each.kernel.name === kernel.name ? changed : each),
      }])),
    });
    const wrong = { ...net, plan: swap(net.plan), unchained: swap(net.unchained!) };
    assertRefused(() => prove(wrong), /does not wait for it$|other rows of/, kernel.name);
    refused++;
  }
  assert.equal(refused, count - 1);
});

/** The first store to a tensor in a body, a row further on. */
function furtherOn(body: readonly Statement[], tensor: string, row: number): readonly Statement[] {
  return body.map((s) => {
    if ("body" in s) return { ...s, body: furtherOn(s.body, tensor, row) };
    if (s.kind !== "store" || s.tensor !== tensor) return s;
    return { ...s, offset: { ...s.offset, constant: s.offset.constant + row } };
  });
}

Deno.test("a loop nest that leaves its row of scratch memory, or begins elsewhere: refused", () => {
  const net = compiled(),
    { tensors, train } = net.plan,
    refuses = (nest: LoopNest, message: RegExp) =>
      assert.throws(() => proveNest(nest), (error) => error instanceof VerifyError && message.test(error.message));
  let refused = 0;
  for (const { kernel: { name }, bindings } of train.kernels) {
    const { nest } = net.kernels.get(name)!;
    for (const symbol of Object.keys(nest.begins ?? {})) {
      refuses({ ...nest, begins: { ...nest.begins, [symbol]: "elsewhere" } }, /is not defined|from elsewhere on/);
      refused++;
      if (!nest.outputs.includes(symbol)) continue;
      const { bytes, scratch } = tensors[bindings[symbol]];
      refuses({ ...nest, body: furtherOn(nest.body, symbol, bytes / scratch! / 4) }, /another row than|reaches from/);
      refused++;
    }
  }
  assert(refused >= 15, `${refused}`);
});
