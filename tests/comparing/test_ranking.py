"""Points are ranked by their modes and then by how many samples lie on one."""

from types import SimpleNamespace

import numpy as np
import pytest

from saddlepoint.comparing.conclusions import conclude
from saddlepoint.comparing.configurations import Group
from saddlepoint.comparing.ranking import Ranking, criteria, ranked, scores
from saddlepoint.evaluate import Figure

POINTS, PERFECT = ("modes", "high_quality"), 0.98889


class Card(dict):
    """Figures by name, as a score card holds them."""

    examples = "points"

    @property
    def figures(self):
        return self


def card(modes, quality, frechet=1.0, fewest=1000):
    counts = [fewest] * modes + [0] * (8 - modes)
    ends = (quality - 0.002, quality + 0.002)
    return Card(
        modes=Figure(modes, None, None, 10_000, 8, "points", detail={"of": 8, "counts": counts}),
        high_quality=Figure(quality, *ends, 10_000, PERFECT, "points", detail={"perfect": PERFECT}),
        frechet=Figure(frechet, frechet - 0.1, frechet + 0.1, 10_000, 0.0, "points"),
    )


def group(name, *seeds):
    entries = [SimpleNamespace(seed=seed, card=card(*one)) for seed, one in enumerate(seeds)]
    return Group(name, name, tuple(entries), {})  # pyright: ignore[reportArgumentType]


def order(*groups, figures=POINTS):
    return [one.name for one in ranked(groups, figures)[0]]


def test_modes_rank_before_quality_and_quality_before_the_distance():
    few = group("few", (6, 0.98, 0.1))
    all_of_them = group("all", (8, 0.6, 0.9))
    better = group("better", (8, 0.9, 5.0))
    assert order(few, all_of_them, better) == ["better", "all", "few"]
    groups, pairs = ranked([few, all_of_them, better], POINTS)
    assert [one.rank for one in groups] == [(1, 1), (2, 2), (3, 3)]
    assert {pair.figure for pair in pairs if pair.worse == 2} == {"modes"}
    assert [pair.figure for pair in pairs if pair.worse == 1] == ["high_quality"]


def test_images_are_ranked_by_their_distance():
    assert criteria(Card(frechet=1, classes=2)) == ("frechet",)  # pyright: ignore[reportArgumentType]
    assert criteria(card(8, 0.9)) == POINTS  # pyright: ignore[reportArgumentType]
    near, far = group("near", (8, 0.9, 1.0)), group("far", (8, 0.9, 3.0))
    groups, (pair,) = ranked([far, near], ("frechet",))
    assert [one.name for one in groups] == ["near", "far"]
    assert pair.difference.value == pytest.approx(2.0)


def test_too_narrow_modes_are_as_wrong_as_wide_ones():
    narrow, wide, true = group("narrow", (8, 1.0)), group("wide", (8, 0.95)), group("true", (8, 0.985))
    assert order(wide, narrow, true) == ["true", "narrow", "wide"]
    assert scores(narrow, "high_quality").value[0] == pytest.approx(1 - PERFECT)
    assert scores(narrow, "high_quality").error[0] == pytest.approx(0.002 / 1.959964, rel=1e-6)


def test_a_mode_that_a_sample_more_or_less_decides_is_noise():
    one = ranked([group("a", (7, 0.9)), group("b", (8, 0.9, 1.0, 1))], POINTS)[1][0]
    assert one.figure == "modes"
    assert not one.differ
    sure = ranked([group("a", (5, 0.9)), group("b", (8, 0.9, 1.0, 1000))], POINTS)[1][0]
    assert sure.differ


def test_a_quality_that_is_certain_outranks_modes_that_are_not():
    """Over seeds, 7.67 modes against 8 may be luck; 20 % of the samples against 97 % are none."""
    sharp = group("sharp", (8, 0.97), (7, 0.96), (8, 0.975))
    blur = group("blur", (8, 0.20), (8, 0.21), (8, 0.19))
    groups, (pair,) = ranked([blur, sharp], POINTS)
    assert pair.differ
    assert pair.figure == "high_quality"
    assert [one.name for one in groups] == ["sharp", "blur"]
    assert [one.rank for one in groups] == [(1, 1), (2, 2)]
    assert (pair.better, pair.worse) == (0, 1)
    assert pair.difference.value == pytest.approx(np.mean([0.77, 0.75, 0.785]), abs=0.02)
    assert pair.difference.low <= pair.difference.value <= pair.difference.high


def test_equal_configurations_keep_open_ranks():
    groups, (pair,) = ranked([group("a", (8, 0.9)), group("b", (8, 0.9005))], POINTS)
    assert [one.name for one in groups] == ["b", "a"]
    assert not pair.differ
    assert [one.rank for one in groups] == [(1, 2), (1, 2)]


def concluded(*distances):
    """Return what is said of configurations with these Fréchet distances, one a seed."""
    plan = {"device": "cpu", "threads": 1, "precision": "fp32"}
    groups = []
    for name, values in zip("ab", distances, strict=True):
        entries = tuple(
            SimpleNamespace(
                seed=seed,
                name=f"{name}{seed}",
                images=64,
                card=Card(frechet=Figure(value, value - 0.1, value + 0.1, 10_000, 0.0, "digits")),
                run=SimpleNamespace(config={"plan": plan, "versions": {}}),
            )
            for seed, value in enumerate(values)
        )
        groups.append(Group(name, name, entries, {}))  # pyright: ignore[reportArgumentType]
    found = Ranking(None, *ranked(groups, ("frechet",)))  # pyright: ignore[reportArgumentType]
    return " ".join(conclude(found))


def test_an_undecided_pair_says_how_many_seeds_would_decide_it():
    half = 3**0.5 / 2  # four differences of mean 1 and standard deviation 1: t = 2, p = 0.14
    text = concluded([5.0] * 4, [6 - half, 6 - half, 6 + half, 6 + half])
    assert "cannot be told apart: they differ by 1.00" in text
    # Ten pairs find an effect of one standard deviation with a power of 0.80 (Cohen 1988).
    assert "If the difference is what it seems, 10 seeds of each tell them apart in four cases of five." in text
    assert "more than 1,000 seeds of each" in concluded([5.0] * 4, [4.0, 6.0, 4.0, 6.01])
    assert "seeds of each" not in concluded([5.0] * 4, [5.0] * 4)
    assert "seeds of each" not in concluded([5.0] * 4, [6.0, 6.1, 6.0, 6.1]), "it is decided"
