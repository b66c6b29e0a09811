/**
 * What a network made of labelled samples: how many of each class it took for which, and those it got wrong.
 *
 * @module
 */
import type { Graph } from "../../codegen/graph/shapes.ts";
import { largest, sizeOf } from "../data/arrays.ts";
import { toBase64 } from "../data/bytes.ts";
import type { Dataset } from "../data/data.ts";
import type { Predictions } from "../backends/session.ts";

/** A sample that was classified wrong. */
export interface MissedSample {
  /** Its place in the data set, from 0. */
  readonly index: number;
  /** The class it has. */
  readonly label: number;
  /** The class it was taken for. */
  readonly predicted: number;
  /** How probable the network found that class, 0 to 1; absent where its loss gives outputs no such meaning. */
  readonly probability?: number;
  /** Its bytes, row-major, in Base64: of images of bytes, and of so many samples that they are few. */
  readonly pixels?: string;
}

/** The result of a test. */
export interface TestReport {
  /** Samples classified right. */
  readonly correct: number;
  /** Samples. */
  readonly total: number;
  /** Share of the samples classified right. */
  readonly accuracy: number;
  /** Mean over the samples. */
  readonly loss: number;
  /** classes x classes: samples by their class, and by the class they were taken for; absent for more than 50 classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** Up to 100 of the samples classified wrong: those whose wrong class was found most probable, most probable first. */
  readonly missed: readonly MissedSample[];
}

/** Most classes whose confusion is told. */
export const MOST_CLASSES = 50;
/** Most samples that are listed. */
const MOST_MISSED = 100;
/** Most bytes of listed samples in all: a report stays small. */
const MOST_BYTES = 80_000;

/** Compares a network's outputs for a data set with the labels. */
export function testReport({ loss, output, shapes }: Graph, set: Dataset, predictions: Predictions): TestReport {
  const { samples: total, labels, inputs } = set, [classes] = shapes[output], { sums: { hit: correct } } = predictions;
  const confusion = classes <= MOST_CLASSES
    ? Array.from({ length: classes }, () => Array<number>(classes).fill(0))
    : undefined;
  const missed: MissedSample[] = [];
  for (let index = 0; index < total; index++) {
    const outputs = predictions.outputs.subarray(index * classes, (index + 1) * classes);
    const label = labels![index], predicted = largest(outputs);
    if (confusion) confusion[label][predicted]++;
    if (predicted === label) continue;
    const probability = loss.probabilities?.(outputs)[predicted];
    missed.push({ index, label, predicted, ...Number.isFinite(probability) && { probability } });
  }
  missed.sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  // the memory of inputs may be gone by now
  const size = sizeOf(set.shape), whole = inputs.length === total * size;
  const bytes = inputs instanceof Uint8Array && set.shape.length === 3 && whole ? inputs : undefined;
  return {
    correct,
    total,
    accuracy: correct / total,
    loss: predictions.loss,
    ...confusion && { confusion },
    missed: missed.slice(0, MOST_MISSED).map((sample, i) => ({
      ...sample,
      ...bytes && (i + 1) * size <= MOST_BYTES &&
        { pixels: toBase64(bytes.subarray(sample.index * size, (sample.index + 1) * size)) },
    })),
  };
}

/** How well samples of one class are told. */
export interface ClassReport {
  /** The class. */
  readonly label: number;
  /** Its name, where the spec has `classes`. */
  readonly className?: string;
  /** Samples that have it. */
  readonly samples: number;
  /** Samples that were taken for it. */
  readonly predicted: number;
  /** Samples that have it and were taken for it. */
  readonly correct: number;
  /** Share of those taken for it that have it; absent where none was. */
  readonly precision?: number;
  /** Share of those that have it that were taken for it; absent where none has it. */
  readonly recall?: number;
}

/** Figures of each class, from a network's outputs for a data set and the labels. */
export function classReports(
  { output, shapes }: Graph,
  { labels }: Dataset,
  { outputs }: Predictions,
  names?: readonly string[],
): ClassReport[] {
  const [classes] = shapes[output];
  const counts = Array.from({ length: classes }, () => ({ samples: 0, predicted: 0, correct: 0 }));
  for (const [i, label] of labels!.entries()) {
    const predicted = largest(outputs.subarray(i * classes, (i + 1) * classes));
    counts[label].samples++;
    counts[predicted].predicted++;
    if (predicted === label) counts[label].correct++;
  }
  return counts.map(({ samples, predicted, correct }, label) => ({
    label,
    ...names && { className: names[label] },
    ...{ samples, predicted, correct },
    ...predicted > 0 && { precision: correct / predicted },
    ...samples > 0 && { recall: correct / samples },
  }));
}
