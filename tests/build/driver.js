/**
 * Runs a bundle, wherever it is imported: in Deno, Node, Bun, or a page. It is plain JavaScript, and imports nothing.
 *
 * @module
 */

/** Bytes that look random: a hash of their places. */
export function bytesOf(count, seed) {
  return Uint8Array.from({ length: count }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b9) ^ seed;
    h = Math.imul(h ^ h >>> 16, 0x7feb352d);
    return (h ^ h >>> 15) >>> 13;
  });
}

/** Samples of a shape, and their classes, which can be learned. */
export function samplesOf(shape, classes, count) {
  const size = shape.reduce((a, b) => a * b, 1), y = bytesOf(count, 2).map((byte) => byte % classes);
  // of a higher class is what is brighter
  return { x: bytesOf(count * size, 1).map((byte, i) => byte * (y[Math.floor(i / size)] + 1) / classes), y };
}

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const hash = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);

/** Hashes of the tensors of a file in safetensors, but for times. */
export async function tensorsOf(file) {
  const bytes = new Uint8Array(file), length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const hashes = {};
  for (const name of Object.keys(header).sort()) {
    if (name === "__metadata__" || name === "history.seconds") continue;
    const [from, to] = header[name].data_offsets;
    hashes[name] = await hash(bytes.slice(8 + length + from, 8 + length + to));
  }
  return hashes;
}

/** An engine without relaxed SIMD, from now on. */
export function withoutRelaxed() {
  WebAssembly.validate = () => false;
}

/** Trains an epoch of so many steps, and one more step; predicts, saves, and restores what was saved in another net. */
export async function train({ open }, { steps, threads, seed }) {
  const net = await open({ threads, seed }), { batchSize, shape, outputs, target } = net;
  const { x, y } = samplesOf(shape, outputs, steps * batchSize), losses = [];
  const { epochs: [{ loss, accuracy }] } = await net.train({ x, y }, {
    epochs: 1,
    onStep: (step) => losses.push(step.loss),
  });
  const trained = await tensorsOf(await net.save()), size = x.length / y.length;
  const evaluation = await net.evaluate({ x, y });
  const step = await net.step(x.subarray(0, size * 5), y.subarray(0, 5)), saved = await net.save();
  const predictions = await net.predict(x.subarray(0, size * 3));
  const other = await open({ threads: 0, weights: saved }), again = await other.predict(x.subarray(0, size * 3));
  const outputsOf = (all) => all.map(({ outputs }) => [...outputs]);
  const { exact } = await net.selfTest();
  net.close();
  other.close();
  return {
    ...{ target, threads: net.threads, exact, losses, loss, accuracy, trained, evaluation, step },
    ...{ outputs: outputsOf(predictions), same: String(outputsOf(again)) === String(outputsOf(predictions)) },
    labels: predictions.map(({ label }) => label),
    classes: predictions.map(({ className }) => className ?? null),
    // the last bits of e^x are the engine's own
    probabilities: predictions.map(({ probabilities }) => [...probabilities].map((share) => share.toFixed(12))),
  };
}

/** Predicts some samples. */
export async function predict({ open }, { count, weights }) {
  const net = await open(weights ? { weights } : {}), { x } = samplesOf(net.shape, net.outputs, count);
  const predictions = await net.predict(x), { target } = net, { exact } = await net.selfTest();
  net.close();
  return {
    ...{ target, exact },
    outputs: predictions.map(({ outputs }) => [...outputs]),
    labels: predictions.map(({ label }) => label),
    methods: ["train", "step", "save"].filter((name) => name in net),
  };
}
