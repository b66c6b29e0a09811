/** Activations and their slopes as the tests have them are those of PyTorch, in f64, where there is a PyTorch. */
import assert from "node:assert/strict";
import { byTorch, lacksTorch } from "../torch.ts";
import { plainCurve } from "../plain_curves.ts";

const LAYERS: readonly (readonly [layer: { type: string; [option: string]: unknown }, torch: string])[] = [
  [{ type: "relu" }, "F.relu(x)"],
  [{ type: "sigmoid" }, "torch.sigmoid(x)"],
  [{ type: "tanh" }, "torch.tanh(x)"],
  [{ type: "leakyRelu" }, "F.leaky_relu(x)"],
  [{ type: "leakyRelu", negativeSlope: 0.2 }, "F.leaky_relu(x, negative_slope=0.2)"],
  [{ type: "elu" }, "F.elu(x)"],
  [{ type: "elu", alpha: 0.3 }, "F.elu(x, alpha=0.3)"],
  [{ type: "gelu" }, "F.gelu(x)"],
  [{ type: "gelu", approximate: "tanh" }, "F.gelu(x, approximate='tanh')"],
  [{ type: "silu" }, "F.silu(x)"],
  [{ type: "hardSwish" }, "F.hardswish(x)"],
  [{ type: "relu6" }, "F.relu6(x)"],
  [{ type: "softplus" }, "F.softplus(x)"],
  // it is x itself from a product of 20 on
  [{ type: "softplus", beta: 3 }, "F.softplus(x, beta=3)"],
];
/** Both signs of sizes from 2^-40 to 2^6, and none at a kink. */
const XS = Array.from({ length: 47 * 5 }, (_, i) => 2 ** (Math.floor(i / 5) - 40) * (1.03 + i % 5 / 5.1))
  .flatMap((x) => [x, -x]);

if (lacksTorch !== undefined) console.log(`activations are not compared with PyTorch: ${lacksTorch}`);

Deno.test({
  name: "PyTorch's activations, and their gradients, are those that kernels are compared with",
  ignore: lacksTorch !== undefined,
  async fn() {
    const given = { xs: XS, functions: LAYERS.map(([, text]) => text) };
    const found = await byTorch("curves.py", given) as [number[], number[]][];
    let compared = 0;
    const differs = (
      [layer]: typeof LAYERS[number],
      [ys, slopes]: [number[], number[]],
      by = 1,
    ): string | undefined => {
      const { of, slope } = plainCurve(layer)!;
      for (const [i, x] of XS.entries()) {
        // PyTorch takes the share from 1, and forgets what is smaller than 1e-16; softplus what is beyond 20
        const near = (a: number, b: number) =>
          Math.abs(a - b * by) <=
            1e-12 * Math.abs(b) + 2.1e-9 * (layer.type === "softplus" ? 1 : 0) + 1e-15 * Math.max(1, Math.abs(x));
        if (!near(ys[i], of(x)) || !near(slopes[i], slope(x))) {
          return `${JSON.stringify(layer)} of ${x}: ${[ys[i], slopes[i]]}, not ${[of(x), slope(x)]}`;
        }
        compared++;
      }
    };
    for (const [i, own] of LAYERS.entries()) {
      assert.equal(differs(own, found[i]), undefined);
      // negative control
      assert.match(differs(own, found[i], 1 + 1e-6)!, /not/);
    }
    assert(compared > 6000, `${compared}`);
  },
});
