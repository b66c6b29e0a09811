/**
 * Help while a spec is written, from its JSON Schema: what can stand at a place, and what it means.
 *
 * @module
 */
import { type Open, type Spot, spotAt } from "./spot.ts";

/** What specs use of JSON Schema. */
export interface Rules {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly oneOf?: readonly Rules[];
  readonly anyOf?: readonly Rules[];
  readonly properties?: Readonly<Record<string, Rules>>;
  readonly required?: readonly string[];
  readonly items?: Rules | false;
  readonly prefixItems?: readonly Rules[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Something that can be written. */
export interface Offer {
  readonly label: string;
  /** What is put into the text. */
  readonly text: string;
  /** In a word or two: what it may be, or that it must be there. */
  readonly detail?: string;
  /** What it means. */
  readonly info?: string;
}

/** What can be written at a place, in place of some characters. */
export interface Offers {
  readonly from: number;
  readonly to: number;
  readonly offers: readonly Offer[];
}

/** What something at a place means. */
export interface Help {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly lines: readonly string[];
}

/** What can be written at a place. */
export function offersAt(text: string, at: number, schema: Rules): Offers | undefined {
  const spot = spotAt(text, at), { open, expects, from, to } = spot;
  if (open.length === 0) return undefined;
  const owners = rulesOf(open, schema);
  const offers = expects === "key"
    ? keyOffers(owners, open.at(-1)!, /^\s*:/.test(text.slice(to)))
    : unique(owners.flatMap((rules) => valueRules(rules, open.at(-1)!)).flatMap(valueOffers));
  return offers.length > 0 ? { from, to, offers } : undefined;
}

/** What the key or the value at a place means. */
export function helpAt(text: string, at: number, schema: Rules): Help | undefined {
  const spot = spotAt(text, at), { open, expects, from, to, word } = spot;
  if (word === "" || open.length === 0) return undefined;
  const key = expects === "key" ? word.replaceAll('"', "") : open.at(-1)!.step, owner = { ...open.at(-1)!, step: key };
  const owners = rulesOf(open, schema);
  // of a kind, what it is
  const kind = owners.flatMap(({ oneOf = [], properties }) => [...oneOf, { properties }])
    .find(({ properties }) => expects === "value" && properties?.type?.const === word.replaceAll('"', ""));
  if (kind) return { from, to, title: word.replaceAll('"', ""), lines: linesOf(kind as Rules) };
  const found = owners.flatMap((rules) => valueRules(rules, owner));
  const lines = unique(found.flatMap(linesOf).map((line) => ({ label: line }))).map(({ label }) => label);
  return lines.length > 0 ? { from, to, title: titleOf(spot, key), lines } : undefined;
}

const titleOf = ({ open }: Spot, key: string | number | undefined) =>
  typeof key === "string" ? key : `${open.at(-2)?.step ?? "entry"} ${key}`;

const linesOf = (rules: Rules) =>
  [rules.description, allowed(rules)].filter((line) => line !== undefined && line !== "") as string[];

/** The rules of the innermost list or object that is open: several where its text does not say which. */
function rulesOf(open: readonly Open[], schema: Rules): readonly Rules[] {
  let rules: readonly Rules[] = chosen([schema], open[0]);
  for (const [i, outer] of open.slice(0, -1).entries()) {
    rules = chosen(rules.flatMap((each) => valueRules(each, outer)), open[i + 1]);
  }
  return rules;
}

/** Of rules, those that are meant for a list or an object. */
function chosen(rules: readonly Rules[], { kind, keys }: Open): Rules[] {
  const type = keys.get("type"), all = rules.flatMap((each) => each.anyOf ?? [each]);
  return all.flatMap((each) => {
    if (kind === "list") return each.items !== undefined || each.prefixItems ? [each] : [];
    if (!each.oneOf) return each.properties ? [each] : [];
    const one = each.oneOf.find(({ properties }) => properties?.type.const === type);
    // which one it is going to be nobody knows yet
    return [one ? { ...one, oneOf: each.oneOf } : { oneOf: each.oneOf }];
  });
}

/** The rules of what stands in a list or an object, at the step. */
function valueRules(rules: Rules, { step }: Open): Rules[] {
  if (step === "type" && rules.oneOf) {
    return [{ description: rules.properties?.type?.description, oneOf: rules.oneOf, type: "name" }];
  }
  if (typeof step === "string") return rules.properties?.[step] ? [rules.properties[step]] : [];
  const entry = rules.prefixItems?.[step ?? 0] ?? rules.items;
  return entry ? [entry] : [];
}

function keyOffers(owners: readonly Rules[], { keys }: Open, hasValue: boolean): Offer[] {
  return unique(
    owners.flatMap(({ properties = { type: {} }, required = [] }) =>
      Object.entries(properties).filter(([key]) => !keys.has(key)).map(([label, rules]): Offer & { must: boolean } => {
        const must = required.includes(label) || label === "type";
        return {
          ...{ label, text: hasValue ? `"${label}"` : `"${label}": `, detail: must ? "needed" : undefined, must },
          info: linesOf(rules).join(" "),
        };
      })
    ),
  ).sort((a, b) => Number(b.must) - Number(a.must));
}

function valueOffers(rules: Rules): Offer[] {
  if (rules.type === "name") {
    return rules.oneOf!.map(({ properties, description }) => offerOf(properties!.type.const!, description));
  }
  if (rules.enum) return rules.enum.map((name) => offerOf(name, rules.description));
  if (rules.const !== undefined) return [offerOf(rules.const, rules.description)];
  if (rules.type === "boolean") {
    return ["true", "false"].map((label) => ({ label, text: label, info: rules.description }));
  }
  if (rules.anyOf) return rules.anyOf.flatMap(valueOffers);
  if (!rules.oneOf) return [];
  // an object whole, with what it must have
  return rules.oneOf.map(({ properties = {}, required = [], description }) => {
    const { const: type } = properties.type, others = required.filter((key) => key !== "type");
    const parts = [`"type": "${type}"`, ...others.map((key) => `"${key}": ${startOf(properties[key])}`)];
    return { label: type!, text: `{ ${parts.join(", ")} }`, info: description };
  });
}

const offerOf = (name: string, info?: string): Offer => ({ label: name, text: `"${name}"`, info });

/** A value to begin with. */
function startOf(rules: Rules): string {
  if (rules.default !== undefined) return JSON.stringify(rules.default);
  if (rules.enum) return `"${rules.enum[0]}"`;
  if (rules.anyOf) return startOf(rules.anyOf[0]);
  if (rules.type === "boolean") return "false";
  if (rules.type === "string") return '""';
  if (rules.type === "array") return "[]";
  return `${Math.max(rules.minimum ?? 1, 1)}`;
}

/** What a value may be, in words; nothing where its name says it. */
export function allowed(rules: Rules): string {
  const { title, enum: names, oneOf, anyOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum, type } = rules;
  const begins = rules.default === undefined ? "" : ` Default: ${JSON.stringify(rules.default)}.`;
  const sentence = (text: string) => `May be ${text}.${begins}`;
  if (title !== undefined) return sentence(title);
  if (names) return sentence(`one of ${names.join(", ")}`);
  if (oneOf) return sentence(`one of ${oneOf.map(({ properties }) => properties?.type.const).join(", ")}`);
  if (anyOf) return allowed(anyOf[0]);
  if (type === "integer") return sentence(`a whole number from ${minimum} to ${maximum}`);
  if (type === "boolean") return sentence("true or false");
  if (type !== "number") return begins.trim();
  const limits = [[">", exclusiveMinimum], [">=", minimum], ["<", exclusiveMaximum], ["<=", maximum]]
    .filter(([, limit]) => limit !== undefined).map((limit) => limit.join(" "));
  return sentence(`a number ${limits.join(" and ")}`.trim());
}

/** The first of each label. */
function unique<Entry extends { readonly label: string }>(all: readonly Entry[]): Entry[] {
  return [...new Map(all.toReversed().map((each) => [each.label, each])).values()].toReversed();
}
