/**
 * Weights of other programs: the tensors of a file in the format safetensors as the parameters of a net.
 *
 * PyTorch names tensors by modules, `features.0.weight`; what stands before the last dot belongs to one layer. A layer
 * of the net is found by the names and shapes of its parameters. Layers that are alike are taken in the order of the
 * numbers in their names, and if their names differ in more than numbers, nobody can tell: a mapping has to.
 *
 * @module
 */
import { z } from "../../codegen/zod.ts";
import { InputError, printable } from "../../codegen/error.ts";
import { type JsonError, parseJson } from "../../codegen/json.ts";
import type { Graph } from "../../codegen/graph/shapes.ts";
import { checkLeast, type TensorValues, weightShapes } from "./checkpoint.ts";
import { type StoredTensor, type TensorFile, toFloat32 } from "./safetensors.ts";

/** The parameters of a net, and where each came from. */
export interface ImportedParameters {
  /** By the net's names; buffers among them. */
  readonly parameters: ReadonlyMap<string, TensorValues>;
  /** The file's name of each, by the net's. */
  readonly names: ReadonlyMap<string, string>;
}

/** The file's name of each parameter or layer, by the net's; parameters that are not in it have the same name. */
export type WeightNames = Readonly<Record<string, string>>;

const namesSchema = z.record(z.string().max(256), z.string().max(256));
/** Longest mapping that is read, in characters. */
const LONGEST = 1_000_000;

/**
 * Reads a mapping of names.
 *
 * @param text JSON: an object of texts.
 * @throws {InputError} when it is none.
 */
export function parseNames(text: string, origin: string): WeightNames {
  let value: unknown;
  try {
    value = text.length > LONGEST ? undefined : parseJson(text);
  } catch (error) {
    if ((error as JsonError).key !== undefined) {
      throw new InputError(`${origin}: ${printable((error as Error).message)}`);
    }
  }
  const { success, data } = namesSchema.safeParse(value);
  if (success) return data;
  throw new InputError(
    `${origin}: it is no mapping: give an object of texts in JSON, such as {"conv1": "features.0", "linear1.weight": "fc.w"}`,
  );
}

/** What PyTorch's modules keep and nothing here needs: how many steps a norm has seen. */
const UNUSED = "num_batches_tracked";

/**
 * Finds the parameters of a net in a file.
 *
 * @param names which is which; by shapes and order when left out.
 * @param origin how messages call the file.
 * @throws {InputError} naming what is missing, too much, of another shape, or not to be told apart.
 */
export function importParameters(
  file: TensorFile,
  graph: Graph,
  names: WeightNames | undefined,
  origin: string,
): ImportedParameters {
  const shapes = weightShapes(graph);
  const tensors = new Map([...file.tensors].filter(([name]) => split(name).what !== UNUSED));
  const same = [...shapes].every(([name, shape]) => tensors.get(name)?.shape.join() === shape.join());
  const found = names
    ? named(names, shapes, origin)
    : same
    ? new Map([...shapes.keys()].map((name) => [name, name]))
    : matched(tensors, shapes, graph, origin);
  // a mapping may leave out what the net has no use for
  const left = names ? undefined : [...tensors.keys()].find((name) => ![...found.values()].includes(name));
  if (left !== undefined) {
    throw new InputError(
      `${origin}: net ${graph.name} has no place for ${shown(left)}; give a mapping that leaves it out`,
    );
  }
  const parameters = [...shapes].map(([name, shape]) => {
    const theirs = found.get(name)!, { layer } = split(name), what = `${origin}, ${shown(theirs)}`;
    if (names && !tensors.has(theirs) && !Object.hasOwn(names, name) && !Object.hasOwn(names, layer)) {
      throw new InputError(
        `${what}: there is no such tensor, and ${layer} is not in the mapping: what is left out must have the net's own ` +
          `names in the file; add ${layer} to the mapping`,
      );
    }
    const values = floats(tensors.get(theirs), shape, what, name);
    return [name, { shape, values }] as const;
  });
  const all = new Map(parameters);
  checkLeast(graph, all, origin);
  return { parameters: all, names: found };
}

function floats(
  stored: StoredTensor | undefined,
  shape: readonly number[],
  what: string,
  name: string,
): Float32Array<ArrayBuffer> {
  if (!stored) throw new InputError(`${what}: there is no such tensor, and ${name} should be it; check the mapping`);
  if (stored.shape.join() !== shape.join()) {
    throw new InputError(
      `${what}: it is [${stored.shape.slice(0, 8).join(", ")}], but ${name} is [${shape.join(", ")}]; ` +
        "take the weights of this net, or the net of these weights",
    );
  }
  const values = toFloat32(stored);
  if (!values) throw new InputError(`${what}: its numbers are ${stored.dtype}; give F32, F64, F16 or BF16`);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new InputError(`${what}: element ${wrong} is ${values[wrong]}; weights must be finite`);
  return values;
}

/** By a mapping of parameters, or of whole layers. */
function named(names: WeightNames, shapes: ReadonlyMap<string, unknown>, origin: string): Map<string, string> {
  const layers = new Set([...shapes.keys()].map((name) => split(name).layer));
  for (const name of Object.keys(names)) {
    if (shapes.has(name) || layers.has(name)) continue;
    throw new InputError(
      `${origin}: the mapping has ${shown(name)}, but the net has only ${[...layers].join(", ")} and ${
        [...shapes.keys()].slice(0, 8).join(", ")
      }`,
    );
  }
  return new Map([...shapes.keys()].map((name) => {
    const { layer, what } = split(name);
    if (Object.hasOwn(names, name)) return [name, names[name]];
    return [name, Object.hasOwn(names, layer) ? `${names[layer]}.${what}` : name];
  }));
}

/** By the shapes of each layer's parameters, and the order of names that differ in numbers only. */
function matched(
  tensors: TensorFile["tensors"],
  shapes: ReadonlyMap<string, readonly number[]>,
  graph: Graph,
  origin: string,
): Map<string, string> {
  const ours = byShapes([...shapes]);
  const theirs = byShapes([...tensors].map(([name, { shape }]) => [name, shape]));
  const found = new Map<string, string>();
  for (const [signature, layers] of ours) {
    const candidates = theirs.get(signature) ?? [];
    if (candidates.length !== layers.length) {
      const lacking = lackingTensors(tensors, layers.length - candidates.length, layers[0], shapes);
      throw new InputError(
        lacking !== undefined
          ? `${origin}: ${lacking} is missing, which net ${graph.name} needs for ${
            layers.length === 1 ? layers[0] : `one of ${layers.join(", ")}`
          }; take a file that has it, or give a mapping of names`
          : `${origin}: net ${graph.name} has ${layers.length} layer${
            layers.length === 1 ? "" : "s"
          } with ${signature} ` +
            `(${layers.join(", ")}), the file ${
              candidates.length === 0
                ? "none"
                : `${candidates.length} (${candidates.slice(0, 8).map(shown).join(", ")})`
            }; take the weights of this net, or give a mapping of names`,
      );
    }
    const stems = new Set(candidates.map((name) => name.replaceAll(/\d+/g, "#")));
    if (stems.size > 1) {
      throw new InputError(
        `${origin}: which of ${candidates.slice(0, 8).map(shown).join(", ")} is ${layers[0]}? ` +
          "Their shapes are the same and their names do not tell; give a mapping of names",
      );
    }
    const ordered = candidates.toSorted(byNumbers);
    for (const [i, layer] of layers.entries()) {
      for (const name of shapes.keys()) {
        const { layer: of, what } = split(name);
        if (of === layer) found.set(name, ordered[i] === "" ? what : `${ordered[i]}.${what}`);
      }
    }
  }
  return found;
}

/**
 * The first tensor that the file lacks, where just so many of its layers are `layer` but for what they lack; undefined
 * where that does not tell.
 */
function lackingTensors(
  tensors: TensorFile["tensors"],
  number: number,
  layer: string,
  shapes: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  const wanted = [...shapes].filter(([name]) => split(name).layer === layer)
    .map(([name, shape]) => ({ what: split(name).what, shape }));
  const cut = [...Map.groupBy(tensors.keys(), (name) => split(name).layer)].filter(([, names]) =>
    names.length < wanted.length &&
    names.every((name) =>
      wanted.some(({ what, shape }) => split(name).what === what && tensors.get(name)!.shape.join() === shape.join())
    )
  );
  if (cut.length !== number) return undefined;
  const [stem, names] = cut[0];
  const { what, shape } = wanted.find(({ what }) => !names.some((name) => split(name).what === what))!;
  return `${shown(stem === "" ? what : `${stem}.${what}`)} [${shape.join(", ")}]`;
}

/** Names of layers by what they have: `bias [10], weight [10, 128]`. */
function byShapes(tensors: readonly (readonly [name: string, shape: readonly number[]])[]): Map<string, string[]> {
  const layers = Map.groupBy(tensors, ([name]) => split(name).layer);
  const signatures = Map.groupBy(
    layers,
    ([, tensors]) => tensors.map(([name, shape]) => `${split(name).what} [${shape.join(", ")}]`).sort().join(", "),
  );
  return new Map([...signatures].map(([signature, all]) => [signature, all.map(([layer]) => layer)]));
}

function split(name: string): { layer: string; what: string } {
  const dot = name.lastIndexOf(".");
  return { layer: name.slice(0, Math.max(0, dot)), what: name.slice(dot + 1) };
}

/** Numbers in names as numbers: layer 9 before layer 10. */
function byNumbers(a: string, b: string): number {
  const numbers = (name: string) => [...name.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((number, i) => number !== right[i]);
  return at < 0 ? 0 : left[at] - right[at];
}

/** A name of the file, for messages. */
function shown(name: string): string {
  return printable(JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name));
}
