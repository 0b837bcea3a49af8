"""Curves of healthy runs, and a run's own beside them."""

import json

import numpy as np
import pytest

from saddlepoint.plots.curves.series import Band
from saddlepoint.runs.normal import TABLE, Basis, Normal, banded, basis, normal, outside, scores
from saddlepoint.runs.prepare import prepare


def rows(value, count=40, images=1_000):
    return [{"step": i, "images": images * (i + 1), "D(x)": value(i)} for i in range(count)]


def test_a_band_holds_every_run_and_no_more():
    images, curves = banded([rows(lambda i: 0.5 + 0.01 * i), rows(lambda i: 0.6 + 0.01 * i)])
    (low, high) = np.array(curves["D(x)"])
    assert images == [1_000 * (2 * k + 1) for k in range(20)]
    np.testing.assert_allclose(high - low, 0.11, atol=0.011)  # the runs are 0.1 apart, and rise within a window
    assert low[0] == 0.5
    assert high[-1] == 0.99


def test_a_band_of_scores_begins_where_each_run_has_one():
    later = [row for row in scored() if "frechet" not in row or row["images"] > 10_000]
    images, curves = banded([scored(), later])  # scored first after 10,000 images, and after 20,000
    for part in curves["frechet"]:
        assert part == [None if x < 20_000 else 7.0 for x in images]
    assert None not in curves["D(x)"][0]


def test_a_band_ends_with_the_shortest_run_and_leaves_out_what_one_run_has_not():
    longer = [row | {"other": 1.0} for row in rows(lambda i: 0.5, count=80)]
    images, curves = banded([longer, rows(lambda i: 0.5)])
    assert images[-1] < 40_000
    assert list(curves) == ["D(x)"]


def test_a_curve_that_begins_at_the_end_of_a_run_has_no_band():
    late = [*rows(lambda i: 0.5), {"step": 40, "images": 40_000, "D(x)": 0.5, "frechet": 7.0}]
    _, curves = banded([late, late])
    assert list(curves) == ["D(x)"]


@pytest.mark.parametrize(("value", "said"), [(0.5, 0), (0.62, 0), (0.38, 0), (0.7, 1), (0.3, 1)])
def test_what_leaves_its_band_by_a_quarter_of_its_width_is_told(value, said):
    x = np.array([0.0, 100_000.0])
    bands = {"D(x)": Band(x, np.full(2, 0.4), np.full(2, 0.6))}
    lines = outside(rows(lambda i: value), bands)
    assert lines is not None
    assert len(lines) == said
    if said:
        assert lines[0] == f"D(x) is {value:.3g} at the end, 0.4 to 0.6 in healthy runs"


def test_nothing_is_told_beyond_the_end_of_a_band():
    band = Band(np.array([0.0, 10_000.0]), np.zeros(2), np.ones(2))
    assert outside(rows(lambda i: 9.0), {"D(x)": band}) is None


def scored(encoder="patches-1f", samples=500, count=40):
    """Return rows of which every tenth has scores."""
    found = rows(lambda i: 0.5, count)
    for row in found[9::10]:
        row |= {"frechet": 7.0, "diversity": 0.4, "encoder": encoder, "samples": samples}
    return found


def test_scores_are_told_from_other_curves_by_the_rows_that_have_them():
    assert scores(scored()) == ["frechet", "diversity"]
    assert scores(rows(lambda i: 0.5)) == []
    assert basis(scored()) == Basis("patches", 500)
    assert basis(rows(lambda i: 0.5)) is None


@pytest.mark.parametrize(
    ("others", "same"),
    [
        (scored("patches-2e"), True),
        (scored("judge-1f"), False),
        (scored(samples=2_000), False),
        (rows(lambda i: 0.5), False),
    ],
    ids=("same encoder", "another one", "more samples", "no scores"),
)
def test_scores_are_set_beside_those_that_rest_on_the_same(others, same):
    band = Band(np.array([0.0, 40_000.0]), np.zeros(2), np.ones(2))
    known = Normal(3, ("digits",), {"D(x)": band, "frechet": band}, ("frechet",), basis(scored()))
    assert set(known.beside(others)) == ({"D(x)", "frechet"} if same else {"D(x)"})
    lines = outside(others, known.beside(others))
    assert lines is not None
    told = [line.partition(" is ")[0] for line in lines]
    assert told == (["frechet"] if same else [])


def test_the_table_is_found_by_recipe_size_and_losses():
    found = normal(prepare("dcgan", "digits"))
    assert found is not None
    assert found.runs >= 2
    assert {"D(x)", "D(G(z))", "d/adversarial", "g/adversarial"} <= set(found.bands)
    assert normal(prepare("dcgan", "digits", flags={"objective": "hinge"})) is None
    assert normal(prepare("dcgan", "digits", size=64)) is None


def test_every_band_of_the_table_is_one():
    for key, band in json.loads(TABLE.read_text())["bands"].items():
        assert band["runs"] >= 2, key
        assert np.all(np.diff(band["images"]) > 0), key
        assert set(band.get("scores", {"curves": []})["curves"]) <= set(band["curves"]), key
        for low, high in band["curves"].values():
            assert len(low) == len(high) == len(band["images"]), key
            known = np.isfinite(np.array([low, high], float)).all(0)
            assert np.all(np.array(low)[known] <= np.array(high)[known]), key
            assert known.sum() >= 2, key
