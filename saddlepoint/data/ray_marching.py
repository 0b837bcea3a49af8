"""Pictures of rooms with things in them, and which way each surface faces, by sphere tracing.

A scene is a signed-distance function: how far a point is from the nearest surface, which a ray may therefore go
without passing through any (Hart 1996). Normals are the function's gradient where the ray ends, in closed form.
Rooms have y upwards, the floor at 0, lengths in metres; angles are in radians. Rooms and rays are the last axis
of all tensors, so that each operation goes through memory in one stretch.
"""

from typing import NamedTuple

import torch
from torch import Tensor

STEPS, NEAR = 96, 2e-3  # of a ray at most; metres from a surface at which it has arrived
THINNED = 4  # steps after which rays that have arrived are left out
LIFT = 0.02  # metres off the surface where a ray to the lamp begins
AMBIENT = 0.4
FADING = 0.04  # of the lamp with the square of the distance
VIEW = 0.75  # tangent of half the angle of view


class Shapes(NamedTuple):
    """The surfaces of n rooms with k things each.

    Attributes:
        low: (3, n) corner of the room.
        high: (3, n) the opposite one.
        centre: (3, k, n) of things.
        half: (3, k, n) half the sides of a box; a ball has its radius in all of them.
        turn: (2, k, n) cosine and sine of the angle of a box about the vertical.
        ball: (k, n) whether a thing is a ball.
    """

    low: Tensor
    high: Tensor
    centre: Tensor
    half: Tensor
    turn: Tensor
    ball: Tensor

    def take(self, rows: Tensor) -> "Shapes":
        """Return those of the rooms at ``rows``, as often as they are named."""
        return Shapes(*(part[..., rows] for part in self))


class Rooms(NamedTuple):
    """n rooms with m = 3 + k materials each: those of floor, ceiling and walls, then of the things.

    Attributes:
        shapes: their surfaces.
        camera: (3, n) where it stands.
        axes: (3, 3, n) its rows point right, up and towards the viewer.
        lamp: (3, n) where it hangs.
        colours: (2, 3, m, n) of a material, in [0, 1].
        pattern: (m, n) plain (0), stripes, checks or veins.
        wave: (3, m, n) direction of stripes and veins times their frequency, radians a metre.
        shift: (3, m, n) phase of a pattern.
    """

    shapes: Shapes
    camera: Tensor
    axes: Tensor
    lamp: Tensor
    colours: Tensor
    pattern: Tensor
    wave: Tensor
    shift: Tensor


class Hits(NamedTuple):
    """Where n rays end.

    Attributes:
        normal: (3, n) of unit length, out of the surface.
        material: (n,) which of the room's.
        local: (3, n) the place as the thing itself has it, for its pattern.
    """

    normal: Tensor
    material: Tensor
    local: Tensor


def render(rooms: Rooms, side: int) -> tuple[Tensor, Tensor]:
    """Return pictures (n, side, side, 3) in [0, 1] and unit normals of the same shape.

    A pixel is the colour in its middle. Normals are the camera's own: right, up, and towards the viewer.
    """
    count = rooms.camera.shape[1]
    middle = (torch.arange(side, dtype=rooms.camera.dtype) + 0.5) / side * 2 - 1
    down, across = torch.meshgrid(middle, middle, indexing="ij")
    seen = torch.stack([VIEW * across, -VIEW * down, -torch.ones_like(down)]).flatten(1)  # (3, side²)
    direction = torch.einsum("ijn,ip->jnp", rooms.axes, seen / seen.norm(dim=0)).flatten(1)
    room = torch.arange(count).repeat_interleave(side * side)  # of each ray
    shapes, start = rooms.shapes.take(room), rooms.camera[:, room]
    place = start + _march(shapes, start, direction) * direction
    hits = surfaces(shapes, place)
    picture = _shaded(rooms, room, shapes, place, hits)
    normal = torch.einsum("ijn,jn->in", rooms.axes[..., room], hits.normal)
    shape = (3, count, side, side)
    return picture.view(shape).movedim(0, 3), normal.view(shape).movedim(0, 3)


def distance(shapes: Shapes, place: Tensor) -> Tensor:
    """Return the signed distance (n,) of points (3, n) from the nearest surface of the room that each is in."""
    walls = torch.minimum(place - shapes.low, shapes.high - place).amin(0)
    return torch.minimum(walls, _to_things(shapes, place).amin(0))


def surfaces(shapes: Shapes, place: Tensor) -> Hits:
    """Return what surface the points (3, n) lie on, and how it faces."""
    row = torch.arange(place.shape[1])
    walls = torch.cat([place - shapes.low, shapes.high - place])  # three lower ones, then three upper ones
    things = _to_things(shapes, place)
    wall, thing = walls.argmin(0), things.argmin(0)
    inward = _unit(wall % 3) * torch.where(wall < 3, 1.0, -1.0)
    material = torch.where(wall % 3 == 1, torch.where(wall < 3, 0, 1), 2)
    offset, turn = place - shapes.centre[:, thing, row], shapes.turn[:, thing, row]
    local = torch.stack(_turned(offset, turn))
    face = _unit((local.abs() - shapes.half[:, thing, row]).argmax(0)) * local.sign()
    boxed = torch.stack(_turned(face, torch.stack([turn[0], -turn[1]])))
    outward = torch.where(shapes.ball[thing, row], offset / offset.norm(dim=0), boxed)
    on_thing = things.amin(0) < walls.amin(0)
    return Hits(
        torch.where(on_thing, outward, inward),
        torch.where(on_thing, 3 + thing, material),
        torch.where(on_thing, local, place),
    )


def _to_things(shapes: Shapes, place: Tensor) -> Tensor:
    """Return (k, n) distances from things."""
    x, y, z = offset = place[:, None] - shapes.centre
    across, along = shapes.half[0], shapes.half[2]
    turned = _turned(offset, shapes.turn)
    left, up, back = turned[0].abs() - across, y.abs() - shapes.half[1], turned[2].abs() - along
    outside = (left.clamp(min=0).square() + up.clamp(min=0).square() + back.clamp(min=0).square()).sqrt()
    box = outside + torch.maximum(torch.maximum(left, up), back).clamp(max=0)
    return torch.where(shapes.ball, (x * x + y * y + z * z).sqrt() - across, box)


def _turned(vector: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what vectors (3, ...) are to someone who has turned by an angle of (2, ...) cosine and sine."""
    x, y, z = vector
    cosine, sine = turn
    return cosine * x - sine * z, y, cosine * z + sine * x


def _unit(axis: Tensor) -> Tensor:
    """Return (3, n) unit vectors along axes (n,)."""
    return (axis == torch.arange(3)[:, None]).float()


def _march(shapes: Shapes, start: Tensor, direction: Tensor) -> Tensor:
    """Return how far each ray (3, n) goes from its start until it meets a surface."""
    along = start.new_zeros(start.shape[1])
    rows = torch.arange(len(along))
    for step in range(1, STEPS + 1):
        reach = distance(shapes, start + along[rows] * direction)
        along[rows] += reach
        if step % THINNED == 0:
            rows, kept = _thinned(rows, reach > NEAR)
            shapes, start, direction = shapes.take(kept), start[:, kept], direction[:, kept]
            if not len(rows):
                break
    return along


def _lit(shapes: Shapes, start: Tensor, way: Tensor, length: Tensor) -> Tensor:
    """Return which of n points (3, n) see the lamp, which is ``length`` (n,) metres along unit vectors."""
    lit = torch.ones(len(length), dtype=torch.bool)
    rows, along = torch.arange(len(length)), torch.zeros_like(length)
    for step in range(1, STEPS + 1):
        reach = _to_things(shapes, start + along * way).amin(0)
        along = along + reach.clamp(min=NEAR)
        lit[rows[(reach < NEAR) & (along < length)]] = False
        if step % THINNED == 0:
            rows, kept = _thinned(rows, (reach >= NEAR) & (along < length))
            shapes, start, way = shapes.take(kept), start[:, kept], way[:, kept]
            along, length = along[kept], length[kept]
            if not len(rows):
                break
    return lit


def _thinned(rows: Tensor, going: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows of rays that still go, and where they are among all rows."""
    kept = going.nonzero()[:, 0]
    return rows[kept], kept


def _shaded(rooms: Rooms, room: Tensor, shapes: Shapes, place: Tensor, hits: Hits) -> Tensor:
    """Return colours (3, n): matt surfaces under one lamp, with hard shadows, and gamma 2."""
    towards = rooms.lamp[:, room] - place
    length = towards.norm(dim=0)
    way = towards / length
    slant = (way * hits.normal).sum(0)
    facing = (slant > 0).nonzero()[:, 0]
    start = place[:, facing] + LIFT * hits.normal[:, facing]
    lit = torch.zeros_like(slant)
    lit[facing] = _lit(shapes.take(facing), start, way[:, facing], length[facing]).to(slant.dtype)
    lamp = lit * slant.clamp(min=0) / (1 + FADING * length.square())
    sky = AMBIENT * (0.8 + 0.2 * hits.normal[1])
    return (_painted(rooms, room, hits) * (sky + (1.2 - AMBIENT) * lamp)).clamp(0, 1).sqrt()


def _painted(rooms: Rooms, room: Tensor, hits: Hits) -> Tensor:
    """Return the colour (3, n) of the material at each place: a pattern through the whole of it."""
    material = hits.material
    wave, shift = rooms.wave[:, material, room], rooms.shift[:, material, room]
    frequency, phase = wave.norm(dim=0), (wave * hits.local).sum(0) + shift[0]
    squares = (frequency * hits.local + shift).sin().prod(0).sign()
    veins = (phase + 2 * (0.6 * frequency * hits.local + shift).sin().sum(0)).sin()
    patterns = torch.stack([torch.full_like(phase, -1), phase.sin().sign(), squares, veins])
    second = (patterns.gather(0, rooms.pattern[material, room][None]) + 1) / 2
    first, other = rooms.colours[:, :, material, room]
    return torch.lerp(first, other, second)
