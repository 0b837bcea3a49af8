"""DCGAN (Radford, Metz and Chintala 2016), for square images of 8 to 256 pixels."""

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator, normal_weights


@recipe(sizes=lambda native: min(256, max(8, native)))
def dcgan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    extra_layers: int = 0,
    kernel: int | None = None,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr_d: float | None = None,
    lr_g: float | None = None,
    paper: bool = False,
) -> Experiment:
    """DCGAN (Radford et al. 2016): strided convolutions, batch normalisation, Adam.

    Args:
        latent: dimension of the noise.
        width: channels of the maps of 32×32 pixels, doubled for each halving (64, or 128 with --paper).
        extra_layers: 3×3 convolutions added at the largest hidden maps of both networks.
        kernel: side of the kernels, 4 or 5 (4, or 5 with --paper).
        objective: adversarial losses.
        penalty: penalties on the critic's gradient, repeatable.
        gamma: weight of the penalties, one for all or one each.
        critic_steps: critic steps a generator step.
        lr_d: the critic's learning rate (2e-4).
        lr_g: the generator's learning rate (2e-4).
        paper: the paper's own setting: width 128, kernels of 5, uniform noise, batch 128.
    """
    width = width or (128 if paper else 64)
    kernel = kernel or (5 if paper else 4)
    if kernel not in (4, 5):
        raise UserError(f"--kernel must be 4 or 5, got {kernel}")
    generator = dcgan_generator(
        data.size,
        data.channels,
        latent=latent,
        width=width,
        kernel=kernel,
        extra_layers=extra_layers,
        flat_norm=paper,
    )
    critic = dcgan_critic(data.size, data.channels, width=width, kernel=kernel, extra_layers=extra_layers)
    family = Vanilla(
        normal_weights(generator),
        normal_weights(critic),
        latent=latent,
        uniform=1.0 if paper else None,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        order=("d",) * critic_steps + ("g",),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=2e-4 if lr_d is None else lr_d), "g": Optimizer(lr=2e-4 if lr_g is None else lr_g)},
        batch=128 if paper else 64,
        budget=Budget(images=600_000),
        fresh_latent=paper,
        ema=0.0 if paper else 0.999,
        objective=describe(objective, penalty, gamma),
    )
