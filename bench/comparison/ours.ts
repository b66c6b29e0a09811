/**
 * Our own part in the comparison with other libraries (`../peers.ts`), a process of its own as theirs are.
 *
 * @module
 */
import { fromArrays, limitSamples, parseSpec, train } from "../../mod.ts";
import { finish, readWork } from "../peers/work.ts";

const { form, spec: net, pixels, labels, passes } = readWork();
// "wasm" on all cores, "wasm 1" on one
const [target, cores = `${navigator.hardwareConcurrency}`] = form.split(" "), threads = Number(cores);
const spec = parseSpec(net);
const data = fromArrays(pixels, labels, spec.input);

const ready = performance.now();
let first = 0;
const { report } = await train(spec, { train: data, test: limitSamples(data, 1) }, {
  target,
  threads,
  epochs: passes,
  seed: 0,
  onEpoch: () => first ||= performance.now(),
});
finish(report.epochs, ready, first, {
  adapter: report.gpu?.adapter,
  note: report.gpu ? undefined : "kernelwright starts a worker per core, or as many as its row says",
});
