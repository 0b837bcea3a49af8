"""What the layers of a network make of an input."""

from typing import Any, Literal

import torch
from torch import Tensor, nn

Kind = Literal["convolutional", "dense"]

_TYPES: dict[Kind, type[nn.Module]] = {"convolutional": nn.Conv2d, "dense": nn.Linear}


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
    found: dict[str, Tensor] = {}
    current: str | None = None

    def watch(name: str, layer: nn.Module) -> Any:
        def leave(module: nn.Module, inputs: Any, output: Any) -> None:
            nonlocal current
            if isinstance(layer, tuple(_TYPES.values())):
                current = name if isinstance(layer, _TYPES[kind]) else None
            elif current and not (isinstance(output, Tensor) and output.shape == found[current].shape):
                current = None
            if current:
                found[current] = output

        return layer.register_forward_hook(leave)

    handles = [
        watch(name, layer)
        for name, layer in network.named_modules()
        if isinstance(layer, tuple(_TYPES.values())) or not any(True for _ in layer.children())
    ]
    try:
        network(x)
    finally:
        for handle in handles:
            handle.remove()
    return {name: output for name, output in found.items() if output.shape[1] > 1}


@torch.no_grad()
def settle(network: nn.Module, blocks: list[Tensor]) -> nn.Module:
    """Average the statistics of batch normalisation over ``blocks``; return ``network`` in evaluation mode.

    Args:
        network: called with one block at a time.
        blocks: inputs, of about equal length.
    """
    network.eval()
    norms = [layer for layer in network.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    before = [layer.momentum for layer in norms]
    for layer in norms:
        layer.reset_running_stats()
        layer.momentum = None  # the plain average of all blocks
        layer.train()
    for block in blocks if norms else []:
        network(block)
    for layer, momentum in zip(norms, before, strict=True):
        layer.momentum = momentum
    return network.eval()
