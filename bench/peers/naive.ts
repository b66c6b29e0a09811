/**
 * The naive version of this repository trains a net: generic loops over run-time shapes, on one thread.
 *
 * @module
 */
import { NaiveNetwork, type NaiveSpec } from "../naive.ts";
import { trainPeer } from "./work.ts";

await trainPeer(({ spec, parameter }) => {
  const { batchSize, training: { optimizer: { learningRate } } } = spec;
  const network = new NaiveNetwork(spec as unknown as NaiveSpec, Float32Array);
  for (const [name, { values }] of network.parameters) values.set(parameter(name));
  let sum = 0;
  return {
    step(images, labels) {
      sum += network.trainStep(images, labels, batchSize, learningRate).loss;
    },
    losses() {
      const total = sum;
      sum = 0;
      return total;
    },
  };
});
