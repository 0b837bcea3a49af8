"""DCGAN that is told labels where it costs least: in the latent, and in the critic's last layers.

Mirza and Osindero's (2014) conditional game. With the critic's score s, the critic, d, minimises

    adversarial   −E log σ(s(x, c)) − E log(1 − σ(s(G(z, c), c)))      from 32 pixels on
                  E softplus(s(G(z, c), c) − s(x, c))                  below (Jolicoeur-Martineau 2019)

and the generator, g, minimises

    adversarial   −E log σ(s(G(z, c), c))
                  E softplus(s(x, c) − s(G(z, c), c))

where fakes have the classes c of the real batch.
"""

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, between, recipe
from saddlepoint.core.protocol import Progress
from saddlepoint.families.conditional import Conditional, count_classes
from saddlepoint.families.vanilla import describe
from saddlepoint.networks.augment import chosen_augment
from saddlepoint.networks.conditional import LateCritic, ProjectionCritic, ToldGenerator
from saddlepoint.networks.dcgan import normal_weights
from saddlepoint.networks.sizes import SMALL

HELD = 50_000  # images before which rates do not fall


@recipe(sizes=between(8, 256))
def labelled_dcgan(
    data: DataSpec,
    *,
    latent: int = 100,
    width: int | None = None,
    hidden: OrZero | None = None,
    strength: float | None = None,
    objective: str | None = None,
    penalty: tuple[str, ...] = (),
    gamma: tuple[float, ...] = (),
    lr_d: float | None = None,
    lr_g: float | None = None,
    augment: str | None = None,
    augment_target: float | None = None,
) -> Experiment:
    """DCGAN for labelled images: the class joins the latent and the critic's last layer.

    Labels as constant maps at every layer, as conditional_dcgan has them, cost time and drown the image at the
    initial weights. From 32 pixels on each class weighs the critic's features by itself (a projection, Miyato
    and Koyama 2018), and the latent hears the class as loudly as the noise. Below, both networks have a dense
    layer, the critic's is told, the losses are relativistic, and rates fall linearly to zero over the second
    half of the budget, though not in the first 50,000 images: a shorter training has no time for it.

    Args:
        width: channels of maps of 32×32 pixels, doubled for each halving (64; below 32 pixels 32).
        hidden: width of the dense layer of both networks, 0 for none (0; below 32 pixels 256). With one there
            is no projection, at any size.
        strength: what a label's one stands for (10): below 32 pixels beside the critic's features, and from
            there on beside the noise. From 32 pixels on, giving it restores what there was before the
            projection, but for the losses: a convolution of 1×1 over the critic's last map, or the dense layer
            that --hidden asks for, that is told the label, rates that fall, and a long average.
        objective: the adversarial losses (non_saturating; below 32 pixels relativistic).
        lr_d: the critic's learning rate (2e-4; below 32 pixels 5e-4).
        lr_g: the generator's learning rate (2e-4; below 32 pixels 1e-3).
    """
    classes = count_classes(data, "labelled_dcgan")
    small = data.size < SMALL
    if hidden is None:
        hidden = 256 if small else 0
    projected = not (small or hidden) and strength is None
    if strength is None:
        strength = 10.0
    if objective is None:
        objective = "relativistic" if small else "non_saturating"
    shape = {"classes": classes, "width": width or (32 if small else 64)}
    loud = 1.0 if hidden else strength
    generator = normal_weights(
        ToldGenerator(data.size, data.channels, latent=latent, strength=loud, hidden=hidden, **shape)
    )
    if projected:
        critic = ProjectionCritic(data.size, data.channels, **shape)
    else:
        critic = LateCritic(data.size, data.channels, strength=strength, hidden=hidden, **shape)
    family = Conditional(
        data,
        generator=generator,
        critic=normal_weights(critic),
        latent=latent,
        objective=objective,
        penalty=penalty,
        gamma=gamma,
        augment=chosen_augment(augment, augment_target),
    )

    def optimizer(given: float | None, usual: float) -> Optimizer:
        rate = usual if given is None else given
        schedules = {} if projected else {"lr": lambda progress: rate * late(progress)}
        return Optimizer(lr=rate, schedules=schedules)

    return Experiment(
        family=family,
        optimizers={
            "d": optimizer(lr_d, 5e-4 if small else 2e-4),
            "g": optimizer(lr_g, 1e-3 if small else 2e-4),
        },
        batch=64,
        budget=Budget(images=600_000 if data.size > 16 else 100_000),
        ema=0.9 if projected else 0.999,
        objective=describe(objective, penalty, gamma),
    )


def late(progress: Progress) -> float:
    """Return the share of the rates: all to half of the budget and through the first images, then down to 0."""
    if progress.fraction <= 0.5 or progress.images <= HELD:
        return 1.0
    held = max(0.5, HELD * progress.fraction / progress.images)
    return (1 - progress.fraction) / (1 - held)
