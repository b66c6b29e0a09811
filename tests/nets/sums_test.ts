/**
 * Loss and hits of an epoch, however many samples it has: hits are exact and the loss is right to 1e-6, on every target.
 *
 * Kernels write what each sample brings, in f32, and {@linkcode addUp} adds in f64: of n numbers that are not negative, the
 * sum is right to n 2^-53, 1.1e-8 for 10^8. So no test needs as many samples.
 */
import assert from "node:assert/strict";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { fromArrays, parseSpec, registry, targets } from "../../mod.ts";
import { addUp, BEGINNING } from "../../runtime/backends/epoch.ts";
import type { NetSession, Result } from "../../runtime/backends/session.ts";
import { ignore } from "../adapter.ts";
import { openSession } from "../open_session.ts";

/** What is asked for. */
const LOSS_ERROR = 1e-6;

/** Sums that are rounded to f32 after every addition: how a counter on the device would go on. */
function addedInF32(values: Float32Array): number {
  const sum = Float32Array.of(0);
  for (const value of values) sum[0] += value;
  return sum[0];
}

Deno.test("more hits than f32 can count are counted, and losses of the same size are added without a drift", () => {
  const rows = 2 ** 24 + 1000, hit = new Float32Array(rows).fill(1), loss = new Float32Array(rows).fill(Math.LN2);
  const { steps, sums } = addUp(BEGINNING, rows, Object.entries({ loss, hit })),
    { loss: sum } = sums,
    whole = rows * loss[0];
  assert.deepEqual([steps, sums.hit], [rows, rows]);
  assert(Math.abs(sum - whole) <= rows * 2 ** -53 * whole, `${sum}, not ${whole}`);
  // negative control: f32 does neither
  assert.equal(addedInF32(hit), 2 ** 24);
  assert(Math.abs(addedInF32(loss) - whole) > LOSS_ERROR * whole);
});

Deno.test("losses of very different sizes are added to f64's last places, and in pieces to the same bits", () => {
  const loss = Float32Array.from({ length: 10_000 }, (_, i) => 10 ** (i * 7 % 41 - 20));
  const whole = addUp(BEGINNING, 100, [["loss", loss]]), { sums } = whole;
  // f32 numbers as whole multiples of the smallest one
  const exact = loss.reduce((sum, value) => sum + BigInt(value * 2 ** 149), 0n);
  assert(Math.abs(sums.loss - Number(exact) * 2 ** -149) <= loss.length * 2 ** -53 * sums.loss);
  for (const cut of [1, 37, 5000, 9999]) {
    const before = addUp(BEGINNING, 1, [["loss", loss.subarray(0, cut)]]);
    assert.deepEqual(addUp(before, 100, [["loss", loss.subarray(cut)]]), whole);
  }
});

const compile = (batchSize: number, name: string) => {
  const target = targets.find((target) => target.name === name)!;
  const spec = parseSpec({
    name: "many",
    input: [1],
    batchSize,
    layers: [{ type: "linear", outFeatures: 2, init: "zeros" }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "sgd", learningRate: 1 } },
  });
  return compileTarget(plan(spec, registry, { layout: target.layout }), target);
};

for (const { name } of targets) {
  // 33 us a dispatch on a processor that plays a GPU
  const batches = name === "webgpu" ? [16] : [1, 5, 16], most = name === "webgpu" ? 1000 : 8000;
  Deno.test({
    name: `${name}: an epoch of ${most} steps reports what one step reports, trained, tested and gone on`,
    ignore: name === "webgpu" && ignore,
    async fn() {
      for (const batch of batches) {
        const samples = most * batch - Math.floor(batch / 2), net = compile(batch, name);
        // the inputs are 0 and nothing is learned: every sample has the loss ln 2, and the first class is right
        const labels = Uint8Array.from({ length: samples }, (_, i) => Number(i % 3 === 1));
        const hits = labels.filter((label) => label === 0).length;
        const set = fromArrays(new Uint8Array(samples), labels, [1]), one = fromArrays(new Uint8Array(1), [0], [1]);
        const session: NetSession = await openSession(net, [set, one], { threads: 1 });
        const epoch = { seed: 1, epoch: 0, params: () => ({ learning_rate: 0, l2: 0 }) };
        try {
          session.initialize(0);
          const { loss } = await session.evaluate(1);
          assert(Math.abs(loss - Math.LN2) <= 2 ** -23, `one sample: ${loss}`);
          const check = (found: Result, what: string) => {
            const told = `${what}, batch ${batch}: ${found.loss}, not ${loss}`;
            assert(Math.abs(found.loss - loss) <= samples * 2 ** -53 * loss && LOSS_ERROR > samples * 2 ** -53, told);
            assert.equal(found.sums.hit, hits, told);
          };
          const trained = await session.train(0, epoch);
          check(trained, "trained");
          check(await session.evaluate(0), "tested");
          const half = await session.train(0, epoch, most / 2), rest = await session.train(0, epoch, most, half);
          assert.deepEqual(rest, trained);
          // negative control: as one sum for each row of the batch, in f32, the same losses are wrong
          const row = addedInF32(new Float32Array(most).fill(loss));
          if (most === 8000) assert(Math.abs(row / most - loss) > LOSS_ERROR * loss);
        } finally {
          session.close();
        }
      }
    },
  });
}
