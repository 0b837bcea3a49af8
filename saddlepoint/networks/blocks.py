"""Small pieces that networks are assembled from."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique


def named(layers: Iterable[tuple[str, nn.Module]]) -> nn.Sequential:
    """Return a sequence of layers that can be addressed by name."""
    return nn.Sequential(OrderedDict(layers))


class Critic(nn.Module):
    """A critic in two parts, so that its last hidden code can be read.

    Args:
        body: (n, ...) input -> hidden code of any shape.
        head: hidden code -> n scores.
    """

    def __init__(self, body: nn.Module, head: nn.Module):
        super().__init__()
        self.body = body
        self.head = head

    def forward(self, x: Tensor) -> Critique:
        """Return score (n,) in float32 whatever the autocast, and feature (n, f)."""
        code = self.body(x)
        return Critique(self.head(code).flatten().float(), code.flatten(1))


class Maxout(nn.Module):
    """The largest of ``pieces`` linear maps for each of ``units`` outputs (Goodfellow et al. 2013)."""

    def __init__(self, inputs: int, units: int, pieces: int):
        super().__init__()
        self.linear = nn.Linear(inputs, units * pieces)
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs) to (n, units)."""
        return self.linear(x).unflatten(1, (-1, self.pieces)).amax(2)


class ToMap(nn.Module):
    """Fold (n, side·side·channels) into a map (n, channels, side, side) that is channels-last in memory."""

    def __init__(self, channels: int, side: int):
        super().__init__()
        self.channels = channels
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        """Return a view of ``x``; no data move."""
        return x.view(-1, self.side, self.side, self.channels).permute(0, 3, 1, 2)


class FromMap(nn.Module):
    """Unfold a channels-last map (n, c, side, side) into (n, side·side·c), as ``ToMap`` folds.

    ``nn.Flatten`` would copy such a map, and hand back a gradient that every layer before has to reorder.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return a view of ``x``, or a copy where it is not channels-last."""
        return x.permute(0, 2, 3, 1).flatten(1)


def one_hot(label: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    """Return (n, classes), 1 at the label and 0 elsewhere; a label out of range leaves its row 0.

    torch's own looks at the labels first, which would wait for the device.
    """
    return (label[:, None] == torch.arange(classes, device=label.device)).to(dtype)


def visit(network: nn.Module, initialise: Callable[[nn.Module], None]) -> nn.Module:
    """Apply ``initialise`` to every layer of ``network`` without recording gradients; return it."""
    with torch.no_grad():
        network.apply(initialise)
    return network


class Octaves(nn.Module):
    """Numbers, and sines and cosines of them at frequencies 1, 2, 4 ..., that a network may find narrow things.

    Args:
        count: of frequencies.
    """

    def __init__(self, count: int):
        super().__init__()
        self.count = count

    def forward(self, x: Tensor) -> Tensor:
        """Turn (n, ...) examples of d numbers into (n, d · (1 + 2 count))."""
        x = x.flatten(1)
        turns = [x * 2**octave for octave in range(self.count)]
        return torch.cat([x, *(torch.sin(turn) for turn in turns), *(torch.cos(turn) for turn in turns)], 1)
