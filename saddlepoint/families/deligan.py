"""DeLiGAN (Gurumurthy et al. 2017): the latent is a mixture whose components are learned.

A network that is continuous cannot take one Gaussian apart into modes that do not touch: some of its samples
lie between them. A latent of components can. With component k chosen by chance, its code μₖ, normal noise ε
and z = (μₖ, ε), the critic, d, minimises

    adversarial   E softplus(s(G(z)) − s(x))      relativistic, as R3GAN (Huang et al. 2024, equation 2)
    r1            f v γ/2 · E ‖∇s(x)‖²            at reals
    r2            f v γ/2 · E ‖∇s(G(z))‖²         at fakes

where v is the data's variance and f falls from 1 to a ten-thousandth (R3GAN's γ falls, too): a strong penalty
shares the codes out evenly among the modes, a weak one lets the critic see how wide they are. The
generator, g, moves its network and the codes μ, and minimises

    adversarial   E softplus(s(x) − s(G(z)))
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Progress, Terms
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.blocks import Critic
from saddlepoint.networks.fourier import Fourier
from saddlepoint.networks.latent_mixture import LatentMixture
from saddlepoint.networks.mlp import mlp_critic, mlp_generator
from saddlepoint.networks.standard import Standardise, Unstandardise

END = 0.02  # of the rates, where their cosine ends
FADED = 1e-4  # of the penalties' weights, where they end


class DeLiGAN(Vanilla):
    """The vanilla game with penalties in units of the data's deviation, whose weights fall.

    Args:
        generator: as the vanilla game's.
        critic: likewise.
        variance: of the data, by which slopes in the data's own units are multiplied.
        **settings: of the vanilla game.
    """

    of_data = ("variance",)
    fade: Tensor
    variance: Tensor

    def __init__(self, generator: nn.Module, critic: nn.Module, *, variance: Tensor, **settings: Any):
        super().__init__(generator, critic, **settings)
        self.register_buffer("fade", torch.ones(()))
        self.register_buffer("variance", variance)  # with the weights: a run is resumed without its data's mean

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the vanilla game's terms, the penalties among them as weak as they are by now."""
        terms = super().terms(player, batch, latent, fake)
        weight, names = self.fade * self.variance, {penalty.name for penalty, _ in self.penalties}
        faded = {name: value * weight if name in names else value for name, value in terms.minimise.items()}
        return Terms(faded, terms.watch)

    def after(self, progress: Progress) -> None:
        """Let the penalties' weights fall, evenly in their logarithm."""
        super().after(progress)
        self.fade.fill_(FADED**progress.fraction)


@recipe(needs=("points",))
def deligan(
    data: DataSpec,
    *,
    components: int = 1000,
    code: int = 16,
    latent: int = 4,
    width: int = 128,
    frequencies: int = 64,
    objective: str = "relativistic",
    penalty: tuple[str, ...] = ("r1", "r2"),
    gamma: tuple[float, ...] | None = None,
    lr: float = 1e-3,
) -> Experiment:
    """DeLiGAN (Gurumurthy et al. 2017): a latent of many learned components, for data of many separate modes.

    The paper adds noise of a learned width to each code, and pulls the widths towards 1; here noise lies beside
    the code, which needs no pull, and losses are R3GAN's. The critic sees points through Fourier features
    (Tancik et al. 2020), and so modes that are narrow. Weights are not averaged: components of one mode move
    about, and their averages lie nearer together than they do.

    Args:
        components: of the latent; several times the modes that are expected.
        code: dimension of a component's code.
        latent: dimension of the noise beside it.
        width: units of the three layers of either network.
        frequencies: of the critic's Fourier features.
        gamma: weight of the penalties, one for all or one each, in units of the data's deviation
            (0.1); they fall to a ten-thousandth.
        lr: learning rate of both players, falling to a fiftieth on a cosine.
    """
    (dimensions,) = data.shape
    mean, deviation = (
        torch.full((dimensions,), usual) if known is None else torch.from_numpy(known())
        for known, usual in ((data.mean, 0.0), (data.deviation, 1.0))
    )
    if not penalty:
        gamma = ()
    elif gamma is None:
        gamma = (0.1,)
    widths = [width] * 3
    dense = mlp_generator((code + latent, *widths), data.shape, activation=leaky, output=None)
    critic = mlp_critic((dimensions + 2 * frequencies,), widths, activation=leaky)
    seen = nn.Sequential(Standardise(mean, deviation), Fourier(dimensions, frequencies), critic.body)

    def cosine(progress: Progress) -> float:
        return lr * (END + (1 - END) * (1 + math.cos(math.pi * progress.fraction)) / 2)

    adam = Optimizer(lr=lr, betas=(0.0, 0.99), schedules={"lr": cosine})
    return Experiment(
        family=DeLiGAN(
            nn.Sequential(LatentMixture(components, code), dense, Unstandardise(mean, deviation)),
            Critic(seen, critic.head),
            variance=deviation.square().mean().float(),
            latent=1 + latent,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
        ),
        optimizers={"d": adam, "g": adam},
        batch=512,
        budget=Budget(images=4_000_000),
        objective=describe(objective, penalty, gamma),
    )


def leaky() -> nn.Module:
    """Make the non-linearity of both networks."""
    return nn.LeakyReLU(0.2)
