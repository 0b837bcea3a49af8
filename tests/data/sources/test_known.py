"""Sources whose truth is known: what they say of themselves holds."""

import math

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.oracle import Oracle
from saddlepoint.data.sources import tones


def test_ma8_is_correlated_over_eight_samples():
    x = load("ma8").train.array[:, 0] / 32_768
    assert x.std() == pytest.approx(0.2, rel=0.01)
    for lag in range(1, 12):
        found = (x[:, :-lag] * x[:, lag:]).mean() / (x**2).mean()
        assert found == pytest.approx(max(0, 1 - lag / 8), abs=0.01)


def test_tones_are_chords_that_fade():
    sounds, chord = tones._drawn(40, (1, 2))
    x = sounds[:, 0] / 32_768
    assert np.abs(x).max(1) == pytest.approx(tones.PEAK, abs=1e-3)
    quarter = tones.LENGTH // 4
    assert (x[:, -quarter:].std(1) < 0.75 * x[:, :quarter].std(1)).all()
    power = np.abs(np.fft.rfft(x * np.hanning(tones.LENGTH), axis=1)) ** 2
    hertz = np.fft.rfftfreq(tones.LENGTH, 1 / tones.RATE)
    known = tones.LOWEST * 2 ** (np.arange(12 + 9) / 12)
    for row, own in zip(power, chord, strict=True):
        # The three strongest of all half tones are a root and its chord.
        near = [row[np.abs(hertz - f) < 3].sum() for f in known]
        notes = np.sort(np.argsort(near)[-3:])
        assert tuple(notes - notes[0]) == list(tones.CHORDS.values())[own]


def test_an_oracle_of_two_tokens_has_the_probabilities_that_it_draws_by():
    model = Oracle.drawn(2, 5, units=3)
    every = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], np.int32)
    chances = np.exp(model.log_likelihood(every))
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    drawn = model.draw(20_000, 3, seed=1) @ [4, 2, 1]
    shares = np.bincount(drawn, minlength=8) / 20_000
    assert shares == pytest.approx(chances, abs=4 * math.sqrt(0.25 / 20_000))


def test_tokens_at_random_are_less_likely_than_a_uniform_oracle_finds_them():
    data = load("oracle:50")
    truth = data.truth
    assert isinstance(truth, Oracle)
    rng = np.random.default_rng(0)
    entropy = -truth.log_likelihood(data.splits["test"].array).mean() / 20
    uniform = -truth.log_likelihood(rng.integers(0, 50, (500, 20), np.int32)).mean() / 20
    assert entropy < math.log(50) < uniform
    assert len(data.vocabulary or ()) == 50
    assert data.train.array.max() < 50


def test_an_oracle_needs_a_number_of_words():
    for argument in ("many", "1", "1000000", "-3"):
        with pytest.raises(UserError, match="give a number of words from 2 to 20,000"):
            load(f"oracle:{argument}")
