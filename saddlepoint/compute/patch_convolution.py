"""Convolutions as matrix products over patches, for the layers where this is faster than the library's own.

A strided convolution relates a large map, a small map and a weight. Three products of two of them give the
third, and each is linear in both, so the gradients of one are the other two:

- ``down``: large and weight give small: a convolution, or the input gradient of a transposed one;
- ``up``: small and weight give large: a transposed convolution, or the input gradient of a convolution;
- ``match``: large and small give the weight: the weight gradient of either.

Each can go the library's way or by patches, and be differentiated as often as one likes. Which way is faster
depends on machine, layer and product: :mod:`saddlepoint.compute.patch_choice` measures it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple, TypeGuard

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.grad import conv2d_weight

Product = Literal["down", "up", "match"]
Convolution = nn.Conv2d | nn.ConvTranspose2d
_PLAIN = (nn.Conv2d.forward, nn.ConvTranspose2d.forward)  # subclasses may do more


class Geometry(NamedTuple):
    """How the large map (n, c, side, side) and the small one lie to each other, and what takes patches.

    Attributes:
        kernel: side of the kernel.
        stride: pixels of the large map a pixel of the small one.
        padding: zeros around the large map.
        side: of the large map.
        patches: products that go by patches.
    """

    kernel: int
    stride: int
    padding: int
    side: int
    patches: frozenset[Product] = frozenset()

    @property
    def small(self) -> int:
        """Side of the small map."""
        return (self.side + 2 * self.padding - self.kernel) // self.stride + 1


def suits(layer: nn.Module) -> TypeGuard[Convolution]:
    """Say whether a layer is a convolution that the products here describe."""
    if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) or type(layer).forward not in _PLAIN:
        return False
    square = all(isinstance(side, tuple) and len({*side}) == 1 for side in (layer.kernel_size, layer.stride))
    square = square and isinstance(layer.padding, tuple) and len({*layer.padding}) == 1
    return square and layer.groups == 1 and layer.dilation == (1, 1) and layer.padding_mode == "zeros"


def geometry(layer: Convolution, side: int, patches: frozenset[Product] = frozenset()) -> Geometry:
    """Return the geometry of a convolution whose input has ``side`` pixels."""
    kernel, stride, padding = layer.kernel_size[0], layer.stride[0], int(layer.padding[0])
    if isinstance(layer, nn.ConvTranspose2d):
        side = (side - 1) * stride - 2 * padding + kernel + layer.output_padding[0]
    return Geometry(kernel, stride, padding, side, patches)


def install(family: nn.Module, kernels: Mapping[str, tuple[Product, ...]]) -> None:
    """Let the convolutions named in ``kernels`` train by the products given there; evaluation is left alone."""
    for name, products in kernels.items():
        layer: Any = family.get_submodule(name)
        layer.forward = partial(_forward, layer, frozenset(products))


def _forward(layer: Any, patches: frozenset[Product], x: Tensor) -> Tensor:
    if not layer.training:
        return type(layer).forward(layer, x)
    weight, bias = layer.weight, layer.bias
    if torch.is_autocast_enabled(x.device.type):
        dtype = torch.get_autocast_dtype(x.device.type)
        x, weight, bias = x.to(dtype), weight.to(dtype), None if bias is None else bias.to(dtype)
    name: Product = "up" if isinstance(layer, nn.ConvTranspose2d) else "down"
    out = product(name, x, weight, geometry(layer, x.shape[-1], patches))
    return out if bias is None else out + bias[:, None, None]


def product(name: Product, first: Tensor, second: Tensor, geometry: Geometry) -> Tensor:
    """Return a product of two of large map, small map and weight, in this order; differentiable in both."""
    pair = _Pair(name, first, second, geometry)
    with torch.no_grad():
        value = PRODUCTS[name](first, second, geometry)
    wanted = [i for i, factor in enumerate((first, second)) if factor.requires_grad]
    if not (wanted and torch.is_grad_enabled()):
        return value
    # A node for each gradient, with an edge to its own factor: autograd leaves out what nobody asks for.
    return _Value.apply([value], *(_Gradient.apply((first, second)[i], pair, i, value) for i in wanted))


class _Pair(NamedTuple):
    """Two factors and what is made of them."""

    name: Product
    first: Tensor
    second: Tensor
    geometry: Geometry


class _Value(torch.autograd.Function):
    """A tensor that is there already, whose gradient goes to companions of the same shape."""

    @staticmethod
    def forward(value: list[Tensor], *companions: Tensor) -> Tensor:
        return value[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.count = len(inputs) - 1

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        return None, *[gradient] * ctx.count


class _Gradient(torch.autograd.Function):
    """A companion of a product: zeros forward, and backward the gradient of one of its factors."""

    @staticmethod
    def forward(factor: Tensor, pair: _Pair, which: int, value: Tensor) -> Tensor:
        return value.new_zeros(()).expand(value.shape)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _, ctx.pair, ctx.which, _ = inputs  # held, not saved: a saved factor would be an edge to it

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        pair = ctx.pair
        name, gradient_first = _GRADIENTS[pair.name][ctx.which]
        known = pair.first if ctx.which else pair.second
        factors = (gradient, known) if gradient_first else (known, gradient)
        return product(name, *factors, pair.geometry), None, None, None


# For each product the gradients of its two factors: which product gives it, and whether the incoming gradient
# is that product's first factor.
_GRADIENTS: dict[Product, tuple[tuple[Product, bool], tuple[Product, bool]]] = {
    "down": (("up", True), ("match", False)),
    "up": (("down", True), ("match", True)),
    "match": (("up", False), ("down", False)),
}


def down(large: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    """Return the small map (n, o, s, s) of a large one (n, c, side, side) under a weight (o, c, k, k)."""
    if "down" not in geometry.patches:
        return F.conv2d(large, weight, None, geometry.stride, geometry.padding)
    out = _map(large, len(weight), geometry.small)
    torch.mm(_unfold(large, geometry), _rows(weight).T, out=_pixels(out))
    return out


def up(small: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    """Return the large map (n, c, side, side) of a small one (n, o, s, s) under a weight (o, c, k, k)."""
    kernel, stride, padding, side, _ = geometry
    if "up" not in geometry.patches:
        rest = side - ((geometry.small - 1) * stride - 2 * padding + kernel)
        return F.conv_transpose2d(small, weight, None, stride, padding, rest)
    n, s = len(small), geometry.small
    parts = (_pixels(small) @ _rows(weight)).view(n, s, s, kernel, kernel, -1)
    exact = torch.promote_types(parts.dtype, torch.float32)  # bf16 sums of what overlaps would lose digits
    whole = parts.new_zeros((n, side + 2 * padding, side + 2 * padding, parts.shape[-1]), dtype=exact)
    reach = stride * (s - 1) + 1
    for i in range(kernel):
        for j in range(kernel):
            whole[:, i : i + reach : stride, j : j + reach : stride] += parts[:, :, :, i, j]
    inner = whole[:, padding : padding + side, padding : padding + side]
    return _map(small, parts.shape[-1], side).copy_(inner.permute(0, 3, 1, 2))


def match(large: Tensor, small: Tensor, geometry: Geometry) -> Tensor:
    """Return the weight (o, c, k, k) that a large map (n, c, side, side) and a small one (n, o, s, s) give."""
    kernel, stride, padding, _, patches = geometry
    outputs, inputs = small.shape[1], large.shape[1]
    if "match" not in patches:
        shape = (outputs, inputs, kernel, kernel)
        return conv2d_weight(large, shape, small, stride, padding)
    found = _pixels(small).T @ _unfold(large, geometry)
    return found.view(outputs, kernel, kernel, inputs).permute(0, 3, 1, 2)


PRODUCTS: dict[Product, Callable[[Tensor, Tensor, Geometry], Tensor]] = {"down": down, "up": up, "match": match}


def _unfold(large: Tensor, geometry: Geometry) -> Tensor:
    """Return the patches under the kernel, (n·s·s, k·k·c)."""
    kernel, stride, padding, _, _ = geometry
    x = large.permute(0, 2, 3, 1)
    x = F.pad(x, (0, 0, padding, padding, padding, padding)) if padding else x.contiguous()
    (n, _, _, c), (a, b, d, e), s = x.shape, x.stride(), geometry.small
    view = x.as_strided((n, s, s, kernel, kernel, c), (a, stride * b, stride * d, b, d, e))
    return view.reshape(n * s * s, kernel * kernel * c)


def _map(like: Tensor, channels: int, side: int) -> Tensor:
    """Return an empty channels-last map; not a view, since activations may work on it in place."""
    shape = (len(like), channels, side, side)
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)


def _pixels(map_: Tensor) -> Tensor:
    """Return a map (n, c, h, w) as (n·h·w, c)."""
    return map_.permute(0, 2, 3, 1).reshape(-1, map_.shape[1])


def _rows(weight: Tensor) -> Tensor:
    """Return a weight (o, c, k, k) as (o, k·k·c)."""
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1)
