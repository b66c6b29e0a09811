/**
 * Stage 1: JSON to a {@linkcode Spec}. Refuses unknown keys, wrong types and impossible values, each with its path.
 * Messages quote the JSON Schema that editors get, so that both tell the same rules.
 *
 * @module
 */
import { z } from "zod";
import { InputError, printable } from "../error.ts";
import { parseJson } from "../json.ts";
import { extent, learningRate, MOST_EPOCHS } from "../language/schema.ts";
import type { Registry } from "../language/registry.ts";
import type { Shape } from "../language/layer.ts";

/** Options of a layer, loss, optimizer or scheduler; `type` says of which kind. */
export interface Options {
  /** The name of the kind: `conv2d`, `adam`. */
  readonly type: string;
  /** The kind's own options. */
  readonly [key: string]: unknown;
}

/** A network and how it is trained. The first five fields are compiled in, `training` is not. */
export interface Spec {
  /** Names the folder of what is generated. */
  readonly name: string;
  /** Shape of one sample: [channels, height, width], or [length]. */
  readonly input: Shape;
  /** Samples per step. */
  readonly batchSize: number;
  /** From input to output. */
  readonly layers: readonly Options[];
  /** What training makes small. */
  readonly loss: Options;
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

/** Longest spec that is read, in characters. */
const LONGEST = 1_000_000;
/** Most lists and objects inside each other; a spec needs 4. */
const DEEPEST = 32;
/** Longest value that messages show whole, in characters. */
const SHOWN = 40;

function oneOf(kinds: Registry[Exclude<keyof Registry, "batch">]) {
  const schemas = kinds.map(({ schema, summary }) => schema.describe(summary));
  return z.discriminatedUnion("type", schemas as unknown as [z.ZodObject, ...z.ZodObject[]]);
}

/** The schema of specs that name kinds of this registry. A `title` is what messages say that a value may be. */
export function specSchema(registry: Registry): z.ZodType<Spec> {
  const schema = z.strictObject({
    $schema: z.string().optional().describe("Where editors find this schema."),
    name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/).meta({
      title: "1 to 64 characters a-z, 0-9 and _, the first a letter",
      description: "Name of the net and of its folder under generated/.",
    }),
    input: z.union([z.tuple([extent, extent, extent]), z.tuple([extent])]).meta({
      title: "[channels, height, width] or [length]",
      description: "Shape of one sample: [channels, height, width] or [length].",
    }),
    batchSize: z.int().min(1).max(65_536).describe("Samples per step."),
    layers: z.array(oneOf(registry.layers)).min(1).max(256).describe("From input to output."),
    loss: oneOf(registry.losses).describe("What training makes small."),
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
  throw new InputError(`${origin}: ${describe(result.error.issues, value, specJsonSchema(registry))}`);
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

/** What specs use of JSON Schema: the rules of a value. */
interface Rules {
  readonly title?: string;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  /** Objects told apart by the constant that their `type` is. */
  readonly oneOf?: readonly Rules[];
  /** A number or a pair; or lists told apart by their length. */
  readonly anyOf?: readonly Rules[];
  readonly properties?: Readonly<Record<string, Rules>>;
  readonly required?: readonly string[];
  readonly items?: Rules;
  readonly prefixItems?: readonly Rules[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** One line for the first thing that is wrong. */
function describe(issues: readonly z.core.$ZodIssue[], spec: unknown, schema: Rules): string {
  // unknown keys first: a key that is missing may be there, but misspelled
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  // an entry of a list that is wrong says more than that the list is
  const entry = issue.code === "invalid_union" ? issue.errors.flat().find(({ path }) => path.length > 0) : undefined;
  let path = "", rules = schema, value = spec;
  for (const step of [...issue.path, ...(entry?.path ?? [])] as (string | number)[]) {
    path += typeof step === "number" ? `[${step}]` : path === "" ? step : `.${step}`;
    rules = rulesAt(rules, step, value);
    value = (value as Record<string, unknown>)[step];
  }
  const at = path === "" ? "" : `${path}: `;
  if (issue.code === "custom") return at + issue.message;
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys, properties = alternative(rules, value).properties!, known = Object.keys(properties);
    const owner = properties.type ? ` of ${properties.type.const}` : "";
    const free = known.filter((name) => (value as Record<string, unknown>)[name] === undefined);
    return `${at}unknown key ${show(key)}; known keys${owner}: ${known.join(", ")}${didYouMean(key, free)}`;
  }
  if (value === undefined && path !== "") return `${at}missing; expected ${expectation(rules)}`;
  return `${at}expected ${expectation(rules)}, but it is ${show(value)}${didYouMean(value, rules.enum ?? [])}`;
}

const types = (kinds: readonly Rules[]) => kinds.map(({ properties }) => properties!.type.const!);

/** The rules of what is at `step` in a value. */
function rulesAt(rules: Rules, step: string | number, value: unknown): Rules {
  if (rules.oneOf !== undefined && step === "type") return { enum: types(rules.oneOf) };
  const { properties, items, prefixItems } = alternative(rules, value);
  return typeof step === "string" ? properties![step] : prefixItems?.[step] ?? items!;
}

/** Those of a choice of rules that are meant for a value. */
function alternative(rules: Rules, value: unknown): Rules {
  if (rules.oneOf) return rules.oneOf[types(rules.oneOf).indexOf((value as Options).type)];
  if (rules.anyOf) return rules.anyOf.find(({ prefixItems }) => prefixItems?.length === (value as unknown[]).length)!;
  return rules;
}

/** What a value may be, in words. */
function expectation({ title, enum: names, oneOf, anyOf, ...rules }: Rules): string {
  if (title !== undefined) return title;
  if (names) return `one of ${names.join(", ")}`;
  if (oneOf) return `an object whose "type" is one of ${types(oneOf).join(", ")}`;
  if (anyOf) return `${expectation(anyOf[0])}, or [height, width] of such numbers`;
  const limits = [
    [">", rules.exclusiveMinimum],
    [">=", rules.minimum],
    ["<", rules.exclusiveMaximum],
    ["<=", rules.maximum],
  ].filter(([, limit]) => limit !== undefined).map((limit) => limit.join(" "));
  switch (rules.type) {
    case "integer":
      return `a whole number from ${rules.minimum} to ${rules.maximum}`;
    case "number":
      return `a finite number ${limits.join(" and ")}`;
    case "array":
      return `a list of ${rules.minItems} to ${rules.maxItems} entries`;
    case "string":
      return "a text";
    default:
      return `an object with ${rules.required!.join(", ")}`;
  }
}

/** The end of a message about a name that is not among those known, but close to one. */
function didYouMean(name: unknown, known: readonly string[]): string {
  if (typeof name !== "string") return "";
  for (const edits of [0, 1, 2]) {
    // a name of two letters is two edits away from any other
    const close = known.find((other) =>
      other.length >= 3 * edits && withinEdits(name.toLowerCase(), other.toLowerCase(), edits)
    );
    if (close !== undefined) return `; did you mean ${show(close)}?`;
  }
  return "";
}

/** Whether so many letters added, left out or replaced make `b` of `a`. */
function withinEdits(a: string, b: string, edits: number): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (edits === 0 || restA === restB) return restA === restB;
  return withinEdits(restA.slice(1), restB.slice(1), edits - 1) || withinEdits(restA.slice(1), restB, edits - 1) ||
    withinEdits(restA, restB.slice(1), edits - 1);
}

/** A value as JSON; the start and the size of a long one. */
function show(value: unknown): string {
  const text = printable(write(value));
  if (text.length <= SHOWN) return text;
  const size = Array.isArray(value)
    ? `${value.length} entries`
    : typeof value === "object"
    ? `${Object.keys(value!).length} keys`
    : `${String(value).length} characters`;
  return `${text.slice(0, SHOWN - 3)}... (${size})`;
}

/** As `JSON.stringify`, which has no words for NaN, undefined or a bigint. */
function write(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${write(inner)}`).join(", ")}}`;
}
