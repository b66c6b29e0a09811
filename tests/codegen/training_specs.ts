/** What specs say of training that is wrong, beside what is said of it, word for word; and what is right. */

type Json = Record<string, unknown>;

/** A good spec with these fields changed. */
const net = (changes: Json): Json => ({
  name: "net",
  input: [1, 8, 8],
  batchSize: 4,
  layers: [{ type: "flatten" }, { type: "linear", outFeatures: 10 }, { type: "relu" }, {
    type: "linear",
    outFeatures: 10,
  }],
  loss: { type: "softmaxCrossEntropy" },
  ...changes,
});
const training = (changes: Json) => net({ training: { epochs: 1, optimizer: { type: "adam" }, ...changes } });
const optimizer = (optimizer: unknown) => training({ optimizer });
const scheduler = (scheduler: unknown) => training({ scheduler });
const groups = (...groups: unknown[]) => training({ groups });

/** Types of the registry, as messages list them. */
export const OPTIMIZER_TYPES = "sgd, momentum, adam, adamw, rmsprop";
export const SCHEDULER_TYPES = "constant, step, multiStep, exponential, cosine, linear, oneCycle";
/** What counts steps or epochs. */
export const COUNT = "a whole number from 1 to 2147483648";

const SHARE = "0, or a number > 0 and < 1 that f32 holds, from 1.18e-38 to 0.99999994";
const RATE = "a number > 0 that f32 holds, from 1.18e-38 to 1e30";
const POSITIVE = "a number > 0 that f32 holds, from 1.18e-38 to 3.4e38";
const NOT_NEGATIVE = "0, or a number > 0 that f32 holds, from 1.18e-38 to 3.4e38";
const WARMUP_EACH: readonly Json[] = [
  { type: "constant" },
  { type: "step", every: 1, factor: 0.5 },
  { type: "multiStep", milestones: [1], factor: 0.5 },
  { type: "exponential", factor: 0.5 },
  { type: "cosine" },
  { type: "linear" },
  { type: "oneCycle" },
];

/** Specs that are wrong in how they are trained, and what is said of them. */
export const WRONG_TRAINING: readonly [json: Json, message: string][] = [
  [
    optimizer({ type: "adamww" }),
    `training.optimizer.type: expected one of ${OPTIMIZER_TYPES}, but it is "adamww"; did you mean "adamw"?`,
  ],
  ...["beta1", "beta2"].map((key): [Json, string] => [
    optimizer({ type: "adamw", [key]: 1 }),
    `training.optimizer.${key}: expected ${SHARE}, but it is 1`,
  ]),
  [
    optimizer({ type: "adamw", learningRate: 0 }),
    `training.optimizer.learningRate: expected ${RATE}, but it is 0`,
  ],
  [optimizer({ type: "adamw", epsilon: 0 }), `training.optimizer.epsilon: expected ${POSITIVE}, but it is 0`],
  [
    optimizer({ type: "adamw", weightDecay: -1 }),
    `training.optimizer.weightDecay: expected ${NOT_NEGATIVE}, but it is -1`,
  ],
  [
    optimizer({ type: "adamw", l2: 1 }),
    'training.optimizer: unknown key "l2"; known keys of adamw: type, learningRate, beta1, beta2, epsilon, weightDecay',
  ],
  [
    optimizer({ type: "momentum", learningRate: 1, nesterov: 1 }),
    "training.optimizer.nesterov: expected true or false, but it is 1",
  ],
  [
    optimizer({ type: "rmsprop", learningRate: 0 }),
    `training.optimizer.learningRate: expected ${RATE}, but it is 0`,
  ],
  ...["alpha", "momentum"].map((key): [Json, string] => [
    optimizer({ type: "rmsprop", [key]: 1 }),
    `training.optimizer.${key}: expected ${SHARE}, but it is 1`,
  ]),
  [optimizer({ type: "rmsprop", epsilon: 0 }), `training.optimizer.epsilon: expected ${POSITIVE}, but it is 0`],
  [
    optimizer({ type: "rmsprop", centered: "yes" }),
    'training.optimizer.centered: expected true or false, but it is "yes"',
  ],
  [optimizer({ type: "rmsprop", l2: -1 }), `training.optimizer.l2: expected ${NOT_NEGATIVE}, but it is -1`],

  // schedules
  ...WARMUP_EACH.flatMap((own): [Json, string][] => [
    [
      scheduler({ ...own, warmup: 3 }),
      "training.scheduler.warmup: expected an object with steps or epochs, but it is 3",
    ],
    ...own.type === "constant" || own.type === "oneCycle" ? [] : [[
      scheduler({ ...own, by: "steps" }),
      'training.scheduler.by: expected one of epoch, step, but it is "steps"; did you mean "step"?',
    ] as [Json, string]],
  ]),
  [scheduler({ type: "constant", warmup: {} }), "training.scheduler.warmup.steps: missing; say steps, or epochs"],
  [
    scheduler({ type: "constant", warmup: { steps: 1, epochs: 1 } }),
    "training.scheduler.warmup.steps: there are epochs, too; say one of them",
  ],
  [
    scheduler({ type: "constant", warmup: { steps: 0 } }),
    `training.scheduler.warmup.steps: expected ${COUNT}, but it is 0`,
  ],
  [
    scheduler({ type: "constant", warmup: { epochs: 0.5 } }),
    "training.scheduler.warmup.epochs: expected a whole number from 1 to 1000000, but it is 0.5",
  ],
  [
    scheduler({ type: "constant", warmup: { steps: 1, startFactor: 2 } }),
    "training.scheduler.warmup.startFactor: expected a finite number >= 0 and <= 1, but it is 2",
  ],
  [
    scheduler({ type: "constant", warmup: { step: 1 } }),
    'training.scheduler.warmup: unknown key "step"; known keys: steps, epochs, startFactor; did you mean "steps"?',
  ],
  [
    scheduler({ type: "multiStep", milestones: [], factor: 0.5 }),
    "training.scheduler.milestones: expected a list of 1 to 1000 whole numbers from 1 to 2147483648, but it is []",
  ],
  [
    scheduler({ type: "multiStep", milestones: [2, 0], factor: 0.5 }),
    `training.scheduler.milestones[1]: expected ${COUNT}, but it is 0`,
  ],
  [
    scheduler({ type: "multiStep", milestones: [2], factor: 2 }),
    "training.scheduler.factor: expected a finite number > 0 and <= 1, but it is 2",
  ],
  [scheduler({ type: "cosine", period: 0.5 }), `training.scheduler.period: expected ${COUNT}, but it is 0.5`],
  [
    scheduler({ type: "linear", minimum: -1 }),
    "training.scheduler.minimum: expected 0, or a number > 0 that f32 holds, from 1.18e-38 to 1e30, but it is -1",
  ],
  [scheduler({ type: "linear", period: 0 }), `training.scheduler.period: expected ${COUNT}, but it is 0`],
  [
    scheduler({ type: "oneCycle", totalSteps: 1 }),
    "training.scheduler.totalSteps: expected a whole number from 2 to 2147483648, but it is 1",
  ],
  [
    scheduler({ type: "oneCycle", pctStart: 1.5 }),
    "training.scheduler.pctStart: expected a finite number >= 0 and <= 1, but it is 1.5",
  ],
  [
    scheduler({ type: "oneCycle", annealStrategy: "cosine" }),
    'training.scheduler.annealStrategy: expected one of cos, linear, but it is "cosine"',
  ],
  [
    scheduler({ type: "oneCycle", divFactor: 0.5 }),
    "training.scheduler.divFactor: expected a finite number >= 1 and <= 1000000000, but it is 0.5",
  ],
  [
    scheduler({ type: "oneCycle", finalDivFactor: 0.5 }),
    "training.scheduler.finalDivFactor: expected a finite number >= 1 and <= 1000000000000, but it is 0.5",
  ],
  [
    scheduler({ type: "oneCycle", cycleMomentum: null }),
    "training.scheduler.cycleMomentum: expected true or false, but it is null",
  ],
  ...["baseMomentum", "maxMomentum"].map((key): [Json, string] => [
    scheduler({ type: "oneCycle", [key]: 1 }),
    `training.scheduler.${key}: expected ${SHARE}, but it is 1`,
  ]),
  ...[{ type: "sgd", learningRate: 1 }, { type: "rmsprop" }].map((optimizer): [Json, string] => [
    training({ optimizer, scheduler: { type: "oneCycle" } }),
    `training.scheduler: oneCycle cycles the momentum, but ${optimizer.type} has none here; add "cycleMomentum": false`,
  ]),

  // clipping
  [training({ clipNorm: 0 }), `training.clipNorm: expected ${POSITIVE}, but it is 0`],
  [training({ clipNorm: "1" }), `training.clipNorm: expected ${POSITIVE}, but it is "1"`],

  // groups
  [training({ groups: {} }), "training.groups: expected a list of 1 to 64 groups of layers, but it is {}"],
  [training({ groups: [] }), "training.groups: expected a list of 1 to 64 groups of layers, but it is []"],
  [
    groups({ layers: "linear1", frozen: true }),
    "training.groups[0].layers: expected a list of 1 to 256 names of layers, in which * stands for any characters, " +
    'but it is "linear1"',
  ],
  [
    groups({ layers: ["Linear"], frozen: true }),
    'training.groups[0].layers[0]: expected 1 to 64 characters a-z, 0-9, _ and *, but it is "Linear"',
  ],
  [groups({ layers: ["linear1"] }), "training.groups[0]: it changes nothing; say learningRateFactor, decay or frozen"],
  [
    groups({ layers: ["linear1"], frozen: true, decay: 0 }),
    "training.groups[0].decay: what is frozen is not updated; leave it out",
  ],
  [
    groups({ layers: ["linear1"], frozen: true, learningRateFactor: 2 }),
    "training.groups[0].learningRateFactor: what is frozen is not updated; leave it out",
  ],
  [
    groups({ layers: ["linear1"], learningRateFactor: 0 }),
    "training.groups[0].learningRateFactor: expected a number > 0 that f32 holds, from 1.18e-38 to 1000000, but it is 0",
  ],
  [groups({ layers: ["linear1"], decay: -1 }), `training.groups[0].decay: expected ${NOT_NEGATIVE}, but it is -1`],
  [
    groups({ layers: ["linear1"], frozen: 1 }),
    "training.groups[0].frozen: expected true or false, but it is 1",
  ],
  [
    groups({ layers: ["linear1"], freeze: true }),
    'training.groups[0]: unknown key "freeze"; known keys: layers, learningRateFactor, decay, frozen',
  ],
  // of what is found with the shapes
  [
    groups({ layers: ["liner1"], frozen: true }),
    'training.groups[0].layers[0]: no layer that can be trained is called "liner1"; did you mean "linear1"?',
  ],
  [
    groups({ layers: ["linear1", "conv*"], decay: 0 }),
    'training.groups[0].layers[1]: no layer that can be trained fits "conv*"',
  ],
  [
    groups({ layers: ["relu1"], decay: 0 }),
    'training.groups[0].layers[0]: "relu1" is a relu, which learns nothing; leave it out',
  ],
  [
    groups({ layers: ["linear1"], decay: 0 }, { layers: ["linear*"], frozen: true }),
    'training.groups[1].layers[0]: "linear1" is in training.groups[0], too; leave it in one of them',
  ],
  [
    groups({ layers: ["*"], frozen: true }),
    "training.groups: all layers that can be trained are frozen; leave out one of them",
  ],
];

/** What is said where rules go over two places, which the JSON Schema leaves to the parser. */
export const OVER_TWO_PLACES = /say steps, or epochs|say one of them|changes nothing|not updated|cycles the momentum/;

/** Specs that are right. */
export const RIGHT_TRAINING: readonly Json[] = [
  training({
    optimizer: { type: "adamw", weightDecay: 0 },
    scheduler: { type: "oneCycle", totalSteps: 2, warmup: { epochs: 1 } },
    groups: [{ layers: ["linear1", "linear1"], learningRateFactor: 0.1, decay: 0 }, { layers: ["*2"], frozen: true }],
    clipNorm: 1,
  }),
  training({
    optimizer: { type: "rmsprop", momentum: 0.9, centered: true },
    scheduler: { type: "linear", by: "step", period: 2 ** 31 },
  }),
  training({ scheduler: { type: "multiStep", milestones: [2, 1], factor: 0.1, warmup: { steps: 3, startFactor: 0 } } }),
];
