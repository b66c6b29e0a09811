/**
 * Writes what the processes of `peers.ts` read, a file each: images, labels, and the initial values of each parameter.
 * Prints the machine's load average of the minute before.
 *
 *     deno run bench/prepare_peers.ts FOLDER IMAGES
 *
 * A process of its own: what Linux calls the largest memory of a process is at least that of the one that started it,
 * so `peers.ts` has to stay small.
 *
 * @module
 */
import { limitSamples, loadMnist, parseSpec, train } from "../mod.ts";

const [folder, images] = Deno.args;
console.log(Deno.loadavg()[0]);
const { train: samples } = await loadMnist();
const { inputs, labels } = limitSamples(samples, Number(images));
Deno.writeFileSync(`${folder}/images`, inputs as Uint8Array);
Deno.writeFileSync(`${folder}/labels`, labels as Uint8Array);

const net = JSON.parse(Deno.readTextFileSync(new URL("../specs/mnist_cnn.json", import.meta.url)));
// a rate that is 0 as f32 changes no weight, so what was trained is what training begins with
net.training.optimizer = { type: "sgd", learningRate: Number.MIN_VALUE };
const batch = limitSamples(samples, net.batchSize);
const { parameters } = await train(parseSpec(net), { train: batch, test: batch }, { epochs: 1, seed: 0 });
for (const [name, { values }] of parameters) Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(values.buffer));
