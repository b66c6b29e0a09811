/** The plain loops that losses are compared with give PyTorch's values and gradients, where it is installed. */
import assert from "node:assert/strict";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { judge, LOSSES, OUTPUTS } from "../loss_cases.ts";
import { byTorch, lacksTorch } from "../torch.ts";

if (lacksTorch !== undefined) console.log(`losses are not compared with PyTorch: ${lacksTorch}`);

const COUNT = 9;

Deno.test("losses and gradients of the plain loops are PyTorch's", { ignore: lacksTorch !== undefined }, async () => {
  const draw = (length: number, stream: string, from: number, to: number) =>
    Array.from({ length }, (_, i) => from + (to - from) * uniform(streamKey(1, stream), i));
  const cases = LOSSES.map((loss) => {
    const each = loss.type === "softmaxCrossEntropy" ? 1 : OUTPUTS;
    const range = loss.type === "binaryCrossEntropy" ? [0, 1] : [-2, 2];
    return {
      loss,
      count: COUNT,
      x: draw(COUNT * OUTPUTS, `${loss.type} x`, -3, 3),
      labels: Array.from({ length: COUNT }, (_, i) => i * 5 % OUTPUTS),
      targets: draw(COUNT * OUTPUTS, "targets", range[0], range[1]),
      ...loss.weighted && { weights: draw(COUNT * each, "weights", 0, 2) },
    };
  });
  const found = await byTorch("losses.py", cases) as [number, number[]][];
  assert.equal(found.length, LOSSES.length);
  for (const [i, { loss, x, ...given }] of cases.entries()) {
    const { losses, gradient } = judge(loss, x, given, OUTPUTS),
      mean = losses.reduce((sum, value) => sum + value, 0) / COUNT;
    assert(Math.abs(mean - found[i][0]) < 1e-12, `${JSON.stringify(loss)}: ${mean}, not ${found[i][0]}`);
    gradient.forEach((slope, j) =>
      assert(Math.abs(slope - found[i][1][j]) < 1e-12, `${JSON.stringify(loss)}: ${slope}`)
    );
  }
});
