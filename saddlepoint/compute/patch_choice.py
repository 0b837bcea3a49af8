"""Which convolutions of a network are faster by patches on this machine, product by product."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.compute.patch_convolution import PRODUCTS, Geometry, Product, geometry, suits
from saddlepoint.compute.thread_count import GAIN

GLANCE = 0.02  # seconds for one product
SMALL = 2e-4  # seconds of a layer below which the detour through Python costs more than patches save


class Seen(NamedTuple):
    """A convolution as it ran: its geometry and the shapes of large map, small map and weight."""

    geometry: Geometry
    large: tuple[int, ...]
    small: tuple[int, ...]
    weight: tuple[int, ...]


@contextmanager
def watching(family: nn.Module) -> Iterator[dict[str, Seen]]:
    """Yield a dictionary that is filled with the convolutions that run inside the block, by name."""
    found: dict[str, Seen] = {}
    handles = []

    def watch(name: str, layer: Any) -> None:
        def run(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            x = inputs[0]
            maps = (tuple(x.shape), tuple(output.shape))
            large, small = reversed(maps) if isinstance(layer, nn.ConvTranspose2d) else maps
            found[name] = Seen(geometry(layer, x.shape[-1]), large, small, tuple(layer.weight.shape))

        handles.append(layer.register_forward_hook(run))

    for name, layer in family.named_modules():
        if suits(layer):
            watch(name, layer)
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def faster_by_patches(
    seen: Mapping[str, Seen],
    dtype: torch.dtype,
    limit: float,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, tuple[Product, ...]]:
    """Return which products of which convolutions are faster by patches.

    Args:
        seen: the convolutions by name.
        dtype: of their maps and weights.
        limit: seconds after which no further one is tried: it keeps the library's way.
        clock: seconds.
    """
    end = clock() + limit
    ways: dict[Seen, list[Product]] = {}
    for one in seen.values():
        if one not in ways:
            ways[one] = products_by_patches(one, dtype) if clock() <= end else []
    return {name: tuple(ways[one]) for name, one in seen.items() if ways[one]}


def products_by_patches(seen: Seen, dtype: torch.dtype) -> list[Product]:
    """Return the products of a convolution that are faster by patches, if that speeds it up as a whole."""
    shapes = {"large": seen.large, "small": seen.small, "weight": seen.weight}
    maps = {
        name: torch.randn(shape, dtype=dtype).to(memory_format=torch.channels_last)
        for name, shape in shapes.items()
    }
    factors = {"down": ("large", "weight"), "up": ("small", "weight"), "match": ("large", "small")}
    usual, least = 0.0, 0.0
    chosen: list[Product] = []
    for name, product in PRODUCTS.items():
        pair = [maps[part] for part in factors[name]]
        patched = seen.geometry._replace(patches=frozenset({name}))
        library, patches = best_times(
            partial(product, *pair, seen.geometry), partial(product, *pair, patched), seconds=GLANCE
        )
        usual += library
        if patches < GAIN * library:
            chosen.append(name)
        least += patches if name in chosen else library
    return chosen if usual > SMALL and least < GAIN * usual else []


def best_times(*ways: Callable[[], object], seconds: float, least: int = 3) -> list[float]:
    """Return the shortest time of each way, which disturbances only lengthen.

    The ways take turns, at least ``least`` times each and until ``seconds`` are spent on each on average.
    """
    for way in ways:
        way()
    times: list[list[float]] = [[] for _ in ways]
    while len(times[0]) < least or sum(map(sum, times)) < seconds * len(ways):
        for way, found in zip(ways, times, strict=True):
            start = time.perf_counter()
            way()
            found.append(time.perf_counter() - start)
    return [min(found) for found in times]
