"""Convolutions by patches: every product and all its derivatives against the library's and numerical ones."""

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from saddlepoint.compute import patch_convolution
from saddlepoint.compute.patch_convolution import PRODUCTS, Geometry, install, product, suits

GEOMETRIES = [(4, 2, 1, 8), (3, 1, 1, 5), (5, 2, 2, 7), (3, 2, 1, 8), (1, 1, 0, 4)]
FACTORS = {"down": ("large", "weight"), "up": ("small", "weight"), "match": ("large", "small")}


def maps(shape, patches=()):
    kernel, stride, padding, side = shape
    geometry = Geometry(kernel, stride, padding, side, frozenset(patches))
    rng = torch.Generator().manual_seed(0)
    shapes = {
        "large": (2, 3, side, side),
        "small": (2, 2, geometry.small, geometry.small),
        "weight": (2, 3, kernel, kernel),
    }
    found = {
        name: torch.randn(shape, generator=rng, dtype=torch.float64).requires_grad_()
        for name, shape in shapes.items()
    }
    return geometry, found


@pytest.mark.parametrize("patches", [(), tuple(PRODUCTS)], ids=["library", "patches"])
@pytest.mark.parametrize("name", list(PRODUCTS))
@pytest.mark.parametrize("shape", GEOMETRIES)
def test_first_and_second_derivatives_are_numerical_ones(shape, name, patches):
    geometry, found = maps(shape, patches)
    factors = [found[part] for part in FACTORS[name]]

    def function(a, b):
        return product(name, a, b, geometry)

    assert torch.autograd.gradcheck(function, factors, fast_mode=True)
    assert torch.autograd.gradgradcheck(function, factors, fast_mode=True)


@pytest.mark.parametrize("name", list(PRODUCTS))
@pytest.mark.parametrize("shape", GEOMETRIES)
def test_patches_equal_the_library(shape, name):
    geometry, found = maps(shape)
    first, second = (found[part].detach() for part in FACTORS[name])
    ours = PRODUCTS[name](first, second, geometry._replace(patches=frozenset({name})))
    torch.testing.assert_close(ours, PRODUCTS[name](first, second, geometry), rtol=1e-12, atol=1e-12)


def test_down_is_a_convolution():
    geometry, found = maps((4, 2, 1, 8), PRODUCTS)
    expected = F.conv2d(found["large"], found["weight"], stride=2, padding=1)
    torch.testing.assert_close(product("down", found["large"], found["weight"], geometry), expected)


def test_a_gradient_that_nobody_asks_for_is_not_computed(monkeypatch):
    calls = []
    for name, function in PRODUCTS.items():

        def spy(*arguments, name=name, function=function):
            calls.append(name)
            return function(*arguments)

        monkeypatch.setitem(patch_convolution.PRODUCTS, name, spy)
    geometry, found = maps((4, 2, 1, 8), ("match",))
    large, weight = found["large"], found["weight"]

    def gradients(wanted, **settings):
        out = product("down", large, weight, geometry)
        calls.clear()
        return torch.autograd.grad(out.square().sum(), wanted, **settings)

    gradients(large)
    assert calls == ["up"]
    gradients(weight)
    assert calls == ["match"]
    (gradient,) = gradients(large, create_graph=True)
    calls.clear()
    torch.autograd.grad(gradient.square().sum(), weight)
    assert "match" in calls


def pair(**settings):
    torch.manual_seed(0)
    layers = nn.Sequential(
        nn.Conv2d(1, 6, 4, 2, 1, **settings),
        nn.LeakyReLU(0.2, inplace=True),
        nn.ConvTranspose2d(6, 2, 5, 2, 2, 1, **settings),
    )
    layers.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    swift = copy.deepcopy(layers)
    install(swift, {"0": ("down", "up", "match"), "2": ("down", "up", "match")})
    x = torch.randn(3, 1, 12, 12).contiguous(memory_format=torch.channels_last)
    return layers, swift, x


@pytest.mark.parametrize("bias", [True, False])
def test_installed_layers_train_as_before(bias):
    layers, swift, x = pair(bias=bias)
    results = []
    for network in (layers, swift, copy.deepcopy(swift)):
        leaf = x.clone().requires_grad_()
        out = network(leaf)
        results.append((out, *torch.autograd.grad(out.square().sum(), [leaf, *network.parameters()])))
    for expected, ours, copied in zip(*results, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5)
        assert torch.equal(ours, copied)


def test_installed_layers_agree_in_bf16_to_its_digits():
    layers, swift, x = pair(bias=True)
    exact = layers(x)
    with torch.autocast("cpu", torch.bfloat16):
        ours = swift(x)
    assert ours.dtype == torch.bfloat16
    torch.testing.assert_close(ours.float(), exact, rtol=0.03, atol=0.03)


def test_evaluation_is_left_to_the_library():
    layers, swift, x = pair(bias=True)
    assert torch.equal(swift.eval()(x), layers.eval()(x))


def test_what_does_not_suit():
    class Own(nn.Conv2d):
        def forward(self, x):
            return super().forward(x) * 2

    assert suits(nn.Conv2d(2, 2, 3))
    assert suits(nn.ConvTranspose2d(2, 2, 3))
    assert not suits(Own(2, 2, 3))
    assert not suits(nn.Linear(2, 2))
    settings: tuple[dict[str, Any], ...] = (
        {"groups": 2},
        {"dilation": 2},
        {"padding": "same"},
        {"padding_mode": "reflect"},
    )
    for one in settings:
        assert not suits(nn.Conv2d(2, 2, 3, **one)), one
    assert not suits(nn.Conv2d(2, 2, (3, 5)))
