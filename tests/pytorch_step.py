#!/usr/bin/python3
"""Computes a training step of a GAN in PyTorch, in double precision, from what
dump_step wrote, and compares all that it makes.

  pytorch_step.py PRESET PARTS LR FILE

The networks are those of bench/peer_pytorch.py, so what is measured there is
the same, too. Batch norm sees PARTS parts of the batch, one after the other. How
far apart two tensors are: the norm of their difference by that of PyTorch's, or
the largest difference by the largest value, whichever is more.

A rectifier that gets 0 but for rounding may let it pass or not, and the gradient
is another one then. So PyTorch's rectifiers do what gentrain's did; where that
is not what they would have done, the value must be that small.
"""
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "bench"))
import peer_pytorch

TOLERANCE = 1e-4


def read(name):
    """The tensors of a dump, in double, by their names."""
    with open(name + ".f32", "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    tensors, used = {}, 0
    with open(name + ".txt", encoding="ascii") as file:
        for line in file:
            name, count, *shape = line.split()
            part = values[used:used + int(count)]
            tensors[name] = part.double().reshape([int(n) for n in shape])
            used += int(count)
    assert used == len(values)
    return tensors


def channels_first(t):
    return t.permute(0, 3, 1, 2).contiguous()


def in_order(t, dim, image):
    """Units of a dense layer that are the pixels of an image: gentrain has the
    channels of a pixel side by side, PyTorch the pixels of a channel."""
    channels, height, width = image
    theirs = torch.arange(t.shape[dim]).reshape(height, width, channels)
    return t.index_select(dim, theirs.permute(2, 0, 1).reshape(-1))


class Rectifier(nn.Module):
    """ReLU, or leaky ReLU, that is told which values are positive."""

    def __init__(self, slope):
        super().__init__()
        self.slope, self.positive, self.doubtful = slope, None, 0

    def forward(self, x):
        positive = x > 0
        if self.positive is not None:
            told = self.positive.pop(0).reshape(x.shape)
            doubtful = x[positive != told].abs().max().item() \
                if (positive != told).any() else 0
            self.doubtful = max(self.doubtful, doubtful / x.abs().max().item())
            positive = told
        return torch.where(positive, x, self.slope * x)


def with_rectifiers(module):
    """Puts them in; returns them in their order."""
    made = []
    for name, child in module.named_children():
        if isinstance(child, (nn.ReLU, nn.LeakyReLU)):
            made.append(Rectifier(getattr(child, "negative_slope", 0)))
            setattr(module, name, made[-1])
        elif isinstance(child, nn.Dropout):
            child.p = 0  # whoever draws has numbers of their own
        else:
            made += with_rectifiers(child)
    return made


class Network:
    """A network of PyTorch, and what gentrain calls its parameters."""

    def __init__(self, module, name, tensors, shape):
        self.module, self.name = module.double(), name
        self.rectifiers = with_rectifiers(module)
        leaves = [m for m in module.modules() if not list(m.children())]
        shapes = {}
        hooks = [m.register_forward_hook(lambda m, x, y: shapes.update(
            {m: (x[0].shape[1:], y.shape[1:])})) for m in leaves]
        module(torch.zeros(2, *shape, dtype=torch.float64))
        for hook in hooks:
            hook.remove()
        layers = [m for m in leaves if list(m.parameters())]
        start = "before/" + name + "/"
        paths = list(dict.fromkeys(key[len(start):].split("/")[0]
                                   for key in tensors if key.startswith(start)))
        assert len(paths) == len(layers), "%d layers with parameters in " \
            "gentrain's %s, %d in PyTorch's" % (len(paths), name, len(layers))
        self.layers = []
        for layer, path in zip(layers, paths):
            at = leaves.index(layer)
            above, below = leaves[at - 1:at], leaves[at + 1:at + 2]
            # The image that a dense layer is flattened from, or becomes.
            reads = [shapes[m][0] for m in above if isinstance(m, nn.Flatten)]
            makes = [shapes[m][1] for m in below if isinstance(m, nn.Unflatten)]
            self.layers.append((layer, path, reads, makes))

    def tensors(self, tensors, group):
        """Names, parameters or statistics, and gentrain's tensors, brought into
        their shapes."""
        for layer, path, reads, makes in self.layers:
            named = list(layer.named_parameters())
            if group != "gradient":
                named += [(n, b) for n, b in layer.named_buffers() if b.dim()]
            for name, mine in named:
                path_of = "%s/%s/%s" % (self.name, path, name)
                t = tensors[group + "/" + path_of]
                if isinstance(layer, nn.Linear):
                    t = t.t() if name == "weight" else t
                    for image in makes:
                        t = in_order(t, 0, image)
                    for image in reads if name == "weight" else ():
                        t = in_order(t, 1, image)
                elif isinstance(layer, nn.Conv2d) and t.dim() == 4:
                    t = t.permute(3, 2, 0, 1)
                elif isinstance(layer, nn.ConvTranspose2d) and t.dim() == 4:
                    t = t.permute(0, 3, 1, 2)
                assert t.shape == mine.shape, (path_of, t.shape, mine.shape)
                yield path_of, mine, t

    def load(self, tensors):
        for _, mine, t in self.tensors(tensors, "before"):
            mine.data.copy_(t)

    def run(self, x, parts, tensors, name):
        """The output of a pass that gentrain calls so."""
        told = [t for key, t in tensors.items() if key.startswith(name + "/")]
        assert len(told) == len(self.rectifiers), name
        for rectifier, t in zip(self.rectifiers, told):
            rectifier.positive = list((channels_first(t) > 0).chunk(parts))
        return torch.cat([self.module(part) for part in x.chunk(parts)])


class Comparison:
    """Keeps the worst of each kind."""

    def __init__(self):
        self.count, self.worst, self.far = {}, {}, []

    def add(self, kind, name, got, want):
        apart = got - want
        self.note(kind, name, max(apart.norm() / want.norm(),
                                  apart.abs().max() / want.abs().max()).item())

    def note(self, kind, name, off):
        self.count[kind] = self.count.get(kind, 0) + 1
        self.worst[kind] = max(self.worst.get(kind, (0, "")), (off, name))
        if not off <= TOLERANCE:
            self.far.append("%s %s is off by %.2g" % (kind, name, off))

    def report(self, what):
        for kind, count in self.count.items():
            print("%s: %d %s, the worst off by %.1e (%s)" % (
                what, count, kind, *self.worst[kind]))
        if self.far:
            sys.exit("\n".join(self.far))


def compare_network(found, network, tensors, lr, statistics):
    """After backward: gradients, and what an update by SGD makes of the
    parameters."""
    for name, mine, t in network.tensors(tensors, "gradient"):
        found.add("gradients", name, t, mine.grad)
        mine.data -= lr * mine.grad
    for name, mine, t in network.tensors(tensors, "after"):
        if mine.requires_grad:
            found.add("parameters", name, t, mine.data)
        elif statistics:
            found.add("running statistics", name, t, mine)


def step(g, d, latent, tensors, parts, lr, found):
    loss = F.binary_cross_entropy_with_logits
    x = channels_first(tensors["x"])
    z = channels_first(tensors["z"]).reshape(-1, *latent)
    real, fake = torch.ones(len(x), 1).double(), torch.zeros(len(x), 1).double()

    def run(network, inputs, name):
        out = network.run(inputs, parts, tensors, name)
        mine = channels_first(tensors[name]).reshape(out.shape)
        found.add("outputs", name, mine, out.detach())
        return out

    made = run(g, z, "made")
    of_d = loss(run(d, x, "judged_real"), real) + \
        loss(run(d, made.detach(), "judged_made"), fake)
    of_d.backward()
    # Each network has its statistics from the passes of one update: D has two
    # in its own, which PyTorch counts one after the other.
    compare_network(found, d, tensors, lr, False)
    of_g = loss(run(d, made, "judged_for_g"), real)
    of_g.backward()
    compare_network(found, g, tensors, lr, parts == 1)
    found.add("losses", "G, D", tensors["losses"],
              torch.stack([of_g, of_d]).detach())
    for network in (g, d):
        for i, rectifier in enumerate(network.rectifiers):
            found.note("rectifiers", "number %d of %s" % (i, network.name),
                       rectifier.doubtful)


def main():
    preset, parts, lr, name = sys.argv[1:]
    tensors = read(name)
    generator, discriminator, latent, image = peer_pytorch.GANS[preset]()
    g = Network(generator, "generator", tensors, latent)
    d = Network(discriminator, "discriminator", tensors, image)
    for network in (g, d):
        network.load(tensors)
    found = Comparison()
    step(g, d, latent, tensors, int(parts), float(lr), found)
    found.report("%s in %s" % (preset, os.path.basename(name)))


if __name__ == "__main__":
    main()
