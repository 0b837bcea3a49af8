"""Wasserstein GAN with gradient penalty (Gulrajani et al. 2017).

With the critic's score s, the critic, d, minimises (equation 3)

    adversarial        E s(G(z)) − E s(x)
    gradient_penalty   γ · E (‖∇s(x̂)‖ − 1)²      x̂ uniform between x and G(z); γ is the paper's λ, without a ½

and the generator, g, minimises (algorithm 1)

    adversarial        −E s(G(z))
"""

from torch import nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, between, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.networks.mixture_points import point_generator
from saddlepoint.networks.mlp import mlp_critic
from saddlepoint.networks.sizes import SMALL


@recipe(needs=("images", "points"), sizes=between(8, 256))
def wgan_gp(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    hidden: OrZero | None = None,
    gamma: float | None = None,
    critic_steps: int = 5,
    lr: float | None = None,
) -> Experiment:
    """WGAN-GP (Gulrajani et al. 2017): the critic's gradient is held near norm 1 between reals and fakes.

    DCGAN's networks, without normalisation in the critic, as the penalty is of each sample by itself; Adam with
    β₁ of 0, five critic steps. Where the default leaves the paper: below 32 pixels, and for points, the rate is
    1e-3, as those runs are short, and samples come from averaged weights (--ema 0: none); points have dense
    networks and a penalty of 0.1, as in the paper's own toys.

    Args:
        width: channels of maps of 32×32 pixels, or units for points (64; below 32 pixels 32; for points 256).
        hidden: width of a dense hidden layer of both networks (0; below 32 pixels 256; not for points).
        gamma: weight of the gradient penalty (10; for points 0.1).
        lr: learning rate of both players (1e-4; below 32 pixels, and for points, 1e-3).
    """
    points = data.kind == "points"
    small = points or data.size < SMALL
    if lr is None:
        lr = 1e-3 if small else 1e-4
    if gamma is None:
        gamma = 0.1 if points else 10.0
    if points:
        width = width or 256
        generator = point_generator(data.shape, latent=latent, width=width, norm=False)
        critic = mlp_critic(data.shape, (width,) * 4, activation=nn.ReLU)
    else:
        width = width or (32 if small else 64)
        if hidden is None:
            hidden = 256 if small else 0
        generator = normal_weights(
            dcgan_generator(data.size, data.channels, latent=latent, width=width, hidden=hidden)
        )
        critic = dcgan_critic(data.size, data.channels, width=width, hidden=hidden, norm=False, bias=True)
    penalty, weights = ("gradient_penalty",), (gamma,)
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            objective="wasserstein",
            penalty=penalty,
            gamma=weights,
            order=("d",) * critic_steps + ("g",),
        ),
        optimizers={player: Optimizer(lr=lr, betas=(0.0, 0.9)) for player in ("d", "g")},
        batch=64,
        budget=Budget(images=1_500_000 if points or data.size > 16 else 300_000),
        ema=0.999,
        objective=describe("wasserstein", penalty, weights),
    )
