/**
 * Writes what the processes of `../peers.ts` and `../browser.ts` read, a file each: the spec at a constant learning rate,
 * which is the peers', images, labels, the initial values of each parameter, and their names. Images are MNIST's where they fit, else noise. Prints the
 * machine's load average of the minute before.
 *
 *     deno run bench/comparison/prepare.ts FOLDER SPEC IMAGES
 *
 * A process of its own: what Linux calls the largest memory of a process is at least that of the one that started it,
 * so `../peers.ts` has to stay small.
 *
 * @module
 */
import { limitSamples, loadMnist, parseSpec, runStart } from "../../mod.ts";
import { specFile } from "../measure/programs.ts";

const [folder, word, count] = Deno.args, images = Number(count);
console.log(Deno.loadavg()[0]);
const net = JSON.parse(Deno.readTextFileSync(specFile(word)));
net.training.scheduler = { type: "constant" };
Deno.writeTextFileSync(`${folder}/spec.json`, JSON.stringify(net));
const spec = parseSpec(net), initial = runStart(spec).parameters;

/** Bytes that follow from a seed: noise. */
function noise(bytes: number, below: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  });
}

/** @throws {InputError} when a spec ends with something that is no class. */
async function samples(): Promise<{ inputs: Uint8Array; labels: Uint8Array }> {
  if (spec.input.join() === "1,28,28") {
    const { inputs, labels } = limitSamples((await loadMnist()).train, images);
    return { inputs: inputs as Uint8Array, labels: Uint8Array.from(labels) };
  }
  const size = spec.input.reduce((a, b) => a * b, 1), classes = [...initial].at(-1)![1].length;
  return { inputs: noise(images * size, 256), labels: noise(images, Math.min(classes, 256)) };
}

const { inputs, labels } = await samples();
Deno.writeFileSync(`${folder}/images`, inputs);
Deno.writeFileSync(`${folder}/labels`, labels);
Deno.writeTextFileSync(`${folder}/parameters.json`, JSON.stringify([...initial.keys()]));
for (const [name, values] of initial) {
  Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(values.buffer));
}
