/**
 * A net's modules for a bundle, one for each target: compiled and proven, and what a run reads of their plans.
 *
 * @module
 */
import { compileNet } from "../../api/compile.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { type Plan, type RunPlan, type RunTensor, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import type { Tuning } from "../../codegen/schedule/tuning.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { wasm, wasmRelaxed } from "../../codegen/targets/wasm/target.ts";
import { outputOf } from "../../runtime/backends/tensors.ts";
import { checkedBinary } from "../../runtime/backends/threads/binary.ts";
import { withExports } from "./sections.ts";

/** How a bundle's modules are compiled. */
export interface ModuleOptions {
  /** Only what makes outputs. */
  readonly predict: boolean;
  /** What samples are. */
  readonly data: "u8" | "f32";
  readonly tuning?: Tuning;
}

/** A module of a bundle. */
export interface BundledModule {
  readonly target: string;
  /** Ending of the file's name, behind the net's. */
  readonly ending: string;
  /** The bytes that were proven, but for the names of kernels. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly plan: RunPlan;
  /** Whether every engine gives the same bits. */
  readonly exact: boolean;
}

/** Targets by the endings of their files, the one that is preferred first. */
const TARGETS: readonly (readonly [target: Target, ending: string])[] = [
  [wasmRelaxed, ".relaxed.wasm"],
  [wasm, ".wasm"],
];

/** A module that an engine takes only if it can run the first target. */
export const PROBE: Uint8Array = wasmRelaxed.sample!;

/**
 * The modules of a net, the one that is preferred first.
 *
 * @throws {InputError} when layers do not fit each other, or the net is too large.
 * @throws {VerifyError} when an access of a module cannot be bounded.
 */
export function modulesOf(spec: Spec, { predict, data, tuning }: ModuleOptions): BundledModule[] {
  return TARGETS.map(([target, ending]) => {
    const net = compileNet(spec, target, { predict, data, tuning }), { plan } = net, bytes = checkedBinary(net);
    const kernels = predict ? [] : plan.train.kernels.map(({ kernel: { name } }) => name);
    // exports alone are other ones, the code is what was proven
    const names = new Map([...predict ? [] : ["train"], "evaluate"].map((name) => [name, name]));
    for (const [number, name] of kernels.entries()) names.set(name, kernelName(number));
    return {
      target: target.name,
      ending,
      file: withExports(bytes, names),
      plan: threadPlanOf(plan, predict),
      exact: !target.fma,
    };
  });
}

/** How a kernel is called in a bundle, by its place in a step. */
const kernelName = (number: number) => `k${number}`;

/** Roles of tensors that a run reads or writes from outside. */
const ROLES = [...WEIGHT_ROLES, "state", "run"];

/** What a run on threads reads of a plan, whose kernels are called by their places. */
export function threadPlanOf(plan: Plan, predict: boolean): RunPlan {
  const output = outputOf(plan).name;
  const kept = Object.values(plan.tensors).filter((tensor) => ROLES.includes(tensor.role) || tensor.name === output);
  return runPlanOf(plan, kept, predict ? [] : plan.train.kernels.map((_, number) => kernelName(number)));
}

/** What a run reads of a plan: of some of its tensors, and how kernels are called. */
export function runPlanOf(plan: Plan, tensors: readonly RunTensor[], kernels: readonly string[]): RunPlan {
  const { name, batchSize, batchRows, params, keys, metrics, arenaBytes, scratchBytes, graph: { output, shapes } } =
    plan;
  return {
    ...{ name, batchSize, batchRows, params, keys, metrics, arenaBytes, scratchBytes },
    tensors: Object.fromEntries(tensors.map((tensor) => [tensor.name, runTensorOf(tensor)])),
    graph: { output, shapes: { input: shapes.input, [output]: shapes[output] } },
    train: { kernels: kernels.map((name) => ({ kernel: { name } })) },
  };
}

/** What a run reads of a tensor. */
function runTensorOf(tensor: RunTensor): RunTensor {
  const { name, role, dtype, shape, rows, below, initial, range, layout, alias, offset, bytes, scratch } = tensor;
  return { name, role, dtype, shape, rows, below, initial, range, layout, alias, offset, bytes, scratch };
}
