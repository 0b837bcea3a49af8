"""The fully connected GAN that most tutorials start with (PyTorch-GAN's ``gan.py``).

With the critic's logit s and D = σ(s), the critic, d, minimises half of the sum of its real and its fake part
(Goodfellow et al. 2014, equation 1), as that code does

    adversarial   ½ · (−E log D(x) − E log(1 − D(G(z))))

and the generator, g, minimises (section 3)

    adversarial   −E log D(G(z))
"""

from torch import nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.families.vanilla import HALF, Vanilla, describe
from saddlepoint.networks.mlp import mlp_critic, mlp_generator


@recipe(needs=("images", "points"))
def mlp_gan(
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
    """PyTorch-GAN's MLP: batch-normalised LeakyReLU generator 128-256-512-1024, critic 512-256.

    The generator moves first and the critic then sees the same fakes; the critic's loss is the mean of its
    real and fake part. The 0.8 of its batch normalisation is eps, as it is in that code.
    """
    generator = mlp_generator(
        (latent, 128, 256, 512, 1024),
        data.tensor_shape,
        activation=lambda: nn.LeakyReLU(0.2, inplace=True),
        output=None if data.kind == "points" else nn.Tanh(),
        norm=lambda index, width: nn.BatchNorm1d(width, eps=0.8) if index else None,
    )
    critic = mlp_critic(data.tensor_shape, (512, 256), activation=lambda: nn.LeakyReLU(0.2, inplace=True))
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            critic_weight=HALF,
            order=("g",) + ("d",) * critic_steps,
        ),
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=64,
        budget=Budget(images=1_200_000),
        fresh_latent=False,
        objective=describe(objective, penalty, gamma, critic_weight=HALF),
    )
