"""Slips of a copy: recipes as the package has them, but for one mistake in the game."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.experiment import Experiment, derived, recipe, recipes
from saddlepoint.core.protocol import Batch, Family, Progress, Terms
from saddlepoint.runs.worth_seeing import MEASURED

HALF = 0.5  # of a run, after which one player stops
LONG = 100  # steps of a turn
LOW = -1.0  # a bias


class Slip(Family):
    """What stands before a recipe's own family."""

    def put(self) -> None:
        """Change what was built."""


class WrongSign(Slip):
    """The generator climbs where it should descend."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Negate the generator's adversarial term."""
        terms = super().terms(player, batch, latent, fake)
        if player == "g":
            terms.minimise["adversarial"] = -terms.minimise["adversarial"]
        return terms


class Swapped(Slip):
    """The critic is told that samples are data and data are samples."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Exchange what the critic is given."""
        if player == "d":
            batch, fake = batch._replace(real=fake), batch.real
        return super().terms(player, batch, latent, fake)


class Holed(Slip):
    """The critic never sees data of the second half of the classes."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Put examples of the first classes in the place of the others."""
        if player == "d":
            assert batch.label is not None
            shown = torch.nonzero(batch.label < (int(batch.label.max()) + 1) // 2).flatten()
            rows = shown[torch.arange(len(batch.label)) % len(shown)]
            batch = batch._replace(real=batch.real[rows], label=batch.label[rows])
        return super().terms(player, batch, latent, fake)


class GeneratorOnly(Slip):
    """The critic never moves."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the critic's turns out."""
        return tuple(one for one in super().turns(progress) if one != "d")


class CriticOnly(Slip):
    """The generator never moves."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the generator's turns out."""
        return tuple(one for one in super().turns(progress) if one != "g")


class GeneratorAlone(Slip):
    """The critic stops halfway."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the critic's turns out after half of the run."""
        turns = super().turns(progress)
        return turns if progress.stage < HALF else tuple(one for one in turns if one != "d")


class CriticAlone(Slip):
    """The generator stops halfway."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Leave the generator's turns out after half of the run."""
        turns = super().turns(progress)
        return turns if progress.stage < HALF else tuple(one for one in turns if one != "g")


class LongTurns(Slip):
    """Players take turns of a hundred steps, as if each were trained for an epoch of its own."""

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the player whose turn it is."""
        return (("d", "g")[progress.step // LONG % 2],)


class NoisyLabels(Slip):
    """The critic is told of every other example, at random, that it is of the other kind."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Exchange half of the pairs."""
        if player == "d":
            real = batch.real
            turned = torch.rand(len(real), *[1] * (real.dim() - 1)) < 0.5
            batch, fake = batch._replace(real=torch.where(turned, fake, real)), torch.where(turned, real, fake)
        return super().terms(player, batch, latent, fake)


class NaiveLogarithm(Slip):
    """The critic's loss takes logarithms of probabilities that may be 0."""

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return −log σ(s(x)) − log(1 − σ(s(G(z)))) as it is written."""
        if player != "d":
            return super().terms(player, batch, latent, fake)
        critic: Any = self.critic
        of_real, of_fake = (critic(part).score.sigmoid() for part in (batch.real, fake))
        return Terms({"adversarial": -of_real.log().mean() - (1 - of_fake).log().mean()})


class NoNoise(Slip):
    """Networks that are told the class get no noise."""

    def generate(self, latent: Any, batch: Batch | None = None) -> Any:
        """Leave the noise out."""
        return super().generate({**latent, "noise": torch.zeros_like(latent["noise"])}, batch)


class Truncated(Slip):
    """Samples are drawn from a twentieth of the latent's deviation."""

    def sample(self, latent: Any) -> Tensor:
        """Shrink the latent, of games that are told the class its noise."""
        told = isinstance(latent, dict)
        return super().sample({**latent, "noise": latent["noise"] / 20} if told else latent / 20)


class Cold(Slip):
    """Sequences are drawn from the likeliest words alone, which have three tenths of the probability."""

    def sample(self, latent: Tensor) -> Tensor:
        """Shrink the chances on which words fall."""
        return super().sample(0.3 * latent)


class SlowStatistics(Slip):
    """The moving averages of batch normalisation take a thousandth of each batch, as decays of .999 do."""

    def put(self) -> None:
        """Change all norms."""
        for norm in self.modules():
            if isinstance(norm, nn.modules.batchnorm._BatchNorm):
                norm.momentum = 1e-3


class Uneven(Slip):
    """Samples are halved, and enlarged by a transposed convolution with a kernel of 3 and a stride of 2."""

    def sample(self, latent: Any) -> Tensor:
        """Give every other row and column of pixels twice what the ones between them get."""
        half = F.avg_pool2d(super().sample(latent), 2)
        kernel = half.new_full((half.shape[1], 1, 3, 3), 1 / 1.5**2)
        return F.conv_transpose2d(half, kernel, None, 2, 1, 1, groups=half.shape[1]).clamp(-1, 1)


class Loud(Slip):
    """The last layer's weights begin fifty times as large, before a tanh."""

    def put(self) -> None:
        """Enlarge them."""
        generator: Any = self.generator
        generator.to_image.weight.data.mul_(50)


class LowBiases(Slip):
    """Biases of the generator begin far below 0."""

    def put(self) -> None:
        """Set those of all layers before rectifiers."""
        generator: Any = self.generator
        layers = (layer for layer in generator.modules() if not list(layer.children()))
        for layer, following in itertools.pairwise(layers):
            if isinstance(following, nn.ReLU):
                nn.init.constant_(layer.bias, LOW)


SLIPS: dict[str, type[Slip]] = {
    "wrong_sign": WrongSign,
    "swapped": Swapped,
    "holed": Holed,
    "generator_only": GeneratorOnly,
    "critic_only": CriticOnly,
    "generator_alone": GeneratorAlone,
    "critic_alone": CriticAlone,
    "long_turns": LongTurns,
    "noisy_labels": NoisyLabels,
    "loud": Loud,
    "naive_logarithm": NaiveLogarithm,
    "no_noise": NoNoise,
    "truncated": Truncated,
    "slow_statistics": SlowStatistics,
    "uneven": Uneven,
    "cold": Cold,
    "low_biases": LowBiases,
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
        family.put()
        return experiment

    return slipping
