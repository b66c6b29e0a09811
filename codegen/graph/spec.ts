/**
 * Stage 1: JSON to a {@linkcode Spec}. Refuses unknown keys, wrong types and impossible values, each with its path.
 * Messages quote the JSON Schema that editors get, so that both tell the same rules.
 *
 * @module
 */
import { z } from "../zod.ts";
import { InputError, printable } from "../error.ts";
import { parseJson } from "../json.ts";
import type { LayerKind, Shape } from "../language/layer.ts";
import type { Registry } from "../language/registry.ts";
import { extent, learningRate, MOST_EPOCHS, notNegative, positive } from "../language/schema.ts";
import type { SchedulerKind } from "../language/optimizer.ts";
import { describe } from "./messages.ts";
import { SpecError } from "./mistakes.ts";

/** Options of a layer, loss, optimizer or scheduler; `type` says of which kind. */
export interface Options {
  /** The name of the kind: `conv2d`, `adam`. */
  readonly type: string;
  /** The kind's own options. */
  readonly [key: string]: unknown;
}

/** A layer: the options of its kind, and where it is in the graph. */
export interface LayerOptions extends Options {
  /** How other layers and files call it. Default: after its kind, counted: `conv1`. */
  readonly name?: string;
  /** What it reads, by the names of layers before it, or "input". Default: the layer before. */
  readonly input?: string | readonly string[];
}

/** The options of a scheduler's kind, and what every scheduler takes. */
export interface SchedulerOptions extends Options {
  /** What it counts. Default: epochs. */
  readonly by?: "epoch" | "step";
  /** The rate is smaller in the first so many steps, or epochs: it begins at `startFactor` of what it else is. */
  readonly warmup?: { readonly steps?: number; readonly epochs?: number; readonly startFactor: number };
}

/** Layers that are trained otherwise than the rest. */
export interface Group {
  /** Names of layers; `*` stands for any characters. */
  readonly layers: readonly string[];
  /** Their learning rates are so many times those of others. */
  readonly learningRateFactor?: number;
  /** In place of the optimizer's l2 or weightDecay. */
  readonly decay?: number;
  /** They are not trained. */
  readonly frozen?: boolean;
}

/** A network and how it is trained. All is compiled in but `classes`, and of `training` rates and how long it takes. */
export interface Spec {
  /** Names the folder of what is generated. */
  readonly name: string;
  /** Shape of one sample: [channels, height, width], [channels, length] or [length]. */
  readonly input: Shape;
  /** Samples per step. */
  readonly batchSize: number;
  /** From input to output, each behind those it reads. */
  readonly layers: readonly LayerOptions[];
  /** What training makes small. */
  readonly loss: Options;
  /** What is told beside the loss. Default: what is usual for the loss. */
  readonly metrics?: readonly string[];
  /** Names of the classes, one for each output, in the order of the labels. */
  readonly classes?: readonly string[];
  /** How it is trained. */
  readonly training: {
    /** Passes over the training samples. */
    readonly epochs: number;
    /** How parameters follow their gradients. */
    readonly optimizer: Options;
    /** How the learning rate changes. */
    readonly scheduler: SchedulerOptions;
    /** Layers that are trained otherwise than the rest. */
    readonly groups?: readonly Group[];
    /** Gradients whose norm, over all of them, is larger are made so much smaller that it is this one. */
    readonly clipNorm?: number;
    /** Rate of sgd and momentum where they name none themselves; adam does not use it. */
    readonly sgdLearningRate?: number;
  };
}

/** Longest spec that is read, in characters: one with the most layers and names still fits. */
const LONGEST = 2_000_000;
/** Most lists and objects inside each other; a spec needs 4. */
const DEEPEST = 32;

/** Longest name of a layer: merged kernels, and their files, have those of several. */
const LONGEST_NAME = 32;
/** Most inputs of a layer. */
const MOST_INPUTS = 64;
const name = z.string().regex(new RegExp(`^[a-z][a-z0-9_]{0,${LONGEST_NAME - 1}}$`)).meta({
  title: `1 to ${LONGEST_NAME} characters a-z, 0-9 and _, the first a letter`,
});
/** What a layer may have beside the options of its kind. */
const PLACE = {
  name: name.optional().meta({
    ...name.meta(),
    description: "How other layers and files call it. Default: after its kind, counted: conv1.",
  }),
  input: z.union([name, z.array(name).min(1).max(MOST_INPUTS)]).optional().meta({
    title: `the name of a layer before it, or "input"; or a list of these, for a layer that takes several`,
    description: `What it reads: the name of a layer before it, or "input". Default: the layer before.`,
  }),
};

/** Most classes that have names. */
export const MOST_NAMES = 10_000;
/** Longest name of a class. */
const LONGEST_CLASS = 64;
const CLASS = `1 to ${LONGEST_CLASS} printable characters, no space at their ends`;
const CLASSES = `a list of 1 to ${MOST_NAMES} names, one for each output`;
const classes = z.array(z.string().min(1).max(LONGEST_CLASS).meta({ title: CLASS })).min(1).max(MOST_NAMES)
  .superRefine((names, context) => {
    const places = new Map<string, number>();
    for (const [i, name] of names.entries()) {
      const first = places.get(name), said = printable(JSON.stringify(name));
      places.set(name, i);
      const message = printable(name) !== name || name.trim() !== name
        ? `expected ${CLASS}, but it is ${said}`
        : first !== undefined
        ? `it is ${said}, as classes[${first}] is; give each class a name of its own`
        : undefined;
      // one is told
      if (message !== undefined) return context.addIssue({ code: "custom", path: [i], message });
    }
  }).meta({
    title: CLASSES,
    description: "Names of the classes, in the order of their labels, for a loss that compares classes.",
    uniqueItems: true,
  });

function oneOf(kinds: readonly { readonly schema: z.ZodType; readonly summary: string }[]) {
  const schemas = kinds.map(({ schema, summary }) => schema.describe(summary));
  return z.discriminatedUnion("type", schemas as unknown as [z.ZodObject, ...z.ZodObject[]]);
}

/** A kind whose options are those of a layer in a graph. */
function placed({ schema, summary }: LayerKind): { readonly schema: z.ZodType; readonly summary: string } {
  return { schema: (schema as unknown as z.ZodObject).extend(PLACE), summary };
}

/** Names of metrics; a registry may have none. */
function metricsSchema({ metrics }: Registry): z.ZodType {
  const [first, ...others] = metrics.map(({ type }) => type);
  const entry = first === undefined ? z.never() : z.enum([first, ...others]);
  return z.array(entry).max(metrics.length).meta({ title: "a list of metrics, each once" }).optional()
    .describe("What is told of each epoch beside the loss. Default: what is usual for the loss.");
}

/** What was made for a registry: it takes longer than to check a spec. */
const schemas = new WeakMap<Registry, z.ZodType<Spec>>(), rules = new WeakMap<Registry, Record<string, unknown>>();

/** Most steps that a schedule may count. */
const MOST_STEPS = 2 ** 31;
const warmup = z.strictObject({
  steps: z.int().min(1).max(MOST_STEPS).optional().describe("Steps that it takes."),
  epochs: z.int().min(1).max(MOST_EPOCHS).optional().describe("Or epochs that it takes."),
  startFactor: z.number().min(0).max(1).default(1 / 3).describe("Share of the rate that the first step has."),
}).superRefine(({ steps, epochs }, context) => {
  if ((steps === undefined) !== (epochs === undefined)) return;
  const message = steps === undefined ? "missing; say steps, or epochs" : "there are epochs, too; say one of them";
  context.addIssue({ code: "custom", path: ["steps"], message });
}).meta({ title: "an object with steps or epochs" });

/** A kind whose options are those of a schedule of steps or epochs. */
function timed({ schema, summary, counts }: SchedulerKind): { readonly schema: z.ZodType; readonly summary: string } {
  const by = counts === undefined && {
    by: z.enum(["epoch", "step"]).optional()
      .describe(
        "What it counts. With step, the rate changes from step to step, and its options count steps. Default: epoch.",
      ),
  };
  const own = {
    ...by,
    warmup: warmup.optional().describe("The rate rises to that of the schedule in the first steps."),
  };
  return { schema: (schema as unknown as z.ZodObject).extend(own), summary };
}

const PATTERN = "1 to 64 characters a-z, 0-9, _ and *";
const group = z.strictObject({
  layers: z.array(z.string().regex(/^[a-z0-9_*]{1,64}$/).meta({ title: PATTERN })).min(1).max(256)
    .describe("Names of layers; * stands for any characters.")
    .meta({ title: "a list of 1 to 256 names of layers, in which * stands for any characters" }),
  learningRateFactor: positive.max(1e6).meta({ title: "a number > 0 that f32 holds, from 1.18e-38 to 1000000" })
    .optional().describe("Their rates are so many times those of others."),
  decay: notNegative.optional().describe("Their l2 or weightDecay, in place of the optimizer's."),
  frozen: z.boolean().optional().describe("Whether they are left as they are, which saves their gradients."),
}).superRefine(({ learningRateFactor, decay, frozen }, context) => {
  const none = learningRateFactor === undefined && decay === undefined && !frozen;
  const [path] = !frozen
    ? []
    : learningRateFactor !== undefined
    ? ["learningRateFactor"]
    : decay !== undefined
    ? ["decay"]
    : [];
  if (!none && path === undefined) return;
  const message = none
    ? "it changes nothing; say learningRateFactor, decay or frozen"
    : "what is frozen is not updated; leave it out";
  context.addIssue({ code: "custom", path: path === undefined ? [] : [path], message });
});

/** The schema of specs that name kinds of this registry. A `title` is what messages say that a value may be. */
function specSchema(registry: Registry): z.ZodType<Spec> {
  const schema = schemas.get(registry) ?? makeSchema(registry);
  schemas.set(registry, schema);
  return schema;
}

function makeSchema(registry: Registry): z.ZodType<Spec> {
  const schema = z.strictObject({
    $schema: z.string().optional().describe("Where editors find this schema."),
    name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/).meta({
      title: "1 to 64 characters a-z, 0-9 and _, the first a letter",
      description: "Name of the net and of its folder under generated/.",
    }),
    input: z.union([z.tuple([extent, extent, extent]), z.tuple([extent, extent]), z.tuple([extent])]).meta({
      title: "[channels, height, width], [channels, length] or [length]",
      description: "Shape of one sample: [channels, height, width], [channels, length] or [length].",
    }),
    batchSize: z.int().min(1).max(65_536).describe("Samples per step."),
    layers: z.array(oneOf(registry.layers.map(placed))).min(1).max(256).describe("From input to output."),
    loss: oneOf(registry.losses).describe("What training makes small."),
    metrics: metricsSchema(registry),
    classes: classes.optional(),
    training: z.strictObject({
      epochs: z.int().min(1).max(MOST_EPOCHS).describe("Passes over the training samples."),
      optimizer: oneOf(registry.optimizers).describe("How parameters follow their gradients."),
      scheduler: oneOf(registry.schedulers.map(timed)).prefault({ type: "constant" })
        .describe("How the learning rate changes."),
      groups: z.array(group).min(1).max(64).optional().describe("Layers that are trained otherwise than the rest.")
        .meta({ title: "a list of 1 to 64 groups of layers" }),
      clipNorm: positive.optional().describe(
        "Largest norm of all gradients together: larger ones are made smaller, each by the same factor.",
      ),
      sgdLearningRate: learningRate.optional()
        .describe("Rate of sgd and momentum where they name none themselves; others have a rate of their own."),
    }).superRefine((training, context) => {
      const { optimizer, scheduler, sgdLearningRate } = training as unknown as Spec["training"];
      const unfit = cyclesNothing(scheduler, optimizer, registry);
      if (unfit !== undefined) context.addIssue({ code: "custom", path: ["scheduler"], message: unfit });
      if (optimizer.learningRate === undefined && sgdLearningRate === undefined) {
        context.addIssue({
          code: "custom",
          path: ["optimizer", "learningRate"],
          message: `missing; ${optimizer.type} needs it here or as training.sgdLearningRate`,
        });
      }
    }).describe("How it is trained; rates and the number of epochs are not compiled in."),
  });
  return schema as unknown as z.ZodType<Spec>;
}

/** What is wrong with a schedule that cycles the momentum of an optimizer that has none; nothing where it has one. */
function cyclesNothing(
  scheduler: SchedulerOptions,
  optimizer: Options,
  { schedulers, optimizers }: Registry,
): string | undefined {
  if (schedulers.find(({ type }) => type === scheduler.type)!.momentum?.(scheduler, 0) === undefined) return;
  const { momentum } = optimizers.find(({ type }) => type === optimizer.type)!;
  if (momentum !== undefined && optimizer[momentum] !== 0) return;
  return `${scheduler.type} cycles the momentum, but ${optimizer.type} has none here; add "cycleMomentum": false`;
}

/** The JSON Schema of specs, for editors. */
export function specJsonSchema(registry: Registry): Record<string, unknown> {
  return z.toJSONSchema(specSchema(registry), { io: "input" }) as Record<string, unknown>;
}

/** The learning rate that a schedule starts from. */
export function initialLearningRate({ training: { optimizer, sgdLearningRate } }: Spec): number {
  return (optimizer.learningRate ?? sgdLearningRate) as number;
}

/**
 * Checks a spec given as JSON text or as a value.
 *
 * @param origin how messages call it: a file's name.
 * @throws {InputError} naming the path in the spec, what is there, and what may be.
 */
export function parseSpec(json: unknown, registry: Registry, origin = "spec"): Spec {
  const value = typeof json === "string" ? parseText(json, origin) : json;
  if (nestedDeeper(value, DEEPEST)) {
    throw new InputError(`${origin}: more than ${DEEPEST} lists and objects inside each other; a spec needs 4`);
  }
  const result = specSchema(registry).safeParse(value);
  if (result.success) return result.data;
  const known = rules.get(registry) ?? specJsonSchema(registry);
  rules.set(registry, known);
  throw new SpecError(origin, ...describe(result.error.issues, value, known));
}

function parseText(text: string, origin: string): unknown {
  if (text.length > LONGEST) {
    throw new InputError(`${origin}: has ${text.length} characters; a spec may have at most ${LONGEST}`);
  }
  try {
    return parseJson(text);
  } catch (error) {
    throw new InputError(`${origin}: ${printable((error as Error).message)}`);
  }
}

function nestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestedDeeper(inner, levels - 1));
}
