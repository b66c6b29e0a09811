/**
 * Memory that is used again: a step's tensors lie where others lay that are not needed any more, or not yet.
 *
 * @module
 */
import type { Plan, PlannedTensor } from "../plan.ts";
import { lineFrom } from "./lines.ts";
import { livesOf } from "./lives.ts";
import { shareMemory } from "./share.ts";

/**
 * The plan with tensors in places that others have at other times, in the arena and in the threads' scratch memory. A
 * barrier that is there anyhow stands between them, so none is added. What is kept from step to step, and what the last
 * layer gives, has a place of its own in front.
 */
export function reuseMemory(plan: Plan): Plan {
  const lives = livesOf(plan), offsets = new Map<string, number>();
  const stored = Object.values(plan.tensors).filter(({ role, alias }) => role !== "run" && alias === undefined);
  const [scratch, arena] = [true, false].map((own) =>
    stored.filter((tensor) => (tensor.scratch !== undefined) === own)
  );
  const place = (tensors: readonly PlannedTensor[]): number => {
    let begin = 0;
    for (const { name, bytes } of tensors.filter(({ name }) => !lives.has(name))) {
      offsets.set(name, begin);
      begin = lineFrom(begin + bytes);
    }
    const shared = shareMemory(tensors.filter(({ name }) => lives.has(name)), lives, begin);
    for (const [name, offset] of shared.offsets) offsets.set(name, offset);
    return shared.end;
  };
  const arenaBytes = place(arena), scratchBytes = place(scratch);
  const tensors = Object.entries(plan.tensors).map(([name, tensor]): [string, PlannedTensor] => {
    const offset = offsets.get(tensor.alias ?? name);
    return [name, offset === undefined ? tensor : { ...tensor, offset }];
  });
  return { ...plan, tensors: Object.fromEntries(tensors), arenaBytes, ...plan.scratchBytes && { scratchBytes } };
}
