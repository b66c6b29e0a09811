"""Trains nets as PyTorch does, in f64, and prints what their parameters become: what tests compare plain loops with.

    python3 tests/torch/training.py < CASES

CASES is JSON: cases with a net's layers, its initial parameters, samples, the batches, and how it is trained.
"""
import json
import sys

import torch
from torch import nn
from torch.optim import lr_scheduler


def made(layers):
    kinds = {"tanh": lambda _: nn.Tanh(), "flatten": lambda _: nn.Flatten()}
    kinds["conv2d"] = lambda o: nn.Conv2d(o["inChannels"], o["outChannels"], o["kernel"])
    kinds["avgPool2d"] = lambda o: nn.AvgPool2d(o["kernel"])
    kinds["linear"] = lambda o: nn.Linear(o["inFeatures"], o["outFeatures"])
    return nn.Sequential(*(kinds[layer["type"]](layer) for layer in layers)).double()


def optimizer_of(o, groups):
    kind = o["type"]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=o["learningRate"])
    if kind == "momentum":
        return torch.optim.SGD(groups, lr=o["learningRate"], momentum=o["momentum"], nesterov=o.get("nesterov", False))
    if kind == "rmsprop":
        return torch.optim.RMSprop(groups, lr=o["learningRate"], alpha=o["alpha"], eps=o["epsilon"],
                                   momentum=o["momentum"], centered=o["centered"])
    cls = torch.optim.AdamW if kind == "adamw" else torch.optim.Adam
    return cls(groups, lr=o["learningRate"], betas=(o["beta1"], o["beta2"]), eps=o["epsilon"])


def scheduler_of(s, optimizer, epochs, steps):
    """Schedules that step after each update, and after each epoch."""
    by_step, by_epoch, kind = [], [], s["type"]
    count = steps * epochs if s.get("by") == "step" else epochs
    mine = by_step if s.get("by") == "step" or kind == "oneCycle" else by_epoch
    if kind == "step":
        mine.append(lr_scheduler.StepLR(optimizer, s["every"], s["factor"]))
    elif kind == "multiStep":
        mine.append(lr_scheduler.MultiStepLR(optimizer, s["milestones"], s["factor"]))
    elif kind == "exponential":
        mine.append(lr_scheduler.ExponentialLR(optimizer, s["factor"]))
    elif kind == "cosine":
        mine.append(lr_scheduler.CosineAnnealingLR(optimizer, s.get("period", count), s["minimum"]))
    elif kind == "linear":
        mine.append(lr_scheduler.LinearLR(optimizer, 1, s["minimum"], s.get("period", count)))
    elif kind == "oneCycle":
        mine.append(lr_scheduler.OneCycleLR(
            optimizer, [group["lr"] for group in optimizer.param_groups], s.get("totalSteps", steps * epochs),
            pct_start=s["pctStart"], anneal_strategy=s["annealStrategy"], cycle_momentum=s["cycleMomentum"],
            base_momentum=s["baseMomentum"], max_momentum=s["maxMomentum"], div_factor=s["divFactor"],
            final_div_factor=s["finalDivFactor"]))
    warmup = s.get("warmup")
    if warmup:
        length = warmup["steps"] if "steps" in warmup else warmup["epochs"] * steps
        by_step.append(lr_scheduler.LinearLR(optimizer, warmup["startFactor"], 1, length))
    return by_step, by_epoch


def trained(case):
    net, training = made(case["layers"]), case["training"]
    names = [name for name in case["initial"]]
    parameters = dict(zip(names, net.parameters()))
    groups = []
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.tensor(case["initial"][name], dtype=torch.float64).reshape(parameter.shape))
    for name, parameter in parameters.items():
        own = case["groups"][name]
        if own["frozen"]:
            parameter.requires_grad_(False)
            continue
        o = training["optimizer"]
        groups.append({"params": [parameter], "lr": o["learningRate"] * own["factor"], "weight_decay": own["decay"]})
    optimizer = optimizer_of(training["optimizer"], groups)
    epochs = training["epochs"]
    by_step, by_epoch = scheduler_of(training["scheduler"], optimizer, epochs, len(case["batches"]) // epochs)
    inputs = torch.tensor(case["inputs"], dtype=torch.float64).reshape(-1, *case["shape"])
    labels = torch.tensor(case["labels"])
    rates = []
    for i, batch in enumerate(case["batches"]):
        optimizer.zero_grad()
        rates.append(optimizer.param_groups[0]["lr"])
        nn.functional.cross_entropy(net(inputs[batch]), labels[batch]).backward()
        if "clipNorm" in training:
            nn.utils.clip_grad_norm_([p for p in net.parameters() if p.requires_grad], training["clipNorm"])
        optimizer.step()
        last = i == len(case["batches"]) - 1
        for schedule in by_step:
            if not last:
                schedule.step()
        if (i + 1) % (len(case["batches"]) // epochs) == 0 and not last:
            for schedule in by_epoch:
                schedule.step()
    return {"rates": rates, "parameters": {name: p.detach().flatten().tolist() for name, p in parameters.items()}}


print(json.dumps([trained(case) for case in json.load(sys.stdin)]))
