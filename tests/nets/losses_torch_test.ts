/** The plain loops that losses are compared with give PyTorch's values and gradients, where it is installed. */
import assert from "node:assert/strict";
import { findTorch } from "../../bench/nets/measure.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { judge, LOSSES, OUTPUTS } from "../loss_cases.ts";

const { python, torch } = await findTorch(["python3", "/usr/bin/python3"]);
if (!python) console.log(`losses are not compared with PyTorch: ${"reason" in torch ? torch.reason : ""}`);

const COUNT = 9;

/** Takes cases as JSON, gives losses and gradients. */
const PROGRAM = `
import json, sys, torch
import torch.nn.functional as F
found = []
for case in json.load(sys.stdin):
    o, count = case["loss"], case["count"]
    t = lambda name: torch.tensor(case[name], dtype=torch.float64).reshape(count, -1)
    x = t("x").requires_grad_()
    if o["type"] == "softmaxCrossEntropy":
        w = o.get("classWeights"); w = torch.tensor(w, dtype=torch.float64) if w else None
        y = torch.tensor(case["labels"])
        each = F.cross_entropy(x, y, weight=w, label_smoothing=o.get("labelSmoothing", 0), reduction="none")
        if o.get("weighted"): each = each * t("weights")[:, 0]
        loss = each.sum() / (count if w is None else w[y].sum())
        if not o.get("weighted"):
            mean = F.cross_entropy(x, y, weight=w, label_smoothing=o.get("labelSmoothing", 0))
            assert abs(loss - mean) < 1e-12
    else:
        f = {"mse": F.mse_loss, "mae": F.l1_loss, "binaryCrossEntropy": F.binary_cross_entropy_with_logits,
             "huber": lambda a, b, reduction: F.huber_loss(a, b, reduction=reduction, delta=o.get("delta", 1))}[o["type"]]
        each = f(x, t("targets"), reduction="none")
        loss = (each * t("weights")).mean() if o.get("weighted") else f(x, t("targets"), reduction="mean")
    loss.backward()
    found.append([loss.item(), x.grad.flatten().tolist()])
print(json.dumps(found))
`;

Deno.test("losses and gradients of the plain loops are PyTorch's", { ignore: !python }, async () => {
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
  const child = new Deno.Command(python!.command, {
    args: ["-c", PROGRAM],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(cases)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  const found: [number, number[]][] = JSON.parse(new TextDecoder().decode(stdout));
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
