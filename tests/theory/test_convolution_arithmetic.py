"""Sizes, overlaps and matrices of transposed convolutions, against torch's own layers."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from saddlepoint.core.errors import UserError
from saddlepoint.networks.dcgan import upsample
from saddlepoint.theory.convolution_arithmetic import Layer, cut, same

LAYERS = [
    Layer(kernel, stride, padding, extra)
    for kernel, stride in itertools.product((1, 2, 4, 5), (1, 2, 3))
    for padding in {0, kernel // 2}
    for extra in {0, stride - 1}
]
SIDE = 6


def transposed(x, weight, layer):
    return F.conv_transpose1d(
        x, weight, stride=layer.stride, padding=layer.padding, output_padding=layer.output_padding
    )


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_sizes_overlaps_and_matrix_are_those_of_torch(layer):
    weight = torch.randn(1, 1, layer.kernel, dtype=torch.float64)
    small, one = torch.randn(2, 1, 1, SIDE, dtype=torch.float64)
    large = transposed(small, weight, layer)
    assert large.shape[-1] == layer.grown(SIDE)
    assert layer.shrunk(layer.grown(SIDE)) == SIDE
    matrix = layer.matrix(SIDE, weight.flatten().numpy())
    assert np.allclose(large.flatten(), matrix.T @ small.flatten().numpy(), atol=1e-12)
    back = F.conv1d(large, weight, stride=layer.stride, padding=layer.padding)
    assert np.allclose(back.flatten(), matrix @ large.flatten().numpy(), atol=1e-12)
    assert (back * one).sum().item() == pytest.approx((large * transposed(one, weight, layer)).sum().item())
    counts = transposed(torch.ones_like(small), torch.ones_like(weight), layer)
    assert counts.flatten().tolist() == layer.reached(SIDE).tolist()


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_origins_are_all_that_shrink_to_a_side(layer):
    found = [
        side for side in range(1, 40) if side + 2 * layer.padding >= layer.kernel and layer.shrunk(side) == 6
    ]
    assert list(layer.origins(6)) == found


@pytest.mark.parametrize(
    ("kernel", "stride", "least", "most"), [(3, 2, 1, 2), (4, 2, 2, 2), (5, 3, 1, 2), (2, 3, 0, 1)]
)
def test_inner_pixels_are_reached_evenly_where_the_stride_divides_the_kernel(kernel, stride, least, most):
    layer = Layer(kernel, stride)
    inner = layer.reached(20)[kernel:-kernel]
    assert layer.inner() == (least, most) == (inner.min(), inner.max())


@pytest.mark.parametrize("kernel", range(1, 8))
@pytest.mark.parametrize("stride", [2, 3])
def test_same_multiplies_the_side_and_begins_where_an_odd_cut_says(kernel, stride):
    layer, (start, end) = same(kernel, stride), cut(kernel, stride)
    assert [layer.grown(side) for side in (1, 4, 7)] == [stride, 4 * stride, 7 * stride]
    weight, x = torch.randn(1, 1, kernel, dtype=torch.float64), torch.randn(1, 1, SIDE, dtype=torch.float64)
    ours = transposed(x, weight, layer).flatten()
    whole = torch.cat([transposed(x, weight, Layer(kernel, stride)).flatten(), torch.zeros(stride)])
    theirs = whole[start : start + SIDE * stride]
    late = layer.padding - start
    assert late == (end - start if kernel > stride else 0)
    assert torch.allclose(ours[: len(ours) - late], theirs[late:], atol=1e-12)


@pytest.mark.parametrize("kernel", range(2, 7))
def test_the_generators_layers_are_same(kernel):
    theirs, ours = upsample(1, 1, kernel, 7, 14), same(kernel, 2)
    assert (theirs.padding[0], theirs.output_padding[0]) == (ours.padding, ours.output_padding)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: Layer(3, 2, 3).grown(7), "--padding 3 with --kernel 3: .* at most 2"),
        (lambda: Layer(4, 2, 3).grown(1), "leave no output .-2 pixels.; give a smaller --padding"),
        (lambda: same(4, 1), "--kernel 4 with --stride 1 cannot keep the size: .* odd --kernel, for example 5"),
    ],
)
def test_impossible_layers_are_refused_in_a_sentence(make, what):
    with pytest.raises(UserError, match=what):
        make()
