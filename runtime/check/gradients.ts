/**
 * The formulas of backward passes against central differences.
 *
 * @module
 */
import { MERGING, plan } from "../../codegen/compile.ts";
import { cost } from "../../codegen/ir/cost.ts";
import type { Storage } from "../../codegen/ir/interpret.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { accesses } from "../../codegen/plan/kernel.ts";
import type { PlannedKernel } from "../../codegen/plan/plan.ts";
import { runExactly } from "./exact.ts";
import { draws, exactStorages, ROW } from "./random_data.ts";
import type { VerifyRow } from "./row.ts";

/** Entries of each parameter whose gradient is checked; of a net whose forward pass has more operations, one. */
const SAMPLES = 3, LARGE = 5e7;

/** Coarse steps of pairs of central differences, the widest first; the fine step of a pair is half of it. */
const STEPS = [1e-4, 1e-4 / 16, 1e-4 / 256];

/** A parameter in a plan that is interpreted. */
interface Probed {
  readonly name: string;
  /** Its values and its gradient as the backward pass has it. */
  readonly values: Storage;
  readonly gradient: Storage;
  /** Computes what depends on the values, up to the loss, which it returns. */
  loss(): number;
}

/**
 * Gradients of the unfused plan, interpreted in f64, against central differences of the loss, for some entries of each
 * parameter. An entry whose differences for two step widths disagree stands at a kink of relu or maxPool; another is drawn.
 * Where many small kinks lie about, differences may agree by chance: narrower ones decide, which leave them out.
 */
export function checkGradients(spec: Spec, registry: Registry, seed: number, data?: "u8" | "f32"): VerifyRow[] {
  const { plan: whole } = plan(spec, registry, { without: MERGING, data });
  const all = exactStorages(whole, spec, seed);
  // what layers keep is the same before each run
  const kept = Object.values(whole.tensors).filter(({ role }) => role === "buffer")
    .map(({ name }) => [all[name], all[name].slice()] as const);
  const run = (kernels: readonly PlannedKernel[]) => {
    for (const [storage, before] of kept) storage.set(before);
    for (const planned of kernels) runExactly(planned, all, ROW);
  };
  const end = whole.train.kernels.findIndex(({ title }) => title.stem === "loss" && title.pass === "forward");
  const forward = whole.train.kernels.slice(0, end + 1);
  run(whole.train.kernels.filter(({ title }) => title.pass !== "update"));
  const count = Math.max(1, whole.batchSize - 1);
  const operations = forward.reduce((sum, { kernel }) => sum + cost(kernel).flops, 0);
  const losses = all.loss.subarray(ROW * whole.batchRows, (ROW + 1) * whole.batchRows);
  return Object.values(whole.tensors).filter(({ name, role }) => role === "parameter" && `${name}.gradient` in all).map(
    ({ name }) => {
      // what comes before the parameter's layer does not change, but for what layers keep
      const first = kept.length > 0 ? 0 : forward.findIndex((planned) => accesses(planned).reads.has(name));
      const rest = forward.slice(first);
      const loss = () => {
        run(rest);
        return Array.from(losses).reduce((sum, value) => sum + value, 0) / count;
      };
      const probed = { name, values: all[name], gradient: all[`${name}.gradient`], loss };
      return checkParameter(probed, seed, operations > LARGE ? 1 : SAMPLES);
    },
  );
}

/** Some entries of a parameter. */
function checkParameter({ name, values, gradient, loss }: Probed, seed: number, samples: number): VerifyRow {
  const draw = draws(seed, `check ${name}`);
  const lossAt = (i: number, value: number) => {
    const old = values[i];
    values[i] = value;
    const there = loss();
    values[i] = old;
    return there;
  };
  let worst = { error: 0, tolerance: 0, excess: -Infinity }, cases = 0, kinks = 0;
  for (let tries = 0; cases < Math.min(samples, values.length) && tries < 10 * SAMPLES; tries++) {
    const i = Math.floor(draw() * values.length);
    const found = gradientError((by) => lossAt(i, values[i] + by), gradient[i]);
    if (!found) {
      kinks++;
      continue;
    }
    cases++;
    const excess = found.error - found.tolerance;
    if (excess > worst.excess) worst = { ...found, excess };
  }
  loss();
  const note = cases === 0
    ? `no entry away from a kink among ${kinks}`
    : kinks > 0
    ? `entries at a kink left out: ${kinks}`
    : undefined;
  return {
    check: `gradient ${name}`,
    cases,
    ...{ error: worst.error, tolerance: worst.tolerance },
    ok: worst.excess <= 0 && cases > 0,
    ...note && { note },
  };
}

/**
 * How far a gradient is from central differences of a loss, and how far it may be; nothing where they stand at a kink.
 *
 * @param lossAt the loss where the entry is so much larger.
 */
export function gradientError(
  lossAt: (by: number) => number,
  gradient: number,
): { readonly error: number; readonly tolerance: number } | undefined {
  let last = 0, widest = 0, found = { error: Infinity, tolerance: 0 };
  const difference = (h: number) => (lossAt(h) - (last = lossAt(-h))) / (2 * h);
  for (const step of STEPS) {
    const coarse = difference(step), fine = difference(step / 2);
    const disagreement = Math.abs(coarse - fine), rounding = 64 * Number.EPSILON * Math.max(1, Math.abs(last)) / step;
    const isKink = disagreement > rounding + 1e-4 * (Math.abs(coarse) + Math.abs(fine)) + 1e-7;
    if (isKink && step === STEPS[0]) return undefined;
    // the error of a central difference falls with h^2, so that of the fine one is a third of the disagreement; what
    // kinks add to it falls too, and what is wrong does not
    widest = isKink ? widest : Math.max(widest, disagreement);
    found = { error: Math.abs(fine - gradient), tolerance: widest + rounding };
    if (found.error <= found.tolerance) break;
  }
  return found;
}
