/** Layers that are not built in, between convolutions whose channels do not fill a block. */
import assert from "node:assert/strict";
import { z } from "../../codegen/zod.ts";
import { plan } from "../../codegen/compile.ts";
import { layer, type LayerKind } from "../../codegen/language/layer.ts";
import {
  abs,
  axis,
  div,
  featureAxes,
  log,
  max,
  mul,
  neg,
  part,
  plus,
  sub,
  sum,
  type Tensor,
  times,
} from "../../codegen/language/notation.ts";
import type { Axis } from "../../codegen/ir/ir.ts";
import { parseSpec as parseWith } from "../../codegen/graph/spec.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { checkFusion } from "../../runtime/check/fusion.ts";
import { registry as shipped } from "../../mod.ts";

const axesOf = (n: Axis, { shape }: Tensor) => [n, ...featureAxes(shape.slice(1))] as const;

type Kind = LayerKind<{ type: string }>;
type Passes = Partial<Pick<Parameters<typeof layer<{ type: string }>>[0], "shape" | "parameters" | "backward">>;

/** A layer of a forward pass; its gradient is handed on as it is, but where it is told otherwise. */
function kindOf(
  type: string,
  forward: Parameters<typeof layer<{ type: string }>>[0]["forward"],
  passes: Passes = {},
): Kind {
  return layer({
    ...{ type, stem: type, source: "tests/codegen/channel_layers_test.ts", summary: type },
    schema: z.strictObject({ type: z.literal(type) }),
    shape: (_options, input) => input,
    forward,
    backward(n, { dx, dy }) {
      const at = axesOf(n, dx);
      return { input: [part(at, dx.set(at, dy.padded(...at)))] };
    },
    ...passes,
  });
}

const KINDS: readonly Kind[] = [
  // zeros behind the last channel are larger than all of these
  kindOf("largest", (n, { x, y }) => {
    const [, c, p, q] = axesOf(n, x), other = axis("d", c.extent);
    return [
      part([n, c, p, q], y.set([n, c, p, q], sub(x.at(n, c, p, q), max([other], neg(abs(x.at(n, other, p, q))))))),
    ];
  }),
  // 0 times 1 / 0, and 0 times the logarithm of 0
  kindOf("scaled", (n, { x, y }) => {
    const [, c, p, q] = axesOf(n, x), h = axis("h2", p.extent), w = axis("w2", q.extent);
    const size = sum([h, w], abs(x.at(n, c, h, w)));
    return [part([n, c, p, q], y.set([n, c, p, q], mul(x.at(n, c, p, q), div(1, size))))];
  }),
  kindOf("entropy", (n, { x, y }) => {
    const at = axesOf(n, x), size = abs(x.at(...at));
    return [part(at, y.set(at, mul(size, log(size))))];
  }),
  // more channels are there than are read
  kindOf("half", (n, { x, y }) => {
    const at = axesOf(n, y);
    return [part(at, y.set(at, x.at(...at)))];
  }, { shape: (_options, [c, h, w]) => [c / 2, h, w] }),
  // a weight for each channel, that has no room behind the last one
  kindOf("each", (n, { x, w, y }) => {
    const [, c, p, q] = axesOf(n, x), r = axis("r", 3), s = axis("s", 3);
    const window = x.padded(n, c, plus(p, r, -1), plus(q, s, -1));
    return [part([n, c, p, q], y.set([n, c, p, q], sum([r, s], mul(window, w.at(c, plus(times(r, 3), s))))))];
  }, {
    parameters: (_options, [c]) => [
      { name: "weight", symbol: "w", shape: [c, 9], fanIn: 9, fanOut: 9, init: "xavierUniform", decay: true },
    ],
    backward(n, { x, w, dx, dy, dw }) {
      const [, c, p, q] = axesOf(n, x), r = axis("r", 3), s = axis("s", 3);
      const around = (of: Tensor) => of.padded(n, c, plus(p, r, -1), plus(q, s, -1));
      return {
        input: [part([n, c, p, q], dx.set([n, c, p, q], sum([r, s], mul(around(dy), w.at(c, plus(times(r, 3), s))))))],
        weight: [
          part(
            [c, r, s],
            dw.set([c, plus(times(r, 3), s)], sum([n, p, q], mul(dy.at(n, c, p, q), around(x)))),
          ),
        ],
      };
    },
  }),
];
const registry: Registry = { ...shipped, layers: [...shipped.layers, ...KINDS] };

Deno.test("layers that are not built in find nothing behind the last channel", () => {
  let cases = 0, numbers = 0;
  for (const { type } of KINDS) {
    // samples of three make blocks, and of two none
    for (const [channels, batchSize] of [[20, 3], [12, 3], [20, 2]]) {
      const convolution = { type: "conv2d", outChannels: channels, kernel: 3, padding: 1 };
      const spec = parseWith({
        name: "layers",
        input: [3, 5, 6],
        batchSize,
        layers: [convolution, { type }, convolution, { type: "flatten" }, { type: "linear", outFeatures: 3 }],
        loss: { type: "softmaxCrossEntropy" },
        training: { epochs: 1, optimizer: { type: "momentum", learningRate: 0.1 } },
      }, registry);
      const row = checkFusion(spec, registry, 0, { layout: "channels", data: "f32" });
      assert(row.ok && row.tolerance < 1e-10, `${type}, ${channels} channels: ${row.error} > ${row.tolerance}`);
      const { tensors } = plan(spec, registry, { layout: "channels" }).plan;
      // the one whose weight has no room has its samples innermost, if anything
      assert.equal(tensors["conv1.weight"].layout !== undefined, type !== "each", type);
      cases++;
      numbers += row.cases;
    }
  }
  assert(cases === 3 * KINDS.length && numbers > 20_000, `${cases} cases, ${numbers} numbers`);
});
