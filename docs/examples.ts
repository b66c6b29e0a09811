/**
 * Layers as formulas: a small net of each kind, compiled with nothing merged.
 *
 * @module
 */
import { formulas } from "../codegen/ir/text.ts";
import { compile, InputError, OPTIMIZATIONS, parseSpec, registry } from "../mod.ts";
import type { Schema } from "./schema.ts";

/** A layer of a net, after an input, and a line for each formula of its kernels. */
export interface Example {
  readonly layer: Readonly<Record<string, unknown>>;
  readonly input: readonly number[];
  readonly formulas: readonly string[];
}

/** Longest formula that is shown whole. */
const WIDTH = 150;

/**
 * A small layer of a kind, and the formulas of its kernels; nothing where there is no such net.
 *
 * @param schema of the kind's options.
 */
export function exampleOf(type: string, { properties, required = [] }: Schema): Example | undefined {
  const entries = required.filter((key) => key !== "type").map((key) => [key, smallest(properties![key])]);
  const layer = { type, ...Object.fromEntries(entries) };
  for (const input of [[4, 8, 8], [4, 8], [6]]) {
    const kernels = kernelsOf(layer, input);
    if (kernels === undefined) continue;
    const formulasOf = ({ name, lines }: (typeof kernels)[number]) =>
      lines.map((line, i) => `${(i === 0 ? name : "").padEnd(24)} ${line}`);
    return { layer, input, formulas: kernels.flatMap(formulasOf) };
  }
}

/** What the layer is called in its net. */
const NAME = "example";

/** The kernels of a layer whose inputs come from layers that learn, so that they have gradients. */
function kernelsOf(layer: Readonly<Record<string, unknown>>, input: readonly number[]) {
  const learns = input.length === 1
    ? { type: "linear", outFeatures: input[0] }
    : { type: input.length === 2 ? "conv1d" : "conv2d", outChannels: input[0], kernel: 1 };
  const { inputs = ["x"] } = registry.layers.find(({ type }) => type === layer.type)!;
  const count = "least" in inputs ? inputs.least : inputs.length;
  const sources = Array.from({ length: count }, (_, i) => ({ ...learns, name: `source${i}`, input: "input" }));
  const reads = sources.map(({ name }) => name);
  const layers = [
    ...sources,
    { ...layer, name: NAME, input: count === 1 ? reads[0] : reads },
    { type: "flatten" },
    { type: "linear", outFeatures: 2 },
  ];
  const loss = { type: "softmaxCrossEntropy" }, training = { epochs: 1, optimizer: { type: "adam" } };
  const limited = (line: string) => line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
  try {
    const spec = parseSpec({ name: "net", input, batchSize: 2, layers, loss, training });
    const { plan } = compile(spec, { target: "typescript", without: [...OPTIMIZATIONS] });
    return plan.train.kernels.flatMap(({ kernel }) => {
      const [, name] = kernel.name.match(`^${NAME}_((?:forward|backward).*)$`) ?? [];
      return name === undefined ? [] : [{ name, lines: formulas(kernel).map(limited) }];
    });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** A small value that a schema accepts. */
function smallest(schema: Schema): unknown {
  const { anyOf, items, const: only, minimum = 1, maximum = Infinity } = schema;
  if (only !== undefined) return only;
  // of a list one entry, the one that stands for any
  if (items) return [smallest(items.anyOf?.find((each) => each.const !== undefined) ?? items)];
  if (anyOf) return smallest(anyOf.at(-1)!.type === "array" ? anyOf[0] : anyOf.at(-1)!);
  return maximum < 2 ? 0.5 : Math.max(minimum, 2);
}
