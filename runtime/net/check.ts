/**
 * One step from a seed, and whether it gives here what it gave where the net was compiled. It is loaded when it is needed,
 * so it takes of other files nothing but types.
 *
 * @module
 */
import type { Role, RunTensor } from "../../codegen/plan/plan.ts";
import type { Core } from "./core.ts";
import type { Check } from "./program.ts";

/** What a step changes. */
const CHANGED: readonly Role[] = ["parameter", "buffer", "state"];
/** Numbers of a tensor that a check names. */
const NAMED = 16;

/** An engine does not compute what it should. */
export class SelfTestError extends Error {
  /** Always "SelfTestError". */
  override name = "SelfTestError";
}

/** What a self-test found. */
export interface SelfTest {
  /** Mean loss of the step; of a net that only predicts, 0. */
  readonly loss: number;
  /** Whether every bit is the same. */
  readonly exact: boolean;
}

/** What a step gives, by the names of tensors. */
interface Outcome {
  readonly loss: number;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/**
 * Compares a step with what it must give.
 *
 * @throws {SelfTestError} naming what is something else.
 */
export async function compare(core: Core, check: Check): Promise<SelfTest> {
  const { loss, tensors } = await outcomeOf(core, check.seed);
  let exact = loss === check.loss;
  if (!near(loss, check.loss, check.loss, check.tolerance)) throw differs("the loss", loss, check.loss);
  for (const [name, { hash, samples }] of Object.entries(check.tensors)) {
    const values = tensors.get(name)!;
    if (await hashOf(core, values) === hash) continue;
    exact = false;
    const named = Object.entries(samples), largest = Math.max(...named.map(([, value]) => Math.abs(value)));
    for (const [i, value] of named) {
      if (!near(values[Number(i)], value, largest, check.tolerance)) {
        throw differs(`${name}[${i}]`, values[Number(i)], value);
      }
    }
    if (check.tolerance === 0) {
      throw new SelfTestError(`${name} has another hash after a step: this engine computes wrong`);
    }
  }
  return { loss, exact };
}

const near = (found: number, expected: number, largest: number, tolerance: number) =>
  Math.abs(found - expected) <= tolerance * Math.abs(largest);

const differs = (what: string, found: number, expected: number) =>
  new SelfTestError(`${what} is ${found} after a step, and must be ${expected}: this engine computes wrong`);

/** Numbers of a row. */
const sizeOf = ({ shape }: RunTensor) => shape.slice(1).reduce((product, extent) => product * extent, 1);

/** A hash of numbers. */
export function hashOf(core: Core, { buffer, byteOffset, byteLength }: Float32Array): Promise<string> {
  return core.sha256([new Uint8Array(buffer, byteOffset, byteLength)]);
}

/** Which numbers of a tensor a check names: some that are spread over it. */
export function placesOf({ length }: Float32Array): number[] {
  return Array.from({ length: NAMED }, (_, i) => Math.floor((i + 0.5) / NAMED * length));
}

/** Makes a step with weights of a seed, and samples that look like noise; puts back what was there. */
export async function outcomeOf(core: Core, seed: number): Promise<Outcome> {
  const { plan, output, trains } = core, { batchSize: samples, graph: { shapes }, tensors } = plan;
  return await core.alone(async () => {
    const kept = await core.readAll(CHANGED), bytes = tensors.data.dtype === "u8";
    try {
      core.initialize(seed, true);
      const length = shapes.input.reduce((product, extent) => product * extent, samples);
      const noise = (_: unknown, i: number) => i * i * 31 % 251 / (bytes ? 1 : 256);
      const inputs = bytes ? Uint8Array.from({ length }, noise) : Float32Array.from({ length }, noise);
      const labels = Int32Array.from({ length: samples }, (_, i) => i % output.classes);
      // what is not taken is not put
      const numbers = (name: string) =>
        tensors[name] &&
        Float32Array.from({ length: samples * sizeOf(tensors[name]) }, (_, i) => i * i * 31 % 251 / 256);
      const given = { labels, targets: numbers("targets"), weights: numbers("weights") };
      const train = { seed, epochs: 0, steps: 0 };
      await (trains ? core.once({ samples, inputs, ...given }, train) : core.once({ samples, inputs }));
      if (!trains) return { loss: 0, tensors: new Map([["outputs", await core.read(output.name)]]) };
      const { sums: { loss } } = await core.sums(0, { steps: 0, sums: {} }, 1), after = await core.readAll(CHANGED);
      return { loss: loss / samples, tensors: new Map([...after].map(([name, { values }]) => [name, values])) };
    } finally {
      core.writeAll(kept);
    }
  });
}
