/**
 * Writes what the processes of `../nets.ts` read: the net, samples at random, and the initial value of each parameter.
 * Its last line is what they are to know of it, as JSON: {@linkcode Prepared}.
 *
 *     deno run bench/nets/prepare.ts SPEC FOLDER BYTES WORK
 *
 * A process of its own, as `../comparison/prepare.ts` is, so that `../nets.ts` stays small.
 *
 * @module
 */
import { join } from "node:path";
import { loadSpec, parseJson, runStart, trainingWork } from "../../mod.ts";
import { FILES } from "./job.ts";

/** What was prepared. */
export interface Prepared {
  /** Multiplications and additions of a step, and samples of one. */
  readonly work: number;
  readonly batchSize: number;
  /** Batches that there are. */
  readonly batches: number;
}

/** Batches of a pass: so many at least, and at most, since a step takes some time however little it does. */
const LEAST_BATCHES = 2, MOST_BATCHES = 1000;

/** Batches that are at most so many bytes, and so much work to train with, in multiplications and additions. */
function batchesOf(batchBytes: number, stepWork: number, bytes: number, work: number): number {
  return Math.max(LEAST_BATCHES, Math.floor(Math.min(bytes / batchBytes, work / stepWork, MOST_BATCHES)));
}

/** Numbers of four bytes as a file. */
const write = (path: string, values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>) =>
  Deno.writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { append: true });

async function prepare(file: string, folder: string, bytes: number, work: number): Promise<Prepared> {
  const spec = await loadSpec(file), { batchSize } = spec;
  const size = spec.input.reduce((a, b) => a * b, 1), stepWork = trainingWork(spec);
  const batches = batchesOf(4 * size * batchSize, stepWork, bytes, work), samples = batches * batchSize;
  const { parameters } = runStart(spec);
  for (const values of parameters.values()) write(join(folder, FILES.parameters), values);
  const classes = Number(spec.layers.findLast(({ outFeatures }) => outFeatures !== undefined)!.outFeatures);
  write(join(folder, FILES.inputs), Float32Array.from({ length: samples * size }, Math.random));
  write(join(folder, FILES.labels), Int32Array.from({ length: samples }, () => Math.floor(classes * Math.random())));
  const net = parseJson(Deno.readTextFileSync(file)) as { layers: { type: string }[]; training: object };
  // the same in all programs: dropout does its work, but leaves nothing out
  const layers = net.layers.map((layer) => layer.type === "dropout" ? { ...layer, rate: 0 } : layer);
  const plain = { ...net, layers, training: { ...net.training, scheduler: { type: "constant" } } };
  Deno.writeTextFileSync(join(folder, FILES.spec), JSON.stringify(plain));
  return { work: stepWork, batchSize, batches };
}

if (import.meta.main) {
  const [file, folder, bytes, work] = Deno.args;
  try {
    console.log(JSON.stringify(await prepare(file, folder, Number(bytes), Number(work))));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
