import torch
from torch import nn

from saddlepoint.inspection.batchnorm import recalibrate
from saddlepoint.inspection.recorder import activations, has_layers
from saddlepoint.networks.cs231n import cs231n_critic
from saddlepoint.networks.dcgan import dcgan_critic
from saddlepoint.networks.mlp import maxout_critic, mlp_critic


def test_convolutions_are_read_after_normalisation_and_activation():
    critic = dcgan_critic(16, 1, width=8, hidden=8).eval()
    x = torch.randn(3, 1, 16, 16)
    found = activations(critic, x, "convolutional")
    assert [tuple(maps.shape[1:]) for maps in found.values()] == [(32, 8, 8), (64, 4, 4)]
    body: nn.Sequential = critic.body  # pyright: ignore[reportAssignmentType]
    torch.testing.assert_close(found["body.down1"], body[:5](x))
    code = activations(critic, x, "dense")
    assert list(code) == ["body.dense"]
    torch.testing.assert_close(code["body.dense"], critic(x).feature)


def test_pooling_is_left_to_the_reader():
    found = activations(cs231n_critic(1).eval(), torch.randn(2, 1, 28, 28), "convolutional")
    assert [tuple(maps.shape[1:]) for maps in found.values()] == [(32, 24, 24), (64, 8, 8)]


def test_dense_critics_have_no_convolutions():
    critic = mlp_critic((1, 8, 8), (12, 6), activation=nn.ReLU)
    assert not has_layers(critic, "convolutional")
    x = torch.randn(4, 1, 8, 8)
    found = activations(critic, x, "dense")
    assert [tuple(code.shape) for code in found.values()] == [(4, 12), (4, 6)]
    assert all(bool((code >= 0).all()) for code in found.values())


def test_a_layer_under_a_reparametrisation_is_read():
    critic = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Conv2d(1, 4, 3)), nn.ReLU())
    found = activations(critic.eval(), torch.randn(2, 1, 8, 8), "convolutional")
    assert [tuple(maps.shape) for maps in found.values()] == [(2, 4, 6, 6)]
    assert (found["0"] >= 0).all()


def test_no_hook_is_left_behind():
    critic = maxout_critic((1, 8, 8), 5, 2).eval()
    activations(critic, torch.randn(2, 1, 8, 8), "dense")
    assert not any(layer._forward_hooks for layer in critic.modules())


def test_statistics_become_those_of_the_images():
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5))
    blocks = list(torch.randn(4, 50, 3).mul(2).add(5))
    recalibrate(network, lambda: [network(block) for block in blocks])
    norm: nn.BatchNorm1d = network[0]  # pyright: ignore[reportAssignmentType]
    torch.testing.assert_close(norm.running_mean, torch.stack([block.mean(0) for block in blocks]).mean(0))
    assert norm.momentum == 0.1
    assert not any(layer.training for layer in network.modules())
