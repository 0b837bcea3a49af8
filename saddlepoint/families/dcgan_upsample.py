"""The small convolutional GAN that many tutorials copy (PyTorch-GAN's ``dcgan.py``).

With the critic's logit s and D = σ(s), the critic, d, minimises half of the sum of its real and its fake part
(Goodfellow et al. 2014, equation 1), as that code does

    adversarial   ½ · (−E log D(x) − E log(1 − D(G(z))))

and the generator, g, minimises (section 3)

    adversarial   −E log D(G(z))
"""

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.families.vanilla import HALF, Vanilla, describe
from saddlepoint.networks.upsample import normal_convolutions, upsample_critic, upsample_generator


@recipe(sizes=lambda native: 16 * min(16, max(1, (native + 8) // 16)))
def dcgan_upsample(
    data: DataSpec,
    *,
    latent: int = 100,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr_d: float = 2e-4,
    lr_g: float = 2e-4,
) -> Experiment:
    """PyTorch-GAN's DCGAN: upsampling and 3×3 convolutions against four strided ones with dropout.

    For images of 16 to 256 pixels a side in steps of 16; its own size is 32. The generator moves first and
    the critic then sees the same fakes; the critic's loss is the mean of its real and fake part. The 0.8 of
    its batch normalisation is eps, as it is in that code.
    """
    return Experiment(
        family=Vanilla(
            normal_convolutions(upsample_generator(data.size, data.channels, latent=latent)),
            normal_convolutions(upsample_critic(data.size, data.channels)),
            latent=latent,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            critic_weight=HALF,
            order=("g",) + ("d",) * critic_steps,
        ),
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=64,
        budget=Budget(images=600_000),
        fresh_latent=False,
        objective=describe(objective, penalty, gamma, critic_weight=HALF),
    )
