"""What layers return, and guided backpropagation against a network small enough to do by hand."""

import pytest
import torch
from torch import nn

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch
from saddlepoint.inspection.batchnorm import calibrated
from saddlepoint.inspection.guided import guided
from saddlepoint.inspection.recorder import watch


def game(recipe="dcgan", shape=(8, 8, 1), **flags):
    torch.manual_seed(0)
    family = recipes.get(recipe).build(DataSpec("toy", "images", shape, (), 40), **flags).family
    batch = Batch(torch.randn(6, shape[2], *shape[:2], requires_grad=True))
    return family, batch, family.latent(6, rng=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("penalty", [(), ("r1",), ("gradient_penalty",)])
def test_every_layer_is_seen_in_order_before_later_ones_change_it(penalty):
    family, batch, latent = game(width=4, penalty=penalty, gamma=(1.0,) if penalty else ())
    family.eval()
    seen = watch(family, batch, latent)
    assert list(seen) == ["generator", "critic"]
    names = [layer.name for layer in seen["critic"]]
    leaves = [
        name for name, part in family.get_submodule("critic").named_modules() if not list(part.children())
    ]
    assert names == leaves
    first, leaky = seen["critic"][:2]
    torch.testing.assert_close(first.output, first.layer(batch.real))
    torch.testing.assert_close(leaky.output, nn.functional.leaky_relu(first.output, 0.2))
    assert (first.output < 0).any(), "the rectifier works in place, on a copy"
    torch.testing.assert_close(seen["generator"][-1].output, family.generate(latent))
    (gradient,) = torch.autograd.grad(seen["critic"][-1].output[0].sum(), batch.real)
    assert gradient[0].any()
    assert not gradient[1:].any(), "in evaluation mode images do not know each other"
    assert not any(part._forward_hooks for part in family.modules())


def test_calibration_normalises_the_batch_and_leaves_the_original_alone():
    family, batch, latent = game(width=8, hidden=0)
    before = {name: tensor.clone() for name, tensor in family.state_dict().items()}
    copy = calibrated(family, batch, latent)
    assert all(torch.equal(before[name], tensor) for name, tensor in family.state_dict().items())
    assert family.training
    assert not any(part.training for part in copy.modules())
    maps = next(layer for layer in watch(copy, batch, latent)["generator"] if layer.name == "norm0")
    assert maps.output.mean((0, 2, 3)).abs().max() < 1e-5


def test_guided_backpropagation_by_hand():
    family, _, _ = game(width=4)
    first, last = nn.Linear(2, 2, bias=False), nn.Linear(2, 1)
    critic = nn.Sequential(first, nn.LeakyReLU(0.2, inplace=True), last)
    with torch.no_grad():
        first.weight.copy_(torch.eye(2))
        last.weight.copy_(torch.tensor([[3.0, -2.0]]))
    family.critic = critic
    copy = guided(family).get_submodule("critic")
    x = torch.tensor([[1.0, 1.0], [-1.0, -1.0]], requires_grad=True)
    torch.testing.assert_close(copy(x), critic(x))
    # The second unit's gradient is negative, the second input is: only 3 in the first row passes.
    (gradient,) = torch.autograd.grad(copy(x).sum(), x)
    assert gradient.tolist() == [[3.0, 0.0], [0.0, 0.0]]
    (plain,) = torch.autograd.grad(critic(x).sum(), x)
    torch.testing.assert_close(plain, torch.tensor([[3.0, -2.0], [0.6, -0.4]]))
