"""Conditional GAN (Mirza and Osindero 2014), fully connected.

Both players are told the class c of every example; with the critic's logit s and D = σ(s), the critic, d,
minimises (their equation 2, negated)

    adversarial   −E log D(x|c) − E log(1 − D(G(z|c)|c))

and the generator, g, minimises what saturates less (Goodfellow et al. 2014, section 3)

    adversarial   −E log D(G(z|c)|c)

where fakes have the classes of the real batch.
"""

from torch import nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.families.conditional import Conditional, count_classes
from saddlepoint.families.vanilla import describe
from saddlepoint.networks.conditional import TwoPathCritic, TwoPathGenerator


@recipe(needs=("images", "points"))
def cgan(
    data: DataSpec,
    *,
    latent: int = 100,
    dropout: float = 0.5,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    lr_d: float = 1e-3,
    lr_g: float = 1e-3,
) -> Experiment:
    """Conditional GAN (Mirza and Osindero 2014): dense networks that are told the class.

    The paper's networks: noise and label through 200 and 1000 ReLU units and a joint layer of 1200; example and
    label through 240 and 50 maxout units and a joint layer of 240. Where the default leaves it: Adam instead of
    momentum SGD at 0.1, and no dropout in the generator.

    Args:
        latent: dimension of the noise, uniform in (−1, 1).
        dropout: of the critic's hidden layers.
    """
    classes = count_classes(data, "cgan")
    family = Conditional(
        data,
        generator=TwoPathGenerator(
            data.tensor_shape,
            latent=latent,
            classes=classes,
            widths=(200, 1000, 1200),
            output=nn.Identity() if data.kind == "points" else nn.Sigmoid(),
        ),
        critic=TwoPathCritic(data.tensor_shape, classes=classes, units=(240, 50, 240), dropout=dropout),
        latent=latent,
        uniform=1.0,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
    )
    return Experiment(
        family=family,
        optimizers={"d": Optimizer(lr=lr_d), "g": Optimizer(lr=lr_g)},
        batch=100,
        budget=Budget(images=1_200_000 if data.kind == "points" or data.size > 16 else 300_000),
        range=(0.0, 1.0),
        objective=describe(objective, penalty, gamma),
    )
