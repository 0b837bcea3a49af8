"""Panels that several conditions show as evidence."""

from collections.abc import Iterable, Mapping

import numpy as np

from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars, Curves, Examples, Histogram

SCORED = {"data": "real", "held-out data": "held", "samples": "fake"}


def samples_and_data(signals: Signals) -> tuple[Examples, ...]:
    """Return samples beside real examples."""
    return beside(signals, Examples("samples", signals.fake), Examples("training data", signals.real))


def beside(signals: Signals, samples: Examples, data: Examples) -> tuple[Examples, ...]:
    """Return samples and data, but samples alone where their kind is drawn over data anyway."""
    return samples, *unless_over_data(signals, data)


def unless_over_data(signals: Signals, *data: Examples) -> tuple[Examples, ...]:
    """Return examples of data, but none where their kind is drawn over data anyway."""
    return () if signals.run.drawing.over_real else data


def scores(signals: Signals) -> Histogram:
    """Return the critic's scores of real examples and of samples."""
    assert signals.scores is not None
    groups = {name: signals.scores[key] for name, key in SCORED.items() if key in signals.scores}
    return Histogram("scores of the critic", "score, the higher the more it is taken for data", groups)


def terms(
    signals: Signals, names: Iterable[str], title: str, limits: tuple[float, ...] = (), since: int | None = None
) -> Curves:
    """Return the curves of some figures over the run's steps."""
    lines = {}
    for name in names:
        told, values = np.array([name in row for row in signals.rows]), signals.curve(name)
        if told.any():
            lines[name] = np.where(told & np.isnan(values), np.inf, values)
    return Curves(title, "step", signals.steps(), lines, limits, since)


def losses(signals: Signals, since: int | None = None) -> tuple[Curves, ...]:
    """Return the curve of each player's main loss; nothing of a run without any."""
    names = {name for row in signals.rows for name in row if "/" in name}
    # A player's adversarial term is its main one; it overwrites others here, as the last in this order.
    ordered = sorted(names, key=lambda name: (name.endswith("/adversarial"), name))
    mains = {name.partition("/")[0]: name for name in ordered}
    return (terms(signals, sorted(mains.values()), "losses of the players", since=since),) if mains else ()


def by_player(figures: Mapping[str, float], title: str, limit: float) -> Bars:
    """Return a figure of each player."""
    return Bars(title, "player", {title: np.array(list(figures.values()))}, limit, list(figures))
