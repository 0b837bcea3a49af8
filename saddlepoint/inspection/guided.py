"""What happens inside networks: every layer's output on a batch, and guided backpropagation to its pixels."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Batch, Family, take_turns


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
    found: dict[str, dict[str, Seen]] = {name: {} for name, _ in family.named_children()}
    with _hooks(family, found):
        take_turns(family, batch, latent)
    return {network: list(layers.values()) for network, layers in found.items()}


def calibrated(family: Family, batch: Batch, latent: Any) -> Family:
    """Return a copy in evaluation mode whose batch normalisation uses the statistics of this batch.

    So a network that was never trained, whose running statistics mean nothing, can be set beside a trained one.
    """
    family = copy.deepcopy(family).eval()
    norms = [layer for layer in family.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all calls
        norm.train()
    watch(family, batch, latent)
    return family.eval()


def guided(family: Family) -> Family:
    """Return a copy for guided backpropagation (Springenberg et al. 2015).

    Its rectifiers give the same output, but on the way back they let only positive gradients of positive inputs
    pass; leaky ones, which DCGAN's critic has, do not leak there.
    """
    family = copy.deepcopy(family)
    for module in list(family.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.ReLU | nn.LeakyReLU):
                setattr(module, name, _Guided(getattr(child, "negative_slope", 0.0)))
    return family


class _Guided(nn.Module):
    def __init__(self, slope: float):
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return _Rectify.apply(x, self.slope)  # pyright: ignore[reportReturnType]


class _Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return gradients[0].clamp(min=0) * (x > 0), None


@contextmanager
def _hooks(family: Family, found: dict[str, dict[str, Seen]]) -> Iterator[None]:
    handles = []
    for network, module in family.named_children():
        for name, layer in module.named_modules():
            if not any(True for _ in layer.children()):
                handles.append(layer.register_forward_hook(_recorder(name, found[network])))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _recorder(name: str, found: dict[str, Seen]):
    def record(layer: nn.Module, inputs: Any, output: Any) -> None:
        if name not in found and isinstance(output, Tensor):
            found[name] = Seen(name, layer, output.clone())  # a rectifier may work in place on it

    return record
