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
import { extent, learningRate, MOST_EPOCHS } from "../language/schema.ts";
import { describe } from "./messages.ts";

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

/** A network and how it is trained. All but `classes` and `training` is compiled in. */
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
    /** How the learning rate changes from epoch to epoch. */
    readonly scheduler: Options;
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
      scheduler: oneOf(registry.schedulers).prefault({ type: "constant" })
        .describe("How the learning rate changes from epoch to epoch."),
      sgdLearningRate: learningRate.optional()
        .describe("Rate of sgd and momentum where they name none themselves; no effect with adam."),
    }).superRefine((training, context) => {
      const { optimizer, sgdLearningRate } = training as unknown as Spec["training"];
      if (optimizer.learningRate === undefined && sgdLearningRate === undefined) {
        context.addIssue({
          code: "custom",
          path: ["optimizer", "learningRate"],
          message: `missing; ${optimizer.type} needs it here or as training.sgdLearningRate`,
        });
      }
    }).describe("How it is trained; not compiled in."),
  });
  return schema as unknown as z.ZodType<Spec>;
}

/** The JSON Schema of specs, for editors. */
export function specJsonSchema(registry: Registry): Record<string, unknown> {
  return z.toJSONSchema(specSchema(registry), { io: "input" }) as Record<string, unknown>;
}

/** The learning rate of the first epoch. */
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
  throw new InputError(`${origin}: ${describe(result.error.issues, value, known)}`);
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
