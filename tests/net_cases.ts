/** Nets in memory, opened in every way that threads and memory can be had, and what they have learned. */
import { compileNet } from "../api/compile.ts";
import { programOf } from "../api/open.ts";
import { type Checkpoint, findTarget, type Net, type OpenNetOptions, registry, type Spec } from "../mod.ts";
import { decodeCheckpoint } from "../runtime/files/checkpoint.ts";
import { decodeSafetensors } from "../runtime/files/safetensors.ts";
import { openNet } from "../runtime/net/net.ts";
import { SPEC } from "./small_net.ts";

/** How a net is run: by so many threads, with memory that they share or not. */
export interface Way {
  readonly threads: number;
  readonly shared: boolean;
}

/** All ways. */
export const WAYS: readonly Way[] = [
  ...[0, 1, 2, 3].map((threads) => ({ threads, shared: true })),
  { threads: 1, shared: false },
];

/** A way in words. */
export const told = ({ threads, shared }: Way) => `${threads} threads${shared ? "" : ", memory not shared"}`;

/** Opens a net in one of the ways. */
export async function opened(
  { threads, shared }: Way,
  { spec = SPEC, target = "wasm", data = "f32", ...options }: OpenNetOptions & {
    spec?: Spec;
    target?: string;
    data?: "f32" | "u8";
  } = {},
): Promise<Net> {
  const program = programOf(spec, compileNet(spec, findTarget(target), { data }));
  return await openNet(program, { threads, ...options }, shared);
}

/** What a net saves, as the command line reads it. */
export async function saved(net: Net): Promise<Checkpoint> {
  return decodeCheckpoint(decodeSafetensors(await net.save(), "saved"), registry, "saved");
}

/** All numbers of a checkpoint that training changes, and its figures but for the times. */
export function bitsOf({ parameters, training }: Checkpoint): Record<string, readonly number[]> {
  const tensors = [...parameters, ...training!.optimizer].map(([name, { values }]) => [name, [...values]] as const);
  return {
    ...Object.fromEntries(tensors),
    loss: training!.history.map(({ loss }) => loss),
    accuracy: training!.history.map(({ accuracy }) => accuracy!),
    learningRate: training!.history.map(({ learningRate }) => learningRate),
  };
}
