"""Slips of a copy: recipes as the package has them, but for one mistake in the game."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from saddlepoint.core.experiment import Experiment, derived, recipe, recipes
from saddlepoint.core.protocol import Batch, Family, Progress, Terms
from saddlepoint.runs.worth_seeing import MEASURED

HALF = 0.5  # of a run, after which one player stops


class WrongSign(Family):
    """The generator climbs where it should descend."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Negate the generator's adversarial term."""
        terms = super().terms(player, batch, latent, fake)
        if player == "g":
            terms.minimise["adversarial"] = -terms.minimise["adversarial"]
        return terms


class Swapped(Family):
    """The critic is told that samples are data and data are samples."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Exchange what the critic is given."""
        if player == "d":
            batch, fake = batch._replace(real=fake), batch.real
        return super().terms(player, batch, latent, fake)


class Holed(Family):
    """The critic never sees data of the second half of the classes."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Put examples of the first classes in the place of the others."""
        if player == "d":
            assert batch.label is not None
            shown = torch.nonzero(batch.label < (int(batch.label.max()) + 1) // 2).flatten()
            rows = shown[torch.arange(len(batch.label)) % len(shown)]
            batch = batch._replace(real=batch.real[rows], label=batch.label[rows])
        return super().terms(player, batch, latent, fake)


class GeneratorOnly(Family):
    """The critic never moves."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the critic's turns out."""
        return tuple(one for one in super().turns(progress) if one != "d")


class CriticOnly(Family):
    """The generator never moves."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the generator's turns out."""
        return tuple(one for one in super().turns(progress) if one != "g")


class GeneratorAlone(Family):
    """The critic stops halfway."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the critic's turns out after half of the run."""
        turns = super().turns(progress)
        return turns if progress.stage < HALF else tuple(one for one in turns if one != "d")


class CriticAlone(Family):
    """The generator stops halfway."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the generator's turns out after half of the run."""
        turns = super().turns(progress)
        return turns if progress.stage < HALF else tuple(one for one in turns if one != "g")


SLIPS: dict[str, type[Family]] = {
    "wrong_sign": WrongSign,
    "swapped": Swapped,
    "holed": Holed,
    "generator_only": GeneratorOnly,
    "critic_only": CriticOnly,
    "generator_alone": GeneratorAlone,
    "critic_alone": CriticAlone,
}


def slipped(name: str, slip: str) -> str:
    """Register a recipe with a slip, and return its name; its runs are worth seeing as soon as ones without."""
    copied = f"{name}_{slip}"
    if copied not in recipes:
        base = recipes.get(name)
        recipe(needs=base.needs, sizes=base.sizes)(derived(copied, _slips(base.build, slip), base.help, {}))
        MEASURED.update({(copied, size): count for (of, size), count in MEASURED.items() if of == name})
    return copied


def _slips(build: Callable[..., Experiment], slip: str) -> Callable[..., Experiment]:
    @functools.wraps(build)
    def slipping(*data: Any, **flags: Any) -> Experiment:
        experiment = build(*data, **flags)
        family: Any = experiment.family
        family.__class__ = type(slip, (SLIPS[slip], type(family)), {})
        return experiment

    return slipping
