"""The first GAN, as in the paper's own code (Goodfellow et al. 2014, mnist.yaml).

With the critic's logit s and D = σ(s), the critic, d, minimises half of the paper's value negated (equation 1),
the mean of its real and its fake part, as the code does

    adversarial   ½ · (−E log D(x) − E log(1 − D(G(z))))

and the generator, g, minimises (section 3; equation 1 itself with --objective minimax)

    adversarial   −E log D(G(z))
"""

import torch
from torch import nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Progress
from saddlepoint.families.vanilla import HALF, Vanilla, describe
from saddlepoint.networks.mlp import maxout_critic, mlp_generator, set_output_bias, uniform_weights


@recipe(needs=("images", "points"))
def gan(
    data: DataSpec,
    *,
    latent: int = 100,
    hidden: int = 1200,
    units: int = 240,
    pieces: int = 5,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    critic_steps: int = 1,
    lr: float = 0.1,
) -> Experiment:
    """Goodfellow et al. (2014): ReLU generator, maxout critic with dropout, momentum SGD.

    Both players' gradients are taken on the same minibatch and applied at once, as in the paper's code;
    with more than one critic step the players alternate, as in Algorithm 1.

    Args:
        latent: dimension of the noise, uniform with unit variance.
        hidden: width of the generator's two hidden layers.
        units: maxout units in each of the critic's two layers.
        pieces: linear maps a maxout unit.
        critic_steps: critic steps a generator step, Algorithm 1's k.
        lr: learning rate of both players, divided by 1.000004 at every step down to 1e-6.
    """
    points = data.kind == "points"
    generator = mlp_generator(
        (latent, hidden, hidden),
        data.tensor_shape,
        activation=nn.ReLU,
        output=None if points else nn.Sigmoid(),
    )
    uniform_weights(generator, 0.05)
    if data.mean is not None and not points:
        mean = torch.from_numpy(data.mean()).permute(2, 0, 1)
        set_output_bias(generator, mean.float())
    critic = maxout_critic(data.tensor_shape, units, pieces)
    uniform_weights(critic, 0.005)

    def decayed(progress: Progress) -> float:
        return max(1e-6, lr / 1.000004**progress.step)

    def momentum(progress: Progress) -> float:
        return 0.5 + 0.2 * min(1.0, max(0.0, (progress.epochs - 1) / 249))

    sgd = Optimizer(lr=lr, kind="sgd", momentum=0.5, schedules={"lr": decayed, "momentum": momentum})
    return Experiment(
        family=Vanilla(
            generator,
            critic,
            latent=latent,
            uniform=3**0.5,
            objective=objective,
            penalty=penalty,
            gamma=gamma,
            critic_weight=HALF,
            order=("d",) * critic_steps + ("g",),
        ),
        optimizers={"d": sgd, "g": sgd},
        batch=100,
        budget=Budget(images=1_800_000),
        simultaneous=critic_steps == 1,
        fresh_latent=False,
        range=(0.0, 1.0),
        objective=describe(objective, penalty, gamma, critic_weight=HALF),
    )
