"""The family protocol: what a game between networks tells the engine, and nothing more.

A family says what each player minimises; the engine owns every change of state. A family never calls
``backward``, ``step``, ``zero_grad``, ``detach``, ``.item()`` or ``.to()``.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.utils._pytree import tree_map


class Batch(NamedTuple):
    """Real data as the players see them.

    Attributes:
        real: tensors with first axis n: (n, c, h, w) or (n, c, t) floats in the experiment's range, (n, d)
            points, or (n, t) int64 tokens.
        label: (n,) int64 classes, or None where the data have none.
    """

    real: Tensor
    label: Tensor | None = None


class Critique(NamedTuple):
    """What a critic says of a batch.

    Attributes:
        score: (n,) logit, or energy.
        feature: (n, f) last hidden code.
        maps: what else a family's own terms look at.
    """

    score: Tensor
    feature: Tensor
    maps: tuple[Tensor, ...] = ()


class Terms(NamedTuple):
    """What a player minimises, and what is worth watching beside it.

    Attributes:
        minimise: weighted scalar terms by name; the player descends on their sum.
        watch: scalars that are only logged, by name.
    """

    minimise: dict[str, Tensor]
    watch: Mapping[str, Tensor] = {}


class Code(NamedTuple):
    """A part of the latent that means something, and can be set.

    Attributes:
        name: short name, for example ``"c1"`` or ``"class"``.
        values: settings worth seeing, in order.
        discrete: whether the values are names of kinds, 0 to K − 1, rather than points of a scale.
    """

    name: str
    values: tuple[float, ...]
    discrete: bool


class Density(NamedTuple):
    """How likely a game finds examples, where it can say so.

    Attributes:
        log: (n, ...) examples -> (n,) log p(x) in nats, or a lower bound on it. It may draw from torch's global
            generator. Pixels are taken for chances of bits, whose log-likelihood it is then.
        bound: whether it is a bound.
        error: standard error of what all values share, such as an estimated log Z.
    """

    log: Callable[[Tensor], Tensor]
    bound: bool = False
    error: Tensor | float = 0.0


class Enlarger(NamedTuple):
    """How a game enlarges images.

    Attributes:
        scale: how many times as large.
        reach: pixels of the small image around a place that what is made there depends on.
        enlarge: (n, c, h, w) floats of any size in the experiment's range -> (n, c, scale·h, scale·w).
    """

    scale: int
    reach: int
    enlarge: Callable[[Tensor], Tensor]


class Progress(NamedTuple):
    """How far a run has come; schedules are functions of it.

    Attributes:
        step: steps done.
        images: real images shown to the critic.
        epochs: training splits shown to the critic.
        fraction: share of the budget done, in [0, 1].
        reached: the largest share of a budget that was done before the run was extended.
    """

    step: int
    images: int
    epochs: float
    fraction: float
    reached: float = 0.0

    @property
    def stage(self) -> float:
        """Share of the budget done, which an extension does not lower: a stage that is over stays so."""
        return max(self.fraction, self.reached)


START = Progress(0, 0, 0.0, 0.0)


class Family(nn.Module):
    """A game: its networks as submodules, its players, and what each of them minimises.

    Attributes:
        players: for each player the names of the submodules whose parameters it moves. Two players may move the
            same one, each with an optimizer of its own: whatever changes on the way, another loss say, is
            another player.
        generators: submodules that make samples; a player generates if it moves one of them.
        critics: submodules that judge, for those who look into them; the last one judges finished examples.
        condition: what ``latent`` heeds: nothing, the (n,) "label" of a class each, or an "example" each, of
            which samples are then made: the training's own where it is not told another.
        samples: whether the game makes samples at all.
        second_order: players whose terms differentiate a gradient; they get fresh leaves that require
            gradients for the real and the fake batch.
        codes: parts of the latent that can be set with ``with_code``.
        coupled: how many neighbouring examples the terms judge as one, 0 for all: a batch may be split between
            them for want of memory.
        references: values of terms and statistics at the game's equilibrium, where known.
        taught_by: encoders whose features its terms compare, and which therefore cannot judge it.
    """

    players: Mapping[str, tuple[str, ...]] = {"d": ("critic",), "g": ("generator",)}
    generators: tuple[str, ...] = ("generator",)
    critics: tuple[str, ...] = ("critic",)
    condition: Literal["", "label", "example"] = ""
    samples: ClassVar[bool] = True
    second_order: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    coupled: int = 1
    references: Mapping[str, float] = {}
    taught_by: tuple[str, ...] = ()

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the players in the order in which they move now.

        Who moves may change, as a function of ``progress.stage``.
        """
        return ("d", "g")

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Any:
        """Draw ``n`` latents as any pytree of tensors with first axis n, on the device of ``rng``."""
        raise NotImplementedError

    def generate(self, latent: Any, batch: Batch | None = None) -> Any:
        """Return fakes made of latents. Nothing else calls the generator."""
        raise NotImplementedError

    def fakes(self, player: str, latent: Any, batch: Batch) -> Any:
        """Return what ``player`` is given beside the real batch, any pytree; None where it needs none.

        What one player is given serves the next one too where an experiment's latents are shared.
        """
        return self.generate(latent, batch)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return what ``player`` minimises on this batch."""
        raise NotImplementedError

    def sample(self, latent: Any) -> Tensor:
        """Return finished samples: what a batch's ``real`` holds, of the same shape and range."""
        return self.generate(latent)

    def levels(self, latent: Any) -> dict[str, Tensor]:
        """Return the images through which samples come to be, by name, the samples last; else nothing.

        They are floats in the experiment's pixel range, (n, c, h, w), whose sides may differ.
        """
        return {}

    def labels(self, latent: Any) -> Tensor | None:
        """Return the (n,) classes that latents were drawn with, None where the game is told none."""
        return None

    def with_code(self, latent: Any, code: str, value: float) -> Any:
        """Return ``latent`` with one of ``codes`` set to ``value`` throughout."""
        raise NotImplementedError

    def recognise(self, x: Tensor) -> Tensor | None:
        """Return (n,) int64, the first discrete code that the game reads off (n, ...) examples, or None."""
        return None

    def density(self) -> Density | None:
        """Return how likely the game finds examples, in evaluation; None where it cannot say."""
        return None

    def reconstruct(self, x: Tensor) -> Tensor | None:
        """Return (n, ...) examples after a way through the game's code and back, None where there is none."""
        return None

    def enlarger(self) -> Enlarger | None:
        """Return how the game enlarges images, in evaluation; None where it does not."""
        return None

    def after(self, progress: Progress) -> None:
        """Update state that is not a parameter, once a step. Keep it in buffers, so that it is saved."""

    def generates(self, player: str) -> bool:
        """Say whether ``player`` moves a generator, and so receives fakes that carry gradients."""
        return any(module in self.generators for module in self.players[player])

    def reads(self, player: str) -> bool:
        """Say whether a repeated turn of ``player`` needs a new real batch."""
        return not self.generates(player)

    def parameters_of(self, player: str) -> dict[str, nn.Parameter]:
        """Return the parameters that ``player`` moves, by name."""
        return {
            f"{module}.{name}": parameter
            for module in self.players[player]
            for name, parameter in self.get_submodule(module).named_parameters()
            if parameter.requires_grad
        }

    @property
    def conditional(self) -> bool:
        """Whether samples can be asked for by class."""
        return self.condition == "label"


def given(family: Family, player: str, batch: Batch, fake: Any) -> tuple[Batch, Any]:
    """Return batch and fakes as ``player`` is handed them.

    Fakes are detached from the generator for players that do not generate; players of ``second_order`` get
    floating tensors as fresh leaves that require gradients. All else stays as it is.
    """
    generates = family.generates(player)
    if not generates:
        fake = _floats(Tensor.detach, fake)
    if player in family.second_order:
        batch = batch._replace(real=_floats(lambda x: x.detach().requires_grad_(), batch.real))
        if not generates:
            fake = _floats(lambda x: x.float().requires_grad_(), fake)
    return batch, fake


def take_turns(family: Family, batch: Batch, latent: Any) -> None:
    """Let every player take its turn on the same batch, so that every network is called as in training.

    Fakes of players that do not generate are detached and require gradients; they are no leaves, whose hooks
    torch's counter of FLOPs cannot follow where a penalty differentiates.
    """
    for player in family.players:
        fake = family.fakes(player, latent, batch)
        if not family.generates(player):
            fake = _floats(lambda x: x.detach().requires_grad_().clone(), fake)
        family.terms(player, batch, latent, fake)


def _floats(change: Callable[[Tensor], Tensor], tree: Any) -> Any:
    return tree_map(lambda x: change(x) if isinstance(x, Tensor) and torch.is_floating_point(x) else x, tree)
