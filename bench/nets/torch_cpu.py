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

from torch_net import Cannot, Net, loss_function, optimizer, rounded


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
# so often it is tried what so many roundings of each sample's numbers make of those losses
TWINS, ROUNDINGS = 4, 4


def numbers(name, kind, count, offset=0):
    """So many numbers of four bytes of a file."""
    with open(FOLDER / name, "rb") as file:
        file.seek(4 * offset)
        return torch.frombuffer(bytearray(file.read(4 * count)), dtype=kind)


def parameters():
    """The file of initial values, one after the other."""
    read = 0

    def following(count):
        nonlocal read
        read += count
        return numbers("parameters", torch.float32, count, read - count)
    return following


def training(inputs, labels):
    """A function that trains a new net with all samples, in another order each time, and returns their mean loss."""
    loss_of, samples = loss_function(SPEC), len(inputs)
    net = Net(SPEC, TUNED)
    net.load(parameters())
    if TUNED:
        net = net.to(memory_format=torch.channels_last)
    updates = optimizer(SPEC, net, TUNED)

    def passed():
        total, order = 0.0, torch.randperm(samples)
        for first in range(0, samples, BATCH):
            index = order[first:first + BATCH]
            x = inputs[index]
            if TUNED and x.dim() == 4:
                x = x.contiguous(memory_format=torch.channels_last)
            updates.zero_grad(set_to_none=True)
            loss = loss_of(net(x), x, labels[index])
            loss.backward()
            updates.step()
            total += loss.item()
        return total / JOB["batches"]
    return passed


def main():
    torch.set_num_threads(JOB["threads"])
    if TUNED:
        torch.set_flush_denormal(True)
    samples = BATCH * JOB["batches"]
    inputs = numbers("inputs", torch.float32, samples * math.prod(INPUT)).view(samples, *INPUT)
    labels = numbers("labels", torch.int32, samples).long()
    passed = training(inputs, labels)
    losses, rates = [passed()], []
    since_start, begin = time.time() - JOB["started"] / 1000, time.perf_counter()
    warm, seconds = JOB["warmUp"], JOB["seconds"]
    while len(losses) < JOB["passes"] or seconds and (
            len(rates) < LEAST or time.perf_counter() - begin < warm + seconds):
        start = time.perf_counter()
        losses.append(passed())
        if start - begin >= warm:
            rates.append(samples / (time.perf_counter() - start))
    # where all of these losses are asked for
    twins = [training(rounded(inputs, ROUNDINGS), labels) for _ in range(TWINS if JOB["passes"] >= TOLD else 0)]
    apart = [max(abs(loss - twin()) / (abs(loss) or 1) for twin in twins) for loss in losses[:TOLD] if twins]
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "losses": losses[:TOLD], "apart": apart, "rates": rates, "sinceStart": since_start,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    }


try:
    print(json.dumps(main()))
except Cannot as what:
    sys.exit(f"error: bench/nets/torch_cpu.py does not build {what}")
except Exception as error:
    sys.exit(f"error: {type(error).__name__}: {error}".split("\n")[0])
