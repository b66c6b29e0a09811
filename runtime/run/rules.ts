/**
 * What is code, not data, in how a spec is trained: its schedule, and the numbers of its optimizer.
 *
 * @module
 */
import { groupParam, hasNumbers } from "../../codegen/graph/groups.ts";
import { initialLearningRate, type Options, type SchedulerOptions, type Spec } from "../../codegen/graph/spec.ts";
import type { OptimizerKind, SchedulerKind } from "../../codegen/language/optimizer.ts";
import type { Registry } from "../../codegen/language/registry.ts";

/** Formulas of the optimizer and the scheduler of a spec, their options bound. */
export interface TrainingRules {
  /**
   * The learning rate of an update.
   *
   * @param epoch from 0.
   * @param step from 0, over all epochs: how many updates were made before.
   * @param steps those of an epoch; infinitely many where it belongs to none, whose end nobody knows.
   */
  rate(epoch: number, step: number, steps: number): number;
  /** Values of the optimizer's params for it. */
  params(epoch: number, step: number, steps: number): Readonly<Record<string, number>>;
}

/** Of all kinds, the one of a type. */
export const kindOf = <Kind extends { readonly type: string }>(kinds: readonly Kind[], type: string): Kind =>
  kinds.find((kind) => kind.type === type)!;

/** What a schedule counts: epochs, steps, or nothing. */
export function countsOf({ counts }: SchedulerKind, { by }: SchedulerOptions): "epochs" | "steps" | "nothing" {
  return counts ?? (by === "step" ? "steps" : "epochs");
}

/** What the first steps have of the rate: it needs nothing of this file, since its text stands in bundles. */
export function warmUp(
  { steps: most, epochs, startFactor }: Required<SchedulerOptions>["warmup"],
  step: number,
  steps: number,
): number {
  return startFactor + (1 - startFactor) * Math.min(1, step / (most ?? epochs! * steps));
}

/** What a group of layers has of its own: options of the optimizer, and how many times the rate. */
export interface GroupNumbers {
  readonly number: number;
  readonly factor: number;
  readonly options: Readonly<Record<string, number>>;
}

/** The groups of a spec that have numbers of their own. */
export function groupNumbers(
  { training: { groups = [] } }: Pick<Spec, "training">,
  { decay: option }: Pick<OptimizerKind, "decay">,
): GroupNumbers[] {
  return groups.flatMap((group, number) => {
    const { learningRateFactor: factor = 1, decay } = group;
    return hasNumbers(group) ? [{ number, factor, options: decay === undefined ? {} : { [option]: decay } }] : [];
  });
}

/** The rules of a spec. */
export function trainingRules(spec: Spec, registry: Registry): TrainingRules {
  const { scheduler, optimizer, epochs } = spec.training, initial = initialLearningRate(spec);
  const schedule = kindOf(registry.schedulers, scheduler.type), own = kindOf(registry.optimizers, optimizer.type);
  const byStep = countsOf(schedule, scheduler) === "steps", { warmup } = scheduler, { span } = schedule;
  const isOpen = span !== undefined && scheduler[span] === undefined;
  const spanned = (steps: number) => isOpen ? { ...scheduler, [span]: byStep ? epochs * steps : epochs } : scheduler;
  const rate: TrainingRules["rate"] = (epoch, step, steps) => {
    const rate = schedule.rate(spanned(steps), initial, byStep ? step : epoch);
    return warmup ? rate * warmUp(warmup, step, steps) : rate;
  };
  return {
    rate,
    params(epoch, step, steps) {
      const momentum = schedule.momentum?.(spanned(steps), byStep ? step : epoch);
      const options = momentum === undefined ? optimizer : { ...optimizer, [own.momentum!]: momentum };
      return optimizerParams(spec, own, options, rate(epoch, step, steps), step + 1);
    },
  };
}

/** Values of an optimizer's params, and of those that groups have of their own. */
export function optimizerParams(
  spec: Pick<Spec, "training">,
  own: OptimizerKind,
  options: Options,
  learningRate: number,
  step: number,
): Record<string, number> {
  const params = { ...own.params(options, learningRate, step) };
  for (const { number, factor, options: others } of groupNumbers(spec, own)) {
    const all = own.params({ ...options, ...others }, factor * learningRate, step);
    for (const [name, value] of Object.entries(all)) params[groupParam(name, number)] = value;
  }
  return params;
}
