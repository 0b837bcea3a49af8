"""Rooms with boxes and balls in them, seen by a camera: pictures whose surfaces are known exactly."""

from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request, sources

if TYPE_CHECKING:
    from saddlepoint.data.ray_marching import Rooms

SIDE, SIDES = 32, (16, 128)  # pixels by default; the least and the most
COUNT, COUNTS = 4_000, (20, 1_000_000)  # training views; a tenth as many validate, and as many test
THINGS = 4  # at most
PATTERNS = (0.55, 0.15, 0.15, 0.15)  # chances of plain, striped, chequered and veined surfaces
SEED = 20_161_010
VERSION = 1  # of the rooms and of how they are drawn
_BLOCK = 65_536  # rays at a time


@sources.register()
def scenes(request: Request) -> Dataset:
    """4,000 pictures of rooms with the normal of every pixel, 32×32; or scenes:SIDE, scenes:SIDE:COUNT.

    A room has one to four boxes and balls, plain, striped, chequered or veined surfaces, and a lamp under the
    ceiling. All of that and the camera's place are random, and always the same. Rendered once, in less than a
    minute for 4,000 of 32 pixels; a tenth as many more to validate and to test. SIDE is from 16 to 128.
    """
    side, count = _asked(request)
    parts = {"train": count, "validation": count // 10, "test": count // 10}
    splits = {
        part: Split(_views(number, (SEED, index), side, request))
        for index, (part, number) in enumerate(parts.items())
    }
    mark = fingerprint(f"scenes {VERSION} {SEED} {side} {parts}")
    return Dataset(_name(side, count), request.source, "views", splits, fingerprint=mark)


def _name(side: int, count: int) -> str:
    numbers = (side, count) if count != COUNT else (side,) if side != SIDE else ()
    return "-".join(map(str, ("scenes", *numbers)))


def _asked(request: Request) -> tuple[int, int]:
    """Return the side in pixels and the number of training views."""
    if request.argument is None:
        return SIDE, COUNT
    side, colon, count = request.argument.partition(":")
    for text, (least, most) in ((side, SIDES), (count if colon else str(COUNT), COUNTS)):
        if not text.isdecimal() or not least <= int(text) <= most:
            raise UserError(
                f"scenes:{request.argument} names no views; write scenes:SIDE or scenes:SIDE:COUNT, with "
                f"{SIDES[0]} to {SIDES[1]} pixels and {COUNTS[0]} to {COUNTS[1]:,} training views"
            )
    return int(side), int(count) if colon else COUNT


def _views(count: int, seed: tuple[int, int], side: int, request: Request) -> np.ndarray:
    """Return uint8 (count, 2, side, side, 3): pictures, and normals from −1 to 1 as 0 to 255."""
    place = f"scenes-{side}-{count}-{seed[1]}"
    name = f"{place}-{cache.key(VERSION, *seed)}"

    def fill(rows: cache.Rows) -> dict:
        block = max(1, _BLOCK // side**2)
        rng = np.random.default_rng(seed)
        for start in range(0, count, block):
            request.report(f"rendering {count:,} rooms, once", start, count)
            for view in drawn(rng, min(block, count - start), side):
                rows.append(view.reshape(2 * side, side, 3))
        return {}

    entry = cache.lookup(name) or cache.build(name, place, fill)
    return entry.array.reshape(count, 2, side, side, 3)


def drawn(rng: np.random.Generator, count: int, side: int) -> np.ndarray:
    """Return uint8 (count, 2, side, side, 3): random rooms, and normals from −1 to 1 as 0 to 255."""
    from saddlepoint.data.ray_marching import render  # reading data does not need torch, but rendering does

    picture, normal = render(random_rooms(rng, count), side)
    levels = [picture * 255, (normal + 1) * 127.5]
    return np.stack([level.round().clamp(0, 255).byte().numpy() for level in levels], 1)


def random_rooms(rng: np.random.Generator, count: int) -> "Rooms":
    """Return rooms with one to four things before the camera."""
    import torch

    from saddlepoint.data.ray_marching import Rooms, Shapes

    k, m = THINGS, 3 + THINGS
    low = np.stack([rng.uniform(-3, -2, count), np.zeros(count), np.full(count, -0.5)])
    high = np.stack([rng.uniform(2, 3, count), rng.uniform(2.3, 3, count), rng.uniform(3.5, 5.5, count)])
    camera = np.stack([rng.uniform(-1, 1, count), rng.uniform(1.1, 1.7, count), np.zeros(count)])
    yaw, pitch = rng.uniform(-0.6, 0.6, count), rng.uniform(-0.35, -0.05, count)
    ball = rng.random((k, count)) < 0.5
    half = rng.uniform(0.25, 0.65, (3, k, count))
    half = np.where(ball, half[:1], half)
    # Things stand on the floor, in the middle of what the camera sees; those that are not there lie far below.
    ahead, aside = rng.uniform(1.7, 3.6, (k, count)), yaw + rng.uniform(-0.55, 0.55, (k, count))
    there = np.arange(k)[:, None] < rng.integers(1, k + 1, count)
    depth = np.where(there, half[1], -100.0)
    centre = np.stack([camera[0] + ahead * np.sin(aside), depth, ahead * np.cos(aside)])
    angle = rng.uniform(0, np.pi / 2, (k, count))
    shapes = (low, high, centre, half, np.stack([np.cos(angle), np.sin(angle)]), ball)
    lamp = np.stack([rng.uniform(low[0] / 2, high[0] / 2), high[1] - 0.3, rng.uniform(0, 3, count)])
    direction = rng.standard_normal((3, m, count))
    wave = direction / np.linalg.norm(direction, axis=0) * rng.uniform(4, 8, (m, count))
    pattern, shift = rng.choice(4, (m, count), p=PATTERNS), rng.uniform(0, 2 * np.pi, (3, m, count))
    rest = (camera, _axes(yaw, pitch), lamp, _colours(rng, (m, count)), pattern, wave, shift)

    def tensors(parts: tuple[np.ndarray, ...]) -> list[torch.Tensor]:
        found = map(torch.from_numpy, parts)
        return [tensor.float() if tensor.is_floating_point() else tensor for tensor in found]

    return Rooms(Shapes(*tensors(shapes)), *tensors(rest))


def _axes(yaw: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Return (3, 3, n) rows that point right, up and back of cameras that look along z, turned and tilted."""
    zero = np.zeros_like(yaw)
    right = np.stack([np.cos(yaw), zero, -np.sin(yaw)])
    ahead = np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    return np.stack([right, np.cross(ahead, right, axis=0), -ahead])


def _colours(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Return (2, 3, *shape) colours: one, and a darker shade of it."""
    hue, pale, level = rng.random(shape), rng.uniform(0.3, 1, shape), rng.uniform(0.45, 1, shape)
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (hue - np.array([0, 1 / 3, 2 / 3])[:, None, None]))
    first = level * (pale + (1 - pale) * wheel)
    return np.stack([first, first * rng.uniform(0.3, 0.7, shape)])
