/**
 * Stage 1: JSON to a {@linkcode Spec}. Refuses unknown keys, wrong types and impossible values, each with its path.
 *
 * @module
 */
import { z } from "zod";
import { InputError } from "./error.ts";
import { extent, learningRate, type Registry, type Shape } from "./layer.ts";

/** Options of a layer, loss, optimizer or scheduler; `type` says of which kind. */
export interface Options {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A network and how it is trained. The first five fields are compiled in, `training` is not. */
export interface Spec {
  /** Names the folder of what is generated. */
  readonly name: string;
  /** Shape of one sample: [channels, height, width], or [length]. */
  readonly input: Shape;
  readonly batchSize: number;
  readonly layers: readonly Options[];
  readonly loss: Options;
  readonly training: {
    readonly epochs: number;
    readonly optimizer: Options;
    readonly scheduler: Options;
    /** Rate of sgd and momentum where they name none themselves; adam does not use it. */
    readonly sgdLearningRate?: number;
  };
}

/** Longest spec file that is read, in characters. */
const LONGEST = 1_000_000;

function oneOf(kinds: readonly { readonly type: string; readonly schema: z.ZodType }[], what: string) {
  const known = kinds.map(({ type }) => type).join(", ");
  const schemas = kinds.map(({ schema }) => schema) as unknown as [z.ZodObject, ...z.ZodObject[]];
  return z.discriminatedUnion("type", schemas, {
    error: ({ code, input }) => {
      if (code !== "invalid_union") return undefined;
      const type = (input as { type?: unknown } | undefined)?.type;
      return type === undefined
        ? `"type" is missing; choose from ${known}`
        : `${show(type)} is no ${what}; choose from ${known}`;
    },
  });
}

/** The schema of specs that name kinds of this registry. */
export function specSchema(registry: Registry): z.ZodType<Spec> {
  const schema = z.strictObject({
    $schema: z.string().optional().describe("Where editors find this schema."),
    name: z.string().max(64).regex(/^[a-z][a-z0-9_]*$/, "expected lower-case letters, digits and _, a letter first")
      .describe("Name of the net and of its folder under generated/."),
    input: z.array(extent).refine((shape) => shape.length === 1 || shape.length === 3, {
      error: "expected [channels, height, width] or [length]",
    }).describe("Shape of one sample: [channels, height, width] or [length]."),
    batchSize: z.int().min(1).max(65_536).describe("Samples per step."),
    layers: z.array(oneOf(registry.layers, "layer")).min(1).max(256).describe("From input to output."),
    loss: oneOf(registry.losses, "loss"),
    training: z.strictObject({
      epochs: z.int().min(1).max(1_000_000).describe("Passes over the training samples."),
      optimizer: oneOf(registry.optimizers, "optimizer"),
      scheduler: oneOf(registry.schedulers, "scheduler").prefault({ type: "constant" }),
      sgdLearningRate: learningRate.optional()
        .describe("Rate of sgd and momentum where they name none themselves; no effect with adam."),
    }).superRefine((training, context) => {
      const { optimizer, sgdLearningRate } = training as unknown as Spec["training"];
      if (optimizer?.learningRate === undefined && sgdLearningRate === undefined) {
        context.addIssue({
          code: "custom",
          path: ["optimizer", "learningRate"],
          message: `${optimizer.type} needs a learning rate: give it here or as training.sgdLearningRate`,
        });
      }
    }),
  });
  return schema as unknown as z.ZodType<Spec>;
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
  const result = specSchema(registry).safeParse(typeof json === "string" ? parseJson(json, origin) : json);
  if (result.success) return result.data;
  throw new InputError(
    `${origin}: ${describeIssue(result.error.issues[0], typeof json === "string" ? JSON.parse(json) : json)}`,
  );
}

function parseJson(text: string, origin: string): unknown {
  if (text.length > LONGEST) {
    throw new InputError(`${origin}: has ${text.length} characters; a spec may have ${LONGEST}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${origin}: not JSON: ${(error as Error).message}`);
  }
}

/** One line for the first thing that is wrong. */
function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  // the innermost issue of a union says most
  if (issue.code === "invalid_union" && issue.errors.length === 1 && issue.errors[0].length > 0) {
    const inner = issue.errors[0][0];
    return describeIssue({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, root);
  }
  const path = issue.path.map((step) => typeof step === "number" ? `[${step}]` : `.${String(step)}`).join("").replace(
    /^\./,
    "",
  );
  const at = path === "" ? "" : `${path}: `;
  const value = issue.path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    root,
  );
  if (issue.code === "unrecognized_keys") return `${at}unknown key ${issue.keys.map(show).join(", ")}; remove it`;
  if (value === undefined && issue.code === "invalid_type") return `${path} is missing; expected ${issue.expected}`;
  if (issue.code === "invalid_type") return `${at}expected ${expected(issue.expected)}, but it is ${show(value)}`;
  const bound = (limit: number | bigint, inclusive: boolean | undefined, word: string, strict: string) =>
    `${inclusive === false ? strict : word} ${limit}`;
  const unit = Array.isArray(value) ? " entries" : typeof value === "string" ? " characters" : "";
  const found = Array.isArray(value)
    ? `has ${value.length}`
    : typeof value === "string"
    ? `has ${value.length}`
    : `is ${show(value)}`;
  if (issue.code === "too_small") {
    return `${at}expected ${bound(issue.minimum, issue.inclusive, "at least", "more than")}${unit}, but it ${found}`;
  }
  if (issue.code === "too_big") {
    return `${at}expected ${bound(issue.maximum, issue.inclusive, "at most", "less than")}${unit}, but it ${found}`;
  }
  if (issue.code === "invalid_value") {
    return `${at}expected one of ${issue.values.map(String).join(", ")}, but it is ${show(value)}`;
  }
  const told = issue.message.includes("; choose from") || issue.code === "custom";
  return `${path.endsWith(".type") || !told ? at : at}${issue.message}${told ? "" : `, but it is ${show(value)}`}`;
}

const expected = (
  type: string,
) => ({ int: "a whole number", number: "a number", string: "a text", array: "a list", object: "an object" }[type] ??
  type);

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** The JSON Schema of specs, for editors. */
export function specJsonSchema(registry: Registry): Record<string, unknown> {
  return z.toJSONSchema(specSchema(registry), { io: "input" }) as Record<string, unknown>;
}
