"""Losses and gradients of PyTorch, in f64.

    python3 tests/torch/losses.py < CASES

CASES is a JSON list; what is printed is a list of [loss, gradient].
"""

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
