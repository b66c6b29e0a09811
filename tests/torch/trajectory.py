"""Steps of training of the net of a spec in PyTorch: in f64; in f64 by a rate that is wrong; in f32; in f64 with roundings.

    python3 tests/torch/trajectory.py FOLDER STEPS

FOLDER has spec.json, and files of f32 or i32: parameters, inputs and labels, in the order in which they are trained with.
Written there: results, as f64, for each run all parameters and running statistics, layer by layer. Printed: the mean loss of
each run, as JSON.
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "nets"))
from torch_net import Net, loss_function, optimizer, rounded  # noqa: E402

FOLDER, STEPS = Path(sys.argv[1]), int(sys.argv[2])
SPEC = json.loads((FOLDER / "spec.json").read_text())
# convolutions by tiles of 4x4 round some ten times as much as sums do
ROUNDINGS = 16
# one rounding can decide for a unit whether it is on, and that for much: so several, and new ones at each step
TWINS = 4
# an error that is to be noticed
WRONG_RATE = 1.1


def numbers(name, kind):
    return torch.frombuffer(bytearray((FOLDER / name).read_bytes()), dtype=kind)


def run(dtype, seed=None, rate=1):
    torch.manual_seed(seed or 0)
    off = (lambda x: x) if seed is None else (lambda x: rounded(x, ROUNDINGS))
    net = Net(SPEC)
    net.to(dtype)
    values, read = off(numbers("parameters", torch.float32).to(dtype)), 0

    def following(count):
        nonlocal read
        read += count
        return values[read - count:read]

    net.load(following)
    updates, loss_of, total = optimizer(SPEC, net), loss_function(SPEC), 0.0
    for group in updates.param_groups:
        group["lr"] *= rate
    inputs = off(numbers("inputs", torch.float32).to(dtype)).view(-1, *SPEC["input"])
    labels, batch = numbers("labels", torch.int32).long(), SPEC["batchSize"]
    for first in range(0, min(STEPS * batch, len(inputs)), batch):
        x = inputs[first:first + batch]
        updates.zero_grad()
        loss = loss_of(net(x), x, labels[first:first + batch])
        loss.backward()
        updates.step()
        with torch.no_grad():
            for tensor, _ in net.kept():
                tensor.copy_(off(tensor))
        total += loss.item() * len(x)
    return total / len(inputs), torch.cat([tensor.detach().double().flatten() for tensor, _ in net.kept()])


runs = [run(torch.float64), run(torch.float64, rate=WRONG_RATE), run(torch.float32)]
runs += [run(torch.float64, seed) for seed in range(1, TWINS + 1)]
(FOLDER / "results").write_bytes(torch.cat([made for _, made in runs]).numpy().tobytes())
print(json.dumps([loss for loss, _ in runs]))
