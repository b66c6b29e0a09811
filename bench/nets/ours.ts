/**
 * Our own part of `../nets.ts`, a process of its own as PyTorch's (`torch_cpu.py`) are. The last line it prints is an
 * {@linkcode Outcome}.
 *
 *     deno run bench/nets/ours.ts JOB
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { fromArrays, limitSamples, loadSpec, MOST_EPOCHS, StoppedError, train } from "../../mod.ts";
import { FILES, type Job, LEAST_TIMED, type Outcome, TOLD } from "./job.ts";

/** The first bytes of a file. */
function firstBytes(path: string, bytes: number): ArrayBuffer {
  using file = Deno.openSync(path);
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) {
    const read = file.readSync(all.subarray(at));
    if (read === null) throw new Error(`${path} is shorter than ${bytes} bytes`);
    at += read;
  }
  return all.buffer;
}

/** Does a job. */
async function work({ folder, threads, batches, passes, warmUp, seconds, started }: Job): Promise<Outcome> {
  const spec = await loadSpec(join(folder, FILES.spec));
  const samples = spec.batchSize * batches, size = spec.input.reduce((a, b) => a * b, 1);
  const inputs = new Float32Array(firstBytes(join(folder, FILES.inputs), 4 * samples * size));
  const labels = new Int32Array(firstBytes(join(folder, FILES.labels), 4 * samples));
  const data = fromArrays(inputs, spec.loss.target === "input" ? {} : { labels }, spec.input);
  const losses: number[] = [], rates: number[] = [], enough = new AbortController();
  let first: number | undefined;
  await train(spec, { train: data, test: limitSamples(data, 1) }, {
    target: "wasm_relaxed",
    threads,
    seed: 0,
    epochs: seconds > 0 ? MOST_EPOCHS : passes,
    signal: enough.signal,
    onEpoch({ loss, seconds: taken }) {
      if (losses.length < TOLD) losses.push(loss);
      const now = performance.now();
      const since = (now - (first ??= now)) / 1000;
      if (now > first && since - taken >= warmUp) rates.push(samples / taken);
      if (seconds > 0 && rates.length >= LEAST_TIMED && since >= warmUp + seconds) enough.abort();
    },
  }).catch((error) => {
    if (!(error instanceof StoppedError)) throw error;
  });
  return {
    losses,
    rates,
    sinceStart: (performance.timeOrigin + first! - started) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await work(JSON.parse(Deno.args[0]))));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
