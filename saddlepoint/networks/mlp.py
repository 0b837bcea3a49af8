"""Fully connected networks on flattened images or points."""

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from saddlepoint.networks.blocks import Critic, Maxout, named, visit

Activation = Callable[[], nn.Module]


def mlp_generator(
    widths: Sequence[int],
    shape: tuple[int, ...],
    *,
    activation: Activation,
    output: nn.Module | None,
    norm: Callable[[int, int], nn.Module | None] = lambda index, width: None,
) -> nn.Sequential:
    """Build latent -> hidden layers -> one example of ``shape``.

    Args:
        widths: latent dimension, then the hidden widths.
        shape: (c, h, w) of an image or (d,) of a point.
        activation: makes the non-linearity after each hidden layer.
        output: last non-linearity, None for points.
        norm: (index of the hidden layer, width) -> its normalisation, or None.
    """
    layers: list[tuple[str, nn.Module]] = []
    for index, (inputs, width) in enumerate(itertools.pairwise(widths)):
        layers.append((f"dense{index}", nn.Linear(inputs, width)))
        normalise = norm(index, width)
        if normalise is not None:
            layers.append((f"norm{index}", normalise))
        layers.append((f"activation{index}", activation()))
    layers.append(("to_data", nn.Linear(widths[-1], math.prod(shape))))
    if output is not None:
        layers.append(("output", output))
    return named([*layers, ("shape", nn.Unflatten(1, shape))])


def mlp_critic(shape: tuple[int, ...], widths: Sequence[int], *, activation: Activation) -> Critic:
    """Build one example of ``shape`` -> hidden layers of ``widths`` -> a score."""
    layers: list[tuple[str, nn.Module]] = [("flatten", nn.Flatten())]
    inputs = math.prod(shape)
    for index, width in enumerate(widths):
        layers += [(f"dense{index}", nn.Linear(inputs, width)), (f"activation{index}", activation())]
        inputs = width
    return Critic(named(layers), nn.Linear(inputs, 1))


def maxout_critic(shape: tuple[int, ...], units: int, pieces: int, layers: int = 2) -> Critic:
    """Build Goodfellow's critic: maxout layers with dropout 0.2 on the input and 0.5 on hidden codes.

    Dropout scales by 1/keep while training, as in the paper's code (1.25 and 2.0).
    """
    parts: list[tuple[str, nn.Module]] = [("flatten", nn.Flatten()), ("drop_input", nn.Dropout(0.2))]
    inputs = math.prod(shape)
    for index in range(layers):
        parts += [(f"maxout{index}", Maxout(inputs, units, pieces)), (f"drop{index}", nn.Dropout(0.5))]
        inputs = units
    return Critic(named(parts), nn.Linear(inputs, 1))


def uniform_weights(network: nn.Module, bound: float) -> nn.Module:
    """Draw all weights of linear layers from U(−bound, bound) and set their biases to 0."""

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, nn.Linear):
            layer.weight.uniform_(-bound, bound)
            layer.bias.zero_()

    return visit(network, initialise)


def set_output_bias(generator: nn.Sequential, mean: Tensor) -> None:
    """Set the last layer's bias to the logit of the mean pixels, so that sampling starts at the marginals.

    Args:
        generator: made by :func:`mlp_generator` with a sigmoid output.
        mean: mean pixels in [0, 1], of the shape of one example.
    """
    last: nn.Linear = generator.to_data  # pyright: ignore[reportAssignmentType]
    with torch.no_grad():
        last.bias.copy_(torch.logit(mean.flatten().clamp(1e-3, 1 - 1e-3)))
