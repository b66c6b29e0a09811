/**
 * In a bundle: how its files become bytes, and which module the engine takes. It runs wherever a bundle does.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan, RunTensor } from "../../codegen/plan/plan.ts";
import { lineFrom } from "../../codegen/plan/layout/lines.ts";
import { sizeOf } from "../../runtime/data/numbers.ts";
import type { Check } from "../../runtime/net/program.ts";

/** Gives the bytes of a file of the bundle. */
export type Source = () => Bytes | Promise<Bytes>;
type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A file beside the script.
 *
 * @throws {InputError} when it is not there.
 */
export async function fetched(url: URL): Promise<Bytes> {
  if (url.protocol === "file:" && "process" in globalThis) {
    return await (await import("./files.ts")).bytesOfFile(url);
  }
  // of a small file, a bundler may make a text, which a page's policy may not let it fetch
  if (url.protocol === "data:") return decoded(url.href.slice(url.href.indexOf(",") + 1));
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new InputError(`cannot load ${url.href}: ${response.status}; it must lie beside the script`);
}

/** Bytes that stand in the script, in base64. */
export function decoded(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** What a file in JSON says. */
export function json(bytes: Bytes): ReturnType<typeof JSON.parse> {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** What every script has of its net. */
export interface BundledNet {
  /** The spec, and names of the classes; without its type, which is checked where the script is made. */
  readonly spec: unknown;
  /** A module that only engines take that can run the first target. */
  readonly probe: Bytes;
  /** Targets: their names, where their modules are, and the plans that these were made with. The last one is for all engines. */
  readonly targets: readonly (readonly [target: string, source: Source, plan: BundledPlan])[];
  /** What a step must give, by the names of targets. */
  check(): Promise<Readonly<Record<string, Check>>>;
  /** Where the weights are, if it has some. */
  readonly weights?: Source;
  /** What random numbers follow from where nobody says. */
  readonly seed?: number;
}

/** A tensor's place is left out where it lies behind the one before, and has all bytes of its shape. */
type BundledTensor = Omit<RunTensor, "name" | "offset" | "bytes"> & Partial<Pick<RunTensor, "offset" | "bytes">>;

/** A plan as a script has it: tensors are named by their keys alone, and kernels numbered. */
export type BundledPlan = Omit<RunPlan, "tensors" | "train"> & {
  readonly tensors: Readonly<Record<string, BundledTensor>>;
  readonly kernels: number;
};

/** A module, with the plan that it was made with. */
export interface Loaded {
  readonly target: string;
  readonly plan: RunPlan;
  readonly module: Bytes;
}

/**
 * The best module that this engine takes: no other one is loaded.
 *
 * @throws {InputError} when what is there is no module, such as a page that says so.
 */
export async function loadModule({ probe, targets }: Pick<BundledNet, "probe" | "targets">): Promise<Loaded> {
  const [target, source, bundled] = targets[WebAssembly.validate(probe) ? 0 : targets.length - 1];
  const module = await source();
  if (module[0] === 0) return { target, plan: planOf(bundled), module };
  throw new InputError(`what is loaded as the module for ${target} is none; the server has to send the file itself`);
}

/** Where a tensor lies if it lies behind another one, and has all bytes of its shape; rows of data sets have none here. */
export function placeBehind(end: number, shape: readonly number[]): Pick<RunTensor, "offset" | "bytes"> {
  return { offset: lineFrom(end), bytes: 4 * sizeOf(shape) };
}

/** A plan as a run reads it. */
export function planOf({ kernels, tensors, ...plan }: BundledPlan): RunPlan {
  let end = 0;
  const placed = Object.entries(tensors).map(([name, tensor]) => {
    const whole = { ...placeBehind(end, tensor.shape), ...tensor, name };
    end = whole.offset + whole.bytes;
    return [name, whole];
  });
  return {
    ...plan,
    tensors: Object.fromEntries(placed),
    train: { kernels: Array.from({ length: kernels }, (_, i) => ({ kernel: { name: `k${i}` } })) },
  };
}

/** What a net begins with, as options say: the bundle's weights where neither weights nor a seed are given. */
export async function weightsOf(
  { weights, seed }: Pick<BundledNet, "weights" | "seed">,
  given: { readonly weights?: Uint8Array; readonly seed?: number },
): Promise<{ weights?: Uint8Array; seed?: number }> {
  const fresh = given.weights ?? given.seed ?? undefined;
  return { seed: given.seed ?? seed, ...fresh === undefined && weights && { weights: await weights() } };
}
