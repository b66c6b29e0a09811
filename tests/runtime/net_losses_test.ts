/**
 * Nets in memory whose loss takes targets, weights, or nothing beside samples: steps beside plain loops, training and tests
 * beside a run, what is wrong told in one line, and bundles of such nets.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fromArrays, open, parseSpec, type Spec, train } from "../../mod.ts";
import type { Labelled } from "../../runtime/net/samples.ts";
import { built } from "../build/drive.ts";
import { judge, type LossOptions } from "../loss_cases.ts";
import { saved } from "../net_cases.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";

const IN = 4, OUT = 3, BATCH = 8, RATE = 0.25;

const specOf = (loss: LossOptions, more: object = {}): Spec =>
  parseSpec({
    name: "numbers",
    input: [IN],
    batchSize: BATCH,
    layers: [{ type: "linear", outFeatures: loss.target ? IN : OUT }],
    loss,
    training: { epochs: 2, optimizer: { type: "sgd", learningRate: RATE } },
    ...more,
  });

const draw = (count: number, stream: string, from = -1, to = 1) =>
  Float32Array.from({ length: count }, (_, i) => from + (to - from) * uniform(streamKey(1, stream), i));

const HUBER: LossOptions = { type: "huber", weighted: true, delta: 0.5 };

Deno.test("steps with a mask over outputs, and a copy of the weights for targets, are those of plain loops", async () => {
  for (const threads of [0, 2]) {
    const net = await open(specOf(HUBER), { threads, seed: 2 }),
      target = await open(specOf(HUBER), { threads: 0, seed: 9 });
    try {
      await target.copyFrom(net);
      const x = draw(BATCH * IN, "x"), plain = await weightsOf(net), kept = await target.predict(x);
      // as of DQN: of each sample one output counts, and its target is made of the other net's
      for (const [step, count] of [BATCH, BATCH - 3, BATCH].entries()) {
        const weights = Float32Array.from(
          { length: count * OUT },
          (_, i) => Number(i % OUT === Math.floor(i / OUT + step) % OUT),
        );
        const y = kept.slice(0, count).map(({ outputs }) => Array.from(outputs, (output) => 0.9 * output + step + 1));
        const found = await net.step(x.subarray(0, count * IN), y, { weights });
        const outputs = Float64Array.from(
          { length: count * OUT },
          (_, i) => linear(plain, x, Math.floor(i / OUT), i % OUT),
        );
        const judged = judge(HUBER, outputs, { targets: y.flat(), weights }, OUT);
        const mean = judged.losses.reduce((sum, loss) => sum + loss, 0) / count;
        near(found.loss, mean, `loss of step ${step}`);
        near(found.meanAbsoluteError!, judged.metrics.meanAbsoluteError, "error");
        assert.deepEqual(Object.keys(found).sort(), ["loss", "meanAbsoluteError"]);
        judged.gradient.forEach((slope, i) => {
          plain.bias[i % OUT] -= RATE * slope;
          for (let c = 0; c < IN; c++) plain.weight[i % OUT * IN + c] -= RATE * slope * x[Math.floor(i / OUT) * IN + c];
        });
        const now = await weightsOf(net);
        now.weight.forEach((value, i) => near(value, plain.weight[i], `weight ${i} after step ${step}`));
        now.bias.forEach((value, i) => near(value, plain.bias[i], `bias ${i} after step ${step}`));
        // negative control: without the mask it is another step
        const whole = judge(HUBER, outputs, { targets: y.flat() }, OUT).losses.reduce((sum, loss) => sum + loss, 0) /
          count;
        assert(Math.abs(whole - mean) > 0.05, `${whole} and ${mean}`);
      }
      // the other one stays what it was
      assert.deepEqual(await target.predict(x), kept);
      assert.deepEqual(Object.keys(kept[0]), ["outputs"]);
    } finally {
      net.close();
      target.close();
    }
  }
});

type Linear = { readonly weight: number[]; readonly bias: number[] };

/** Weights by what the net makes of zeros and units. */
async function weightsOf(net: Awaited<ReturnType<typeof open>>): Promise<Linear> {
  const units = [
    Array(IN).fill(0),
    ...Array.from({ length: IN }, (_, c) => Array.from({ length: IN }, (_, i) => Number(i === c))),
  ];
  const [zero, ...rest] = (await net.predict(units)).map(({ outputs }) => outputs), bias = [...zero];
  return { bias, weight: bias.flatMap((value, o) => rest.map((outputs) => outputs[o] - value)) };
}

const linear = ({ weight, bias }: Linear, x: Float32Array, n: number, o: number) =>
  bias[o] + Array.from({ length: IN }, (_, c) => weight[o * IN + c] * x[n * IN + c]).reduce((a, b) => a + b);

const near = (found: number, expected: number, what: string) =>
  assert(
    Math.abs(found - expected) <= 2 ** -18 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, not ${expected}`,
  );

/** A loss, and what is given with it; the last batch is short. */
const COUNT = 3 * BATCH - 2;
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % OUT), x = draw(COUNT * IN, "inputs");
const targets = draw(COUNT * OUT, "targets", 0, 1);
const CASES: readonly (readonly [LossOptions, Omit<Labelled, "x">, readonly string[]])[] = [
  [HUBER, { y: targets, weights: draw(COUNT * OUT, "weights", 0, 1) }, ["meanAbsoluteError"]],
  [HUBER, { y: targets }, ["meanAbsoluteError"]],
  [{ type: "mae", target: "input" }, {}, ["meanAbsoluteError"]],
  [{ type: "mse", target: "input", weighted: true }, { weights: draw(COUNT * IN, "own", 0, 1) }, ["meanAbsoluteError"]],
  [{ type: "mse" }, { y: targets }, ["accuracy", "correct"]],
  [{ type: "mse" }, { y: labels }, ["accuracy", "correct"]],
  [{ type: "binaryCrossEntropy" }, {
    y: Array.from({ length: COUNT }, (_, i) => [...targets.subarray(i * OUT, i * OUT + OUT)]),
  }, [
    "binaryAccuracy",
    "correct",
  ]],
  [{ type: "softmaxCrossEntropy", weighted: true, classWeights: [1, 2, 3] }, {
    y: labels,
    weights: draw(COUNT, "each", 0, 2),
  }, [
    "accuracy",
    "correct",
  ]],
];

for (const [loss, given, told] of CASES) {
  Deno.test(`${JSON.stringify(loss)} with ${Object.keys(given).join(" and ") || "nothing"}: the bits of a run, and its figures`, async () => {
    const spec = specOf(loss), set = { x, ...given }, y = given.y as Float32Array | undefined;
    const numbers = y === undefined
      ? undefined
      : y === (labels as unknown)
      ? undefined
      : Float32Array.from(Array.from(y as ArrayLike<number>).flat());
    const data = fromArrays(x, {
      ...(y as unknown) === labels && { labels },
      ...numbers && { targets: numbers, targetShape: [OUT] },
      ...given.weights && { weights: given.weights as Float32Array },
    }, [IN]);
    const { report, checkpoint } = await train(spec, { train: data, test: data }, {
      target: "wasm",
      threads: 2,
      seed: 4,
    });
    for (const threads of [0, 1, 3]) {
      const net = await open(spec, { target: "wasm", threads, seed: 4 });
      try {
        const { epochs } = await net.train(set), test = await net.evaluate(set);
        assert.deepEqual(
          epochs.map(({ seconds: _, ...epoch }) => epoch),
          report.epochs.map(({ seconds: _, ...epoch }) => epoch),
        );
        assert.deepEqual(Object.keys(test).sort(), ["loss", "total", ...told].sort());
        assert.equal(test.loss, report.test.loss);
        for (const name of ["accuracy", "binaryAccuracy", "meanAbsoluteError"] as const) {
          assert.equal(test[name], report.test[name], name);
        }
        // the same weights, and the same hash of the data: a run goes on from there
        const { parameters, training } = await saved(net);
        assert.deepEqual([...parameters], [...checkpoint.parameters]);
        assert.deepEqual(training!.data, checkpoint.training!.data);
      } finally {
        net.close();
      }
    }
  });
}

/** What is wrong, in a net with a loss: what `step` is given beside two samples, and what it says. */
const WRONG: readonly (readonly [LossOptions, unknown, unknown, RegExp])[] = [
  [{ type: "softmaxCrossEntropy" }, [0, 1], [1, 1], /^net numbers takes no weights: set "weighted": true in its loss$/],
  [{ type: "mse" }, [[0, 0, 0], [0, 0, 0]], [1, 1], /^net numbers takes no weights: set "weighted": true in its loss$/],
  [HUBER, undefined, undefined, /^y is undefined; expected 6 targets, 3 for each sample of x$/],
  [HUBER, "text", undefined, /^y is a string; expected 6 targets, 3 for each sample of x$/],
  [HUBER, [0, 1], undefined, /^y has 2 numbers; 2 samples of x take 6 targets$/],
  [{ type: "binaryCrossEntropy" }, Int32Array.of(0, 1), undefined, /^y has 2 numbers; 2 samples of x take 6 targets$/],
  [HUBER, [0, 1, 2], undefined, /^y has 3 numbers; 2 samples of x take 6 targets$/],
  [HUBER, [[0, 1, 2], [0, NaN, 2]], undefined, /^number 4 of y, of sample 1, is NaN: not finite$/],
  [HUBER, [[0, 1, 2], [0, 1e39, 2]], undefined, /^number 4 of y, of sample 1, is Infinity: not finite$/],
  [HUBER, new Float32Array(6), [1, 1, 1, 1, 1, -1], /^number 5 of weights, of sample 1, is -1: below 0$/],
  [HUBER, new Float32Array(6), [1, 1], /^weights has 2 numbers; 2 samples of x take 6 weights$/],
  [HUBER, new Float32Array(6), [1, 1, 1, 1, 1, NaN], /^number 5 of weights, of sample 1, is NaN: not finite$/],
  [
    { type: "binaryCrossEntropy" },
    [[0, 1, 0.5], [0, 2, 1]],
    undefined,
    /^y: target 1 of sample 1 is 2; net numbers compares its outputs with numbers from 0 to 1$/,
  ],
  [{ type: "binaryCrossEntropy" }, Uint8Array.of(0, 1, 0, 0, 0, 255), undefined, /^y: target 2 of sample 1 is 255; /],
  // x has numbers below 0
  [{ type: "binaryCrossEntropy", target: "input" }, undefined, undefined, /^x: number \d of sample [01] is -0\.\d+; /],
  [HUBER, new BigInt64Array(6), undefined, /^y is an object; expected 6 targets, 3 for each sample of x$/],
  [{ type: "mse" }, [0, 3], undefined, /^y\[1\] is 3; expected a whole number from 0 to 2$/],
  [
    { type: "mse", target: "input" },
    [0, 1],
    undefined,
    /^y is a list, but net numbers compares with its input; leave it out$/,
  ],
  [
    { type: "softmaxCrossEntropy", weighted: true },
    [0, 1],
    [1],
    /^weights has 1 numbers; 2 samples of x take 2 weights$/,
  ],
  [
    { type: "softmaxCrossEntropy", weighted: true },
    [0, -1],
    [1, 1],
    /^y\[1\] is -1; expected a whole number from 0 to 2$/,
  ],
];

Deno.test("what is wrong beside samples is told in one line, by step, train and evaluate", async () => {
  for (const [loss, y, weights, message] of WRONG) {
    const net = await open(specOf(loss), { threads: 0 }), two = x.slice(0, 2 * IN);
    const set = { x: two, y, weights } as Labelled;
    try {
      for (const ask of [() => net.step(two, set.y, set), () => net.train(set), () => net.evaluate(set)]) {
        await assert.rejects(ask(), { name: "InputError", message }, JSON.stringify(loss));
      }
      // nothing has changed: it can be asked again
      assert.equal((await net.predict(two)).length, 2);
    } finally {
      net.close();
    }
  }
});

Deno.test("what stands beside samples, answers and weights is refused: lists, and names that are none", async () => {
  const zeros = new Float32Array(2 * OUT), two = x.slice(0, 2 * IN);
  const given = (found: string) => `beside x and y there is ${found}; net numbers takes weights, as { weights }`;
  const wrong: readonly (readonly [unknown, string])[] = [
    [[[0, 0, 0], [0, 0, 0]], given("a list")],
    [zeros, given("a list")],
    [{ weight: zeros }, given('"weight"')],
    [{ weights: zeros, "\x1b[31m": 1 }, given(String.raw`"\u001b[31m"`)],
  ];
  const net = await open(specOf(HUBER), { threads: 0 }),
    classes = await open(specOf({ type: "softmaxCrossEntropy" }), { threads: 0 });
  try {
    for (const [options, message] of wrong) {
      await assert.rejects(net.step(two, zeros, options as object), { name: "InputError", message });
    }
    const set = { x: two, y: zeros, weight: zeros };
    for (const ask of [() => net.train(set), () => net.evaluate(set)]) {
      await assert.rejects(ask(), { name: "InputError", message: given('"weight"') });
    }
    const message = 'beside x and y there is "weight"; net numbers takes nothing else';
    await assert.rejects(classes.train({ x: two, y: [0, 1], weight: zeros } as Labelled), {
      name: "InputError",
      message,
    });
    // what is right stays so
    for (const options of [undefined, null, {}, { weights: zeros }, { weights: undefined }]) {
      assert.equal((await net.step(two, zeros, options as object)).loss >= 0, true);
    }
  } finally {
    net.close();
    classes.close();
  }
});

Deno.test("a bundle that takes classes refuses weights, and names that are misspelled", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await built(specOf({ type: "softmaxCrossEntropy" }), folder);
    const net = await (await import(`file://${folder}/numbers.js`)).open({ threads: 0 });
    try {
      await assert.rejects(net.step(x.slice(0, 2 * IN), [0, 1], { weights: [1, 1] }), {
        name: "InputError",
        message: "net numbers takes no weights",
      });
      const two = x.slice(0, 2 * IN), set = { x: two, y: [0, 1], weight: [1, 1] };
      for (const ask of [() => net.train(set), () => net.evaluate(set)]) {
        await assert.rejects(ask(), { name: "InputError", message: "net numbers takes no weight" });
      }
      for (const y of ["01", { length: 2 }]) {
        await assert.rejects(
          net.step(two, y),
          /^InputError: y\[0\] is \w+( \w+)?; expected a whole number from 0 to \d+$/,
        );
      }
      // what is right stays so
      assert((await net.step(two, [0, 1], { weights: undefined })).loss > 0);
    } finally {
      net.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bundles of such nets train, test and predict as nets that are opened, and declare what they take", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [i, [loss, given]] of CASES.entries()) {
      const spec = specOf(loss, { name: `net${i}` }), place = join(folder, `${i}`), set = { x, ...given };
      await built(spec, place);
      const bundle = await import(`file://${place}/net${i}.js`), net = await bundle.open({ threads: 0, seed: 4 });
      const other = await open(spec, { threads: 0, seed: 4, target: net.target });
      try {
        const [a, b] = [await net.train(set), await other.train(set)].map(({ epochs }: { epochs: object[] }) =>
          epochs.map((epoch) => ({ ...epoch, seconds: 0 }))
        );
        assert.deepEqual(a, b);
        assert.deepEqual(await net.evaluate(set), await other.evaluate(set));
        assert.deepEqual(await net.predict(x), await other.predict(x));
        assert((await net.selfTest()).loss > 0);
      } finally {
        net.close();
        other.close();
      }
      const types = await Deno.readTextFile(join(place, `net${i}.d.ts`));
      assert.equal(/readonly weights\?: Values/.test(types), loss.weighted === true, types);
      assert.equal(/readonly y:/.test(types), loss.target === undefined);
      assert.equal(/readonly label:/.test(types), /^(?:mse|softmaxCrossEntropy)$/.test(loss.type) && !loss.target);
    }
    const declared = CASES.map((_, i) => join(folder, `${i}`, `net${i}.d.ts`));
    const check = new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", "--no-config", ...declared] });
    const { success, stderr } = await check.output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
