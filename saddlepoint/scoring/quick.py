"""A run's quick scores, on the way and at its end: what they may cost, and which encoder that affords."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing
from saddlepoint.core.waiting import clock
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate import Card, Encoder, cheap, find_encoder
from saddlepoint.evaluate.encoder import can_be_judged, encoders
from saddlepoint.evaluate.encoders import judge, patches
from saddlepoint.evaluate.measure import CHEAP_REAL, CHEAP_SAMPLES

LEAST, SHARE = 30.0, 0.1  # seconds, and share of the training time, that scores may take: the larger of the two
JUDGE, SAMPLING = 0.7, 0.2  # shares of that for training a judge, and for drawing samples
FEWEST = 250  # samples
SURE = 2.0  # seconds after which the time that is left is known well enough to give up
METRICS = 2.0  # seconds that the cheap metrics take, about

Draw = Callable[[int], np.ndarray]


class TooSlow(UserError):  # noqa: N818 - as UserError, a sentence for people
    """Scores that would take longer than they may."""


class Stopped(Exception):  # noqa: N818 - not an error
    """Nobody wants the scores any more."""


class Limited:
    """A ``Progressing`` that ends work which is going to take too long, or that is no longer wanted.

    Args:
        report: told everything too.
        seconds: how long all that is reported may take.
        stop: whether it is no longer wanted.
    """

    def __init__(self, report: Progressing, seconds: float, stop: Callable[[], bool] = lambda: False):
        self.report, self.seconds, self.stop = report, seconds, stop
        self._began = self._part_began = time.monotonic()
        self._part = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Pass on; raises TooSlow or Stopped."""
        if self.stop():
            raise Stopped
        now = time.monotonic()
        if what != self._part:
            self._part, self._part_began = what, now
        here = now - self._part_began
        expected = now - self._began + (here * (total - done) / done if done and here > SURE else 0.0)
        if expected > self.seconds:
            raise TooSlow(f"{what} would take about {clock(expected)}")
        self.report(what, done, total)


class QuickScores:
    """Scores samples of one run with one encoder and one number of samples, so that its scores compare.

    Args:
        data: what the run imitates.
        training: expected seconds of the training, 0 where nobody knows.
        rows: the run's curves so far; scores go on with their encoder and number of samples.
    """

    def __init__(self, data: Dataset, training: float = 0.0, rows: Sequence[Mapping[str, Any]] = ()):
        self.data = data
        self.limit = max(LEAST, SHARE * training)
        before = next((row for row in reversed(rows) if "encoder" in row), None)
        self.name: str | None = before["encoder"].rpartition("-")[0] if before else None
        self.samples: int | None = before["samples"] if before else None
        self.encoder: Encoder | None = None
        self.refused: TooSlow | None = None

    def card(self, draw: Draw, report: Progressing, stop: Callable[[], bool] = lambda: False) -> Card:
        """Return a quick card.

        Args:
            draw: n -> n samples, the first ones of the same whatever n is.
            report: told how it goes.
            stop: whether it is no longer wanted.

        Raises:
            TooSlow: even with patches it would take longer than it may.
            Stopped: ``stop`` said so.
            UserError: nothing can be measured.
        """
        if self.refused is not None:
            raise self.refused
        limited = Limited(report, self.limit, stop)
        try:
            if self.encoder is None:
                self.encoder = self._encoder(limited)
            if self.samples is None:
                self.samples = self._affordable(_seconds_each(draw))
            card = cheap(self.data, draw, samples=self.samples, encoder=self.encoder, report=limited)
        except TooSlow as slow:
            self.refused = slow
            raise
        if self.samples < CHEAP_SAMPLES:
            few = f"Only {self.samples:,} samples were drawn, not {CHEAP_SAMPLES:,}: sampling is slow here."
            card = replace(card, notes=(*card.notes, few))
        return card

    def expected(self, draw: Draw) -> tuple[float, str]:
        """Return about how many seconds the scores will take in all, and why, in a few words."""
        each = _seconds_each(draw)
        seconds = METRICS + (self.samples or self._affordable(each)) * each
        images = min(CHEAP_REAL, len(self.data.train)) + CHEAP_SAMPLES
        if self.data.kind not in encoders.get("patches").kinds:
            return seconds, ""
        if can_be_judged(self.data) and self.name in (None, "judge"):
            if judge.is_trained(self.data):
                return seconds, ""
            training, encoding = judge.cost(self.data)
            if training < JUDGE * self.limit:
                return seconds + training + images * encoding, "a judge of these classes is trained once"
            why = f"with patches, since training a judge would take {clock(training)} or more"
        else:
            why = ""
        fitting, encoding = patches.cost(self.data)
        return seconds + fitting + images * encoding, why

    def _encoder(self, limited: Limited) -> Encoder:
        if self.name is not None:
            return find_encoder(self.name, self.data, limited)
        if not can_be_judged(self.data):
            return find_encoder(None, self.data, limited)
        try:
            return find_encoder(None, self.data, Limited(limited, JUDGE * self.limit))
        except TooSlow as slow:
            found = find_encoder("patches", self.data, limited)
            warning = (
                f"Patches are compared, because {slow}, more than the {clock(JUDGE * self.limit)} that it may "
                "here; saddle evaluate trains the judge."
            )
            return replace(found, warning=warning)

    def _affordable(self, seconds_each: float) -> int:
        """Return how many samples can be drawn in their share of the time, in steps of 50."""
        count = int(SAMPLING * self.limit / max(seconds_each, 1e-9))
        return max(FEWEST, min(CHEAP_SAMPLES, count - count % 50))


def figures(card: Card, names: Sequence[str]) -> dict[str, Any]:
    """Return what a row of the curves keeps of a card: figures, and what they rest on."""
    found = {name: card.figures[name].value for name in names if name in card.figures}
    basis = {"encoder": f"{card.encoder['name']}-{card.encoder['hash']}", "samples": card.samples}
    return {name: value for name, value in found.items() if value is not None} | basis


def _seconds_each(draw: Draw) -> float:
    began = time.monotonic()
    draw(64)
    return (time.monotonic() - began) / 64
