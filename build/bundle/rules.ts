/**
 * What of a spec is code, for a bundle: the optimizer's params, the scheduler's rate and the loss's probabilities. They
 * stand in files of `kernels/` beside formulas and schemas, which a bundle has no use for. So the text of each function is
 * taken, alone, and the spec's options with it.
 *
 * @module
 */
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { initialLearningRate, type Spec } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { tellsClasses } from "../../runtime/run/class_names.ts";

/**
 * An expression in JavaScript: an object with `params`, `rate` and `probabilities` of a net.
 *
 * @param outputs how many the net has for a sample.
 * @throws {TypeError} when one of the functions needs what stands around it in its file.
 */
export function rulesText(spec: Spec, registry: Registry, outputs: number): string {
  const { optimizers, schedulers, losses } = registry;
  const { optimizer, scheduler } = spec.training, initial = initialLearningRate(spec);
  const { params } = optimizers.find(({ type }) => type === optimizer.type)!;
  const { rate } = schedulers.find(({ type }) => type === scheduler.type)!;
  const { probabilities } = losses.find(({ type }) => type === spec.loss.type)!;
  const steps = STEPS.flatMap((step) => [[optimizer, initial, step], [optimizer, initial / 3, step]]);
  const own = {
    params: standingAlone(params, `params of ${optimizer.type}`, steps),
    rate: standingAlone(rate, `rate of ${scheduler.type}`, EPOCHS.map((epoch) => [scheduler, initial, epoch])),
  };
  const json = (value: unknown) => JSON.stringify(value);
  return [
    "{",
    `params: (rate, step) => (${own.params})(${json(optimizer)}, rate, step),`,
    `rate: (epoch) => (${own.rate})(${json(scheduler)}, ${json(initial)}, epoch),`,
    ...probabilities ? [`probabilities: ${probabilitiesText(probabilities, spec.loss.type, outputs)},`] : [],
    ...numbersText(spec, registry),
    "}",
  ].join("\n");
}

/** The same for a bundle that only predicts: no more than probabilities. */
export function predictionRulesText(spec: Spec, registry: Registry, outputs: number): string {
  const { probabilities } = registry.losses.find(({ type }) => type === spec.loss.type)!;
  const own = probabilities ? [`probabilities: ${probabilitiesText(probabilities, spec.loss.type, outputs)},`] : [];
  return `{ ${[...own, ...numbersText(spec, registry)].join(" ")} }`;
}

/** That outputs are numbers, if they are not one for each class. */
function numbersText(spec: Spec, registry: Registry): string[] {
  return tellsClasses(inferShapes(spec, registry)) ? [] : ["numbers: true,"];
}

/** Steps and epochs that functions are compared at. */
const STEPS = [1, 2, 3, 10, 999, 10_000, 1_000_000], EPOCHS = [0, 1, 2, 3, 5, 7, 10, 30, 99, 1000];

function probabilitiesText(probabilities: (outputs: Float32Array) => Float64Array, type: string, outputs: number) {
  const rows = [0, 1, 30, 100].map((scale) =>
    Float32Array.from({ length: outputs }, (_, i) => scale * Math.sin(7 * i + 1))
  );
  return standingAlone(probabilities, `probabilities of ${type}`, rows.map((row) => [row]));
}

/**
 * A function as an expression in JavaScript, which knows nothing but what it is given and what every engine has.
 *
 * @param samples what both are called with, to see that the expression computes what the function does.
 * @throws {TypeError} when it needs more.
 */
export function standingAlone(
  // deno-lint-ignore no-explicit-any -- of any kind
  own: (...given: any[]) => unknown,
  name: string,
  samples: readonly (readonly unknown[])[],
): string {
  // what is written as a method is one only inside of an object
  const text = own.toString(), forms = [text, `({ ${text} })[${JSON.stringify(own.name)}]`];
  for (const form of forms) {
    let alone: unknown;
    try {
      alone = evaluate(form);
    } catch {
      continue;
    }
    if (typeof alone !== "function") continue;
    for (const given of samples) {
      const result = attempt(() => alone(...given)), expected = attempt(() => own(...given));
      if (result === expected) continue;
      throw new TypeError(`${name} cannot stand alone: it gives ${result} in place of ${expected}`);
    }
    return form;
  }
  throw new TypeError(`${name} cannot stand alone: its text is no function`);
}

/** What an expression is, where nothing stands around it. */
const evaluate = (expression: string): unknown => new Function(`"use strict"; return (${expression});`)();

/** A result, or an error, as a text that tells all its bits. */
function attempt(call: () => unknown): string {
  try {
    const exact = (_: string, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Array.from(value as Float64Array, String)
        : typeof value === "number"
        ? Object.is(value, -0) ? "-0" : String(value)
        : value;
    return JSON.stringify(call(), exact);
  } catch (error) {
    return String(error);
  }
}
