"""cs231n's networks begin as its notebook's do."""

import math

import torch
from torch import nn

from saddlepoint.networks.cs231n import cs231n_critic, cs231n_generator, xavier_weights


def test_dense_and_transposed_layers_begin_by_glorots_rule_and_convolutions_by_pytorchs():
    torch.manual_seed(0)
    generator, critic = xavier_weights(cs231n_generator(96, 1)), xavier_weights(cs231n_critic(1))
    for layer in [*generator.modules(), *critic.modules()]:
        if isinstance(layer, nn.Linear | nn.ConvTranspose2d):
            ins, outs = nn.init._calculate_fan_in_and_fan_out(layer.weight)
            bound = math.sqrt(6 / (ins + outs))
        elif isinstance(layer, nn.Conv2d):
            bound = 1 / math.sqrt(layer.weight[0].numel())
        else:
            continue
        most = layer.weight.abs().max().item()
        assert 0.95 * bound < most <= bound, layer
