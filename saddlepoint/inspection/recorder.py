"""What layers make of an input, seen through hooks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Batch, Family, take_turns

K = TypeVar("K")
Kind = Literal["convolutional", "dense"]

_TYPES: dict[Kind, type[nn.Module]] = {"convolutional": nn.Conv2d, "dense": nn.Linear}


class Seen(NamedTuple):
    """One layer at work.

    Attributes:
        name: path within its network.
        layer: the layer.
        output: what it returned when it was first called.
    """

    name: str
    layer: nn.Module
    output: Tensor


def is_leaf(layer: nn.Module) -> bool:
    """Say whether a layer has no parts of its own."""
    return not any(True for _ in layer.children())


def leaves(family: Family) -> Iterator[tuple[tuple[str, str], nn.Module]]:
    """Yield ((network, path within it), layer) of the leaves of every network; of two that share one, twice."""
    for network, module in family.named_children():
        for name, layer in module.named_modules():
            if is_leaf(layer):
                yield (network, name), layer


@contextmanager
def hooked(
    layers: Iterable[tuple[K, nn.Module]],
    leave: Callable[[K, nn.Module, Any], None],
    enter: Callable[[K], None] = lambda key: None,
) -> Iterator[None]:
    """Call ``enter(key)`` before and ``leave(key, layer, output)`` after every call of one of ``layers``."""
    handles = []
    for key, layer in layers:

        def before(layer: nn.Module, inputs: Any, key: K = key) -> None:
            enter(key)

        def after(layer: nn.Module, inputs: Any, output: Any, key: K = key) -> None:
            leave(key, layer, output)

        handles += [layer.register_forward_pre_hook(before), layer.register_forward_hook(after)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def watch(family: Family, batch: Batch, latent: Any) -> dict[str, list[Seen]]:
    """Let every player take its turn, and return what the layers of every network returned, in order.

    Args:
        family: the game, in the mode in which it is to be seen.
        batch: real data.
        latent: as many latents.

    Returns:
        The layers that have no parts of their own, by network. Outputs carry gradients to ``batch.real`` where
        it requires them. Layers that return no tensor are left out.
    """
    seen: dict[str, dict[str, Seen]] = {network: {} for network, _ in family.named_children()}

    def leave(key: tuple[str, str], layer: nn.Module, output: Any) -> None:
        network, name = key
        if name not in seen[network] and isinstance(output, Tensor):
            seen[network][name] = Seen(name, layer, output.clone())  # a rectifier may work in place on it

    with hooked(leaves(family), leave):
        take_turns(family, batch, latent)
    return {network: list(layers.values()) for network, layers in seen.items()}


def has_layers(network: nn.Module, kind: Kind) -> bool:
    """Say whether ``network`` has a layer of this kind."""
    return any(isinstance(layer, _TYPES[kind]) for layer in network.modules())


@torch.no_grad()
def activations(network: nn.Module, x: Tensor, kind: Kind) -> dict[str, Tensor]:
    """Run ``network`` on ``x`` and return what each layer of ``kind`` gives, by the layer's name.

    A layer's output is taken after the normalisation, non-linearity and dropout that follow it: after all
    modules up to the next layer with weights or the next one that changes the shape. Layers with a single
    output, such as the one that gives a critic's score, are left out.

    Args:
        network: called with ``x`` alone.
        x: (n, c, h, w) or (n, d).
        kind: the layers to read.

    Returns:
        (n, c, h, w) maps of convolutions or (n, f) codes of dense layers, in the order of their first call.
    """
    outputs: dict[str, Tensor] = {}
    current: str | None = None
    weighted = tuple(_TYPES.values())  # they may have parts: a spectral norm is one

    def leave(name: str, layer: nn.Module, output: Any) -> None:
        nonlocal current
        if isinstance(layer, weighted):
            current = name if isinstance(layer, _TYPES[kind]) else None
        elif current and not (isinstance(output, Tensor) and output.shape == outputs[current].shape):
            current = None
        if current:
            outputs[current] = output

    layers = [each for each in network.named_modules() if isinstance(each[1], weighted) or is_leaf(each[1])]
    with hooked(layers, leave):
        network(x)
    return {name: output for name, output in outputs.items() if output.shape[1] > 1}
