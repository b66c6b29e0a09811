/**
 * Random nets of convolutions: over images and over series, in groups, depthwise, dilated, with all kinds of padding; few
 * channels, or so many that they may lie innermost.
 *
 * @module
 */
import { drawing, RANDOM_LAYERS } from "./random_layers.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import { parseSpec, registry, type Spec } from "../mod.ts";

/** Multiply-adds of a sample's convolutions forward, at most: plain loops do them too. */
const WORK = 60_000;

/** The same for the same seed. `many`: channels from 8 to 40. */
export function convolutionSpec(seed: number, many = false): Spec {
  const draw = drawing(seed), series = draw.chance(0.35), type = series ? "conv1d" : "conv2d";
  const input = [draw.pick(1, 2, 3, many ? 16 : 4), ...series ? [draw.int(5, 24)] : [draw.int(4, 9), draw.int(4, 9)]];
  const layers: Record<string, unknown>[] = [];
  const specOf = () =>
    parseSpec({
      name: `convolutions_${seed}`,
      input,
      batchSize: draw.pick(1, 2, 3, 4, 5, 8, 16, 17),
      layers: [...layers, { type: "flatten" }, { type: "linear", outFeatures: draw.int(2, 9) }],
      loss: { type: "softmaxCrossEntropy" },
      training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1 } },
    });
  let shape: readonly number[] = input;
  for (let i = 0, work = 0; i < 4 && work < WORK; i++) {
    const own = RANDOM_LAYERS[type](draw, { name: "", shape }, [])!;
    if (many) widen(own, shape[0], draw.pick(8, 12, 13, 16, 20, 24, 32, 40), draw.pick(1, 1, 2, 3));
    const { shapes, nodes } = inferShapes(
      parseSpec({ ...specOf(), layers: [...layers, { type, ...own }, { type: "flatten" }, LAST] }),
      registry,
    );
    const { name, parameters: [{ fanIn }] } = nodes.at(-3)!;
    shape = shapes[name];
    layers.push({ type, ...own });
    work += fanIn * shape.reduce((a, b) => a * b, 1);
    if (draw.chance(0.5)) layers.push({ type: draw.pick("relu", "sigmoid", "tanh") });
  }
  return specOf();
}

const LAST = { type: "linear", outFeatures: 2 };

/** As many outputs as wanted, or, in groups, some for each. */
function widen(own: Record<string, unknown>, channels: number, outputs: number, each: number): void {
  const groups = Number(own.groups ?? 1);
  own.outChannels = groups === 1 ? outputs : channels * each;
}
