/**
 * Optimizers, clipping, groups of layers and schedules as plain loops in f64, written from the formulas of PyTorch's
 * documentation: nothing is shared with what is tested.
 *
 * @module
 */
import type { Spec } from "../mod.ts";

type Options = Readonly<Record<string, number | boolean | undefined>>;
type Numbers = Float64Array | Float32Array;

/** A parameter, its gradient, and how it is trained. */
export interface PlainParameter {
  readonly name: string;
  readonly values: Numbers;
  readonly gradient: Numbers;
}

/** Which layers a group means. */
const isIn = (layer: string, { layers }: NonNullable<Spec["training"]["groups"]>[number]) =>
  layers.some((name) => new RegExp(`^${name.split("*").join(".*")}$`).test(layer));

/** Updates of a net's parameters. */
export class PlainOptimizer {
  readonly #spec: Spec;
  readonly #storage: Float64ArrayConstructor | Float32ArrayConstructor;
  readonly #kept = new Map<string, Numbers>();
  #step = 0;

  constructor(spec: Spec, storage: Float64ArrayConstructor | Float32ArrayConstructor) {
    this.#spec = spec;
    this.#storage = storage;
  }

  /** One update of all parameters. `rate`: of those in no group; `momentum`: in place of the optimizer's own. */
  step(parameters: readonly PlainParameter[], rate: number, momentum?: number): void {
    const { optimizer, groups = [], clipNorm } = this.#spec.training;
    const learned = parameters.map((parameter) => {
      const [layer] = parameter.name.split(".");
      return { parameter, group: groups.find((group) => isIn(layer, group)) };
    }).filter(({ group }) => !group?.frozen);
    this.#step++;
    let norm = 0;
    for (const { parameter: { gradient } } of learned) for (const g of gradient) norm += g * g;
    const scale = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (Math.sqrt(norm) + 1e-6));
    for (const { parameter, group } of learned) {
      const options: Record<string, number | boolean | undefined> = { ...optimizer as unknown as Options };
      if (momentum !== undefined) options[optimizer.type.startsWith("adam") ? "beta1" : "momentum"] = momentum;
      const own = Number((optimizer.type === "adamw" ? options.weightDecay : options.l2) ?? 0);
      const decay = parameter.name.endsWith(".weight") ? group?.decay ?? own : 0;
      for (let i = 0; i < parameter.values.length; i++) {
        const g = scale * parameter.gradient[i], w = parameter.values[i];
        const state = (symbol: string) => this.#state(`${parameter.name}.${symbol}`, parameter.values.length);
        parameter.values[i] = this.#updated(
          ...[w, g, decay, rate * (group?.learningRateFactor ?? 1)] as const,
          ...[options, state, i] as const,
        );
      }
    }
  }

  #state(name: string, length: number): Numbers {
    if (!this.#kept.has(name)) this.#kept.set(name, new this.#storage(length));
    return this.#kept.get(name)!;
  }

  #updated(
    w: number,
    gradient: number,
    decay: number,
    rate: number,
    options: Options,
    state: (symbol: string) => Numbers,
    i: number,
  ): number {
    const number = (name: string, otherwise: number) => Number(options[name] ?? otherwise);
    const type = this.#spec.training.optimizer.type, decoupled = type === "adamw";
    const g = decoupled ? gradient : gradient + decay * w, before = decoupled ? w - rate * decay * w : w;
    switch (type) {
      case "sgd":
        return before - rate * g;
      case "momentum": {
        const velocity = state("v"), mu = number("momentum", 0.9);
        velocity[i] = mu * velocity[i] + g;
        return before - rate * (options.nesterov ? g + mu * velocity[i] : velocity[i]);
      }
      case "adam":
      case "adamw": {
        const m = state("m"), v = state("v"), [b1, b2] = [number("beta1", 0.9), number("beta2", 0.999)];
        m[i] = b1 * m[i] + (1 - b1) * g;
        v[i] = b2 * v[i] + (1 - b2) * g * g;
        const [mean, square] = [m[i] / (1 - b1 ** this.#step), v[i] / (1 - b2 ** this.#step)];
        return before - rate * mean / (Math.sqrt(square) + number("epsilon", 1e-8));
      }
      case "rmsprop": {
        const v = state("v"), m = state("m"), b = state("b"), alpha = number("alpha", 0.99);
        v[i] = alpha * v[i] + (1 - alpha) * g * g;
        m[i] = alpha * m[i] + (1 - alpha) * g;
        const spread = Math.sqrt(options.centered ? Math.max(0, v[i] - m[i] * m[i]) : v[i]);
        b[i] = number("momentum", 0) * b[i] + g / (spread + number("epsilon", 1e-8));
        return before - rate * b[i];
      }
    }
    throw new Error(`unknown optimizer ${type}`);
  }
}

/** The rate of each step of a net's training, and its momentum where the schedule cycles it. */
export function plainSchedule(
  { training }: Spec,
  initial: number,
  steps: number,
): { rate: number; momentum?: number }[] {
  const { epochs, scheduler } = training, all = epochs * steps, options = scheduler as unknown as Options;
  const between = (from: number, to: number, share: number, cosine: boolean) =>
    cosine ? to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2 : from + (to - from) * share;
  const curve: { rate: number; momentum?: number }[] = [];
  for (let step = 0; step < all; step++) {
    const byStep = scheduler.by === "step", count = byStep ? step : Math.floor(step / steps);
    const period = Number(options.period ?? (byStep ? all : epochs)), minimum = Number(options.minimum ?? 0);
    let rate = initial, momentum: number | undefined;
    switch (scheduler.type) {
      case "constant":
        break;
      case "step":
        for (let n = Number(options.every); n <= count; n += Number(options.every)) rate *= Number(options.factor);
        break;
      case "multiStep":
        for (const at of scheduler.milestones as number[]) if (count >= at) rate *= Number(options.factor);
        break;
      case "exponential":
        for (let n = 0; n < count; n++) rate *= Number(options.factor);
        break;
      case "cosine":
        rate = between(initial, minimum, count / period, true);
        break;
      case "linear":
        rate = between(initial, minimum, Math.min(1, count / period), false);
        break;
      case "oneCycle": {
        const total = Number(options.totalSteps ?? all), peak = Number(options.pctStart) * total - 1, last = total - 1;
        const low = initial / Number(options.divFactor), least = low / Number(options.finalDivFactor);
        const cosine = options.annealStrategy as unknown === "cos",
          [base, most] = [
            Number(options.baseMomentum),
            Number(options.maxMomentum),
          ];
        const rises = step <= peak, share = rises ? step / peak : Math.min(1, (step - peak) / (last - peak));
        rate = rises ? between(low, initial, share, cosine) : between(initial, least, share, cosine);
        momentum = rises ? between(most, base, share, cosine) : between(base, most, share, cosine);
        if (!options.cycleMomentum) momentum = undefined;
        break;
      }
      default:
        throw new Error(`unknown scheduler ${scheduler.type}`);
    }
    const { warmup } = scheduler;
    if (warmup) {
      const length = warmup.steps ?? warmup.epochs! * steps;
      if (step < length) rate *= warmup.startFactor + (1 - warmup.startFactor) * step / length;
    }
    curve.push({ rate, ...momentum !== undefined && { momentum } });
  }
  return curve;
}
