/** The plain network of bench/naive.ts against finite differences and sums done by hand. */
import assert from "node:assert/strict";
import { type NaiveLayerSpec, NaiveNetwork, type NaiveOptimizerSpec, type NaiveSpec } from "../../bench/naive.ts";

/** Uniform numbers in [0, 1) that are the same in every run (mulberry32). */
function makeRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function makeSpec(
  input: number[],
  layers: NaiveLayerSpec[],
  loss: NaiveSpec["loss"]["type"],
  optimizer: NaiveOptimizerSpec = { type: "sgd" },
  batchSize = 4,
): NaiveSpec {
  return {
    input,
    batchSize,
    layers,
    loss: { type: loss },
    training: { optimizer },
  };
}

function fillParameters(network: NaiveNetwork, random: () => number): void {
  for (const { values } of network.parameters.values()) {
    for (let i = 0; i < values.length; i++) values[i] = random() - 0.5;
  }
}

function setParameter(
  network: NaiveNetwork,
  name: string,
  values: number[],
): void {
  const parameter = network.parameters.get(name);
  assert.ok(parameter, name);
  assert.equal(parameter.values.length, values.length, name);
  parameter.values.set(values);
}

function gradientOf(network: NaiveNetwork, name: string): number[] {
  const parameter = network.parameters.get(name);
  assert.ok(parameter, name);
  return [...parameter.gradient];
}

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-12,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance,
      `at ${i}: ${actual[i]}, expected ${expected[i]}`,
    );
  }
}

// --- gradients against central differences -------------------------------

interface GradientCase {
  name: string;
  input: number[];
  classes: number;
  layers: NaiveLayerSpec[];
  loss: NaiveSpec["loss"]["type"];
}

const gradientCases: GradientCase[] = [
  {
    name: "the reference's layers: padded conv, relu, maxPool, two linear",
    input: [1, 6, 6],
    classes: 4,
    layers: [
      { type: "conv2d", inChannels: 1, outChannels: 3, kernel: 5, padding: 2 },
      { type: "relu" },
      { type: "maxPool2d", kernel: 2, stride: 2 },
      { type: "flatten" },
      { type: "linear", inFeatures: 27, outFeatures: 5 },
      { type: "relu" },
      { type: "linear", inFeatures: 5, outFeatures: 4 },
    ],
    loss: "softmaxCrossEntropy",
  },
  {
    name: "strides 2 and 3, unequal paddings and kernels, uneven avgPool",
    input: [2, 9, 11],
    classes: 3,
    layers: [
      {
        type: "conv2d",
        outChannels: 3,
        kernel: [3, 2],
        stride: [2, 3],
        padding: [1, 2],
      },
      { type: "tanh" },
      { type: "conv2d", outChannels: 2, kernel: [1, 3], padding: [0, 1] },
      { type: "avgPool2d", kernel: [2, 3] }, // 5 x 5: uneven both ways
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: "mse",
  },
  {
    name: "overlapping maxPool, conv of stride 2 x 1 with an input gradient",
    input: [1, 8, 7],
    classes: 3,
    layers: [
      { type: "conv2d", outChannels: 2, kernel: 2 },
      { type: "sigmoid" },
      { type: "maxPool2d", kernel: [3, 2], stride: [2, 1] },
      { type: "conv2d", outChannels: 2, kernel: 3, stride: [2, 1], padding: 1 },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: "softmaxCrossEntropy",
  },
  {
    name: "overlapping avgPool, gapped maxPool, uneven windows",
    input: [1, 9, 10],
    classes: 2,
    layers: [
      { type: "conv2d", outChannels: 2, kernel: 3, padding: 1 },
      { type: "avgPool2d", kernel: 3, stride: [1, 2] }, // 7 x 4
      { type: "tanh" },
      { type: "maxPool2d", kernel: [2, 1], stride: [3, 2] }, // 2 x 2
      { type: "flatten" },
      { type: "sigmoid" },
      { type: "linear", outFeatures: 2 },
    ],
    loss: "mse",
  },
  {
    name: "layers before any parameter, gapped avgPool, dropout on images",
    input: [2, 8, 9],
    classes: 3,
    layers: [
      { type: "tanh" },
      { type: "maxPool2d", kernel: 2, stride: 1 },
      { type: "conv2d", outChannels: 2, kernel: [2, 3] },
      { type: "dropout", rate: 0.25 },
      { type: "avgPool2d", kernel: [1, 2], stride: [2, 4] },
      { type: "flatten" },
      { type: "linear", outFeatures: 3 },
    ],
    loss: "softmaxCrossEntropy",
  },
  {
    name: "only linear layers, two dropouts, no layer after the last",
    input: [7],
    classes: 4,
    layers: [
      { type: "linear", outFeatures: 8 },
      { type: "sigmoid" },
      { type: "dropout", rate: 0.5 },
      { type: "linear", outFeatures: 6 },
      { type: "relu" },
      { type: "dropout", rate: 0.2 },
      { type: "linear", outFeatures: 4 },
      { type: "tanh" },
    ],
    loss: "mse",
  },
];

/** A mask for each dropout layer, long enough for any of the cases. */
function makeMasks(
  layers: NaiveLayerSpec[],
  random: () => number,
): Float64Array[] {
  return layers.flatMap((layer) =>
    layer.type === "dropout"
      ? [
        new Float64Array(4000).map(() => random() < layer.rate ? 0 : 1 / (1 - layer.rate)),
      ]
      : []
  );
}

/** Indices at which a gradient is off by more than 1e-6 of the largest one. */
function disagreements(analytic: number[], numeric: number[]): number[] {
  const largest = Math.max(...numeric.map(Math.abs));
  return analytic.flatMap((value, i) => Math.abs(value - numeric[i]) <= 1e-6 * largest ? [] : [i]);
}

Deno.test("naive: gradients match central differences", async (t) => {
  const layersSeen = new Set<string>();
  const lossesSeen = new Set<string>();
  let casesRun = 0;
  let controlsRun = 0;
  for (const [index, gradientCase] of gradientCases.entries()) {
    const { name, input, classes, layers, loss } = gradientCase;
    await t.step(name, () => {
      const random = makeRandom(100 + index);
      const network = new NaiveNetwork(
        makeSpec(input, layers, loss),
        Float64Array,
      );
      fillParameters(network, random);
      const count = 3; // fewer than the batch size of 4
      const size = input.reduce((a, b) => a * b);
      const inputs = new Float64Array(count * size).map(() => 2 * random() - 1);
      const labels = [classes - 1, 0, 1];
      const masks = makeMasks(layers, random);
      const lossNow = (): number => network.computeGradients(inputs, labels, count, masks).loss;

      lossNow();
      const analytic = new Map(
        [...network.parameters].map(([name, p]) => [name, [...p.gradient]]),
      );
      for (const [name, { values }] of network.parameters) {
        const step = 1e-5;
        const numeric = Array.from(values, (value, i) => {
          values[i] = value + step;
          const above = lossNow();
          values[i] = value - step;
          const below = lossNow();
          values[i] = value;
          return (above - below) / (2 * step);
        });
        const gradient = analytic.get(name);
        assert.ok(gradient);
        assert.ok(Math.max(...numeric.map(Math.abs)) > 1e-3, `${name} is flat`);
        assert.deepEqual(disagreements(gradient, numeric), [], name);

        // Negative control: the largest gradient, wrong by 0.001 %.
        const largest = gradient.reduce(
          (best, g, i) => Math.abs(g) > Math.abs(gradient[best]) ? i : best,
          0,
        );
        gradient[largest] *= 1.00001;
        assert.deepEqual(disagreements(gradient, numeric), [largest], name);
        controlsRun++;
      }
      for (const layer of layers) layersSeen.add(layer.type);
      lossesSeen.add(loss);
      casesRun++;
    });
  }
  assert.equal(casesRun, 6);
  assert.equal(controlsRun, 32);
  assert.deepEqual([...lossesSeen].sort(), ["mse", "softmaxCrossEntropy"]);
  assert.deepEqual([...layersSeen].sort(), [
    "avgPool2d",
    "conv2d",
    "dropout",
    "flatten",
    "linear",
    "maxPool2d",
    "relu",
    "sigmoid",
    "tanh",
  ]);
});

// --- values done by hand --------------------------------------------------

Deno.test("naive: conv2d by hand (two channels, stride, padding)", () => {
  const network = new NaiveNetwork(
    makeSpec(
      [2, 3, 3],
      [{
        type: "conv2d",
        outChannels: 2,
        kernel: 2,
        stride: [2, 1],
        padding: [1, 0],
      }],
      "mse",
    ),
    Float64Array,
  );
  // deno-fmt-ignore
  setParameter(network, "conv1.weight", [
    1, 2, 3, 4,  0, 0, 0, 0, // output 0: from channel 0, from channel 1
    0, 0, 0, 1,  1, 0, 0, 0, // output 1
  ]);
  setParameter(network, "conv1.bias", [10, 0]);
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const inputs = new Float64Array([...image, ...image.map((v) => 10 * v)]);
  // The first output row sees a row of padding above the image's row 0.
  assert.deepEqual(
    [...network.forward(inputs, 1)],
    [
      10 + 3 * 1 + 4 * 2,
      10 + 3 * 2 + 4 * 3,
      10 + 1 * 4 + 2 * 5 + 3 * 7 + 4 * 8,
      10 + 1 * 5 + 2 * 6 + 3 * 8 + 4 * 9,
      2 + 0,
      3 + 0,
      8 + 40,
      9 + 50,
    ],
  );
  const weight = network.parameters.get("conv1.weight");
  assert.deepEqual(weight?.shape, [2, 2, 2, 2]);
  assert.equal(weight?.fanIn, 8);
  assert.equal(weight?.fanOut, 8);
});

/** A 1x1 convolution that adds up its channels, and then a pool. */
function poolNetwork(input: number[], pool: NaiveLayerSpec): NaiveNetwork {
  const network = new NaiveNetwork(
    makeSpec(
      input,
      [{ type: "conv2d", outChannels: 1, kernel: 1 }, pool],
      "mse",
    ),
    Float64Array,
  );
  setParameter(network, "conv1.weight", new Array(input[0]).fill(1));
  return network;
}

Deno.test("naive: maxPool2d by hand", () => {
  // deno-fmt-ignore
  const image = new Float64Array([
    1, 5, 2, -1,
    3, 4, 8, -2,
    9, 0, 6, -3,
  ]);
  const run = (kernel: number | number[], stride?: number | number[]) => [
    ...poolNetwork([1, 3, 4], { type: "maxPool2d", kernel, stride })
      .forward(image, 1),
  ];
  assert.deepEqual(run(2), [5, 8]); // the last row is left over
  assert.deepEqual(run(2, 1), [5, 8, 8, 9, 8, 8]); // overlapping
  assert.deepEqual(run(1, 2), [1, 2, 9, 6]); // gapped
  assert.deepEqual(run([3, 1]), [9, 5, 8, -1]); // a column of negatives
});

Deno.test("naive: maxPool2d gives the gradient to the first of equals", () => {
  const network = poolNetwork([2, 2, 2], { type: "maxPool2d", kernel: 2 });
  // The channels' sums are 0, 5, 5, 5: pixel 1 wins.
  const inputs = new Float64Array([0, 1, 2, 3, 0, 4, 3, 2]);
  const { loss, correct } = network.computeGradients(inputs, [0], 1);
  assert.equal(loss, (5 - 1) ** 2);
  assert.equal(correct, 1);
  const gradient = 2 * (5 - 1);
  assert.deepEqual(gradientOf(network, "conv1.weight"), [
    gradient * 1,
    gradient * 4,
  ]);
  assert.deepEqual(gradientOf(network, "conv1.bias"), [gradient]);
});

Deno.test("naive: avgPool2d by hand, nothing from uncovered rows", () => {
  const image = Float64Array.from({ length: 12 }, (_, i) => i + 1); // 3 x 4
  const network = poolNetwork([1, 3, 4], {
    type: "avgPool2d",
    kernel: [2, 3],
  });
  const mean = (1 + 2 + 3 + 5 + 6 + 7) / 6;
  assert.deepEqual([...network.forward(image, 1)], [mean]);
  network.computeGradients(image, [0], 1);
  assertClose(gradientOf(network, "conv1.weight"), [2 * (mean - 1) * mean]);
  const gapped = poolNetwork([1, 3, 4], {
    type: "avgPool2d",
    kernel: [1, 2],
    stride: [2, 2],
  });
  assert.deepEqual([...gapped.forward(image, 1)], [1.5, 3.5, 9.5, 11.5]);
});

Deno.test("naive: activations, linear and losses by hand", () => {
  const build = (
    type: "relu" | "sigmoid" | "tanh",
    loss: NaiveSpec["loss"]["type"],
  ): NaiveNetwork => {
    const network = new NaiveNetwork(
      makeSpec([3], [{ type: "linear", outFeatures: 2 }, { type }], loss),
      Float64Array,
    );
    setParameter(network, "linear1.weight", [1, 2, 3, -1, 0, 1]);
    setParameter(network, "linear1.bias", [0.5, -0.25]);
    return network;
  };
  const inputs = new Float64Array([1, 0.5, -0.5]);
  const sums = [1 + 1 - 1.5 + 0.5, -1 + 0 - 0.5 - 0.25]; // 1, -1.75
  assert.deepEqual([...build("relu", "mse").forward(inputs, 1)], [1, 0]);
  assertClose(
    build("sigmoid", "mse").forward(inputs, 1),
    sums.map((v) => 1 / (1 + Math.exp(-v))),
  );
  assertClose(build("tanh", "mse").forward(inputs, 1), sums.map(Math.tanh));

  const mse = build("relu", "mse").evaluate(inputs, [1], 1);
  assert.deepEqual(mse, { loss: (1 ** 2 + 1 ** 2) / 2, correct: 0 });
  const entropy = build("relu", "softmaxCrossEntropy").evaluate(inputs, [1], 1);
  assertClose([entropy.loss], [-Math.log(1 / (1 + Math.E))]);
});

Deno.test("naive: equal outputs count for the first, large ones do not overflow", () => {
  const network = new NaiveNetwork(
    makeSpec([1], [{ type: "linear", outFeatures: 3 }], "softmaxCrossEntropy"),
    Float64Array,
  );
  const inputs = new Float64Array([1, 1, 1]);
  const equal = network.evaluate(inputs, [0, 1, 0], 3);
  assert.equal(equal.correct, 2);
  assertClose([equal.loss], [Math.log(3)]);
  setParameter(network, "linear1.bias", [1000, 0, -1000]);
  assert.equal(network.evaluate(inputs, [0], 1).loss, 0);
  assert.equal(network.computeGradients(inputs, [1], 1).loss, 1000);
  assert.deepEqual(gradientOf(network, "linear1.bias"), [1, -1, 0]);
});

// --- optimizers -----------------------------------------------------------

/**
 * Two steps on y = w x + b with loss (y - 1)^2. `update` gives the change of
 * a value from its gradients so far, L2 included for the weight.
 */
function checkTwoSteps(
  optimizer: NaiveOptimizerSpec,
  update: (g1: number, g2?: number) => number,
): void {
  const l2 = optimizer.l2 ?? 0;
  const network = new NaiveNetwork(
    makeSpec([1], [{ type: "linear", outFeatures: 1 }], "mse", optimizer),
    Float64Array,
  );
  setParameter(network, "linear1.weight", [0.5]);
  setParameter(network, "linear1.bias", [0.25]);
  const [x1, x2] = [3, -2];
  network.trainStep(new Float64Array([x1]), [0], 1, 0.01);
  network.trainStep(new Float64Array([x2]), [0], 1, 0.01);

  const error1 = 0.5 * x1 + 0.25 - 1;
  const w1 = 2 * error1 * x1 + l2 * 0.5;
  const b1 = 2 * error1;
  const weight = 0.5 + update(w1);
  const bias = 0.25 + update(b1);
  const error2 = weight * x2 + bias - 1;
  const w2 = 2 * error2 * x2 + l2 * weight;
  const b2 = 2 * error2;
  const values = (name: string) => network.parameters.get(name)?.values ?? [];
  assertClose(values("linear1.weight"), [weight + update(w1, w2)]);
  assertClose(values("linear1.bias"), [bias + update(b1, b2)]);
}

Deno.test("naive: sgd, momentum and adam, two steps by hand", () => {
  checkTwoSteps({ type: "sgd" }, (g1, g2 = g1) => -0.01 * g2);
  checkTwoSteps({ type: "sgd", l2: 0.1 }, (g1, g2 = g1) => -0.01 * g2);
  checkTwoSteps(
    { type: "momentum", l2: 0.1 },
    (g1, g2) => -0.01 * (g2 === undefined ? g1 : 0.9 * g1 + g2),
  );
  checkTwoSteps(
    { type: "momentum", momentum: 0.5 },
    (g1, g2) => -0.01 * (g2 === undefined ? g1 : 0.5 * g1 + g2),
  );
  // With bias correction the means after one step are g1 and g1^2, after two
  // (beta g1 + g2) / (1 + beta) and the same of the squares.
  const adam = (beta1: number, beta2: number, epsilon: number) => (g1: number, g2?: number): number => {
    const [mean, square] = g2 === undefined ? [g1, g1 * g1] : [
      (beta1 * g1 + g2) / (1 + beta1),
      (beta2 * g1 * g1 + g2 * g2) / (1 + beta2),
    ];
    return -0.01 * mean / (Math.sqrt(square) + epsilon);
  };
  checkTwoSteps({ type: "adam" }, adam(0.9, 0.999, 1e-8));
  checkTwoSteps(
    { type: "adam", beta1: 0.8, beta2: 0.95, epsilon: 0.5, l2: 0.1 },
    adam(0.8, 0.95, 0.5),
  );
});

// --- behaviour of the network object --------------------------------------

Deno.test("naive: nothing is left over from an earlier, larger batch", () => {
  let compared = 0;
  for (const { input, layers, loss } of gradientCases) {
    const spec = makeSpec(input, layers, loss);
    const random = makeRandom(100);
    const size = input.reduce((a, b) => a * b);
    const inputs = new Float64Array(4 * size).map(() => 2 * random() - 1);
    const masks = makeMasks(layers, random);
    const [used, fresh] = [0, 1].map(() => {
      const network = new NaiveNetwork(spec, Float64Array);
      fillParameters(network, makeRandom(101));
      return network;
    });
    used.computeGradients(inputs.toReversed(), [0, 1, 1, 0], 4, masks);
    used.computeGradients(inputs, [1, 0], 2, masks);
    fresh.computeGradients(inputs, [1, 0], 2, masks);
    for (const name of fresh.parameters.keys()) {
      const gradient = gradientOf(fresh, name);
      assert.ok(gradient.some((value) => value !== 0), `${name} is flat`);
      assert.deepEqual(gradientOf(used, name), gradient, name);
      compared++;
    }
  }
  assert.equal(compared, 32);
});

const smallLayers: NaiveLayerSpec[] = [
  { type: "conv2d", outChannels: 2, kernel: 3, padding: 1 },
  { type: "relu" },
  { type: "maxPool2d", kernel: 2, stride: 3 },
  { type: "conv2d", outChannels: 3, kernel: 2 },
  { type: "flatten" },
  { type: "linear", outFeatures: 3 },
];

Deno.test("naive: f32 storage follows f64 storage, and the loss falls", () => {
  const spec = makeSpec([1, 8, 8], smallLayers, "softmaxCrossEntropy", {
    type: "adam",
    l2: 0.0001,
  });
  const inputs = new Float32Array(4 * 64).map(makeRandom(9));
  const losses = [Float32Array, Float64Array].map((storage) => {
    const network = new NaiveNetwork(spec, storage);
    fillParameters(network, makeRandom(10));
    for (const { values } of network.parameters.values()) {
      values.set(values.map(Math.fround)); // the same start in both
      assert.ok(values instanceof storage);
    }
    return Array.from(
      { length: 80 },
      () => network.trainStep(inputs, [0, 1, 2, 0], 4, 0.01).loss,
    );
  });
  assertClose(losses[0], losses[1], 1e-4);
  assert.ok(losses[1][79] < 0.1 * losses[1][0], losses[1].join(" "));
});

Deno.test("naive: dropout masks training and leaves evaluation alone", () => {
  const spec = makeSpec(
    [2],
    [{ type: "dropout", rate: 0.5 }, { type: "linear", outFeatures: 1 }],
    "mse",
  );
  const network = new NaiveNetwork(spec, Float64Array);
  setParameter(network, "linear1.weight", [3, 5]);
  const inputs = new Float64Array([1, 1]);
  const mask = new Float64Array([0, 2]);
  assert.equal(
    network.computeGradients(inputs, [0], 1, [mask]).loss,
    (10 - 1) ** 2,
  );
  assert.deepEqual(gradientOf(network, "linear1.weight"), [0, 2 * 9 * 2]);
  assert.deepEqual([...network.forward(inputs, 1)], [8]);
  assert.equal(network.evaluate(inputs, [0], 1).loss, (8 - 1) ** 2);
  assert.throws(() => network.computeGradients(inputs, [0], 1), /0 masks/);
});

Deno.test("naive: bad specs and calls are refused", () => {
  const build = (input: number[], ...layers: NaiveLayerSpec[]) =>
    new NaiveNetwork(makeSpec(input, layers, "mse"), Float64Array);
  const linear: NaiveLayerSpec = { type: "linear", outFeatures: 2 };
  assert.throws(() => build([1, 2, 2], linear), /flat/);
  assert.throws(() => build([4], { ...linear, inFeatures: 3 }), /inFeatures/);
  assert.throws(() => build([4], { type: "relu" }), /no parameters/);
  const conv: NaiveLayerSpec = { type: "conv2d", outChannels: 1, kernel: 3 };
  assert.throws(() => build([9], conv), /\[c, h, w\]/);
  assert.throws(() => build([1, 2, 2], conv), /does not fit/);
  assert.throws(
    () => build([1, 4, 4], { ...conv, inChannels: 2 }),
    /inChannels/,
  );
  const network = build([4], linear);
  const inputs = new Float64Array(5 * 4);
  assert.throws(() => network.forward(inputs, 5), /1\.\.4/);
  assert.throws(() => network.forward(inputs.subarray(1), 5), /1\.\.4/);
  assert.throws(() => network.forward(inputs.subarray(5), 4), /too short/);
  assert.throws(() => network.evaluate(inputs, [2], 1), /label 2/);
});
