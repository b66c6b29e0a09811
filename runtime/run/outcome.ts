/**
 * What a network made of the samples of a test: its metrics; and of classes, how many of each it took for which, and the
 * samples it got wrong.
 *
 * @module
 */
import type { Graph } from "../../codegen/graph/shapes.ts";
import { largest, sizeOf } from "../data/arrays.ts";
import { meansOf } from "../backends/epoch.ts";
import type { Predictions } from "../backends/session.ts";
import { toBase64 } from "../data/bytes.ts";
import type { Dataset, LabelledDataset } from "../data/data.ts";
import { areaUnderCurve } from "./area_under_curve.ts";
import { comparesInput, tellsClasses } from "./class_names.ts";
import type { Metrics } from "./metrics.ts";

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
export interface TestReport extends Metrics {
  /** Samples classified right; absent where there are no classes. */
  readonly correct?: number;
  /** Samples. */
  readonly total: number;
  /** Mean over the samples. */
  readonly loss: number;
  /**
   * How well samples of two kinds are told apart, 0 to 1: those of two classes by the outputs, those with the
   * one output's target 1 by the output, and where the net compares with its input those with the label 1 by the loss.
   */
  readonly areaUnderCurve?: number;
  /**
   * classes x classes: samples by their class, and by the class they were taken for; absent for more than 50 classes, and
   * where there are none.
   */
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

/** What a network's outputs for a data set are, beside what they are to be. */
export function testReport(graph: Graph, set: Dataset, predictions: Predictions): TestReport {
  const { samples: total } = set, area = curve(graph, set, predictions);
  const { correct, ...rest } = isClassified(graph, set) ? classified(graph, set, predictions) : { missed: [] };
  return {
    ...correct !== undefined && { correct },
    total,
    ...meansOf(graph, predictions.sums, total),
    ...area !== undefined && { areaUnderCurve: area },
    ...rest,
  };
}

/** Whether a net tells classes, and samples have them. */
function isClassified(graph: Graph, set: Dataset): set is LabelledDataset {
  const outputs = graph.shapes[graph.output];
  return set.labels !== undefined && set.targets === undefined && tellsClasses(graph) && !comparesInput(graph) &&
    outputs.length === 1;
}

/** The area under the curve, where there are two kinds of samples to be told apart. */
function curve(graph: Graph, set: Dataset, { outputs, losses }: Predictions): number | undefined {
  const { labels, targets } = set, width = sizeOf(graph.shapes[graph.output]);
  const are = (kinds: ArrayLike<number> | undefined): kinds is ArrayLike<number> =>
    kinds !== undefined && kinds.length === set.samples &&
    Array.prototype.every.call(kinds, (kind) => kind === 0 || kind === 1);
  if (comparesInput(graph)) return are(labels) ? areaUnderCurve(losses, labels) : undefined;
  if (width === 1 && are(targets)) return areaUnderCurve(outputs, targets);
  if (width !== 2 || !isClassified(graph, set)) return undefined;
  return areaUnderCurve(Float64Array.from(set.labels, (_, i) => outputs[2 * i + 1] - outputs[2 * i]), set.labels);
}

/** The confusion of classes, and what was missed. */
function classified(
  { loss, output, shapes }: Graph,
  { samples: total, labels, inputs, shape }: LabelledDataset,
  predictions: Predictions,
): Pick<TestReport, "correct" | "confusion" | "missed"> {
  const [classes] = shapes[output];
  const confusion = classes <= MOST_CLASSES
    ? Array.from({ length: classes }, () => Array<number>(classes).fill(0))
    : undefined;
  const missed: MissedSample[] = [];
  for (let index = 0; index < total; index++) {
    const outputs = predictions.outputs.subarray(index * classes, (index + 1) * classes);
    const label = labels[index], predicted = largest(outputs);
    if (confusion) confusion[label][predicted]++;
    if (predicted === label) continue;
    const probability = loss.probabilities?.(outputs)[predicted];
    missed.push({ index, label, predicted, ...Number.isFinite(probability) && { probability } });
  }
  missed.sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  // the memory of inputs may be gone by now
  const size = sizeOf(shape), whole = inputs.length === total * size;
  const bytes = inputs instanceof Uint8Array && shape.length === 3 && whole ? inputs : undefined;
  return {
    correct: total - missed.length,
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

/** Figures of each class, from a network's outputs for a data set and the labels; none where there are no classes. */
export function classReports(
  graph: Graph,
  set: Dataset,
  { outputs }: Predictions,
  names?: readonly string[],
): ClassReport[] {
  if (!isClassified(graph, set)) return [];
  const [classes] = graph.shapes[graph.output], { labels } = set;
  const counts = Array.from({ length: classes }, () => ({ samples: 0, predicted: 0, correct: 0 }));
  for (const [i, label] of labels.entries()) {
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
