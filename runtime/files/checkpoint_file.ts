/**
 * Checkpoints on the disk.
 *
 * @module
 */
import type { Registry } from "../../codegen/language/registry.ts";
import { check, objectOf } from "../run/options.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { writeDurably } from "./files.ts";
import { encodeSafetensors } from "./safetensors.ts";
import { readSafetensors } from "./safetensors_file.ts";

/**
 * Reads and checks a checkpoint.
 *
 * @param origin how messages call it; default its path.
 * @throws {InputError} when it cannot be read, is damaged, or is no checkpoint.
 */
export async function loadCheckpoint(path: string, registry: Registry, origin = `"${path}"`): Promise<Checkpoint> {
  return decodeCheckpoint(await readSafetensors(path, origin), registry, origin);
}

/**
 * Writes a checkpoint. When it returns, the file is on the disk; whatever goes wrong before, what was there stays whole.
 *
 * @throws {InputError} saying why it cannot be written.
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const kind = objectOf("a checkpoint, as train returns it"), { expected } = kind;
  check("checkpoint", checkpoint, kind);
  check("checkpoint.spec", checkpoint.spec, kind);
  const tensors = { expected, fits: (value: unknown) => value instanceof Map };
  check("checkpoint.parameters", checkpoint.parameters, tensors);
  if (checkpoint.training) check("checkpoint.training.optimizer", checkpoint.training.optimizer, tensors);
  await writeDurably(path, encodeSafetensors(encodeCheckpoint(checkpoint)));
}
