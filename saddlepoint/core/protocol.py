"""The family protocol: what a game between networks tells the engine, and nothing more.

A family says what each player minimises; the engine owns every change of state. A family never calls
``backward``, ``step``, ``zero_grad``, ``detach``, ``.item()`` or ``.to()``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from torch import Generator, Tensor, nn


class Batch(NamedTuple):
    """Real data as the players see them.

    Attributes:
        real: (n, c, h, w) floats in the experiment's pixel range, or (n, d) points.
        label: (n,) int64 classes, or None where the data have none.
    """

    real: Tensor
    label: Tensor | None = None


class Critique(NamedTuple):
    """What a critic says of a batch.

    Attributes:
        score: (n,) logit, or energy.
        feature: (n, f) last hidden code.
    """

    score: Tensor
    feature: Tensor


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


class Progress(NamedTuple):
    """How far a run has come; schedules are functions of it.

    Attributes:
        step: steps done.
        images: real images shown to the critic.
        epochs: training splits shown to the critic.
        fraction: share of the budget done, in [0, 1].
    """

    step: int
    images: int
    epochs: float
    fraction: float


class Family(nn.Module):
    """A game: its networks as submodules, its players, and what each of them minimises.

    Attributes:
        players: for each player the names of the submodules whose parameters it owns.
        second_order: players whose terms differentiate a gradient; they get fresh leaves that require
            gradients for the real and the fake batch.
        conditional: whether ``latent`` heeds its ``condition``.
        codes: parts of the latent that can be set with ``with_code``.
        together: how many neighbouring examples the terms judge as one, 0 for all: a batch may be split between
            them for want of memory.
        references: values of terms and statistics at the game's equilibrium, where known.
    """

    players: ClassVar[dict[str, tuple[str, ...]]] = {"d": ("critic",), "g": ("generator",)}
    second_order: tuple[str, ...] = ()
    conditional: ClassVar[bool] = False
    codes: tuple[Code, ...] = ()
    together: int = 1
    references: Mapping[str, float] = {}

    def turns(self, step: int) -> tuple[str, ...]:
        """Return the players in the order in which they move at ``step``."""
        del step
        return ("d", "g")

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Any:
        """Draw ``n`` latents as any pytree of tensors with first axis n, on the device of ``rng``."""
        raise NotImplementedError

    def generate(self, latent: Any, batch: Batch | None = None) -> Any:
        """Turn latents into fakes. The only road through the generator."""
        raise NotImplementedError

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return what ``player`` minimises on this batch."""
        raise NotImplementedError

    def sample(self, latent: Any) -> Tensor:
        """Return finished samples, floats in the experiment's pixel range (or points)."""
        return self.generate(latent)

    def labels(self, latent: Any) -> Tensor | None:
        """Return the (n,) classes that latents were drawn with, None where the game is told none."""
        del latent
        return None

    def with_code(self, latent: Any, code: str, value: float) -> Any:
        """Return ``latent`` with one of ``codes`` set to ``value`` throughout."""
        raise NotImplementedError

    def recognise(self, x: Tensor) -> Tensor | None:
        """Return (n,) int64, the first discrete code that the game reads off (n, ...) examples, or None."""
        del x
        return None

    def after(self, progress: Progress) -> None:
        """Update state that is not a parameter, once a step. Keep it in buffers, so that it is saved."""

    def generates(self, player: str) -> bool:
        """Say whether ``player`` owns the generator, and so receives fakes that carry gradients."""
        return "generator" in self.players[player]
