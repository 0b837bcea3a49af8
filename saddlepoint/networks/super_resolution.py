"""Networks that make large images of small ones, and critics of them (Ledig et al. 2017, figure 4)."""

import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.networks.blocks import Critic, FromMap, named

SLOPE = 0.2  # of the critic's leaky ReLU


def shrink(image: Tensor, scale: int) -> Tensor:
    """Reduce (n, c, h, w) images by ``scale`` with an antialiased bicubic filter."""
    return F.interpolate(image, scale_factor=1 / scale, mode="bicubic", antialias=True)


def enlarge(image: Tensor, scale: int) -> Tensor:
    """Enlarge (n, c, h, w) images by ``scale`` with torch's bicubic filter, whose a is −0.75.

    PIL's has −0.5, and so has :func:`shrink`; of 500 photographs it is 0.3 dB farther away at ×2, 0.1 at ×4.
    """
    return F.interpolate(image, scale_factor=scale, mode="bicubic")


class Residual(nn.Module):
    """x + conv(PReLU(conv(x))), without normalisation (Lim et al. 2017)."""

    def __init__(self, width: int):
        super().__init__()
        self.conv0 = nn.Conv2d(width, width, 3, padding=1)
        self.activation = nn.PReLU(width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, width, h, w) to the same shape."""
        return x + self.conv1(self.activation(self.conv0(x)))


class Enlarging(nn.Module):
    """SRResNet: residual blocks on the small image, then sub-pixel convolutions, one for each doubling.

    What it makes is added to the bicubic enlargement. Images may have any size: pixel (i, j) of the result
    depends on those of the small image that are at most ``reach`` pixels from (i, j)/scale.

    Args:
        channels: of the images.
        scale: 2 or 4.
        width: channels of the hidden convolutions.
        blocks: residual blocks.

    Attributes:
        reach: pixels of the small image.
    """

    def __init__(self, channels: int, *, scale: int, width: int, blocks: int):
        super().__init__()
        self.scale = scale
        doublings = scale.bit_length() - 1
        self.head = nn.Conv2d(channels, width, 9, padding=4)
        self.activation = nn.PReLU(width)
        self.blocks = named((f"block{index}", Residual(width)) for index in range(blocks))
        self.tail = nn.Conv2d(width, width, 3, padding=1)
        self.ups = nn.Sequential()
        for index in range(doublings):
            self.ups.add_module(f"conv{index}", nn.Conv2d(width, 4 * width, 3, padding=1))
            self.ups.add_module(f"shuffle{index}", nn.PixelShuffle(2))
            self.ups.add_module(f"activation{index}", nn.PReLU(width))
        self.to_image = nn.Conv2d(width, channels, 9, padding=4)
        # Of the head, the blocks, the tail, each doubling at its own size, and the last convolution.
        self.reach = 4 + 2 * blocks + 1 + doublings + 4 // scale + 1

    def forward(self, small: Tensor) -> Tensor:
        """Map (n, c, h, w) to (n, c, scale·h, scale·w), without bounds."""
        x = self.activation(self.head(small))
        x = x + self.tail(self.blocks(x))
        return enlarge(small, self.scale) + self.to_image(self.ups(x))


def enlarged_critic(channels: int, side: int, width: int) -> Critic:
    """Build an image of ``side`` pixels -> score: convolutions of stride 2 and 1 in turn, two dense layers.

    Channels double with each pair, at most to 8·width, until maps have 6 pixels or less: 96 pixels take the
    eight convolutions of the paper. Batch normalisation everywhere but in the first layer, leaky ReLU.
    """
    body: list[tuple[str, nn.Module]] = [
        ("conv0", nn.Conv2d(channels, width, 3, 1, 1)),
        ("activation0", leaky()),
    ]
    inputs = outputs = width
    index = 1
    while True:
        body += _normalised(index, inputs, inputs, 2)
        side = (side + 1) // 2
        if side <= 6:
            break
        outputs = min(2 * inputs, 8 * width)
        body += _normalised(index + 1, inputs, outputs, 1)
        inputs, index = outputs, index + 2
    hidden = 16 * width
    dense = nn.Linear(inputs * side * side, hidden)
    body += [("flatten", FromMap()), ("dense", dense), ("activation", leaky())]
    return Critic(named(body), nn.Linear(hidden, 1))


def leaky() -> nn.Module:
    """Return the critic's activation."""
    return nn.LeakyReLU(SLOPE)


def _normalised(index: int, inputs: int, outputs: int, stride: int) -> list[tuple[str, nn.Module]]:
    return [
        (f"conv{index}", nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)),
        (f"norm{index}", nn.BatchNorm2d(outputs)),
        (f"activation{index}", leaky()),
    ]
