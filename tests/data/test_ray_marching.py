"""Rendered rooms: distances and normals are those of the surfaces that are asked for."""

import numpy as np
import pytest
import torch

from saddlepoint.data.ray_marching import VIEW, Rooms, Shapes, distance, render, surfaces
from saddlepoint.data.sources.scenes import random_rooms

SIDE = 16
CLOSE = 1e-6  # rooms are drawn in single precision


def rooms(count=6) -> Rooms:
    """Return random rooms in double precision."""
    found = random_rooms(np.random.default_rng(3), count)
    shapes = Shapes(*(_double(part) for part in found.shapes))
    return Rooms(shapes, *(_double(part) for part in found[1:]))


def _double(part):
    return part.double() if part.is_floating_point() else part


def places(shapes, count, rng):
    """Return ``count`` random places in each of the rooms, and the rooms once for each."""
    each = shapes.take(torch.arange(shapes.low.shape[1]).repeat_interleave(count))
    share = torch.rand(3, each.low.shape[1], generator=rng, dtype=torch.float64)
    return each, each.low + share * (each.high - each.low)


def test_distances_of_a_ball_a_box_and_a_wall_are_the_ones_that_geometry_has():
    shapes = Shapes(
        low=torch.tensor([[-9.0], [0.0], [-9.0]]),
        high=torch.tensor([[9.0], [9.0], [9.0]]),
        centre=torch.tensor([[[-3.0], [3.0]], [[4.0], [4.0]], [[0.0], [0.0]]]),
        half=torch.tensor([[[1.0], [1.0]], [[1.0], [0.5]], [[1.0], [2.0]]]),
        turn=torch.tensor([[[1.0], [0.0]], [[0.0], [1.0]]]),  # the box by a quarter: its sides change places
        ball=torch.tensor([[True], [False]]),
    )
    for place, wanted in {
        (-3, 4, 3): 2.0,  # off the ball
        (6, 4, 0): 1.0,  # beside the box, which now reaches 2 to each side
        (6, 4, 2): 2**0.5,  # off its edge
        (0, 0.25, -8): 0.25,  # above the floor
        (3, 4, 0.75): -0.25,  # in the box
    }.items():
        found = distance(shapes, torch.tensor(place, dtype=torch.float32)[:, None])
        assert found.item() == pytest.approx(wanted, abs=1e-6)


def test_a_normal_is_the_gradient_of_the_distance():
    drawn = rooms()
    shapes, place = places(drawn.shapes, 200, torch.Generator().manual_seed(0))
    place.requires_grad_()
    for _ in range(60):  # walk onto a surface, from either side
        reach = distance(shapes, place)
        (slope,) = torch.autograd.grad(reach.sum(), place)
        place = (place - reach * slope).detach().requires_grad_()
    reach = distance(shapes, place)
    (slope,) = torch.autograd.grad(reach.sum(), place)
    arrived = reach.abs() < CLOSE
    along = (surfaces(shapes, place.detach()).normal * slope).sum(0)[arrived]
    assert arrived.double().mean() > 0.9
    assert (along > 1 - CLOSE).double().mean() > 0.99  # but on edges, where there is none


def test_a_pixel_shows_the_first_surface_that_its_ray_meets():
    drawn = rooms(2)
    picture, normal = render(drawn, SIDE)
    assert picture.shape == normal.shape == (2, SIDE, SIDE, 3)
    assert picture.min() >= 0
    assert picture.max() <= 1
    assert normal.norm(dim=3).sub(1).abs().max() < CLOSE
    middle = (torch.arange(SIDE, dtype=torch.float64) + 0.5) / SIDE * 2 - 1
    down, across = torch.meshgrid(middle, middle, indexing="ij")
    ray = torch.stack([VIEW * across, -VIEW * down, -torch.ones_like(down)], 2)
    assert ((normal * ray).sum(3) < CLOSE).all()  # a surface that one sees faces the viewer


def test_an_empty_room_seen_straight_on_has_its_wall_in_the_middle_and_its_floor_below():
    drawn = rooms(1)
    shapes = drawn.shapes._replace(
        low=torch.tensor([[-2.0], [0.0], [-0.5]]).double(),
        high=torch.tensor([[2.0], [3.0], [4.0]]).double(),
        centre=torch.full_like(drawn.shapes.centre, -100),
    )
    straight = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, -1]]).double()[..., None]
    camera = torch.tensor([[0.0], [1.5], [0.0]]).double()
    _, normal = render(drawn._replace(shapes=shapes, axes=straight, camera=camera), SIDE)
    assert normal[0, SIDE // 2, SIDE // 2].tolist() == [0, 0, 1]
    assert normal[0, -1, SIDE // 2].tolist() == [0, 1, 0]
    assert normal[0, 0, SIDE // 2].tolist() == [0, -1, 0]
    assert normal[0, SIDE // 2, 0].tolist() == [1, 0, 0]
    assert normal[0, SIDE // 2, -1].tolist() == [-1, 0, 0]


def test_what_a_thing_hides_from_the_lamp_is_darker():
    drawn = rooms(1)
    low, high = torch.tensor([[-2.0], [0.0], [-0.5]]), torch.tensor([[2.0], [3.0], [4.0]])
    centre = torch.full_like(drawn.shapes.centre, -100)
    straight = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, -1]]).double()[..., None]
    camera, lamp = (torch.tensor(place).double()[:, None] for place in ((0.0, 1.5, 0.0), (0.0, 2.9, 1.5)))
    bare = drawn._replace(
        shapes=drawn.shapes._replace(
            low=low.double(), high=high.double(), centre=centre, half=centre * 0 + 0.5
        ),
        axes=straight,
        camera=camera,
        lamp=lamp,
        pattern=torch.zeros_like(drawn.pattern),
    )
    hung = centre.clone()
    hung[:, 0, 0] = torch.tensor([0.0, 2.5, 3.0])  # between the lamp and the wall, above what the camera sees
    shaded = bare._replace(shapes=bare.shapes._replace(centre=hung, ball=torch.ones_like(drawn.shapes.ball)))
    ratio = (render(shaded, SIDE)[0] / render(bare, SIDE)[0]).mean(3)
    assert ratio.min() < 0.9
    assert (ratio < 1 + CLOSE).double().mean() > 0.8
