/**
 * Random ways to train a random net: optimizers, clipping, groups of layers, schedules.
 *
 * @module
 */
import { drawing } from "./random_layers.ts";

type Json = Record<string, unknown>;

/** Types of the optimizers that are drawn, one after the other. */
const OPTIMIZERS = ["adamw", "rmsprop", "momentum", "adam", "sgd"];

/** A spec as JSON, trained in another way: the same for the same seed. */
export function withRandomTraining(spec: Json, seed: number): Json {
  const { pick, chance } = drawing(seed + 5000), type = OPTIMIZERS[seed % OPTIMIZERS.length];
  const own: Json = {
    adamw: { weightDecay: pick(0, 0.1) },
    rmsprop: { momentum: pick(0, 0.9), centered: chance(0.5), l2: pick(0, 0.001) },
    momentum: { learningRate: 0.05, nesterov: chance(0.7) },
    adam: { l2: pick(0, 0.001) },
    sgd: { learningRate: 0.1 },
  };
  // the last layer of a random net is linear, and there is none behind the ninth
  const layers = spec.layers as readonly Json[], last = layers.filter(({ type }) => type === "linear").length;
  const convolves = layers.some(({ type }) => type === "conv2d");
  const groups = [
    ...chance(0.5) ? [{ layers: [`linear${last}`], learningRateFactor: pick(0.1, 3), decay: pick(0, 0.2) }] : [],
    ...convolves && chance(0.6)
      ? [chance(0.6) ? { layers: ["conv*"], frozen: true } : { layers: ["conv1"], learningRateFactor: 0.5 }]
      : [],
  ];
  return {
    ...spec,
    training: {
      epochs: 1,
      optimizer: { type, ...own[type] as Json },
      ...groups.length > 0 && { groups },
      ...chance(0.5) && { clipNorm: pick(1e-3, 1, 1000) },
      scheduler: pick<Json>({ type: "constant" }, { type: "oneCycle", cycleMomentum: false }, {
        ...{ type: "cosine", by: "step", warmup: { steps: 3 } },
      }),
    },
  };
}
