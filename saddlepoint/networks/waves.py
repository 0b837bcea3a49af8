"""Convolutions along time for sounds of any length.

Those of stride 4 are WaveGAN's (Donahue et al. 2019, arXiv:1802.04208), those of stride 1 the sound GAN's of
jacotar.
"""

import itertools

import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique
from saddlepoint.networks.blocks import Critic, named

STRIDE = 4
BASE = 16  # samples of the shortest map, at most


def lengths(samples: int) -> list[int]:
    """Return the lengths of all maps from a sound's down to the base, a quarter each time, rounded up."""
    chain = [samples]
    while chain[-1] > BASE:
        chain.append(-(-chain[-1] // STRIDE))
    return chain


class Trim(nn.Module):
    """The first samples of maps (n, c, t)."""

    def __init__(self, length: int):
        super().__init__()
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, c, length), a view."""
        return x[..., : self.length]


class PhaseShuffle(nn.Module):
    """Shift each map by a few samples at random, mirrored at its ends, while training (section 3.3).

    Upsampling by strided convolutions leaves an artifact that always has the same phase, by which a critic
    could know fakes too easily.

    Args:
        reach: largest shift in samples, to either side.
    """

    def __init__(self, reach: int):
        super().__init__()
        self.reach = reach

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, c, t) maps; all channels of an example move together."""
        if not self.training:
            return x
        count, channels, length = x.shape
        shift = torch.randint(-self.reach, self.reach + 1, (count, 1), device=x.device)
        place = (torch.arange(length, device=x.device) + shift).abs()  # (n, t)
        mirrored = (length - 1) - ((length - 1) - place).abs()
        return x.gather(2, mirrored[:, None].expand(-1, channels, -1))


def wave_generator(shape: tuple[int, ...], *, latent: int, width: int, kernel: int) -> nn.Sequential:
    """Build latent (n, latent) -> projection -> transposed convolutions of stride 4 -> sounds in [−1, 1].

    ReLU between them and no normalisation, as in WaveGAN.

    Args:
        shape: (c, t) of a sound.
        latent: dimension of the latent.
        width: channels of the longest hidden map; doubled with each quartering.
        kernel: samples that a layer looks at, odd and at least 5.
    """
    *longer, base = lengths(shape[1])
    inputs = width * 2 ** len(longer) // 2 if longer else width
    layers: list[tuple[str, nn.Module]] = [
        ("project", nn.Linear(latent, inputs * base)),
        ("map", nn.Unflatten(1, (inputs, base))),
        ("relu0", nn.ReLU()),
    ]
    for index, length in enumerate(reversed(longer), start=1):
        last = index == len(longer)
        outputs = shape[0] if last else inputs // 2
        layers.append((f"up{index}", _longer(inputs, outputs, kernel)))
        layers.append((f"trim{index}", Trim(length)))
        if not last:
            layers.append((f"relu{index}", nn.ReLU()))
        inputs = outputs
    if not longer:
        layers.append(("to_wave", nn.Conv1d(inputs, shape[0], 1)))
    return named([*layers, ("output", nn.Tanh())])


def wave_critic(shape: tuple[int, ...], *, width: int, kernel: int, shuffle: int = 0) -> Critic:
    """Build sounds (n, c, t) -> convolutions of stride 4 -> a score, without normalisation.

    Args:
        shape: (c, t) of a sound.
        width: channels of the longest hidden map; doubled with each quartering.
        kernel: samples that a layer looks at, odd and at least 5.
        shuffle: largest shift of :class:`PhaseShuffle` between layers; 0 for none.
    """
    chain = lengths(shape[1])
    layers: list[tuple[str, nn.Module]] = []
    inputs = shape[0]
    for index, (_, length) in enumerate(itertools.pairwise(chain)):
        outputs = width * 2**index
        layers.append((f"down{index}", nn.Conv1d(inputs, outputs, kernel, STRIDE, kernel // 2)))
        layers.append((f"leaky{index}", nn.LeakyReLU(0.2)))
        if shuffle and length != chain[-1]:
            layers.append((f"shuffle{index}", PhaseShuffle(shuffle)))
        inputs = outputs
    layers.append(("flatten", nn.Flatten()))
    return Critic(named(layers), nn.Linear(inputs * chain[-1], 1))


def linear_filter(channels: int, *, latent: int, width: int, kernel: int) -> nn.Sequential:
    """Build noise (n, latent, t + 3·(kernel − 1)) -> three convolutions in a row -> sounds (n, channels, t).

    Nothing is padded, so that every sample is made alike: of noise that is the same everywhere, sounds are too.

    Args:
        channels: of a sound.
        latent: channels of the noise.
        width: channels between the convolutions.
        kernel: samples that each of them looks at.
    """
    sizes = itertools.pairwise((latent, width, width, channels))
    return named((f"filter{i}", nn.Conv1d(a, b, kernel, bias=False)) for i, (a, b) in enumerate(sizes))


class LayeredCritic(nn.Module):
    """Convolutions with maxout, of which each layer has a say in the score.

    Args:
        channels: of a sound.
        widths: channels of each layer.
        kernels: samples that each layer looks at.
        pieces: linear maps of which a channel is the largest.
    """

    def __init__(self, channels: int, *, widths: tuple[int, ...], kernels: tuple[int, ...], pieces: int):
        super().__init__()
        sizes = itertools.pairwise((channels, *widths))
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b * pieces, kernel, padding=kernel // 2)
            for (a, b), kernel in zip(sizes, kernels, strict=True)
        )
        self.heads = nn.ModuleList(nn.Linear(one, 1) for one in widths)
        self.pieces = pieces

    def features(self, x: Tensor) -> list[Tensor]:
        """Return (n, width, t) of each layer for sounds (n, channels, t)."""
        found = []
        for layer in self.layers:
            x = layer(x).unflatten(1, (-1, self.pieces)).amax(2)
            found.append(x)
        return found

    def forward(self, x: Tensor) -> Critique:
        """Return as the score the sum of what the layers say of their means over time."""
        means = [one.float().mean(2) for one in self.features(x)]
        said = [head(mean) for head, mean in zip(self.heads, means, strict=True)]
        return Critique(torch.stack(said).sum(0).flatten(), torch.cat(means, 1))


def _longer(inputs: int, outputs: int, kernel: int) -> nn.Module:
    """Return a layer that maps t samples to exactly 4·t."""
    padding = (kernel - STRIDE + 1) // 2
    return nn.ConvTranspose1d(inputs, outputs, kernel, STRIDE, padding, output_padding=1)
