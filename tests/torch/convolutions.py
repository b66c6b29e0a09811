"""One step of stochastic gradient descent on nets of convolutions in PyTorch, in f64.

    python3 tests/torch/convolutions.py < CASES

CASES is a JSON list of {spec, rate, inputs, labels, parameters}; what is printed is a list of {parameters, loss, correct}.
"""

import json
import sys

import torch
from torch.nn import functional as F


def each(value, count):
    return value if isinstance(value, list) else [value] * count


def same(size, kernel, stride, dilation):
    """As Keras pads: ceil(size / stride) outputs, what is odd behind."""
    outputs = -(-size // stride)
    pad = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return pad // 2, pad - pad // 2


def convolve(x, layer, parameters):
    dims = x.dim() - 2
    kernel, stride, dilation = (each(layer[key], dims) for key in ("kernel", "stride", "dilation"))
    padding = layer["padding"]
    if padding == "same":
        sides = [same(*sizes) for sizes in zip(x.shape[2:], kernel, stride, dilation)]
    elif isinstance(padding, list) and len(padding) == 2 * dims:
        sides = [tuple(padding[2 * d:2 * d + 2]) for d in range(dims)]
    else:
        sides = [(p, p) for p in each(padding, dims)]
    # the last dimension first
    x = F.pad(x, [p for pair in reversed(sides) for p in pair])
    groups = layer["groups"]
    weight = parameters.pop(0).view(layer["outChannels"], x.shape[1] // groups, *kernel)
    bias = parameters.pop(0) if layer["bias"] else None
    operation = F.conv1d if dims == 1 else F.conv2d
    return operation(x, weight, bias, stride, 0, dilation, groups)


def step(case):
    spec = case["spec"]
    parameters = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in case["parameters"]]
    left = list(parameters)
    x = torch.tensor(case["inputs"], dtype=torch.float64).view(-1, *spec["input"])
    for layer in spec["layers"]:
        kind = layer["type"]
        if kind in ("conv1d", "conv2d"):
            x = convolve(x, layer, left)
        elif kind == "flatten":
            x = x.flatten(1)
        elif kind == "linear":
            weight = left.pop(0).view(layer["outFeatures"], -1)
            x = F.linear(x, weight, left.pop(0))
        else:
            x = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[kind](x)
    assert not left
    labels = torch.tensor(case["labels"])
    loss = F.cross_entropy(x, labels)
    loss.backward()
    with torch.no_grad():
        moved = [(p - case["rate"] * p.grad).flatten().tolist() for p in parameters]
    return {"parameters": moved, "loss": loss.item(), "correct": (x.argmax(1) == labels).sum().item()}


print(json.dumps([step(case) for case in json.load(sys.stdin)]))
