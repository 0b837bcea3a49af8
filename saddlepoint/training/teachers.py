"""Encoders that a game learns from are there before it begins."""

from saddlepoint.evaluate import find_encoder
from saddlepoint.runs.prepare import Prepared
from saddlepoint.training.screen import Screen


def meet_teachers(prepared: Prepared, screen: Screen) -> None:
    """Train or read the encoders whose features the terms of the game compare, so that no step waits for it.

    Raises:
        UserError: one of them cannot serve these data, or lacks its weights.
    """
    for name in prepared.experiment.family.taught_by:
        with screen.working(f"preparing what the game learns from, encoder {name!r}") as report:
            find_encoder(name, prepared.data, report)
