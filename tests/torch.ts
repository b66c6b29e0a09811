/** Programs of PyTorch beside this project, where a machine has it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findTorch } from "../bench/nets/measure.ts";

const { python, torch } = await findTorch(["python3", "/usr/bin/python3"]);

/** Why nothing can be compared with PyTorch, if so. */
export const lacksTorch: string | undefined = python ? undefined : "reason" in torch ? torch.reason : "no Python";

/** What a program in `tests/torch/` prints of words, and of what it is given on its standard input, both as JSON. */
export async function byTorch(program: string, given: unknown, ...words: readonly string[]): Promise<unknown> {
  const { command, libraries } = python!;
  const child = new Deno.Command(command, {
    args: [join(import.meta.dirname!, "torch", program), ...words],
    ...libraries !== undefined && { env: { LD_LIBRARY_PATH: libraries } },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(given)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
