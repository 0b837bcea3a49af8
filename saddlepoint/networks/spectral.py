"""Layers whose weight is divided by an estimate of its largest singular value (Miyato et al. 2018)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.networks.blocks import Critic, named
from saddlepoint.networks.sizes import sides


class SpectralNorm:
    """One power iteration each forward pass while training; the vector is a buffer, saved with the weights.

    A convolution's weight is the matrix (out, in·k·k), whose norm bounds but is not that of the convolution.
    """

    weight: nn.Parameter
    direction: Tensor
    training: bool

    def _start(self) -> None:
        """Register a random unit vector; to be called once the weight exists."""
        direction = F.normalize(torch.randn(self.weight.shape[0]), dim=0)
        self.register_buffer("direction", direction)  # type: ignore[attr-defined]

    def normal_weight(self) -> Tensor:
        """Return the weight over its spectral norm; gradients flow through both."""
        return self.weight / self.norm()

    def norm(self) -> Tensor:
        """Return the estimate uᵀWv of the largest singular value, always in float32."""
        with torch.autocast(self.weight.device.type, enabled=False):
            matrix = self.weight.flatten(1)
            with torch.no_grad():
                u = self.direction.clone()
                v = F.normalize(matrix.T @ u, dim=0)
                if self.training:
                    u = F.normalize(matrix @ v, dim=0)
                    self.direction.copy_(u)
            return u @ (matrix @ v)


class SpectralLinear(SpectralNorm, nn.Linear):
    """A linear layer of spectral norm about 1."""

    def __init__(self, inputs: int, outputs: int):
        nn.Linear.__init__(self, inputs, outputs)
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs) to (n, outputs)."""
        return F.linear(x, self.normal_weight(), self.bias)


class SpectralConv2d(SpectralNorm, nn.Conv2d):
    """A convolution whose weight, as a matrix, has spectral norm about 1."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, padding: int):
        nn.Conv2d.__init__(self, inputs, outputs, kernel, stride, padding)
        self._start()

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, h', w')."""
        return F.conv2d(x, self.normal_weight(), self.bias, self.stride, self.padding)


def spectral_critic(size: int, image_channels: int, *, width: int) -> Critic:
    """Build Miyato et al.'s critic (2018, table 3): pairs of convolutions 3/1 and 4/2, one more 3/1, a score.

    Args:
        size: side of the image in pixels, at least 8.
        image_channels: channels of the image.
        width: channels of the image-sized maps; doubled with each halving, at most eightfold.
    """
    chain = sides(size, 4)
    layers: list[tuple[str, nn.Module]] = []
    inputs, outputs = image_channels, width
    for index in range(len(chain) - 1):
        outputs = width * 2 ** min(3, index)
        layers += [
            (f"conv{index}", SpectralConv2d(inputs, outputs, 3, 1, 1)),
            (f"leaky{index}", nn.LeakyReLU(0.1)),
            (f"down{index}", SpectralConv2d(outputs, outputs, 4, 2, 1)),
            (f"leaky_down{index}", nn.LeakyReLU(0.1)),
        ]
        inputs = outputs
    last = width * 2 ** min(3, len(chain) - 1)
    layers += [
        ("conv_last", SpectralConv2d(inputs, last, 3, 1, 1)),
        ("leaky_last", nn.LeakyReLU(0.1)),
        ("flatten", nn.Flatten()),
    ]
    return Critic(named(layers), SpectralLinear(last * chain[-1] ** 2, 1))


def spectral_mlp(inputs: int, *, width: int, layers: int) -> Critic:
    """Build points (n, inputs) -> ``layers`` layers of ``width`` ReLU units -> a score."""
    parts: list[tuple[str, nn.Module]] = []
    for index in range(layers):
        parts += [(f"dense{index}", SpectralLinear(inputs, width)), (f"relu{index}", nn.ReLU())]
        inputs = width
    return Critic(named(parts), SpectralLinear(inputs, 1))
