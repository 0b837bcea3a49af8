"""Wasserstein GAN with clipped weights (Arjovsky, Chintala and Bottou 2017).

With the score s of a critic whose weights are clipped to [−c, c] after every update (algorithm 1), the critic,
d, minimises (equation 2, negated)

    adversarial   E s(G(z)) − E s(x)

and the generator, g, minimises (algorithm 1)

    adversarial   −E s(G(z))
"""

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe
from saddlepoint.families.vanilla import Vanilla
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.networks.mixture_points import point_critic, point_generator
from saddlepoint.networks.sizes import SMALL


@recipe(needs=("images", "points"), sizes=between(8, 256))
def wgan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    clip: float = 0.01,
    critic_steps: int = 5,
    lr: float | None = None,
) -> Experiment:
    """Wasserstein GAN (Arjovsky et al. 2017): weights clipped after every update, RMSprop, five critic steps.

    The networks are DCGAN's, and for points those of PacGAN's ring and grid. Where the default leaves the
    paper: below 32 pixels, and for points, the rate is 5e-4, as those runs are short.

    Args:
        width: channels of maps of 32×32 pixels, or the generator's units for points (64; below 32 pixels 32;
            for points 400).
        clip: bound on the absolute value of every weight of the critic.
        lr: learning rate of both players (5e-5; below 32 pixels, and for points, 5e-4).
    """
    if not clip > 0:
        raise UserError(f"--clip must be more than 0, got {clip}")
    points = data.kind == "points"
    small = points or data.size < SMALL
    if lr is None:
        lr = 5e-4 if small else 5e-5
    if points:
        width = width or 400
        generator = point_generator(data.shape, latent=latent, width=width)
        critic = point_critic(data.shape, units=max(1, width // 2))
    else:
        width = width or (32 if small else 64)
        generator = normal_weights(dcgan_generator(data.size, data.channels, latent=latent, width=width))
        critic = normal_weights(dcgan_critic(data.size, data.channels, width=width))
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            objective="wasserstein",
            order=("d",) * critic_steps + ("g",),
        ),
        optimizers={
            "d": Optimizer(lr=lr, kind="rmsprop", clip=clip),
            "g": Optimizer(lr=lr, kind="rmsprop"),
        },
        batch=64,
        budget=Budget(images=1_500_000 if points or data.size > 16 else 500_000),
        objective=f"wasserstein, clipped at {clip:g}",
    )
