/**
 * Specs: read, checked, described.
 *
 * @module
 */
import { parseSpec as parse, type Spec, specJsonSchema } from "../codegen/graph/spec.ts";
import { freeze } from "../codegen/plan/freeze.ts";
import { listFolder, readText } from "../runtime/files/files.ts";
import { registry } from "./registry.ts";

/**
 * Checks a spec, given as JSON text or as a value.
 *
 * @param origin how messages call it: its file's name.
 * @throws {InputError} naming the path in the spec, what is there, and what may be.
 */
export function parseSpec(json: unknown, origin = "spec"): Spec {
  return parse(json, registry, origin);
}

/**
 * Reads and checks a spec's file.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, or is no spec.
 */
export async function loadSpec(path: string, origin: string = path): Promise<Spec> {
  return parseSpec(await readText(path), origin);
}

/** Names of the specs in a folder: its files but `spec.schema.json`, without `.json`; none if there is no such folder. */
export async function specNames(folder: string): Promise<string[]> {
  return (await listFolder(folder)).map(({ name }) => name)
    .filter((name) => name.endsWith(".json") && name !== "spec.schema.json").map((name) => name.slice(0, -5));
}

/** The JSON Schema of specs, for editors. */
export function jsonSchema(): Record<string, unknown> {
  return specJsonSchema(registry);
}

/** Specs as they were checked, by what was given: that may be changed later, or answer differently. */
const checked = new WeakMap<Spec, Spec>();
/** The copies of specs that were checked. */
const copies = new WeakSet<Spec>();

/**
 * A checked copy of a spec, which nobody can change; the same one as long as the spec says the same.
 *
 * @throws {InputError} when it is no spec.
 */
export function checkedSpec(spec: Spec, origin?: string): Spec {
  if (copies.has(spec)) return spec;
  const copy = freeze(parse(spec, registry, origin)), before = checked.get(spec);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(copy)) return before;
  copies.add(copy);
  // a text in JSON is a spec, too
  if (typeof spec === "object") checked.set(spec, copy);
  return copy;
}
