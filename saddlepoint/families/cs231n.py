"""The three GANs of Stanford's cs231n, assignment 3.

With the critic's score s and D = σ(s), the critic, d, minimises the sum of a real and a fake part

    adversarial   −E log D(x) − E log(1 − D(G(z)))      cs231n_fc, cs231n_dc (Goodfellow et al. 2014, eq. 1)
                  ½ E (s(x) − 1)² + ½ E s(G(z))²        cs231n_lsgan (Mao et al. 2017, eq. 9)

and the generator, g, minimises

    adversarial   −E log D(G(z))                        cs231n_fc, cs231n_dc (2014, section 3)
                  ½ E (s(G(z)) − 1)²                    cs231n_lsgan (2017, eq. 9)
"""

from torch import nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe, variant
from saddlepoint.families.vanilla import Vanilla, describe
from saddlepoint.networks.cs231n import cs231n_critic, cs231n_generator, xavier_weights
from saddlepoint.networks.mlp import mlp_critic, mlp_generator


@recipe()
def cs231n_fc(
    data: DataSpec,
    *,
    latent: int = 96,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr: float = 1e-3,
) -> Experiment:
    """The fully connected GAN of cs231n: generator 1024-1024, critic 256-256.

    Args:
        latent: dimension of the noise, uniform in (−1, 1).
    """
    generator = mlp_generator((latent, 1024, 1024), data.tensor_shape, activation=nn.ReLU, output=nn.Tanh())
    critic = mlp_critic(data.tensor_shape, (256, 256), activation=lambda: nn.LeakyReLU(0.01))
    return _experiment(generator, critic, latent, objective, penalty, gamma, critic_steps, lr, epochs=10)


cs231n_lsgan = variant(
    "cs231n_lsgan",
    cs231n_fc,
    "The least-squares GAN of cs231n: cs231n_fc with the losses of Mao et al. (2017).",
    objective="least_squares",
)


@recipe(sizes=lambda native: 28)
def cs231n_dc(
    data: DataSpec,
    *,
    latent: int = 96,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr: float = 1e-3,
) -> Experiment:
    """The convolutional GAN of cs231n: 28×28, 'SAME' transposed convolutions, Xavier weights.

    Args:
        latent: dimension of the noise, uniform in (−1, 1).
    """
    generator = xavier_weights(cs231n_generator(latent, data.channels))
    critic = xavier_weights(cs231n_critic(data.channels))
    return _experiment(generator, critic, latent, objective, penalty, gamma, critic_steps, lr, epochs=5)


def _experiment(
    generator: nn.Module,
    critic: nn.Module,
    latent: int,
    objective: str,
    penalty: tuple[str, ...],
    gamma: tuple[float, ...],
    critic_steps: int,
    lr: float,
    epochs: int,
) -> Experiment:
    family = Vanilla(
        generator,
        critic,
        latent=latent,
        uniform=1.0,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        order=("d",) * critic_steps + ("g",),
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr), "g": Optimizer(lr=lr)},
        batch=128,
        budget=Budget(images=60_000 * epochs),
        objective=describe(objective, penalty, gamma),
    )
