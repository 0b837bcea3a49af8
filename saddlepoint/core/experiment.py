"""What a recipe returns: a family and everything that the engine needs to train it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from saddlepoint.core.docstrings import said_of
from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import Range, kinds
from saddlepoint.core.registry import Registry
from saddlepoint.core.vocabulary import Vocabulary

if TYPE_CHECKING:  # what is typed is checked before the libraries are loaded that training needs
    import numpy as np

    from saddlepoint.core.protocol import Family, Progress

Schedule = Callable[["Progress"], float]
OrZero = Annotated[int, 0]  # a recipe's whole number that may be 0; plain ones are at least 1
Tries = Annotated[int, 0, 3]  # the same of a command's option, which stands for 3 where no number follows


@dataclass(frozen=True)
class Optimizer:
    """How one player descends.

    Attributes:
        lr: learning rate at the start.
        kind: the rule.
        betas: decay rates of Adam's two moments.
        eps: Adam's and RMSprop's denominator offset.
        momentum: SGD's momentum at the start.
        weight_decay: L2 coefficient added to the gradient.
        clip: bound on every weight's absolute value after an update (Wasserstein GAN), or None.
        schedules: for a hyper-parameter's name (``"lr"``, ``"momentum"``) its value as a function of progress.
    """

    lr: float
    kind: Literal["adam", "sgd", "rmsprop"] = "adam"
    betas: tuple[float, float] = (0.5, 0.999)
    eps: float = 1e-8
    momentum: float = 0.0
    weight_decay: float = 0.0
    clip: float | None = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)


class Budget(NamedTuple):
    """How long to train: exactly one of the four is set."""

    steps: int | None = None
    images: int | None = None
    epochs: float | None = None
    minutes: float | None = None

    @property
    def unit(self) -> str:
        """The name of the one that is set."""
        return next(name for name, value in zip(self._fields, self, strict=True) if value is not None)

    def used(self, step: int, images: int, count: int, seconds: float) -> float:
        """Return what is used up, in the budget's unit.

        Args:
            step: steps done.
            images: real images shown to the critic.
            count: images in the training split.
            seconds: time spent training.
        """
        return {"steps": step, "images": images, "epochs": images / count, "minutes": seconds / 60}[self.unit]

    def fraction(self, step: int, images: int, count: int, seconds: float) -> float:
        """Return the share of the budget that is used up, in [0, 1]; arguments as for :meth:`used`."""
        return min(1.0, self.used(step, images, count, seconds) / getattr(self, self.unit))

    def to_json(self) -> dict[str, float]:
        """Return the one that is set by its name: ``Budget(**stored)`` is the budget again."""
        return {self.unit: getattr(self, self.unit)}

    def __str__(self) -> str:
        return self.told("images")

    def told(self, examples: str) -> str:
        """Return the budget for people, ``3 minutes`` or ``900 points``; ``examples`` are called so."""
        value, unit = getattr(self, self.unit), examples if self.unit == "images" else self.unit
        return f"{value:,.12g} {unit if value != 1 else unit.removesuffix('s')}"


@dataclass(frozen=True)
class DataSpec:
    """What a recipe may know of the data.

    Attributes:
        name: short name, for example ``"mnist"``.
        kind: name of the kind of data, as in ``core.kinds``: ``"images"``.
        shape: of an example in memory: (h, w, c) of an image, (d,) of a point, (c, t) of a sound, (t,) tokens.
        classes: class names, empty where there are no labels.
        count: training examples.
        mean: () -> mean training example, float64 of ``shape`` (pixels in [0, 1]); None when a run is
            loaded without its data, where initial values no longer matter.
        deviation: () -> the standard deviation of every number of an example, as ``mean``.
        counts: training examples of each class; empty without labels, and where a run did not keep them.
        unseen: labels of the classes that no training example has.
        notes: what was said of the reading, which may tell why there are no classes.
        rate: samples a second of sounds, 0 for all else.
        vocabulary: what tokens stand for, None for all else.
        judge: () -> the network of the data's judge, a classifier of their classes, trained on first use; None
            where the data are not at hand.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    count: int
    mean: Callable[[], np.ndarray] | None = None
    deviation: Callable[[], np.ndarray] | None = None
    counts: tuple[int, ...] = ()
    unseen: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    rate: int = 0
    vocabulary: Vocabulary | None = None
    judge: Callable[[], Any] | None = None

    @property
    def size(self) -> int:
        """Side of the square images in pixels."""
        return self.shape[0]

    @property
    def channels(self) -> int:
        """Channels of an example."""
        return self.tensor_shape[0]

    @property
    def tensor_shape(self) -> tuple[int, ...]:
        """Shape of one example as the networks see it: (c, h, w), (d,), (c, t) or (t,)."""
        return kinds.get(self.kind).tensor_shape(self.shape)


@dataclass(frozen=True)
class Experiment:
    """A family with the way in which it is trained.

    Attributes:
        family: the game, freshly initialised.
        optimizers: one for each player.
        batch: real images a turn.
        budget: default length of a run, long enough that the result is worth seeing.
        simultaneous: all gradients first, then all updates; otherwise each turn sees the last one's update.
        fresh_latent: draw a new latent for the generator's turn, instead of one for all turns of a step.
        ema: decay per step of the average of all weights that sampling uses; 0 turns it off.
        range: of the floats that the family works in.
        objective: one line that names the losses, for people.
    """

    family: Family
    optimizers: dict[str, Optimizer]
    batch: int = 64
    budget: Budget = Budget(epochs=10)  # noqa: RUF009 - an immutable tuple
    simultaneous: bool = False
    fresh_latent: bool = True
    ema: float = 0.0
    range: Range = (-1.0, 1.0)
    objective: str = ""


@dataclass(frozen=True)
class Recipe:
    """A named way to an experiment; the signature of ``build`` is its configuration.

    Attributes:
        name: what users type.
        build: (DataSpec, **flags) -> Experiment.
        needs: the kinds of data that it can train on.
        sizes: native side in pixels -> nearest supported side; None where every size will do.
    """

    name: str
    build: Callable[..., Experiment]
    needs: tuple[str, ...]
    sizes: Callable[[int], int] | None

    @property
    def help(self) -> str:
        """The first line of the recipe's docstring."""
        return (self.build.__doc__ or "").strip().split("\n")[0]

    @property
    def flags(self) -> dict[str, inspect.Parameter]:
        """The recipe's own flags: its keyword-only parameters."""
        parameters = inspect.signature(self.build).parameters
        return {name: p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}

    def flag_help(self, flag: str) -> str:
        """Return what the docstring's ``Args`` section says of ``flag``."""
        return said_of(self.build, flag)

    def check_kind(self, data: DataSpec) -> None:
        """Raise UserError when the recipe cannot train on this kind of data."""
        if data.kind not in self.needs:
            fitting = [name for name, recipe in recipes.items() if data.kind in recipe.needs]
            told = "".join(f" ({note})" for note in data.notes if "pictures" in note)
            raise UserError(
                f"recipe {self.name!r} trains on {' or '.join(self.needs)}, but {data.name!r} holds "
                f"{data.kind}{told}; try {', '.join(fitting)}"
            )

    def nearest_size(self, native: int) -> int:
        """Return the supported side in pixels that is nearest to ``native``."""
        return self.sizes(native) if self.sizes else native


recipes: Registry[Recipe] = Registry("recipe", "saddlepoint.families")


def recipe(
    *,
    needs: tuple[str, ...] = ("images",),
    sizes: Callable[[int], int] | None = None,
) -> Callable[[Callable[..., Experiment]], Callable[..., Experiment]]:
    """Register a function (DataSpec, *, flags...) -> Experiment as a recipe under its own name.

    Raises:
        UserError: ``needs`` names a kind of data that there is not.
    """

    def decorate(build: Callable[..., Experiment]) -> Callable[..., Experiment]:
        name: Any = getattr(build, "__name__")  # noqa: B009
        for kind in needs:
            kinds.get(kind)
        recipes.add(name, Recipe(name, build, needs, sizes))
        return build

    return decorate


def between(least: int, most: int) -> Callable[[int], int]:
    """Return a recipe's ``sizes`` where every side from ``least`` to ``most`` pixels will do."""
    return lambda native: min(most, max(least, native))


def variant(
    name: str, base: Callable[..., Experiment], summary: str, **defaults: Any
) -> Callable[..., Experiment]:
    """Register a recipe that differs from another one in defaults alone.

    Args:
        name: what users type.
        base: the other recipe.
        summary: first line of the docstring; the rest is the other recipe's.
        **defaults: of the flags that differ.
    """
    known = recipes.get(getattr(base, "__name__"))  # noqa: B009
    return recipe(needs=known.needs, sizes=known.sizes)(derived(name, base, summary, defaults))


def derived(
    name: str, base: Callable[..., Any], summary: str, defaults: Mapping[str, Any]
) -> Callable[..., Any]:
    """Return a function that differs from ``base`` in name, first line of the docstring and defaults."""
    build = functools.partial(base, **defaults)
    signature = inspect.signature(build)
    functools.update_wrapper(build, base)  # the rest of the docstring, annotations and home
    doc = "\n".join([summary, *(base.__doc__ or "").split("\n")[1:]])
    vars(build).update(__name__=name, __doc__=doc, __signature__=signature)
    return build
