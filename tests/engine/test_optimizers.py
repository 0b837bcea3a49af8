"""Updates do not depend on how a gradient lies in memory."""

import pytest
import torch
from torch import nn

from saddlepoint.core.experiment import Optimizer
from saddlepoint.engine.optimizers import PlayerOptimizer


@pytest.mark.parametrize("kind", ["adam", "sgd", "rmsprop"])
def test_a_channels_last_gradient_moves_its_own_weights(kind):
    torch.manual_seed(0)
    start, gradient = torch.randn(8, 4, 3, 3), torch.randn(8, 4, 3, 3)
    moved = []
    for form in (torch.contiguous_format, torch.channels_last):
        weight = nn.Parameter(start.clone())
        descent = PlayerOptimizer(Optimizer(lr=0.1, kind=kind), {"w": weight}, torch.device("cpu"))
        for _ in range(2):
            descent.update((gradient.contiguous(memory_format=form),))
        moved.append(weight.detach())
    assert torch.equal(*moved)
    assert not torch.equal(moved[0], start)
