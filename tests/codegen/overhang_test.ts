/** Channels that do not fill their blocks: what is behind the last one is 0 and stays it. */
import assert from "node:assert/strict";
import { type CompileOptions, compileTarget, MERGING } from "../../codegen/compile.ts";
import { rewriter } from "../../codegen/ir/expr.ts";
import { toStored } from "../../codegen/plan/arrange/layouts.ts";
import type { Plan, PlannedTensor } from "../../codegen/plan/plan.ts";
import type { Spec, targets } from "../../mod.ts";
import { channelsOf, CHOOSING, hasMask, isMask, type Optimizer, paddedNet } from "../channel_nets.ts";
import { openSession } from "../open_session.ts";
import { randomData } from "../random_data.ts";

const masksOf = (spec: Spec, without?: CompileOptions["without"]) =>
  channelsOf(spec, { without }).train.kernels.filter(({ kernel }) => hasMask(kernel)).map(({ kernel }) => kernel.name);

Deno.test("what would not be 0 behind the last channel is made so, and nothing else", () => {
  // sigmoid makes a half of 0, dropout keeps its factors, and what comes to flatten's gradient there are next elements
  const always = ["sigmoid1_forward", "dropout1_forward", "flatten1_backward_input"];
  // Adam divides
  const adam = [3, 2, 1].flatMap((i) => [`conv${i}_update_weight`, `conv${i}_update_bias`]);
  for (const type of ["sgd", "momentum", "adam"] as const) {
    const expected = type === "adam" ? [...always, ...adam] : always;
    for (const channels of [21, 20, 13]) {
      for (const without of [MERGING, undefined]) {
        assert.deepEqual(masksOf(paddedNet(channels, type), without), expected, `${channels} channels, ${type}`);
      }
    }
    // full blocks
    for (const channels of [16, 24, 32]) assert.deepEqual(masksOf(paddedNet(channels, type)), []);
  }
});

Deno.test("kernels with a mask are not merged with what makes their inputs", () => {
  const names = (channels: number, type: Optimizer) =>
    channelsOf(paddedNet(channels, type)).train.kernels.map(({ kernel }) => kernel.name);
  const full = names(24, "adam"), padded = names(21, "adam");
  for (const name of ["conv1_sigmoid1_forward", "conv3_backward_update_weight"]) {
    assert(full.includes(name) && !padded.includes(name), `${name} of ${full}; ${padded}`);
  }
  // what needs none is merged as ever
  assert(padded.includes("conv3_relu1_forward"), `${padded}`);
  assert(names(21, "momentum").includes("conv3_backward_update_weight"));
});

/** Which places of a tensor's storage, halo and all, hold none of its elements. */
function empty({ shape, halo, layout }: PlannedTensor): boolean[] {
  const usual = new Float32Array(layout!.shape.reduce((a, b) => a * b)).fill(1);
  const full = toStored(usual, layout), places: boolean[] = [];
  const visit = (d: number, at: number, inside: boolean) => {
    if (d === shape.length) {
      places.push(!inside || full[at] === 0);
      return;
    }
    const [before, after] = halo[d];
    for (let i = -before; i < shape[d] + after; i++) visit(d + 1, at * shape[d] + i, inside && i >= 0 && i < shape[d]);
  };
  visit(0, 0, true);
  return places;
}

/** Tensors of f32 that are not zeros where they hold no elements, after some steps, and how many places there are. */
async function leftBehind(planned: Plan, spec: Spec, target: typeof targets[number]) {
  const tensors = { ...planned.tensors };
  // what lies where others lie is read while it is there only
  const net = compileTarget({ plan: { ...planned, tensors }, fusions: [], swaps: [] }, target, undefined, ["reuse"]);
  const session = await openSession(net, [randomData(spec, 3 * spec.batchSize - 1, 1, "behind")], { threads: 2 });
  try {
    session.initialize(1);
    const params = (step: number) => planned.graph.optimizer.params(spec.training.optimizer, 0.1, step + 1);
    const { loss } = await session.train(0, { seed: 1, epoch: 0, params });
    assert(Number.isFinite(loss));
    const wrong: string[] = [];
    let places = 0;
    for (const tensor of Object.values(planned.tensors)) {
      if (tensor.role === "run" || tensor.dtype !== "f32" || !tensor.layout) continue;
      // without its layout, a tensor is read as it is stored
      tensors[tensor.name] = { ...tensor, layout: undefined };
      const stored = await session.read(tensor.name), nothing = empty(tensor);
      assert.equal(stored.length, nothing.length, tensor.name);
      if (stored.some((value, i) => nothing[i] && value !== 0)) wrong.push(tensor.name);
      assert(stored.some((value) => value !== 0), `${tensor.name} is all zeros`);
      places += nothing.filter(Boolean).length;
    }
    return { wrong, places };
  } finally {
    session.close();
  }
}

/** The plan without masks. */
function unmasked(planned: Plan): Plan {
  const bare = rewriter(
    (node) => node.kind === "op" && isMask(node) ? bare(node.operands[1]) : undefined,
    (index) => index,
  );
  const step = ({ kernels, barriers }: Plan["train"]) => ({
    kernels: kernels.map(({ kernel, ...rest }) => ({
      ...rest,
      kernel: {
        ...kernel,
        parts: kernel.parts.map(({ axes, assignments }) => ({
          axes,
          assignments: assignments.map((assignment) => ({ ...assignment, value: bare(assignment.value) })),
        })),
      },
    })),
    barriers,
  });
  return { ...planned, train: step(planned.train), evaluate: step(planned.evaluate) };
}

Deno.test("behind the last channel all stays 0 when nets train, and without masks it does not", async () => {
  assert(CHOOSING.length > 0);
  let places = 0;
  for (const target of CHOOSING) {
    for (const [channels, type, without] of [[21, "adam", undefined], [13, "momentum", MERGING]] as const) {
      const spec = paddedNet(channels, type), planned = channelsOf(spec, { without });
      const found = await leftBehind(planned, spec, target);
      assert.deepEqual(found.wrong, [], `${target.name}, ${channels} channels, ${type}`);
      places += found.places;
      // negative control
      const bare = unmasked(planned);
      assert(bare.train.kernels.every(({ kernel }) => !hasMask(kernel)));
      const { wrong } = await leftBehind(bare, spec, target);
      for (const name of ["sigmoid1.output", "dropout1.mask"]) assert(wrong.includes(name), `${name}: ${wrong}`);
    }
  }
  assert(places > 10_000, `${places} places`);
});
