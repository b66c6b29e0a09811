/** The self-test of a net notices one wrong number, and leaves what was learned. */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { programOf } from "../../api/open.ts";
import { findTarget, targets } from "../../mod.ts";
import { makeCheck } from "../../runtime/net/make_check.ts";
import { openNet } from "../../runtime/net/net.ts";
import { openPredictNet } from "../../runtime/net/predict_net.ts";
import type { Check, NetProgram } from "../../runtime/net/program.ts";
import { bitsOf, opened, saved, WAYS } from "../net_cases.ts";
import { samples, SPEC } from "../small_net.ts";

const data = samples(100), set = { x: data.inputs, y: data.labels };
const program = programOf(SPEC, compileNet(SPEC, findTarget("wasm"), { data: "f32" }));

/** The check, as a file has it. */
async function checkOf(tolerance = 0): Promise<Check> {
  const net = await opened(WAYS[0]);
  try {
    return JSON.parse(JSON.stringify(await makeCheck(net, tolerance)));
  } finally {
    net.close();
  }
}

Deno.test("a self-test passes in every way, and leaves what was learned", async () => {
  const check = await checkOf();
  assert(Object.keys(check.tensors).length === 6 * 3 && check.loss > 0);
  for (const { threads, shared } of WAYS) {
    const net = await openNet({ ...program, check: () => Promise.resolve(check) }, { threads, seed: 5 }, shared);
    await net.train(set, { epochs: 1 });
    const before = bitsOf(await saved(net));
    assert.deepEqual(await net.selfTest(), { loss: check.loss, exact: true });
    assert.deepEqual(bitsOf(await saved(net)), before);
    net.close();
  }
});

Deno.test("a number that is another one is noticed, wherever it is", async () => {
  const check = await checkOf(), near = await checkOf(1e-3);
  const fails = async (check: Check, message: RegExp) => {
    const net = await openNet({ ...program, check: () => Promise.resolve(check) }, { threads: 0 });
    await assert.rejects(net.selfTest(), { name: "SelfTestError", message });
    net.close();
  };
  await fails({ ...check, loss: check.loss + 1e-7 }, /^the loss is .* this engine computes wrong$/);
  for (const [name, tensor] of Object.entries(check.tensors)) {
    const [at, value] = Object.entries(tensor.samples).at(-1)!,
      hash = tensor.hash.replace(/^./, (digit) => digit === "0" ? "1" : "0");
    const wrong = { ...tensor, hash, samples: { ...tensor.samples, [at]: value + 1 } };
    await fails({ ...check, tensors: { ...check.tensors, [name]: wrong } }, new RegExp(`^${name}\\[${at}\\] is `));
    await fails({ ...near, tensors: { ...near.tensors, [name]: wrong } }, new RegExp(`^${name}\\[${at}\\] is `));
    // a number that the check does not name
    const unnamed = { ...check.tensors, [name]: { ...tensor, hash } };
    await fails({ ...check, tensors: unnamed }, new RegExp(`^${name} has another hash`));
  }
});

Deno.test("where processors may differ, a self-test passes with a tolerance, and says so", async () => {
  const check = await checkOf(1e-3), relaxed = targets.find(({ name }) => name === "wasm_relaxed")!;
  const net = await openNet({
    ...programOf(SPEC, compileNet(SPEC, relaxed, { data: "f32" })),
    check: () => Promise.resolve(check),
  }, { threads: 0 });
  const { loss, exact } = await net.selfTest();
  assert(!exact && Math.abs(loss - check.loss) < 1e-3 * check.loss);
  net.close();
});

Deno.test("a net that only predicts has a self-test of its outputs", async () => {
  const compiled = compileNet(SPEC, findTarget("wasm"), { data: "f32", predict: true });
  const predicts: NetProgram = programOf(SPEC, compiled), net = await openPredictNet(predicts);
  const check: Check = JSON.parse(JSON.stringify(await makeCheck(net)));
  assert.deepEqual(Object.keys(check.tensors), ["outputs"]);
  const again = await openPredictNet({ ...predicts, check: () => Promise.resolve(check) }, { seed: 9 });
  assert.deepEqual(await again.selfTest(), { loss: 0, exact: true });
  // and the outputs of a net that trains, of the same weights
  const whole = await opened(WAYS[0], { seed: 9 });
  await whole.train(set, { epochs: 1 });
  await again.restore(await whole.save());
  assert.deepEqual(await again.predict(data.inputs), await whole.predict(data.inputs));
  await net.copyFrom(whole);
  assert.deepEqual(await net.predict(data.inputs), await whole.predict(data.inputs));
  [net, again, whole].forEach((each) => each.close());
});
