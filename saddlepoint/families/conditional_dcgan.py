"""DCGAN with the label at every layer, as in the paper's code for MNIST (Radford et al. 2016).

The game of Mirza and Osindero (2014), with the critic's logit s and D = σ(s): the critic, d, minimises (their
equation 2, negated)

    adversarial   −E log D(x|c) − E log(1 − D(G(z|c)|c))

and the generator, g, minimises (Goodfellow et al. 2014, section 3)

    adversarial   −E log D(G(z|c)|c)

where fakes have the classes of the real batch.
"""

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, between, recipe
from saddlepoint.families.conditional import Conditional, count_classes
from saddlepoint.families.vanilla import describe
from saddlepoint.networks.conditional import ConditionalCritic, ConditionalGenerator
from saddlepoint.networks.dcgan import normal_weights


@recipe(sizes=between(8, 256))
def conditional_dcgan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int = 32,
    hidden: int | None = None,
    objective: str = "non_saturating",
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    decay: float = 2.5e-5,
    lr_d: float = 2e-4,
    lr_g: float = 2e-4,
) -> Experiment:
    """Conditional DCGAN (Radford et al. 2016, section 5): the label joins the input of every layer.

    Networks, noise, weight decay, batch and rates are those of the paper's code for MNIST, which other sizes
    extend. Where the default leaves it: each step's two turns share one batch, and the rates stay constant
    (the code lets them fall linearly to zero over a second hundred of epochs).

    Args:
        latent: dimension of the noise, uniform in (−1, 1).
        width: channels of maps of 32×32 pixels, doubled for each halving.
        hidden: width of the dense hidden layer of both networks (1024; up to 16 pixels 256).
        decay: L2 coefficient added to all gradients.
    """
    classes = count_classes(data, "conditional_dcgan")
    shape = {
        "classes": classes,
        "width": width,
        "hidden": hidden or (1024 if data.size > 16 else 256),
    }
    family = Conditional(
        data,
        generator=normal_weights(ConditionalGenerator(data.size, data.channels, latent=latent, **shape)),
        critic=normal_weights(ConditionalCritic(data.size, data.channels, **shape)),
        latent=latent,
        uniform=1.0,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
    )
    return Experiment(
        family=family,
        optimizers={
            "d": Optimizer(lr=lr_d, weight_decay=decay),
            "g": Optimizer(lr=lr_g, weight_decay=decay),
        },
        batch=128,
        budget=Budget(images=600_000 if data.size > 16 else 150_000),
        range=(0.0, 1.0),
        objective=describe(objective, penalty, gamma),
    )
