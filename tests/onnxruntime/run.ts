/**
 * Runs ONNX models in onnxruntime, which is not a dependency of the program: this folder has a configuration of its own.
 *
 *     deno run --allow-env --allow-read --allow-write tests/onnxruntime/run.ts INPUTS SHAPE MODEL OUTPUTS [MODEL OUTPUTS...]
 *
 * INPUTS has f32 numbers, samples x SHAPE (such as 1x28x28); OUTPUTS get those of the model.
 *
 * @module
 */
import { env, InferenceSession, Tensor } from "onnxruntime-web";

/** Samples that are computed at once: the last batch is a short one. */
const BATCH = 64;

env.wasm.numThreads = 1;
const [file, text, ...models] = Deno.args, shape = text.split("x").map(Number);
const inputs = new Float32Array((await Deno.readFile(file)).buffer), size = shape.reduce((a, b) => a * b);
for (let i = 0; i < models.length; i += 2) {
  const session = await InferenceSession.create(await Deno.readFile(models[i]));
  const outputs: number[] = [];
  for (let at = 0; at < inputs.length; at += BATCH * size) {
    const batch = inputs.slice(at, at + BATCH * size);
    const { output } = await session.run({ input: new Tensor("float32", batch, [batch.length / size, ...shape]) });
    outputs.push(...output.data as Float32Array);
  }
  await Deno.writeFile(models[i + 1], new Uint8Array(Float32Array.from(outputs).buffer));
}
