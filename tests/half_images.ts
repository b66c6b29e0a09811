/** A small net and a small data set, which a linear net learns, and a user's folder with both. */
import { join } from "node:path";
import { encodePng } from "../runtime/data/png.ts";
import { encodeSafetensors, storedTensor } from "../runtime/files/safetensors.ts";
import { idx } from "./command_line.ts";

/** A net of images of 4 x 4 pixels. */
export const SPEC = {
  name: "halves",
  input: [1, 4, 4],
  batchSize: 4,
  layers: [{ type: "flatten" }, { type: "linear", outFeatures: 8 }, { type: "relu" }, {
    type: "linear",
    outFeatures: 2,
  }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 3, optimizer: { type: "adam", learningRate: 0.01 } },
};
const TRAIN = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0], TEST = [1, 0, 0, 1, 1];

/** Images with one bright half, upper (0) or lower (1). */
function images(labels: readonly number[]): Uint8Array<ArrayBuffer> {
  const pixels = labels.flatMap((label, n) =>
    Array.from({ length: 16 }, (_, i) => Math.floor(i / 8) === label ? 200 + n : n + i)
  );
  return idx(0x803, [labels.length, 4, 4], pixels);
}

/** Weights of the net as PyTorch names them. */
function foreignWeights(): Uint8Array<ArrayBuffer> {
  const values = (count: number) => Float32Array.from({ length: count }, (_, i) => (i % 7 - 3) / 8);
  const shapes = { "1.weight": [8, 16], "1.bias": [8], "3.weight": [2, 8], "3.bias": [2] };
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, storedTensor(shape, values(shape.reduce((a, b) => a * b)))]),
  );
  const pieces = encodeSafetensors({ metadata: new Map([["format", "pt"]]), tensors });
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Fills a folder with all that commands need. */
export async function fillFolder(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "data"), { recursive: true });
  const write = (file: string, content: unknown) =>
    Deno.writeFile(
      join(folder, file),
      content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content)),
    );
  for (const [part, labels] of [["train", TRAIN], ["t10k", TEST]] as const) {
    await write(`data/${part}-images-idx3-ubyte`, images(labels));
    await write(`data/${part}-labels-idx1-ubyte`, idx(0x801, [labels.length], labels));
  }
  await write("net.json", SPEC);
  await write("wild.json", {
    ...SPEC,
    name: "wild",
    training: { epochs: 3, optimizer: { type: "sgd", learningRate: 1e30 } },
  });
  await write("broken.json", { ...SPEC, layers: 3 });
  await write("lower.png", encodePng(Uint8Array.from({ length: 64 }, (_, i) => i < 32 ? 0 : 255), [1, 8, 8]));
  await write("foreign.safetensors", foreignWeights());
}
