"""Spectral normalisation GAN (Miyato et al. 2018).

With the score s of a critic whose weights are W/σ(W), σ their largest singular value, the critic, d, minimises
(equation 16, negated)

    adversarial   E max(0, 1 − s(x)) + E max(0, 1 + s(G(z)))

and the generator, g, minimises (equation 17, negated)

    adversarial   −E s(G(z))
"""

import math

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.dcgan import dcgan_generator, normal_weights
from saddlepoint.networks.mixture_points import point_generator
from saddlepoint.networks.sizes import SMALL
from saddlepoint.networks.spectral import spectral_critic, spectral_mlp


@recipe(needs=("images", "points"), sizes=between(8, 256))
def sngan(
    data: DataSpec,
    *,
    latent: int = 128,
    width: int | None = None,
    objective: str = "hinge",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr_d: float = 2e-4,
    lr_g: float | None = None,
) -> Experiment:
    """SNGAN (Miyato et al. 2018): every layer of the critic divided by its spectral norm, hinge loss.

    The critic is the paper's plain convolutional one, the generator DCGAN's. Where the default leaves the
    paper: below 32 pixels, and for points, the generator's rate is 1e-3, and samples come from averaged weights
    (--ema 0: none).

    Args:
        width: channels of the critic's first maps, and of the generator's at 32×32 pixels (64; below 32 pixels
            32; for points the units of all layers, 256).
        lr_g: the generator's learning rate (2e-4; below 32 pixels, and for points, 1e-3).
    """
    points = data.kind == "points"
    small = points or data.size < SMALL
    if lr_g is None:
        lr_g = 1e-3 if small else 2e-4
    if points:
        width, images = width or 256, 1_500_000
        generator = point_generator(data.shape, latent=latent, width=width)
        critic = spectral_mlp(math.prod(data.shape), width=width, layers=3)
    else:
        width = width or (32 if small else 64)
        images = 600_000 if data.size > 16 else 100_000
        generator = normal_weights(dcgan_generator(data.size, data.channels, latent=latent, width=width))
        critic = spectral_critic(data.size, data.channels, width=width)
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            order=("d",) * critic_steps + ("g",),
        ),
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=64,
        budget=Budget(images=images),
        ema=0.999,
        objective=f"{describe(objective, penalty, gamma)}, spectral norm",
    )
