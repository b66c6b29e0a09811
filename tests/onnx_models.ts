/**
 * What onnxruntime computes of models, in a process of its own: it comes from npm, and is not a dependency of the program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";

const RUNTIME = join(import.meta.dirname!, "onnxruntime");

/** Runs Deno in the folder with onnxruntime, which has a configuration of its own. */
async function deno(...args: string[]): Promise<{ success: boolean; stderr: string }> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: RUNTIME, stdin: "null" }).output();
  return { success, stderr: new TextDecoder().decode(stderr) };
}

/** Fetches onnxruntime, 30 MB the first time; false where that cannot be, which is printed. */
export async function fetchOnnxRuntime(): Promise<boolean> {
  const args = ["install", "--frozen", "--quiet"];
  let fetched = await deno(...args);
  // a network may fail once
  if (!fetched.success) fetched = await deno(...args);
  if (!fetched.success) console.log(`onnxruntime cannot be fetched here, models are not run: ${fetched.stderr}`);
  return fetched.success;
}

/** Outputs of models for samples of a shape, one after the other. */
export async function onnxOutputs(
  models: readonly Uint8Array[],
  inputs: Float32Array,
  shape: readonly number[],
): Promise<Float32Array[]> {
  const folder = await Deno.makeTempDir(), path = (name: string) => join(folder, name);
  try {
    await Deno.writeFile(path("inputs"), new Uint8Array(inputs.slice().buffer));
    for (const [i, model] of models.entries()) await Deno.writeFile(path(`${i}.onnx`), model);
    const files = models.flatMap((_, i) => [path(`${i}.onnx`), path(`${i}.outputs`)]);
    const permissions = ["--no-prompt", "--allow-env", `--allow-read=${RUNTIME},${folder}`, `--allow-write=${folder}`];
    const words = [path("inputs"), shape.join("x"), ...files];
    const { success, stderr } = await deno("run", "--frozen", ...permissions, "run.ts", ...words);
    assert.ok(success, stderr);
    return await Promise.all(
      models.map(async (_, i) => new Float32Array((await Deno.readFile(path(`${i}.outputs`))).buffer)),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
