"""Several runs that differ in their seed alone."""

from pathlib import Path
from typing import Any

from saddlepoint.compute.alike import alike
from saddlepoint.core.errors import UserError
from saddlepoint.training.run import Run
from saddlepoint.training.settings import seed_folders
from saddlepoint.training.training import train


def train_seeds(
    seeds: int, recipe: str | None = None, data: str | Path = "digits", **settings: Any
) -> list[Run]:
    """Train ``seeds`` runs that differ in their seed alone, for comparisons; settings as for :func:`train`."""
    if seeds < 1:
        raise UserError(f"--seeds must be at least 1, got {seeds}")
    out, first = settings.pop("out", None), settings.pop("seed", 0)
    places = [None] * seeds if out is None else seed_folders(out, first, seeds)
    with alike():
        return [train(recipe, data, seed=first + i, out=places[i], **settings) for i in range(seeds)]
