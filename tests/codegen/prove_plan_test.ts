/**
 * The proof of plans: what the compiler lays out is accepted, and each fault put into it is refused. What is no fault is
 * counted apart, found by rules that are not those of the proof.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { LayoutName } from "../../codegen/plan/arrange/arrange.ts";
import { type CompiledNet, compileTarget, withBindings } from "../../codegen/compile.ts";
import type { Dispatches } from "../../codegen/targets/webgpu/dispatch.ts";
import { BYTES } from "../../codegen/ir/ir.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import { provePlan } from "../../codegen/prove/plan/plan.ts";
import { proveTarget } from "../../codegen/prove/plan/target.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { findTarget, loadSpec, parseSpec, processorTargets, type Spec } from "../../mod.ts";
import { assertRefused, type Laid, laid, moved, placed, refusal, withTensor } from "../laid_out.ts";
import { LARGE_NETS } from "../large_nets.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const NETS = ["lenet5", "mnist_cnn", "mnist_mlp"];
const LAYOUTS: readonly LayoutName[] = ["row_major", "samples", "channels", "blocks"];
/** Random nets that are accepted in each layout. */
const SEEDS = width(10, 200);
/** What the proof calls a line of memory. */
const LINE = 64;
const STEPS = ["train", "evaluate"] as const;

const specs = new Map<string, Spec>();
for (const net of NETS) specs.set(net, await loadSpec(join(import.meta.dirname!, "..", "..", "specs", `${net}.json`)));

const plans = new Map<string, Laid>();
/** A net that ships, laid out once for all tests. */
function shipped(net: string, layout: LayoutName): Laid {
  const key = `${net} ${layout}`, known = plans.get(key) ?? laid(specs.get(net)!, layout);
  plans.set(key, known);
  return known;
}

const everyPlan = (visit: (laid: Laid, what: string) => void) => {
  for (const net of NETS) for (const layout of LAYOUTS) visit(shipped(net, layout), `${net}, ${layout}`);
};

// ---- what is right is accepted

Deno.test("plans are proven: nets that ship, large ones and random ones, in each layout, for training and prediction", () => {
  let accepted = 0, aliases = 0, halos = 0;
  const accept = ({ plan, drafted }: Laid, what: string) => {
    assert.equal(refusal(() => provePlan(plan, drafted)), undefined, what);
    accepted++;
    aliases += Object.values(plan.tensors).filter(({ alias }) => alias !== undefined).length;
    halos += Object.values(plan.tensors).filter(({ halo }) => halo.flat().some((width) => width > 0)).length;
  };
  everyPlan(accept);
  for (const layout of LAYOUTS) {
    for (const net of NETS) accept(laid(specs.get(net)!, layout, true), `${net}, ${layout}, predict`);
    for (const [what, spec] of LARGE_NETS) accept(laid(spec, layout), `${what}, ${layout}`);
    for (let seed = 1; seed <= SEEDS; seed++) {
      accept(laid(parseSpec(randomSpec(seed)), layout, seed % 4 === 0), `${seed}, ${layout}`);
    }
  }
  assert.equal(accepted, LAYOUTS.length * (2 * NETS.length + LARGE_NETS.length + SEEDS));
  assert(aliases > 30 && halos > 40, `${aliases} aliases, ${halos} halos`);
});

// ---- a fault in the plan is refused

Deno.test("each barrier deleted in turn: refused, so none is too many", () => {
  let refused = 0;
  everyPlan(({ plan, drafted }, what) => {
    for (const step of STEPS) {
      for (const [i, barrier] of plan[step].barriers.entries()) {
        if (!barrier) continue;
        const barriers = plan[step].barriers.with(i, false);
        const without = { ...plan, [step]: { ...plan[step], barriers } };
        assertRefused(() => provePlan(without, drafted), /and does not wait for it$/, `${what}, ${step}, before ${i}`);
        refused++;
      }
    }
  });
  assert(refused > 100, `${refused}`);
});

Deno.test("each tensor moved by one element, and by one line, in turn: refused", () => {
  let refused = 0, lines = 0;
  everyPlan(({ plan, drafted }, what) => {
    for (const { name, dtype, offset } of placed(plan)) {
      for (const way of [-1, 1]) {
        const place = offset + way * BYTES[dtype], by = `${what}: ${name} by ${way}`;
        assertRefused(() => provePlan(moved(plan, name, place), drafted), /which begins no line$/, by);
        refused++;
        // nothing lies between tensors but what is left of a line
        const message = /overlap$|of an arena of|which begins no line$/;
        assertRefused(() => provePlan(moved(plan, name, offset + way * LINE), drafted), message, `${by} line`);
        lines++;
      }
    }
  });
  assert(refused > 500 && lines === refused, `${refused}`);
});

Deno.test("each tensor that shares a storage moved in turn: refused", () => {
  let refused = 0;
  everyPlan(({ plan, drafted }, what) => {
    for (const { name, alias, offset, dtype } of Object.values(plan.tensors)) {
      if (alias === undefined) continue;
      for (const by of [-1, 1]) {
        const one = withTensor(plan, name, { offset: offset + by * BYTES[dtype] });
        assertRefused(() => provePlan(one, drafted), /but not its type, bytes and place$/, `${what}: ${name}`);
        refused++;
      }
    }
  });
  assert(refused > 10, `${refused}`);
});

Deno.test("each side of each halo narrowed by one in turn: refused", () => {
  let refused = 0;
  const narrow = ({ plan, drafted }: Laid, what: string) => {
    for (const tensor of placed(plan)) {
      for (const [d, sides] of tensor.halo.entries()) {
        for (const side of [0, 1]) {
          if (sides[side] === 0) continue;
          const halo = tensor.halo.with(d, sides.with(side, sides[side] - 1) as [number, number]);
          const elements = tensor.shape.reduce((all, extent, i) => all * (extent + halo[i][0] + halo[i][1]), 1);
          const bytes = BYTES[tensor.dtype] * elements;
          const narrower = withTensor(plan, tensor.name, { halo, bytes });
          const message = new RegExp(`reads dimension ${d} of ${tensor.name} from -?\\d+ to -?\\d+`);
          assertRefused(() => provePlan(narrower, drafted), message, `${what}: ${tensor.name}, ${d}, ${side}`);
          refused++;
        }
      }
    }
  };
  everyPlan(narrow);
  const few = refused;
  for (let seed = 1; seed <= SEEDS; seed++) {
    narrow(laid(parseSpec(randomSpec(seed)), LAYOUTS[seed % LAYOUTS.length]), `${seed}`);
  }
  assert(few > 20 && refused > few + 20, `${few}, and ${refused - few} of random nets`);
});

Deno.test("neighbours exchanged: refused, unless both have as many lines", () => {
  let refused = 0, harmless = 0;
  everyPlan(({ plan, drafted }, what) => {
    const sorted = placed(plan).sort((a, b) => a.offset - b.offset);
    for (const [i, a] of sorted.slice(0, -1).entries()) {
      const b = sorted[i + 1], [own, other] = [a, b].map(({ bytes }) => Math.ceil(bytes / LINE));
      const exchanged = moved(moved(plan, a.name, b.offset), b.name, a.offset);
      const found = refusal(() => provePlan(exchanged, drafted));
      // equal slots, each for one: tensors are found by their offsets alone
      assert.equal(found === undefined, own === other, `${what}: ${a.name} and ${b.name}: ${found}`);
      if (found === undefined) harmless++;
      else refused++;
    }
  });
  assert(refused > 100 && harmless > 10, `${refused} refused, ${harmless} harmless`);
});

Deno.test("a tensor with the storage of another one of equal bytes: refused", () => {
  let refused = 0;
  everyPlan(({ plan, drafted }, what) => {
    const all = placed(plan).filter(({ halo }) => halo.flat().every((width) => width === 0));
    for (const { name, dtype, bytes, offset } of all) {
      const other = all.find((own) => own.name !== name && own.dtype === dtype && own.bytes === bytes);
      if (!other || Object.values(plan.tensors).some(({ alias }) => alias === other.name)) continue;
      const shared = withTensor(plan, other.name, { alias: name, offset });
      const message = /would not (find|hold)|does not wait for it$|which it writes, at another|by two names/;
      assertRefused(() => provePlan(shared, drafted), message, `${what}: ${other.name} in ${name}`);
      refused++;
    }
  });
  assert(refused > 50, `${refused}`);
});

// ---- a fault in what a target makes of it is refused

const compiledNets = new Map<string, CompiledNet>();
/** A net that ships, for a target, with plain loops: the order of kernels is the same. */
function compiled(net: string, target: Target): CompiledNet {
  const { plan } = shipped(net, target.layout), key = `${net} ${target.name}`;
  const known = compiledNets.get(key) ??
    compileTarget({ plan, fusions: [], swaps: [] }, target, undefined, ["tiles"]);
  compiledNets.set(key, known);
  return known;
}

Deno.test("each wait of the printed step deleted in turn, and the last: refused", () => {
  let refused = 0, ends = 0;
  for (const target of processorTargets) {
    for (const net of NETS) {
      const { plan, kernels, files } = compiled(net, target), lines = files[target.entry].split("\n");
      proveTarget(plan, kernels, files, target);
      const waits = [...lines.keys()].filter((i) => /^\s*(\(call \$wait\)|wait\(\);)$/.test(lines[i]));
      const barriers = STEPS.flatMap((step) => plan[step].barriers).filter((barrier) => barrier).length;
      assert.equal(waits.length, barriers + STEPS.length);
      for (const i of waits) {
        const printed = { ...files, [target.entry]: lines.toSpliced(i, 1).join("\n") };
        const message = /and does not wait for it$|a step ends, and nothing waits for/;
        const found = assertRefused(() => proveTarget(plan, kernels, printed, target), message, `${net}: line ${i}`);
        refused++;
        if (found.includes("a step ends")) ends++;
      }
    }
  }
  assert.equal(ends, 3 * NETS.length * STEPS.length);
  assert(refused > 80, `${refused}`);
});

Deno.test("a call of the printed step left out, doubled, or for all threads in place of one: refused", () => {
  let refused = 0, alone = 0;
  for (
    const [name, call, guard, end] of [["typescript", "", "if (thread === 0) ", ""], [
      "wasm",
      "(call $",
      "(if (i32.eqz (global.get $thread)) (then ",
      "))",
    ]]
  ) {
    const target = findTarget(name), { plan, kernels, files } = compiled("lenet5", target);
    const lines = files[target.entry].split("\n");
    const refuse = (printed: string[], message: RegExp, what: string) => {
      const changed = { ...files, [target.entry]: printed.join("\n") };
      assertRefused(() => proveTarget(plan, kernels, changed, target), message, what);
      refused++;
    };
    for (const { kernel } of plan.train.kernels) {
      const begin = lines.findIndex((line) => /train\(step\) \{|\(export "train"\)/.test(line));
      const own = lines.findIndex((line, i) => i > begin && line.includes(`${call}${kernel.name}${call ? " " : "("}`));
      refuse(lines.toSpliced(own, 1), /a step has \d+ kernels, and \d+ run$/, kernel.name);
      refuse(lines.toSpliced(own, 0, lines[own]), /runs twice in a step$/, kernel.name);
      refuse(lines.with(own, lines[own].replace(kernel.name, "other")), /does not run$/, kernel.name);
      const text = lines[own], bare = text.replace(guard, "");
      const other = bare === text ? text.replace(/\S/, `${guard}$&`) + end : bare;
      if (bare !== text) alone++;
      refuse(lines.with(own, other), /made for (all threads and run by one|one thread and run by all)$/, kernel.name);
    }
  }
  assert(refused > 80, `${refused}, ${alone} by one thread`);
});

Deno.test("each two dispatches made one, and exchanged: refused, unless they touch nothing that the other writes", () => {
  const target = findTarget("webgpu");
  let refused = 0, harmless = 0;
  for (const [net, most] of NETS.flatMap((net) => [[net, undefined], [net, 1]] as const)) {
    // with a dispatch for each kernel, some neighbours do not wait for each other
    const { plan, kernels, files } = most === undefined
      ? compiled(net, target)
      : withBindings(compiled(net, target), most);
    const list: Dispatches = JSON.parse(files[target.entry]);
    const prove = (changed: Dispatches) => () =>
      proveTarget(plan, kernels, { ...files, [target.entry]: JSON.stringify(changed) }, target);
    const touched = (name: string) => {
      const own = list.kernels[name].kernels.map((kernel) =>
        accesses(STEPS.flatMap((step) => plan[step].kernels).find((planned) => planned.kernel.name === kernel)!)
      );
      const storages = (names: Iterable<string>) => [...names].map((tensor) => plan.tensors[tensor].alias ?? tensor);
      return {
        all: new Set(own.flatMap(({ reads, writes }) => storages([...reads, ...writes]))),
        writes: new Set(own.flatMap(({ writes }) => storages(writes))),
      };
    };
    for (const step of STEPS) {
      for (let i = 0; i + 1 < list[step].length; i++) {
        const [a, b] = [list[step][i], list[step][i + 1]], [own, other] = [a, b].map(touched);
        const disjoint = own.writes.isDisjointFrom(other.all) && other.writes.isDisjointFrom(own.all);
        const union = (what: "kernels" | "tensors" | "writes") => [
          ...new Set([...list.kernels[a][what], ...list.kernels[b][what]]),
        ];
        const tensors = union("tensors"), bindings = [...tensors.keys()];
        const joined = { kernels: union("kernels"), tensors, bindings, writes: union("writes") };
        const one = { ...list, kernels: { ...list.kernels, one: { ...list.kernels[a], ...joined } } };
        for (
          const changed of [
            { ...one, [step]: list[step].toSpliced(i, 2, "one") },
            { ...list, [step]: list[step].toSpliced(i, 2, b, a) },
          ]
        ) {
          const found = refusal(prove(changed));
          assert.equal(found === undefined, disjoint, `${net}, ${a} and ${b}: ${found}`);
          if (found === undefined) harmless++;
          else refused++;
        }
      }
    }
  }
  assert(refused > 40 && harmless > 10, `${refused} refused, ${harmless} harmless`);
});

Deno.test("each two tensors that stand side by side in a call or dispatch exchanged: refused", () => {
  let refused = 0;
  for (const net of NETS) {
    for (const name of ["typescript", "webgpu"]) {
      const target = findTarget(name), { plan, kernels, files } = compiled(net, target), text = files[target.entry];
      // arguments that are tensors, and entries of "tensors", each up to the one behind it
      const tensor = name === "webgpu"
        ? /(?<="tensors": \[[^\]]*)("[^"]+")(,\s+)(?=("[^"]+"))/g
        : /(?<=^\s+(?:if \(thread === 0\) )?\w+\((?:\w+, )*)(\w+)(, )(?=(?!step\b|\w+_from\b|\w+_to\b)(\w+))/gm;
      let found = 0;
      for (const { index, 0: { length }, 1: own, 2: between, 3: next } of text.matchAll(tensor)) {
        if (own === next) continue;
        const printed = text.slice(0, index) + next + between + own + text.slice(index + length + next.length);
        const changed = { ...files, [target.entry]: printed };
        const prove = () => proveTarget(plan, kernels, changed, target);
        assertRefused(prove, /is given \S+ as its tensor \d+, and takes \S+$/, `${net}: ${own} and ${next}`);
        found++;
      }
      assert(found > 25, `${net}, ${name}: ${found}`);
      refused += found;
    }
  }
  assert(refused > 300, `${refused}`);
});

Deno.test("a target that leaves out a wait stops the compiler", () => {
  const target = findTarget("typescript"), { plan } = shipped("mnist_mlp", "row_major");
  const hasty: Target = {
    ...target,
    files: (...given) => {
      const files = target.files(...given);
      return { ...files, "step.ts": files["step.ts"].replace(/\n\s*wait\(\);/, "") };
    },
  };
  const planned = { plan, fusions: [], swaps: [] };
  assertRefused(
    () => void compileTarget(planned, hasty, undefined, ["tiles"]),
    /reads input, which batch_gather writes, and does not wait for it$/,
    "hasty",
  );
});
