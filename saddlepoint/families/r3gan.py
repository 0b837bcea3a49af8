"""R3GAN (Huang et al. 2024): a relativistic loss with R1 and R2, residual networks without normalisation.

With the critic's score s, high for reals, softplus(t) = log(1 + eᵗ) and each real x paired with a fake, the
critic, d, minimises at every step

    adversarial   E softplus(s(G(z)) − s(x))      equation 2, negated
    r1            γ/2 · E ‖∇s(x)‖²                equation 3, at reals
    r2            γ/2 · E ‖∇s(G(z))‖²             equation 3, at fakes

and the generator, g, minimises

    adversarial   E softplus(s(x) − s(G(z)))      real and fake exchanged, as in the paper's code
"""

import math

from torch import nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Progress
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.augment import chosen_augment
from saddlepoint.networks.mixture_points import point_generator
from saddlepoint.networks.mlp import mlp_critic
from saddlepoint.networks.residual import nearest_even, residual_critic, residual_generator
from saddlepoint.networks.sizes import SMALL


@recipe(needs=("images", "points"), sizes=nearest_even)
def r3gan(
    data: DataSpec,
    *,
    latent: int = 64,
    width: int | None = None,
    blocks: int | None = None,
    group: int = 16,
    objective: str = "relativistic",
    penalty: tuple[str, ...] = ("r1", "r2"),
    gamma: tuple[float, ...] | None = None,
    lr: float | None = None,
    augment: str | None = None,
    augment_target: float | None = None,
    paper: bool = False,
) -> Experiment:
    """R3GAN (Huang et al. 2024): relativistic loss, R1 and R2 at every step, residual networks without norms.

    Networks, latent, Adam's β₁ of 0 and the cosine of the rate are the paper's for CIFAR-10. Where the default
    leaves it, for machines without a GPU: networks a twelfth as wide with one block a stage, higher rates, a
    constant γ and no augmentation. --paper restores width, blocks, batch and rate; β₂ stays at 0.99 (the paper
    raises it from 0.9), γ at its first value (the paper lowers it tenfold), and the moving average at 0.999.
    Points get dense networks.

    Args:
        width: channels of all maps, or units of all layers for points (64; points 256; --paper 768).
        blocks: residual blocks a stage (1; --paper 2).
        group: channels a group of the 3×3 convolutions.
        gamma: weight of the penalties, one for all or one each (0.05; below 32 pixels and for points 0.5).
        lr: learning rate of both players, falling to a quarter on a cosine (1e-3; --paper 2e-4).
        paper: the paper's size on CIFAR-10: width 768, two blocks a stage, batch 512, rate 2e-4.
    """
    points = data.kind == "points"
    blocks = blocks or (2 if paper else 1)
    if lr is None:
        lr = 2e-4 if paper else 1e-3
    if not penalty:
        gamma = ()
    elif gamma is None:
        gamma = (0.5,) if points or data.size < SMALL else (0.05,)
    if points and (augment or paper):
        raise UserError(f"--{'augment' if augment else 'paper'} is for images; leave it out for points")
    if points:
        width, batch, images = width or 256, 256, 1_000_000
        generator = point_generator(data.shape, latent=latent, width=width, norm=False)
        critic = mlp_critic(data.shape, (width,) * 4, activation=lambda: nn.LeakyReLU(0.2))
    else:
        width, batch = (width or 768, 512) if paper else (width or 64, 64)
        images = 400_000 if data.size > 16 else 100_000
        if 2 * width % group:
            raise UserError(f"--width {width} twice must be a multiple of --group {group}")
        shape = {"width": width, "blocks": blocks, "group": group}
        generator = residual_generator(data.size, data.channels, latent=latent, **shape)
        critic = residual_critic(data.size, data.channels, **shape)

    def cosine(progress: Progress) -> float:
        return lr * (0.25 + 0.75 * (1 + math.cos(math.pi * progress.fraction)) / 2)

    adam = Optimizer(lr=lr, betas=(0.0, 0.99), schedules={"lr": cosine})
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            augment=chosen_augment(augment, augment_target),
        ),
        optimizers={"d": adam, "g": adam},
        batch=batch,
        budget=Budget(images=images),
        ema=0.999,
        objective=describe(objective, penalty, gamma),
    )
