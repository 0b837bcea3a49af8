"""WaveGAN (Donahue et al. 2019): a Wasserstein GAN with gradient penalty whose networks run along time.

With the critic's score s of a sound, the critic, d, minimises (Gulrajani et al. 2017, equation 3)

    adversarial        E s(G(z)) − E s(x)
    gradient_penalty   γ · E (‖∇s(x̂)‖ − 1)²      x̂ uniform between x and G(z); without a ½

and the generator, g, minimises

    adversarial        −E s(G(z))
"""

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, recipe
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.waves import lengths, wave_critic, wave_generator

SHORT = 1_024  # samples; sounds below are learned in minutes, and are treated apart


@recipe(needs=("waves",))
def wave_gan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    kernel: int | None = None,
    shuffle: OrZero = 0,
    gamma: float = 10.0,
    critic_steps: int = 5,
    lr: float | None = None,
) -> Experiment:
    """WaveGAN (Donahue et al. 2019): sounds by transposed convolutions of stride 4 along time.

    The paper's game: latents from U(−1, 1), Adam with β₁ of 0.5, batches of 64, five critic steps. Where the
    default leaves the paper, it is small, for a CPU: below 1,024 samples kernels of 25 as in the paper at half
    its width and ten times its rate, above kernels of 9 at a quarter of its width and five times its rate.
    --kernel 25 --width 64 --shuffle 2 --lr 1e-4 --ema 0 is the paper's, which samples from no average.

    Args:
        latent: dimension of the uniform noise.
        width: channels of the longest hidden map, doubled with each quartering (32; from 1,024 samples on 16).
        kernel: samples that a layer looks at, odd and at least 5 (25; from 1,024 samples on 9).
        shuffle: largest shift in samples between the critic's layers, 0 for none; below the shortest length
            between them. Sounds of up to 64 samples have a single layer, and so none.
        lr: learning rate of both players (1e-3; from 1,024 samples on 5e-4).
    """
    short = data.shape[-1] < SHORT
    width = width or (32 if short else 16)
    kernel = kernel or (25 if short else 9)
    if kernel % 2 == 0 or kernel < 5:
        raise UserError(f"--kernel must be odd and at least 5, got {kernel}")
    between = lengths(data.shape[-1])[1:-1]
    if between and shuffle >= between[-1]:
        raise UserError(f"--shuffle must be below {between[-1]} for these sounds, got {shuffle}")
    rate = (1e-3 if short else 5e-4) if lr is None else lr
    generator = wave_generator(data.shape, latent=latent, width=width, kernel=kernel)
    critic = wave_critic(data.shape, width=width, kernel=kernel, shuffle=shuffle)
    penalty, weights = ("gradient_penalty",), (gamma,)
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            uniform=1.0,
            objective="wasserstein",
            penalty=penalty,
            gamma=weights,
            order=("d",) * critic_steps + ("g",),
        ),
        optimizers={player: Optimizer(lr=rate, betas=(0.5, 0.9)) for player in ("d", "g")},
        batch=64,
        budget=Budget(images=600_000),
        ema=0.99,
        objective=describe("wasserstein", penalty, weights),
    )
