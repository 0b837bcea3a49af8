"""Small pieces of networks."""

import torch

from saddlepoint.networks.blocks import Maxout, ToMap


def test_maxout_is_the_largest_piece_of_each_unit():
    layer = Maxout(3, units=4, pieces=5)
    x = torch.randn(7, 3)
    pieces = (x @ layer.linear.weight.T + layer.linear.bias).reshape(7, 4, 5)
    torch.testing.assert_close(layer(x), pieces.max(dim=2).values)


def test_to_map_is_a_channels_last_view():
    x = torch.arange(2 * 4 * 4 * 3, dtype=torch.float32).reshape(2, -1)
    folded = ToMap(3, 4)(x)
    assert folded.shape == (2, 3, 4, 4)
    assert folded.is_contiguous(memory_format=torch.channels_last)
    assert folded.data_ptr() == x.data_ptr()
