"""LAPGAN (Denton et al. 2015): a Laplacian pyramid with a game at each level.

An image I of N pixels a side is its coarse version l = up(down(I)) and a band h = I − l. The generator of the
level makes a band from noise and l; the critic is shown the sum of band and l, with the logit s_N and
D_N = σ(s_N). At the coarsest level l = 0, and both networks are dense. Each level plays a game of its own, on
coarse versions of real images (section 3.2). The critic of N pixels, dN, minimises half of the usual loss, as
the paper's code does,

    adversarial   ½ · (−E log D_N(l + h) − E log(1 − D_N(l + G_N(z, l))))

and its generator, gN, minimises

    adversarial   −E log D_N(l + G_N(z, l))

Sampling begins with the coarsest generator, and each level above adds its band to what the one below made
(equation 5). With --conditional every network is told the class too.
"""

from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe
from saddlepoint.core.protocol import Batch, Critique, Family, Progress, Terms
from saddlepoint.families.conditional import Classes, count_classes
from saddlepoint.families.vanilla import HALF, describe
from saddlepoint.networks.laplacian import (
    BesideClass,
    OverClass,
    band_critic,
    band_generator,
    down,
    kept_scale,
    level_sides,
    up,
)
from saddlepoint.networks.mlp import mlp_critic, mlp_generator
from saddlepoint.objectives import Objective, objectives


class Lapgan(Family):
    """A generator and a critic for each side of a pyramid; level i is that of ``sides[i]``.

    Args:
        sides: of the images in pixels, coarse to fine.
        networks: (generator, critic) of each. The coarsest are (n, latent) -> images and images -> Critique,
            the others (n, 1 + c, s, s), a plane of noise and the coarse image, -> bands and images -> Critique.
            All take (n,) labels as well where there are classes.
        latent: dimension of the coarsest noise.
        objective: name of the adversarial losses.
        classes: what samples are drawn with, None where nobody is told.
        pixels: range of the images.
    """

    def __init__(
        self,
        sides: tuple[int, ...],
        networks: list[tuple[nn.Module, nn.Module]],
        *,
        latent: int,
        objective: str,
        classes: Classes | None,
        pixels: tuple[float, float],
    ):
        super().__init__()
        self.sides = sides
        self.noise = latent
        self.objective: Objective = objectives.get(objective)
        self.middle = sum(pixels) / 2
        self.classes = classes
        self.condition = "label" if classes else ""
        self.codes = (classes.code,) if classes else ()
        self.generators = tuple(f"generator{side}" for side in sides)
        self.critics = tuple(f"critic{side}" for side in sides)
        self.players = {}
        for side, (generator, critic) in zip(sides, networks, strict=True):
            self.add_module(f"critic{side}", critic)
            self.add_module(f"generator{side}", generator)
            self.players |= {f"d{side}": (f"critic{side}",), f"g{side}": (f"generator{side}",)}
        end = self.objective.equilibrium
        values = {"d": HALF * end.critic, "g": end.generator}
        self.references = {
            f"{player}/adversarial": value
            for player in self.players
            if (value := values[player[0]]) is not None
        }

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return critic and generator of every level, coarse to fine."""
        return tuple(self.players)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> dict[str, Tensor]:
        """Draw uniform noise: (n, latent) for the coarsest level, a plane (n, 1, s, s) for each other."""
        shapes = [(n, self.noise), *((n, 1, side, side) for side in self.sides[1:])]
        latent = {
            f"noise{side}": torch.empty(shape, device=rng.device).uniform_(-1, 1, generator=rng)
            for side, shape in zip(self.sides, shapes, strict=True)
        }
        if self.classes is not None:
            latent["label"] = self.classes.draw(n, rng=rng, condition=condition)
        return latent

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return the finest images, each level made on the one below."""
        return self._climb(latent)[self.sides[-1]]

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor:
        """Return images of the player's level, made on coarse versions of the real ones."""
        level = self._level(player)
        label = None if self.classes is None else batch.label
        coarse = self._real(batch, level - 1) if level else None
        return self._finer(level, latent, coarse, label)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the adversarial term of the player's level."""
        level, loss = self._level(player), self.objective
        if player.startswith("g"):
            real_score = fake_score = self._judge(level, fake, batch)
            if loss.paired:
                with torch.no_grad():
                    real_score = self._judge(level, self._real(batch, level), batch)
            return Terms({"adversarial": loss.generator(real_score, fake_score).mean()})
        real_score = self._judge(level, self._real(batch, level), batch)
        fake_score = self._judge(level, fake, batch)
        side = self.sides[level]
        watch = {
            f"D{side}(x)": loss.probability(real_score).mean(),
            f"D{side}(G(z))": loss.probability(fake_score).mean(),
        }
        return Terms({"adversarial": HALF * loss.critic(real_score, fake_score).mean()}, watch)

    def levels(self, latent: Any) -> dict[str, Tensor]:
        """Return the image of each level, and before all but the first the band that makes it, around grey."""
        images, found = self._climb(latent), {}
        for coarse, fine in zip((None, *self.sides), self.sides, strict=False):
            if coarse is not None:
                found[f"band of {fine}"] = self.middle + images[fine] - up(images[coarse], fine)
            found[f"{fine} pixels"] = images[fine]
        return found

    def labels(self, latent: Any) -> Tensor | None:
        """Return the (n,) classes that latents were drawn with, None where nobody is told."""
        return latent.get("label")

    def with_code(self, latent: Any, code: str, value: float) -> dict[str, Tensor]:
        """Return ``latent`` with all labels set to ``value``."""
        return {**latent, "label": torch.full_like(latent["label"], int(value))}

    def _level(self, player: str) -> int:
        return self.sides.index(int(player[1:]))

    def _real(self, batch: Batch, level: int) -> Tensor:
        image = batch.real
        for side in reversed(self.sides[level:-1]):
            image = down(image, side)
        return image

    def _climb(self, latent: Any) -> dict[int, Tensor]:
        image, images = None, {}
        for level, side in enumerate(self.sides):
            image = images[side] = self._finer(level, latent, image, latent.get("label"))
        return images

    def _finer(self, level: int, latent: Any, coarse: Tensor | None, label: Tensor | None) -> Tensor:
        """Return images of a level: the coarser ones enlarged, and a band that is made on them."""
        side = self.sides[level]
        noise, generator = latent[f"noise{side}"], self.get_submodule(f"generator{side}")
        told = () if label is None else (label,)
        if coarse is None:
            return generator(noise, *told)
        enlarged = up(coarse, side)
        return enlarged + generator(torch.cat([noise, enlarged], 1), *told)

    def _judge(self, level: int, x: Tensor, batch: Batch) -> Tensor:
        told = () if self.classes is None else (batch.label,)
        critique: Critique = self.get_submodule(f"critic{self.sides[level]}")(x, *told)
        return critique.score


@recipe(sizes=between(8, 256))
def lapgan(
    data: DataSpec,
    *,
    latent: int = 100,
    levels: int | None = None,
    width: int | None = None,
    hidden: int | None = None,
    conditional: bool = False,
    objective: str = "non_saturating",
    paper: bool = False,
    lr_d: float | None = None,
    lr_g: float | None = None,
) -> Experiment:
    """LAPGAN (Denton et al. 2015): coarse to fine, a small GAN for each band of a Laplacian pyramid.

    The convolutional networks of all levels are those that the paper's code has for the step from 16 to 32
    pixels; the dense ones are the paper's for 8 pixels. No level bounds what it makes. Where the default leaves
    the paper: Adam, and pixels in [−1, 1] in place of a mean of 0 and a deviation of 1 for each channel.

    Args:
        latent: dimension of the coarsest level's noise, uniform in (−1, 1).
        levels: of the pyramid, halving from the finest to 8 pixels or less by default; 1 is a GAN of the dense
            networks alone.
        width: channels of the hidden convolutions (64; up to 16 pixels 32).
        hidden: units in both hidden layers of the dense generator, twice those of the dense critic (1200; up
            to 16 pixels 256).
        conditional: tell all networks the class.
        paper: the code's momentum SGD at a rate of 0.02, for both players.
        lr_d: learning rate of all critics (2e-4; up to 16 pixels 1e-3; with --paper 0.02).
        lr_g: learning rate of all generators (2e-4; up to 16 pixels 5e-4; with --paper 0.02).
    """
    classes = count_classes(data, "lapgan") if conditional else 0
    sides = level_sides(data.size, levels)
    pixels = (-1.0, 1.0)
    width = width or (64 if data.size > 16 else 32)
    hidden = hidden or (1200 if data.size > 16 else 256)
    networks = [_dense_pair(data.channels, sides[0], latent, hidden, classes)]
    networks += [_band_pair(data.channels, side, width, classes) for side in sides[1:]]
    family = Lapgan(
        sides,
        networks,
        latent=latent,
        objective=objective,
        classes=Classes(data) if conditional else None,
        pixels=pixels,
    )

    def optimizer(player: str) -> Optimizer:
        judges = player.startswith("d")
        rate = lr_d if judges else lr_g
        if not paper:
            usual = 2e-4 if data.size > 16 else 1e-3 if judges else 5e-4
            return Optimizer(lr=usual if rate is None else rate)
        lr = 0.02 if rate is None else rate
        return Optimizer(
            lr=lr,
            kind="sgd",
            momentum=0.5,
            schedules={
                "lr": lambda progress: lr / (1.00004 if conditional else 1.000004) ** progress.epochs,
                "momentum": lambda progress: min(0.7, 0.5 + 0.0008 * progress.epochs),
            },
        )

    return Experiment(
        family,
        {player: optimizer(player) for player in family.players},
        batch=64,
        budget=Budget(images=600_000 if data.size > 16 else 150_000),
        range=pixels,
        objective=f"{describe(objective, (), (), critic_weight=HALF)} at {len(sides)} levels",
    )


def _dense_pair(
    channels: int, side: int, latent: int, hidden: int, classes: int
) -> tuple[nn.Module, nn.Module]:
    shape = (channels, side, side)
    widths = (latent + classes, hidden, hidden)
    generator = kept_scale(mlp_generator(widths, shape, activation=nn.ReLU, output=None))
    seen = (channels * side * side + classes,) if classes else shape
    half = (max(1, hidden // 2),) * 2
    critic = kept_scale(mlp_critic(seen, half, activation=lambda: nn.Sequential(nn.ReLU(), nn.Dropout(0.5))))
    if not classes:
        return generator, critic
    return BesideClass(generator, classes), BesideClass(critic, classes)


def _band_pair(channels: int, side: int, width: int, classes: int) -> tuple[nn.Module, nn.Module]:
    planes = 1 if classes else 0
    generator = kept_scale(band_generator(channels + 1 + planes, channels, width))
    critic = kept_scale(band_critic(channels + planes, side, width))
    if not classes:
        return generator, critic
    return OverClass(generator, classes, side), OverClass(critic, classes, side)
