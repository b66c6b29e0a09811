/**
 * Stands for a Python with PyTorch where `bench:nets` is tested: it does the work of `bench/nets/torch_cpu.py` by the
 * naive network, or fails in a way that a word names.
 *
 *     deno run tests/fake_torch.ts WORD PROGRAM [JOB]
 *
 * @module
 */
import { join } from "node:path";
import { NaiveNetwork, type NaiveSpec } from "../bench/naive.ts";
import { FILES, type Job, LEAST_TIMED, type Outcome } from "../bench/nets/job.ts";

/** Does a job: as many passes as it must, however long they take. */
function train({ folder, batches, passes, seconds, started }: Job): Outcome {
  const read = (name: string) => Deno.readFileSync(join(folder, name)).buffer;
  const spec: NaiveSpec = JSON.parse(Deno.readTextFileSync(join(folder, FILES.spec))), { batchSize } = spec;
  const inputs = new Float32Array(read(FILES.inputs)), labels = new Int32Array(read(FILES.labels));
  const network = new NaiveNetwork(spec, Float32Array), initial = new Float32Array(read(FILES.parameters));
  let at = 0;
  for (const { values } of network.parameters.values()) {
    values.set(initial.subarray(at, at += values.length));
  }
  if (at !== initial.length) throw new Error(`the file has ${initial.length} parameters, the net ${at}`);
  const size = spec.input.reduce((a, b) => a * b, 1), rate = spec.training.optimizer.learningRate!;
  const wanted = passes + (seconds > 0 ? LEAST_TIMED : 0), losses: number[] = [], rates: number[] = [];
  for (let pass = 0; pass < wanted; pass++) {
    const start = performance.now();
    let loss = 0;
    for (let i = 0; i < batches * batchSize; i += batchSize) {
      const x = inputs.subarray(i * size, (i + batchSize) * size);
      loss += network.trainStep(x, labels.subarray(i, i + batchSize), batchSize, rate).loss / batches;
    }
    losses.push(loss);
    if (pass >= passes) rates.push(batches * batchSize / ((performance.now() - start) / 1000));
  }
  return { losses, rates, sinceStart: (Date.now() - started) / 1000, peakBytes: 1e8 };
}

const [word, , job] = Deno.args;
if (word === "absent") throw new Error("No module named 'torch'");
if (job === undefined) console.log(JSON.stringify({ version: "0.0 (naive)", library: "reference" }));
else {
  const outcome = train(JSON.parse(job));
  if (word === "breaks") throw new Error("out of memory");
  const losses = outcome.losses.map((loss, i) => word === "strays" && i > 0 ? 1.01 * loss : loss);
  console.log(JSON.stringify({ ...outcome, losses }));
}
