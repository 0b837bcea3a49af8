"""Runs of one configuration: what makes them so, what they score, and what tells configurations apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from saddlepoint.core import optimization
from saddlepoint.core.experiment import Budget, recipes
from saddlepoint.evaluate import Card
from saddlepoint.evaluate.statistics import of_draws, within
from saddlepoint.training.run import Run

Settings = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One run of a comparison.

    Attributes:
        run: the run.
        name: what tells it from the others.
        card: its score card.
        seed: its seed.
        step: steps done.
        images: real images shown to the critic.
        seconds: time spent training.
    """

    run: Run
    name: str
    card: Card
    seed: int
    step: int
    images: int
    seconds: float


@dataclass(frozen=True)
class Estimate:
    """One figure of a configuration.

    Attributes:
        value: mean over its seeds; None where samples only bound it.
        low: lower end of the 95 % interval: over seeds where there are several, else over samples; within what
            is possible, and None where all seeds agree.
        high: upper end.
        real: what real images score.
    """

    value: float | None
    low: float | None
    high: float | None
    real: float | None


@dataclass(frozen=True)
class Group:
    """The runs of one configuration, which differ in their seed alone.

    Attributes:
        name: names of the runs.
        label: what tells the configuration from the others.
        entries: its runs, by seed.
        settings: its configuration, flat.
        rank: best and worst place that the differences found allow, from 1.
    """

    name: str
    label: str
    entries: tuple[Entry, ...]
    settings: Settings
    rank: tuple[int, int] = (1, 1)

    def values(self, figure: str) -> list[float | None]:
        """Return a figure of every seed."""
        return [entry.card[figure].value for entry in self.entries]

    def estimate(self, figure: str) -> Estimate | None:
        """Return a figure of this configuration, or None where a card lacks it."""
        if any(figure not in entry.card.figures for entry in self.entries):
            return None
        readings = [entry.card.figures[figure] for entry in self.entries]
        first = readings[0]
        if len(readings) == 1:
            return Estimate(first.value, first.low, first.high, first.real)
        values = [reading.value for reading in readings if reading.value is not None]
        if len(values) < len(readings):
            return Estimate(None, None, None, first.real)
        mean, *ends = of_draws(np.array(values))
        if min(values) == max(values):  # as counts often are: no scatter to take an interval from
            return Estimate(mean, None, None, first.real)
        return Estimate(mean, *within(first.range, *ends), first.real)

    @property
    def images(self) -> float:
        """Mean number of images shown."""
        return float(np.mean([entry.images for entry in self.entries]))

    @property
    def seconds(self) -> float:
        """Mean time spent training."""
        return float(np.mean([entry.seconds for entry in self.entries]))


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Return what makes two runs the same configuration, flat."""
    flags = {name.replace("_", "-"): value for name, value in _flags(config).items()}
    return {
        "recipe": config["recipe"],
        **flags,
        "batch": config["batch"],
        "ema": config["ema"],
        "budget": str(Budget(**config["budget"])),
        "init": config["init"],
        "rates": ", ".join(
            f"{player} {rates['lr']:g}" for player, rates in config.get("optimizers", {}).items()
        ),
        "crop": config["data"]["crop"],
        "device": config["plan"]["device"],
        "precision": config["plan"]["precision"],
        "saddlepoint": config["versions"]["saddlepoint"],
    }


def computed(config: Mapping[str, Any]) -> str:
    """Return how a run was computed, as far as that decides its last digits: threads, precision, kernels."""
    plan = config["plan"]
    if plan["device"] != "cpu":
        return f"{plan['device']}, {plan['precision']}"
    parts = [f"{_threads(count)} until step {step:,}" for step, count in config.get("threads_before", ())]
    return f"{', then '.join([*parts, _threads(plan['threads'])])}, {plan['precision']}"


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def _flags(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's flags, with the defaults of those that its recipe got later."""
    recipe = recipes.get(config["recipe"]) if config["recipe"] in recipes else None
    later = {} if recipe is None else {name: parameter.default for name, parameter in recipe.flags.items()}
    return later | config["flags"]


def differing(settings: Sequence[Settings]) -> dict[str, list[Any]]:
    """Return the settings that are not the same in all, with the value (or None) of each."""
    names = dict.fromkeys(name for configuration in settings for name in configuration)
    rows = {name: [configuration.get(name) for configuration in settings] for name in names}
    return {name: row for name, row in rows.items() if any(value != row[0] for value in row)}


def labels(configurations: Sequence[Settings], names: Sequence[str]) -> list[str]:
    """Describe each configuration by its recipe and what tells it from others of that recipe.

    Where that takes more than two settings, or does not tell all apart, ``names`` are used.
    """
    described = []
    for settings, name in zip(configurations, names, strict=True):
        alike = [other for other in configurations if other["recipe"] == settings["recipe"]]
        telling = [f"{setting} {shown(settings.get(setting))}" for setting in differing(alike)]
        described.append(_described(settings["recipe"], telling) if len(telling) <= 2 else name)
    return described if len(set(described)) == len(described) else list(names)


def shown(value: Any) -> str:
    """Return a setting as people read it."""
    if value is None or value == []:
        return "default" if value is None else "none"
    if isinstance(value, Mapping):
        return optimization.told(value)
    return " ".join(f"{item}" for item in value) if isinstance(value, list | tuple) else str(value)


def short_names(paths: list[Path]) -> list[str]:
    """Return the shortest ends of the paths, of one, two or all parts, that tell them apart."""
    for parts in (1, 2):
        names = ["/".join(path.resolve().parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _described(recipe: str, telling: Sequence[str]) -> str:
    return f"{recipe} ({', '.join(telling)})" if telling else recipe
