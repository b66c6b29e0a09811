/**
 * Uses a trained network: outputs for samples, in the thread that asks, with nothing but the step that makes them.
 *
 * @module
 */
import { fromStored } from "../../codegen/plan/arrange/layouts.ts";
import { InputError } from "../../codegen/error.ts";
import { BYTES } from "../../codegen/ir/ir.ts";
import type { LossKind } from "../../codegen/language/loss.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { type Samples, samplesOf, sizeOf } from "../data/arrays.ts";
import { binder } from "../backends/threads/bind.ts";
import { type Code, PAGE } from "../backends/threads/load.ts";
import { largest } from "./outcome.ts";
import { outputOf, storedValues } from "../backends/threads/session.ts";
import type { Trained } from "./train.ts";

/** What the network says of one sample. */
export interface Prediction {
  /** The class it takes it for: the place of the largest output. */
  readonly label: number;
  /** Probability of each class, 0 to 1; absent where the net's loss gives outputs no such meaning. */
  readonly probabilities?: Float64Array;
  /** What the last layer gives, one number for each class. */
  readonly outputs: Float32Array;
}

/** Where a tensor is that the run supplies: behind the arena, at the beginning of a cache line. */
const LINE = 64;
/** A byte as what the network takes. */
const SCALED: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A trained network that is ready to be asked. */
export class Predictor {
  /** Name of the target. */
  readonly target: string;
  /** Samples that are computed at once. */
  readonly batchSize: number;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** Outputs for a sample. */
  readonly classes: number;
  readonly #loss: LossKind;
  readonly #input: Float32Array;
  readonly #step: () => void;
  readonly #outputs: () => Float32Array;

  private constructor(
    { batchSize, graph }: Plan,
    target: string,
    bound: { readonly input: Float32Array; readonly step: () => void; readonly outputs: () => Float32Array },
  ) {
    this.target = target;
    this.batchSize = batchSize;
    this.shape = graph.shapes.input;
    this.classes = graph.shapes[graph.output][0];
    this.#loss = graph.loss;
    this.#input = bound.input;
    this.#step = bound.step;
    this.#outputs = bound.outputs;
    Object.freeze(this);
  }

  /**
   * Puts the parameters into a memory of its own and binds the code to it.
   *
   * @ignore the compiler's own types; use `loadPredictor`
   */
  static async open(
    plan: Plan,
    target: string,
    code: Code,
    parameters: Trained["parameters"],
  ): Promise<Predictor> {
    const rows: Record<string, [number, number]> = {};
    let end = plan.arenaBytes;
    for (const { name, dtype, shape, role } of Object.values(plan.tensors)) {
      if (role !== "run") continue;
      // one step, and the samples of one batch
      const [, ...rest] = shape, count = name === "data" ? plan.batchSize : 1;
      const elements = count * sizeOf(rest);
      end = Math.ceil(end / LINE) * LINE;
      rows[name] = [end, elements];
      end += elements * BYTES[dtype];
    }
    const pages = Math.ceil(end / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    for (const { name, role, offset, bytes } of Object.values(plan.tensors)) {
      if (role !== "parameter") continue;
      const { values } = parameters.get(name)!;
      new Float32Array(memory.buffer, offset, bytes / 4).set(storedValues(plan, name, values));
    }
    new Int32Array(memory.buffer, ...rows.order).set(Array.from({ length: plan.batchSize }, (_, i) => i));
    const bind = await binder(code, memory, { thread: 0, threads: 1, wait() {} });
    const { evaluate } = bind(rows), { offset, bytes, layout } = plan.tensors[outputOf(plan).name];
    const outputs = new Float32Array(memory.buffer, offset, bytes / 4);
    return new Predictor(plan, target, {
      input: new Float32Array(memory.buffer, ...rows.data),
      step: () => evaluate(0),
      outputs: () => fromStored(outputs, layout),
    });
  }

  /**
   * The last layer's outputs for samples, in order: samples x classes, row-major.
   *
   * @param given samples x shape, row-major, or a list with an entry for each sample; bytes, in a Uint8Array or
   * Uint8ClampedArray, are scaled by 1/255, other numbers are taken as they are.
   * @throws {InputError} when they are something else, not finite, no whole number of samples, or so large that outputs
   * are not finite.
   */
  outputs(given: Samples): Float32Array {
    const inputs = samplesOf(given, this.shape, "inputs"), outputs = this.#outputsOf(inputs), { classes } = this;
    const wrong = outputs.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return outputs;
    throw new InputError(
      `output ${wrong % classes} for sample ${Math.floor(wrong / classes)} has become ${outputs[wrong]}: ` +
        "the sample's inputs or the net's weights are too large",
    );
  }

  #outputsOf(inputs: Float32Array | Uint8Array): Float32Array {
    const size = this.#input.length / this.batchSize, samples = inputs.length / size, { classes } = this;
    if (!Number.isInteger(samples) || samples === 0) {
      throw new InputError(
        `there are ${inputs.length} inputs, and a sample of [${
          this.shape.join(", ")
        }] takes ${size}; give whole samples`,
      );
    }
    if (samples === this.batchSize) return this.#run(inputs);
    const all = new Float32Array(samples * classes);
    for (let first = 0; first < samples; first += this.batchSize) {
      const outputs = this.#run(inputs.subarray(first * size, (first + this.batchSize) * size));
      all.set(outputs.subarray(0, (samples - first) * classes), first * classes);
    }
    return all;
  }

  /**
   * What the network says of samples, one answer for each.
   *
   * @param inputs as {@linkcode outputs} takes them.
   * @throws {InputError} as {@linkcode outputs} does.
   */
  predict(inputs: Samples): Prediction[] {
    const all = this.outputs(inputs), { classes } = this, predictions: Prediction[] = [];
    for (let at = 0; at < all.length; at += classes) {
      const outputs = all.subarray(at, at + classes), probabilities = this.#loss.probabilities?.(outputs);
      predictions.push({ label: largest(outputs), ...probabilities && { probabilities }, outputs });
    }
    return predictions;
  }

  /** Up to a batch of samples; behind them lies what was there before. */
  #run(inputs: Float32Array | Uint8Array): Float32Array {
    const input = this.#input;
    if (inputs instanceof Float32Array) input.set(inputs);
    else for (let i = 0; i < inputs.length; i++) input[i] = SCALED[inputs[i]];
    this.#step();
    return this.#outputs();
  }
}
