"""Relatives as they are played here: recipes of this project on small data, from streams of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saddlepoint.core.experiment import recipes
from saddlepoint.core.seeds import derive
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.explaining.topic import Lesson
from saddlepoint.theory.small_game import SmallGame

SIDE = 8  # pixels of a digit
GAN, VAE, MACHINE, NCE = "GAN", "VAE", "RBM", "NCE"


@contextmanager
def seeded(lesson: Lesson, *path: object) -> Iterator[None]:
    """Let torch draw from a stream of its own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(lesson.seed, *path))
        yield


def game_of(lesson: Lesson, recipe: str, data: Dataset, steps: int, **flags: Any) -> SmallGame:
    """Return a recipe of this project on data, ready for so many steps."""
    return SmallGame(recipes.get(recipe).build(data.spec, **flags), data.train, lesson.seed, last=steps)


def trained(lesson: Lesson, recipe: str, data: Dataset, steps: int, **flags: Any) -> tuple[SmallGame, dict]:
    """Train a recipe of this project for so many steps; return the game and the last step's report."""
    game = game_of(lesson, recipe, data, steps, **flags)
    return game, game.play(steps)


def pixels(split: Split) -> np.ndarray:
    """Return uint8 (n, 8, 8, 1) digits as float32 (n, 64) in [0, 1]."""
    return split.array[split.all_rows].reshape(len(split), -1).astype(np.float32) / 255
