/**
 * Right graphs, made wrong in one way each, and what must be said of it: which layer, and which other end.
 *
 * @module
 */
import { inferShapes } from "../codegen/graph/shapes.ts";
import { parseSpec } from "../codegen/graph/spec.ts";
import { graphRegistry, type GraphSpec, type LayerJson } from "./random_graph.ts";
import type { Draw } from "./random_layers.ts";

/** A layer whose name and inputs are written down. */
type Placed = LayerJson & { readonly name: string; readonly input: string[] };

/** A graph in which every layer says its name and what it reads; that does not change what it means. */
export interface PlacedGraph {
  readonly layers: readonly Placed[];
  /** Shapes by tensor. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** Writes down what layers are called and read. */
export function placed(json: GraphSpec): PlacedGraph {
  const { nodes, shapes } = inferShapes(parseSpec(json, graphRegistry), graphRegistry);
  const layers = nodes.map(({ name, inputs }, i) => ({ ...json.layers[i], name, input: Object.values(inputs) }));
  return { layers, shapes };
}

/** A graph that is wrong, and what all of the message's beginning and some of the rest must be. */
export interface WrongGraph {
  readonly layers: readonly LayerJson[];
  readonly begins: string;
  readonly has: readonly string[];
}

/** Makes a graph wrong; nothing where it cannot be in that way. */
export type Mutation = (draw: Draw, graph: PlacedGraph) => WrongGraph | undefined;

/** How messages call a tensor. */
const said = (layers: readonly Placed[], tensor: string) => {
  const at = layers.findIndex(({ name }) => name === tensor);
  return at < 0 ? "the input" : `layers[${at}] ${layers[at].type}`;
};
/** A layer with something else of its own. */
const changed = (layers: readonly Placed[], at: number, change: Partial<LayerJson>): LayerJson[] =>
  layers.map((layer, i) => i === at ? { ...layer, ...change } as LayerJson : layer);
/** A place among some. */
const among = (draw: Draw, layers: readonly unknown[], first = 0) => draw.int(first, layers.length - 1);
/** A layer's inputs with another one in place of one of them. */
const withInput = (draw: Draw, { input }: Placed, name: string) => input.with(draw.int(0, input.length - 1), name);

/** By what is wrong. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  /** A layer reads itself, or one behind it. */
  cycle(draw, { layers }) {
    const at = among(draw, layers), later = among(draw, layers, at), { name } = layers[later];
    return {
      layers: changed(layers, at, { input: withInput(draw, layers[at], name) }),
      begins: `layers[${at}].input: "${name}" is layers[${later}], which does not come before it`,
      has: [],
    };
  },
  /** A name that is no layer's, but near one. */
  unknown(draw, { layers }) {
    if (layers.length < 2) return;
    const at = among(draw, layers, 1), near = `${layers[draw.int(0, at - 1)].name}x`;
    if (layers.some(({ name }) => name === near)) return;
    return {
      layers: changed(layers, at, { input: withInput(draw, layers[at], near) }),
      begins: `layers[${at}].input: no layer before it is called "${near}"; did you mean "`,
      has: [],
    };
  },
  /** What a layer gives is not read. */
  unread(draw, { layers }) {
    const at = among(draw, layers), names = ["input", ...layers.slice(0, at).map(({ name }) => name)];
    const idle = { type: "tanh", name: "idle", input: draw.pick(...names) };
    return {
      layers: layers.toSpliced(at, 0, idle as Placed),
      begins: `layers[${at}]: no layer reads what tanh gives; leave it out, or name "idle" as an input`,
      has: [],
    };
  },
  /** Two tensors of different shapes meet. */
  shapes(draw, { layers, shapes }) {
    const at = among(draw, layers, 1), names = ["input", ...layers.slice(0, at).map(({ name }) => name)];
    const one = draw.pick(...names), others = names.filter((name) => shapes[name].join() !== shapes[one].join());
    if (others.length === 0) return;
    const other = draw.pick(...others), meeting = { type: "add", name: "meeting", input: [one, other] };
    return {
      layers: layers.toSpliced(at, 0, meeting as Placed),
      begins: `layers[${at}]: add does not fit ${said(layers, one)} and ${said(layers, other)}: `,
      has: [one, other].map((name) => `[${shapes[name].join(", ")}]`),
    };
  },
  /** A layer for vectors reads an image. */
  rank(draw, { layers, shapes }) {
    const at = among(draw, layers), names = ["input", ...layers.slice(0, at).map(({ name }) => name)];
    const images = names.filter((name) => shapes[name].length > 1);
    if (images.length === 0) return;
    const image = draw.pick(...images), dense = { type: "linear", name: "dense", input: image, outFeatures: 3 };
    return {
      layers: layers.toSpliced(at, 0, dense as unknown as Placed),
      begins: `layers[${at}]: linear does not fit ${said(layers, image)}: `,
      has: [`[${shapes[image].join(", ")}]`],
    };
  },
  /** Two layers of one name. */
  twice(draw, { layers }) {
    if (layers.length < 2) return;
    const at = among(draw, layers, 1), first = draw.int(0, at - 1), { name, type } = layers[first];
    return {
      layers: changed(layers, at, { name }),
      begins: `layers[${at}]: layers[${first}] ${type} is called "${name}", too; give it another name`,
      has: [],
    };
  },
  /** A name that the net itself has. */
  taken(draw, { layers }) {
    const at = among(draw, layers), name = draw.pick("input", "loss", "batch");
    return {
      layers: changed(layers, at, { name }),
      begins: `layers[${at}]: no layer may be called "${name}"`,
      has: [],
    };
  },
  /** A layer of one input reads two. */
  many(draw, { layers }) {
    const at = among(draw, layers), { input, type } = layers[at];
    if (input.length > 1 || graphRegistry.layers.find((kind) => kind.type === type)!.inputs) return;
    const other = draw.pick("input", ...layers.slice(0, at).map(({ name }) => name));
    return {
      layers: changed(layers, at, { input: [...input, other] }),
      begins: `layers[${at}]: ${type} takes 1 input, but it has 2: ${said(layers, input[0])} and ${
        said(layers, other)
      }; `,
      has: [`name it as its "input"`],
    };
  },
  /** A layer of several inputs reads one. */
  few(draw, { layers }) {
    const joins = layers.flatMap(({ input }, i) => input.length > 1 ? [i] : []);
    if (joins.length === 0) return;
    const at = draw.pick(...joins), { type, input } = layers[at];
    return {
      layers: changed(layers, at, { input: [input[0]] }),
      begins: `layers[${at}]: ${type} takes `,
      has: [`but it has 1: ${said(layers, input[0])}; name them as its "input"`],
    };
  },
  /** A list of no names. */
  none(draw, { layers }) {
    const at = among(draw, layers);
    return {
      layers: changed(layers, at, { input: [] }),
      begins: `layers[${at}].input: expected the name of a layer`,
      has: [],
    };
  },
};
