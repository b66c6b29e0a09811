"""Trains mnist_cnn in PyTorch on a CUDA GPU, once step by step and once replaying a CUDA graph.

    python3 bench/peers/torch_cuda.py SPEC DATA EPOCHS LIMIT

SPEC: specs/mnist_cnn.json. DATA: folder of the IDX files. LIMIT: training images, 0 for all. The last line printed is
JSON: what was measured, or the reason why nothing was. All in f32, as ours.
"""

import json
import math
import sys
import time
from pathlib import Path


def tell(outcome):
    print(json.dumps(outcome))
    sys.exit(0)


try:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy
except Exception as error:  # a broken installation fails in many ways
    tell({"reason": f"python3 has no PyTorch that can be imported ({error})"})
if not torch.cuda.is_available():
    tell({"reason": f"PyTorch {torch.__version__} finds no CUDA GPU"})

SPEC = json.loads(Path(sys.argv[1]).read_text())
EPOCHS, LIMIT = int(sys.argv[3]), int(sys.argv[4])
BATCH, TRAINING = SPEC["batchSize"], SPEC["training"]
ADAM, COSINE = TRAINING["optimizer"], TRAINING["scheduler"]


def load(name, header, limit=0):
    """The bytes of an IDX file of MNIST, on the GPU."""
    data = bytearray((Path(sys.argv[2]) / name).read_bytes()[header:])
    rows = torch.frombuffer(data, dtype=torch.uint8)
    rows = rows.view(-1, 1, 28, 28) if header == 16 else rows.long()
    return (rows[:limit] if limit > 0 else rows).cuda()


def build():
    """The net, with initial weights drawn as ours."""
    net = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(6272, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    for layer in net:
        if hasattr(layer, "weight"):
            outputs, inputs = layer.weight.shape[:2]
            scale = math.sqrt(2 / ((outputs + inputs) * layer.weight[0][0].numel()))
            nn.init.uniform_(layer.weight, -scale, scale)
            nn.init.zeros_(layer.bias)
    return net.cuda()


def run(images, labels, test_images, test_labels, graph):
    torch.manual_seed(0)
    net = build()
    rate = torch.tensor(ADAM["learningRate"], device="cuda") if graph else ADAM["learningRate"]
    weights = [p for p in net.parameters() if p.dim() > 1]
    biases = [p for p in net.parameters() if p.dim() == 1]
    adam = torch.optim.Adam(
        [{"params": weights, "weight_decay": ADAM["l2"]}, {"params": biases, "weight_decay": 0.0}],
        lr=rate, betas=(ADAM["beta1"], ADAM["beta2"]), eps=ADAM["epsilon"], fused=True, capturable=graph,
    )
    loss_sum, hits = torch.zeros((), device="cuda"), torch.zeros((), device="cuda", dtype=torch.long)

    def step(index):
        outputs, truth = net(images[index].float() / 255), labels[index]
        loss = cross_entropy(outputs, truth)
        loss.backward()
        adam.step()
        loss_sum.add_(loss.detach() * len(index))
        hits.add_((outputs.detach().argmax(1) == truth).sum())

    samples = len(images)
    sizes = {min(BATCH, samples - i) for i in range(0, samples, BATCH)}
    places = {size: torch.arange(size, device="cuda") for size in sizes}
    graphs = {}
    before = [p.detach().clone() for p in net.parameters()]
    # what is compiled and chosen in the first steps is not what is timed; a graph is captured after them
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for size in sizes:
            for _ in range(3):
                adam.zero_grad(set_to_none=True)
                step(places[size])
    torch.cuda.current_stream().wait_stream(stream)
    for size in sizes if graph else ():
        adam.zero_grad(set_to_none=True)
        graphs[size] = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graphs[size]):
            step(places[size])
    with torch.no_grad():
        for p, value in zip(net.parameters(), before):
            p.copy_(value)
        for state in adam.state.values():
            for value in state.values():
                if torch.is_tensor(value):
                    value.zero_()

    epochs = []
    torch.cuda.synchronize()
    begin = time.perf_counter()
    for epoch in range(EPOCHS):
        start = time.perf_counter()
        minimum, initial = COSINE["minimum"], ADAM["learningRate"]
        now = minimum + (initial - minimum) / 2 * (1 + math.cos(math.pi * epoch / COSINE["period"]))
        for group in adam.param_groups:
            if graph:
                group["lr"].fill_(now)
            else:
                group["lr"] = now
        loss_sum.zero_()
        hits.zero_()
        order = torch.randperm(samples, device="cuda")
        for i in range(0, samples, BATCH):
            index = order[i:i + BATCH]
            if graph:
                places[len(index)].copy_(index)
                graphs[len(index)].replay()
            else:
                adam.zero_grad(set_to_none=True)
                step(index)
        loss, right = loss_sum.item() / samples, hits.item() / samples
        epochs.append({"loss": loss, "accuracy": right, "seconds": time.perf_counter() - start})
    seconds = time.perf_counter() - begin
    with torch.no_grad():
        correct = sum(
            (net(x.float() / 255).argmax(1) == y).sum().item()
            for x, y in zip(test_images.split(1000), test_labels.split(1000))
        )
    rate = EPOCHS * samples / seconds
    tested = {"correct": correct, "total": len(test_labels)}
    return {"seconds": seconds, "imagesPerSecond": rate, "epochs": epochs, **tested}


torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
DATA = [
    load("train-images-idx3-ubyte", 16, LIMIT), load("train-labels-idx1-ubyte", 8, LIMIT),
    load("t10k-images-idx3-ubyte", 16), load("t10k-labels-idx1-ubyte", 8),
]
rows = {}
for name, graph in (("eager", False), ("CUDA graph", True)):
    try:
        rows[name] = run(*DATA, graph)
    except Exception as error:  # the other way may still run
        rows[name] = {"reason": f"{type(error).__name__}: {error}".split("\n")[0]}
tell({"torch": torch.__version__, "cuda": torch.version.cuda, "gpu": torch.cuda.get_device_name(), "rows": rows})
