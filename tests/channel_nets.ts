/**
 * Nets of a few convolutions, planned with their channels innermost, and what of their kernels makes zeros.
 *
 * @module
 */
import { type CompileOptions, plan } from "../codegen/compile.ts";
import { expressions } from "../codegen/ir/expr.ts";
import type { Expr, Kernel } from "../codegen/ir/ir.ts";
import type { Plan } from "../codegen/plan/plan.ts";
import { parseSpec, registry, runsHere, type Spec, targets } from "../mod.ts";

/** The targets that choose between samples and channels innermost. */
export const CHOOSING = targets.filter((target) => target.layout === "lanes" && runsHere(target));

/** Types of optimizers that ship. */
export type Optimizer = "sgd" | "momentum" | "adam";

/** A spec as JSON. */
export const netOf = (
  input: readonly number[],
  layers: readonly object[],
  batchSize = 4,
  type: Optimizer = "momentum",
): Record<string, unknown> => ({
  name: "channels",
  input,
  batchSize,
  layers,
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type, learningRate: 0.1, l2: 0.01 } },
});
/** The same, parsed. */
export const specOf = (...net: Parameters<typeof netOf>): Spec => parseSpec(netOf(...net));
/** A convolution that is padded by 1. */
export const conv = (outChannels: number, kernel: unknown = 3, more: object = {}) => ({
  type: "conv2d",
  outChannels,
  kernel,
  padding: 1,
  ...more,
});
/** The layers behind all images. */
export const head = (outFeatures: number) => [{ type: "flatten" }, { type: "linear", outFeatures }];
/** A plan with channels innermost, be they many or few. */
export const channelsOf = (spec: Spec, options: CompileOptions = {}): Plan =>
  plan(spec, registry, { layout: "channels", ...options }).plan;

/** Whether images have their channels innermost. */
export const areInnermost = ({ tensors }: Plan): boolean =>
  Object.values(tensors).some(({ role, layout }) =>
    role === "value" && layout?.shape.length === 4 && layout.dimensions.at(-1)!.of === 1
  );

/** A net of all that makes something of zeros, and all that does not. */
export const paddedNet = (channels: number, type: Optimizer) =>
  specOf(
    [3, 9, 8],
    [
      conv(channels),
      { type: "sigmoid" },
      { type: "maxPool2d", kernel: 2 },
      conv(channels, 3, { stride: 2 }),
      { type: "tanh" },
      { type: "dropout", rate: 0.3 },
      conv(channels, 2),
      { type: "relu" },
      { type: "avgPool2d", kernel: 2 },
      ...head(3),
    ],
    4,
    type,
  );

/** Whether a value is made 0 from some place on. */
export const isMask = (value: Expr): boolean => {
  if (value.kind !== "op" || value.op !== "select") return false;
  const [condition, , otherwise] = value.operands;
  return condition.kind === "op" && condition.op === "lt" && condition.operands[1].kind === "constant" &&
    expressions(condition.operands[0]).some(({ kind }) => kind === "position") &&
    otherwise.kind === "constant" && otherwise.value === 0;
};

/** Whether a kernel makes something 0. */
export const hasMask = ({ parts }: Kernel) =>
  parts.some(({ assignments }) => assignments.some(({ value }) => isMask(value)));
