"""A run's quick scores, on the way and at its end: what they may cost, and which encoder that affords."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing
from saddlepoint.core.words import clock
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate import Card, Encoder, cheap, find_encoder
from saddlepoint.evaluate.encoder import can_be_judged, encoders
from saddlepoint.evaluate.encoders import judge, patches
from saddlepoint.evaluate.measure import CHEAP_SAMPLES, REAL_EACH
from saddlepoint.evaluate.remarks import check_reference

LEAST, SHARE = 30.0, 0.1  # seconds, and share of the training time, that scores may take: the larger of the two
JUDGE, SAMPLING = 0.7, 0.2  # shares of that for training a judge, and for drawing samples
IMAGES = REAL_EACH + 2  # that are encoded for a sample: itself, and real ones, training and held out
TRIAL = 64  # samples that are drawn and encoded to see how long that takes
COUNTS = (CHEAP_SAMPLES, 1_000, 500, 250, TRIAL)  # of samples: the most that there is time for
SURE = 2.0  # seconds after which the time that is left is known well enough to give up
JUDGED = "saddle evaluate trains the judge."
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
        taught: encoders that taught the run.
    """

    def __init__(
        self,
        data: Dataset,
        training: float = 0.0,
        rows: Sequence[Mapping[str, Any]] = (),
        taught: Collection[str] = (),
    ):
        self.data = data
        self.taught = taught
        self.judged = can_be_judged(data) and "judge" not in taught
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
            TooSlow: even few samples and patches would take longer than they may.
            Stopped: ``stop`` said so.
            UserError: nothing can be measured.
        """
        if self.refused is not None:
            raise self.refused
        check_reference(self.data)
        sample: Draw | np.ndarray = draw
        try:
            if self.encoder is None or self.samples is None:
                report(f"drawing {TRIAL} samples", 0, 0)
                each, trial = _drawn(draw)
                limited = Limited(report, self.limit, stop)
                began = time.monotonic() - TRIAL * each
                self.encoder = self.encoder or self._encoder(limited, each)
                if self.samples is None:
                    encoding = _encoding(self.encoder, trial)
                    self.samples = self._affordable(each, encoding, time.monotonic() - began)
                if self.samples == TRIAL:
                    sample = trial
            else:
                limited = Limited(report, self.limit, stop)
            card = cheap(self.data, sample, samples=self.samples, encoder=self.encoder, report=limited)
        except TooSlow as slow:
            self.refused = slow
            raise
        if self.samples < CHEAP_SAMPLES:
            few = f"Only {self.samples:,} samples were drawn, not {CHEAP_SAMPLES:,}"
            card = replace(card, notes=(*card.notes, f"{few}: scores may take {clock(self.limit)} here."))
        return card

    def expected(self, draw: Draw) -> tuple[float, str]:
        """Return about how many seconds the scores will take in all, and why, in a few words.

        Raises:
            UserError: nothing can be measured.
        """
        check_reference(self.data)
        each, _ = _drawn(draw)
        learning, encoding, why = self._cost(each)
        count = self.samples or self._affordable(each, encoding, learning)
        few = f"of {count:,} samples only" if count < CHEAP_SAMPLES else ""
        seconds = METRICS + learning + count * (each + IMAGES * encoding)
        return seconds, ", ".join(filter(None, (few, why)))

    def _cost(self, each: float) -> tuple[float, float, str]:
        """Return about how many seconds the encoder takes to be there, and for an image; and why that one.

        ``each`` are those of drawing a sample.
        """
        if self.data.kind not in encoders.get("patches").kinds:
            return 0.0, 0.0, ""
        why = ""
        if self.judged and self.name in (None, "judge"):
            if judge.is_trained(self.data):
                return 0.0, 0.0, ""
            learning, encoding = judge.cost(self.data)
            if learning < self._judge_limit(each):
                return learning, encoding, "a judge of these classes is trained once"
            why = f"with patches, since training a judge would take {clock(learning)} or more"
        return *patches.cost(self.data), why

    def _judge_limit(self, each: float) -> float:
        """Return the seconds that training a judge may take where drawing a sample takes ``each``."""
        return min(JUDGE * self.limit, self.limit - METRICS - TRIAL * each)

    def _encoder(self, limited: Limited, each: float) -> Encoder:
        if self.name is not None:
            found = find_encoder(self.name, self.data, limited)
            if self.name == "patches" and self.judged:
                return replace(found, warning=f"Patches are compared, as before in this run; {JUDGED}")
            return found
        if not self.judged:
            return find_encoder(None, self.data, limited, taught=self.taught)
        may = self._judge_limit(each)
        try:
            return find_encoder(None, self.data, Limited(limited, may))
        except TooSlow as slow:
            found = find_encoder("patches", self.data, limited)
            warning = (
                f"Patches are compared, because {slow}, more than the {clock(max(may, 0.0))} that it may here; "
                + JUDGED
            )
            return replace(found, warning=warning)

    def _affordable(self, each: float, encoding: float, spent: float) -> int:
        """Return how many samples there is time for.

        Args:
            each: seconds to draw one.
            encoding: seconds to encode one image.
            spent: seconds of the limit that are gone by then.
        """
        left = self.limit - METRICS - spent
        fitting = (
            count
            for count in COUNTS
            if count * each <= SAMPLING * self.limit and count * (each + IMAGES * encoding) <= left
        )
        return next(fitting, COUNTS[-1])


def figures(card: Card, names: Sequence[str]) -> dict[str, Any]:
    """Return what a row of the curves keeps of a card: figures, and what they rest on."""
    found = {name: card.figures[name].value for name in names if name in card.figures}
    basis = {"encoder": f"{card.encoder['name']}-{card.encoder['hash']}", "samples": card.samples}
    return {name: value for name, value in found.items() if value is not None} | basis


def _drawn(draw: Draw) -> tuple[float, np.ndarray]:
    """Return the seconds that a sample takes, and some samples."""
    began = time.monotonic()
    found = draw(TRIAL)
    return (time.monotonic() - began) / TRIAL, found


def _encoding(encoder: Encoder, images: np.ndarray) -> float:
    """Return the seconds that encoding an image takes."""
    began = time.monotonic()
    encoder.encode(images)
    return (time.monotonic() - began) / len(images)
