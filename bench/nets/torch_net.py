"""The net of a spec as a module of PyTorch: every layer by PyTorch's own, and shapes as PyTorch finds them.

And its optimizer and loss. Used by torch_cpu.py, which times it, and by tests, which compare with it.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Cannot(Exception):
    """What is not built here."""


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def several(value, dimensions):
    """A number for each dimension."""
    return tuple(value) if isinstance(value, list) else (value,) * dimensions


def same_sides(size, kernel, stride, dilation):
    """Before and behind one dimension, so that the windows are as many as strides: the odd one behind."""
    total = max(0, (math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return total // 2, total - total // 2


class Padded(nn.Module):
    """A module behind zeros on each side, as `torch.nn.functional.pad` wants them: the last dimension first."""

    def __init__(self, sides, module):
        super().__init__()
        self.sides, self.module = sides, module

    def forward(self, x):
        return self.module(F.pad(x, self.sides))


class Each(nn.Module):
    """A function of one tensor or several."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *tensors):
        return self.function(*tensors)


class Flatten(nn.Module):
    """With channels innermost the rows of the next layer are in another order, so that nothing is copied."""

    def __init__(self, innermost):
        super().__init__()
        self.innermost = innermost

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if self.innermost and x.dim() == 4 else x).flatten(1)


def rounded(x, times):
    """Numbers that are off by so many roundings of f32 at most."""
    return x * (1 + times * 2 ** -23 * (2 * torch.rand_like(x) - 1))


def broadcast(x, scale):
    return x * scale.reshape(scale.shape[:2] + (1,) * (x.dim() - 2))


def convolution(layer, shape, dimensions):
    kernel, stride, dilation = (several(layer.get(key, 1), dimensions) for key in ("kernel", "stride", "dilation"))
    kind = (nn.Conv1d, nn.Conv2d)[dimensions - 1]
    options = {"dilation": dilation, "groups": layer.get("groups", 1), "bias": layer.get("bias", True)}
    given = layer.get("padding", 0)
    if given == "same":
        sides = [same_sides(*each) for each in zip(shape[1:], kernel, stride, dilation)]
    elif isinstance(given, list) and len(given) == 2 * dimensions:
        sides = [tuple(given[2 * d:2 * d + 2]) for d in range(dimensions)]
    else:
        sides = [(each, each) for each in several(given, dimensions)]
    make = lambda padding: kind(shape[0], layer["outChannels"], kernel, stride, padding, **options)
    if all(before == after for before, after in sides):
        return make(tuple(before for before, _ in sides))
    return Padded([side for each in reversed(sides) for side in each], make(0))


def pool(layer, kind, dimensions):
    kernel = several(layer["kernel"], dimensions)
    stride = several(layer.get("stride", layer["kernel"]), dimensions)
    options = {"padding": several(layer.get("padding", 0), dimensions), "ceil_mode": layer.get("ceilMode", False)}
    if "Avg" in kind.__name__:
        options["count_include_pad"] = layer.get("countIncludePad", True)
    return kind(kernel, stride, **options)


def norm(layer, shape, kind):
    return kind(shape[0], eps=layer.get("epsilon", 1e-5), momentum=layer.get("momentum", 0.1))


def over_channels(values, x):
    """Numbers, one or one for each channel, as PyTorch broadcasts them over samples and positions."""
    tensor = torch.tensor(values, dtype=x.dtype)
    return tensor.reshape((-1,) + (1,) * (x.dim() - 2)) if tensor.dim() == 1 else tensor


def normalize(layer):
    def function(x):
        scale, mean, deviation = (over_channels(layer.get(key, other), x)
                                  for key, other in (("scale", 1), ("mean", 0), ("deviation", 1)))
        return (x * scale - mean) / deviation
    return Each(function)


SIMPLE = {
    "relu": lambda _: nn.ReLU(),
    "tanh": lambda _: nn.Tanh(),
    "sigmoid": lambda _: nn.Sigmoid(),
    "leakyRelu": lambda layer: nn.LeakyReLU(layer.get("negativeSlope", 0.01)),
    "elu": lambda layer: nn.ELU(layer.get("alpha", 1.0)),
    "gelu": lambda layer: Each(lambda x: F.gelu(x, approximate=layer.get("approximate", "none"))),
    "silu": lambda _: nn.SiLU(),
    "hardSwish": lambda _: nn.Hardswish(),
    "relu6": lambda _: nn.ReLU6(),
    "softplus": lambda layer: nn.Softplus(layer.get("beta", 1), layer.get("threshold", 20)),
    "dropout": lambda layer: nn.Dropout(layer["rate"]),
    "globalAvgPool": lambda _: Each(lambda x: x.mean(tuple(range(2, x.dim())))),
    "globalMaxPool": lambda _: Each(lambda x: x.amax(tuple(range(2, x.dim())))),
    "reshape": lambda layer: Each(lambda x: x.reshape(x.shape[0], *layer["shape"])),
    "normalize": normalize,
    "add": lambda _: Each(lambda *tensors: sum(tensors[1:], tensors[0])),
    "concat": lambda _: Each(lambda *tensors: torch.cat(tensors, 1)),
    "padChannels": lambda layer: Each(
        lambda x: F.pad(x, (0, 0) * (x.dim() - 2) + (layer.get("before", 0), layer.get("behind", 0)))),
    "multiply": lambda _: Each(broadcast),
}


def module_of(layer, shape, innermost):
    """`shape`: of a sample of its first input."""
    kind = layer["type"]
    if kind == "dropout" and layer["rate"] > 0:
        raise Cannot("layers of type dropout, whose random numbers are others, but with rate 0")
    if kind in SIMPLE:
        return SIMPLE[kind](layer)
    if kind == "linear":
        return nn.Linear(shape[0], layer["outFeatures"], bias=layer.get("bias", True))
    if kind in ("conv1d", "conv2d"):
        return convolution(layer, shape, 1 if kind == "conv1d" else 2)
    if kind in ("maxPool1d", "maxPool2d", "avgPool1d", "avgPool2d"):
        return pool(layer, getattr(nn, kind[0].upper() + kind[1:]), int(kind[-2]))
    if kind in ("batchNorm1d", "batchNorm2d"):
        return norm(layer, shape, getattr(nn, kind[0].upper() + kind[1:]))
    if kind == "flatten":
        return Flatten(innermost)
    raise Cannot(f"layers of type {kind}")


class Net(nn.Module):
    """Layers as a graph: each reads the one before, or those that it names.

    innermost: whether images lie with channels innermost, so that what is flattened does, too.
    """

    def __init__(self, spec, innermost=False):
        super().__init__()
        self.layers, self.reads, self.names, self.flattened = nn.ModuleList(), [], [], {}
        shown = {"input": torch.zeros(2, *spec["input"])}
        for place, layer in enumerate(spec["layers"]):
            before = self.names[-1] if self.names else "input"
            given = layer.get("input", before)
            given, name = given if isinstance(given, list) else [given], layer.get("name", f"layers[{place}]")
            missing = [each for each in given if each not in shown]
            if missing:
                raise Cannot(f"layers that read {missing[0]}, which has no name of its own in the spec")
            shape = shown[given[0]].shape[1:]
            module = module_of(layer, shape, innermost)
            with torch.no_grad():
                shown[name] = module.eval()(*(shown[each] for each in given))
            if innermost and layer["type"] == "flatten" and len(shape) == 3:
                self.flattened[name] = tuple(shape)
            if innermost and layer["type"] not in ("flatten", "linear") and given[0] in self.flattened:
                # elementwise on what was flattened: the next linear layer has to know
                self.flattened[name] = self.flattened[given[0]]
            self.layers.append(module.train())
            self.reads.append(given)
            self.names.append(name)
        self.shapes = {name: tuple(tensor.shape[1:]) for name, tensor in shown.items()}

    def forward(self, x):
        values = {"input": x}
        for name, given, module in zip(self.names, self.reads, self.layers):
            values[name] = module(*(values[each] for each in given))
        return values[self.names[-1]]

    def kept(self):
        """What layers keep: parameters, layer by layer, weight before bias; then running statistics, layer by layer."""
        for module, given in zip(self.layers, self.reads):
            for parameter in module.parameters():
                yield parameter, self.flattened.get(given[0]) if parameter.dim() == 2 else None
        for name, statistic in self.named_buffers():
            if not name.endswith("num_batches_tracked"):
                yield statistic, None

    def load(self, numbers):
        """Gives all that is kept its values, in that order: `numbers(count)` gives the next ones."""
        for tensor, image in self.kept():
            values = numbers(tensor.numel())
            if image:
                values = values.view(-1, *image).permute(0, 2, 3, 1)
            with torch.no_grad():
                tensor.copy_(values.reshape(tensor.shape))

    def decayed(self):
        """Parameters that a decay is for, and those that it is not for: biases, and what normalises."""
        norms = {id(p) for module in self.layers if isinstance(module, nn.modules.batchnorm._BatchNorm)
                 for p in module.parameters()}
        weights, others = [], []
        for name, parameter in self.named_parameters():
            (others if name.endswith("bias") or id(parameter) in norms else weights).append(parameter)
        return weights, others


def optimizer(spec, net, tuned=False):
    """As the spec's; the decay is for weights and not for biases. `tuned`: the fastest of its forms that there is."""
    given = spec["training"]["optimizer"]
    for key, where in (("nesterov", given), ("clipNorm", spec["training"]), ("groups", spec["training"])):
        if where.get(key):
            raise Cannot(f"training with {key}")
    kind, l2 = given["type"], given.get("l2", 0)
    weights, others = net.decayed()
    groups = [{"params": weights, "weight_decay": l2}, {"params": others}]
    rate = given.get("learningRate", spec["training"].get("sgdLearningRate", 0.001))
    if kind == "adam":
        make, options = torch.optim.Adam, {
            "betas": (given.get("beta1", 0.9), given.get("beta2", 0.999)), "eps": given.get("epsilon", 1e-8),
        }
    elif kind in ("sgd", "momentum"):
        make, options = torch.optim.SGD, {"momentum": given.get("momentum", 0.9) if kind == "momentum" else 0}
    else:
        raise Cannot(f"optimizer {kind}")
    ways = ({"fused": True}, {"foreach": True}) if tuned else ()
    way = next((way for way in ways if makes_a_step(make, way)), {})
    return make([group for group in groups if group["params"]], lr=rate, **options, **way)


def makes_a_step(make, way):
    """Whether this PyTorch has such an optimizer on a processor."""
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    try:
        make([parameter], lr=0.1, **way).step()
    except Exception:  # it differs between versions
        return False
    return True


def loss_function(spec):
    """Of outputs, the inputs and labels: what the spec compares the outputs with."""
    given = spec["loss"]
    if given["type"] == "softmaxCrossEntropy" and len(given) == 1:
        return lambda y, _, labels: F.cross_entropy(y, labels)
    if given == {"type": "mse", "target": "input"}:
        return lambda y, x, _: F.mse_loss(y, x)
    raise Cannot(f"loss {' '.join(str(value) for value in given.values())}")
