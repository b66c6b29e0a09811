/**
 * One step from a seed, and whether it gives here what it gave where the net was compiled.
 *
 * @module
 */
import { initialTensors, outputOf } from "../backends/tensors.ts";
import { sizeOf } from "../data/numbers.ts";
import { hash, streamKey, uniform } from "../run/random.ts";
import type { Role } from "../../codegen/plan/plan.ts";
import type { Batch } from "./batch.ts";
import { BATCH, type Core } from "./core.ts";
import type { Check } from "./program.ts";
import { sha256 } from "./sha256.ts";

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
export async function compare(core: Core, batch: Batch, check: Check): Promise<SelfTest> {
  const { loss, tensors } = await outcomeOf(core, batch, check.seed);
  let exact = loss === check.loss;
  if (!near(loss, check.loss, check.loss, check.tolerance)) throw differs("the loss", loss, check.loss);
  for (const [name, { hash, samples }] of Object.entries(check.tensors)) {
    const values = tensors.get(name)!;
    if (await hashOf(values) === hash) continue;
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

/** A hash of numbers. */
export const hashOf = (values: Float32Array) =>
  sha256([new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);

/** Which numbers of a tensor a check names. */
export function placesOf(name: string, { length }: Float32Array, seed: number): number[] {
  const key = streamKey(seed, `check ${name}`);
  return Array.from({ length: NAMED }, (_, i) => hash(key, i) % length);
}

/** Makes a step with weights, samples and classes of a seed, and puts back what was there. */
export async function outcomeOf(core: Core, batch: Batch, seed: number): Promise<Outcome> {
  const { plan, program: { rules } } = core, { batchSize: samples } = plan, { name: output, classes } = outputOf(plan);
  return await core.alone(async () => {
    const kept = await core.readAll(CHANGED), trains = core.set(BATCH).rows.loss !== undefined;
    try {
      for (const [name, values] of initialTensors(plan, seed)) {
        const { offset, bytes } = plan.tensors[name];
        core.host.put(offset, values ?? new Float32Array(bytes / 4));
      }
      const key = streamKey(seed, "check"),
        bytes = plan.tensors.data.dtype === "u8",
        length = samples * sizeOf(plan.graph.shapes.input);
      const draw = (_: unknown, i: number) => uniform(key, i) * (bytes ? 256 : 1);
      const inputs = bytes ? Uint8Array.from({ length }, draw) : Float32Array.from({ length }, draw);
      const labels = Int32Array.from({ length: samples }, (_, i) => hash(key, length + i) % classes);
      batch.put({ samples, inputs, ...trains && { labels } }, rules.params(rules.rate(0), 1));
      batch.putKeys(seed, 0);
      const later = core.once(trains ? "train" : "evaluate");
      if (later) await later;
      if (!trains) return { loss: 0, tensors: new Map([["outputs", await core.read(output)]]) };
      const loss = (await core.rows(BATCH, "loss", 0, 1)).reduce((sum, value) => sum + value, 0) / samples;
      const after = await core.readAll(CHANGED);
      return { loss, tensors: new Map([...after].map(([name, { values }]) => [name, values])) };
    } finally {
      for (const [name, { values }] of kept) core.write(name, values);
    }
  });
}
