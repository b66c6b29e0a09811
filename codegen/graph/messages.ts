/**
 * What is wrong with a spec, in one line: where, what is there, and what may be.
 *
 * @module
 */
import type { z } from "../zod.ts";
import { printable } from "../error.ts";
import { mistakeAt, type SpecMistake, type SpecPath } from "./mistakes.ts";

/** Longest value that messages show whole, in characters. */
const SHOWN = 40;

/** What specs use of JSON Schema: the rules of a value. */
export interface Rules {
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

/** Most mistakes that are told of at once. */
const MOST_TOLD = 20;

/** What is wrong, a line each. */
export function describe(
  issues: readonly z.core.$ZodIssue[],
  spec: unknown,
  schema: Rules,
): [SpecMistake, ...SpecMistake[]] {
  // unknown keys first: a key that is missing may be there, but misspelled
  const unknown = issues.findIndex(({ code }) => code === "unrecognized_keys"), begin = Math.max(0, unknown);
  const others = [...issues.slice(0, begin), ...issues.slice(begin + 1, MOST_TOLD)].slice(0, MOST_TOLD - 1);
  return [describeIssue(issues[begin], spec, schema), ...others.map((issue) => describeIssue(issue, spec, schema))];
}

function describeIssue(issue: z.core.$ZodIssue, spec: unknown, schema: Rules): SpecMistake {
  // an entry of a list that is wrong says more than that the list is
  const entry = issue.code === "invalid_union" ? issue.errors.flat().find(({ path }) => path.length > 0) : undefined;
  const path = [...issue.path, ...(entry?.path ?? [])] as SpecPath;
  let rules = schema, value = spec;
  for (const step of path) {
    rules = rulesAt(rules, step, value);
    value = (value as Record<string, unknown>)[step];
  }
  const said = (message: string) => path.length === 0 ? { path, message } : mistakeAt(path, message);
  if (issue.code === "custom") return said(issue.message);
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys, properties = alternative(rules, value).properties!, known = Object.keys(properties);
    const owner = properties.type ? ` of ${properties.type.const}` : "";
    const free = known.filter((name) => (value as Record<string, unknown>)[name] === undefined);
    const message = `unknown key ${show(key)}; known keys${owner}: ${known.join(", ")}${didYouMean(key, free)}`;
    return { ...said(message), path: [...path, key] };
  }
  if (value === undefined && path.length > 0) return said(`missing; expected ${expectation(rules)}`);
  return said(`expected ${expectation(rules)}, but it is ${show(value)}${didYouMean(value, rules.enum ?? [])}`);
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
  if (rules.oneOf) return rules.oneOf[types(rules.oneOf).indexOf((value as { readonly type: string }).type)];
  if (rules.anyOf) {
    return rules.anyOf.find(({ prefixItems, items }) =>
      (prefixItems ?? items) && (!prefixItems || prefixItems.length === (value as unknown[]).length)
    )!;
  }
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
    case "boolean":
      return "true or false";
    case "array":
      return `a list of ${rules.minItems} to ${rules.maxItems} entries`;
    case "string":
      return "a text";
    default:
      return `an object with ${rules.required!.join(", ")}`;
  }
}

/** The end of a message about a name that is not among those known, but close to one. */
export function didYouMean(name: unknown, known: readonly string[]): string {
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
    : `${[...String(value)].length} characters`;
  // a character of two parts is whole, or not there
  return `${text.slice(0, SHOWN - 3).replace(/[\ud800-\udbff]$/, "")}... (${size})`;
}

/** As `JSON.stringify`, which has no words for NaN, undefined or a bigint. */
function write(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${write(inner)}`).join(", ")}}`;
}
