/**
 * What of a spec is code, for a bundle: the optimizer's params, the scheduler's rate and the loss's probabilities. They
 * stand in files of `kernels/` beside formulas and schemas, which a bundle has no use for. So the text of each function is
 * taken, alone, and the spec's options with it.
 *
 * @module
 */
import { inferShapes } from "../../codegen/graph/shapes.ts";
import { initialLearningRate, type Options, type Spec } from "../../codegen/graph/spec.ts";
import { groupParam } from "../../codegen/graph/groups.ts";
import type { OptimizerKind, SchedulerKind } from "../../codegen/language/optimizer.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { tellsClasses } from "../../runtime/run/class_names.ts";
import { countsOf, groupNumbers, kindOf, warmUp } from "../../runtime/run/rules.ts";

/**
 * An expression in JavaScript: an object with `params`, `rate` and `probabilities` of a net.
 *
 * @param outputs how many the net has for a sample.
 * @throws {TypeError} when one of the functions needs what stands around it in its file.
 */
export function rulesText(spec: Spec, registry: Registry, outputs: number): string {
  const { optimizers, schedulers, losses } = registry, { probabilities } = kindOf(losses, spec.loss.type);
  const schedule = kindOf(schedulers, spec.training.scheduler.type);
  return [
    "{",
    `${paramsText(spec, schedule, kindOf(optimizers, spec.training.optimizer.type))},`,
    `rate: ${rateText(spec, schedule)},`,
    ...probabilities ? [`probabilities: ${probabilitiesText(probabilities, spec.loss.type, outputs)},`] : [],
    ...numbersText(spec, registry),
    "}",
  ].join("\n");
}

const json = (value: unknown) => JSON.stringify(value);

/** The learning rate of an update, as `trainingRules` computes it. */
function rateText(spec: Spec, schedule: SchedulerKind): string {
  const { scheduler } = spec.training, { warmup, by: _, ...options } = scheduler;
  const initial = initialLearningRate(spec), counts = countsOf(schedule, scheduler), { rate } = schedule;
  const samples = EPOCHS.flatMap((count) => spansOf(schedule, options).map((own) => [own, initial, count]));
  const given = [spannedText(schedule, options, spec), initial, counts === "steps" ? "step" : "epoch"];
  const text = `(${standingAlone(rate, `rate of ${schedule.type}`, samples)})(${
    given.slice(0, rate.length).join(", ")
  })`;
  if (!warmup) return `${counts === "steps" ? "(epoch, step, steps)" : "(epoch)"} => ${text}`;
  const warm = standingAlone(warmUp, "warm-up", EPOCHS.map((step) => [warmup, step, 7]));
  return `(epoch, step, steps) => ${text} * (${warm})(${json(warmup)}, step, steps)`;
}

/** Options of a schedule, and whether they do not say how long it takes. */
const isOpen = ({ span }: SchedulerKind, options: Options) => span !== undefined && options[span] === undefined;

/** Options of a schedule with some spans, where they do not say it. */
function spansOf(schedule: SchedulerKind, options: Options): Options[] {
  return isOpen(schedule, options)
    ? [2, 9, 1000, Infinity].map((all) => ({ ...options, [schedule.span!]: all }))
    : [options];
}

/** Options of a schedule, with its span. */
function spannedText(schedule: SchedulerKind, options: Options, { training: { scheduler, epochs } }: Spec): string {
  if (!isOpen(schedule, options)) return json(options);
  const span = countsOf(schedule, scheduler) === "steps" ? `${epochs} * steps` : epochs;
  return `{ ...${json(options)}, ${schedule.span}: ${span} }`;
}

/** The numbers of the optimizer, as `trainingRules` computes them. */
function paramsText(spec: Spec, schedule: SchedulerKind, own: OptimizerKind): string {
  const { scheduler, optimizer } = spec.training, initial = initialLearningRate(spec), { type, momentum } = schedule;
  const steps = STEPS.flatMap((step) => [[optimizer, initial, step], [optimizer, initial / 3, step]]);
  const params = standingAlone(own.params, `params of ${optimizer.type}`, steps), groups = groupNumbers(spec, own);
  const cycles = momentum?.(spansOf(schedule, scheduler)[0], 0) !== undefined;
  const byEpoch = countsOf(schedule, scheduler) !== "steps" && !scheduler.warmup;
  const [given, rate] = byEpoch
    ? ["epoch, step", "this.rate(epoch)"]
    : ["epoch, step, steps", "this.rate(epoch, step, steps)"];
  if (!cycles && groups.length === 0) {
    return `params(${given}) { return (${params})(${json(optimizer)}, ${rate}, step + 1); }`;
  }
  const samples = EPOCHS.flatMap((count) => spansOf(schedule, scheduler).map((own) => [own, count]));
  const cycled = cycles &&
    `${own.momentum}: (${standingAlone(momentum!, `momentum of ${type}`, samples)})(${
      spannedText(schedule, scheduler, spec)
    }, ${countsOf(schedule, scheduler) === "steps" ? "step" : "epoch"})`;
  return [
    "params(epoch, step, steps) {",
    `const params = ${params}, options = { ...${json(optimizer)}, ${cycled || ""} }, rate = ${rate};`,
    `const named = ([params, end]) => Object.entries(params).map(([name, value]) => [name + end, value]);`,
    "return Object.fromEntries([",
    `[params(options, rate, step + 1), ""],`,
    ...groups.map(({ number, factor, options }) =>
      `[params({ ...options, ...${json(options)} }, ${factor} * rate, step + 1), ${json(groupParam("", number))}],`
    ),
    "].flatMap(named)); }",
  ].join("\n");
}

/** The same for a bundle that only predicts: no more than probabilities. */
export function predictionRulesText(spec: Spec, registry: Registry, outputs: number): string {
  const { probabilities } = kindOf(registry.losses, spec.loss.type);
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
