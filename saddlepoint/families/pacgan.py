"""PacGAN (Lin et al. 2018): the critic judges several samples together, and so sees that they are alike.

With the logit s of a critic that sees packs of m samples side by side, and D = σ(s), the critic, d, minimises
(Goodfellow et al. 2014, equation 1, negated, on packs)

    adversarial   −E log D(x₁, …, x_m) − E log(1 − D(G(z₁), …, G(z_m)))

and the generator, g, minimises (section 3)

    adversarial   −E log D(G(z₁), …, G(z_m))
"""

from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.networks.mixture_points import point_critic, point_generator
from saddlepoint.networks.sizes import SMALL

MOST = 16  # samples in a pack


@recipe(needs=("images", "points"), sizes=between(8, 256))
def pacgan(
    data: DataSpec,
    *,
    pack: int = 2,
    latent: int | None = None,
    width: int | None = None,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    generator_steps: int = 1,
    lr_d: float | None = None,
    lr_g: float | None = None,
) -> Experiment:
    """PacGAN (Lin et al. 2018): the critic judges --pack samples of one kind at once; all else is as before.

    --pack 1 is the plain GAN to compare with. Points have the paper's networks and rates for its ring and grid;
    images networks like dcgan's, from 32 pixels with the paper's kernels of 5, and noise from U(−1, 1). A step
    has as many packs as it would have samples without, as in the paper's code, so --pack 2 takes twice the
    images; a --batch that is no multiple of --pack loses its rest. Where the default leaves the paper: its
    Stacked MNIST has one more halving, equal rates and one noise for all turns of a step, and its networks for
    points start from N(0, 0.02²).

    Args:
        pack: samples that the critic judges together.
        latent: dimension of the noise (100; for points 2).
        width: channels of maps of 32×32 pixels, or the generator's units for points (64; below 32 pixels 32;
            for points 400, with half as many maxout units in the critic).
        generator_steps: generator steps a critic step; the paper's code for images takes 2.
        lr_d: the critic's learning rate (2e-4; for points 1e-4).
        lr_g: the generator's learning rate (2e-4; below 32 pixels 1e-3; for points 1e-4).
    """
    if pack > MOST:
        raise UserError(f"--pack must be from 1 to {MOST}, got {pack}")
    points = data.kind == "points"
    small = not points and data.size < SMALL
    rate = 1e-4 if points else 2e-4
    if lr_d is None:
        lr_d = rate
    if lr_g is None:
        lr_g = 1e-3 if small else rate
    latent = latent or (2 if points else 100)
    if points:
        batch, images, betas = 100, 750_000, (0.8, 0.999)
        width = width or 400
        generator = point_generator(data.shape, latent=latent, width=width)
        critic = point_critic(data.shape, units=max(1, width // 2), pack=pack)
    else:
        batch, images, betas = 64, 300_000 if data.size > 16 else 50_000, (0.5, 0.999)
        width = width or (32 if small else 64)
        shape: dict[str, Any] = {
            "width": width,
            "hidden": 512 if 16 < data.size < 32 else 0,
            "kernel": 4 if small else 5,
        }
        generator = normal_weights(dcgan_generator(data.size, data.channels, latent=latent, **shape))
        critic = normal_weights(dcgan_critic(data.size, pack * data.channels, **shape))
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            uniform=None if points else 1.0,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            order=("d",) + ("g",) * generator_steps,
            pack=pack,
        ),
        optimizers={"d": Optimizer(lr=lr_d, betas=betas), "g": Optimizer(lr=lr_g, betas=betas)},
        batch=pack * batch,
        budget=Budget(images=pack * images),
        objective=f"{describe(objective, penalty, gamma)}, packs of {pack}",
    )
