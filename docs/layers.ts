/**
 * `layers.md`: what a spec may say, from the registry and its schemas, and the formulas that layers become.
 *
 * @module
 */
import { formulas } from "../codegen/ir/text.ts";
import { compile, InputError, jsonSchema, OPTIMIZATIONS, parseSpec, registry } from "../mod.ts";
import { block, code, page, table } from "./markdown.ts";

/** What is used of the JSON Schema of specs. */
interface Schema {
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

/** A kind of the registry: what the tables say of it. */
interface Kind {
  readonly type: string;
  readonly summary: string;
  readonly source?: string;
  readonly schema: Schema;
}

const INTRODUCTION = `\
A spec is a JSON file; [specs/lenet5.json](../specs/lenet5.json) is a complete one. Where its key \`$schema\` leads to
[spec.schema.json](../specs/spec.schema.json), as there, editors complete keys and mark mistakes. A mistake is refused
with one line that names the place and what may stand there.`;

const OPTIONS_NOTE = `\
Options without a sign must be given, those with \`?\` may be left out, and \`=\` gives the default. \`kernel\`, \`stride\` and
\`padding\` are a number, or \`[height, width]\`.`;

const INITS: Readonly<Record<string, string>> = {
  xavierUniform: "sqrt(2 / (fan in + fan out)): the reference's; Xavier's paper has 6 in place of 2",
  heUniform: "sqrt(6 / fan in)",
  zeros: "0",
};

/** The page. */
export function layersPage(): string {
  const schema = jsonSchema() as unknown as Schema;
  const { layers, loss, training } = schema.properties!;
  const { optimizer, scheduler } = training.properties!;
  const kinds = {
    layer: kindsOf(registry.layers, layers.items!),
    loss: kindsOf(registry.losses, loss),
    optimizer: kindsOf(registry.optimizers, optimizer),
    scheduler: kindsOf(registry.schedulers, scheduler),
  };
  return page(
    "# What a spec may say",
    INTRODUCTION,
    "## Keys",
    table(["key", "what it is", "may be"], keyRows(schema)),
    `\`mnist_cnn\` says \`"sgdLearningRate": 0.5\` because the reference does: there it is the network's rate for plain SGD.`,
    "## Layers",
    OPTIONS_NOTE,
    kindTable("layer", kinds.layer, "what it computes", true),
    "Every layer may have these, too:",
    table(["any layer", "what it is", "may be"], optionRows(kinds.layer[0], COMMON.has.bind(COMMON))),
    ...kinds.layer.flatMap(layerSection),
    "## Losses",
    kindTable("loss", kinds.loss, "what it computes", false),
    "## Optimizers",
    "g is the gradient, averaged over the batch; l2 w is added to that of weights, and not to that of biases.",
    kindTable("optimizer", kinds.optimizer, "rule", true),
    "## Schedulers",
    kindTable("scheduler", kinds.scheduler, "rate after so many finished epochs", true),
    "## Inits",
    table(
      ["init", "weights are uniform in ±s, s ="],
      inits(kinds.layer).map((name) => [code(name), INITS[name] ?? ""]),
    ),
    "Biases begin at 0.",
  );
}

/** The kinds of one list of the registry, each with its schema. */
function kindsOf(
  registered: readonly { readonly type: string; readonly summary: string; readonly source?: string }[],
  { oneOf = [] }: Schema,
): Kind[] {
  return registered.map(({ type, summary, source }) => ({
    type,
    summary,
    source,
    schema: oneOf.find(({ properties }) => properties!.type.const === type)!,
  }));
}

/** Options that every layer may have: they are told once. */
const COMMON = new Set(["name", "input"]);

/** A kind's own options with their schemas. */
const optionsOf = ({ schema }: Kind, which = (key: string) => !COMMON.has(key)) =>
  Object.entries(schema.properties!).filter(([key]) => key !== "type" && which(key));

const optionRows = (kind: Kind, which?: (key: string) => boolean) =>
  optionsOf(kind, which).map((
    [key, value],
  ) => [code(optionText(kind, key, value)), value.description ?? "", domainOf(value)]);

/** `name`, `name?` or `name = default`. */
function optionText({ schema: { required = [] } }: Kind, key: string, value: Schema): string {
  if (value.default !== undefined) return `${key} = ${JSON.stringify(value.default)}`;
  return required.includes(key) ? key : `${key}?`;
}

function kindTable(name: string, kinds: readonly Kind[], what: string, options: boolean): string {
  const source = (path: string) => `[${path.slice(path.lastIndexOf("/") + 1)}](../${path})`;
  const sources = kinds.every((kind) => kind.source !== undefined);
  return table(
    [name, ...options ? ["options"] : [], what, ...sources ? ["source"] : []],
    kinds.map((kind) => [
      code(kind.type),
      ...options ? [optionsOf(kind).map(([key, value]) => code(optionText(kind, key, value))).join(", ")] : [],
      kind.summary,
      ...sources ? [source(kind.source!)] : [],
    ]),
  );
}

/** Options in detail, and the formulas of an example. */
function layerSection(kind: Kind): string[] {
  const options = optionsOf(kind);
  const example = exampleOf(kind);
  return [
    `### ${code(kind.type)}`,
    options.length === 0 ? "It has no options." : table(
      ["option", "what it is", "may be"],
      optionRows(kind),
    ),
    ...example === undefined ? [] : [
      `${code(JSON.stringify(example.layer))} after an input of [${example.input.join(", ")}] is`,
      example.formulas.length === 0
        ? "no kernel: its output is its input under another name."
        : block(example.formulas.join("\n")),
    ],
  ];
}

/** Longest formula that is shown whole. */
const WIDTH = 150;

/** A small layer of a kind, and the formulas of its kernels, none of them merged; nothing where there is no such net. */
function exampleOf({ type, schema: { properties, required = [] } }: Kind) {
  const entries = required.filter((key) => key !== "type").map((key) => [key, smallest(properties![key])]);
  const layer = { type, ...Object.fromEntries(entries) };
  for (const input of [[4, 8, 8], [6]]) {
    const kernels = kernelsOf(layer, input);
    if (kernels === undefined) continue;
    const formulasOf = ({ name, lines }: (typeof kernels)[number]) =>
      lines.map((line, i) => `${(i === 0 ? name : "").padEnd(24)} ${line}`);
    return { layer, input, formulas: kernels.flatMap(formulasOf) };
  }
}

/** The kernels of a layer behind one of its own kind or a like one, so that its input has a gradient. */
function kernelsOf(layer: Readonly<Record<string, unknown>>, input: readonly number[]) {
  const first = input.length === 1
    ? { type: "linear", outFeatures: input[0] }
    : { type: "conv2d", outChannels: input[0], kernel: 1 };
  const last = [{ type: "flatten" }, { type: "linear", outFeatures: 2 }];
  const net = (layers: readonly unknown[]) =>
    parseSpec({
      name: "example",
      input,
      batchSize: 2,
      layers,
      loss: { type: "softmaxCrossEntropy" },
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 1 } },
    });
  try {
    const { plan } = compile(net([first, layer, ...last]), { target: "typescript", without: [...OPTIMIZATIONS] });
    const number = layer.type === first.type ? 2 : 1;
    const { stem } = registry.layers.find(({ type }) => type === layer.type)!;
    const own = new RegExp(`^${stem}${number}_(forward|backward_.*)$`);
    const limited = (line: string) => line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
    return plan.train.kernels.filter(({ kernel: { name } }) => own.test(name)).map(({ kernel }) => ({
      name: kernel.name.match(own)![1],
      lines: formulas(kernel).map(limited),
    }));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** A small value that a schema accepts. */
function smallest(schema: Schema): unknown {
  const { anyOf, minimum = 1, maximum = Infinity } = schema;
  if (anyOf) return smallest(anyOf.at(-1)!.type === "array" ? anyOf[0] : anyOf.at(-1)!);
  return maximum < 2 ? 0.5 : Math.max(minimum, 2);
}

/** What a value may be, in words. */
function domainOf(
  { title, enum: names, type, minimum, maximum, exclusiveMinimum, anyOf, prefixItems }: Schema,
): string {
  if (title !== undefined) return title;
  if (names) return names.map(code).join(", ");
  if (anyOf) return anyOf.map(domainOf).join(", or ");
  if (prefixItems) return `a list of ${prefixItems.length} such`;
  const kind = type === "integer" ? "a whole number" : type === "number" ? "a number" : "a text";
  const least = minimum !== undefined
    ? `from ${figure(minimum)}`
    : exclusiveMinimum !== undefined
    ? `above ${exclusiveMinimum}`
    : "";
  return [kind, least, maximum === undefined ? "" : `to ${figure(maximum)}`].filter((word) => word !== "").join(" ");
}

const figure = (value: number) => Number.isInteger(value) ? value.toLocaleString("en-US") : String(value);

/** The keys of a spec, and what stands there. */
function keyRows({ properties }: Schema): string[][] {
  const { training, ...top } = properties!;
  const row = (key: string, schema: Schema) => [code(key), schema.description ?? "", valueText(schema)];
  return [
    ...Object.entries(top).filter(([key]) => key !== "$schema").map(([key, schema]) => row(key, schema)),
    ...Object.entries(training.properties!).map(([key, schema]) => row(`training.${key}`, schema)),
  ];
}

function valueText(schema: Schema): string {
  const { type, items, oneOf, minItems, maxItems, default: value } = schema;
  if (type === "array" && items && maxItems !== undefined) return `a list of ${minItems} to ${maxItems}, see below`;
  if (oneOf) {
    return `an object with a \`type\`, see below${value === undefined ? "" : `; default \`${JSON.stringify(value)}\``}`;
  }
  return domainOf(schema);
}

/** All names that a layer's \`init\` may have. */
function inits(kinds: readonly Kind[]): string[] {
  return [...new Set(kinds.flatMap(({ schema }) => schema.properties!.init?.enum ?? []))];
}
