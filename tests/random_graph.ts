/**
 * Random nets that are graphs: branches, tensors with several readers, layers with names, joins. Made of the entries of
 * `random_layers.ts` for all kinds of a registry; shapes are those that the kinds themselves tell.
 *
 * @module
 */
import { layerNames } from "../codegen/graph/names.ts";
import { checkBatch, inferShapes } from "../codegen/graph/shapes.ts";
import { parseSpec, type Spec } from "../codegen/graph/spec.ts";
import { InputError } from "../codegen/error.ts";
import { inputSymbols, type LayerKind, type Shape } from "../codegen/language/layer.ts";
import type { Registry } from "../codegen/language/registry.ts";
import { registry as withTestLayers } from "./mix_layer.ts";
import { type Draw, drawing, type Given, RANDOM_LAYERS, type RandomLayer } from "./random_layers.ts";

/** Options beside a kind's type; undefined where it does not fit outputs of a shape. `input`: the shape of the net's own. */
export type RandomLoss = (draw: Draw, output: Shape, input: Shape) => Record<string, unknown> | undefined;

/** Of a loss on numbers: weights of outputs, and where shapes are the same, the input as the target. */
const onNumbers: RandomLoss = (draw, output, input) => ({
  ...draw.chance(0.3) && { weighted: true },
  ...output.join() === input.join() && draw.chance(0.7) && { target: "input" },
});

/** Options of losses, by type: an entry for each kind. */
export const RANDOM_LOSSES: Readonly<Record<string, RandomLoss>> = {
  binaryCrossEntropy: onNumbers,
  huber: (draw, ...shapes) => ({
    ...onNumbers(draw, ...shapes),
    ...draw.chance(0.5) && { delta: draw.pick(0.1, 0.5) },
  }),
  mae: onNumbers,
  mse: onNumbers,
  softmaxCrossEntropy: (draw, output) =>
    output.length > 1 ? undefined : {
      ...draw.chance(0.3) && { labelSmoothing: draw.pick(0.1, 0.25) },
      ...draw.chance(0.3) && { classWeights: Array.from({ length: output[0] }, () => draw.pick(0.5, 1, 2, 3)) },
      ...draw.chance(0.3) && { weighted: true },
    },
};

/**
 * What an optimizer adds to a root before it divides by it: of a gradient that is nothing but rounding, it would else make
 * a whole step.
 */
const EPSILON = 1e-3;

/** Options of optimizers, by type: an entry for each kind. */
export const RANDOM_OPTIMIZERS: Readonly<Record<string, (draw: Draw) => Record<string, unknown>>> = {
  adam: (draw) => ({ learningRate: 0.01, epsilon: EPSILON, l2: draw.pick(0, 0.0001) }),
  adamw: (draw) => ({ learningRate: 0.01, epsilon: EPSILON, weightDecay: draw.pick(0, 0.01) }),
  momentum: (draw) => ({ learningRate: 0.01, l2: draw.pick(0, 0.0001), ...draw.chance(0.4) && { nesterov: true } }),
  rmsprop: (draw) => ({
    ...{ learningRate: 0.01, epsilon: EPSILON, l2: draw.pick(0, 0.0001) },
    ...{ momentum: draw.pick(0, 0.9), centered: draw.chance(0.4) },
  }),
  sgd: (draw) => ({ learningRate: 0.01, l2: draw.pick(0, 0.0001) }),
};

/** Some tensors of the shape of a given one, for layers that take several. */
const alike = (draw: Draw, given: Given, all: readonly Given[], count: number): string[] => {
  const same = all.filter(({ shape }) => shape.join() === given.shape.join());
  return [given.name, ...Array.from({ length: count - 1 }, () => draw.pick(...same).name)];
};

/** Layers that only tests have. */
const OF_TESTS: Readonly<Record<string, RandomLayer>> = {
  add: (draw, given, all) => ({ input: alike(draw, given, all, draw.int(2, 3)) }),
  mix: (draw, given, all) => ({ input: alike(draw, given, all, 2) }),
};

/** All that ships, and what only tests have. */
export const graphRegistry: Registry = {
  ...withTestLayers,
  layers: withTestLayers.layers.filter(({ type }, i, all) => all.findIndex((other) => other.type === type) === i),
};

/** How a random layer of a kind looks; undefined where nobody has written it down. */
export function randomLayerOf(type: string): RandomLayer | undefined {
  return Object.hasOwn(RANDOM_LAYERS, type) ? RANDOM_LAYERS[type] : OF_TESTS[type];
}

/** Most elements of a tensor without the batch, and of all that a layer learns: hundreds of nets take a minute. */
const LARGEST = 400, MOST_LEARNED = 3000;
/** Most samples of a step times elements of the input. */
const LARGEST_BATCH = 4000;

/** What a random graph should be like. */
export interface GraphWish {
  /** What there is. Default: {@linkcode graphRegistry}. */
  readonly registry?: Registry;
  /** Kinds that it must have: of a layer, a loss or an optimizer each. */
  readonly having?: { readonly layer?: string; readonly loss?: string; readonly optimizer?: string };
}

/**
 * A spec as JSON that `parseSpec` accepts with the registry; the same for the same seed.
 *
 * @throws {Error} when a kind has no entry, or none of many tries has the kinds that are asked for.
 */
export function randomGraph(seed: number, { registry = graphRegistry, having = {} }: GraphWish = {}): GraphSpec {
  for (let attempt = 0; attempt < 200; attempt++) {
    const draw = drawing(seed * 211 + attempt), json = new Growing(draw, registry, having.layer).spec(seed, having);
    if (json && (having.layer === undefined || json.layers.some(({ type }) => type === having.layer))) return json;
  }
  throw new Error(`no random graph of seed ${seed} has ${JSON.stringify(having)}; mend its entry in tests/random_*.ts`);
}

/** One of the graphs that cover all kinds of layers: each has one of them, in turn, whatever else is in it. */
export function coveringGraph(seed: number): GraphSpec {
  const { layers } = graphRegistry;
  return randomGraph(seed, { having: { layer: layers[seed % layers.length].type } });
}

/** A layer as JSON. */
export type LayerJson = { type: string; name?: string; input?: string | string[] } & Record<string, unknown>;

/** A spec as JSON. */
export interface GraphSpec extends Record<string, unknown> {
  name: string;
  input: number[];
  batchSize: number;
  layers: LayerJson[];
  loss: { type: string } & Record<string, unknown>;
  training: { epochs: number; optimizer: { type: string } & Record<string, unknown> };
}

/** Shapes of inputs that the specs of a registry may have, by their number of extents. */
const ranks = new WeakMap<Registry, number[]>();

function ranksOf(registry: Registry): number[] {
  const known = ranks.get(registry) ?? [1, 2, 3].filter((rank) => {
    const json = {
      ...{ name: "probe", batchSize: 1, input: Array(rank).fill(4), loss: { type: "mse" } },
      layers: [{ type: "flatten" }],
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 1 } },
    };
    return accepted(() => parseSpec(json, registry)) !== undefined;
  });
  ranks.set(registry, known);
  return known;
}

/** What is given, or nothing where it is refused. */
function accepted<Value>(attempt: () => Value): Value | undefined {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

/** The spec itself; @throws {InputError} when its layers do not fit, or not its batches. */
function fits(json: GraphSpec, registry: Registry): GraphSpec {
  checkBatch(inferShapes(parseSpec(json, registry), registry));
  return json;
}

/** A graph to which layers are added. */
class Growing {
  readonly #draw: Draw;
  readonly #registry: Registry;
  /** A kind that is tried more often than others. */
  readonly #favourite: string | undefined;
  readonly #layers: LayerJson[] = [];
  readonly #kinds: LayerKind[] = [];
  readonly #tensors: Given[];
  readonly #unread = new Set<string>();

  constructor(draw: Draw, registry: Registry, favourite?: string) {
    this.#draw = draw;
    this.#registry = registry;
    this.#favourite = favourite;
    // mostly images: most kinds are for these
    const rank = draw.chance(0.4) ? Math.max(...ranksOf(registry)) : draw.pick(...ranksOf(registry));
    const shape = rank === 1
      ? [draw.int(1, 40)]
      : [draw.int(1, 4), ...Array(rank - 1).fill(0).map(() => draw.int(3, 9))];
    this.#tensors = [{ name: "input", shape }];
  }

  /** The whole of it; nothing where it cannot be ended. */
  spec(seed: number, { loss, optimizer }: NonNullable<GraphWish["having"]>): GraphSpec | undefined {
    const draw = this.#draw, [{ shape: input }] = this.#tensors;
    for (let i = draw.int(1, 7); i > 0; i--) {
      if (draw.chance(0.3)) this.#residual();
      else this.#grow();
    }
    const types = (kinds: readonly { type: string }[]) => kinds.map(({ type }) => type);
    const lossType = loss ?? draw.pick(...types(this.#registry.losses));
    const optimizerType = optimizer ?? draw.pick(...types(this.#registry.optimizers));
    const most = Math.max(1, LARGEST_BATCH / input.reduce((a, b) => a * b));
    const json = {
      name: `graph_${seed}`,
      input: [...input],
      batchSize: draw.pick(...[1, 2, 3, 5, 6, 7, 4, 8, 12, 16, 20, 24, 32, 64].filter((size) => size <= most)),
      layers: this.#layers,
      training: {
        epochs: 1,
        optimizer: { type: optimizerType, ...entryOf(RANDOM_OPTIMIZERS, optimizerType, "optimizer")(draw) },
      },
    };
    const ended = (): GraphSpec | undefined => {
      const options = entryOf(RANDOM_LOSSES, lossType, "loss")(draw, this.#tensors.at(-1)!.shape, input);
      const whole = options && { ...json, layers: [...this.#layers], loss: { type: lossType, ...options } };
      return accepted(() => whole && fits(whole, this.#registry));
    };
    // outputs that are images, for losses that take them, or an end as most nets have it
    return (draw.chance(0.3) ? ended() : undefined) ?? (this.#join() ? ended() : undefined);
  }

  /** Adds a layer of any kind that reads a tensor, one that nobody reads more often than others. */
  #grow(given?: Given, fits: (shape: Shape) => boolean = () => true): Given | undefined {
    const draw = this.#draw, all = this.#tensors, { layers } = this.#registry;
    for (let tries = 0; tries < 12; tries++) {
      const from = given ?? (draw.chance(0.7) ? this.#latest() : draw.pick(...all));
      const favourite = draw.chance(0.3) && layers.find(({ type }) => type === this.#favourite);
      const kind = favourite || draw.pick(...layers);
      // behind it there are no images
      if (kind.reshapes && kind !== favourite && draw.chance(0.7)) continue;
      const made = entryOf(undefined, kind.type, "layer")(draw, from, all);
      const added = made && this.#add(kind, made, from, fits);
      if (added) return added;
    }
  }

  /** A tensor nobody reads, or the last one. */
  #latest(): Given {
    const unread = this.#tensors.filter(({ name }) => this.#unread.has(name));
    return unread.length > 0 ? this.#draw.pick(...unread) : this.#tensors.at(-1)!;
  }

  /** A way around one to three layers that keep a shape; where they meet, a layer that takes both. */
  #residual(): void {
    const draw = this.#draw, start = this.#latest(), same = (shape: Shape) => shape.join() === start.shape.join();
    let end: Given = start;
    for (let i = draw.int(1, 3); i > 0; i--) end = this.#grow(end, same) ?? end;
    if (end === start) return;
    const joins = this.#registry.layers.filter((kind) => inputSymbols(kind, 2));
    for (let tries = 0; tries < 5 && joins.length > 0; tries++) {
      const kind = draw.pick(...joins), made = entryOf(undefined, kind.type, "layer")(draw, end, [start, end]);
      if (made && this.#add(kind, made, end)) return;
    }
  }

  /** Reads all that nobody reads, and ends in a vector. */
  #join(): boolean {
    const draw = this.#draw, kind = (type: string) => this.#registry.layers.find((own) => own.type === type)!;
    const width = draw.int(1, 10),
      open = this.#tensors.filter(({ name }) => this.#unread.has(name)),
      ends: Given[] = [];
    for (const given of open.length > 0 ? open : [this.#tensors[0]]) {
      const flat = given.shape.length === 1 ? given : this.#add(kind("flatten"), {}, given, undefined, Infinity)!;
      const end = this.#add(kind("linear"), { outFeatures: width }, flat, undefined, Infinity);
      if (end) ends.push(end);
    }
    while (ends.length > 1) {
      const some = ends.splice(0, draw.int(2, 4)), join = kind("add");
      const end = join && this.#add(join, { input: some.map(({ name }) => name) }, some[0], undefined, Infinity);
      if (!end) return false;
      ends.push(end);
    }
    return ends.length === 1;
  }

  /** Adds a layer where it fits, and is not too large. */
  #add(
    kind: LayerKind,
    { input, ...own }: Record<string, unknown>,
    from: Given,
    fits: (shape: Shape) => boolean = () => true,
    most = LARGEST,
  ): Given | undefined {
    const draw = this.#draw, read = input === undefined ? [from.name] : [input].flat() as string[];
    const shapes = read.map((name) => this.#tensors.find((tensor) => tensor.name === name)!.shape);
    const symbols = inputSymbols(kind, read.length), options = kind.schema.parse({ type: kind.type, ...own });
    if (!symbols) return;
    const inputs = Object.fromEntries(symbols.map((symbol, i) => [symbol, shapes[i]]));
    const shape = accepted(() => kind.shape(options, inputs));
    if (!shape || sizeOf(shape) > most || !fits(shape)) return;
    const learned = kind.parameters?.(options, inputs) ?? [];
    if (learned.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0) > MOST_LEARNED && most === LARGEST) return;
    const isNext = read.length === 1 && read[0] === this.#tensors.at(-1)!.name;
    this.#layers.push({
      type: kind.type,
      ...draw.chance(0.25) && { name: `${draw.pick("left", "right", "block")}_${this.#layers.length}` },
      ...!(isNext && draw.chance(0.7)) && { input: read.length === 1 && draw.chance(0.8) ? read[0] : read },
      ...own,
    });
    this.#kinds.push(kind);
    const name = layerNames(this.#layers as unknown as Spec["layers"], this.#kinds, "graph").at(-1)!;
    for (const one of read) this.#unread.delete(one);
    this.#unread.add(name);
    this.#tensors.push({ name, shape });
    return this.#tensors.at(-1)!;
  }
}

const sizeOf = (shape: Shape) => shape.reduce((product, extent) => product * extent, 1);

/** An entry of a list of kinds, of that of layers by default; a kind without one is a fault of the tests. */
function entryOf<Entry = RandomLayer>(
  list: Readonly<Record<string, Entry>> | undefined,
  type: string,
  what: string,
): Entry {
  const entry = list ? (Object.hasOwn(list, type) ? list[type] : undefined) : randomLayerOf(type) as Entry | undefined;
  if (entry) return entry;
  const where = list ? "random_graph.ts" : "random_layers.ts";
  throw new Error(`the ${what} ${type} has no entry in tests/${where}; say there how a random one looks`);
}
