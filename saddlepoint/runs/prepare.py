"""From what the user asked for to an experiment that is ready to train, and to the configuration it stores."""

import dataclasses
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Recipe, recipes
from saddlepoint.core.flags import resolve
from saddlepoint.core.kinds import Kind, kinds
from saddlepoint.core.optimization import adjusted
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.seeds import derive
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Reading
from saddlepoint.engine.turns import images_drawn
from saddlepoint.evaluate.encoders.judge import judging
from saddlepoint.runs.choosing import USUAL, Choice, affordable, choose
from saddlepoint.runs.declared import check_recipe

MAX_BATCH = 1 << 20


@dataclass(frozen=True)
class Built:
    """A recipe with its flags, built for data that look like ``spec``.

    Attributes:
        recipe: the recipe.
        flags: a value for each of its flags, those of its optimizers among them.
        spec: what the recipe was told of the data.
        experiment: what the recipe returned, with the user's batch size and EMA.
        seed: seed of the initial weights.
    """

    recipe: Recipe
    flags: dict[str, Any]
    spec: DataSpec
    experiment: Experiment
    seed: int

    @property
    def kind(self) -> Kind:
        """The kind of data."""
        return kinds.get(self.spec.kind)

    def to_array(self, samples: torch.Tensor) -> np.ndarray:
        """Return samples (n, ...) as examples of the data lie in memory."""
        return self.kind.to_array(samples, self.experiment.range)

    def config(self) -> dict[str, Any]:
        """Return what :func:`rebuild` needs, as JSON values."""
        return {
            "recipe": self.recipe.name,
            "flags": self.flags,
            "batch": self.experiment.batch,
            "ema": self.experiment.ema,
            "seed": self.seed,
            "optimizers": _rates(self.experiment),
            "data": {
                "name": self.spec.name,
                "kind": self.spec.kind,
                "shape": list(self.spec.shape),
                "classes": list(self.spec.classes),
                "count": self.spec.count,
                "counts": list(self.spec.counts),
                "unseen": list(self.spec.unseen),
                "rate": self.spec.rate,
                "vocabulary": None if self.spec.vocabulary is None else self.spec.vocabulary.to_json(),
            },
        }

    def on(self, data: Dataset) -> "Prepared":
        """Return it with the data that it is to be trained on."""
        return Prepared(self.recipe, self.flags, data.spec, self.experiment, self.seed, data)


@dataclass(frozen=True)
class Prepared(Built):
    """A recipe built for its data, ready to train.

    Attributes:
        data: the data.
        choice: why this recipe, where none was asked for.
    """

    data: Dataset
    choice: Choice | None = None


def prepare(
    recipe: str | None,
    data: str,
    *,
    seed: int = 0,
    batch: int | None = None,
    ema: float | None = None,
    flags: dict[str, Any] | None = None,
    beside: Collection[str] = (),
    report: Progressing = silent,
    **reading: Unpack[Reading],
) -> Prepared:
    """Read the data and build the recipe for them.

    Args:
        recipe: its name; None takes the one that suits the data, or dcgan where flags of its own are given.
        data: name of a data set, or path of files.
        seed: seed of the initial weights.
        batch: images a step.
        ema: decay of the weights' average.
        flags: the recipe's flags.
        beside: settings of the caller's own, which a mistyped flag may have meant.
        report: told of slow reading.
        **reading: how the data are read.

    Raises:
        UserError: something that was asked for does not exist or does not fit.
    """
    if recipe is None and not flags:
        dataset, choice = _suited(data, report=report, **reading)
        chosen = recipes.get(choice.recipe)
        built = build(chosen, resolve(chosen, {}, beside), _told(dataset), seed, batch, ema)
        return dataclasses.replace(built.on(dataset), choice=choice)
    chosen = find_recipe(recipe or USUAL)
    resolved = resolve(chosen, flags or {}, beside)
    dataset = read(chosen, data, report=report, **reading)
    built = build(chosen, resolved, _told(dataset), seed, batch, ema)
    _check_packs(built.experiment)
    return built.on(dataset)


def _check_packs(experiment: Experiment) -> None:
    """Refuse a batch that is a single example to a critic of packs: one has no statistics."""
    pack, batch = experiment.family.coupled, experiment.batch
    if pack > 1 and batch < 2 * pack:
        raise UserError(
            f"--batch {batch} holds fewer than two packs of {pack}; give --batch of at least {2 * pack}"
        )


def _suited(source: str, *, report: Progressing, **reading: Unpack[Reading]) -> tuple[Dataset, Choice]:
    """Read a source at a size that this machine trains, and choose; read again where that needs another."""
    usual, asked = recipes.get(USUAL), reading.get("size")
    reduced = False

    def side(native: int) -> int:
        nonlocal reduced
        reduced = affordable(native) < native
        return usual.nearest_size(affordable(native))

    if asked is None:
        reading["size"] = side
    dataset = _loaded(usual, source, report=report, **reading)
    choice = choose(dataset.spec, fixed=asked is not None)
    chosen = recipes.get(choice.recipe)
    chosen.check_kind(dataset.spec)
    if kinds.get(dataset.spec.kind).sized and chosen.nearest_size(dataset.spec.size) != dataset.spec.size:
        dataset = read(chosen, source, report=report, **{**reading, "size": asked})
    if reduced:
        choice = choice._replace(why=f"{choice.why}; {dataset.spec.size} pixels, as there is no GPU (--size)")
    return dataset, choice


def _told(dataset: Dataset) -> DataSpec:
    """Return what a recipe is told of the data, their judge among it."""
    return dataclasses.replace(dataset.spec, judge=lambda: judging(dataset)[0])


def find_recipe(name: str) -> Recipe:
    """Return the recipe called ``name``; raises UserError where there is none."""
    check_recipe(name)
    return recipes.get(name)


def read(recipe: Recipe, source: str, *, report: Progressing = silent, **reading: Unpack[Reading]) -> Dataset:
    """Read a source of a recipe's kind, at a size that it supports."""
    dataset = _loaded(recipe, source, report=report, **reading)
    recipe.check_kind(dataset.spec)
    return dataset


def _loaded(recipe: Recipe, source: str, *, report: Progressing, **reading: Unpack[Reading]) -> Dataset:
    size = reading.get("size")
    if isinstance(size, int) and recipe.nearest_size(size) != size:
        raise UserError(
            f"recipe {recipe.name!r} does not support --size {size}; the nearest is {recipe.nearest_size(size)}"
        )
    reading["size"] = recipe.nearest_size if size is None else size
    return load(source, report=report, **reading)


def rebuild(config: dict[str, Any], data: Callable[[], Dataset] | None = None) -> Built:
    """Build the experiment of a stored run, without its data.

    Args:
        config: what the run stores.
        data: () -> its data, read where the game learns from their judge; None where it is not played.

    Raises:
        UserError: the configuration does not fit this version's recipe.
    """
    chosen = recipes.get(config["recipe"])
    resolved = resolve(chosen, config["flags"])
    spec = spec_of(config)
    if data is not None:
        spec = dataclasses.replace(spec, judge=lambda: judging(data())[0])
    built = build(chosen, resolved, spec, config["seed"], config["batch"], config["ema"])
    now, then = _rates(built.experiment), config.get("optimizers")  # not kept at first
    if then is not None and then != now:
        raise UserError(
            f"the run was trained with the optimizers {then}, and this version's recipe {chosen.name!r} gives "
            f"{now} for its flags; go on with the version of saddlepoint that trained it"
        )
    return built


def spec_of(config: dict[str, Any]) -> DataSpec:
    """Return what the recipe of a stored run was told of the data; raises UserError where that is damaged."""
    try:
        stored = config["data"]
        spec = DataSpec(
            name=stored["name"],
            kind=stored["kind"],
            shape=tuple(stored["shape"]),
            classes=tuple(stored["classes"]),
            count=stored["count"],
            counts=tuple(stored.get("counts", ())),  # not kept at first
            unseen=tuple(stored.get("unseen", ())),  # likewise
            rate=stored.get("rate", 0),  # not kept at first, nor were vocabularies
            vocabulary=Vocabulary.from_json(stored.get("vocabulary")),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"what the run's config.json says of its data is damaged ({error})") from error
    whole = all(isinstance(count, int) and count >= 0 for count in spec.counts)
    if spec.counts and not (whole and len(spec.counts) == len(spec.classes) and sum(spec.counts) == spec.count):
        raise UserError("the run's config.json is damaged: its counts of classes do not add up to its examples")
    return spec


def duration(prepared: Built, step_seconds: float | None, budget: Budget) -> float:
    """Return the seconds that a budget takes at ``step_seconds`` a step; 0 where nobody knows."""
    if budget.minutes is not None:
        return 60 * budget.minutes
    if step_seconds is None:
        return 0.0
    images = images_drawn(prepared.experiment)
    return step_seconds / budget.fraction(1, images, prepared.spec.count, step_seconds)


def build(
    recipe: Recipe,
    flags: dict[str, Any],
    spec: DataSpec,
    seed: int,
    batch: int | None,
    ema: float | None,
) -> Built:
    """Build a recipe for data that look like ``spec``; ``batch`` and ``ema`` None are the recipe's own.

    Raises:
        UserError: a value is out of its range.
    """
    if batch is not None and not 2 <= batch <= MAX_BATCH:
        raise UserError(f"--batch must be from 2 to {MAX_BATCH}, got {batch}")
    if ema is not None and not 0 <= ema < 1:
        raise UserError(f"--ema must be at least 0 and below 1, got {ema}")
    if not 0 <= seed < 1 << 63:
        raise UserError(f"--seed must be from 0 to 2^63 - 1, got {seed}")
    own = {name: value for name, value in flags.items() if name in recipe.flags}
    with torch.random.fork_rng():
        torch.manual_seed(derive(seed, "weights"))
        experiment = recipe.build(spec, **own)
    # One grey channel leaves the layout of an image open; the weights' own layout decides for all that follows.
    experiment.family.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    settings = {name: value for name, value in flags.items() if name not in own}
    changes: dict[str, Any] = {"optimizers": adjusted(experiment.optimizers, settings)}
    if batch is not None:
        changes["batch"] = batch
    if ema is not None:
        changes["ema"] = ema
    return Built(recipe, flags, spec, dataclasses.replace(experiment, **changes), seed)


def _rates(experiment: Experiment) -> dict[str, dict[str, Any]]:
    """Return what each player's flags came to, as JSON values: defaults may differ between versions."""
    return {
        player: {"kind": o.kind, "lr": o.lr, "betas": list(o.betas), "weight_decay": o.weight_decay}
        for player, o in experiment.optimizers.items()
    }
