/**
 * `NET.d.ts`: what a bundle offers, with the net's own shapes, labels and class names as types.
 *
 * @module
 */
import type { TargetSpec } from "../../codegen/language/loss.ts";

/** What of a net its types depend on. */
export interface Declared {
  readonly name: string;
  /** Of the compiler. */
  readonly version: string;
  /** Of a sample. */
  readonly shape: readonly number[];
  /** Numbers that the last layer gives for a sample. */
  readonly outputs: number;
  /** Names of the classes, if the spec has them. */
  readonly classes?: readonly string[];
  readonly batchSize: number;
  /** Epochs of a training, where nobody says. */
  readonly epochs: number;
  /** What samples are. */
  readonly data: "u8" | "f32";
  /** What the loss takes beside outputs. Default: the class of each sample. */
  readonly given?: readonly TargetSpec[];
  /** What it is told beside the loss, by type. Default: accuracy. */
  readonly metrics?: readonly string[];
  /** Whether outputs are one number for each class. Default: yes. */
  readonly tellsClasses?: boolean;
  /** Whether its loss gives probabilities. */
  readonly probabilities: boolean;
  readonly predict: boolean;
  /** Whether the bundle has weights. */
  readonly weights: boolean;
  /** Whether it runs on a GPU, too. Default: no. */
  readonly gpu?: boolean;
  readonly seed: number;
}

/** Most labels that are listed one by one. */
const LISTED = 1000;

/** The file. */
export function declarations(net: Declared): string {
  const parts = [
    head(net),
    types(net),
    prediction(net),
    ...net.predict ? [] : [labelled(net), reports(net), trainOptions(net)],
  ];
  return [...parts, openOptions(net), netInterface(net), constants(net)].join("\n\n") + "\n";
}

const quoted = (value: unknown) => JSON.stringify(value);
/** Lines of a comment, further in where it is inside of an interface. */
const comment = (lines: readonly string[], indent = "") =>
  [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join("\n");

function head({ name, version, shape, predict }: Declared): string {
  return comment([
    `${name}: ${predict ? "a trained net that predicts" : "a net, and its own trainer"}, for samples of [${
      shape.join(", ")
    }].`,
    "",
    `Made by Kernelwright ${version}. README.md shows how it is used.`,
    "",
    "@module",
  ]);
}

function types({ shape, outputs, classes, data, tellsClasses = true }: Declared): string {
  const size = shape.reduce((a, b) => a * b, 1);
  const labels = outputs <= LISTED ? Array.from({ length: outputs }, (_, i) => i).join(" | ") : "number";
  return [
    "/** Shape of a sample. */",
    `export type SampleShape = readonly [${shape.join(", ")}];`,
    ...tellsClasses ? [`/** Number of a class, from 0 to ${outputs - 1}. */`, `export type Label = ${labels};`] : [],
    ...classes
      ? ["/** Name of a class. */", `export type ClassName = ${classes.map((name) => quoted(name)).join(" | ")};`]
      : [],
    comment([
      `Samples: ${size} numbers each, [${shape.join(", ")}] row-major, one sample behind the other.`,
      data === "u8"
        ? "They are bytes, which are scaled by 1/255."
        : "Bytes are scaled by 1/255, other numbers are taken as they are; these may come in a list with an entry for each sample.",
      "They are not copied before they are used: leave them as they are until the promise is settled.",
    ]),
    data === "u8"
      ? "export type Samples = Uint8Array | Uint8ClampedArray;"
      : "export type Samples = Uint8Array | Uint8ClampedArray | Numbers;\n" +
        "type Numbers = Float32Array | Float64Array | readonly (number | Numbers)[];",
  ].join("\n");
}

function prediction({ outputs, classes, probabilities, tellsClasses = true }: Declared): string {
  return [
    "/** What the net says of one sample. */",
    "export interface Prediction {",
    ...tellsClasses
      ? ["  /** The class it takes it for: the place of the largest output. */", "  readonly label: Label;"]
      : [],
    ...classes ? ["  /** What that class is called. */", "  readonly className: ClassName;"] : [],
    ...probabilities
      ? [
        `  /** Probability of each ${tellsClasses ? "class" : "output"}, 0 to 1: ${outputs} numbers. */`,
        "  readonly probabilities: Float64Array;",
      ]
      : [],
    `  /** What the last layer gives: ${outputs} numbers. */`,
    "  readonly outputs: Float32Array;",
    "}",
  ].join("\n");
}

/** What is given to be learned. */
function labelled({ given = LABELS, outputs, tellsClasses = true }: Declared): string {
  const [target, weight] = given,
    isLabel = target.dtype === "i32",
    lists = "readonly number[] | Uint8Array | Int32Array";
  const values = "Float32Array | Float64Array | readonly (number | Values)[]";
  const each = `${outputs} number${outputs === 1 ? "" : "s"} for each sample`;
  const y = target.isInput
    ? []
    : isLabel
    ? ["  /** The class of each sample: labels. */", `  readonly y: ${lists};`]
    : [
      `  /** Targets: ${each}${
        tellsClasses && outputs > 1 ? "; or the class of each, for 1 there and 0 elsewhere" : ""
      }. */`,
      `  readonly y: Values | Uint8Array${tellsClasses ? " | Int32Array" : ""};`,
    ];
  const weights = weight
    ? [
      `  /** How much each ${weight.shape.length === 0 ? "sample" : `output counts: ${each}`}${
        weight.shape.length === 0 ? " counts" : ""
      }; none is below 0. Default: 1. */`,
      "  readonly weights?: Values;",
    ]
    : [];
  return [
    ...isLabel && !weight
      ? []
      : ["/** Numbers, in a typed array or in lists. */", `export type Values = ${values};`, ""],
    `/** Samples${target.isInput ? "" : ` with ${isLabel ? "the class" : "targets"} of each`}. */`,
    "export interface Labelled {",
    "  readonly x: Samples;",
    ...y,
    ...weights,
    "}",
  ].join("\n");
}

/** What is given where nothing is said: the class of each sample. */
export const LABELS: readonly TargetSpec[] = [{ symbol: "label", shape: [], dtype: "i32" }];

/** What metrics tell, as members of an interface. */
function metricLines({ metrics = ["accuracy"] }: Declared): string[] {
  return metrics.flatMap((
    name,
  ) => [`  /** ${METRICS[name] ?? "Mean over the samples"}. */`, `  readonly ${name}: number;`]);
}

/** By their types; another one is told by its name. */
const METRICS: Readonly<Record<string, string>> = {
  accuracy: "Share of the samples that were right, 0 to 1",
  topFiveAccuracy: "Share of the samples whose class was among the five of the largest outputs, 0 to 1",
  binaryAccuracy: "Share of the outputs that were on the right side of 0, 0 to 1",
  meanAbsoluteError: "Mean of how far outputs were from their targets",
};

/** Whether it is told how many samples were right. */
export function countsRight({ metrics = ["accuracy"] }: Declared): boolean {
  return metrics.some((name) => /^(?:accuracy|binaryAccuracy)$/.test(name));
}

function reports(net: Declared): string {
  const { metrics = ["accuracy"], outputs, given = LABELS } = net;
  const counts = countsRight(net);
  const ofEach = metrics.includes("binaryAccuracy") && outputs > 1 ? ": of a sample, the share of its outputs" : "";
  const weighed = given.length > 1 ? ", times weights, which nothing else of this is" : "";
  return `\
/** What was found of samples. */
export interface Found {
  /** Mean over the samples${weighed}. */
  readonly loss: number;
${
    [...counts ? [`  /** How many were right${ofEach}. */`, "  readonly correct: number;"] : [], ...metricLines(net)]
      .join("\n")
  }
}

/** A step of training that is done. */
export interface StepReport {
  /** From 1: over all epochs of the net. */
  readonly epoch: number;
  /** From 1. */
  readonly step: number;
  /** Steps of the epoch. */
  readonly steps: number;
  /** Mean over the samples of the step. */
  readonly loss: number;
}

/** An epoch of training that is done. */
export interface EpochReport {
  /** From 1: over all epochs of the net. */
  readonly epoch: number;
  /** Mean over the samples, as they were seen. */
  readonly loss: number;
${metricLines(net).join("\n")}
  readonly learningRate: number;
  readonly seconds: number;
}`;
}

function trainOptions({ epochs }: Declared): string {
  return `\
/** How the net is trained. */
export interface TrainOptions {
  /** Passes over the samples, beside those that are done. Default ${epochs}. */
  readonly epochs?: number;
  /** Called for each step, in order, while training goes on; at the end of an epoch, promises are waited for. */
  readonly onStep?: (step: StepReport) => unknown;
  /** Called after each epoch; a promise is waited for. */
  readonly onEpoch?: (epoch: EpochReport) => unknown;
  /** Stops training after a step; what is done stays, and the next \`train\` goes on from there. */
  readonly signal?: AbortSignal;
}`;
}

function openOptions({ predict, weights, seed, gpu }: Declared): string {
  const drawn = `weights drawn from the seed`;
  const begins = weights ? `those of the bundle, or, where a seed is given, ${drawn}` : drawn;
  return [
    "/** How the net is opened. */",
    "export interface OpenOptions {",
    ...predict ? [] : [
      comment([
        "Workers that train. 0: the calling thread computes, and lets others have their turn in between. Default: all",
        "cores, and 1 where threads cannot share memory, as in a page that is not cross-origin isolated.",
      ], "  "),
      "  readonly threads?: number;",
    ],
    ...gpu
      ? [
        comment([
          'webgpu: a GPU, or what the browser has in its place. wasm: threads. Default "auto": webgpu where there is a GPU, a',
          "step has enough work for one and no threads are asked for; where it fails to begin, wasm.",
        ], "  "),
        '  readonly target?: "auto" | "webgpu" | "wasm";',
      ]
      : [],
    `  /** What all random numbers follow from. Default ${seed}. */`,
    "  readonly seed?: number;",
    `  /** A checkpoint, in the format safetensors, to begin with. Default: ${begins}. */`,
    "  readonly weights?: Uint8Array;",
    "  /** Closes the net when it is given. */",
    "  readonly signal?: AbortSignal;",
    "}",
  ].join("\n");
}

function netInterface(net: Declared): string {
  const { outputs, classes, batchSize, predict } = net;
  return [
    "/** The net, in memory. What is wrong in what a method is given, an error tells in one line; its name is InputError. */",
    "export interface Net {",
    `  readonly name: ${quoted(net.name)};`,
    `  /** What runs: WebAssembly with fixed-width SIMD, or with relaxed SIMD where the engine has it${
      net.gpu ? "; or a GPU" : ""
    }. */`,
    `  readonly target: "wasm" | "wasm_relaxed"${net.gpu ? ' | "webgpu"' : ""};`,
    "  /** Workers that train; 0 where the calling thread computes alone. */",
    "  readonly threads: number;",
    "  /** Samples that are computed at once. */",
    `  readonly batchSize: ${batchSize};`,
    "  readonly shape: SampleShape;",
    "  /** Numbers that the last layer gives for a sample. */",
    `  readonly outputs: ${outputs};`,
    ...classes ? ["  /** Names of the classes. */", "  readonly classes: typeof classes;"] : [],
    "",
    ...predict ? [] : [trains(net), ""],
    `  /** What the net says of samples, one answer for each${
      predict ? "" : "; training stops after a step for it, and goes on"
    }. */`,
    "  predict(x: Samples): Promise<Prediction[]>;",
    ...predict ? [] : [SAVES],
    `  /** Takes the weights of a checkpoint, in the format safetensors${
      predict ? "" : ", and where it has one, the state of its training"
    }. */`,
    "  restore(bytes: Uint8Array): Promise<void>;",
    "  /** Takes the weights of another net that was made of the same layers. */",
    "  copyFrom(other: Net): Promise<void>;",
    TESTS,
    "  /** Ends what is running, with an error, and gives back all that the net holds. */",
    "  close(): void;",
    "}",
  ].join("\n");
}

function trains({ batchSize, given: [target, weight] = LABELS }: Declared): string {
  const y = target.isInput ? weight ? ", y?: undefined" : "" : ', y: Labelled["y"]';
  const weights = weight ? ', options?: Pick<Labelled, "weights">' : "";
  return `\
  /** Trains some epochs. Rejects with the signal's reason when it stops it, and when the loss is not finite any more. */
  train(data: Labelled, options?: TrainOptions): Promise<{ readonly epochs: EpochReport[] }>;
  /** Trains one step, on up to ${batchSize} samples; what was found is of before it. */
  step(x: Samples${y}${weights}): Promise<Found>;
  /** Tests the net on samples; it learns nothing. */
  evaluate(data: Labelled): Promise<Found & { readonly total: number }>;`;
}

const SAVES = `\
  /** The bytes of a checkpoint, in the format safetensors: weights, and the state of training. */
  save(): Promise<Uint8Array>;`;

const TESTS = `\
  /**
   * Computes a step, and compares it with what it gave where the net was built; nothing of what the net has learned changes.
   * \`exact\`: whether every bit is the same. Rejects where numbers are wrong.
   */
  selfTest(): Promise<{ readonly loss: number; readonly exact: boolean }>;`;

function constants({ name, classes }: Declared): string {
  return [
    "/** Name of the net. */",
    `export declare const name: ${quoted(name)};`,
    "/** Shape of a sample. */",
    "export declare const shape: SampleShape;",
    ...classes
      ? [
        "/** Names of the classes, by their labels. */",
        `export declare const classes: readonly [${classes.map((name) => quoted(name)).join(", ")}];`,
      ]
      : [],
    "/** Opens the net: loads the module that this engine takes, and starts workers. */",
    `export declare function open(options?: OpenOptions): Promise<Net>;`,
  ].join("\n");
}
