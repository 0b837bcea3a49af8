import numpy as np
import pytest

from saddlepoint.data import load
from saddlepoint.data.mixture import Mixture
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.modes import modes


def found(points, data, rng):
    encoded = Features(points.astype(np.float32))
    return modes(Inputs(encoded, encoded, encoded, data, rng))


@pytest.mark.parametrize(("name", "count"), [("ring8", 8), ("grid25", 25)])
def test_true_samples_reach_the_oracle_rates(name, count, rng):
    data = load(name)
    assert isinstance(data.truth, Mixture)
    few, _ = data.truth.draw(2500, 1)
    many, _ = data.truth.draw(40_000, 2)
    assert found(few, data, rng)["modes"].value == count
    figures = found(many, data, rng)
    assert figures["high_quality"].value == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    assert figures["high_quality"].detail["perfect"] == pytest.approx(0.98889, abs=1e-5)
    assert figures["mode_width"].value == pytest.approx(1, abs=0.015)
    assert figures["mode_kl"].value == pytest.approx((count - 1) / 80_000, abs=4e-4)


def test_narrow_modes_show_in_the_width_and_not_in_the_quality(rng):
    data = load("ring8")
    assert isinstance(data.truth, Mixture)
    points, mode = data.truth.draw(4000, 3)
    narrow = data.truth.centres[mode] + 0.5 * (points - data.truth.centres[mode])
    figures = found(narrow, data, rng)
    assert figures["high_quality"].value == pytest.approx(1, abs=1e-3)
    assert figures["mode_width"].value == pytest.approx(0.5, abs=0.02)


def test_missing_modes_are_counted(rng):
    data = load("ring8")
    assert isinstance(data.truth, Mixture)
    points, mode = data.truth.draw(8000, 4)
    figures = found(points[mode < 5], data, rng)
    assert figures["modes"].value == 5
    assert figures["mode_kl"].value == pytest.approx(np.log(8 / 5), abs=0.01)
    assert found(points + 100, data, rng)["modes"].value == 0


def test_points_get_a_card():
    data = load("ring8")
    assert isinstance(data.truth, Mixture)
    mixture = data.truth
    card = evaluate(data, lambda n: mixture.draw(n, 5)[0], samples=2000)
    assert card.encoder["name"] == "points"
    assert card["modes"].value == card["modes"].real == 8
    assert card["classes"].value == 8
    assert "8/8 modes, 98" in card.line() or "8/8 modes, 99" in card.line()
    assert "support" not in card.figures
