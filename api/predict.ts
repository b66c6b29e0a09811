/**
 * Trained nets are asked.
 *
 * @module
 */
import { backendOf } from "../runtime/backends/backends.ts";
import { readOptions, whole } from "../runtime/run/options.ts";
import { Predictor } from "../runtime/run/predict.ts";
import { compileNet } from "./compile.ts";
import { TARGET, targetHere } from "./targets.ts";
import { readWeights, type Weights } from "./weights.ts";

/** How a trained net is made ready to be asked. */
export interface PredictorOptions {
  /** Default "auto": the fastest that threads run. */
  readonly target?: string;
  /** Samples that are computed at once. Default 1: the shortest time for one. */
  readonly batchSize?: number;
}

/**
 * Makes a trained net ready to be asked: the kernels of a test step, made for a batch of just this size, and a memory
 * with the weights. It computes in the thread that asks; with a target for a GPU, on that.
 *
 * @throws {InputError} when the weights are not those of the net, or the target cannot run here.
 */
export async function loadPredictor(
  weights: Weights,
  options: PredictorOptions = {},
): Promise<Predictor> {
  const { target: name = "auto", batchSize = 1 } = readOptions(options, { target: TARGET, batchSize: whole(1) });
  const target = targetHere(name);
  const { spec, parameters } = readWeights(weights);
  const net = compileNet({ ...spec, batchSize }, target, { data: "f32", predict: true });
  return new Predictor(net.plan, target.name, await backendOf(target).predictor(net, parameters), spec.classes);
}
