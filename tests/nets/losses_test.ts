/**
 * Losses with each of their options: gradients and kernels on every target, values and metrics beside plain loops, short
 * batches, the same bits for any number of threads, and PyTorch's own numbers where it is installed.
 */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { fromArrays, type Spec, targets, verifyNet } from "../../mod.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { NetSession } from "../../runtime/backends/session.ts";
import { meansOf } from "../../runtime/backends/epoch.ts";
import type { Dataset } from "../../runtime/data/data.ts";
import { shuffleEpoch, streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import {
  type Given,
  judge,
  LOSSES,
  type LossOptions,
  lossSpec,
  type OutputKind,
  OUTPUTS,
  takes,
} from "../loss_cases.ts";
import { openSession } from "../open_session.ts";
import { portion, QUICK } from "../width.ts";

const KINDS: readonly OutputKind[] = ["vector", "image"];
const nameOf = (loss: LossOptions, kind: OutputKind) => `${JSON.stringify(loss)} of a ${kind}`;
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Metrics that a loss has beside plain loops. */
const metricsOf = ({ type }: LossOptions) =>
  type === "softmaxCrossEntropy"
    ? ["accuracy", "topFiveAccuracy"]
    : type === "binaryCrossEntropy"
    ? ["binaryAccuracy", "meanAbsoluteError"]
    : ["meanAbsoluteError"];

const cases = LOSSES.flatMap((loss) => KINDS.filter((kind) => takes(loss, kind)).map((kind) => ({ loss, kind })))
  .map((own, index) => ({ ...own, index }));

for (const [at, target] of targets.entries()) {
  const own = portion(cases, 2, at);
  Deno.test({
    name: `${target.name}: every loss with each option is verified, on outputs of each shape`,
    ignore: lacksAdapter(target),
    async fn() {
      let gradients = 0, kernels = 0;
      for (const { loss, kind, index } of own) {
        // each batch on some target
        const spec = lossSpec(loss, kind, [5, 16, 33][(index + at) % 3], { metrics: metricsOf(loss) });
        const data = index % 2 === 0 ? "u8" : "f32";
        const rows = await verifyNet(spec, { target: target.name, seed: index, data });
        const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
        assert.deepEqual(bad, [], nameOf(loss, kind));
        gradients += rows.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
        kernels += rows.length;
      }
      assert(
        gradients >= 3.5 * own.length && kernels > 10 * own.length,
        `${gradients} gradients of ${kernels} checks`,
      );
    },
  });
}

/** Of f32, relative to the largest number that takes part: sums here have fewer terms than make more of it. */
const ROUNDING = 2 ** -18;
const SEED = 5;

/** Samples with all that a loss takes; labels in bytes would be those of images. */
function dataFor(spec: Spec, count: number): { data: Dataset; given: Given; inputs: Float32Array } {
  const loss = spec.loss as unknown as LossOptions, key = streamKey(SEED, `${spec.name} ${count}`);
  let drawn = 0;
  const draw = (length: number, from: number, to: number) =>
    Float32Array.from({ length }, () => from + (to - from) * uniform(key, drawn++));
  const outputs = spec.input.length === 1 ? OUTPUTS : sizeOf(spec.input),
    inputs = draw(count * sizeOf(spec.input), -1, 1);
  const classes = loss.type === "softmaxCrossEntropy", each = classes ? 1 : outputs;
  const labels = classes ? Uint8Array.from(draw(count, 0, OUTPUTS)) : undefined;
  // with numbers beside 0 and 1, and errors on both sides of a huber's bend
  const range = loss.type === "binaryCrossEntropy" ? [0, 1] : [-2, 2];
  const targets = classes || loss.target ? undefined : draw(count * outputs, range[0], range[1]);
  const weights = loss.weighted ? draw(count * each, -1, 2).map((weight) => Math.max(0, weight)) : undefined;
  const shaped = targets && { targets, targetShape: spec.input.length === 1 ? [OUTPUTS] : spec.input };
  const data = fromArrays(inputs, { ...labels && { labels }, ...shaped, ...weights && { weights } }, spec.input);
  return { data, given: { labels, targets: targets ?? inputs, weights }, inputs };
}

/** The rows of some samples. */
function rowsOf({ labels, targets, weights }: Given, samples: ArrayLike<number>, outputs: number): Given {
  const rows = (values: ArrayLike<number> | undefined, each: number) =>
    values && Array.from(samples).flatMap((i) => Array.from({ length: each }, (_, j) => values[i * each + j]));
  return { labels: rows(labels, 1), targets: rows(targets, outputs), weights: rows(weights, labels ? 1 : outputs) };
}

async function withSession<Made>(
  spec: Spec,
  target: Target,
  data: Dataset,
  threads: number,
  body: (session: NetSession) => Promise<Made>,
): Promise<Made> {
  const session = await openSession(compileNet(spec, target, { data: "f32" }), [data], { threads });
  try {
    session.initialize(SEED);
    return await body(session);
  } finally {
    session.close();
  }
}

const near = (found: number, expected: number, largest: number) =>
  Math.abs(found - expected) <= ROUNDING * Math.max(largest, Math.abs(expected));

for (const [at, target] of targets.entries()) {
  const own = portion(cases, 2, at + 1);
  Deno.test({
    name: `${target.name}: losses and metrics of a test are those of plain loops, the last batch short`,
    ignore: lacksAdapter(target),
    async fn() {
      let compared = 0, told = 0, samplesJudged = 0;
      for (const { loss, kind, index } of own) {
        for (const batch of QUICK ? [[5, 16][(index >> 1) % 2]] : [5, 16]) {
          const count = 2 * batch - 3;
          samplesJudged += count;
          const spec = lossSpec(loss, kind, batch, { metrics: metricsOf(loss) });
          const { data, given } = dataFor(spec, count), what = `${nameOf(loss, kind)}, batch ${batch}`;
          const { sums, losses, outputs } = await withSession(
            spec,
            target,
            data,
            2,
            (session) => session.predictions(0),
          );
          const each = outputs.length / count, largest = outputs.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
          const expected: Record<string, number> = {};
          for (let first = 0; first < count; first += batch) {
            const samples = Array.from({ length: Math.min(batch, count - first) }, (_, i) => first + i);
            const rows = outputs.slice(first * each, (first + samples.length) * each);
            const judged = judge(loss, rows, rowsOf(given, samples, each), each);
            for (const [i, value] of judged.losses.entries()) {
              expected.loss = (expected.loss ?? 0) + value / count;
              assert(near(losses[first + i], value, largest ** 2), `${what}: ${losses[first + i]}, not ${value}`);
              compared++;
            }
            for (const [name, mean] of Object.entries(judged.metrics)) {
              expected[name] = (expected[name] ?? 0) + mean * samples.length / count;
            }
          }
          const means = meansOf({ metrics: compileNet(spec, target, { data: "f32" }).plan.metrics }, sums, count);
          assert.deepEqual(Object.keys(means), ["loss", ...metricsOf(loss)]);
          for (const [name, mean] of Object.entries(means)) {
            assert(
              near(mean, expected[name], name === "loss" ? largest ** 2 : largest),
              `${what}: ${name} is ${mean}, not ${expected[name]}`,
            );
            told++;
          }
        }
      }
      assert(
        compared === samplesJudged && compared > 10 * own.length && told >= 2 * own.length,
        `${compared} losses, ${told} metrics`,
      );
    },
  });
}

/** A linear layer at each place of a sample, trained by plain loops in f64. */
function trainLinear(
  loss: LossOptions,
  initial: readonly Float32Array[],
  { inputs, given }: { inputs: Float32Array; given: Given },
  { input, batchSize }: Spec,
  epochs: readonly Int32Array[],
): { values: readonly number[]; loss: number } {
  const [channels] = input, places = sizeOf(input) / channels, [w, b] = initial.map((values) => Array.from(values));
  const outputs = b.length * places;
  let total = 0;
  for (const order of epochs) {
    total = 0;
    for (let first = 0; first < order.length; first += batchSize) {
      const samples = order.subarray(first, first + batchSize), y = new Float64Array(samples.length * outputs);
      const at = (n: number, c: number, p: number) => inputs[(samples[n] * channels + c) * places + p];
      for (let i = 0; i < y.length; i++) {
        const n = Math.floor(i / outputs), o = Math.floor(i % outputs / places), p = i % places;
        y[i] = b[o];
        for (let c = 0; c < channels; c++) y[i] += w[o * channels + c] * at(n, c, p);
      }
      const { losses, gradient } = judge(loss, y, rowsOf(given, samples, outputs), outputs);
      total += losses.reduce((sum, value) => sum + value, 0);
      for (let i = 0; i < y.length; i++) {
        const n = Math.floor(i / outputs), o = Math.floor(i % outputs / places), p = i % places;
        b[o] -= RATE * gradient[i];
        for (let c = 0; c < channels; c++) w[o * channels + c] -= RATE * gradient[i] * at(n, c, p);
      }
    }
  }
  return { values: [...w, ...b], loss: total / epochs[0].length };
}

const RATE = 0.5, EPOCHS = [0, 1];

for (const [at, target] of targets.entries()) {
  const own = portion(cases, 2, at);
  Deno.test({
    name: `${target.name}: nets train as plain loops do, with the same bits for any number of threads`,
    ignore: lacksAdapter(target),
    async fn() {
      let compared = 0, controls = 0;
      for (const { loss, kind, index } of own) {
        const batch = [5, 16][(index >> 1) % 2],
          count = 3 * batch - 2,
          spec = lossSpec(loss, kind, batch, { linear: true });
        const all = dataFor(spec, count), what = nameOf(loss, kind);
        const train = (threads: number) =>
          withSession(spec, target, all.data, threads, async (session) => {
            const names = ["weight", "bias"].map((name) => `${kind === "vector" ? "linear" : "conv"}1.${name}`);
            const initial = await session.readAll(names);
            let told = 0;
            for (const epoch of EPOCHS) {
              const params = () => ({ learning_rate: RATE, l2: 0 });
              told = (await session.train(0, { seed: SEED, epoch, params })).loss;
            }
            return { initial, values: (await session.readAll(names)).flatMap((values) => [...values]), loss: told };
          });
        const ours = await train(1);
        const orders = EPOCHS.map((epoch) => {
          const order = new Int32Array(count);
          shuffleEpoch(order, count, SEED, epoch);
          return order;
        });
        const plain = (options: LossOptions, given: Given) =>
          trainLinear(options, ours.initial, { inputs: all.inputs, given }, spec, orders);
        const model = plain(loss, all.given);
        const away = (values: readonly number[]) =>
          Math.max(...values.map((value, i) => Math.abs(value - ours.values[i])), 0);
        assert(away(model.values) <= 4 * ROUNDING, `${what}: away by ${away(model.values)}`);
        assert(near(ours.loss, model.loss, 1), `${what}: loss ${ours.loss}, not ${model.loss}`);
        compared += model.values.length;
        // negative control: without an option of the loss, it is another one
        for (const option of ["weighted", "delta", "labelSmoothing", "classWeights"] as const) {
          if (loss[option] === undefined) continue;
          const { weights, ...rest } = all.given;
          const other = option === "weighted" ? plain(loss, rest) : plain({ ...loss, [option]: undefined }, all.given);
          assert(away(other.values) > 1e-3, `${what}: as well without ${option}`);
          assert(option !== "weighted" || weights!.length > 0);
          controls++;
        }
        if (target.backend !== "threads") continue;
        for (const threads of QUICK ? [2 + (index >> 2) % 2] : [2, 3]) {
          assert.deepEqual(await train(threads), ours, `${what}, ${threads} threads`);
        }
      }
      assert(compared > 15 * own.length && controls >= (QUICK ? 6 : 17), `${compared} numbers, ${controls} controls`);
    },
  });
}
