/**
 * What a net has learned after a few steps, number by number.
 *
 * @module
 */
import type { CompiledNet } from "../codegen/compile.ts";
import { fromArrays, type Spec } from "../mod.ts";
import { parametersOf } from "../runtime/backends/tensors.ts";
import { openSession } from "./open_session.ts";

/**
 * Some steps with batches and one that is half a batch, by so many threads: losses, weights and what the net says of a test.
 *
 * @param net a classifier's, which takes its inputs as numbers.
 * @param spec what it was compiled from.
 */
export async function trainedBits(
  net: CompiledNet,
  { input, training: { optimizer } }: Spec,
  threads: number,
  steps = 2,
): Promise<readonly number[]> {
  const { graph, batchSize } = net.plan, size = input.reduce((a, b) => a * b);
  const count = Math.ceil((steps + 0.5) * batchSize), classes = graph.shapes[graph.output][0];
  const inputs = Float32Array.from({ length: count * size }, (_, i) => Math.sin(i * i % 977));
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const session = await openSession(net, [fromArrays(inputs, labels, input)], { threads });
  try {
    session.initialize(5);
    const params = (step: number) => graph.optimizer.params(optimizer, 0.01, step + 1);
    const { loss } = await session.train(0, { seed: 1, epoch: 0, params });
    const test = await session.predictions(0);
    const weights = await Promise.all(parametersOf(net.plan).map(async (name) => [...await session.read(name)]));
    return [loss, test.loss, ...test.outputs, ...weights.flat()];
  } finally {
    session.close();
  }
}
