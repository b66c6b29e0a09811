/**
 * The naive version of this repository trains `mnist_cnn`: generic loops over run-time shapes, on one thread.
 *
 * @module
 */
import { NaiveNetwork, type NaiveSpec } from "../naive.ts";
import { trainPeer } from "./work.ts";

await trainPeer(({ batchSize, parameter }) => {
  const spec: NaiveSpec = JSON.parse(Deno.readTextFileSync(new URL("../../specs/mnist_cnn.json", import.meta.url)));
  const network = new NaiveNetwork(spec, Float32Array);
  for (const [name, { values }] of network.parameters) values.set(parameter(name));
  let sum = 0;
  return {
    step(images, labels) {
      sum += network.trainStep(images, labels, batchSize, 0.001).loss;
    },
    losses() {
      const total = sum;
      sum = 0;
      return total;
    },
  };
});
