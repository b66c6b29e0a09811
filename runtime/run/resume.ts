/**
 * Checkpoints and weights as callers give them: read once into copies that nobody else has, and checked against the net
 * and the run that is to go on from them.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { Graph } from "../../codegen/graph/shapes.ts";
import type { Plan } from "../../codegen/plan/plan.ts";
import { said, sizeOf, viewOf } from "../data/arrays.ts";
import type { Dataset } from "../data/data.ts";
import { hashDataset } from "../data/hash.ts";
import {
  type Checkpoint,
  stateShapes,
  type TensorValues,
  type TrainingState,
  weightShapes,
} from "../files/checkpoint.ts";
import { wrongFigure, wrongPartial } from "./figures.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import { notFinite } from "../backends/tensors.ts";
import type { EpochReport, PartialEpoch } from "./training_report.ts";

/** How a tensor that is not the net's is refused: by its name, the shape it must have, and what was found, in words. */
type Refuse = (name: string, shape: readonly number[], found: string) => InputError;

/**
 * Copies of some tensors, all of them whole.
 *
 * @param what how messages call all of them.
 * @throws {InputError} when one is missing, or has another shape or type.
 */
export function copyTensors(
  given: unknown,
  shapes: Iterable<readonly [name: string, shape: readonly number[]]>,
  what: string,
  refuse: Refuse,
): Map<string, TensorValues> {
  if (!(given instanceof Map)) {
    throw new InputError(`${what} are ${said(given)}; expected a Map of tensors by name, as train returns them`);
  }
  const all = new Map<string, TensorValues>();
  for (const [name, shape] of shapes) {
    const found: Partial<TensorValues> | undefined = given.get(name), numbers = found?.values;
    const foundShape = found?.shape,
      view = viewOf(numbers),
      extents = Array.isArray(foundShape) ? `[${foundShape.join(", ")}]` : "no shape";
    if (!(view instanceof Float32Array) || view.length !== sizeOf(shape) || extents !== `[${shape.join(", ")}]`) {
      const count = view instanceof Float32Array ? `${view.length} numbers` : said(numbers);
      throw refuse(name, shape, found ? `${extents}, ${count}` : "none");
    }
    all.set(name, { shape, values: new Float32Array(view) });
  }
  return all;
}

/** @throws {InputError} naming the first element that is not finite. */
export function checkTensors(tensors: ReadonlyMap<string, TensorValues>, what: string): void {
  const wrong = notFinite([...tensors].map(([name, { values }]) => [name, values]));
  if (!wrong) return;
  throw new InputError(`${what}: element ${wrong.index} of ${wrong.name} is ${wrong.value}; it must be finite`);
}

/**
 * A checkpoint of a net, but for its spec.
 *
 * @throws {InputError} when it does not have just the tensors of the net, or its epochs are none.
 */
export function copyCheckpoint(
  { parameters, training }: Omit<Checkpoint, "spec">,
  graph: Graph,
): Omit<Checkpoint, "spec"> {
  const refuse: Refuse = (name, shape, found) =>
    new InputError(
      `the checkpoint does not fit net ${graph.name}: ${name} must be ${sizeOf(shape)} numbers in a Float32Array, ` +
        `[${shape.join(", ")}], and it has ${found}`,
    );
  const tensors = (given: unknown, shapes: Iterable<readonly [string, readonly number[]]>) =>
    copyTensors(given, shapes, "the checkpoint's tensors", refuse);
  const copies = tensors(parameters, weightShapes(graph));
  if (training === undefined || training === null) return { parameters: copies };
  const { seed, epochs, target, without, data, history, partial, optimizer } = training;
  if (!Array.isArray(without) || !(data instanceof Object)) {
    throw new InputError("the checkpoint's training is not as loadCheckpoint reads it: without or data is missing");
  }
  const { samples, hash } = data;
  return {
    parameters: copies,
    training: {
      ...{ seed, epochs, target, without: [...without], data: { samples, hash }, history: copyHistory(history) },
      ...partial && { partial: copyPartial(partial) },
      optimizer: tensors(optimizer, stateShapes(graph)),
    },
  };
}

function copyHistory(history: readonly EpochReport[]): EpochReport[] {
  if (!Array.isArray(history)) throw new InputError(`the checkpoint's history is ${said(history)}; expected a list`);
  return Array.from(history, (given: EpochReport, i) => {
    const epoch = { ...given, epoch: i + 1 };
    const wrong = wrongFigure(epoch);
    if (wrong !== undefined) throw new InputError(`the checkpoint's epoch ${i + 1}: ${wrong}`);
    return epoch;
  });
}

/** A copy, whatever it has: {@linkcode checkResumable} refuses what cannot be. */
function copyPartial({ steps, seconds, sums }: PartialEpoch): PartialEpoch {
  return { steps, seconds, sums: { ...sums } };
}

/**
 * Checks whether a run can go on from another one as it is asked to.
 *
 * @throws {InputError} when it was another seed's, other data's, or a longer one.
 */
export async function checkResume(
  before: TrainingState,
  { batchSize, metrics }: Plan,
  train: Dataset,
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
): Promise<void> {
  const { samples } = train, steps = stepsInEpoch({ batchSize }, samples), hash = await hashDataset(train);
  checkResumable(before, { epochs, seed, steps, samples, batchSize, metrics, hash });
}

/** @throws {InputError} when a run that was stopped cannot go on as it is asked to. */
function checkResumable(
  { seed, data, history, partial }: TrainingState,
  run: {
    readonly epochs: number;
    readonly seed: number;
    readonly steps: number;
    readonly batchSize: number;
    readonly metrics: Plan["metrics"];
    readonly samples: number;
    readonly hash: string;
  },
): void {
  const done = history.length + (partial ? 1 : 0);
  if (run.seed !== seed) {
    throw new InputError(`seed is ${run.seed}, but that of the checkpoint is ${seed}; leave it out`);
  }
  if (done > run.epochs) {
    throw new InputError(
      `epochs is ${run.epochs}, but the checkpoint is ${partial ? "in" : "at the end of"} epoch ${done}; ` +
        "epochs counts all of them: give a larger number",
    );
  }
  if (run.samples !== data.samples) {
    throw new InputError(
      `there are ${run.samples} training samples, but the checkpoint was trained on ${data.samples}; give the same data`,
    );
  }
  if (run.hash !== data.hash) {
    throw new InputError("the training samples are not those that the checkpoint was trained on; give the same data");
  }
  const wrong = partial && wrongPartial(partial, run.steps, run);
  if (wrong !== undefined) {
    throw new InputError(
      `the checkpoint has ${
        said(partial!.steps)
      } of ${run.steps} steps of an epoch, or not the sums over them: ${wrong}`,
    );
  }
}
