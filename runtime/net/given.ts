/**
 * What is given to a net beside its samples, where that is not the class of each alone: targets, weights, or nothing. A net
 * that compares classes, and weighs none, does without this file.
 *
 * @module
 */
import { InputError, printable } from "../../codegen/error.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { checkRanges } from "../backends/range.ts";
import { outputOf } from "../backends/tensors.ts";
import type { Classes, Samples } from "../data/arrays.ts";
import { firstNotFinite, sizeOf } from "../data/numbers.ts";
import { said } from "./options.ts";
import { type Given, numbersOf, readClasses, type ReadGiven, readInputs } from "./samples.ts";

/** What a data set, or a step, may have. */
const KEYS: readonly string[] = ["x", "y", "weights"];

/**
 * Targets or classes, and weights.
 *
 * @param samples how many there are.
 * @throws {InputError} when they are something else, do not fit the samples, or the net takes none; or when something
 * stands beside them, such as a misspelled name, or a list in place of an object with weights.
 */
export const readGiven: ReadGiven = (plan, samples, y, set) => {
  const { weights } = set, other = Object.keys(set).find((key) => !KEYS.includes(key));
  if (other !== undefined) {
    const found = /^\d+$/.test(other) ? "a list" : `${printable(JSON.stringify(other.slice(0, 60)))}`;
    throw new InputError(
      `beside x and y there is ${found}; net ${plan.name} takes ${
        plan.tensors.weights ? "weights, as { weights }" : "nothing else"
      }`,
    );
  }
  if (plan.tensors.data.range) checkRanges(plan, { inputs: readInputs(plan, set.x!) }, "x: ");
  if (plan.tensors.weights) return { ...answersOf(plan, samples, y), ...weightsFor(plan, samples, weights) };
  if (weights === undefined || weights === null) return answersOf(plan, samples, y);
  throw new InputError(`net ${plan.name} takes no weights: set "weighted": true in its loss`);
};

/** What outputs are compared with. */
function answersOf(plan: RunPlan, samples: number, y: Samples | Classes | undefined): Given {
  const { name, tensors, metrics, graph: { shapes, output } } = plan, { classes } = outputOf(plan);
  if (tensors.labels) return readClasses(plan, samples, y, {});
  if (!tensors.targets) {
    if (y === undefined || y === null) return {};
    throw new InputError(`y is ${said(y)}, but net ${name} compares with its input; leave it out`);
  }
  // a class for each, of nets that have one output for each class: their accuracy is told
  const tellsClasses = shapes[output].length === 1 && classes > 1 && metrics.some(({ type }) => type === "accuracy");
  if (tellsClasses && (y as Classes)?.length === samples && !isNested(y)) {
    const { labels } = readClasses(plan, samples, y, {}), targets = new Float32Array(samples * classes);
    for (const [i, label] of labels!.entries()) targets[i * classes + label] = 1;
    return { labels, targets };
  }
  const targets = rowsOf("y", y, samples, classes, "targets");
  checkRanges(plan, { targets }, "y: ");
  return { targets };
}

/** Whether a list has lists in it. */
const isNested = (y: unknown) => Array.isArray(y) && typeof y[0] === "object";

function weightsFor({ tensors }: RunPlan, samples: number, given: Samples | undefined): Given {
  const each = sizeOf(tensors.weights.shape.slice(1));
  if (given === undefined || given === null) return { weights: new Float32Array(samples * each).fill(1) };
  const weights = rowsOf("weights", given, samples, each, "weights"), wrong = weights.findIndex((weight) => weight < 0);
  if (wrong < 0) return { weights, own: weights };
  throw new InputError(
    `number ${wrong} of weights, of sample ${Math.floor(wrong / each)}, is ${weights[wrong]}: below 0`,
  );
}

/** So many numbers for each sample. */
function rowsOf(name: string, given: unknown, samples: number, each: number, what: string): Float32Array {
  const isWhole = ArrayBuffer.isView(given) && typeof (given as Int32Array)[0] === "number";
  const numbers = isWhole ? Float32Array.from(given as Int32Array) : numbersOf(given, each), expected = samples * each;
  if (!numbers) {
    throw new InputError(`${name} is ${said(given)}; expected ${expected} ${what}, ${each} for each sample of x`);
  }
  if (numbers.length !== expected) {
    throw new InputError(`${name} has ${numbers.length} numbers; ${samples} samples of x take ${expected} ${what}`);
  }
  const rows = Float32Array.from(numbers), wrong = firstNotFinite(rows);
  if (wrong < 0) return rows;
  throw new InputError(
    `number ${wrong} of ${name}, of sample ${Math.floor(wrong / each)}, is ${rows[wrong]}: not finite`,
  );
}
