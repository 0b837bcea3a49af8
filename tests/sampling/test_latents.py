"""Walks, truncation and averages of latents, against closed forms; labels and codes stay what they are."""

import math

import pytest
import torch

from saddlepoint.core.protocol import Family
from saddlepoint.sampling.latents import bounded, combine, mean, scatter, take, truncate, walk


class Mixed(Family):
    """Latents of every kind: normal and uniform numbers, a one-hot code, labels."""

    def __init__(self, numbers=5):
        super().__init__()
        self.numbers = numbers

    def latent(self, n, *, rng, condition=None):
        normal = torch.randn(n, self.numbers, generator=rng)
        uniform = torch.empty(n, 1).uniform_(-1, 1, generator=rng)
        label = torch.randint(0, 3, (n,), generator=rng)
        return {"normal": normal, "code": (uniform, torch.eye(3)[label]), "label": label}


def drawn(n, seed=0):
    return Mixed().latent(n, rng=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("numbers", [1, 100])
def test_a_box_is_told_from_a_bell(numbers):
    assert bounded(Mixed(numbers)) == {"normal": False, "code": (True, False), "label": False}


def test_a_walk_goes_along_the_circle_where_latents_are_normal():
    a, b = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    found = walk(a, b, 3, False)
    half = 2 * math.sqrt(0.5)  # between the lengths 3 and 1, at 45 degrees
    torch.testing.assert_close(found, torch.tensor([[3.0, 0.0], [half, half], [0.0, 1.0]]))
    high = torch.randn(2, 4, 1000, generator=torch.Generator().manual_seed(0))
    lengths = walk(high[0], high[1], 9, False).norm(dim=1) / math.sqrt(1000)
    assert (lengths - 1).abs().max() < 0.1  # the middle of a straight line is at 0.71


def test_a_walk_is_straight_within_a_box_and_where_no_circle_is():
    a, b = torch.tensor([[-1.0, 1.0]]), torch.tensor([[1.0, 0.0]])
    line = torch.tensor([[-1.0, 1.0], [-0.5, 0.75], [0.0, 0.5], [0.5, 0.25], [1.0, 0.0]])
    torch.testing.assert_close(walk(a, b, 5, True), line)
    one = walk(torch.tensor([[-2.0], [1.0]]), torch.tensor([[2.0], [3.0]]), 3, False)
    torch.testing.assert_close(one, torch.tensor([[-2.0], [0.0], [2.0], [1.0], [2.0], [3.0]]))
    assert walk(torch.zeros(1, 3), torch.randn(1, 3), 5, False).isfinite().all()


def test_walks_end_exactly_where_they_should_and_keep_labels_and_codes():
    start, end = drawn(4, seed=1), drawn(4, seed=2)
    walked = walk(start, end, 6, bounded(Mixed()))
    first, last = take(walked, slice(0, None, 6)), take(walked, slice(5, None, 6))
    assert torch.equal(first["normal"], start["normal"])
    assert torch.equal(last["normal"], end["normal"])
    assert torch.equal(last["code"][0], end["code"][0])
    for ends in (first, last):
        assert torch.equal(ends["label"], start["label"])
        assert torch.equal(ends["code"][1], start["code"][1])
    assert walked["label"].dtype == torch.int64


def test_truncation_scales_numbers_only():
    latents = drawn(6)
    half = truncate(latents, 0.5)
    torch.testing.assert_close(half["normal"], latents["normal"] / 2)
    torch.testing.assert_close(half["code"][0], latents["code"][0] / 2)
    assert torch.equal(half["code"][1], latents["code"][1])
    assert torch.equal(half["label"], latents["label"])
    assert truncate(latents, 1.0) is latents
    assert not truncate(latents, 0.0)["normal"].any()


def test_averages_and_sums():
    latents = drawn(3)
    average = mean(latents)
    torch.testing.assert_close(average["normal"], latents["normal"].mean(0, keepdim=True))
    assert torch.equal(average["label"], latents["label"][:1])
    one, two = take(latents, [0]), take(latents, [1])
    total = combine([one, two, average], [1, -1, 1])
    torch.testing.assert_close(total["normal"], one["normal"] - two["normal"] + average["normal"])
    assert torch.equal(total["label"], one["label"])


def test_latents_around_one():
    one = take(drawn(3), [1])
    around = scatter(one, 500, 0.25, torch.Generator().manual_seed(0))
    gap = (around["normal"] - one["normal"]).abs()
    assert 0.24 < gap.max() <= 0.25
    assert abs(gap.mean() - 0.125) < 6 * 0.25 / math.sqrt(12 * 2500)
    assert (around["label"] == one["label"]).all()
