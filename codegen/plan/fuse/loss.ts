/**
 * The rule `loss`: a loss and its gradient become two parts of one kernel.
 *
 * @module
 */
import { rewriter } from "../../ir/expr.ts";
import type { Draft, PlannedKernel } from "../plan.ts";
import { kernelName } from "../kernel.ts";
import { joinBindings, joinSaves } from "./join.ts";
import type { Fusion } from "./rule.ts";

/** The loss and its gradient in one kernel: both start from the network's output, and neither needs the other. */
export function mergeLoss(draft: Draft, fusions: Fusion[]): Draft {
  const [loss, gradient] = ["forward", "backward"].map((pass) =>
    draft.train.find(({ title }) => title.stem === "loss" && title.pass === pass)
  );
  if (!loss || !gradient) return draft;
  const { bindings, symbols } = joinBindings(loss.bindings, gradient.bindings, "");
  const rewrite = rewriter(
    (node) => node.kind === "load" ? { ...node, tensor: symbols[node.tensor] } : undefined,
    (index) => index,
  );
  const { parts } = gradient.kernel;
  const title = { stem: "loss", pass: "forward_backward" };
  const merged: PlannedKernel = {
    title,
    bindings,
    ...joinSaves(loss, gradient),
    kernel: {
      ...loss.kernel,
      name: kernelName(title),
      parts: [
        ...loss.kernel.parts,
        ...parts.map(({ axes, assignments }) => ({
          axes,
          assignments: assignments.map((a) => ({ ...a, tensor: symbols[a.tensor], value: rewrite(a.value) })),
        })),
      ],
    },
  };
  fusions.push({ rule: "loss", producer: loss.kernel.name, consumer: gradient.kernel.name });
  return { ...draft, train: draft.train.filter((k) => k !== gradient).map((k) => k === loss ? merged : k) };
}
