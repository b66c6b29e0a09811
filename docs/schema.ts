/**
 * What a JSON Schema says of a value, in words.
 *
 * @module
 */
import { code } from "./markdown.ts";

/** What is used of the JSON Schema of specs. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** What a value may be, in words. */
export function domainOf(
  { title, enum: names, type, minimum, maximum, exclusiveMinimum, anyOf, prefixItems }: Schema,
): string {
  if (title !== undefined) return title;
  if (names) return names.map(code).join(", ");
  if (anyOf) return anyOf.map(domainOf).join(", or ");
  if (prefixItems) return `a list of ${prefixItems.length} such`;
  if (type === "boolean") return "true or false";
  const kind = type === "integer" ? "a whole number" : type === "number" ? "a number" : "a text";
  const least = minimum !== undefined
    ? `from ${figure(minimum)}`
    : exclusiveMinimum !== undefined
    ? `above ${exclusiveMinimum}`
    : "";
  return [kind, least, maximum === undefined ? "" : `to ${figure(maximum)}`].filter((word) => word !== "").join(" ");
}

const figure = (value: number) => Number.isInteger(value) ? value.toLocaleString("en-US") : String(value);

/** What stands at a key of a spec, in words. */
export function valueText(schema: Schema): string {
  const { title, type, items, oneOf, minItems, maxItems, default: value } = schema;
  if (title === undefined && type === "array" && items && maxItems !== undefined) {
    return `a list of ${minItems} to ${maxItems}, see below`;
  }
  if (oneOf) {
    return `an object with a \`type\`, see below${value === undefined ? "" : `; default \`${JSON.stringify(value)}\``}`;
  }
  return domainOf(schema);
}
