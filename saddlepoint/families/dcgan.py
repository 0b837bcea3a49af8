"""DCGAN (Radford, Metz and Chintala 2016), for square images of 8 to 256 pixels.

The paper's news are the networks; the losses are those of Goodfellow et al. (2014). With the critic's logit s
and D = σ(s), the critic, d, minimises the sum of a real and a fake part (equation 1, negated)

    adversarial   −E log D(x) − E log(1 − D(G(z)))

and the generator, g, minimises (section 3)

    adversarial   −E log D(G(z))
"""

from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, between, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.augment import chosen_augment
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights
from saddlepoint.networks.sizes import SMALL


@recipe(sizes=between(8, 256))
def dcgan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    extra_layers: OrZero = 0,
    kernel: int | None = None,
    hidden: OrZero | None = None,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr_d: float | None = None,
    lr_g: float | None = None,
    augment: str | None = None,
    augment_target: float | None = None,
    paper: bool = False,
) -> Experiment:
    """DCGAN (Radford et al. 2016): strided convolutions, batch normalisation, Adam.

    Images below 32 pixels leave room for few convolutions; both networks then have the dense hidden layer of
    the paper's own code for MNIST, and the generator learns faster than the critic.

    Args:
        latent: dimension of the noise.
        width: channels of maps of 32×32 pixels, doubled for each halving (64; below 32 pixels 32; --paper 128).
        extra_layers: 3×3 convolutions added at the largest hidden maps of both networks.
        kernel: side of the kernels, 4 or 5 (4; --paper 5).
        hidden: width of the dense hidden layer, 0 for none (0; below 32 pixels 256, with --paper 1024).
        lr_d: the critic's learning rate (2e-4; below 32 pixels 5e-4, but not with --paper).
        lr_g: the generator's learning rate (2e-4; below 32 pixels 1e-3, but not with --paper).
        paper: the paper's own setting: width 128, kernels of 5, uniform noise, batch 128, equal rates, weight
            decay 1e-5, no EMA. Its code alternates batches too; here both turns of a step share one.
    """
    small = data.size < SMALL
    usual = 32 if small else 64
    width = width or (128 if paper else usual)
    kernel = kernel or (5 if paper else 4)
    if kernel not in (4, 5):
        raise UserError(f"--kernel must be 4 or 5, got {kernel}")
    if hidden is None:
        hidden = (1024 if paper else 256) if small else 0
    if lr_d is None:
        lr_d = 5e-4 if small and not paper else 2e-4
    if lr_g is None:
        lr_g = 1e-3 if small and not paper else 2e-4
    decay = 1e-5 if paper else 0.0
    shape: dict[str, Any] = {"width": width, "kernel": kernel, "hidden": hidden, "extra_layers": extra_layers}
    generator = dcgan_generator(data.size, data.channels, latent=latent, flat_norm=paper, **shape)
    critic = dcgan_critic(data.size, data.channels, **shape)
    family = Vanilla(
        normal_weights(generator),
        normal_weights(critic),
        latent=latent,
        uniform=1.0 if paper else None,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        order=("d",) * critic_steps + ("g",),
        augment=chosen_augment(augment, augment_target),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr_d, weight_decay=decay), "g": Optimizer(lr=lr_g, weight_decay=decay)},
        batch=128 if paper else 64,
        budget=Budget(images=600_000 if data.size > 16 else 100_000),
        fresh_latent=paper,
        ema=0.0 if paper else 0.999,
        objective=describe(objective, penalty, gamma),
    )
