"""Trains the net of a spec in PyTorch on the processor, as ours.ts does the same.

    python3 bench/nets/torch_cpu.py [JOB]

JOB is JSON, a Job of job.ts; the last line printed is JSON, an Outcome. Without a job it tells what PyTorch this is.
"""

import json
import math
import resource
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy


def library():
    """What multiplies matrices, of those that do it fast."""
    if torch.backends.mkl.is_available():
        return "MKL"
    try:
        loaded = Path("/proc/self/maps").read_text()
    except OSError:
        return "unknown"
    return "OpenBLAS" if "openblas" in loaded else "reference" if "libblas" in loaded else "unknown"


if len(sys.argv) < 2:
    # a product is what loads it
    torch.ones(2, 2) @ torch.ones(2, 2)
    print(json.dumps({"version": torch.__version__, "library": library()}))
    sys.exit(0)

JOB = json.loads(sys.argv[1])
FOLDER, TUNED = Path(JOB["folder"]), JOB["tuned"]
SPEC = json.loads((FOLDER / "spec.json").read_text())
BATCH, INPUT = SPEC["batchSize"], SPEC["input"]
# losses of the first passes are told, and there must be so many passes that are timed
TOLD, LEAST = 3, 2


class Cannot(Exception):
    """What this program does not build."""


def numbers(name, kind, count, offset=0):
    """So many numbers of four bytes of a file."""
    with open(FOLDER / name, "rb") as file:
        file.seek(4 * offset)
        return torch.frombuffer(bytearray(file.read(4 * count)), dtype=kind)


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


class Flatten(nn.Module):
    """With channels innermost the rows of the next layer are in another order, so that nothing is copied."""

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if TUNED and x.dim() == 4 else x).flatten(1)


def parameters(module, read, image=None):
    """Gives a module its initial values, which lie one after the other in a file. `image`: the shape that was flattened."""
    for parameter in module.weight, module.bias:
        values = numbers("parameters", torch.float32, parameter.numel(), read)
        read += parameter.numel()
        if image and parameter.dim() == 2:
            values = values.view(-1, *image).permute(0, 2, 3, 1)
        with torch.no_grad():
            parameter.copy_(values.reshape(parameter.shape))
    return read


def build():
    shape, modules, read, image = list(INPUT), [], 0, None
    for layer in SPEC["layers"]:
        kind = layer["type"]
        if kind == "conv2d":
            kernel, stride, padding = (pair(layer.get(key, other)) for key, other in
                                       (("kernel", None), ("stride", 1), ("padding", 0)))
            module = nn.Conv2d(shape[0], layer["outChannels"], kernel, stride, padding)
            read = parameters(module, read)
            shape = [layer["outChannels"]] + [
                (n + 2 * p - k) // s + 1 for n, p, k, s in zip(shape[1:], padding, kernel, stride)]
        elif kind == "linear":
            module = nn.Linear(shape[0], layer["outFeatures"])
            read = parameters(module, read, image)
            shape, image = [layer["outFeatures"]], None
        elif kind in ("batchNorm1d", "batchNorm2d"):
            make = nn.BatchNorm1d if kind == "batchNorm1d" else nn.BatchNorm2d
            module = make(shape[0], eps=layer.get("epsilon", 1e-5), momentum=layer.get("momentum", 0.1))
            read = parameters(module, read)
        elif kind in ("maxPool2d", "avgPool2d"):
            kernel, stride = pair(layer["kernel"]), pair(layer.get("stride", layer["kernel"]))
            module = (nn.MaxPool2d if kind == "maxPool2d" else nn.AvgPool2d)(kernel, stride)
            shape = shape[:1] + [(n - k) // s + 1 for n, k, s in zip(shape[1:], kernel, stride)]
        elif kind == "flatten":
            module = Flatten()
            image = shape if TUNED and len(shape) == 3 else None
            shape = [math.prod(shape)]
        elif kind in ("relu", "tanh", "sigmoid"):
            module = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[kind]()
        else:
            raise Cannot(f"layers of type {kind}")
        modules.append(module)
    return nn.Sequential(*modules)


def optimizer(net):
    """As the spec's; the decay is for weights and not for biases."""
    given = SPEC["training"]["optimizer"]
    if given["type"] != "adam":
        raise Cannot(f"optimizer {given['type']}")
    weights, biases = ([p for name, p in net.named_parameters() if name.endswith(end)] for end in ("weight", "bias"))
    groups = [{"params": weights, "weight_decay": given.get("l2", 0)}, {"params": biases}]
    options = {
        "lr": given.get("learningRate", 0.001), "betas": (given.get("beta1", 0.9), given.get("beta2", 0.999)),
        "eps": given.get("epsilon", 1e-8),
    }
    ways = ({"fused": True}, {"foreach": True}) if TUNED else ()
    return torch.optim.Adam(groups, **options, **next((way for way in ways if makes_a_step(way)), {}))


def makes_a_step(way):
    """Whether this PyTorch has such an Adam on a processor."""
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    try:
        torch.optim.Adam([parameter], **way).step()
    except Exception:  # it differs between versions
        return False
    return True


def main():
    torch.set_num_threads(JOB["threads"])
    if SPEC["loss"]["type"] != "softmaxCrossEntropy":
        raise Cannot(f"loss {SPEC['loss']['type']}")
    net = build()
    if TUNED:
        torch.set_flush_denormal(True)
        net = net.to(memory_format=torch.channels_last)
    adam = optimizer(net)
    samples = BATCH * JOB["batches"]
    inputs = numbers("inputs", torch.float32, samples * math.prod(INPUT)).view(samples, *INPUT)
    labels = numbers("labels", torch.int32, samples).long()

    def passed():
        """Trains with all samples, in another order each time. Returns their mean loss."""
        total, order = 0.0, torch.randperm(samples)
        for first in range(0, samples, BATCH):
            index = order[first:first + BATCH]
            x = inputs[index]
            if TUNED and x.dim() == 4:
                x = x.contiguous(memory_format=torch.channels_last)
            adam.zero_grad(set_to_none=True)
            loss = cross_entropy(net(x), labels[index])
            loss.backward()
            adam.step()
            total += loss.item()
        return total / JOB["batches"]

    losses, rates = [passed()], []
    since_start, begin = time.time() - JOB["started"] / 1000, time.perf_counter()
    warm, seconds = JOB["warmUp"], JOB["seconds"]
    while len(losses) < JOB["passes"] or seconds and (
            len(rates) < LEAST or time.perf_counter() - begin < warm + seconds):
        start = time.perf_counter()
        losses.append(passed())
        if start - begin >= warm:
            rates.append(samples / (time.perf_counter() - start))
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "losses": losses[:TOLD], "rates": rates, "sinceStart": since_start,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    }


try:
    print(json.dumps(main()))
except Cannot as what:
    sys.exit(f"error: bench/nets/torch_cpu.py does not build {what}")
except Exception as error:
    sys.exit(f"error: {type(error).__name__}: {error}".split("\n")[0])
