/**
 * Specs of layers that work element by element and of those with several inputs: right ones, and wrong ones with what is
 * told of them, for `spec_test.ts`.
 *
 * @module
 */
type Json = Record<string, unknown>;

/** Layers on one channel of 8 by 8, each after the one before. */
type Layers = (...layers: Json[]) => Json;

const FLATTEN = { type: "flatten" }, LINEAR = { type: "linear", outFeatures: 10 };
const NUMBER = "a number > 0 that f32 holds, from 1.18e-38 to 3.4e38";
const SHARE = "0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994";
const CONV = (name: string, outChannels: number) => ({ type: "conv2d", outChannels, kernel: 3, name, input: "input" });

/** A layer of each kind, with all that it must have beside its place in the graph. */
export const KINDS_HERE: readonly Json[] = [
  ...["leakyRelu", "elu", "gelu", "silu", "hardSwish", "relu6", "softplus"],
  ...["add", "multiply", "concat", "normalize", "padChannels"],
].map((type) => ({ type }));

/** Right specs, with all options. */
export const rightSpecs = (layers: Layers): Json[] => [
  layers(
    { type: "normalize", scale: 255, mean: [0.5], deviation: [0.25] },
    { ...CONV("a", 4), input: "normalize1" },
    { type: "leakyRelu", negativeSlope: 0 },
    { type: "elu", alpha: 0.5 },
    { type: "gelu", approximate: "tanh", name: "b" },
    { type: "add", input: ["a", "b", "b"] },
    { type: "silu" },
    { type: "hardSwish" },
    { type: "relu6" },
    { type: "avgPool2d", kernel: 6 },
    { type: "softplus", beta: 2, name: "gate" },
    { type: "multiply", input: ["a", "gate"] },
    { type: "padChannels", before: 1, behind: 2 },
    { type: "concat", input: ["pad1", "a"] },
    FLATTEN,
    LINEAR,
  ),
];

/** Wrong specs, and what is told of them. */
export const wrongSpecs = (layers: Layers): [Json, string][] => {
  const layer = (own: Json) => layers(own, FLATTEN, LINEAR);
  const unknown = (type: string, key: string, keys: string): [Json, string] => [
    layer({ type, [key]: 1 }),
    `layers[0]: unknown key "${key}"; known keys of ${type}: ${keys}`,
  ];
  const inputs = (type: string, a: Json, b: Json): Json =>
    layers({ ...a, name: "a" }, { ...b, name: "b" }, { type, input: ["a", "b"] }, FLATTEN, LINEAR);
  return [
    [
      layer({ type: "leakyRelu", negativeSlope: 1 }),
      `layers[0].negativeSlope: expected ${SHARE}, but it is 1`,
    ],
    [layer({ type: "elu", alpha: 0 }), `layers[0].alpha: expected ${NUMBER}, but it is 0`],
    [
      layer({ type: "gelu", approximate: "erf" }),
      'layers[0].approximate: expected one of none, tanh, but it is "erf"',
    ],
    [layer({ type: "softplus", beta: -1 }), `layers[0].beta: expected ${NUMBER}, but it is -1`],
    ...["silu", "hardSwish", "relu6"].map((type) => unknown(type, "slope", "type, name, input")),
    unknown("add", "axis", "type, name, input"),
    unknown("multiply", "axis", "type, name, input"),
    unknown("concat", "axis", "type, name, input"),
    [
      layer({ type: "padChannels", before: -1 }),
      "layers[0].before: expected a whole number from 0 to 1048576, but it is -1",
    ],
    [
      layer({ type: "padChannels", behind: 1.5 }),
      "layers[0].behind: expected a whole number from 0 to 1048576, but it is 1.5",
    ],
    [layer({ type: "normalize", scale: 0 }), `layers[0].scale: expected ${NUMBER}, but it is 0`],
    [
      layer({ type: "normalize", mean: "0.5" }),
      'layers[0].mean: expected a number that f32 holds, or a list of 1 to 256 such numbers, but it is "0.5"',
    ],
    [
      layer({ type: "normalize", deviation: [1, 0] }),
      `layers[0].deviation[1]: expected ${NUMBER}, but it is 0`,
    ],
    [
      layer({ type: "normalize", mean: [1, 2] }),
      "layers[0]: normalize does not fit the input: its mean has 2 numbers for 1 channel; give one, or one for each",
    ],
    [
      layer({ type: "normalize", deviation: [1, 2, 3] }),
      "layers[0]: normalize does not fit the input: its deviation has 3 numbers for 1 channel; give one, or one for each",
    ],
    [
      layer({ type: "add" }),
      'layers[0]: add takes 2 to 64 inputs, but it has 1: the input; name them as its "input"',
    ],
    [
      layer({ type: "multiply" }),
      'layers[0]: multiply takes 2 inputs, but it has 1: the input; name them as its "input"',
    ],
    [
      inputs("add", CONV("a", 2), CONV("b", 3)),
      "layers[2]: add does not fit layers[0] conv2d and layers[1] conv2d: its inputs are [2, 6, 6] and [3, 6, 6]; all must have one shape",
    ],
    [
      inputs("concat", CONV("a", 2), { type: "relu", input: "input" }),
      "layers[2]: concat does not fit layers[0] conv2d and layers[1] relu: its inputs are [2, 6, 6] and [1, 8, 8]; " +
      "all but their channels must be alike",
    ],
    [
      inputs("multiply", CONV("a", 2), CONV("b", 3)),
      "layers[2]: multiply does not fit layers[0] conv2d and layers[1] conv2d: " +
      "what it multiplies [2, 6, 6] by is [3, 6, 6]; it must be [2, 6, 6], [2] or [2, 1, 1]",
    ],
    [
      layers(FLATTEN, { ...LINEAR, name: "a" }, { type: "multiply", input: ["flatten1", "a"] }),
      "layers[2]: multiply does not fit layers[0] flatten and layers[1] linear: " +
      "what it multiplies [64] by is [10]; it must be [64]",
    ],
  ];
};
