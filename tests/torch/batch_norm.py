"""Trains a net with batch normalization in PyTorch, from weights that are given, batch after batch in the order of a file.

    python3 tests/torch/batch_norm.py FOLDER

FOLDER has job.json with `layers`, `input`, `batchSize` and `rate`; initial.safetensors; inputs, labels and test as plain
numbers of four bytes. It gets trained.safetensors, the state_dict, and outputs of the test; printed is null.
"""

import json
import math
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)
FOLDER = Path(sys.argv[1])
JOB = json.loads((FOLDER / "job.json").read_text())
TYPES = {"F32": torch.float32, "I64": torch.int64}


def read_tensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(bytearray(data[8 + length + a:8 + length + b]), dtype=TYPES[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in header.items() for a, b in [entry["data_offsets"]]}


def write_tensors(path, tensors):
    header, pieces, at = {}, [], 0
    # what has the largest elements first
    for name, tensor in sorted(tensors.items(), key=lambda pair: -pair[1].element_size()):
        piece = tensor.detach().contiguous().numpy().tobytes()
        kind = next(kind for kind, dtype in TYPES.items() if dtype == tensor.dtype)
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(piece)]}
        pieces.append(piece)
        at += len(piece)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))


def numbers(name, dtype=torch.float32):
    return torch.frombuffer(bytearray((FOLDER / name).read_bytes()), dtype=dtype)


def build():
    shape, modules = list(JOB["input"]), OrderedDict()
    for layer in JOB["layers"]:
        kind = layer["type"]
        if kind == "conv2d":
            stride, padding, kernel = layer["stride"], layer["padding"], layer["kernel"]
            stem, module = "conv", nn.Conv2d(shape[0], layer["outChannels"], kernel, stride, padding)
            shape = [layer["outChannels"]] + [(n + 2 * padding - kernel) // stride + 1 for n in shape[1:]]
        elif kind in ("batchNorm1d", "batchNorm2d"):
            made = nn.BatchNorm1d if kind == "batchNorm1d" else nn.BatchNorm2d
            stem, module = "norm", made(shape[0], eps=layer["epsilon"], momentum=layer["momentum"])
        elif kind == "maxPool2d":
            stem, module = "pool", nn.MaxPool2d(layer["kernel"])
            shape = shape[:1] + [n // layer["kernel"] for n in shape[1:]]
        elif kind == "linear":
            stem, module = "linear", nn.Linear(shape[0], layer["outFeatures"])
            shape = [layer["outFeatures"]]
        elif kind == "flatten":
            stem, module, shape = "flatten", nn.Flatten(), [math.prod(shape)]
        else:
            stem, module = kind, {"relu": nn.ReLU, "tanh": nn.Tanh}[kind]()
        number = 1 + sum(name.rstrip("0123456789") == stem for name in modules)
        modules[f"{stem}{number}"] = module
    return nn.Sequential(modules)


net = build()
missing, unexpected = net.load_state_dict(read_tensors(FOLDER / "initial.safetensors"), strict=False)
assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
inputs, labels = numbers("inputs").view(-1, *JOB["input"]), numbers("labels", torch.int32).long()
optimizer, size = torch.optim.SGD(net.parameters(), lr=JOB["rate"]), JOB["batchSize"]
net.train()
for x, y in zip(inputs.split(size), labels.split(size)):
    optimizer.zero_grad()
    cross_entropy(net(x), y).backward()
    optimizer.step()
net.eval()
write_tensors(FOLDER / "trained.safetensors", net.state_dict())
with torch.no_grad():
    (FOLDER / "outputs").write_bytes(net(numbers("test").view(-1, *JOB["input"])).contiguous().numpy().tobytes())
print(json.dumps(None))
