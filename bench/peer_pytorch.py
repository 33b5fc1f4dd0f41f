#!/usr/bin/python3
"""The presets of gentrain in PyTorch, as somebody who knows it would write
them, to be measured beside gentrain. Prints one line of JSON.

  bench/peer_pytorch.py PRESET [OPTION ...]

  --batch N        images of a step, on each rank
  --chunk N        steps between two looks at the clock [10]
  --chunks N       chunks that are measured, after one that is not [3]
  --ranks N        processes, one thread and one core each [1]
  --alone          they train models of their own: no DistributedDataParallel
  --cores A,B,...  the cores to use, one for each process, each named by one of
                   its CPUs; as under mpirun --bind-to core a process has all
  --layout L       contiguous or channels_last [contiguous]
  --adam A         loop, foreach or fused, which PyTorch has for CPUs since 2.4:
                   how Adam goes over its tensors [loop]
  --precision P    fp32, or bf16: networks under autocast, losses, parameters
                   and Adam in fp32 [fp32]
  --choose         try layouts and Adams in turns, print the fastest's options
  --describe       print the numbers of parameters, measure nothing

The networks have gentrain's parameters exactly. "same" padding at stride 2 is
symmetric here, where TensorFlow and gentrain put the odd line after: the same
work one pixel further. Data are random and in memory: they cost PyTorch
nothing, while gentrain draws its images in the time that is measured.
"""
import argparse
import contextlib
import ctypes
import itertools
import json
import os
import re
import resource
import socket
import statistics
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn import functional as F

LAYOUTS = ("contiguous", "channels_last")
ADAMS = ("loop", "foreach", "fused")

BATCH = {"dcgan64": 64, "dcgan28": 256, "mlp-vae": 128, "conv-vae28": 128,
         "resgan32": 64, "seed-gan": 16, "seed-gan-literal": 16, "seed-vae": 16}


def leaky():
    return nn.LeakyReLU(0.2, inplace=True)


def rectifier():
    return nn.ReLU(inplace=True)


def halve(into, out):
    return nn.Conv2d(into, out, 4, 2, 1, bias=False)


def double(into, out):
    return nn.ConvTranspose2d(into, out, 4, 2, 1, bias=False)


def with_norm(layer, activation):
    """A layer whose bias batch norm brings, in two dimensions."""
    channels = layer.out_channels
    return [layer, nn.BatchNorm2d(channels), activation()]


def dcgan64():
    generator = nn.Sequential(
        *with_norm(nn.ConvTranspose2d(100, 512, 4, bias=False), rectifier),
        *with_norm(double(512, 256), rectifier),
        *with_norm(double(256, 128), rectifier),
        *with_norm(double(128, 64), rectifier),
        double(64, 3), nn.Tanh())
    discriminator = nn.Sequential(
        halve(3, 64), leaky(),
        *with_norm(halve(64, 128), leaky),
        *with_norm(halve(128, 256), leaky),
        *with_norm(halve(256, 512), leaky),
        nn.Conv2d(512, 1, 4, bias=False), nn.Flatten())
    return generator, discriminator, (100, 1, 1), (3, 64, 64)


def dcgan28():
    generator = nn.Sequential(
        nn.Linear(100, 7 * 7 * 128, bias=False), nn.Unflatten(1, (128, 7, 7)),
        nn.BatchNorm2d(128), rectifier(),
        *with_norm(double(128, 64), rectifier),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh())
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), leaky(), nn.Dropout(0.3),
        nn.Conv2d(64, 128, 4, 2, 1), leaky(), nn.Dropout(0.3),
        nn.Flatten(), nn.Linear(7 * 7 * 128, 1))
    return generator, discriminator, (100,), (1, 28, 28)


class Residual(nn.Module):
    """The sum of two ways to go on from an image."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x).add_(self.shortcut(x))


def same(into, out, bias=True):
    return nn.Conv2d(into, out, 3, 1, 1, bias=bias)


def grow(into, out):
    return Residual(
        nn.Sequential(nn.BatchNorm2d(into), rectifier(),
                      nn.Upsample(scale_factor=2),
                      *with_norm(same(into, out, False), rectifier),
                      same(out, out, False)),
        nn.Sequential(nn.Conv2d(into, out, 1, bias=False),
                      nn.Upsample(scale_factor=2)))


def shrink(into, out):
    # The shortcut reads the input, too: it must not be overwritten.
    return Residual(
        nn.Sequential(nn.LeakyReLU(0.2), same(into, out), leaky(),
                      same(out, out), nn.AvgPool2d(2)),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(into, out, 1, bias=False)))


def resgan32():
    generator = nn.Sequential(
        nn.Linear(64, 4 * 4 * 64), nn.Unflatten(1, (64, 4, 4)),
        grow(64, 64), grow(64, 64), grow(64, 32),
        nn.BatchNorm2d(32), rectifier(), same(32, 3), nn.Tanh())
    discriminator = nn.Sequential(
        same(3, 32), shrink(32, 32), shrink(32, 64), shrink(64, 64),
        leaky(), nn.Flatten(), nn.Linear(4 * 4 * 64, 1))
    return generator, discriminator, (64,), (3, 32, 32)


def seed_convolutions():
    return [nn.Conv2d(3, 64, 5, 2, 2), leaky(),
            nn.Conv2d(64, 128, 5, 2, 2), leaky(), nn.Flatten()]


def seed_gan():
    generator = nn.Sequential(
        nn.Linear(100, 25 * 25 * 128), leaky(),
        nn.Unflatten(1, (128, 25, 25)),
        nn.ConvTranspose2d(128, 64, 5, 2, 2, 1), leaky(),
        nn.ConvTranspose2d(64, 32, 5, 2, 2, 1), leaky(),
        nn.Conv2d(32, 16, 5, 1, 2), leaky(),
        nn.Conv2d(16, 3, 5, 1, 2), nn.Tanh())
    discriminator = nn.Sequential(*seed_convolutions(),
                                  nn.Linear(25 * 25 * 128, 1))
    return generator, discriminator, (100,), (3, 100, 100)


class ByPixel(nn.Sequential):
    """Dense layers over the last axis; what comes out is an image."""

    def forward(self, z):
        return super().forward(z).permute(0, 3, 1, 2)


def seed_gan_literal():
    generator = ByPixel(
        nn.Linear(3, 128), leaky(), nn.Linear(128, 64), leaky(),
        nn.Linear(64, 32), leaky(), nn.Linear(32, 16), leaky(),
        nn.Linear(16, 3), nn.Tanh())
    discriminator = nn.Sequential(*seed_convolutions(),
                                  nn.Linear(25 * 25 * 128, 1))
    return generator, discriminator, (100, 100, 3), (3, 100, 100)


class Autoencoder(nn.Module):
    """Gives the decoder's output, mu and log sigma^2."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        z = torch.addcmul(mu, torch.exp(0.5 * logvar), torch.randn_like(mu))
        return self.decoder(z), mu, logvar


def mlp_vae():
    return Autoencoder(
        nn.Sequential(nn.Flatten(), nn.Linear(784, 400), rectifier(),
                      nn.Linear(400, 40)),
        nn.Sequential(nn.Linear(20, 400), rectifier(), nn.Linear(400, 784),
                      nn.Unflatten(1, (1, 28, 28)))), (1, 28, 28), None


def conv_vae28():
    encoder = nn.Sequential(
        *with_norm(halve(1, 32), leaky), *with_norm(halve(32, 64), leaky),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 64))
    decoder = nn.Sequential(
        nn.Linear(32, 7 * 7 * 64), nn.Unflatten(1, (64, 7, 7)),
        *with_norm(double(64, 32), rectifier),
        nn.ConvTranspose2d(32, 1, 4, 2, 1))
    return Autoencoder(encoder, decoder), (1, 28, 28), None


def seed_vae():
    encoder = nn.Sequential(*seed_convolutions(),
                            nn.Linear(25 * 25 * 128, 256))
    decoder = nn.Sequential(
        nn.Linear(128, 128), leaky(), nn.Linear(128, 64), leaky(),
        nn.Linear(64, 25 * 25 * 16), nn.Unflatten(1, (16, 25, 25)),
        nn.Upsample(scale_factor=4), nn.Conv2d(16, 3, 5, 1, 2), nn.Tanh())
    return Autoencoder(encoder, decoder), (3, 100, 100), 0.2


GANS = {"dcgan64": dcgan64, "dcgan28": dcgan28, "resgan32": resgan32,
        "seed-gan": seed_gan, "seed-gan-literal": seed_gan_literal}
VAES = {"mlp-vae": mlp_vae, "conv-vae28": conv_vae28, "seed-vae": seed_vae}


def start(module, dcgan):
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            if dcgan:
                nn.init.normal_(layer.weight, 0, 0.02)
            else:
                nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d) and dcgan:
            nn.init.normal_(layer.weight, 1, 0.02)


def parameters(preset):
    if preset in GANS:
        named = dict(zip(("generator", "discriminator"), GANS[preset]()[:2]))
    else:
        model = VAES[preset]()[0]
        named = {"encoder": model.encoder, "decoder": model.decoder}
    return {name: sum(p.numel() for p in module.parameters())
            for name, module in named.items()}


def laid_out(module, layout):
    if layout == "channels_last":
        return module.to(memory_format=torch.channels_last)
    return module


def shared(module, distributed):
    if not distributed:
        return module
    return nn.parallel.DistributedDataParallel(
        module, broadcast_buffers=False, gradient_as_bucket_view=True)


def images(shape, batch, low, layout):
    """A few batches, to be used in turns."""
    made = [torch.rand(batch, *shape) * (1 - low) + low for _ in range(4)]
    if layout == "channels_last":
        made = [x.contiguous(memory_format=torch.channels_last) for x in made]
    return itertools.cycle(made)


def adam(module, rate, beta1, how):
    return torch.optim.Adam(module.parameters(), lr=rate, betas=(beta1, 0.999),
                            foreach=how == "foreach", fused=how == "fused")


def adams():
    """The kinds of Adam that this PyTorch has for CPUs."""
    try:
        adam(nn.Linear(1, 1), 1e-3, 0.9, "fused")
    except (RuntimeError, TypeError):
        return ADAMS[:-1]
    return ADAMS


def cast(precision):
    if precision == "bf16":
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def gan_step(preset, batch, layout, how, distributed, precision):
    generator, discriminator, latent, image = GANS[preset]()
    for module in (generator, discriminator):
        start(module, preset.startswith("dcgan"))
    generator = shared(laid_out(generator, layout), distributed)
    discriminator = laid_out(discriminator, layout)
    judge = shared(discriminator, distributed)
    of_g = adam(generator, 2e-4, 0.5, how)
    of_d = adam(discriminator, 2e-4, 0.5, how)
    data = images(image, batch, -1, layout)
    real, fake = torch.ones(batch, 1), torch.zeros(batch, 1)

    def apply(network, x):
        with cast(precision):
            return network(x)

    def loss(outputs, target):
        return F.binary_cross_entropy_with_logits(outputs.float(), target)

    def step():
        of_d.zero_grad(set_to_none=True)
        # Both halves of D's gradient go over the network together.
        with judge.no_sync() if distributed else contextlib.nullcontext():
            loss(apply(judge, next(data)), real).backward()
        made = apply(generator, torch.randn(batch, *latent))
        loss(apply(judge, made.detach()), fake).backward()
        of_d.step()
        of_g.zero_grad(set_to_none=True)
        discriminator.requires_grad_(False)
        loss(apply(discriminator, made), real).backward()
        discriminator.requires_grad_(True)
        of_g.step()
    return step


def vae_step(preset, batch, layout, how, distributed, precision):
    model, image, sigma = VAES[preset]()
    start(model, False)
    model = shared(laid_out(model, layout), distributed)
    if sigma:
        optimizer = adam(model, 2e-4, 0.5, how)
    else:
        optimizer = adam(model, 1e-3, 0.9, how)
    data = images(image, batch, -1 if sigma else 0, layout)

    def step():
        x = next(data)
        optimizer.zero_grad(set_to_none=True)
        with cast(precision):
            found = model(x)
        out, mu, logvar = (t.float() for t in found)
        if sigma:
            recon = F.mse_loss(out, x, reduction="sum") / (2 * sigma * sigma)
        else:
            recon = F.binary_cross_entropy_with_logits(out, x, reduction="sum")
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        ((recon + kl) / batch).backward()
        optimizer.step()
    return step


def make_step(options, layout, how, distributed):
    make = gan_step if options.preset in GANS else vae_step
    return make(options.preset, options.batch, layout, how, distributed,
                options.precision)


def cpus_of(core):
    """Those of a core, given by one of them, that this process may use."""
    path = f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list"
    try:
        with open(path, encoding="ascii") as file:
            ranges = [part.split("-") for part in file.read().split(",")]
    except OSError:
        return {core}
    cpus = {cpu for part in ranges
            for cpu in range(int(part[0]), int(part[-1]) + 1)}
    return cpus & os.sched_getaffinity(0)


def chunk_rate(step, options):
    begin = time.perf_counter()
    for _ in range(options.chunk):
        step()
    return options.batch * options.chunk / (time.perf_counter() - begin)


def work(rank, options, port, barrier, results):
    """One rank, or one of several that are alone."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.manual_seed(1 + rank)
    if options.cores:
        os.sched_setaffinity(0, cpus_of(options.cores[rank]))
    distributed = options.ranks > 1 and not options.alone
    if distributed:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        dist.init_process_group("gloo", rank=rank, world_size=options.ranks)
    step = make_step(options, options.layout, options.adam, distributed)
    step()
    if barrier:
        barrier.wait()
    chunk_rate(step, options)
    rates = [chunk_rate(step, options) for _ in range(options.chunks)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((rank, rates, peak))
    if distributed:
        dist.barrier()
        dist.destroy_process_group()


def choose(options):
    """The fastest of all pairs, measured in turns."""
    torch.set_num_threads(1)
    if options.cores:
        os.sched_setaffinity(0, cpus_of(options.cores[0]))
    ways = list(itertools.product(LAYOUTS, adams()))
    steps = [make_step(options, *way, False) for way in ways]
    rates = [[] for _ in ways]
    for step in steps:
        step()
    for _ in range(options.chunks):
        for step, mine in zip(steps, rates):
            mine.append(chunk_rate(step, options))
    best = max(range(len(ways)), key=lambda i: statistics.median(rates[i]))
    print("--layout %s --adam %s" % ways[best])


def blas_kernel():
    """The family of kernels of the BLAS that PyTorch has loaded."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = set(re.findall(r"/\S*blas\S*\.so\S*", maps.read()))
    for path in sorted(paths, key=lambda p: "openblas" not in
                       os.path.basename(p)):
        try:
            tell = ctypes.CDLL(path).openblas_get_corename
        except (OSError, AttributeError):
            continue
        tell.restype = ctypes.c_char_p
        return tell().decode()
    return "unknown (" + ", ".join(sorted(paths)) + ")"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def measure(options):
    context = mp.get_context("spawn")
    results = context.SimpleQueue()
    if options.ranks == 1:
        work(0, options, 0, None, results)
    else:
        barrier, port = context.Barrier(options.ranks), free_port()
        mp.spawn(work, (options, port, barrier, results), options.ranks)
    found = [results.get() for _ in range(options.ranks)]
    medians = [statistics.median(rates) for _, rates, _ in found]
    # Ranks of one job go at one pace; those that are alone at their own.
    together = sum(medians)
    print(json.dumps({
        "preset": options.preset, "batch": options.batch,
        "ranks": options.ranks, "alone": options.alone,
        "layout": options.layout, "adam": options.adam,
        "precision": options.precision,
        "samples_per_s": together, "peak_mb": max(p for _, _, p in found),
        "blas_kernel": blas_kernel(), "torch": torch.__version__}))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("preset", choices=sorted(BATCH))
    parser.add_argument("--batch", type=int)
    parser.add_argument("--chunk", type=int, default=10)
    parser.add_argument("--chunks", type=int, default=3)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--cores", default="")
    parser.add_argument("--layout", default="contiguous", choices=LAYOUTS)
    parser.add_argument("--adam", default="loop", choices=ADAMS)
    parser.add_argument("--precision", default="fp32",
                        choices=("fp32", "bf16"))
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--describe", action="store_true")
    options = parser.parse_args()
    options.batch = options.batch or BATCH[options.preset]
    options.cores = [int(c) for c in options.cores.split(",") if c]
    if options.cores and len(options.cores) < options.ranks:
        sys.exit("peer_pytorch.py: fewer cores than ranks")
    if options.describe:
        for name, count in parameters(options.preset).items():
            print(name, count)
    elif options.choose:
        choose(options)
    else:
        measure(options)


if __name__ == "__main__":
    main()
