/**
 * In a bundle that trains, on a GPU too: what its script opens a net with.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { Spec } from "../../codegen/graph/spec.ts";
import { type Net, openNet } from "../../runtime/net/net.ts";
import type { OpenNetOptions } from "../../runtime/net/options.ts";
import { type Source, weightsOf } from "./load.ts";
import { type BundledTrainer, openTrainer } from "./trainer.ts";

/** What a script has of its net. */
export interface BundledGpuTrainer extends BundledTrainer {
  /** Where what a GPU runs is, and whether a step has enough work for one. */
  readonly gpu: readonly [source: Source, worth: boolean];
}

/** How the net is opened. */
export interface OpenGpuOptions extends OpenNetOptions {
  /**
   * webgpu, or wasm: the threads of the processor. Default "auto": webgpu where there is a GPU, a step has enough work for
   * one and no threads are asked for.
   */
  readonly target?: "auto" | "webgpu" | "wasm";
}

/** How far a GPU's numbers may be off in the self-test, relative to the largest of their tensor: it rounds as it likes. */
const TOLERANCE = 0.02;

/** Opens the net. */
export async function openGpuTrainer(bundled: BundledGpuTrainer, options: OpenGpuOptions = {}): Promise<Net> {
  const { target = "auto", ...others } = options, { spec, rules, given, gpu: [source, worth] } = bundled;
  const onThreads = () => openTrainer(bundled, others);
  const onGpu = async () => {
    const { loadGpu, noModule } = await import("./gpu.ts"), { plan, host } = await loadGpu(source);
    const check = async () => ({ ...(await bundled.check()).wasm, tolerance: TOLERANCE });
    return await openNet(
      { spec: spec as Spec, rules, given, target: "webgpu", plan, host, bytes: noModule, check },
      { ...others, ...await weightsOf(bundled, others) },
    );
  };
  const onEither = async () => {
    if (!worth || (others.threads ?? undefined) !== undefined) return await onThreads();
    const { openEither } = await import("./gpu.ts");
    return await openEither(true, onGpu, onThreads);
  };
  const ways = { auto: onEither, webgpu: onGpu, wasm: onThreads };
  if (Object.hasOwn(ways, target)) return await ways[target]();
  throw new InputError(`target is ${JSON.stringify(target)}; expected "auto", "webgpu" or "wasm"`);
}
