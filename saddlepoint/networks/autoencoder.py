"""Critics that are autoencoders: the energy of an example is how badly it is rebuilt (Zhao et al. 2016)."""

import itertools
import math

from torch import Tensor, nn

from saddlepoint.core.protocol import Critique
from saddlepoint.networks.blocks import named
from saddlepoint.networks.dcgan import upsample
from saddlepoint.networks.sizes import channels, sides

TINY = 1e-12  # under the root, whose slope at 0 is infinite


class Autoencoder(nn.Module):
    """An encoder and a decoder, judged by what they lose.

    Args:
        encoder: (n, ...) example -> code of any shape.
        decoder: code -> (n, ...) example.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: Tensor) -> Critique:
        """Return the energy ‖Dec(Enc(x)) − x‖, (n,) in float32, and the code (n, f)."""
        code = self.encoder(x)
        loss = (self.decoder(code).float() - x.float()).flatten(1).square().sum(1)
        return Critique((loss + TINY).sqrt(), code.flatten(1))


def dense_autoencoder(shape: tuple[int, ...], *, layers: int, width: int, dropout: bool) -> Autoencoder:
    """Build an autoencoder of ``layers`` dense layers, of which the last one is the decoder.

    Args:
        shape: (c, h, w) of an image or (d,) of a point.
        layers: of encoder and decoder together, at least 2.
        width: units of each layer of the encoder.
        dropout: whether half of the encoder's units are dropped while training.
    """
    encoder: list[tuple[str, nn.Module]] = [("flatten", nn.Flatten())]
    widths = [math.prod(shape), *[width] * (layers - 1)]
    for index, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        encoder += [(f"dense{index}", nn.Linear(inputs, outputs)), (f"leaky{index}", nn.LeakyReLU(0.2))]
        if dropout:
            encoder.append((f"drop{index}", nn.Dropout(0.5)))
    decoder = [("to_data", nn.Linear(width, math.prod(shape))), ("shape", nn.Unflatten(1, shape))]
    return Autoencoder(named(encoder), named(decoder))


def conv_autoencoder(size: int, image_channels: int, *, width: int) -> Autoencoder:
    """Build strided convolutions of 4 and the mirrored transposed ones, batch-normalised as in DCGAN.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        width: channels of a map of 32 pixels, doubled for each halving.
    """
    chain = sides(size, 4)
    maps = [image_channels, *(channels(side, width) for side in chain[1:])]
    encoder: list[tuple[str, nn.Module]] = []
    for index, (inputs, outputs) in enumerate(itertools.pairwise(maps)):
        encoder.append((f"down{index}", nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)))
        if index:
            encoder.append((f"norm{index}", nn.BatchNorm2d(outputs)))
        encoder.append((f"leaky{index}", nn.LeakyReLU(0.2)))
    decoder: list[tuple[str, nn.Module]] = []
    for index in reversed(range(len(chain) - 1)):
        up = upsample(maps[index + 1], maps[index], 4, chain[index + 1], chain[index], bias=index == 0)
        decoder.append((f"up{index}", up))
        if index:
            decoder += [(f"norm{index}", nn.BatchNorm2d(maps[index])), (f"relu{index}", nn.ReLU())]
    return Autoencoder(named(encoder), named(decoder))
