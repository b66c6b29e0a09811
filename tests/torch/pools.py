"""Pools and their gradients in PyTorch, in f64.

    python3 tests/torch/pools.py < CASES

CASES is a JSON list of {type, options, shape, x, dy}, shapes of one sample; what is printed is a list of {shape, y, dx}.
"""

import json
import sys

import torch
from torch.nn import functional as F


def pool(kind, options, x):
    if kind == "globalMaxPool":
        return x.flatten(1).max(1).values
    if kind == "globalAvgPool":
        return x.flatten(1).mean(1)
    given = {
        "kernel_size": options["kernel"],
        "stride": options.get("stride"),
        "padding": options.get("padding", 0),
        "ceil_mode": options.get("ceilMode", False),
    }
    if kind.startswith("avg"):
        given["count_include_pad"] = options.get("countIncludePad", True)
    function = {
        "avgPool1d": F.avg_pool1d,
        "avgPool2d": F.avg_pool2d,
        "maxPool1d": F.max_pool1d,
        "maxPool2d": F.max_pool2d,
    }[kind]
    return function(x[None], **given)[0]


def run(case):
    x = torch.tensor(case["x"], dtype=torch.float64).view(case["shape"]).requires_grad_()
    y = pool(case["type"], case["options"], x)
    y.backward(torch.tensor(case["dy"][: y.numel()], dtype=torch.float64).view(y.shape))
    return {"shape": list(y.shape), "y": y.flatten().tolist(), "dx": x.grad.flatten().tolist()}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
