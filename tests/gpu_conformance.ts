/**
 * Every kernel of random nets, run on the adapter, against the interpreter. It is a worker's script too: nets are sent to
 * some at once, since drivers in software take most of the time to compile, on one thread.
 */
import { compileTarget, kernelsOf, plan } from "../codegen/compile.ts";
import type { Target } from "../codegen/targets/target.ts";
import { loadKernels } from "../runtime/backends/backends.ts";
import { verifyKernelCode } from "../runtime/check/kernel.ts";
import { rowsFor } from "../runtime/check/random_data.ts";
import type { VerifyRow } from "../runtime/check/row.ts";
import { findTarget, parseSpec, registry } from "../mod.ts";
import { randomSpec } from "./random_spec.ts";

const webgpu = findTarget("webgpu");

/** Plan and kernels of a random net. */
export function compiled(seed: number, target: Target = webgpu) {
  const spec = parseSpec(randomSpec(seed));
  const planned = plan(spec, registry, { layout: target.layout, data: seed % 2 === 0 ? "u8" : "f32" });
  return { spec, net: compileTarget(planned, target) };
}

/** Every kernel of a net against the interpreter. */
export async function verified(seed: number, target: Target = webgpu): Promise<VerifyRow[]> {
  const { spec, net } = compiled(seed, target), rows: VerifyRow[] = [];
  const load = await loadKernels(net, rowsFor(net.plan));
  const planned = [...net.plan.train.kernels, ...net.plan.evaluate.kernels];
  for (const { name } of kernelsOf(net.plan)) {
    const { bindings } = planned.find((p) => p.kernel.name === name)!;
    rows.push(
      await verifyKernelCode(net.kernels.get(name)!, load(name), bindings, net.plan, spec, target, seed),
    );
  }
  return rows;
}

/** Nets at once, at most. */
const MOST_WORKERS = 4;

/** What is staged wherever it can be, in place of the first guess. */
export const staging: Target = {
  ...webgpu,
  candidates: (kernel) => [...webgpu.candidates(kernel)].sort((a, b) => Number(!a.stage) - Number(!b.stage)),
};

/**
 * The rows of the nets of seeds 1 to `nets`, by seed; of each six nets one has the second guess in place of the first,
 * and one stages.
 */
export async function verifiedNets(nets: number): Promise<Map<number, VerifyRow[]>> {
  const rows = new Map<number, VerifyRow[]>();
  let seed = 0;
  await Promise.all(
    Array.from({ length: Math.min(MOST_WORKERS, navigator.hardwareConcurrency) }, async () => {
      const worker = new Worker(import.meta.url, { type: "module" });
      try {
        while (seed < nets) {
          const own = ++seed;
          rows.set(own, await answer(worker, own));
        }
      } finally {
        worker.terminate();
      }
    }),
  );
  return rows;
}

function answer(worker: Worker, seed: number): Promise<VerifyRow[]> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<VerifyRow[] | string>) =>
      typeof data === "string" ? reject(new Error(`seed ${seed}: ${data}`)) : resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`seed ${seed}: ${event.message}`));
    };
    worker.postMessage(seed);
  });
}

/** What a worker's script sees of itself. */
const scope = globalThis as unknown as Worker;
if (import.meta.main) {
  scope.onmessage = async ({ data: seed }: MessageEvent<number>) => {
    const second: Target = { ...webgpu, candidates: (kernel) => [...webgpu.candidates(kernel)].slice(1, 2) };
    try {
      scope.postMessage(await verified(seed, seed % 6 === 0 ? second : seed % 6 === 3 ? staging : webgpu));
    } catch (error) {
      scope.postMessage((error as Error).message);
    }
  };
}
