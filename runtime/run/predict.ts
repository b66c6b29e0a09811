/**
 * Uses a trained network: outputs for samples, with nothing but the step that makes them.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { LossKind } from "../../codegen/language/loss.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import type { BoundPredictor } from "../backends/backend.ts";
import { largest, type Samples, samplesOf, sizeOf } from "../data/arrays.ts";
import { tellsClasses } from "./class_names.ts";

/** What the network says of one sample. */
export interface Prediction {
  /** The class it takes it for: the place of the largest output; absent where the net tells no classes. */
  readonly label?: number;
  /** Its name, where the spec has `classes`. */
  readonly className?: string;
  /** Probability of each class or output, 0 to 1; absent where the net's loss gives outputs no such meaning. */
  readonly probabilities?: Float64Array;
  /** What the last layer gives, row-major: of classes one number each. */
  readonly outputs: Float32Array;
}

/** A byte as what the network takes. */
const SCALED: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * A trained network that is ready to be asked. On threads, the one that asks also computes; a GPU has to be waited for:
 * {@linkcode predictAsync} and {@linkcode outputsAsync} do that on every target.
 */
export class Predictor {
  /** Name of the target. */
  readonly target: string;
  /** Samples that are computed at once. */
  readonly batchSize: number;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** Outputs for a sample. */
  readonly classes: number;
  /** Shape of the outputs for a sample. */
  readonly outputShape: readonly number[];
  readonly #names: readonly string[] | undefined;
  /** Whether outputs are one number for each class: of others, predictions have no `label`. */
  readonly tellsClasses: boolean;
  readonly #loss: LossKind;
  readonly #bound: BoundPredictor;
  /** What was asked last: a batch is computed in the memory of the one before. */
  readonly #state: { last: Promise<unknown>; closed: boolean } = { last: Promise.resolve(), closed: false };

  /**
   * Of a net that was compiled for predictions, its weights where they are used, and the names of its classes.
   *
   * @ignore the compiler's own types; use `loadPredictor`
   */
  constructor({ batchSize, graph }: Plan, target: string, bound: BoundPredictor, names?: readonly string[]) {
    this.target = target;
    this.batchSize = batchSize;
    this.shape = graph.shapes.input;
    this.outputShape = graph.shapes[graph.output];
    this.classes = sizeOf(this.outputShape);
    this.tellsClasses = tellsClasses(graph);
    this.#names = names;
    this.#loss = graph.loss;
    this.#bound = bound;
    Object.freeze(this);
  }

  /**
   * The last layer's outputs for samples, in order: samples x classes, row-major.
   *
   * @param given samples x shape, row-major, or a list with an entry for each sample; bytes, in a Uint8Array or
   * Uint8ClampedArray, are scaled by 1/255, other numbers are taken as they are.
   * @throws {InputError} when they are something else, not finite, no whole number of samples, or so large that outputs
   * are not finite; when the target computes on a GPU; or when it is closed.
   */
  outputs(given: Samples): Float32Array {
    if (!this.#bound.immediate) {
      throw new InputError(
        `target ${this.target} does not answer at once; await predictor.predictAsync or outputsAsync`,
      );
    }
    const inputs = this.#read(given);
    this.#open();
    // the whole batch needs no room of its own
    if (inputs.length === this.#bound.input.length) return this.#finite(this.#batch(inputs) as Float32Array);
    const all = this.#room(inputs);
    for (const [first, part] of this.#batches(inputs)) this.#put(all, first, this.#batch(part) as Float32Array);
    return this.#finite(all);
  }

  /**
   * The same on every target: one that is asked again before it has answered answers one after the other.
   *
   * @throws {InputError} as {@linkcode outputs} does.
   */
  async outputsAsync(given: Samples): Promise<Float32Array> {
    // what was given may change before it is its turn
    const inputs = this.#read(given).slice(), all = this.#room(inputs);
    this.#open();
    const answer = this.#state.last.then(async () => {
      for (const [first, part] of this.#batches(inputs)) this.#put(all, first, await this.#batch(part));
    });
    this.#state.last = answer.catch(() => {});
    await answer;
    return this.#finite(all);
  }

  /**
   * What the network says of samples, one answer for each.
   *
   * @param inputs as {@linkcode outputs} takes them.
   * @throws {InputError} as {@linkcode outputs} does.
   */
  predict(inputs: Samples): Prediction[] {
    return this.#predictions(this.outputs(inputs));
  }

  /**
   * The same on every target.
   *
   * @throws {InputError} as {@linkcode outputs} does.
   */
  async predictAsync(inputs: Samples): Promise<Prediction[]> {
    return this.#predictions(await this.outputsAsync(inputs));
  }

  /** What was asked is still answered, and nothing more; then it gives back what it holds. */
  close(): void {
    if (this.#state.closed) return;
    this.#state.closed = true;
    this.#state.last.then(() => this.#bound.close());
  }

  #open(): void {
    if (this.#state.closed) throw new InputError("the predictor is closed; make another one with loadPredictor");
  }

  /** Inputs, for sure of whole samples. */
  #read(given: Samples): Float32Array | Uint8Array {
    const inputs = samplesOf(given, this.shape, "inputs"), size = this.#bound.input.length / this.batchSize;
    const samples = inputs.length / size;
    if (Number.isInteger(samples) && samples > 0) return inputs;
    throw new InputError(
      `there are ${inputs.length} inputs, and a sample of [${this.shape.join(", ")}] takes ${size}; give whole samples`,
    );
  }

  /** Room for the outputs of some inputs. */
  #room(inputs: Float32Array | Uint8Array): Float32Array {
    return new Float32Array(inputs.length / (this.#bound.input.length / this.batchSize) * this.classes);
  }

  /** The inputs of each batch, and the number of its first sample. */
  *#batches(inputs: Float32Array | Uint8Array): Generator<[first: number, part: Float32Array | Uint8Array]> {
    const { length } = this.#bound.input;
    for (let at = 0; at < inputs.length; at += length) {
      yield [at / length * this.batchSize, inputs.subarray(at, at + length)];
    }
  }

  /** Up to a batch of samples; behind them lies what was there before. */
  #batch(inputs: Float32Array | Uint8Array): Float32Array | Promise<Float32Array> {
    const { input } = this.#bound;
    if (inputs instanceof Float32Array) input.set(inputs);
    else for (let i = 0; i < inputs.length; i++) input[i] = SCALED[inputs[i]];
    return this.#bound.run();
  }

  /** Puts the outputs of a batch where they belong; the last batch may be a short one. */
  #put(all: Float32Array, first: number, outputs: Float32Array): void {
    all.set(outputs.subarray(0, all.length - first * this.classes), first * this.classes);
  }

  #finite(outputs: Float32Array): Float32Array {
    const { classes } = this, wrong = outputs.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return outputs;
    throw new InputError(
      `output ${wrong % classes} for sample ${Math.floor(wrong / classes)} has become ${outputs[wrong]}: ` +
        "the sample's inputs or the net's weights are too large",
    );
  }

  #predictions(all: Float32Array): Prediction[] {
    const { classes } = this, predictions: Prediction[] = [];
    for (let at = 0; at < all.length; at += classes) {
      const outputs = all.subarray(at, at + classes), probabilities = this.#loss.probabilities?.(outputs);
      const label = this.tellsClasses ? largest(outputs) : undefined;
      const className = label === undefined ? undefined : this.#names?.[label];
      predictions.push({
        ...label !== undefined && { label },
        ...className !== undefined && { className },
        ...probabilities && { probabilities },
        outputs,
      });
    }
    return predictions;
  }
}
