/**
 * Writes what the processes of `../peers.ts` read, a file each: images, labels, and the initial values of each parameter.
 * Prints the machine's load average of the minute before.
 *
 *     deno run bench/comparison/prepare.ts FOLDER IMAGES
 *
 * A process of its own: what Linux calls the largest memory of a process is at least that of the one that started it,
 * so `../peers.ts` has to stay small.
 *
 * @module
 */
import { limitSamples, loadMnist, parseSpec, runStart } from "../../mod.ts";

const [folder, images] = Deno.args;
console.log(Deno.loadavg()[0]);
const { train: samples } = await loadMnist();
const { inputs, labels } = limitSamples(samples, Number(images));
Deno.writeFileSync(`${folder}/images`, inputs as Uint8Array);
Deno.writeFileSync(`${folder}/labels`, labels as Uint8Array);

const spec = parseSpec(Deno.readTextFileSync(new URL("../../specs/mnist_cnn.json", import.meta.url)));
for (const [name, values] of runStart(spec).parameters) {
  Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(values.buffer));
}
