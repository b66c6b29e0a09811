/**
 * `layers.md`: what a spec may say, from the registry and its schemas, and the formulas that layers become.
 *
 * @module
 */
import { jsonSchema, registry } from "../mod.ts";
import { INITS } from "../codegen/language/init.ts";
import { exampleOf } from "./examples.ts";
import { block, code, page, table } from "./markdown.ts";
import { domainOf, type Schema, valueText } from "./schema.ts";

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

const GROUPS_NOTE = `\
\`training.groups\` trains some layers otherwise than the rest, by their names: what is \`frozen\` stays as it is, such as
the first layers of a net whose weights come from another task. Nothing of its gradients is computed, and what lies
before it is not gone back to if nobody needs that. Layers that keep running statistics go on keeping them.`;

const CLIPPING_NOTE = `\
With \`training.clipNorm\`, all gradients of a step are multiplied by min(1, clipNorm / (norm + 1e-6)), where norm² is the
sum of all their squares, as clip_grad_norm_ of PyTorch does it; l2 comes on top. It keeps updates out of the kernels
that make gradients, since each needs all of them. It is compiled in.`;

const SCHEDULERS_NOTE = `\
A schedule counts finished epochs, with \`"by": "step"\` finished steps, over all epochs; its options then are in steps,
too. \`oneCycle\` always counts steps. All of the training is \`training.epochs\` epochs, whatever a run is told by
\`--epochs\`; later, \`linear\` and \`oneCycle\` stay at their last rate. Steps of [\`Net.step\`](net.md) belong to no
epoch: a schedule over all of the training then stays at its beginning, so say how many steps it has. With
\`cycleMomentum\`, the default as in PyTorch, \`oneCycle\` puts its own momentum in place of \`momentum\` or \`beta1\`.

\`warmup\` goes with any of them: in the first steps, the rate is multiplied by startFactor + (1 - startFactor) step / steps.`;

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
  const common = commonOptions(kinds.layer);
  return page(
    "# What a spec may say",
    INTRODUCTION,
    "## Keys",
    table(["key", "what it is", "may be"], keyRows(schema)),
    `\`mnist_cnn\` says \`"sgdLearningRate": 0.5\` because the reference does: there it is the network's rate for plain SGD.`,
    "## Layers",
    OPTIONS_NOTE,
    kindTable("layer", kinds.layer, "what it computes", true, common),
    "Every layer may also say:",
    optionTable("any layer", kinds.layer[0], common),
    ...kinds.layer.flatMap((kind) => layerSection(kind, common)),
    "## Losses",
    kindTable("loss", kinds.loss, "what it computes", true),
    "## Metrics",
    "A net is told those that its spec names in `metrics`, or those that are usual for its loss; nothing is learned from them.",
    table(
      ["metric", "what it is", "source"],
      registry.metrics.map(({ type, summary, source }) => [code(type), summary, sourceLink(source)]),
    ),
    "## Optimizers",
    "g is the gradient, averaged over the batch; l2 w is added to that of weights, and not to that of biases, nor of a norm's weights.",
    kindTable("optimizer", kinds.optimizer, "rule", true),
    "### Groups of layers",
    GROUPS_NOTE,
    keyTable("key of a group", training.properties!.groups.items!),
    "### Clipping",
    CLIPPING_NOTE,
    "## Schedulers",
    SCHEDULERS_NOTE,
    kindTable("scheduler", kinds.scheduler, "rate after a count of finished epochs, or steps", true),
    keyTable("key of `warmup`", scheduler.oneOf![0].properties!.warmup),
    "## Inits",
    table(
      ["init", "weights are"],
      Object.entries(INITS).map(([name, { summary }]) => [code(name), summary]),
    ),
    "Biases begin at 0, and weights of norms at 1.",
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

/** A kind's options with their schemas. */
const optionsOf = ({ schema }: Kind) => Object.entries(schema.properties!).filter(([key]) => key !== "type");

/** Options that all kinds have, and mean the same. */
function commonOptions(kinds: readonly Kind[]): string[] {
  const text = (kind: Kind, key: string) => JSON.stringify(kind.schema.properties![key]);
  return optionsOf(kinds[0]).map(([key]) => key)
    .filter((key) => kinds.every((kind) => text(kind, key) === text(kinds[0], key)));
}

/** `name`, `name?` or `name = default`. */
function optionText({ schema: { required = [] } }: Kind, key: string, value: Schema): string {
  if (value.default !== undefined) return `${key} = ${JSON.stringify(value.default)}`;
  return required.includes(key) ? key : `${key}?`;
}

/** A link to the file that a kind is written in. */
const sourceLink = (path: string) => `[${path.slice(path.lastIndexOf("/") + 1)}](../${path})`;

/** @param common options that are told elsewhere. */
function kindTable(
  name: string,
  kinds: readonly Kind[],
  what: string,
  options: boolean,
  common: readonly string[] = [],
): string {
  const special = (kind: Kind) => optionsOf(kind).filter(([key]) => !common.includes(key));
  const sources = kinds.every((kind) => kind.source !== undefined);
  return table(
    [name, ...options ? ["options"] : [], what, ...sources ? ["source"] : []],
    kinds.map((kind) => [
      code(kind.type),
      ...options ? [special(kind).map(([key, value]) => code(optionText(kind, key, value))).join(", ")] : [],
      kind.summary,
      ...sources ? [sourceLink(kind.source!)] : [],
    ]),
  );
}

/** Options of a kind in detail: those of a list. */
function optionTable(first: string, kind: Kind, keys: readonly string[]): string {
  return table(
    [first, "what it is", "may be"],
    optionsOf(kind).filter(([key]) => keys.includes(key))
      .map(([key, value]) => [code(optionText(kind, key, value)), value.description ?? "", domainOf(value)]),
  );
}

/** Keys of an object of a spec. */
function keyTable(first: string, schema: Schema): string {
  const kind = { type: "", summary: "", schema };
  return optionTable(first, kind, Object.keys(schema.properties!));
}

/** Options in detail, and the formulas of an example. */
function layerSection(kind: Kind, common: readonly string[]): string[] {
  const keys = optionsOf(kind).map(([key]) => key).filter((key) => !common.includes(key));
  const example = exampleOf(kind.type, kind.schema);
  return [
    `### ${code(kind.type)}`,
    keys.length === 0 ? "It has no options of its own." : optionTable("option", kind, keys),
    ...example === undefined ? [] : [
      `${code(JSON.stringify(example.layer))} after an input of [${example.input.join(", ")}] is`,
      example.formulas.length === 0
        ? "no kernel: its output is its input under another name."
        : block(example.formulas.join("\n")),
      ...example.formulas.length === 0 || example.formulas.some((line) => line.startsWith("backward"))
        ? []
        : ["Backward it has no kernel: the gradients of its inputs are that of its output."],
    ],
  ];
}

/** The keys of a spec, and what stands there. */
function keyRows({ properties }: Schema): string[][] {
  const { training, ...top } = properties!;
  const row = (key: string, schema: Schema) => [code(key), schema.description ?? "", valueText(schema)];
  return [
    ...Object.entries(top).filter(([key]) => key !== "$schema").map(([key, schema]) => row(key, schema)),
    ...Object.entries(training.properties!).map(([key, schema]) => row(`training.${key}`, schema)),
  ];
}
