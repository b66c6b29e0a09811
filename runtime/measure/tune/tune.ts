/**
 * Finds the fastest schedule of each kernel by trying: candidates of the target, then neighbours of the best.
 *
 * Every candidate is checked against the interpreter before it is timed, and runs in a worker of its own, which is ended
 * when it gives no answer. The machine's speed changes while others use it, so what is compared is timed in turns.
 *
 * @module
 */
import { kernelsOf, plan } from "../../../codegen/compile.ts";
import type { Kernel } from "../../../codegen/ir/ir.ts";
import type { Registry } from "../../../codegen/language/registry.ts";
import type { Schedule } from "../../../codegen/schedule/schedule.ts";
import type { Spec } from "../../../codegen/graph/spec.ts";
import type { Target } from "../../../codegen/targets/target.ts";
import type { TunedRow } from "./results.ts";
import { timeIncumbent, tuneKernel } from "./search.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** How tuning is done. */
export interface TuneSettings {
  /** Seconds for all kernels of a net and a target; each gets one heat of candidates at least. Default 120. */
  readonly budget?: number;
  /** Only this kernel. Default: those with a noticeable share of a step. */
  readonly kernel?: string;
  /** Seconds after which a candidate that gives no answer is given up. Default 30. */
  readonly patience?: number;
  /** Called with each kernel as it is done. */
  readonly onKernel?: (row: TunedRow) => void | Promise<void>;
}

/** Kernels below this part of a step's time are left alone. */
const NOTICEABLE = 0.02;

/**
 * Tunes kernels of a net for a target, those that take longest first.
 *
 * @param stored schedules found earlier, whether they still fit or not: they are what is to be beaten.
 * @throws {Error} when a kernel's first guess is wrong, or hangs.
 */
export async function tuneNet(
  spec: Spec,
  registry: Registry,
  target: Target,
  stored: (kernel: Kernel) => Schedule | undefined,
  { budget = 120, kernel: only, patience = 30, onKernel }: TuneSettings = {},
): Promise<TunedRow[]> {
  const deadline = performance.now() + 1000 * budget;
  const { plan: whole } = plan(spec, registry, { layout: target.layout });
  const all = only === undefined
    ? kernelsOf({ ...whole, evaluate: whole.train })
    : kernelsOf(whole).filter(({ name }) => name === only);
  const subjects: { subject: Subject; seconds: number }[] = [];
  for (const kernel of all) {
    const subject = subjectOf(kernel, whole, spec, target, 1000 * patience);
    // one kernel needs no comparison with the others
    subjects.push({ subject, seconds: only === undefined ? await timeIncumbent(subject, stored(kernel)) : 1 });
  }
  const total = subjects.reduce((sum, { seconds }) => sum + seconds, 0);
  const noticeable = subjects.filter(({ seconds }) => seconds >= NOTICEABLE * total)
    .sort((a, b) => b.seconds - a.seconds);
  const rows: TunedRow[] = [];
  for (const [i, { subject, seconds }] of noticeable.entries()) {
    const left = noticeable.slice(i).reduce((sum, { seconds }) => sum + seconds, 0);
    const now = performance.now();
    const found = await tuneKernel(subject, stored(subject.kernel), now + (deadline - now) * seconds / left);
    const row = { ...found, ...only === undefined && { share: seconds / total } };
    rows.push(row);
    await onKernel?.(row);
  }
  return rows;
}
