"""Guided backpropagation: what in an input makes a layer respond."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Family


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
