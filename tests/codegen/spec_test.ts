/** Specs that are wrong beside what is said of them, word for word, and specs that are right. */
import { KINDS_HERE, rightSpecs, wrongSpecs } from "./elementwise_specs.ts";
import assert from "node:assert/strict";
import { threadCpuUsage } from "node:process";
import { z } from "../../codegen/zod.ts";
import { InputError, printable } from "../../codegen/error.ts";
import { pathText, SpecError } from "../../codegen/graph/mistakes.ts";
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { initialLearningRate, parseSpec, type Spec, specJsonSchema } from "../../codegen/graph/spec.ts";
import { kernels } from "../../kernels/mod.ts";
import {
  COUNT,
  OPTIMIZER_TYPES,
  OVER_TWO_PLACES,
  RIGHT_TRAINING,
  SCHEDULER_TYPES,
  WRONG_TRAINING,
} from "./training_specs.ts";
import { schedulers } from "../../kernels/schedules/schedulers.ts";

const registry = { ...kernels, schedulers };
/** The kinds that specs name, by where they do. */
const KINDS = {
  layers: registry.layers,
  loss: registry.losses,
  optimizer: registry.optimizers,
  scheduler: registry.schedulers,
};

type Json = Record<string, unknown>;

/** A good spec with these fields changed; undefined takes one away. */
const net = (changes: Json): Json => ({
  name: "net",
  input: [1, 8, 8],
  batchSize: 4,
  layers: [{ type: "flatten" }, { type: "linear", outFeatures: 10 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
  ...changes,
});
/** A net of these layers. */
const layers = (...layers: unknown[]) => net({ layers });
/** A net that starts with a layer on one channel of 8 by 8. */
const layer = (layer: unknown) => layers(layer, { type: "flatten" }, { type: "linear", outFeatures: 10 });
const training = (changes: Json) => net({ training: { epochs: 1, optimizer: { type: "adam" }, ...changes } });
const optimizer = (optimizer: unknown) => training({ optimizer });
const scheduler = (scheduler: unknown) => training({ scheduler });

const LAYERS = registry.layers.map(({ type }) => type).join(", ");
const KEYS = "$schema, name, input, batchSize, layers, loss, metrics, classes, training";
const SHAPE = "[channels, height, width], [channels, length] or [length]";
const EXTENT = "a whole number from 1 to 1048576";
const NAME = "1 to 64 characters a-z, 0-9 and _, the first a letter";
const EPOCHS = "a whole number from 1 to 1000000";
const INITS = "xavierUniform, heUniform, zeros, glorotUniform, xavierNormal, heNormal, pytorch";
const CLASSES = "a list of 1 to 10000 names, one for each output";
const CLASS = "1 to 64 printable characters, no space at their ends";
/** Names that only the parser refuses: the JSON Schema has no word for what can be printed everywhere. */
const UNPRINTABLE = ["cat\n", "\u0007", "\u001b[31mcat", "\u202ecat", "ca\u00adt", " cat", "cat\u00a0", "\ud800"];
/** Names of ten classes, some of which look like something else. */
const TEN = ["T-shirt/top", "<b>", '"', "7", "Ångström", "猫", "🐈".repeat(64), "constructor", "null", "Ankle boot"];
const SIDE = "a whole number from 1 to 4096";
const CONV = "type, inChannels, outChannels, kernel, stride, padding, dilation, groups, bias, init, name, input";
const SIDES = `${SIDE}, or [height, width] of such numbers`;
const LAYER_NAME = "1 to 32 characters a-z, 0-9 and _, the first a letter";
const INPUT = 'the name of a layer before it, or "input"; or a list of these, for a layer that takes several';
/** A right layer of each kind. */
const EACH_KIND: readonly Json[] = [
  ...["conv2d", "conv1d"].map((type) => ({ type, outChannels: 1, kernel: 1 })),
  ...["relu", "sigmoid", "tanh", "flatten", "globalMaxPool", "globalAvgPool"].map((type) => ({ type })),
  ...["maxPool2d", "avgPool2d", "maxPool1d", "avgPool1d"].map((type) => ({ type, kernel: 1 })),
  { type: "reshape", shape: [-1] },
  { type: "linear", outFeatures: 1 },
  { type: "dropout", rate: 0.5 },
  ...["batchNorm1d", "batchNorm2d"].map((type) => ({ type })),
  ...KINDS_HERE,
];
const FLATTEN = { type: "flatten" }, LINEAR = { type: "linear", outFeatures: 10 };
const MARGIN = "a whole number from 0 to 4096";
const MARGINS = `${MARGIN}, or [height, width] or [top, bottom, left, right] of such numbers, or "same"`;
const ENDS = `${MARGIN}, or [before, after] of such numbers, or "same"`;
const RESHAPED = "a list of 1 to 3 extents, one of which may be -1";
const POOL_MARGINS = `${MARGIN}, or [height, width] of such numbers`;

/** Text or a value to be written as text, and the message about it after "net.json: ". */
const WRONG: readonly (readonly [string | Json, string])[] = [
  // text that is no JSON, or too much of it
  ["", "not JSON: Unexpected end of JSON input"],
  ['{"name": "net",\n}', "not JSON: Expected double-quoted property name in JSON at position 16 (line 2 column 1)"],
  ['{"name": net}', 'not JSON: Unexpected token \'e\', "{"name": net}" is not valid JSON'],
  ['{"name": \n\u202e}', 'not JSON: Unexpected token \'\\u{202e}\', "{"name": \\u{a}\\u{202e}}" is not valid JSON'],
  [" ".repeat(2_000_001), "has 2000001 characters; a spec may have at most 2000000"],
  ["[".repeat(33) + "]".repeat(33), "more than 32 lists and objects inside each other; a spec needs 4"],
  ["[".repeat(400_000) + "]".repeat(400_000), "more than 32 lists and objects inside each other; a spec needs 4"],
  [
    `{"a":`.repeat(100_000) + "1" + "}".repeat(100_000),
    "more than 32 lists and objects inside each other; a spec needs 4",
  ],

  // the spec as a whole
  ["[1, 2]", "expected an object with name, input, batchSize, layers, loss, training, but it is [1, 2]"],
  ['"net"', 'expected an object with name, input, batchSize, layers, loss, training, but it is "net"'],
  ["null", "expected an object with name, input, batchSize, layers, loss, training, but it is null"],
  ["{}", `name: missing; expected ${NAME}`],
  [net({ batchsize: 4 }), `unknown key "batchsize"; known keys: ${KEYS}`],
  [
    net({ batchSize: undefined, batchsize: 4 }),
    `unknown key "batchsize"; known keys: ${KEYS}; did you mean "batchSize"?`,
  ],
  [net({ epochs: 4 }), `unknown key "epochs"; known keys: ${KEYS}`],
  [
    net({ ["long".repeat(100)]: 1 }),
    `unknown key "longlonglonglonglonglonglonglonglong... (400 characters); known keys: ${KEYS}`,
  ],
  [net({ "a\u2028b": 1 }), `unknown key "a\\u{2028}b"; known keys: ${KEYS}`],
  ['{"__proto__": {"name": "net"}}', `unknown key "__proto__"; known keys: ${KEYS}`],
  [net({ constructor: 1 }), `unknown key "constructor"; known keys: ${KEYS}`],
  [net({ $schema: 1 }), "$schema: expected a text, but it is 1"],

  // name
  [net({ name: undefined }), `name: missing; expected ${NAME}`],
  [net({ name: 5 }), `name: expected ${NAME}, but it is 5`],
  [net({ name: "" }), `name: expected ${NAME}, but it is ""`],
  [net({ name: "../../etc/passwd" }), `name: expected ${NAME}, but it is "../../etc/passwd"`],
  [net({ name: "net\n" }), `name: expected ${NAME}, but it is "net\\n"`],
  [net({ name: "Net" }), `name: expected ${NAME}, but it is "Net"`],
  [net({ name: "2net" }), `name: expected ${NAME}, but it is "2net"`],
  [net({ name: "_net" }), `name: expected ${NAME}, but it is "_net"`],
  [
    net({ name: "n".repeat(65) }),
    `name: expected ${NAME}, but it is "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn... (65 characters)`,
  ],

  // input and batchSize
  [net({ input: undefined }), `input: missing; expected ${SHAPE}`],
  [net({ input: 784 }), `input: expected ${SHAPE}, but it is 784`],
  [net({ input: [] }), `input: expected ${SHAPE}, but it is []`],
  [net({ input: [28, 0] }), `input[1]: expected ${EXTENT}, but it is 0`],
  [net({ input: [1, 1, 28, 28] }), `input: expected ${SHAPE}, but it is [1, 1, 28, 28]`],
  [net({ input: [0] }), `input[0]: expected ${EXTENT}, but it is 0`],
  [net({ input: [1, 28, 1_048_577] }), `input[2]: expected ${EXTENT}, but it is 1048577`],
  [net({ input: [1, "28", 28] }), `input[1]: expected ${EXTENT}, but it is "28"`],
  [net({ input: [1, 28, null] }), `input[2]: expected ${EXTENT}, but it is null`],
  [net({ input: [2.5] }), `input[0]: expected ${EXTENT}, but it is 2.5`],
  [net({ batchSize: undefined }), "batchSize: missing; expected a whole number from 1 to 65536"],
  [net({ batchSize: 0 }), "batchSize: expected a whole number from 1 to 65536, but it is 0"],
  [net({ batchSize: 65_537 }), "batchSize: expected a whole number from 1 to 65536, but it is 65537"],
  [net({ batchSize: 1.5 }), "batchSize: expected a whole number from 1 to 65536, but it is 1.5"],
  [net({ batchSize: "64" }), 'batchSize: expected a whole number from 1 to 65536, but it is "64"'],
  [net({ batchSize: 1e300 }), "batchSize: expected a whole number from 1 to 65536, but it is 1e+300"],

  // layers
  [net({ layers: undefined }), "layers: missing; expected a list of 1 to 256 entries"],
  [net({ layers: { type: "relu" } }), 'layers: expected a list of 1 to 256 entries, but it is {"type": "relu"}'],
  [layers(), "layers: expected a list of 1 to 256 entries, but it is []"],
  [
    layers(...Array(257).fill({ type: "relu" })),
    'layers: expected a list of 1 to 256 entries, but it is [{"type": "relu"}, {"type": "relu"}, ... (257 entries)',
  ],
  [layer("relu"), `layers[0]: expected an object whose "type" is one of ${LAYERS}, but it is "relu"`],
  [layer(null), `layers[0]: expected an object whose "type" is one of ${LAYERS}, but it is null`],
  [layer({}), `layers[0].type: missing; expected one of ${LAYERS}`],
  [layer({ type: 5 }), `layers[0].type: expected one of ${LAYERS}, but it is 5`],
  [layer({ type: "conv" }), `layers[0].type: expected one of ${LAYERS}, but it is "conv"; did you mean "conv2d"?`],
  [
    layer({ type: "MaxPool" }),
    `layers[0].type: expected one of ${LAYERS}, but it is "MaxPool"; did you mean "maxPool2d"?`,
  ],
  [layer({ type: "dense" }), `layers[0].type: expected one of ${LAYERS}, but it is "dense"`],
  [layer({ type: "constructor" }), `layers[0].type: expected one of ${LAYERS}, but it is "constructor"`],
  [layer({ type: "__proto__" }), `layers[0].type: expected one of ${LAYERS}, but it is "__proto__"`],
  [
    '{"layers": [{"type": "relu", "__proto__": {}}]}',
    'layers[0]: unknown key "__proto__"; known keys of relu: type, name, input',
  ],
  [layer({ type: "relu", slope: 0.1 }), 'layers[0]: unknown key "slope"; known keys of relu: type, name, input'],
  [layer({ type: "sigmoid", slope: 0.1 }), 'layers[0]: unknown key "slope"; known keys of sigmoid: type, name, input'],
  [layer({ type: "tanh", slope: 0.1 }), 'layers[0]: unknown key "slope"; known keys of tanh: type, name, input'],
  [
    layer({ type: "flatten", startDim: 1 }),
    'layers[0]: unknown key "startDim"; known keys of flatten: type, name, input',
  ],

  // conv2d
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, strides: 2, dilations: 1 }),
    `layers[0]: unknown key "strides"; known keys of conv2d: ${CONV}; did you mean "stride"?`,
  ],
  [
    layer({ type: "conv2d", inChannels: 0, outChannels: 4, kernel: 3 }),
    `layers[0].inChannels: expected ${EXTENT}, but it is 0`,
  ],
  [layer({ type: "conv2d", kernel: 3 }), `layers[0].outChannels: missing; expected ${EXTENT}`],
  [
    layer({ type: "conv2d", outChannels: 1_048_577, kernel: 3 }),
    `layers[0].outChannels: expected ${EXTENT}, but it is 1048577`,
  ],
  [layer({ type: "conv2d", outChannels: 4 }), `layers[0].kernel: missing; expected ${SIDES}`],
  [
    layer({ type: "conv2d", outChannels: 4, kernal: 3 }),
    `layers[0]: unknown key "kernal"; known keys of conv2d: ${CONV}; did you mean "kernel"?`,
  ],
  [layer({ type: "conv2d", outChannels: 4, kernel: "five" }), `layers[0].kernel: expected ${SIDES}, but it is "five"`],
  [layer({ type: "conv2d", outChannels: 4, kernel: 0 }), `layers[0].kernel: expected ${SIDES}, but it is 0`],
  [layer({ type: "conv2d", outChannels: 4, kernel: 4097 }), `layers[0].kernel: expected ${SIDES}, but it is 4097`],
  [layer({ type: "conv2d", outChannels: 4, kernel: 2.5 }), `layers[0].kernel: expected ${SIDES}, but it is 2.5`],
  [layer({ type: "conv2d", outChannels: 4, kernel: [3] }), `layers[0].kernel: expected ${SIDES}, but it is [3]`],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: [3, 3, 3] }),
    `layers[0].kernel: expected ${SIDES}, but it is [3, 3, 3]`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: Array(1000).fill(3) }),
    `layers[0].kernel: expected ${SIDES}, but it is [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, ... (1000 entries)`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, stride: [1, 0] }),
    `layers[0].stride[1]: expected ${SIDE}, but it is 0`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, stride: [1, "2"] }),
    `layers[0].stride[1]: expected ${SIDE}, but it is "2"`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, stride: null }),
    `layers[0].stride: expected ${SIDES}, but it is null`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: -1 }),
    `layers[0].padding: expected ${MARGINS}, but it is -1`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: "valid" }),
    `layers[0].padding: expected ${MARGINS}, but it is "valid"`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: ["same", 0] }),
    `layers[0].padding[0]: expected ${MARGIN}, but it is "same"`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: [1, 2, 3] }),
    `layers[0].padding: expected ${MARGINS}, but it is [1, 2, 3]`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: [1, 2, 3, -1] }),
    `layers[0].padding[3]: expected ${MARGIN}, but it is -1`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: [[1, 2], [3, 4]] }),
    `layers[0].padding[0]: expected ${MARGIN}, but it is [1, 2]`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, dilation: 0 }),
    `layers[0].dilation: expected ${SIDES}, but it is 0`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, groups: 0 }),
    `layers[0].groups: expected ${EXTENT}, but it is 0`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, groups: "depthwise" }),
    `layers[0].groups: expected ${EXTENT}, but it is "depthwise"`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, bias: 0 }),
    "layers[0].bias: expected true or false, but it is 0",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, bias: "no" }),
    'layers[0].bias: expected true or false, but it is "no"',
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: [4097, 0] }),
    `layers[0].padding[0]: expected ${MARGIN}, but it is 4097`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, init: "xavier" }),
    `layers[0].init: expected one of ${INITS}, but it is "xavier"`,
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, init: "zero" }),
    `layers[0].init: expected one of ${INITS}, but it is "zero"; did you mean "zeros"?`,
  ],

  // conv1d
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, strides: 2 }),
    `layers[0]: unknown key "strides"; known keys of conv1d: ${CONV}; did you mean "stride"?`,
  ],
  [layer({ type: "conv1d", outChannels: 4, kernel: [3, 3] }), `layers[0].kernel: expected ${SIDE}, but it is [3, 3]`],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, stride: [1] }),
    `layers[0].stride: expected ${SIDE}, but it is [1]`,
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, dilation: 5000 }),
    `layers[0].dilation: expected ${SIDE}, but it is 5000`,
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, padding: [1, 2, 3, 4] }),
    `layers[0].padding: expected ${ENDS}, but it is [1, 2, 3, 4]`,
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, padding: [1, true] }),
    `layers[0].padding[1]: expected ${MARGIN}, but it is true`,
  ],

  [
    layer({ type: "conv1d", inChannels: 0, outChannels: 4, kernel: 3 }),
    `layers[0].inChannels: expected ${EXTENT}, but it is 0`,
  ],
  [layer({ type: "conv1d", kernel: 3 }), `layers[0].outChannels: missing; expected ${EXTENT}`],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, groups: -1 }),
    `layers[0].groups: expected ${EXTENT}, but it is -1`,
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, bias: null }),
    "layers[0].bias: expected true or false, but it is null",
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3, init: "he" }),
    `layers[0].init: expected one of ${INITS}, but it is "he"`,
  ],
  // element by element, and of several inputs
  ...wrongSpecs(layers),

  // pooling, linear, dropout
  [layer({ type: "maxPool2d" }), `layers[0].kernel: missing; expected ${SIDES}`],
  [
    layer({ type: "maxPool2d", kernel: { height: 2, width: 2 } }),
    `layers[0].kernel: expected ${SIDES}, but it is {"height": 2, "width": 2}`,
  ],
  [layer({ type: "maxPool2d", kernel: 2, stride: 0 }), `layers[0].stride: expected ${SIDES}, but it is 0`],
  [
    layer({ type: "maxPool2d", kernel: 2, dilation: 1 }),
    'layers[0]: unknown key "dilation"; known keys of maxPool2d: type, kernel, stride, padding, ceilMode, name, input',
  ],
  [
    layer({ type: "maxPool1d", kernel: 2, countIncludePad: true }),
    'layers[0]: unknown key "countIncludePad"; known keys of maxPool1d: type, kernel, stride, padding, ceilMode, name, input',
  ],
  [
    layer({ type: "avgPool2d", kernel: 2, ceil: true }),
    'layers[0]: unknown key "ceil"; known keys of avgPool2d: type, kernel, stride, padding, ceilMode, countIncludePad, name, input',
  ],
  [layer({ type: "maxPool2d", kernel: 2, padding: -1 }), `layers[0].padding: expected ${POOL_MARGINS}, but it is -1`],
  [
    layer({ type: "maxPool2d", kernel: 2, ceilMode: 1 }),
    "layers[0].ceilMode: expected true or false, but it is 1",
  ],
  [layer({ type: "maxPool1d", kernel: [2] }), `layers[0].kernel: expected ${SIDE}, but it is [2]`],
  ...["maxPool1d", "avgPool1d", "maxPool2d", "avgPool2d"].flatMap((type): [Json, string][] => [
    [layer({ type }), `layers[0].kernel: missing; expected ${type.endsWith("1d") ? SIDE : SIDES}`],
    [
      layer({ type, kernel: 2, stride: "2" }),
      `layers[0].stride: expected ${type.endsWith("1d") ? SIDE : SIDES}, but it is "2"`,
    ],
    [
      layer({ type, kernel: 2, padding: null }),
      `layers[0].padding: expected ${type.endsWith("1d") ? MARGIN : POOL_MARGINS}, but it is null`,
    ],
    [layer({ type, kernel: 2, ceilMode: 1 }), "layers[0].ceilMode: expected true or false, but it is 1"],
  ]),
  ...["avgPool1d", "avgPool2d"].map((type): [Json, string] => [
    layer({ type, kernel: 2, countIncludePad: "no" }),
    'layers[0].countIncludePad: expected true or false, but it is "no"',
  ]),
  [
    layer({ type: "avgPool1d", kernel: 2, padding: 9000 }),
    `layers[0].padding: expected ${MARGIN}, but it is 9000`,
  ],
  [layer({ type: "reshape" }), `layers[0].shape: missing; expected ${RESHAPED}`],
  [layer({ type: "reshape", shape: [] }), `layers[0].shape: expected ${RESHAPED}, but it is []`],
  [layer({ type: "reshape", shape: 5 }), `layers[0].shape: expected ${RESHAPED}, but it is 5`],
  [layer({ type: "reshape", shape: [2, 0] }), `layers[0].shape[1]: expected ${EXTENT}, or -1, but it is 0`],
  [
    layer({ type: "globalAvgPool", kernel: 2 }),
    'layers[0]: unknown key "kernel"; known keys of globalAvgPool: type, name, input',
  ],
  [layer({ type: "avgPool2d", kernel: [2, true] }), `layers[0].kernel[1]: expected ${SIDE}, but it is true`],
  [layer({ type: "avgPool2d", kernel: 2, stride: [0, 0] }), `layers[0].stride[0]: expected ${SIDE}, but it is 0`],
  [layers({ type: "linear" }), `layers[0].outFeatures: missing; expected ${EXTENT}`],
  [layers({ type: "linear", outFeatures: -3 }), `layers[0].outFeatures: expected ${EXTENT}, but it is -3`],
  [
    layers({ type: "linear", outFeatures: 10, inFeatures: "784" }),
    `layers[0].inFeatures: expected ${EXTENT}, but it is "784"`,
  ],
  [
    layers({ type: "linear", outFeatures: 10, init: 0 }),
    `layers[0].init: expected one of ${INITS}, but it is 0`,
  ],
  [
    layers({ type: "linear", outFeatures: 10, bias: false }),
    'layers[0]: unknown key "bias"; known keys of linear: type, inFeatures, outFeatures, init, name, input',
  ],
  ...["batchNorm1d", "batchNorm2d"].flatMap((type): [Json, string][] => [
    [
      layer({ type, momentum: 1 }),
      "layers[0].momentum: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is 1",
    ],
    [
      layer({ type, epsilon: 0 }),
      "layers[0].epsilon: expected a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is 0",
    ],
    [layer({ type, numFeatures: 0 }), `layers[0].numFeatures: expected ${EXTENT}, but it is 0`],
  ]),
  [
    layer({ type: "batchNorm2d", eps: 1e-5 }),
    'layers[0]: unknown key "eps"; known keys of batchNorm2d: type, numFeatures, epsilon, momentum, name, input',
  ],
  [
    layer({ type: "dropout" }),
    "layers[0].rate: missing; expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994",
  ],
  [
    layer({ type: "dropout", rate: 1 }),
    "layers[0].rate: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is 1",
  ],
  [
    layer({ type: "dropout", rate: -0.1 }),
    "layers[0].rate: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is -0.1",
  ],
  [
    layer({ type: "dropout", rate: "half" }),
    'layers[0].rate: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is "half"',
  ],

  // loss
  [
    net({ loss: undefined }),
    'loss: missing; expected an object whose "type" is one of softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber',
  ],
  [
    net({ loss: "mse" }),
    'loss: expected an object whose "type" is one of softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber, but it is "mse"',
  ],
  [net({ loss: {} }), "loss.type: missing; expected one of softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber"],
  [
    net({ loss: { type: "MSELoss" } }),
    'loss.type: expected one of softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber, but it is "MSELoss"',
  ],
  [
    net({ loss: { type: "softmaxCrossentropi" } }),
    'loss.type: expected one of softmaxCrossEntropy, binaryCrossEntropy, mse, mae, huber, but it is "softmaxCrossentropi"; did you mean "softmaxCrossEntropy"?',
  ],
  [
    net({ loss: { type: "mse", reduction: "sum" } }),
    'loss: unknown key "reduction"; known keys of mse: type, weighted, target',
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", smoothing: 0.1 } }),
    'loss: unknown key "smoothing"; known keys of softmaxCrossEntropy: type, labelSmoothing, classWeights, weighted',
  ],
  ...["mse", "mae", "binaryCrossEntropy", "huber"].flatMap((type): [Json, string][] => [
    [net({ loss: { type, weighted: 1 } }), "loss.weighted: expected true or false, but it is 1"],
    [net({ loss: { type, target: "inputs" } }), 'loss.target: expected "input", but it is "inputs"'],
  ]),
  [
    net({ loss: { type: "huber", delta: 0 } }),
    "loss.delta: expected a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is 0",
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", labelSmoothing: 1 } }),
    "loss.labelSmoothing: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is 1",
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", classWeights: [] } }),
    "loss.classWeights: expected a list of up to 1000 numbers from 0, one for each class, but it is []",
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", classWeights: [1, -1] } }),
    "loss.classWeights[1]: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is -1",
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", weighted: "yes" } }),
    'loss.weighted: expected true or false, but it is "yes"',
  ],
  // metrics
  [net({ metrics: "accuracy" }), 'metrics: expected a list of metrics, each once, but it is "accuracy"'],
  [
    net({ metrics: ["acuracy"] }),
    'metrics[0]: expected one of accuracy, topFiveAccuracy, binaryAccuracy, meanAbsoluteError, but it is "acuracy"; did you mean "accuracy"?',
  ],

  // training
  [net({ training: undefined }), "training: missing; expected an object with epochs, optimizer"],
  [net({ training: [] }), "training: expected an object with epochs, optimizer, but it is []"],
  [training({ epochs: undefined }), `training.epochs: missing; expected ${EPOCHS}`],
  [training({ epochs: 0 }), `training.epochs: expected ${EPOCHS}, but it is 0`],
  [training({ epochs: 1_000_001 }), `training.epochs: expected ${EPOCHS}, but it is 1000001`],
  [
    training({ learningRate: 0.1 }),
    'training: unknown key "learningRate"; known keys: epochs, optimizer, scheduler, groups, clipNorm, sgdLearningRate',
  ],
  [
    training({ sgdLearningRate: 0 }),
    "training.sgdLearningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is 0",
  ],

  // classes
  [net({ classes: "cat" }), `classes: expected ${CLASSES}, but it is "cat"`],
  [net({ classes: null }), `classes: expected ${CLASSES}, but it is null`],
  [net({ classes: { 0: "cat" } }), `classes: expected ${CLASSES}, but it is {"0": "cat"}`],
  [net({ classes: [] }), `classes: expected ${CLASSES}, but it is []`],
  [
    net({ classes: Array.from({ length: 10_001 }, (_, i) => `c${i}`) }),
    `classes: expected ${CLASSES}, but it is ["c0", "c1", "c2", "c3", "c4", "c5", ... (10001 entries)`,
  ],
  [net({ classes: ["cat", 3] }), `classes[1]: expected ${CLASS}, but it is 3`],
  [net({ classes: ["cat", ["dog"]] }), `classes[1]: expected ${CLASS}, but it is ["dog"]`],
  [net({ classes: ["", "dog"] }), `classes[0]: expected ${CLASS}, but it is ""`],
  [
    net({ classes: ["cat", "d".repeat(65)] }),
    `classes[1]: expected ${CLASS}, but it is "dddddddddddddddddddddddddddddddddddd... (65 characters)`,
  ],
  [
    net({ classes: ["🐈".repeat(65)] }),
    `classes[0]: expected ${CLASS}, but it is "${"🐈".repeat(18)}... (65 characters)`,
  ],
  ...UNPRINTABLE.map((name): [Json, string] => [
    net({ classes: ["dog", name, "dog"] }),
    `classes[1]: expected ${CLASS}, but it is ${printable(JSON.stringify(name))}`,
  ]),
  [
    net({ classes: ["cat", "dog", "cat", "dog"] }),
    'classes[2]: it is "cat", as classes[0] is; give each class a name of its own',
  ],

  // optimizer
  [optimizer(undefined), `training.optimizer: missing; expected an object whose "type" is one of ${OPTIMIZER_TYPES}`],
  [
    optimizer("adam"),
    `training.optimizer: expected an object whose "type" is one of ${OPTIMIZER_TYPES}, but it is "adam"`,
  ],
  [optimizer({ learningRate: 0.1 }), `training.optimizer.type: missing; expected one of ${OPTIMIZER_TYPES}`],
  [
    optimizer({ type: "adams" }),
    `training.optimizer.type: expected one of ${OPTIMIZER_TYPES}, but it is "adams"; did you mean "adam"?`,
  ],
  [
    optimizer({ type: "sgd" }),
    "training.optimizer.learningRate: missing; sgd needs it here or as training.sgdLearningRate",
  ],
  [
    optimizer({ type: "momentum" }),
    "training.optimizer.learningRate: missing; momentum needs it here or as training.sgdLearningRate",
  ],
  [
    optimizer({ type: "sgd", learningrate: 0.1 }),
    'training.optimizer: unknown key "learningrate"; known keys of sgd: type, learningRate, l2; did you mean "learningRate"?',
  ],
  [
    optimizer({ type: "sgd", learningRate: 0 }),
    "training.optimizer.learningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is 0",
  ],
  [
    optimizer({ type: "sgd", learningRate: 0.1, l2: -1 }),
    "training.optimizer.l2: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is -1",
  ],
  [
    optimizer({ type: "sgd", learningRate: 0.1, momentum: 0.9 }),
    'training.optimizer: unknown key "momentum"; known keys of sgd: type, learningRate, l2',
  ],
  [
    optimizer({ type: "momentum", learningRate: "0.1" }),
    'training.optimizer.learningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is "0.1"',
  ],
  [
    optimizer({ type: "momentum", learningRate: 0.1, momentum: 1 }),
    "training.optimizer.momentum: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is 1",
  ],
  [
    optimizer({ type: "momentum", learningRate: 0.1, momentum: -0.1 }),
    "training.optimizer.momentum: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is -0.1",
  ],
  [
    optimizer({ type: "momentum", learningRate: 0.1, l2: "0" }),
    'training.optimizer.l2: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is "0"',
  ],
  [
    optimizer({ type: "adam", lr: 0.1 }),
    'training.optimizer: unknown key "lr"; known keys of adam: type, learningRate, beta1, beta2, epsilon, l2',
  ],
  [
    '{"name": "net", "input": [4], "batchSize": 4, "layers": [{"type": "linear", "outFeatures": 4}], ' +
    '"loss": {"type": "mse"}, "training": {"epochs": 1, "optimizer": {"type": "adam", "learningRate": 1e999}}}',
    "training.optimizer.learningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is Infinity",
  ],
  [
    optimizer({ type: "adam", learningRate: -1 }),
    "training.optimizer.learningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is -1",
  ],
  [
    optimizer({ type: "adam", beta1: 1 }),
    "training.optimizer.beta1: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is 1",
  ],
  [
    optimizer({ type: "adam", beta2: -0.5 }),
    "training.optimizer.beta2: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is -0.5",
  ],
  [
    optimizer({ type: "adam", epsilon: 0 }),
    "training.optimizer.epsilon: expected a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is 0",
  ],
  [
    optimizer({ type: "adam", l2: null }),
    "training.optimizer.l2: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is null",
  ],

  // numbers that f32 makes 0 or infinite, that hardware may make 0, or that are 1 there
  ...[1e-46, 1e-40, 1.17e-38, 3.5e38, 1e300].flatMap((value): [Json, string][] => [
    [
      optimizer({ type: "adam", epsilon: value }),
      `training.optimizer.epsilon: expected a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is ${value}`,
    ],
    [
      optimizer({ type: "momentum", learningRate: 1, l2: value }),
      `training.optimizer.l2: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38, but it is ${value}`,
    ],
    [
      optimizer({ type: "sgd", learningRate: value }),
      `training.optimizer.learningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is ${value}`,
    ],
    [
      training({ sgdLearningRate: value }),
      `training.sgdLearningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is ${value}`,
    ],
    [
      scheduler({ type: "cosine", period: 3, minimum: value }),
      "training.scheduler.minimum: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is " +
      value,
    ],
  ]),
  ...[1e-46, 1e-40, 0.99999999, 1 - 2 ** -25].flatMap((value): [Json, string][] =>
    (
      [
        ["training.optimizer.beta1", optimizer({ type: "adam", beta1: value })],
        ["training.optimizer.beta2", optimizer({ type: "adam", beta2: value })],
        ["training.optimizer.momentum", optimizer({ type: "momentum", learningRate: 1, momentum: value })],
        ["layers[0].rate", layer({ type: "dropout", rate: value })],
      ] as const
    ).map(([path, json]) => [
      json,
      `${path}: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is ${value}`,
    ])
  ),

  // scheduler
  [
    scheduler(null),
    `training.scheduler: expected an object whose "type" is one of ${SCHEDULER_TYPES}, but it is null`,
  ],
  [
    scheduler("cosine"),
    `training.scheduler: expected an object whose "type" is one of ${SCHEDULER_TYPES}, but it is "cosine"`,
  ],
  [scheduler({}), `training.scheduler.type: missing; expected one of ${SCHEDULER_TYPES}`],
  [
    scheduler({ type: "cosin" }),
    `training.scheduler.type: expected one of ${SCHEDULER_TYPES}, but it is "cosin"; did you mean "cosine"?`,
  ],
  [
    scheduler({ type: "warmup" }),
    `training.scheduler.type: expected one of ${SCHEDULER_TYPES}, but it is "warmup"`,
  ],
  [
    scheduler({ type: "constant", factor: 1 }),
    'training.scheduler: unknown key "factor"; known keys of constant: type, warmup',
  ],
  [scheduler({ type: "step", factor: 0.5 }), `training.scheduler.every: missing; expected ${COUNT}`],
  [scheduler({ type: "step", every: 0, factor: 0.5 }), `training.scheduler.every: expected ${COUNT}, but it is 0`],
  [
    scheduler({ type: "step", every: 2 ** 31 + 1, factor: 0.5 }),
    `training.scheduler.every: expected ${COUNT}, but it is 2147483649`,
  ],
  [scheduler({ type: "step", every: 5 }), "training.scheduler.factor: missing; expected a finite number > 0 and <= 1"],
  [
    scheduler({ type: "step", every: 5, factor: 0 }),
    "training.scheduler.factor: expected a finite number > 0 and <= 1, but it is 0",
  ],
  [
    scheduler({ type: "step", every: 5, factor: 1.5 }),
    "training.scheduler.factor: expected a finite number > 0 and <= 1, but it is 1.5",
  ],
  [scheduler({ type: "exponential" }), "training.scheduler.factor: missing; expected a finite number > 0 and <= 1"],
  [
    scheduler({ type: "exponential", factor: -1 }),
    "training.scheduler.factor: expected a finite number > 0 and <= 1, but it is -1",
  ],
  [
    scheduler({ type: "exponential", factor: 1.1 }),
    "training.scheduler.factor: expected a finite number > 0 and <= 1, but it is 1.1",
  ],
  [
    scheduler({ type: "cosine", period: 5, minimum: -1 }),
    "training.scheduler.minimum: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is -1",
  ],
  [
    scheduler({ type: "cosine", periode: 5 }),
    'training.scheduler: unknown key "periode"; known keys of cosine: type, minimum, period, by, warmup; did you mean "period"?',
  ],

  ...WRONG_TRAINING,

  // where a layer is in the graph
  ...EACH_KIND.flatMap((own): [Json, string][] => [
    [layer({ ...own, name: "Conv" }), `layers[0].name: expected ${LAYER_NAME}, but it is "Conv"`],
    [layer({ ...own, input: 1 }), `layers[0].input: expected ${INPUT}, but it is 1`],
  ]),
  [layer({ type: "relu", name: "" }), `layers[0].name: expected ${LAYER_NAME}, but it is ""`],
  [layer({ type: "relu", name: "../x" }), `layers[0].name: expected ${LAYER_NAME}, but it is "../x"`],
  [
    layer({ type: "relu", name: "x".repeat(33) }),
    `layers[0].name: expected ${LAYER_NAME}, but it is "${"x".repeat(33)}"`,
  ],
  [layer({ type: "relu", input: [] }), `layers[0].input: expected ${INPUT}, but it is []`],
  [layer({ type: "relu", input: ["input", 1] }), `layers[0].input[1]: expected ${LAYER_NAME}, but it is 1`],
  [
    layer({ type: "relu", inputs: "input" }),
    'layers[0]: unknown key "inputs"; known keys of relu: type, name, input; did you mean "input"?',
  ],
  ...["input", "loss", "batch"].map((name): [Json, string] => [
    layer({ type: "relu", name }),
    `layers[0]: no layer may be called "${name}"; give it another name`,
  ]),
  [
    layers({ ...FLATTEN, name: "a" }, { ...LINEAR, name: "a" }),
    'layers[1]: layers[0] flatten is called "a", too; give it another name',
  ],
  [
    layers({ ...FLATTEN, name: "linear1" }, LINEAR),
    'layers[0]: layers[1] linear is called "linear1", too; give it another name',
  ],
  [
    layers(FLATTEN, LINEAR, { type: "relu", name: "flatten1" }),
    'layers[2]: layers[0] flatten is called "flatten1", too; give it another name',
  ],
  [
    layers(FLATTEN, { ...LINEAR, input: "flaten1" }),
    'layers[1].input: no layer before it is called "flaten1"; did you mean "flatten1"?',
  ],
  [
    layers(FLATTEN, { ...LINEAR, input: "constructor" }),
    'layers[1].input: no layer before it is called "constructor"',
  ],
  [
    layers(FLATTEN, { ...LINEAR, name: "a", input: "a" }),
    'layers[1].input: "a" is layers[1], which does not come before it; a layer reads what is made before',
  ],
  [
    layers({ ...FLATTEN, input: "a" }, { ...LINEAR, name: "a" }),
    'layers[0].input: "a" is layers[1], which does not come before it; a layer reads what is made before',
  ],
  [
    layers(FLATTEN, { ...LINEAR, input: ["flatten1", "flatten1"] }),
    'layers[1]: linear takes 1 input, but it has 2: layers[0] flatten and layers[0] flatten; name it as its "input"',
  ],
  [
    layers(FLATTEN, LINEAR, { ...LINEAR, input: "flatten1" }),
    'layers[1]: no layer reads what linear gives; leave it out, or name "linear1" as an input',
  ],
  [
    layers({ type: "relu", name: "stem" }, FLATTEN, { ...LINEAR, input: "stem" }),
    "layers[2]: linear does not fit layers[0] relu: it takes a vector, but its input is [1, 8, 8]; put a flatten layer before it",
  ],

  // layers that do not fit
  [
    layers({ type: "linear", outFeatures: 10 }),
    "layers[0]: linear does not fit the input: it takes a vector, but its input is [1, 8, 8]; put a flatten layer before it",
  ],
  [
    layers({ type: "relu" }, { type: "linear", outFeatures: 10 }),
    "layers[1]: linear does not fit layers[0] relu: it takes a vector, but its input is [1, 8, 8]; put a flatten layer before it",
  ],
  [
    layers({ type: "flatten" }, { type: "linear", inFeatures: 784, outFeatures: 10 }),
    "layers[1]: linear does not fit layers[0] flatten: inFeatures is 784, but its input is [64]; write 64 or leave it out",
  ],
  [
    layer({ type: "conv2d", inChannels: 3, outChannels: 4, kernel: 3 }),
    "layers[0]: conv2d does not fit the input: inChannels is 3, but its input is [1, 8, 8]; write 1 or leave it out",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 9 }),
    "layers[0]: conv2d does not fit the input: its kernel is 9 rows, but its input has only 8; make the kernel smaller",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: [3, 13], padding: [0, 2] }),
    "layers[0]: conv2d does not fit the input: its kernel is 13 columns, but its input has only 8 and 2 of padding on each side; make the kernel smaller",
  ],
  [
    layers({ type: "flatten" }, { type: "conv2d", outChannels: 4, kernel: 3 }),
    "layers[1]: conv2d does not fit layers[0] flatten: it takes [channels, height, width], but its input is [64]",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, groups: 2 }),
    "layers[0]: conv2d does not fit the input: groups is 2, but its input has 1 channel; take a number that divides the channels of its input and of its output",
  ],
  [
    layers({ type: "conv2d", outChannels: 6, kernel: 1 }, { type: "conv2d", outChannels: 8, kernel: 3, groups: 6 }),
    "layers[1]: conv2d does not fit layers[0] conv2d: groups is 6, but its output has 8 channels; take a number that divides the channels of its input and of its output",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: 3, padding: [0, 0, 1, 0], dilation: [4, 1] }),
    "layers[0]: conv2d does not fit the input: its kernel is 3 rows with dilation 4, 9 in all, but its input has only 8; make the kernel smaller",
  ],
  [
    layer({ type: "conv2d", outChannels: 4, kernel: [3, 10], padding: [0, 0, 1, 0] }),
    "layers[0]: conv2d does not fit the input: its kernel is 10 columns, but its input has only 8 and 1 and 0 of padding; make the kernel smaller",
  ],
  [
    layer({ type: "conv1d", outChannels: 4, kernel: 3 }),
    "layers[0]: conv1d does not fit the input: it takes [channels, length], but its input is [1, 8, 8]",
  ],
  [
    net({ input: [3, 8], layers: [{ type: "conv1d", outChannels: 4, kernel: 9 }] }),
    "layers[0]: conv1d does not fit the input: its kernel is 9 elements, but its input has only 8; make the kernel smaller",
  ],
  [
    net({ input: [3, 8], layers: [{ type: "conv1d", outChannels: 4, kernel: 3, groups: 4 }] }),
    "layers[0]: conv1d does not fit the input: groups is 4, but its input has 3 channels; take a number that divides the channels of its input and of its output",
  ],
  [
    net({ input: [3, 8], layers: [{ type: "conv1d", inChannels: 8, outChannels: 4, kernel: 3 }] }),
    "layers[0]: conv1d does not fit the input: inChannels is 8, but its input is [3, 8]; write 3 or leave it out",
  ],
  [
    layers({ type: "flatten" }, { type: "maxPool2d", kernel: 2 }),
    "layers[1]: maxPool2d does not fit layers[0] flatten: it takes [channels, height, width], but its input is [64]",
  ],
  [
    layers({ type: "conv2d", outChannels: 4, kernel: 7 }, { type: "maxPool2d", kernel: 3 }),
    "layers[1]: maxPool2d does not fit layers[0] conv2d: its kernel is 3 rows, but its input has only 2; make the kernel smaller",
  ],
  [
    layer({ type: "maxPool2d", kernel: 3, padding: [1, 2] }),
    "layers[0]: maxPool2d does not fit the input: its padding is 2 columns, more than half of its kernel, which is 3; make the padding smaller",
  ],
  [
    net({ input: [2, 9], layers: [{ type: "avgPool1d", kernel: 12, padding: 1 }] }),
    "layers[0]: avgPool1d does not fit the input: its kernel is 12 elements, but its input has only 9 and 1 of padding on each side; make the kernel smaller",
  ],
  [
    layer({ type: "maxPool1d", kernel: 2 }),
    "layers[0]: maxPool1d does not fit the input: it takes [channels, length], but its input is [1, 8, 8]",
  ],
  [
    layers(FLATTEN, { type: "globalMaxPool" }),
    "layers[1]: globalMaxPool does not fit layers[0] flatten: it takes [channels, height, width] or [channels, length], but its input is [64]",
  ],
  [
    layer({ type: "reshape", shape: [3, 20] }),
    "layers[0]: reshape does not fit the input: shape is [3, 20], but its input is [1, 8, 8], 64 elements; give a shape of as many",
  ],
  [
    layer({ type: "reshape", shape: [-1, 3] }),
    "layers[0]: reshape does not fit the input: shape is [-1, 3], but its input is [1, 8, 8], 64 elements; give a shape of as many",
  ],
  [
    layer({ type: "reshape", shape: [-1, 4, -1] }),
    "layers[0]: reshape does not fit the input: shape is [-1, 4, -1], of which only one may be -1",
  ],
  [
    net({ input: [64], layers: [{ type: "avgPool2d", kernel: 2 }] }),
    "layers[0]: avgPool2d does not fit the input: it takes [channels, height, width], but its input is [64]",
  ],
  [
    layer({ type: "avgPool2d", kernel: [2, 9] }),
    "layers[0]: avgPool2d does not fit the input: its kernel is 9 columns, but its input has only 8; make the kernel smaller",
  ],
  [
    layer({ type: "batchNorm1d" }),
    "layers[0]: batchNorm1d does not fit the input: it takes [features] or [channels, length], but its input is [1, 8, 8]",
  ],
  [
    net({ input: [64], layers: [{ type: "batchNorm2d" }] }),
    "layers[0]: batchNorm2d does not fit the input: it takes [channels, height, width], but its input is [64]",
  ],
  [
    layer({ type: "batchNorm2d", numFeatures: 8 }),
    "layers[0]: batchNorm2d does not fit the input: numFeatures is 8, but its input is [1, 8, 8]; write 1 or leave it out",
  ],
  [
    layers({ type: "conv2d", outChannels: 4, kernel: 3 }),
    "loss: softmaxCrossEntropy takes a vector, but layers[0] conv2d gives [4, 6, 6]; add flatten or reshape at the end",
  ],
  [
    layers({ type: "conv2d", outChannels: 4, kernel: 3 }, { type: "dropout", rate: 0.5 }),
    "loss: softmaxCrossEntropy takes a vector, but layers[1] dropout gives [4, 6, 6]; add flatten or reshape at the end",
  ],
  [
    layers({ type: "flatten" }, { type: "tanh" }),
    "layers: none of them can be trained; add conv2d or linear",
  ],
  [
    net({ loss: { type: "softmaxCrossEntropy", classWeights: [1, 2] } }),
    "loss: softmaxCrossEntropy: classWeights has 2 numbers for 10 classes; give one for each",
  ],
  [
    net({ loss: { type: "mse", target: "input" } }),
    "loss: mse compares layers[1] linear with the input, but one is [10], the other [1, 8, 8]; let the last layer give the shape of the input",
  ],
  [
    net({ metrics: ["accuracy", "accuracy"] }),
    "metrics[1]: accuracy cannot be told beside accuracy, whose place it takes; leave one of them out",
  ],
  [
    net({ loss: { type: "mse" }, metrics: ["accuracy", "binaryAccuracy"] }),
    "metrics[1]: binaryAccuracy cannot be told beside accuracy, whose place it takes; leave one of them out",
  ],
  [
    net({ metrics: ["meanAbsoluteError"] }),
    "metrics[0]: meanAbsoluteError says nothing of outputs [10] with loss softmaxCrossEntropy; leave it out, or name accuracy or topFiveAccuracy",
  ],
  [layers({ type: "flatten" }, { type: "tanh" }), "layers: none of them can be trained; add conv2d or linear"],

  // names of classes
  [
    net({ classes: TEN.slice(1) }),
    "classes has 9 names, but layers[1] linear gives 10 outputs; give each output one name",
  ],
  [
    net({ classes: [...TEN, "more"] }),
    "classes has 11 names, but layers[1] linear gives 10 outputs; give each output one name",
  ],
  [net({ classes: ["cat"] }), "classes has 1 name, but layers[1] linear gives 10 outputs; give each output one name"],
  [
    { ...layers(FLATTEN, { type: "linear", outFeatures: 1 }), classes: ["no", "yes"] },
    "classes has 2 names, but layers[1] linear gives 1 output; give each output one name",
  ],
  [
    net({ classes: TEN, loss: { type: "mse" } }),
    "classes: loss mse compares no classes; leave them out, or take softmaxCrossEntropy",
  ],

  // tensors that are too large
  [
    net({ input: [1_048_576], layers: [{ type: "linear", outFeatures: 1_048_576 }], batchSize: 1 }),
    "layers[0]: linear is too large: its weight [1048576, 1048576] would have 1099511627776 elements, at most 536870912 are possible; make the layer or the batch smaller",
  ],
  [
    net({ input: [8], layers: [{ type: "linear", outFeatures: 8193 }], batchSize: 65_536 }),
    "layers[0]: linear is too large: its output [65536, 8193] would have 536936448 elements, at most 536870912 are possible; make the layer or the batch smaller",
  ],
  [
    layer({ type: "conv2d", outChannels: 1_048_576, kernel: 64, padding: 28 }),
    "layers[0]: conv2d is too large: its weight [1048576, 1, 64, 64] would have 4294967296 elements, at most 536870912 are possible; make the layer or the batch smaller",
  ],
  [
    net({ input: [1_048_576, 1_048_576, 1_048_576] }),
    "layers[0]: flatten is too large: its output [4, 1152921504606847000] would have 4611686018427388000 elements, at most 536870912 are possible; make the layer or the batch smaller",
  ],
];

/** Nets that are right: together they name every kind. */
const RIGHT: readonly Json[] = [
  net({}),
  net({ $schema: "./spec.schema.json", name: "n".repeat(64), input: [1_048_576], batchSize: 1 }),
  layers(
    {
      type: "conv2d",
      inChannels: 1,
      outChannels: 2,
      kernel: [3, 2],
      stride: [1, 2],
      padding: [0, 1],
      init: "heUniform",
    },
    { type: "sigmoid" },
    { type: "avgPool2d", kernel: [2, 1], stride: 1 },
    { type: "batchNorm2d", numFeatures: 2, epsilon: 0.001, momentum: 0.01 },
    { type: "relu" },
    { type: "dropout", rate: 0 },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", inFeatures: 8, outFeatures: 3, init: "zeros" },
    { type: "tanh" },
  ),
  net({ input: [4], layers: [{ type: "batchNorm1d" }, LINEAR] }),
  layers({ type: "flatten" }, ...Array(254).fill({ type: "relu" }), { type: "linear", outFeatures: 1 }),
  net({ loss: { type: "mse" } }),
  net({ loss: { type: "mse", weighted: true }, metrics: ["accuracy", "meanAbsoluteError"] }),
  net({ loss: { type: "mae", weighted: false }, metrics: [] }),
  net({ loss: { type: "huber", delta: 0.5 } }),
  net({ loss: { type: "binaryCrossEntropy", weighted: true }, metrics: ["binaryAccuracy"] }),
  net({
    loss: {
      type: "softmaxCrossEntropy",
      labelSmoothing: 0.1,
      classWeights: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      weighted: true,
    },
    metrics: ["topFiveAccuracy", "accuracy"],
  }),
  net({
    input: [2, 4, 4],
    layers: [{ type: "conv2d", outChannels: 2, kernel: 3, padding: 1 }],
    loss: { type: "mse", target: "input" },
  }),
  training({ optimizer: { type: "sgd", learningRate: 0.1 }, scheduler: { type: "constant" } }),
  training({ optimizer: { type: "sgd" }, sgdLearningRate: 0.5, scheduler: { type: "step", every: 2, factor: 1 } }),
  training({
    optimizer: { type: "momentum", learningRate: 0.1, momentum: 0, l2: 0.1 },
    scheduler: { type: "exponential", factor: 0.9 },
  }),
  training({ epochs: 1_000_000, scheduler: { type: "cosine", period: 1_000_000 } }),
  net({ classes: TEN }),
  layers(
    { type: "conv2d", outChannels: 6, kernel: 3, padding: "same", stride: 2, dilation: [1, 2], bias: false },
    { type: "conv2d", outChannels: 12, kernel: [3, 1], padding: [1, 2, 0, 3], groups: 6, bias: true },
    { type: "conv2d", outChannels: 4, kernel: 1, groups: 4, dilation: 7 },
    FLATTEN,
    LINEAR,
  ),
  net({
    input: [4, 9],
    layers: [
      { type: "conv1d", inChannels: 4, outChannels: 4, kernel: 3, stride: 2, padding: [0, 3], groups: 4 },
      {
        type: "conv1d",
        outChannels: 4,
        kernel: 2,
        dilation: 2,
        padding: "same",
        groups: 2,
        bias: false,
        init: "zeros",
      },
      FLATTEN,
      LINEAR,
    ],
  }),
  net({
    input: [4, 20],
    layers: [
      { type: "maxPool1d", kernel: 3, stride: 2, padding: 1, ceilMode: true },
      { type: "avgPool1d", kernel: 2, stride: 1, padding: 1, ceilMode: false, countIncludePad: false },
      { type: "reshape", shape: [2, -1, 3] },
      { type: "maxPool2d", kernel: [2, 1], stride: 1, padding: [1, 0], ceilMode: true },
      { type: "globalMaxPool" },
      { type: "linear", outFeatures: 6 },
      { type: "reshape", shape: [2, 3] },
      { type: "globalAvgPool" },
    ],
  }),
  ...rightSpecs(layers),
  ...RIGHT_TRAINING,
];

const parse = (json: unknown): Spec => parseSpec(json, registry, "net.json");

/** The message about a spec, by its stage. */
function messageOf(json: unknown): { stage: "spec" | "shapes" | "none"; message: string; error?: InputError } {
  let stage: "spec" | "shapes" = "spec";
  try {
    const spec = parse(json);
    stage = "shapes";
    inferShapes(spec, registry, "net.json");
  } catch (error) {
    assert(error instanceof InputError, `not an InputError: ${error}`);
    return { stage, message: error.message, error };
  }
  return { stage: "none", message: "(no error)" };
}

/** All JSON objects in a spec that are of a kind, by where they are: `layers[0]`, `training.optimizer`. */
function kindsIn(spec: Json): { at: string; where: keyof typeof KINDS; type: unknown }[] {
  const { layers, loss, training } = spec as unknown as Spec;
  const found = (at: string, where: keyof typeof KINDS, options?: { type: string }) =>
    options ? [{ at, where, type: options.type }] : [];
  return [
    ...(Array.isArray(layers) ? layers.flatMap((layer, i) => found(`layers[${i}]`, "layers", layer)) : []),
    ...found("loss", "loss", loss),
    ...found("training.optimizer", "optimizer", training?.optimizer),
    ...found("training.scheduler", "scheduler", training?.scheduler),
  ];
}

const allKinds = Object.entries(KINDS).flatMap(([where, kinds]) => kinds.map(({ type }) => `${where} ${type}`));

interface Rules {
  properties: Record<string, Rules>;
  oneOf: Rules[];
  items: Rules;
  const: string;
  description?: string;
}

/** What the JSON Schema says of each kind, by where and type. */
function rulesOfKinds(): Record<string, Rules> {
  const { layers, loss, training } = (specJsonSchema(registry) as unknown as Rules).properties;
  const { optimizer, scheduler } = training.properties;
  return Object.fromEntries(
    Object.entries({ layers: layers.items, loss, optimizer, scheduler }).flatMap(([where, { oneOf }]) =>
      oneOf.map((rules) => [`${where} ${rules.properties.type.const}`, rules])
    ),
  );
}

Deno.test("every wrong spec is told in one line, word for word", () => {
  const stages = { spec: 0, shapes: 0, none: 0 };
  for (const [json, expected] of WRONG) {
    const { stage, message } = messageOf(typeof json === "string" ? json : JSON.stringify(json));
    assert.equal(message, `net.json: ${expected}`);
    assert(!/[\n\r\u2028\u2029]/.test(message), message);
    assert(message.length < 400, message);
    stages[stage]++;
  }
  assert(stages.spec >= 420 && stages.shapes >= 70, JSON.stringify(stages));
  assert.equal(stages.none, 0);
});

Deno.test("every wrong spec says where it is wrong: a place that is there, or a key of one", () => {
  let ran = 0, several = 0;
  for (const [json, expected] of WRONG) {
    if (typeof json === "string") continue;
    const { error } = messageOf(json);
    assert(error instanceof SpecError, expected);
    for (const { path, message } of error.mistakes) {
      const parent = path.slice(0, -1);
      const owner = parent.reduce<unknown>((value, step) => (value as Json)[step], json);
      assert(path.length === 0 || typeof owner === "object" && owner !== null, `${expected}: ${path}`);
      // an unknown key stands behind the place of its owner, and some messages begin with the place alone
      const at = message.startsWith(pathText(path)) ||
        message.includes("unknown key") && message.startsWith(pathText(parent));
      assert(at, `${message} at ${pathText(path)}`);
    }
    ran++;
    if (error.mistakes.length > 1) several++;
  }
  assert(ran >= 400 && several > 5, `${ran} specs, ${several} with several mistakes`);
});

Deno.test("a value gives the same message as its text", () => {
  let ran = 0;
  for (const [json, expected] of WRONG) {
    if (typeof json === "string") continue;
    assert.equal(messageOf(json).message, `net.json: ${expected}`);
    ran++;
  }
  assert(ran >= 400, `${ran} specs`);
});

Deno.test("every kind, and every option of each, is wrong in some spec", () => {
  const seen = new Set<string>();
  for (const [json, message] of WRONG) {
    if (typeof json === "string") continue;
    for (const { at, where, type } of kindsIn(json)) {
      if (!message.startsWith(at)) continue;
      seen.add(`${where} ${type}`);
      const [, option] = message.slice(at.length).match(/^\.(\w+)/) ?? [];
      if (option) seen.add(`${where} ${type}.${option}`);
    }
  }
  assert.deepEqual(allKinds.filter((kind) => !seen.has(kind)), []);
  const options = Object.entries(rulesOfKinds()).flatMap(([kind, { properties }]) =>
    Object.keys(properties).filter((option) => option !== "type").map((option) => `${kind}.${option}`)
  );
  assert(options.length >= 140, `${options.length} options`);
  assert.deepEqual(options.filter((option) => !seen.has(option)), []);
});

Deno.test("values that no text can hold", () => {
  const cycle: Json = net({});
  cycle.training = cycle;
  const cases: [unknown, string][] = [
    [undefined, "expected an object with name, input, batchSize, layers, loss, training, but it is undefined"],
    [net({ batchSize: NaN }), "batchSize: expected a whole number from 1 to 65536, but it is NaN"],
    [net({ batchSize: 64n }), "batchSize: expected a whole number from 1 to 65536, but it is 64"],
    [net({ name: Symbol("net") }), `name: expected ${NAME}, but it is Symbol(net)`],
    [
      layer({ type: "dropout", rate: [1n, undefined] }),
      "layers[0].rate: expected 0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994, but it is [1, undefined]",
    ],
    [
      training({ sgdLearningRate: -Infinity }),
      "training.sgdLearningRate: expected a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is -Infinity",
    ],
    [cycle, "more than 32 lists and objects inside each other; a spec needs 4"],
  ];
  for (const [json, expected] of cases) assert.equal(messageOf(json).message, `net.json: ${expected}`);
});

Deno.test("the limits themselves are allowed", () => {
  const text = JSON.stringify(net({}));
  assert.equal(parse(text + " ".repeat(2_000_000 - text.length)).name, "net");
  assert.equal(
    messageOf("[".repeat(32) + "]".repeat(32)).message,
    "net.json: expected an object with name, input, batchSize, layers, loss, training, but it is " +
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]... (1 entries)",
  );
});

Deno.test("the most layers and names that a spec may have fit its text", () => {
  const name = (i: number) => `${String(i).padEnd(62, '"')}\\.`;
  const layer = (i: number) => ({ type: "linear", outFeatures: 10_000, name: `linear${i}`.padEnd(32, "_") });
  const most = net({
    layers: [FLATTEN, ...Array.from({ length: 255 }, (_, i) => layer(i))],
    classes: Array.from({ length: 10_000 }, (_, i) => name(i)),
  });
  const text = JSON.stringify(most, null, 2);
  assert(text.length > 1_000_000, `${text.length} characters`);
  assert.deepEqual(messageOf(text), { stage: "none", message: "(no error)" });
  assert.deepEqual(parse(text).classes, most.classes);
});

Deno.test("a million characters of nonsense are refused at once", () => {
  const fill = (text: string) => Array(Math.floor(900_000 / (text.length + 1))).fill(text).join();
  for (const text of [`[${fill("[]")}]`, `{"layers": [${fill("{}")}]}`, `{"layers": [{"kernel": [${fill("0")}]}]}`]) {
    // of this thread's processor, however busy the machine is
    const before = threadCpuUsage();
    const { message } = messageOf(text);
    const { user, system } = threadCpuUsage(before);
    assert(user + system < 5e6, message);
    assert(message.length < 400, message);
  }
});

/** Every spec that this one becomes when one thing in it is replaced, taken away or added. */
function* damaged(value: unknown): Generator<unknown> {
  yield* [undefined, null, -1, 0.5, "x\n", [], {}, [[]], { type: "x" }];
  if (Array.isArray(value)) {
    for (const i of value.keys()) {
      for (const entry of damaged(value[i])) yield value.toSpliced(i, 1, entry);
      yield value.toSpliced(i, 1);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      for (const entry of damaged(inner)) yield { ...value, [key]: entry };
      const { [key]: gone, ...others } = value as Json;
      yield { ...others, [`${key}s`]: gone };
    }
  }
}

Deno.test("a spec that is damaged anywhere is refused in one line, in our own words", () => {
  let refused = 0, accepted = 0;
  for (const spec of [RIGHT[2], ...RIGHT.slice(6)]) {
    for (const json of damaged(spec)) {
      const { stage, message } = messageOf(json);
      if (stage === "none") {
        accepted++;
        continue;
      }
      refused++;
      assert.match(message, /^net\.json: ([\w$.[\]]+: )?[^\n]+$/);
      assert.doesNotMatch(message, /invalid|received|\[object|undefined(?!$)/i);
    }
  }
  assert(refused >= 5000 && accepted >= 150, `${refused} refused, ${accepted} accepted`);
  assert(refused >= 6000 && accepted >= 200, `${refused} refused, ${accepted} accepted`);
});

Deno.test("right specs are accepted and name every kind", () => {
  const seen = new Set<string>();
  for (const spec of RIGHT) {
    assert.equal(messageOf(JSON.stringify(spec)).message, "(no error)");
    for (const { where, type } of kindsIn(spec)) seen.add(`${where} ${type}`);
  }
  assert.deepEqual([...seen].sort(), allKinds.toSorted());
});

Deno.test("the specs of the repository are accepted", async () => {
  const folder = new URL("../../specs/", import.meta.url);
  const outputs: Record<string, unknown> = {};
  for (const name of ["lenet5", "mnist_cnn", "mnist_mlp"]) {
    const spec = parse(await Deno.readTextFile(new URL(`${name}.json`, folder)));
    assert.equal(spec.name, name);
    assert.equal(initialLearningRate(spec), 0.001);
    const { shapes, output, nodes } = inferShapes(spec, registry);
    outputs[name] = [nodes.length, output, shapes[output]];
  }
  assert.deepEqual(outputs, {
    lenet5: [12, "linear3", [10]],
    mnist_cnn: [7, "linear2", [10]],
    mnist_mlp: [4, "linear2", [10]],
  });
});

Deno.test("what is left out gets its default", () => {
  const spec = parse(layers(
    { type: "conv2d", outChannels: 4, kernel: 3 },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 10 },
  ));
  assert.deepEqual(spec, {
    name: "net",
    input: [1, 8, 8],
    batchSize: 4,
    layers: [
      {
        ...{ type: "conv2d", outChannels: 4, kernel: 3, stride: 1, padding: 0, dilation: 1, groups: 1, bias: true },
        init: "xavierUniform",
      },
      { type: "maxPool2d", kernel: 2 },
      { type: "flatten" },
      { type: "linear", outFeatures: 10, init: "xavierUniform" },
    ],
    loss: { type: "softmaxCrossEntropy" },
    training: {
      epochs: 1,
      optimizer: { type: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, l2: 0 },
      scheduler: { type: "constant" },
    },
  });
  const { optimizer, scheduler } = parse(training({
    optimizer: { type: "momentum", learningRate: 1 },
    scheduler: { type: "cosine", period: 5 },
  })).training;
  assert.deepEqual(optimizer, { type: "momentum", learningRate: 1, momentum: 0.9, l2: 0 });
  assert.deepEqual(scheduler, { type: "cosine", period: 5, minimum: 0 });
  // pooling steps by its kernel
  assert.deepEqual(inferShapes(spec, registry).shapes, {
    input: [1, 8, 8],
    conv1: [4, 6, 6],
    pool1: [4, 3, 3],
    flatten1: [36],
    linear1: [10],
  });
});

Deno.test("at the ends of what is accepted, f32 has what optimizers are given in the first step and later", () => {
  const rates = [2 ** -126, 1e30], shares = [0, 2 ** -126, 1 - 2 ** -24];
  let ran = 0;
  for (const learningRate of rates) {
    for (const beta1 of shares) {
      for (const beta2 of shares) {
        for (const epsilon of [2 ** -126, Math.fround(3.4e38)]) {
          const options = parse(optimizer({ type: "adam", learningRate, beta1, beta2, epsilon })).training.optimizer;
          const { params } = registry.optimizers.find(({ type }) => type === "adam")!;
          for (const step of [1, 2, 1e9]) {
            for (const [name, value] of Object.entries(params(options, learningRate, step))) {
              const held = Math.fround(value), tiny = value !== 0 && Math.abs(held) < 2 ** -126;
              assert(Number.isFinite(held) && !tiny, `${name} is ${value}`);
              assert(!/^beta.$/.test(name) || held < 1, `${name} is ${value}`);
              assert(!/rest|epsilon|step_size|v_scale/.test(name) || held > 0, `${name} is ${value}`);
              ran++;
            }
          }
        }
      }
    }
  }
  assert.equal(ran, 2 * 3 * 3 * 2 * 3 * 8);
});

Deno.test("sgd and momentum without a rate take training.sgdLearningRate, adam does not", () => {
  const rate = (optimizer: Json) => initialLearningRate(parse(training({ optimizer, sgdLearningRate: 0.5 })));
  assert.equal(rate({ type: "sgd" }), 0.5);
  assert.equal(rate({ type: "momentum" }), 0.5);
  assert.equal(rate({ type: "sgd", learningRate: 0.25 }), 0.25);
  assert.equal(rate({ type: "adam" }), 0.001);
});

Deno.test("the JSON Schema names every kind and describes every key", () => {
  const schema = specJsonSchema(registry) as unknown as Rules & Json;
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(schema.required, ["name", "input", "batchSize", "layers", "loss", "training"]);
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.properties.name, {
    type: "string",
    pattern: "^[a-z][a-z0-9_]{0,63}$",
    title: NAME,
    description: "Name of the net and of its folder under generated/.",
  });
  assert.deepEqual(schema.properties.batchSize, {
    type: "integer",
    minimum: 1,
    maximum: 65536,
    description: "Samples per step.",
  });
  assert.deepEqual(schema.properties.classes, {
    type: "array",
    minItems: 1,
    maxItems: 10_000,
    uniqueItems: true,
    items: { type: "string", minLength: 1, maxLength: 64, title: CLASS },
    title: CLASSES,
    description: "Names of the classes, in the order of their labels, for a loss that compares classes.",
  });
  const kinds = rulesOfKinds();
  assert.deepEqual(Object.keys(kinds), allKinds);
  const side = { type: "integer", minimum: 1, maximum: 4096 };
  const sides = [side, { type: "array", prefixItems: [side, side], items: false, minItems: 2, maxItems: 2 }];
  const { properties: { kernel, stride }, ...conv2d } = kinds["layers conv2d"] as unknown as { properties: Json };
  assert.deepEqual({ ...conv2d, kernel, stride }, {
    type: "object",
    required: ["type", "outChannels", "kernel"],
    additionalProperties: false,
    description: "2-D cross-correlation with bias; weight [out, in / groups, kernel h, kernel w]",
    kernel: { anyOf: sides, description: "Size of the kernel." },
    stride: { anyOf: sides, default: 1, description: "Step from one window to the next." },
  });
  assert.deepEqual(kinds["layers dropout"].properties.rate, {
    anyOf: [{ type: "number", const: 0 }, { type: "number", minimum: 2 ** -126, maximum: 1 - 2 ** -24 }],
    title: "0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994",
    description: "Share of elements set to 0 while training.",
  });
  const all = { spec: schema, training: schema.properties.training, ...kinds };
  for (const [owner, { properties, ...rules }] of Object.entries(all)) {
    assert(owner === "spec" || rules.description, `${owner} has no description`);
    for (const [key, rules] of Object.entries(properties)) {
      assert((key === "type" && rules.const) || rules.description, `${owner}.${key} has no description`);
    }
  }
});

Deno.test("the JSON Schema, read by itself, accepts and refuses the same specs", () => {
  // refuses keywords it does not know the use of, so this also says that it is a JSON Schema
  const editor = z.fromJSONSchema(specJsonSchema(registry) as z.core.JSONSchema.BaseSchema);
  for (const spec of RIGHT) assert(editor.safeParse(spec).success, JSON.stringify(spec));
  let ran = 0;
  for (const [json, message] of WRONG) {
    // some rules go over two places, which the JSON Schema leaves to the parser, as it does what can be printed
    const unprintable = UNPRINTABLE.some((name) => message.endsWith(`it is ${printable(JSON.stringify(name))}`));
    if (typeof json === "string" || message.includes("needs it here") || unprintable || OVER_TWO_PLACES.test(message)) {
      continue;
    }
    assert.equal(editor.safeParse(json).success, messageOf(json).stage !== "spec", message);
    ran++;
  }
  assert(ran >= 400, `${ran} specs`);
  const told = WRONG_TRAINING.filter(([, message]) => !OVER_TWO_PLACES.test(message)).length;
  assert(ran >= 400 + told, `${ran} specs`);
});
