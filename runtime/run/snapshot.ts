/**
 * What a session holds, as a checkpoint keeps it, and back.
 *
 * @module
 */
import { type Plan, type Role, WEIGHT_ROLES } from "../../codegen/plan/plan.ts";
import { stepsInEpoch } from "../backends/rows.ts";
import type { NetSession } from "../backends/session.ts";
import { notFinite } from "../backends/tensors.ts";
import type { Checkpoint, TensorValues, TrainingState } from "../files/checkpoint.ts";
import { checkDiverged } from "./errors.ts";
import type { Runnable, RunOptions } from "./run_options.ts";
import type { EpochReport, PartialEpoch } from "./training_report.ts";

/** How far a run has come. */
export interface Reached {
  /** Epochs that are done. */
  readonly history: EpochReport[];
  /** The next one, if it was stopped inside. */
  partial?: PartialEpoch;
}

/**
 * Reads parameters, buffers and the optimizer's state back.
 *
 * @throws {DivergedError} when one of them is infinite or NaN.
 */
export async function takeSnapshot(
  session: NetSession,
  { spec, net: { plan, target }, without }: Runnable,
  { seed, epochs, samples, hash }: Pick<RunOptions, "seed" | "epochs"> & {
    readonly samples: number;
    readonly hash: Promise<string>;
  },
  { history, partial }: Reached,
): Promise<Checkpoint & { readonly training: TrainingState }> {
  const last = partial
    ? [history.length + 1, partial.steps] as const
    : [history.length, stepsInEpoch(plan, samples)] as const;
  const read = async (roles: readonly Role[]) => {
    const tensors = await readTensors(session, plan, roles);
    checkDiverged(notFinite([...tensors].map(([name, { values }]) => [name, values])), ...last);
    return tensors;
  };
  const parameters = await read(WEIGHT_ROLES), optimizer = await read(["state"]);
  const data = { samples, hash: await hash };
  const copies = { without: [...without], history: history.map((epoch) => ({ ...epoch })) };
  const training = { seed, epochs, target: target.name, data, optimizer, ...copies };
  return { spec, parameters, training: { ...training, ...partial && { partial } } };
}

/** The tensors of some roles, read back. */
async function readTensors(
  session: NetSession,
  { tensors }: Plan,
  roles: readonly Role[],
): Promise<Map<string, TensorValues>> {
  const chosen = Object.values(tensors).filter(({ role }) => roles.includes(role));
  const values = await session.readAll(chosen.map(({ name }) => name));
  return new Map(
    chosen.map(({ name, shape, layout }, i) => [name, { shape: layout?.shape ?? shape, values: values[i] }]),
  );
}

/** Puts weights and the optimizer's state where a session has them. */
export function restore(session: NetSession, { parameters, training }: Checkpoint): void {
  for (const [name, { values }] of [...parameters, ...training?.optimizer ?? []]) session.write(name, values);
}
